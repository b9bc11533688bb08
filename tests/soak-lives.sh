#!/bin/sh
# A million lives on one machine, by several OS threads at once, twice: with
# whole calls and with small steps.  KITH_LIVES asks for another number.
. "$(dirname "$0")/tap.sh"

lives=${KITH_LIVES:-1000000}
KITH_LIVES=$lives "$O/tests/t-mt-lives" >"$tmp/said" 2>&1
ok $? "$lives lives, with whole calls and with small steps, end well"
sed 's/^\([^#]\)/# \1/' "$tmp/said"
done_testing

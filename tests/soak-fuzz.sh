#!/bin/sh
# A million random steps, on the model and on Linux, and nothing differs.
# KITH_STEPS asks for another number.
. "$(dirname "$0")/tap.sh"

steps=${KITH_STEPS:-1000000}
"$srcdir/tests/fuzz.sh" "$steps" --programs 2000 >"$tmp/said" 2>&1
status=$?
sed 's/^/# /' "$tmp/said"
[ $status -ne 3 ] || skip_all "$(tail -n 1 "$tmp/said")"
ok $status "$steps random steps on Linux are what the model says"
done_testing

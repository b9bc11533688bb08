#!/bin/sh
# libFuzzer on the requests that come over the control socket: see aid-fuzz.sh.
. "$(dirname "$0")/aid-fuzz.sh"
fuzz ctl 256 "$srcdir"/pid1/ctl.c "$srcdir"/pid1/supervise-sha256.c \
	"$srcdir"/pid1/say.c "$srcdir"/pid1/names.c
done_testing

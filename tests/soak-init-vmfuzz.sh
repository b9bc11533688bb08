#!/bin/sh
# libFuzzer on all that kith-init reads as a machine's first process: see
# aid-fuzz.sh.
. "$(dirname "$0")/aid-fuzz.sh"
fuzz vm 4096 "$srcdir"/pid1/vmconf.c "$srcdir"/pid1/vmjson.c \
	"$srcdir"/pid1/vmline.c "$srcdir"/pid1/vmrules.c
done_testing

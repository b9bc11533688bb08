#!/bin/sh
# libFuzzer, for half an hour, on all that kith-init reads as a machine's first
# process; 30 s without KITH_SOAK.  What it finds is left in $O/fuzz-init-vm.
. "$(dirname "$0")/tap.sh"
command -v clang >/dev/null || skip_all "clang is not installed"

seconds=30
[ -z "${KITH_SOAK:-}" ] || seconds=1800
there=$O/fuzz-init-vm
mkdir -p "$there/found"
clang -g -O1 -std=c11 -D_GNU_SOURCE -I"$srcdir" -I"$srcdir/include" \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-o "$there/fuzz" "$srcdir/tests/vm/fuzz.c" "$srcdir"/pid1/vmconf.c \
	"$srcdir"/pid1/vmjson.c "$srcdir"/pid1/vmline.c \
	"$srcdir"/pid1/vmrules.c || exit 1
"$there/fuzz" -max_total_time=$seconds -max_len=4096 -timeout=10 -use_value_profile=1 \
	-artifact_prefix="$there/" "$there/found" "$srcdir/tests/vm/corpus" \
	>"$there/log" 2>&1
status=$?
sed -n 's/^Done /# /p' "$there/log"
ok $status "$seconds seconds of hostile bytes are refused and do no harm" ||
	tail -n 40 "$there/log" | sed 's/^/# /' >&2
done_testing

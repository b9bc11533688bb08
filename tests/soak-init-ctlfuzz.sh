#!/bin/sh
# libFuzzer, for half an hour, on the requests that come over the control
# socket; 20 s without KITH_SOAK.  What it finds is left in $O/fuzz-init-ctl.
. "$(dirname "$0")/tap.sh"
command -v clang >/dev/null || skip_all "clang is not installed"

seconds=20
[ -z "${KITH_SOAK:-}" ] || seconds=1800
there=$O/fuzz-init-ctl
mkdir -p "$there/found"
clang -g -O1 -std=c11 -D_GNU_SOURCE -I"$srcdir" -I"$srcdir/include" \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-o "$there/fuzz" "$srcdir/tests/ctl/fuzz.c" "$srcdir"/pid1/ctl.c \
	"$srcdir"/pid1/supervise-sha256.c "$srcdir"/pid1/say.c \
	"$srcdir"/pid1/names.c || exit 1
"$there/fuzz" -max_total_time=$seconds -max_len=256 -timeout=10 -use_value_profile=1 \
	-artifact_prefix="$there/" "$there/found" "$srcdir/tests/ctl/corpus" \
	>"$there/log" 2>&1
status=$?
sed -n 's/^Done /# /p' "$there/log"
ok $status "$seconds seconds of hostile bytes are refused and do no harm" ||
	tail -n 40 "$there/log" | sed 's/^/# /' >&2
done_testing

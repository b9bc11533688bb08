#!/bin/sh
# Every scenario holds on the model; and what `kith run` prints of it is a
# scenario that holds, and prints itself.
. "$(dirname "$0")/tap.sh"

kith=$O/kith

for file in "$srcdir"/tests/scenarios/*.kith; do
	name=$(basename "$file" .kith)
	claim=$(echo "$name" | tr - ' ')
	"$kith" run "$file" >"$tmp/once" 2>"$tmp/err"
	status=$?
	sed 's/^/# /' "$tmp/err" >&2
	ok $status "$claim"

	"$kith" run - <"$tmp/once" >"$tmp/twice" 2>"$tmp/err" &&
		cmp -s "$tmp/once" "$tmp/twice"
	status=$?
	sed 's/^/# /' "$tmp/err" >&2
	[ $status -eq 0 ] || diff "$tmp/once" "$tmp/twice" | sed 's/^/# /' >&2
	ok $status "$claim: its transcript, run again, is the same"
done

# A scenario that cites nothing, or a rule that is none, has lost its reason.
for file in "$srcdir"/tests/scenarios/*.kith; do
	cited=$("$kith" rules --format json "$file" | grep -c '"cited":[1-9]')
	named=$(sed -n 's/^# rules: //p' "$file" | wc -w)
	[ "$cited" -eq "$named" ] && [ "$named" -gt 0 ] || echo "$file"
done >"$tmp/unknown"
is "$(cat "$tmp/unknown")" "" "each scenario cites rules that there are"

for file in "$srcdir"/tests/scenarios/*.kith; do
	head -1 "$file" | grep -q '^# .*[.?!]$' &&
		[ "$(wc -l <"$file")" -lt 25 ] || echo "$file"
done >"$tmp/long"
is "$(cat "$tmp/long")" "" "each is short and begins with what it is about"

# The man page's list of calls is written by hand.
sed -n 's/^CALL(\([a-z_0-9]*\),.*/\1/p' "$srcdir/include/kith/calls.def" |
	grep -v '^name$' | while read -r call; do
	grep -q "^\.It Fn $call\( \|\$\)" "$srcdir/man/kith-transcript.5" ||
		echo "$call"
done >"$tmp/missing"
is "$(cat "$tmp/missing")" "" "kith-transcript(5) lists every call there is"

done_testing

#!/bin/bash
# Does anybody notice if a rule is broken?  Every mutant (base/mutant.h) is tried,
# in the build of `make mutants`, and must be caught:
#
#	corpus	by what is written in a transcript: its own rule's, tests/rules/,
#		is tried first, then all others
#
# docs/mutants.md has the table of who catches which; it must be true.  With
# WRITE=1 it is written.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
doc=$srcdir/docs/mutants.md
cd "$srcdir" || exit 1

# Files that fail on the mutant $1, of those that follow; "crash" if it dies.
failing() {
	local mutant=$1 status
	shift
	KITH_MUTANT=$mutant timeout 20 "$kith" rules --format json "$@" \
		>"$tmp/out" 2>"$tmp/err"
	status=$?
	case $status in
	0 | 1) grep -o '"file":"[^"]*","model":"fails"' "$tmp/out" |
		sed 's/"file":"\([^"]*\)".*/\1/' | sort -u ;;
	*) echo crash ;;
	esac
}

mapfile -t mutants < <(sed -n \
	's/^MUTANT(\([^,]*\), \([^,]*\), "\(.*\)")$/\1 \2 \3/p' base/mutants.def)
transcripts=(tests/rules/*.kith tests/scenarios/*.kith)

is "$(failing '' "${transcripts[@]}")" "" "without a mutant all transcripts hold"
KITH_MUTANT=nonsense "$kith" rules "${transcripts[0]}" >/dev/null 2>&1
is "$?" 3 "there is no mutant 'nonsense'"

start=$SECONDS
corpus=0
for line in "${mutants[@]}"; do
	read -r name rule what <<<"$line"
	own=tests/rules/$rule.kith
	by=$(failing "$name" "$own")
	if [ -n "$by" ]; then
		by=$rule
	else
		by=$(failing "$name" "${transcripts[@]}" | head -1)
		by=$(basename "$by" .kith)
	fi
	[ -n "$by" ]
	ok $? "$name is caught: $what" && corpus=$((corpus + 1))
	printf "%-9s %-58s %s\n" "$name" "$what" "${by:--}" >>"$tmp/all"
done
seconds=$((SECONDS - start))

echo "# mutants: ${#mutants[@]}, caught by the corpus: $corpus, in $seconds s"
[ "$seconds" -lt 120 ]
ok $? "all together in under two minutes"

# The table in the document, between its two marks.
if [ -n "$WRITE" ]; then
	{ echo '```text'; cat "$tmp/all"; echo '```'; } >"$tmp/block"
	sed -i -e '/^<!-- mutants -->$/,/^<!-- end -->$/{//!d}' \
		-e "/^<!-- mutants -->\$/r $tmp/block" "$doc"
fi
sed -n '/^<!-- mutants -->$/,/^<!-- end -->$/p' "$doc" |
	sed -e '1,2d' -e '$d' | sed '$d' >"$tmp/told"
is "$(diff "$tmp/told" "$tmp/all")" "" "and docs/mutants.md says so"

done_testing

#!/bin/sh
# The program's code is right every time, in 100,000 runs in which fifty orphans
# die with it; and of 20,000 orphans at once nobody is left.  Without KITH_SOAK
# both are short.
. "$(dirname "$0")/aid-init.sh"

meter=$O/tests/bench-init/meter
load=$O/tests/bench-init/load
[ -x "$meter" ] && [ -x "$load" ] || skip_all "bench-init was not built"
runs=200 orphans=2000
[ -z "${KITH_SOAK:-}" ] || runs=50000 orphans=20000

init=$O/kith-init.static
[ -x "$init" ] || init=$O/kith-init
# One run of each way in turns: half of them is reaped by the kernel.
"$meter" -n $runs -l 50 coalesce "$load" "auto=$init --" "each=$init --reap each --" \
	>"$tmp/codes"
while read -r mode how wrong low high made failed; do
	is "$mode $wrong of $made, $failed failed" "coalesce 0 of $runs, 0 failed" \
		"no code was wrong ($how)"
	echo "# $made runs with 50 orphans each: $wrong codes wrong ($how, $low, $high)"
done <"$tmp/codes"
is "$(wc -l <"$tmp/codes" | tr -d ' ')" 2 "both ways were tried"

for how in auto each; do
	"$meter" -n 3 -l $orphans storm "$load" "burst=$init --reap $how --" >"$tmp/storm"
	is "$(cut -d' ' -f6,7 "$tmp/storm")" "3 0" \
		"a signal gets through while $orphans orphans die ($how)"
	# shellcheck disable=SC2016	# for the shell inside
	left=$(timeout -k 1 300 unshare --pid --fork --mount-proc --kill-child \
		"$init" --reap $how -- sh -c '
		perl -e "for (1..$0) { fork and next; fork and exit; exit }" "$0"
		n=0
		while [ $n -lt 3000 ] && grep -q "^State:.Z" /proc/[0-9]*/status; do
			n=$((n + 1)); sleep 0.1
		done 2>/dev/null
		grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l' $orphans)
	is "$left" 0 "$orphans orphans, and none is left ($how)"
done
done_testing

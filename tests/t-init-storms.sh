#!/bin/sh
# Storms: exits that coalesce, bursts of orphans, a fork bomb.  In make check
# a little of each; in make soak a hundred thousand runs, and twenty thousand
# orphans at once.
. "$(dirname "$0")/aid-init.sh"
[ -x "$aid/aid-storm" ] || skip_all "tests/aid-storm is not built"
if [ -n "${KITH_SOAK:-}" ]; then
	runs=25000 orphans=20000 tenths=50
else
	runs=60 orphans=1000 tenths=5
fi

# As PID 1 only: what storms must not get out.
coalesce() {
	[ "$where" = pid1 ] || return 0
	for how in each kernel; do
		said=$("$aid/aid-storm" runs $runs "$init" --rest all --reap $how)
		is "$said" "$runs runs, 0 wrong" \
			"all die together: the code is main's, --reap $how ($about)"
	done
}

bursts() {
	[ "$where" = pid1 ] || return 0
	for how in each kernel; do
		said=$($there "$init" \
			--reap $how "$aid/aid-storm" burst $orphans)
		is "$? $said" "5 0 left" \
			"$orphans orphans at once, none is left, --reap $how ($about)"
	done
}

# Four hundred numbers are all there are; and they are the namespace's own.
bombs() {
	[ "$where" = pid1 ] || return 0
	# Before 6.14 the limit that is set there would be the whole machine's.
	if [ "$(uname -r | awk -F. '{ print $1 * 1000 + $2 }')" -lt 6014 ]; then
		skip "a fork bomb ($about)" "no namespace has a limit of its own"
		return
	fi
	for how in each kernel; do
		# shellcheck disable=SC2016	# for the shell inside
		$there sh -c '
			echo 400 >/proc/sys/kernel/pid_max || exit 98
			exec "$@"' sh "$init" --reap $how --grace 0.2 \
			"$aid/aid-storm" bomb $tenths 7 2>/dev/null
		code=$?
		if [ $code = 98 ]; then
			skip "a fork bomb, --reap $how ($about)" \
				"pid_max cannot be set"
			continue
		fi
		is "$code" 7 "a fork bomb ends with its main, --reap $how ($about)"
	done
}

everywhere coalesce bursts bombs
done_testing

#!/bin/sh
# What an old kernel does not have, or a filter does not let through that was made
# for the program alone, kith-init does in another way.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-inject.sh"

# without CALL,...:error=WHY[...] ARGUMENTS...: its code and words.
without() {
	inject "$@"
	! pkill -KILL -f '^sleep 3141$' || echo "and somebody is left"
}

# A program that is told a signal by each of the two ways to reap, and has orphans.
program='trap "n=\$((n + 1))" USR1
	kill -USR1 $PPID; until [ "$n" = 1 ]; do sleep 0.01; done
	(: &); sleep 0.15; (: &)
	kill -USR1 $PPID; until [ "$n" = 2 ]; do sleep 0.01; done
	until ! grep -qs "^State:.Z" /proc/[0-9]*/status; do sleep 0.01; done
	sleep 3141 & exit 7'

lacks() {
	for calls in rt_sigtimedwait clock_gettime pidfd_send_signal close_range \
		pidfd_open,rt_sigtimedwait; do
		is "$(without "$calls:error=$error" sh -c "$program")" "7 " \
			"it does without $calls ($error, $about)"
	done
	# Nobody can tell it of signals then.
	is "$(without rt_sigtimedwait,signalfd4:error=EPERM sh -c \
		'(: &); sleep 0.1; exit 7')" "7 " \
		"nor is the program's end missed without a way to take signals ($about)"
	is "$(without clock_gettime:error=ENOSYS --grace 0.1 sh -c \
		"(trap '' TERM; exec sleep 3141) & sleep 0.05; exit 7")" "7 " \
		"without a clock there is still an end to waiting ($about)"
}

# The descriptors of init, but for 2 and those that it sleeps on.
held='sleep 0.3; ls -l /proc/$PPID/fd | grep -c /held; exit 7'
lets_go() {
	: >"$tmp/held"
	for calls in close_range close_range,getdents64; do
		is "$(without "$calls:error=ENOSYS" sh -c "$held" \
			5<"$tmp/held" 700<"$tmp/held" <"$tmp/held")" "7 0" \
			"what it was started with is closed without $calls ($about)"
	done
	without close_range:error=ENOSYS --report 6 sh -c 'sleep 0.2; exit 7' \
		6>"$tmp/report" >/dev/null
	matches "$(cat "$tmp/report")" '{"code":7,*' \
		"and what is needed is not ($about)"
}

put below
for error in ENOSYS EPERM; do
	init=$O/kith-init.static
	[ "$error" = EPERM ] || init=$O/kith-init
	[ -x "$init" ] || continue
	about=${init##*/}
	lacks
	lets_go
done
done_testing

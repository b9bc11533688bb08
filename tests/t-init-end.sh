#!/bin/sh
# How kith-init ends: who else is there gets a word, some time, and then no more.
# What it ends with, and what it tells of it.
. "$(dirname "$0")/aid-init.sh"

# One that leaves when told, one that needs persuasion, one that hears nothing;
# each says into $tmp/said what it hears.
cat >"$tmp/kind" <<'END'
trap 'echo kind >>"$1/said"; exit 0' TERM
echo up >>"$1/up"
while :; do sleep 0.05; done
END
cat >"$tmp/slow" <<'END'
trap 'sleep 0.1; echo slow >>"$1/said"; exit 0' TERM
echo up >>"$1/up"
while :; do sleep 0.05; done
END
cat >"$tmp/deaf" <<'END'
trap 'echo deaf >>"$1/said"' TERM
echo up >>"$1/up"
while :; do sleep 0.05; done
END

# A program that starts some of these, waits until they are up, and ends.
cat >"$tmp/main" <<'END'
tmp=$1 code=$2
shift 2
rm -f "$tmp/up" "$tmp/said"
: >"$tmp/up"
for who; do setsid sh "$tmp/$who" "$tmp" & done
while [ "$(wc -l <"$tmp/up")" -lt $# ]; do sleep 0.01; done
exit "$code"
END

said() {
	sort "$tmp/said" 2>/dev/null | tr '\n' ' '
}

# since COMMAND: run it, and set $took to tenths of seconds.
since() {
	from=$(date +%s%N)
	"$@"
	code=$?
	took=$((($(date +%s%N) - from) / 100000000))
	return $code
}

# Each build in one place is enough for what takes long.
quick() {
	case ${init##*/},$1 in
	kith-init,pid1 | kith-init.static,below) return 1 ;;
	esac
}

drains() {
	run sh "$tmp/main" "$tmp" 5 kind slow
	is "$? $(said)" "5 kind slow " \
		"when main ends, the others get TERM and their time ($about)"
	quick "$where" && return # the rest takes time, and is the same
	since run --grace 0.5 sh "$tmp/main" "$tmp" 6 kind deaf
	is "$? $(said)" "6 deaf kind " \
		"who does not go is killed; the code is main's ($about)"
	[ "$took" -ge 5 ]
	ok $? "but not before the time of grace is over ($about)"
	since run --grace 20 sh "$tmp/main" "$tmp" 7 kind
	[ "$took" -lt 100 ]
	ok $? "nobody waits for time that nobody needs ($about)"

	run --report 3 --grace 0.2 sh "$tmp/main" "$tmp" 8 kind deaf \
		3>"$tmp/report"
	is "$?" 8 "a report changes no code ($about)"
	matches "$(cat "$tmp/report")" \
		'{"code":8,"pid":*,"exit":8,*"drain":"killed","drain_seconds":*}' \
		"it tells that KILL was needed ($about)"
	run --report 3 sh "$tmp/main" "$tmp" 8 kind 3>"$tmp/report"
	matches "$(cat "$tmp/report")" '*"drain":"ended","drain_seconds":0.*' \
		"or that TERM was enough ($about)"
	run --report 3 true 3>"$tmp/report"
	matches "$(cat "$tmp/report")" '*"orphans":0,*"drain":"nobody"*' \
		"or that nobody was there ($about)"
	run --report 3 sh -c 'kill -9 $$' 3>"$tmp/report"
	matches "$(cat "$tmp/report")" \
		'{"code":137,*"signal":"SIGKILL","core":false,*' \
		"a death by signal is told by its name ($about)"
	run --report 7 true 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"125 kith-init: --report: Bad file descriptor" \
		"a report to nowhere is refused before anything ($about)"
	run --report 1 sh -c 'ls /proc/self/fd' >"$tmp/report"
	is "$(sed 's/{.*/REPORT/' "$tmp/report" | tr '\n' ' ')" \
		"$(run sh -c 'ls /proc/self/fd; echo REPORT' | tr '\n' ' ')" \
		"a report to stdout takes nothing from the program ($about)"

	# Stopped ones are let go on, so that they can leave.
	# shellcheck disable=SC2016	# for the shell inside
	run --grace 8 --report 3 sh -c 'sleep 100 & kill -STOP $!; exit 4' \
		3>"$tmp/report"
	matches "$? $(cat "$tmp/report")" '4 *"drain":"ended"*' \
		"who is stopped goes on, to leave ($about)"
}

# Whom it leaves alone if it may not end them.  Only where somebody survives it.
leaves_alone() {
	[ "$where" = below ] || return 0
	run --rest none sh "$tmp/main" "$tmp" 9 kind
	is "$? $(said)" "9 " "--rest none: they are left alone ($about)"
	pkill -f "$tmp/kind"
	while pgrep -f "$tmp/kind" >/dev/null; do sleep 0.01; done
}

# Who is not told is not waited for: those of the group leave, and that is it.
narrow() {
	for rest in group session; do
		# shellcheck disable=SC2016	# for the shell inside
		run --rest $rest --grace 20 --report 3 sh -c 'sleep 50 &
			sh "$1/kind" "$1" & setsid sleep 54321 &
			until pgrep -f "^sleep 54321" >/dev/null &&
				[ -s "$1/up" ]; do sleep 0.01; done
			exit 3' sh "$tmp" 3>"$tmp/report"
		matches "$? $(cat "$tmp/report")" '3 *"drain":"ended"*' \
			"--rest $rest: the others are not waited for ($about)"
		rm -f "$tmp/up"
		[ "$where" = below ] || continue
		pkill -f "^sleep 54321"
		is $? 0 "nor told, where they can live on ($about)"
	done
}

# Asked to stop from outside.
# ask TIMES SIG ARGUMENTS...: run it, ask when it is up; sets $code and $took
ask() {
	times=$1 sig=$2
	shift 2
	rm -f "$tmp/up" "$tmp/said"
	: >"$tmp/up"
	# shellcheck disable=SC2086	# words
	$there "$init" "$@" &
	runner=$!
	until [ -s "$tmp/up" ]; do sleep 0.01; done
	[ "$where" = below ] && target=$runner || target=$(pgrep -P $runner)
	from=$(date +%s%N)
	while [ "$times" -gt 0 ]; do
		kill -"$sig" "$target" 2>/dev/null
		times=$((times - 1))
		sleep 0.1
	done
	wait $runner
	code=$?
	took=$((($(date +%s%N) - from) / 100000000))
}

deadlines() {
	quick "$where" && return
	ask 1 TERM --deadline 0.5 sh "$tmp/deaf" "$tmp"
	is "$code $(said)" "137 deaf " \
		"a main that does not end is killed at the deadline ($about)"
	[ $took -ge 5 ]
	ok $? "and not before ($about)"
	ask 3 TERM --deadline 60 sh "$tmp/deaf" "$tmp"
	is "$code" 137 "the third request kills ($about)"
	[ $took -lt 300 ]
	ok $? "without waiting for the deadline ($about)"
	ask 2 TERM --deadline 2 sh "$tmp/deaf" "$tmp"
	is "$code" 137 "the second shortens it ($about)"
	[ $took -lt 18 ] # 1.05 s, if the machine is not slow
	slow=$?
	[ $slow = 0 ] || echo "# it took $took tenths of a second"
	ask 1 TERM sh "$tmp/kind" "$tmp"
	is "$code $(said)" "0 kind " "main may end by itself ($about)"
	ask 1 QUIT --stop-on QUIT --rewrite QUIT=TERM --deadline 60 \
		sh "$tmp/kind" "$tmp"
	is "$code $(said)" "0 kind " "another signal may be the request ($about)"
}

codes() {
	run -e 143 sh -c 'kill $$; sleep 1'
	is "$?" 0 "-e: a code becomes 0 ($about)"
	run --code 1-9=42 sh -c 'exit 9'
	is "$?" 42 "--code: a range becomes another ($about)"
	run --code 1-8=42 --code 9=3 sh -c 'exit 9'
	is "$?" 3 "the first that fits counts ($about)"
	run --code 1-8=42 sh -c 'exit 0'
	is "$?" 0 "what does not fit is kept ($about)"
	run --code 1-8=42 no-such-program 2>/dev/null
	is "$?" 127 "kith-init's own codes are kept, too ($about)"
	for bad in 256 x 1- 1=x 5-3-1 =; do
		run --code $bad true 2>"$tmp/err"
		[ $? = 2 ] || echo "$bad"
	done >"$tmp/bad"
	is "$(cat "$tmp/bad")" "" "codes that are none are refused ($about)"
}

# The last moment is a moment.  Init is held up between looking at the clock and
# killing, while the program ends by itself.
at_the_last_moment() {
	if [ "$where" != below ] || ! strace -qq -o /dev/null true 2>/dev/null; then
		skip "what ends at the deadline ($about)" "nobody may be traced"
		return
	fi
	timeout -k 1 30 strace -qq -o /dev/null -e inject=ppoll:delay_exit=2000000:when=2+ \
		"$init" --deadline 0 sh -c 'trap "exit 9" TERM; (: &); sleep 0.3
			kill -TERM $PPID; while :; do sleep 0.01; done' 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" "9 " "what ends at the deadline keeps its code ($about)"
}

# What could not be done is said.
says_so() {
	[ "$where" = below ] || return 0
	run --report 3 sh -c 'exit 4' 3>/dev/full 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"4 kith-init: --report: No space left on device" \
		"a report that is lost is told of ($about)"
	run --trace /proc/nosuch true 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"125 kith-init: /proc/nosuch: No such file or directory" \
		"a trace that cannot be begun, too ($about)"
	strace -qq -o /dev/null true 2>/dev/null || return 0
	said=$(timeout -k 1 30 strace -qq -o /dev/null -b execve \
		-e inject=kill,pidfd_send_signal:error=EPERM "$init" --grace 0 \
		sh -c 'sleep 5 >/dev/null 2>&1 & exit 4' 2>&1)
	is "$? $said" "4 kith-init: somebody is left whom KILL does not end" \
		"and whom nothing could end ($about)"
}

everywhere drains leaves_alone narrow deadlines codes at_the_last_moment says_so
done_testing

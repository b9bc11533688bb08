#!/bin/sh
# Sentences of kith-init(1) that no other test is about: how values are written,
# what is counted, where the limits are.
. "$(dirname "$0")/aid-init.sh"

# code ARGUMENTS: the exit status, and the first line that it said.
code() {
	said=$(run "$@" 2>&1 >/dev/null </dev/null | head -n 1)
	run "$@" >/dev/null 2>&1 </dev/null
	echo "$?${said:+ $said}"
}
# The program, which tells init this signal and waits for what comes of it.
tells() {
	echo "trap 'exit 20' HUP; trap 'exit 21' USR1; trap 'exit 22' USR2
		trap 'exit 23' TERM; kill -$1 \$PPID; sleep 0.05; sleep 0.3; exit 1"
}

values() {
	is "$(code -gw sh -c 'exit 3')" 3 "short options may be together ($about)"
	is "$(code -vvv --log quiet sh -c 'exit 3')" 3 "and be repeated ($about)"
	is "$(code -e3 sh -c 'exit 3')" 0 "a value may follow its letter ($about)"
	is "$(code --grace=1s --code=3 sh -c 'exit 3')" 0 "or a = ($about)"
	is "$(code -e=3 true)" "2 kith-init: -e: =3 is no code from 0 to 255" \
		"but no letter and a = ($about)"
	is "$(code --code 3:4 --code 3=5 sh -c 'exit 3')" 4 "a : is a = ($about)"
	for pair in USR1=USR2 SIGUSR1=SIGUSR2 sigusr1:usr2 10=12 10:USR2; do
		is "$(code --rewrite $pair sh -c "$(tells USR1)")" 22 \
			"a signal may be written so: $pair ($about)"
	done
	is "$(code --rewrite RTMIN+3=HUP sh -c "$(tells 37)")" 20 \
		"or RTMIN+3, which is 37 ($about)"
	is "$(code --rewrite RTMAX-1=HUP sh -c "$(tells 63)")" 20 \
		"or RTMAX-1 ($about)"
	for time in 0.1 100ms 0.001m never 8760h; do
		is "$(code --grace $time --deadline $time true)" 0 \
			"a time may be written so: $time ($about)"
	done
	for bad in --rewrite=USR1=NO --rewrite=65=1 --drop=NO --delay=USR1 \
		--delay=USR1=never --stop-on=0 --grace=-1 --grace=1y --grace=8761h --scope=me \
		--place=there --reap=none --log=loud --log=5 --code=256 --code=9-1=0 \
		--report=x --limit=nofile --limit=no=1 --env==x; do
		matches "$(code "$bad" true)" "2 kith-init: *" \
			"a value that is none is told of: $bad ($about)"
	done
}

signals() {
	is "$(code --drop USR1 sh -c "$(tells USR1)")" 1 \
		"--drop passes it to nobody ($about)"
	is "$(code --rewrite USR1=0 sh -c "$(tells USR1)")" 1 \
		"so does a rewriting to 0 ($about)"
	is "$(code --delay USR1=60 sh -c "$(tells USR1)")" 1 \
		"what waits when the program has ended goes to nobody ($about)"
	is "$(code --delay USR1=0.1 sh -c "$(tells USR1)")" 21 \
		"what has waited comes ($about)"
	# shellcheck disable=SC2016	# for the shell inside
	is "$(run --delay 40=60 --stats sh -c 'trap "" 40; i=0
		while [ $i -lt 20 ]; do kill -40 $PPID; i=$((i + 1)); done
		sleep 0.1' 2>&1 | tail -n 1)" "kith-init: signals passed on: 4" \
		"of 20 that are delayed 16 wait, and 4 go at once ($about)"
	is "$(code --rewrite USR1=USR2 --delay USR1=0.1 sh -c "$(tells USR1)")" 22 \
		"a delay names the signal as it came ($about)"
	is "$(code --drop TERM --deadline 0.1 sh -c 'kill -TERM $PPID; sleep 50')" \
		137 "a request that is dropped is one ($about)"
	is "$(code --stop-on "" --deadline 0.1 sh -c "$(tells TERM)")" 23 \
		"there may be no signal that is a request ($about)"
	is "$(code --scope none sh -c "$(tells USR1)")" 1 "--scope none ($about)"
}

codes() {
	is "$(code --code 1-9=7 --code 4=8 sh -c 'exit 4')" 7 \
		"the first that fits counts ($about)"
	is "$(code --code 1-9=7 sh -c 'exit 10')" 10 "and only that ($about)"
	is "$(code --code 143=3 sh -c 'kill -TERM $$')" 3 \
		"a signal's code is one like others ($about)"
}

program() {
	is "$(A=1 B=2 run --env A=3 --env B --env C=4 env | grep '^[ABC]=' | sort | tr '\n' ' ')" \
		"A=3 C=4 " "--env sets and takes away ($about)"
	is "$(run --clear-env --env X=y env)" X=y "--clear-env takes all ($about)"
	is "$(code --env PATH=/nowhere true)" "127 kith-init: true: not found" \
		"the program is looked for in its own PATH ($about)"
	for many in "128 --env A=1" "24 --limit core=0" "256 -e 9"; do
		# shellcheck disable=SC2086	# words
		set -- $(i=0; while [ $i -lt ${many%% *} ]; do echo ${many#* }
			i=$((i + 1)); done)
		is "$(code "$@" true)" 0 "$many: that often ($about)"
		# shellcheck disable=SC2086	# words
		matches "$(code "$@" ${many#* } true)" "2 kith-init: * one too many" \
			"and no oftener ($about)"
	done
	is "$(run --limit nofile=33:44 sh -c 'ulimit -Sn; ulimit -Hn' | tr '\n' ' ')" \
		"33 44 " "a limit has a soft and a hard part ($about)"
	is "$(run --limit fsize=1M sh -c 'ulimit -f')" 2048 "amounts end in M ($about)"
	[ "$(id -u)" = 0 ] || return 0
	matches "$(code --user 4242 true)" "125 kith-init: *" \
		"a number that nobody has needs a group ($about)"
	is "$(run --user 4242:4343,44 sh -c 'id -u; id -g; id -G' | tr '\n' ' ')" \
		"4242 4343 4343 44 " "then it is that, and these groups ($about)"
}

# paused ARGUMENTS: run it until it sleeps, and ask it to end.
paused() {
	"$init" --pause "$@" &
	job=$!
	until_true grep -q '^271 \|^128 ' "/proc/$job/syscall"
	kill -TERM $job
	wait $job
}
pauses() {
	[ "$where" = below ] || return 0
	for how in kernel each; do
		paused --reap $how
		is $? 0 "--pause ends with 0 when asked to, --reap $how ($about)"
	done
	paused --stats --report 3 -vv 3>"$tmp/report" 2>"$tmp/said"
	matches "$? $(cat "$tmp/report")" '0 *"stops":1,"drain":"nobody"}' \
		"and at once if nobody is there, also if orphans are told of ($about)"
	is "$(cat "$tmp/said")" "kith-init: direct children: 0
kith-init: adopted orphans: 0
kith-init: signals passed on: 0" "of a program nothing is said ($about)"
	is "$("$init" --explain --pause | grep -c '^program:  none$\|^signals:')" 1 \
		"nor does --explain ($about)"
	is "$(code --pause true)" \
		"2 kith-init: --pause runs no program" \
		"and runs no program ($about)"
}

# drain ARGUMENTS: what the report says of the end.
drain() {
	run --report 3 "$@" 3>&1 >/dev/null 2>&1 |
		sed -n 's/.*"drain":"\([a-z]*\)".*/\1/p'
}
reports() {
	is "$(drain true)" nobody "drain: nobody ($about)"
	is "$(drain sh -c 'sleep 50 & exit 1')" ended "drain: ended ($about)"
	for rest in none child; do
		is "$(drain --rest $rest sh -c 'sleep 1 & exit 1')" left \
			"drain: left, --rest $rest ($about)"
	done
	is "$(drain --grace 0.1 sh -c '(trap "" TERM; echo >&2; sleep 50; :) &
		sleep 0.2; exit 1')" killed "drain: killed ($about)"
}

# A request, another, a third: with a deadline it is killed.
requests() {
	is "$(code --deadline 50 sh -c 'trap "" TERM; for i in 1 2 3; do
		kill -TERM $PPID; sleep 0.05; done; sleep 50; :')" 137 \
		"a third request kills at once ($about)"
	is "$(code sh -c 'trap "" TERM; for i in 1 2 3; do
		kill -TERM $PPID; sleep 0.05; done; exit 9')" 9 \
		"without a deadline they are the program's matter ($about)"
}

everywhere values signals codes program pauses reports requests
done_testing

#!/bin/sh
# A hard time for kith-init: programs and surroundings that do what none should.
# It ends, with the right code, and leaves nobody behind.
. "$(dirname "$0")/aid-init.sh"

hostile=$aid/aid-hostile
# In a program: how many zombies are left, when there has been time.
zombies='n=0
	until [ $n = 500 ] || ! grep -q "^State:.Z" /proc/[0-9]*/status; do
		sleep 0.01; n=$((n + 1))
	done 2>/dev/null
	grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | grep -c .'

# Main children whose end is not the usual one.
ends() {
	run "$hostile" leaderless 7
	is $? 7 "the first thread ends long before the last ($about)"
	run "$hostile" exec-thread sh -c 'exit 8'
	is $? 8 "another thread becomes another program ($about)"
	run sh -c 'kill -STOP $$; exit 9' &
	job=$!
	tries=0
	until [ "$(ps -o stat=,comm= -e | grep -c '^T.* sh$')" -gt 0 ]; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || break
		sleep 0.01
	done
	pkill -CONT -x sh
	wait $job
	is $? 9 "it stops, and goes on ($about)"
	said=$(run sh -c "$hostile sibling 50; echo \$?; $zombies")
	is "$said" "3
0" "children that are made for init are reaped ($about)"
	said=$(run sh -c "$hostile odd 30; echo \$?; $zombies")
	is "$said" "4
0" "orphans whose death another signal would tell are reaped ($about)"
}

# What is there before it is: children of whoever was PID 1 until it took over.
before() {
	# shellcheck disable=SC2086	# words
	said=$(timeout -k 1 30 $there sh -c "
		(exit 3) & (sleep 0.1; exit 4) & sleep 0.05
		exec $init -- sh -c 'sleep 0.3
			$zombies
			exit 5'"; echo $?)
	is "$said" "0
5" "children that it inherits are reaped, dead or alive ($about)"
}

# Nothing to spare.
poor() {
	# A dynamic program cannot even be loaded without a descriptor.
	if [ "$build" = kith-init.static ]; then
		for n in 0 1 2 3 4; do
			said=$(timeout -k 1 30 "$hostile" nofile $n "$init" "$init" --version)
			is "$? ${said%% *}" "0 kith-init" \
				"no descriptor from $n on ($about)"
		done
	fi
	timeout -k 1 30 "$hostile" nosig "$init" sh -c "
		trap : USR1 USR2 34; $hostile flood 1000 \$PPID 10 12 34 2>/dev/null &
		wait; wait; wait; exit 6"
	is $? 6 "no signal may be queued ($about)"
	timeout -k 1 30 "$hostile" bare "$init" 2>/dev/null
	is $? 2 "no argument, and no name ($about)"
	long=$(printf '%04095d' 0)
	run "$long" 2>/dev/null
	is $? 127 "a name as long as a path can be ($about)"
	run "/$long/$long" 2>/dev/null
	case $? in 126|127) true ;; *) false ;; esac
	ok $? "and longer ($about)"
	PATH=$long:$long:$PATH run sh -c 'exit 7'
	is $? 7 "folders of PATH as long ($about)"
}

floods() {
	run sh -c "$hostile flood 20000 \$PPID 17 18 28; exit 11"
	is $? 11 "60,000 signals that mean nothing much ($about)"
	run sh -c "trap '' USR1 34 35 64
		$hostile flood 5000 \$PPID 10 34 35 64; exit 12"
	is $? 12 "20,000 signals to pass on ($about)"
	# While hundreds of orphans die.
	run sh -c "trap '' USR1
		i=0; while [ \$i -lt 300 ]; do (: &); i=\$((i + 1)); done &
		$hostile flood 5000 \$PPID 17 10; wait
		left=\$($zombies); [ \$left = 0 ] && exit 13"
	is $? 13 "both, while hundreds of orphans die ($about)"
	# The faults, as anyone may send them.
	run sh -c 'for sig in ILL TRAP ABRT BUS FPE SEGV SYS; do
		trap : $sig; kill -$sig $PPID; done; sleep 0.1; exit 14'
	is $? 14 "signals that are usually a fault's ($about)"
}

# Somebody else looks at the program's end first, or dies over it.
traced() {
	[ "$where" = below ] || return 0
	if ! strace -o /dev/null true 2>/dev/null; then
		skip "a program that is traced ($about)" "strace may not trace here"
		return
	fi
	"$init" sh -c 'sleep 0.5; exit 5' &
	job=$!
	until_child $job
	strace -o /dev/null -p "$child" 2>/dev/null
	wait $job
	is $? 5 "its end is told to a tracer first ($about)"

	"$init" sleep 10 &
	job=$!
	until_child $job
	strace -o /dev/null -p "$child" 2>/dev/null &
	tracer=$!
	until grep -q "^TracerPid:.[1-9]" "/proc/$child/status"; do :; done
	kill -KILL $tracer "$child"
	wait $job
	is $? 137 "the tracer dies together with it ($about)"
	wait
}
until_child() {
	until child=$(pgrep -P "$1"); do :; done
}

# Who does not leave when asked, and is never the same for long.
chains() {
	cat >"$tmp/chain" <<-'END'
	$SIG{TERM} = "IGNORE";
	$end = time + 15;
	while (time < $end) { fork and exit }
	END
	run --grace 0.2 sh -c "perl $tmp/chain & sleep 0.2; exit 15"
	is $? 15 "a chain of forks cannot stay ($about)"
	is "$(pgrep -f "$tmp/chain")" "" "nor does it ($about)"
}

everywhere ends before floods traced chains
put below
for build in kith-init kith-init.static; do
	init=$O/$build
	[ -x "$init" ] || continue
	about=$build
	poor
done
done_testing

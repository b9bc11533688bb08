#!/bin/sh
# Orphans: kith-init adopts and reaps whoever loses its parent, and says so in
# the end if asked to.
. "$(dirname "$0")/aid-init.sh"

# In the child of kith-init: N orphans, by double fork; then who is left of them,
# running or dead, after five seconds at most.
cat >"$tmp/orphans" <<'END'
i=0
while [ $i -lt "$1" ]; do
	(: &)
	i=$((i + 1))
done
tries=0
until [ "$(cat /proc/$PPID/task/$PPID/children)" = "$$ " ]; do
	tries=$((tries + 1))
	[ $tries -lt 500 ] || break
	sleep 0.01
done
sed "s/^$$ //" /proc/$PPID/task/$PPID/children
grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null
exit 11
END

thousand() {
	for how in each kernel; do
		left=$(run --reap $how sh "$tmp/orphans" 1000)
		is "$? $left" "11 " \
			"of 1000 orphans none stays a zombie, --reap $how ($about)"
	done
}

# Left to the kernel, orphans do not even wake it.
sleeps() {
	case $(run --explain true) in
	*"by the kernel"*) ;;
	*)	skip "no orphan wakes it ($about)" "Linux keeps no exit records"
		return ;;
	esac
	# shellcheck disable=SC2016	# for the shell inside
	woken=$(run sh -c 'asleep() { until grep -q "^271 " /proc/$PPID/syscall; do
			sleep 0.01; done; }
		asleep
		grep ctxt /proc/$PPID/status
		i=0; while [ $i -lt 200 ]; do (: &); i=$((i + 1)); done
		sleep 0.1
		grep ctxt /proc/$PPID/status' | sort -u | wc -l)
	is "$woken" 2 "no orphan wakes it ($about)"
}

# Zombies from before it was init: a shell that becomes it.
heirs() {
	for how in each kernel; do
		# shellcheck disable=SC2016,SC2086	# for the shell inside; words
		left=$($there sh -c '(exit 3) & sleep 0.1
			how=$2
			exec "$1" --reap $how sh -c "sleep 0.1; grep -l ^State:.Z \\
				/proc/[0-9]*/status"' sh "$init" $how 2>/dev/null)
		is "$left" "" "zombies that it inherits are reaped, --reap $how ($about)"
	done
}

# Alive at the end: they get TERM, and do not delay it if they leave.
at_the_end() {
	before=$(date +%s)
	run sh -c 'sleep 20 & sleep 20 & (:&) ; exit 12'
	is "$?" 12 "orphans that live on do not change the code ($about)"
	[ $(($(date +%s) - before)) -lt 10 ]
	ok $? "nor delay the end by much ($about)"
}

# Fifty die with main, many times: the code must be main's.
together() {
	wrong=0
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		# shellcheck disable=SC2016	# for the shell inside
		run sh -c 'for j in 1 2 3 4 5 6 7 8 9 10; do
			(sleep 0.01; exit 9) & done; sleep 0.01; exit $1' sh $i
		[ $? = $i ] || wrong=$((wrong + 1))
	done
	is $wrong 0 "the code is main's when all die together ($about)"
}

# A parent is found above: kith-init is the nearest who adopts.
adopts() {
	# shellcheck disable=SC2016	# for the shell inside
	said=$(run sh -c '
		init=$PPID
		parent=$(sh -c "(sleep 0.05; sed -n s/^PPid:.//p /proc/self/status) &"; sleep 0.2)
		[ "$(ps -o ppid= -p $$ | tr -d " ")" = "$init" ] && echo "$((parent == init || parent > 1))"')
	is "$said" 1 "an orphan finds a parent ($about)"
}

stats() {
	run --stats sh -c '
		trap "exit 13" USR1
		(sh -c "exit 3" &)
		(sh -c "kill -KILL \$\$" &)
		sleep 0.2
		kill -USR1 $PPID
		sleep 0.2' 2>"$tmp/said"
	is "$?" 13 "--stats changes nothing about the code ($about)"
	said=$(sed 's/[0-9]*\.[0-9]\{6\}/T/g; s/most [1-9][0-9]* kB/most M kB/
		s/^  [1-9][0-9]* /  PID /' "$tmp/said")
	is "$(echo "$said" | sed -n '1,2p')" \
		"kith-init: direct children: 1
  PID (sh): exited with 13 after T s; user T s, system T s, at most M kB" \
		"--stats tells of the child ($about)"
	is "$(echo "$said" | sed -n 3p)" \
		"kith-init: adopted orphans: 2, of them exited 1, killed 1; user T s, system T s, at most M kB" \
		"of the orphans together ($about)"
	is "$(echo "$said" | sed -n '4,5p' | sort)" \
		"  PID (sh): exited with 3; user T s, system T s, at most M kB
  PID (sh): killed by SIGKILL; user T s, system T s, at most M kB" \
		"and one by one ($about)"
	is "$(echo "$said" | sed -n '6,$p')" \
		"kith-init: signals passed on: 1" \
		"and of signals, and that is all ($about)"

	run --stats -- true 2>"$tmp/said"
	is "$(sed -n '3,$p' "$tmp/said")" "kith-init: adopted orphans: 0
kith-init: signals passed on: 0" "without orphans there is little to tell ($about)"

	run --stats sh "$tmp/orphans" 1000 >/dev/null 2>"$tmp/said"
	matches "$(sed -n 3p "$tmp/said")" \
		"kith-init: adopted orphans: 100[0-9], of them exited *" \
		"all orphans are counted ($about)"
	is "$(grep -c '^  [0-9]' "$tmp/said")" 65 \
		"the last 64 are told of one by one ($about)"
	run --stats sh -c 'exit 14' 2>/dev/full
	is "$?" 14 "if nobody can be told the code is still main's ($about)"

	run --stats sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done' \
		2>"$tmp/said"
	user=$(sed -n '2s/.*user 0*\([0-9]*\)\.0*\([0-9]*\) s, sys.*/\1\2/p' \
		"$tmp/said")
	[ "${user:-0}" -gt 0 ]
	ok $? "time that was used is not zero ($about)"
}

# A SIGCHLD names the dead, and he is asked for by his name: no look at all children
# finds anybody.
by_name() {
	[ "$where" = below ] || return 0
	if ! strace -o /dev/null true 2>/dev/null; then
		skip "the dead are asked for by name ($about)" "strace may not trace here"
		return
	fi
	strace -o "$tmp/calls" -e trace=wait4 "$init" --reap each \
		sh -c '(sleep 0.1 &); sleep 0.3; exit 3'
	is "$? $(sed -n 's/^wait4(\([1-9]\).* = [1-9][0-9]*$/name/p
		s/^wait4(-1.* = [1-9][0-9]*$/anybody/p' "$tmp/calls" | xargs)" \
		"3 name name" "the dead are asked for by name ($about)"
}

# Nothing here allocates, or knows of threads: nothing to run out of.
small() {
	if [ ! -x "$O/kith-init.static" ]; then
		skip "no liburcu, no threads" "musl-gcc is not installed"
		skip "no malloc" "musl-gcc is not installed"
		return
	fi
	is "$(nm "$O/musl/kith-init" | grep -i 'urcu_\|pthread_\|sem_wait')" \
		"" "the static kith-init knows nothing of liburcu or threads"
	is "$(nm "$O/musl/kith-init" | grep -w 'malloc\|calloc\|realloc\|brk')" \
		"" "and cannot allocate memory"
}

everywhere thousand sleeps heirs at_the_end together adopts stats by_name
small
done_testing

#!/bin/bash
# Does anybody notice if a rule is broken?  Every mutant (base/mutant.h) is tried,
# in the build of `make mutants`, and must be caught:
#
#	corpus	by what is written in a transcript, run on the model alone: its own
#		rule's is tried first, then all others
#	conform	by `kith conform`, for which the mutated model is not what Linux is,
#		whatever is written: with the same transcript, and if neither
#		noticed anything with all
#	fuzz	by `kith fuzz`, if nothing else did, within 1,000 programs
#
# docs/mutants.md has the table of who catches which; it must be true.  With
# WRITE=1 it is written.  With FUZZ=N it is also counted how many the fuzzer finds
# by itself in N programs each, which takes a while.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
doc=$srcdir/docs/mutants.md
cd "$srcdir" || exit 1

mapfile -t mutants < <(sed -n \
	's/^MUTANT(\([^,]*\), \([^,]*\), "\(.*\)")$/\1 \2 \3/p' base/mutants.def)
transcripts=(tests/rules/*.kith tests/scenarios/*.kith)

# Files that fail on the mutant $1, of those that follow; "crash" if it dies.
failing() {
	local mutant=$1
	shift
	KITH_MUTANT=$mutant timeout 20 "$kith" rules --format json "$@" \
		>"$tmp/out" 2>"$tmp/err"
	case $? in
	0 | 1) grep -o '"file":"[^"]*","model":"fails"' "$tmp/out" |
		sed 's/"file":"\([^"]*\)".*/\1/' | sort -u ;;
	*) echo crash ;;
	esac
}

# Files in which the mutant $1 and Linux differ.
differing() {
	local mutant=$1
	shift
	KITH_MUTANT=$mutant timeout 60 "$kith" conform --format json "$@" \
		>"$tmp/out" 2>"$tmp/err"
	sed -n 's/^{"file":"\([^"]*\)","what":"differs".*/\1/p' "$tmp/out"
}

# Does the fuzzer find the mutant $1 within $2 programs?
found() {
	local i
	for ((i = 0; i < $2; i += 25)); do
		KITH_MUTANT=$1 timeout 60 "$kith" fuzz --seed $((900 + i)) \
			--programs 25 --steps 40 --out "$tmp/fuzz" >"$tmp/out" 2>&1
		# That Linux is lost sight of is no difference.
		grep '^program ' "$tmp/out" | grep -qv 'Linux is lost' && return 0
	done
	return 1
}

called() {
	local file
	read -r file
	[ -z "$file" ] || basename "$file" .kith
}

is "$(failing '' "${transcripts[@]}")" "" "without a mutant all transcripts hold"
KITH_MUTANT=nonsense "$kith" rules "${transcripts[0]}" >/dev/null 2>&1
is "$?" 3 "there is no mutant 'nonsense'"

echo '1 getpid() = 1' >"$tmp/one.kith"
linux=yes
"$kith" conform "$tmp/one.kith" >/dev/null 2>"$tmp/why" || linux=
if [ -n "$linux" ]; then
	is "$(differing '' tests/rules/*.kith)" "" "nor does Linux differ"
else
	skip "nor does Linux differ" "$(cat "$tmp/why")"
fi

# --- who catches which -------------------------------------------------------

start=$SECONDS
corpus=0 conform=0 both=0 fuzz=0
for line in "${mutants[@]}"; do
	read -r name rule what <<<"$line"
	own=tests/rules/$rule.kith
	by=$(failing "$name" "$own" | called)
	[ -n "$by" ] || by=$(failing "$name" "${transcripts[@]}" | called)
	with= last=
	if [ -n "$linux" ]; then
		with=$(differing "$name" "$own" | called)
		[ -n "$by$with" ] ||
			with=$(differing "$name" "${transcripts[@]}" | called)
		[ -n "$by$with" ] || ! found "$name" 1000 || last=fuzz
	fi
	[ -z "$by" ] || corpus=$((corpus + 1))
	[ -z "$with" ] || conform=$((conform + 1))
	[ -z "$by" ] || [ -z "$with" ] || both=$((both + 1))
	[ -z "$last" ] || fuzz=$((fuzz + 1))
	if [ -z "$by" ] && [ -z "$linux" ]; then
		skip "$name is caught: $what" "it needs Linux"
	else
		[ -n "$by$with$last" ]
		ok $? "$name is caught by ${by:+the corpus }${with:+conform }$last: $what"
	fi
	printf '%-12s  %-55s  %-7s  %s\n' "$name" "$what" "${by:--}" \
		"${with:-${last:--}}" >>"$tmp/table"
done
seconds=$((SECONDS - start))
echo "# ${#mutants[@]} mutants, in $seconds s: $both caught by the corpus and by conform;"
echo "# $((corpus - both)) by the corpus alone, $((conform - both)) by conform alone, $fuzz by fuzz alone"

if [ -n "$FUZZ" ]; then
	n=0
	for line in "${mutants[@]}"; do
		! found "${line%% *}" "$FUZZ" || n=$((n + 1))
	done
	echo "# by fuzz, in $FUZZ programs each: $n of ${#mutants[@]}"
fi

# --- what conform says -------------------------------------------------------

# A difference on purpose for each thing that is compared.  If conform went blind
# for one of them, that one would be missing here: the mutant, the calls, and in
# which line what is said of whom.
T='CLONE_VM|CLONE_SIGHAND|CLONE_THREAD'
planted() {
	KITH_MUTANT=$1 "$kith" conform --format json "$tmp/planted.kith" 2>/dev/null |
		sed -n 's/.*"differs","line":\([0-9]*\),"of":"\([^"]*\)","model":"\(.*\)","linux":"\(.*\)","families":.*/\1: \2: \3: \4/p'
}
while read -r mutant claim && read -r calls && read -r want; do
	if [ -z "$linux" ]; then
		skip "conform sees $claim" "it needs Linux"
		continue
	fi
	echo "$calls" | sed "s/; /\n/g; s/@T/$T/g" >"$tmp/planted.kith"
	is "$(planted "$mutant" | sed 's/ *$//')" "$want" "conform sees $claim"
done <<'END'
OBS_01 the order of children
1 fork(); 1 fork()
2: 1 children: 3 2 : 2 3
EXE_S1 it also if it is a thread's exec that changes it
1 fork(); 1 fork(); 2 clone(flags=@T); 4 execve("/bin/other")
4: 1 children: 3 2 : 2 3
ARP_03 a zombie that is none
1 rt_sigaction(SIGCHLD, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=SA_NOCLDWAIT}); 1 fork(); 2 exit_group(0)
3: 1 children: 2 :
PID_01 another number
1 fork(); 2 exit_group(0); 1 wait4(2); 1 fork()
4: 1 fork: 2: 3
KIL_02 another error
1 kill(99, 65)
1: 1 kill: -1 EINVAL (Invalid argument): -1 ESRCH (No such process)
WAI_17 another child
1 fork(); 1 fork(); 3 exit_group(0); 2 exit_group(0); 1 wait4(-1)
5: 1 wait4: 3: 2
WAI_11 that nobody sleeps there
1 fork(); 2 exit_group(0); 1 waitid(P_ALL, 0, ..., WSTOPPED)
3: 1 waitid: has not returned: -1 ECHILD (No child processes)
VFK_04 that somebody has woken
1 fork(); 2 vfork(); 3 execve("/bin/other")
3: 2 vfork: has not returned: 3
EXT_05 a status that is told
1 fork(); 1 fork(); 1 wait4(2); 3 kill(2, SIGSEGV)
4: 1 wait4: [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}]: [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV}]
EXT_05 a status that waits
1 fork(); 1 kill(2, SIGSEGV)
2: 2 stat.exit_code: 139: 11
EXT_05 a status of one who vanished at once
1 rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}); 1 fork(); 1 kill(2, SIGSEGV)
3: 2's end: killed by SIGSEGV (core dumped): killed by SIGSEGV
EXT_05 what waitid says
1 fork(); 1 fork(); 1 waitid(P_PID, 2, ..., WEXITED); 3 kill(2, SIGSEGV)
4: 1 waitid: {si_signo=SIGCHLD, si_code=CLD_DUMPED, si_pid=2, si_uid=0, si_status=SIGSEGV, si_utime=0, si_stime=0}: {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=2, si_uid=0, si_status=SIGSEGV, si_utime=0, si_stime=0}
R045 an old action
1 rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_mask=[KILL], sa_flags=0}); 1 rt_sigaction(SIGUSR1, NULL, ...)
2: 1 rt_sigaction: {sa_handler=SIG_IGN, sa_mask=[KILL], sa_flags=0}: {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}
PDS_03 a number that is filled in
1 prctl(PR_SET_PDEATHSIG, SIGHUP); 1 fork(); 2 prctl(PR_GET_PDEATHSIG)
3: 2 prctl: [SIGHUP]: [0]
PRC_01 a name
1 prctl(PR_SET_NAME, "x"); 1 fork()
2: 2 Name: : x
RPT_09 an exit signal
1 fork(); 2 clone(flags=SIGUSR1); 2 exit_group(0)
3: 3 stat.exit_signal: 10: 17
R020 what is pending
1 fork(); 2 vfork(); 1 kill(2, SIGWINCH)
3: 2 ShdPnd: 0000000008000000: 0000000000000000
PDS_04 who lives
1 clone(flags=@T); 2 fork(); 3 prctl(PR_SET_PDEATHSIG, SIGTERM); 2 exit(0)
4: 3 State: R (running): Z (zombie)
PNS_12 that init does
1 fork(); 2 kill(1, SIGTERM)
2: init: is dead: lives
END

if [ -n "$linux" ]; then
	printf '%s\n' '1 fork()' '1 spend({minflt=3000})' '2 fork()' \
		'3 spend({minflt=5000})' '3 exit_group(0)' '2 wait4(3)' '2 exit_group(0)' \
		'1 wait4(2, NULL, 0, ...)' >"$tmp/planted.kith"
	matches "$(planted STA_02)" "8: 1 wait4: *" "conform sees faults that were not counted"

	printf '%s\n' '1 fork()' '2 fork()' '2 exit_group(0)' '3 getppid()' >"$tmp/planted.kith"
	KITH_MUTANT=PID_01 "$kith" conform "$tmp/planted.kith" >"$tmp/out" 2>&1
	is "$?" 0 "where the mutant does as Linux does there is nothing to say"
	printf '%s\n' '1 fork()' '2 exit_group(0)' '1 wait4(2)' '1 fork()' \
		'3 getppid()' >"$tmp/planted.kith"
	KITH_MUTANT=PID_01 "$kith" conform "$tmp/planted.kith" >"$tmp/out" 2>"$tmp/err"
	is "$?" 1 "else the status is 1"
	is "$(sed "s|$tmp/||" "$tmp/out")" "\
planted.kith:4: 1 fork()
  1 fork: the model says '2', linux says '3'
    the model:
      1 R
        2 R
    linux:
      1 R
        3 R
1 files, 3 calls on both, 1 differ, 0 not run" \
		"and the first difference is told: the line, both values, both families"
else
	skip "what conform tells" "it needs Linux"
fi

# --- the document ------------------------------------------------------------

if [ -n "$WRITE" ]; then
	{ echo '```text'; cat "$tmp/table"; echo '```'; } >"$tmp/block"
	sed -i -e '/^<!-- mutants -->$/,/^<!-- end -->$/{//!d}' \
		-e "/^<!-- mutants -->\$/r $tmp/block" "$doc"
fi
if [ -n "$linux" ]; then
	sed -n '/^<!-- mutants -->$/,/^<!-- end -->$/p' "$doc" |
		sed -e '1,2d' -e '$d' | sed '$d' >"$tmp/told"
	is "$(diff "$tmp/told" "$tmp/table")" "" "docs/mutants.md says so"
else
	skip "docs/mutants.md says so" "it needs Linux"
fi

done_testing

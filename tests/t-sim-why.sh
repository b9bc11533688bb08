#!/bin/sh
# `kith why`: what it says of zombies, orphans, sleepers, the living, the gone.
. "$(dirname "$0")/tap.sh"

kith=$O/kith

# scenario: a transcript on stdin, for the questions that follow
scenario() { cat >"$tmp/s"; }
why() { (cd "$tmp" && "$kith" why "$@" s 2>&1) || echo "status $?"; }

# --- zombies -------------------------------------------------------------------

scenario <<'EOF2'
1 fork() = 2
2 execve("/bin/server") = 0
2 fork() = 3
2 fork() = 4
2 fork() = 5
4 execve("/bin/sh")
5 kill(4, SIGKILL)
3 exit_group(7)
2 wait4(3) = 3
2 wait4(5)
5 kill(1, 0)
1 kill(2, SIGKILL)
EOF2
is "$(why 4 --at 8)" "pid 4 (sh) is a zombie: it was killed by SIGKILL, sent by 5, in line 7; only its parent can reap it [WAI-04]; its parent is 2 (server), alive, which has not waited since; init (1) cannot.
It goes when 2 calls wait4(4) or, for any child, wait4(-1).
If 2 exits it moves to 1 (no subreaper between) [RPT-01].
Until then the number 4 is taken [PID-07]; signals to it change nothing [EXT-S2]." \
	"a zombie whose parent has not waited"
is "$(why 4 --at 9 | head -1)" "pid 4 (sh) is a zombie: it was killed by SIGKILL, sent by 5, in line 7; only its parent can reap it [WAI-04]; its parent is 2 (server), alive, whose last wait4, in line 9, returned 3 and left it; init (1) cannot." \
	"one whose parent has waited, for another"
is "$(why 4 --at 10 | head -1)" "pid 4 (sh) is a zombie: it was killed by SIGKILL, sent by 5, in line 7; only its parent can reap it [WAI-04]; its parent is 2 (server), asleep in wait4 since line 10; it waits there for 5, not for 4; init (1) cannot." \
	"one whose parent sleeps in a wait for another"
is "$(why 4 --at 12)" "pid 4 (sh) is a zombie: it was killed by SIGKILL, sent by 5, in line 7; 2 died in line 12, and 1 (init) adopted it, for there was no subreaper between [RPT-01]; only its parent can reap it [WAI-04]; its parent is 1 (init), alive, which has not waited since.
It goes when 1 calls wait4(4) or, for any child, wait4(-1).
Until then the number 4 is taken [PID-07]; signals to it change nothing [EXT-S2]." \
	"one that came to init"

scenario <<'EOF2'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
3 fork() = 4
2 clone(flags=0) = 5
2 fork() = 6
2 fork() = 7
4 exit_group(3)
5 exit_group(0)
6 exit_group(1)
3 wait4(-1, NULL, __WCLONE|__WNOTHREAD)
2 waitid(P_ALL, 0, NULL, WSTOPPED)
EOF2
is "$(why 5 | head -1)" "pid 5 is a zombie: it exited with 0 in line 8; only its parent can reap it [WAI-04]; its parent is 2, asleep in waitid since line 11; it asks there for stops or continues, not for the dead [WAI-11]; init (1) cannot." \
	"one whose parent asks for stops"
is "$(why 5 | sed -n 2p)" "It goes when 2 waits for it with __WALL or __WCLONE, since its exit signal is not SIGCHLD [WAI-28]." \
	"a clone child wants more than wait4(-1)"

scenario <<'EOF2'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
3 fork() = 4
2 clone(flags=0) = 5
2 fork() = 6
4 exit_group(3)
5 exit_group(0)
2 wait4(-1, NULL, __WNOTHREAD)
EOF2
is "$(why 4 | head -1)" "pid 4 is a zombie: it exited with 3 in line 6; only its parent can reap it [WAI-04]; its parent is 2, asleep in wait4 since line 8; with __WNOTHREAD it waits for its own children, and 4 is thread 3's [WMT-01]; init (1) cannot." \
	"the child of another thread"
is "$(why 5 | head -1)" "pid 5 is a zombie: it exited with 0 in line 7; only its parent can reap it [WAI-04]; its parent is 2, asleep in wait4 since line 8; without __WALL or __WCLONE it finds no clone child such as 5, whose exit signal is not SIGCHLD [WAI-26]; init (1) cannot." \
	"a clone child"

scenario <<'EOF2'
1 rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}) = 0
1 fork() = 2
2 rt_sigaction(SIGCHLD, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}) = 0
2 fork() = 3
3 exit_group(0)
2 rt_sigaction(SIGCHLD, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}) = 0
2 vfork() = 4
4 fork() = 5
5 exit_group(2)
4 exit_group(0)
2 exit_group(0)
EOF2
is "$(why 3 --at 6)" "pid 3 is a zombie: it exited with 0 in line 5; only its parent can reap it [WAI-04]; its parent is 2, alive, which has not waited since; init (1) cannot.
2 ignores SIGCHLD now, but did not, or was not its parent, when it died; what is a zombie stays one [ARP-04].
It goes when 2 calls wait4(3) or, for any child, wait4(-1).
If 2 exits it is gone at once: 1 (init) would get it, and ignores SIGCHLD [RPT-10].
Until then the number 3 is taken [PID-07]; signals to it change nothing [EXT-S2]." \
	"one whose parent ignores SIGCHLD, too late"
is "$(why 3 --at 9 | head -1)" "pid 3 is a zombie: it exited with 0 in line 5; only its parent can reap it [WAI-04]; its parent is 2, asleep in vfork since line 7; it waits until 4, the child that it made there, runs another program or exits [VFK-01]; only a deadly signal can end this sleep early [VFK-07]; init (1) cannot." \
	"one whose parent sleeps in vfork"
is "$(why 5 --at 9 | head -1)" "5 is gone: it exited with 2 in line 9; nobody needed to wait for it: its parent, 4, ignored SIGCHLD or had set SA_NOCLDWAIT [ARP-01]." \
	"a child of one who ignores SIGCHLD leaves none"
is "$(why 3 | head -1)" "3 is gone: it exited with 0 in line 5; 2 died in line 11, and 1 (init) adopted it, for there was no subreaper between [RPT-01]; nobody needed to wait for it in line 11: 1 (init), who had become its parent, ignores it [RPT-10]." \
	"one that its new parent ignored"

# --- orphans -------------------------------------------------------------------

scenario <<'EOF2'
1 fork() = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
2 fork() = 3
3 fork() = 4
4 fork() = 5
4 exit_group(0)
3 exit_group(0)
2 exit_group(0)
EOF2
is "$(why 5 --at 6)" "pid 5 is an orphan, in user mode.
It was born in line 5 to 4; 4 died in line 6, and 2 adopted it, the nearest living subreaper above [RPT-02].
If 2 exits it moves to 1 (no subreaper between) [RPT-01].
It is in group 1 and session 1, and has 0 children." "an orphan, with a subreaper"
is "$(why 5 | sed -n 2p)" "It was born in line 5 to 4; 4 died in line 6, and 2 adopted it, the nearest living subreaper above [RPT-02]; 2 died in line 8, and 1 (init) adopted it, for there was no subreaper between [RPT-01]." \
	"and a second time"
is "$(why 5 --at 5 | sed -n 3p)" "If 4 exits it moves to 2 (the nearest subreaper above) [RPT-02]." \
	"who would get it, while its parent lives"

scenario <<'EOF2'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
3 fork() = 4
3 exit(0)
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 5
2 exit(1)
5 execve("/bin/server") = 0
EOF2
is "$(why 4 --at 4)" "pid 4 is alive, in user mode.
Its parent is 2, since its birth in line 3; thread 3 died in line 4, and 2 of the same process took over [WMT-04].
If 2 exits it moves to 1 (no subreaper between) [RPT-01].
It is in group 1 and session 1, and has 0 children." "a dead thread's child goes to another"
is "$(why 2 --at 6)" "pid 2 looks like a zombie, and is none to be waited for: its first thread ended in line 6, but of its process thread 5 lives [EXT-06]; its parent, 1 (init), is told when the last of them is gone [EXT-08]." \
	"a dead first thread"
is "$(why 3)" "3 is gone: it was a thread of 2, and exited with 0 in line 4; threads are not waited for [CLN-23].
The number is free; it will be given again when all higher ones have had their turn [PID-01]." \
	"a thread that ended"
is "$(why 5 --at 5)" "5 is a thread of process 2, made in line 5, in user mode; nobody will wait for it: threads just go when they end [CLN-23].
Its process has 2 threads, 2 and 5; it is in group 1 and session 1, and has 1 child." \
	"a thread"
is "$(why 5 | head -1)" "5 is gone: it was a thread of 2, and took over that number when it ran another program in line 7 [EXE-01]." \
	"one that runs another program as its process"

# --- sleepers ------------------------------------------------------------------

scenario <<'EOF2'
1 fork() = 2
2 fork() = 3
2 fork() = 4
2 fork() = 5
2 wait4(-1)
1 wait4(2)
5 wait4(0) = -1 ECHILD
EOF2
is "$(why 2 | head -1)" "pid 2 is alive, asleep in wait4 since line 5; it waits for one of 3, 4 and 5 to die." \
	"asleep in wait4, for any child"
is "$(why 1)" "pid 1 (init) is alive, asleep in wait4 since line 6; it waits for 2 to die.
It is init, and has no parent.
It is in group 1 and session 1, and has 1 child." "for one of them"

scenario <<'EOF2'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
1 vfork() = 4
3 execve("/bin/a")
4 execve("/bin/b")
EOF2
is "$(why 1 --at 3 | head -1)" "pid 1 (init) is alive, asleep in vfork since line 3; it waits until 4, the child that it made there, runs another program or exits [VFK-01]; only a deadly signal can end this sleep early [VFK-07]." \
	"asleep in vfork"
is "$(printf 'g 3\nuntil 3 asleep\nw 3\n' | "$kith" step --micro "$tmp/s" | tail -2)" "3 is a thread of process 2, made in line 2, asleep in execve since line 4; it waits until the other thread of its process, 2, is gone [EXE-01]; only a deadly signal can end this sleep early; nobody will wait for it: threads just go when they end [CLN-23].
Its process has 2 threads, 2 and 3; it is in group 1 and session 1, and has 0 children." \
	"asleep in execve"
is "$(printf 'g 3\nn\nw 3\n' | "$kith" step --micro "$tmp/s" | grep -c 'in the middle of execve')" 1 \
	"not asleep, and not at rest"

# --- those who are gone, and those who never were -------------------------------

scenario <<'EOF2'
1 fork() = 2
2 fork() = 3
3 kill(3, SIGTERM)
2 wait4(3) = 3
2 fork() = 4
1 exit_group(0)
EOF2
is "$(why 3)" "3 is gone: it was killed by SIGTERM, sent by 3, in line 3; 2 collected it in line 4 [WAI-12].
The number is free; it will be given again when all higher ones have had their turn [PID-01]." \
	"one that was collected"
is "$(why 4 | head -1)" "4 is gone: it was killed by SIGKILL when init ended, in line 6; 2 died in line 6, and 1 (init) adopted it, for there was no subreaper between [RPT-01]; nobody needed to wait for it: its parent, 1 (init), ignored SIGCHLD or had set SA_NOCLDWAIT [ARP-01]." \
	"one that went with init"
is "$(why 1)" "pid 1 (init) is a zombie: it exited with 0 in line 6; it was init, and with it the machine has ended." \
	"init itself"
is "$(why 5)" "kith why: up to line 6 there has been no 5
status 1" "one that never was"
is "$(why 4 --at 4)" "kith why: up to line 4 there has been no 4
status 1" "one that is not yet"

printf '# machine: pid_max=301\n1 fork() = 2\n1 sysctl("kernel.ns_last_pid", 1)\n2 exit_group(5)\n1 wait4(2) = 2\n1 fork() = 2\n' |
	scenario
is "$(why 2 | sed -n 1,2p)" "pid 2 is alive, in user mode.
Its parent is 1 (init), since its birth in line 6." "a number that was given out again"

# --- usage ---------------------------------------------------------------------

is "$(why x)" "kith why: 'x' is not a process's number
status 2" "a number is wanted"
is "$("$kith" why 3 2>&1 | head -1; "$kith" why 2>&1 | head -1)" \
"kith why: which file?
kith why: which number, and which file?" "and a file"
printf '1 fork() = 3\n' | scenario
is "$(why 2 | sed -n '1p;$p')" "s:1:12: fork: expected 3, got 2; continuing with that
status 1" "what does not hold is told here, too"
printf '1 fork() = 2\n2 exit_group(0)\n' | scenario
is "$(why --format json 2)" '{"file":"s","what":"why","after":2,"pid":2,"state":"zombie","parent":1,"because":[{"text":"pid 2 is a zombie: it exited with 0 in line 2"},{"text":"only its parent can reap it","rule":"WAI-04"},{"text":"its parent is 1 (init), alive, which has not waited since"},{"text":"It goes when 1 calls wait4(2) or, for any child, wait4(-1)"},{"text":"Until then the number 2 is taken","rule":"PID-07"},{"text":"signals to it change nothing","rule":"EXT-S2"}]}' \
	"for programs"

# Whatever is asked after whatever line of whatever scenario has an answer, and
# only rules that there are.  (Those of exec are not in the list yet.)
for file in "$srcdir"/tests/scenarios/*.kith; do
	awk 'BEGIN { for (l = 1; l < 25; l++) { print "g", l; for (p = 1; p < 8; p++) print "w", p; print "w 300" } }' |
		"$kith" step "$file" 2>/dev/null
done | grep -v '^after' >"$tmp/all"
"$kith" rules --format json "$tmp/all" >"$tmp/rules"
is "$(grep -o '\[[A-Z][A-Z][A-Z]-[0-9S]*\]' "$tmp/all" | tr -d '[]' | grep -v '^EXE' | sort -u |
	while read -r rule; do grep -q "\"rule\":\"$rule\"" "$tmp/rules" || echo "$rule"; done)" \
	"" "rules that there are"
is "$(grep -c '(null)\|  \|;;\|; [A-Z]' "$tmp/all")" 0 "and whole sentences"

done_testing

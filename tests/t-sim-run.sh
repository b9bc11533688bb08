#!/bin/sh
# What `kith run` says where a transcript and the model differ, and how it goes
# on.
. "$(dirname "$0")/tap.sh"

kith=$O/kith

cat >"$tmp/wrong" <<'EOF'
1 fork() = 5
1 wait4(-1) = 2
2 exit_group(3) = ?
1 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}]) = 2
2 getpid() = 2
1 fork() = 3
1 vfork() <unfinished ...>
1 getpid()
4 +++ exited with 0 +++
3 exit_group(0)
3 +++ exited with 1 +++
9 getpid()
@ 1 State: X
@ 9 State: X
@ 3 gone
4 kill(4, SIGTERM) = ?
4 --- SIGTERM {si_pid=7, ...} ---
4 --- SIGTERM {si_pid=4, si_code=SI_USER} ---
1 clone3({flags=CLONE_PARENT_SETTID, parent_tid=0x7ffe0000, exit_signal=SIGCHLD} => {parent_tid=[9]}, 88) = 5
1 wait4(5) = 5

EOF

is "$(cd "$tmp" && "$kith" run wrong 2>&1 >/dev/null; echo "status $?")" "wrong:1:12: fork: expected 5, got 2; continuing with that
wrong:4:56: wait4: expected 2, got -1 ECHILD (No child processes); continuing with that
wrong:5:1: getpid is not made: 2 is dead since line 3
wrong:8:1: getpid is not made: 1 is asleep in vfork since line 7
wrong:9:1: expected 4 to have died, but 4 is in user mode
wrong:11:1: 3: expected exited with 1, got exited with 0
wrong:12:1: getpid is not made: there is no thread 9
wrong:13:1: State of 1: expected 'X', got 'D (disk sleep)'
wrong:14:1: expected State, but 9 is gone
wrong:15:1: expected 3 to be gone, but it is there
wrong:16:22: kill: expected it not to return, got 0; continuing with that
wrong:17:15: expected {si_pid=7, ...}, got {si_pid=4, ...}
wrong:18:1: expected 4 to take a signal, but 4 is dead since line 16
wrong:19:10: clone3: expected => {parent_tid=[9]}, got => {parent_tid=[5]}
wrong:20:14: wait4: expected it to end, but 1 is asleep in wait4 since line 20
status 1" \
	"each difference is told, and the run goes on"
is "$("$kith" run "$tmp/wrong" 2>/dev/null)" "1 fork()                                = 2
1 wait4(-1,  <unfinished ...>
2 exit_group(3)                         = ?
2 +++ exited with 3 +++
1 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 2
1 wait4(-1, 0x7ffe0000, 0, NULL)        = -1 ECHILD (No child processes)
# not made: 2 getpid() = 2
1 fork()                                = 3
1 vfork( <unfinished ...>
# not made: 1 getpid()
3 exit_group(0)                         = ?
3 +++ exited with 0 +++
# not made: 9 getpid()
@ 1 State: D (disk sleep)
@ 9 State: X
@ 3 gone
4 kill(4, SIGTERM)                      = 0
4 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=4, si_uid=0} ---
4 +++ killed by SIGTERM +++
1 <... vfork resumed>)                  = 4
1 clone3({flags=CLONE_PARENT_SETTID, parent_tid=0x7ffe0000, exit_signal=SIGCHLD, stack=NULL, stack_size=0} => {parent_tid=[5]}, 88) = 5
1 wait4(5,  <unfinished ...>" \
	"with what the model did"

printf '1 fork()\n1 fork() = 2\n' >"$tmp/json"
is "$("$kith" run --format json - <"$tmp/json" | sed 's/"text":.*/.../')" \
	'{"file":"<stdin>","what":"call","line":1,"after":1,"tid":1,"call":"fork","result":2,...
{"file":"<stdin>","what":"call","line":2,"after":2,"tid":1,"call":"fork","result":3,...
{"file":"<stdin>","what":"failed","line":2,"column":12,...
{"file":"<stdin>","what":"end","status":1,"failures":1}' \
	"one JSON object a line, for programs"

# Comments stand where they stood, though lines are filled in around them.
printf '# a\n1 fork()\n\n# b\n2 exit_group(1)\n# c\n2 +++ exited with 1 +++\n\n# d\n1 wait4(2)\n# e\n' |
	"$kith" run - >"$tmp/out"
is "$(cat "$tmp/out")" "# a
1 fork()                                = 2

# b
2 exit_group(1)                         = ?
# c
2 +++ exited with 1 +++

# d
1 wait4(2, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 2
# e" "comments keep their places"

# A log as strace writes it: arguments after the first output stand below.
printf '1 fork() = 2\n1 waitid(P_ALL, 0,  <unfinished ...>\n2 exit_group(1) = ?\n1 <... waitid resumed>{si_pid=2, ...}, WEXITED|WNOWAIT, NULL) = 0\n@ 2 State: Z (zombie)\n' |
	"$kith" run - >/dev/null 2>&1
ok $? "an unfinished call finds its other arguments where it is resumed"

printf '# machine: pid_max=301\n1 sysctl("kernel.ns_last_pid", 300) = 0\n1 fork() = 300\n1 fork() = -1 EAGAIN\n' |
	"$kith" run - >/dev/null 2>&1
ok $? "a machine can be asked for"
printf '1 fork() = 2\n# machine: micro\n' | "$kith" run - >/dev/null 2>"$tmp/err"
is "$? $(cat "$tmp/err")" \
	"2 <stdin>:2:11: the machine has begun to run by now" "but not too late"
printf '1 fork()\n2 prctl(PR_SET_NAME, "a b) c")\n@ 2 comm: a b) c\n@ 2 stat.comm: (a b) c)\n@ 2 stat.ppid: 1\n@ 2 State: ...\n@ 1 children: 2\n@ 2 children:\n' |
	"$kith" run - >"$tmp/out" 2>&1
is "$? $(grep State "$tmp/out")" "0 @ 2 State: R (running)" "fields of /proc"

done_testing

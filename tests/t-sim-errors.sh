#!/bin/sh
# What cannot be a transcript is told before anything runs: where, and what was
# expected there.  Lines come in pairs, a mistake and the complaint about it.
. "$(dirname "$0")/tap.sh"

kith=$O/kith

complaint() {
	printf '%s\n' "$1" | "$kith" run - >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 2 ] || echo "the exit status is not 2" >>"$tmp/err"
	[ -s "$tmp/out" ] && echo "something was run" >>"$tmp/err"
	sed 's/^<stdin>://' "$tmp/err"
}

while IFS= read -r line && IFS= read -r want; do
	is "$(complaint "$line")" "$want" "$line"
done <<'EOF'
fork() = 2
1:1: expected a thread's number, '#' or '@', got 'fork'
1
1:2: expected a call, <..., --- or +++, got the end of the line
1 fork
1:7: expected '(', got the end of the line
1 fork(
1:8: expected ')', as there are no arguments, got the end of the line
1 fork() 2
1:10: expected '=', got '2'
1 fork() = 
1:12: expected a result, got the end of the line
1 fork() = two
1:12: expected a result, got 'two'
1 fork() = -1
1:14: expected an error, like ECHILD, got the end of the line
1 fork() = -1 ENOPE
1:15: expected an error, like ECHILD, got 'ENOPE'
1 fork() = 2 3
1:14: expected the end of the line, got '3'
1 fork(1) = 2
1:8: expected ')', as there are no arguments, got '1'
1 frok() = 2
1:3: the model has no call 'frok'
0 fork()
1:1: this number is too small (at least 1)
-1 fork()
1:1: this number is too small (at least 1)
99999999999 fork()
1:1: this number is too large (at most 2147483647)
1 exit_group()
1:14: expected a number, got ')'
1 exit_group(0, 1)
1:17: expected ')' after 1 argument
1 exit_group(0) = 0
1:19: expected '?', as the call never returns, got '0'
1 exit_group(x)
1:14: expected a number, got 'x'
1 kill(2)
1:9: expected a signal, got ')'
1 kill(2, TERM)
1:11: expected a signal, like SIGTERM, got 'TERM'
1 kill(2, SIGTREM)
1:11: expected a signal, like SIGTERM, got 'SIGTREM'
1 kill(SIGTERM, 2)
1:8: expected a process number, got 'SIGTERM'
1 kill(2 SIGTERM)
1:10: expected ',' or ')', got 'SIGTERM'
1 kill(2, SIGTERM
1:18: expected ',' or ')', got the end of the line
1 kill(2147483648, SIGTERM)
1:8: this number is too large (at most 2147483647)
1 kill(2, SIGSTOP)
1:3: kill: stopping is not modelled yet
1 wait4()
1:9: expected a process number, got ')'
1 wait4(-1, x)
1:13: expected a status like [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], NULL or ..., got 'x'
1 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 256}])
1:49: this number is too large (at most 255)
1 wait4(-1, [{WIFEXITED(t)}])
1:25: expected 's', got 't'
1 wait4(-1, [{WEXITED(s)}])
1:15: expected WIFEXITED(s), WIFSIGNALED(s), WIFSTOPPED(s) or WIFCONTINUED(s), got 'WEXITED'
1 wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == 0}])
1:49: expected a signal
1 wait4(-1, NULL, WNOHAND)
1:19: expected wait's options (WNOHANG, WSTOPPED, WUNTRACED, WEXITED, WCONTINUED, WNOWAIT, __WCLONE, __WALL, __WNOTHREAD), got 'WNOHAND'
1 wait4(-1, NULL, WNOHANG|)
1:27: expected wait's options (WNOHANG, WSTOPPED, WUNTRACED, WEXITED, WCONTINUED, WNOWAIT, __WCLONE, __WALL, __WNOTHREAD), got ')'
1 wait4(-1, NULL, 0, {ru_utime=1})
1:32: expected '{', got '1'
1 wait4(-1, NULL, 0, {ru_time=1})
1:23: expected ru_utime, ru_stime, ru_maxrss, ru_minflt, ru_majflt, ru_nvcsw, ru_nivcsw or '}', got 'ru_time'
1 wait4(-1, NULL, 0, NULL, 0)
1:28: expected ')' after 4 arguments
1 waitid(P_ALL, 0)
1:18: expected wait's options, got ')'
1 waitid(P_ANY, 0, NULL, WEXITED)
1:10: expected a kind of id (P_ALL, P_PID, P_PGID, P_PIDFD), got 'P_ANY'
1 waitid(P_ALL, 0, {si_pid=1, si_pid=2}, WEXITED)
1:31: si_pid is there twice
1 waitid(P_ALL, 0, {si_pid=1 si_uid=2}, WEXITED)
1:30: expected ',' or '}', got 'si_uid'
1 waitid(P_ALL, 0, {si_code=CLD_EXITTED}, WEXITED)
1:29: expected a code, like SI_USER or CLD_EXITED, got 'CLD_EXITTED'
1 waitid(P_ALL, 0,  <unfinished ...>
1:21: expected wait's options, here or where the call is resumed
1 clone(SIGCHLD)
1:9: expected child_stack= or flags=, got 'SIGCHLD'
1 clone(flags=CLONE_NOPE)
1:15: expected flags of clone and a signal (CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_PIDFD, CLONE_PTRACE, CLONE_VFORK, CLONE_PARENT, CLONE_THREAD, ...), got 'CLONE_NOPE'
1 clone(flags=CLONE_NEWPID|SIGCHLD)
1:3: clone: CLONE_NEWPID is not modelled yet
1 clone(flags=SIGCHLD, tls=NULL, parent_tid=NULL)
1:34: expected child_tidptr=, got 'parent_tid'
1 clone3({flags=CLONE_VM, exit_signal=SIGFOO})
1:39: expected a signal, like SIGTERM, got 'SIGFOO'
1 clone3({set_tid=[1, 2, 3, 4, 5]})
1:31: expected at most 4 numbers
1 clone3({flags=0, ...})
1:20: expected flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup or '}', got '.'
1 prctl(PR_SET_NAME)
1:20: expected a string in quotes, NULL or an address, got ')'
1 prctl(PR_SET_NAME, "a\0b")
1:22: a string cannot contain \0
1 prctl(PR_SET_NAME, "abc)
1:22: this string has no end
1 prctl(PR_SET_NAME, "\q")
1:24: expected an escape of C after the backslash
1 prctl(PR_SET_NO_NEW_PRIVS, 0x1)
1:3: prctl: this option of prctl is not modelled yet
1 prctl(SET_NAME, "x")
1:9: expected an option of prctl (PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_GET_KEEPCAPS, PR_SET_KEEPCAPS, PR_SET_NAME, PR_GET_NAME, ...), got 'SET_NAME'
1 rt_sigaction(SIGUSR1, {sa_handler=handler, sa_mask=[], sa_flags=0}) = 0
1:3: rt_sigaction: signal handlers are not modelled yet
1 rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_mask=[FOO]})
1:55: expected a signal without SIG, or ']', got 'FOO'
1 rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_flags=SA_NOPE})
1:55: expected flags of sigaction (SA_RESTORER, SA_ONSTACK, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_SIGINFO, SA_NOCLDSTOP, SA_NOCLDWAIT, SA_UNSUPPORTED, ...), got 'SA_NOPE'
1 fcntl(0, F_GETFL)
1:12: expected a command of fcntl (F_DUPFD, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC), got 'F_GETFL'
1 fcntl(0, 3)
1:3: fcntl: this command of fcntl is not modelled yet
1 spend({utime=10})
1:18: expected a unit: ns, us, ms or s, got '}'
1 spend({utime=99999999999999999999s})
1:16: this time is too long
1 spend({time=10ms})
1:10: expected utime, stime, minflt or '}', got 'time'
1 wait4(-1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
1:17: ERESTARTSYS: restarted calls are not modelled yet
1 <... wait5 resumed>) = 2
1:8: the model has no call 'wait5'
1 <... wait4 finished>) = 2
1:14: expected 'resumed', got 'finished'
1 <... wait4 resumed> <unfinished ...>
1:39: expected a result
2 --- SIGTERM
1:14: expected '---', got the end of the line
2 --- TERM ---
1:7: expected a signal, like SIGTERM, got 'TERM'
2 --- SIGTERM {si_foo=1} ---
1:16: expected si_signo, si_code, si_pid, si_uid, si_status, si_utime, si_stime, si_int, si_ptr or '}', got 'si_foo'
2 +++ exited 7 +++
1:14: expected 'with', got '7'
2 +++ exited with 300 +++
1:19: this number is too large (at most 255)
2 +++ killed by TERM +++
1:17: expected a signal, like SIGTERM, got 'TERM'
2 +++ killed by SIGTERM
1:24: expected '+++', got the end of the line
2 +++ vanished +++
1:7: expected 'exited with', 'killed by' or 'superseded by', got 'vanished'
2 +++ superseded by execve in pid x +++
1:35: expected a thread's number, got 'x'
@ 2
1:4: expected a field of /proc (State, PPid, Threads, children, stat.NAME ...) or 'gone', got the end of the line
@ x State: Z
1:3: expected a thread's number, got 'x'
@ 2 Sate: Z
1:5: expected a field of /proc (State, PPid, Threads, children, stat.NAME ...) or 'gone', got 'Sate'
@ 2 stat.foo: 1
1:5: expected a field of /proc (State, PPid, Threads, children, stat.NAME ...) or 'gone', got 'stat'
@ 2 State Z
1:11: expected ':', got 'Z'
@ 2 gone away
1:10: expected the end of the line, got 'away'
# machine: pid_max=12
1:20: this number is too small (at least 301)
# machine: fast
1:12: expected linux=, pid_max=, seed=, memory=, lacks_caps=, micro or dump_core, got 'fast'
# machine: seed=x
1:17: expected a number, got 'x'
# needs: luck
1:10: expected root, userns, CAP_... or linux >= ..., got 'luck'
# needs: linux > 6.14
1:16: expected '>=', got '>'
# needs: linux >= six
1:19: expected a version, like 6.14, got 'six'
1 execve("/bin/x", ["a" "b"])
1:25: expected ',', got '"b'
1 execve("/bin/x", [a])
1:21: expected a string in quotes, got 'a'
1 execve(/bin/x)
1:10: expected a string in quotes, NULL or an address, got '/bin'
1 setpgid(0, 0) = 0
1:3: the model has no call 'setpgid'
[pid  7] fork() = 8
1:1: expected a thread's number, '#' or '@', got '[pid'
@ 2 State: ... x
1:16: expected the end of the line, got 'x'
1 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s)}])
1:45: expected '==', got '}'
1 wait4(, NULL)
1:9: expected a process number, got ','
1 times(1)
1:9: expected {tms_utime=...}, NULL or ..., got '1'
1 dup(0x1)
1:7: expected a file descriptor, got '0x1'
1 kill(2, SIGRT_33)
1:11: expected a signal, like SIGTERM, got 'SIGRT_33'
EOF

# --- files -----------------------------------------------------------------

run() {
	"$kith" run "$@" 2>&1 >/dev/null
	echo "status $?"
}

is "$(run "$tmp/none")" "kith: $tmp/none: No such file or directory
status 2" "a missing file"
is "$(run "$tmp")" "kith: $tmp: Is a directory
status 2" "a directory"
: >"$tmp/empty"
is "$(run "$tmp/empty")" "$tmp/empty: nothing to run: the file is empty
status 0" "an empty file is a run of nothing"
printf '1 fork() = 2' >"$tmp/nonl"
is "$(run "$tmp/nonl")" "status 0" "a last line without its end"
printf '1 fork() = 2\r\n\r\n# x\r\n' >"$tmp/crlf"
is "$(run "$tmp/crlf")" "status 0" "lines that end as on other systems"
printf '\357\273\2771 fork() = 2\n' >"$tmp/bom"
is "$(run "$tmp/bom")" "status 0" "a byte order mark"
printf '1 fork() = 2\n1 getpid(\000) = 1\n' >"$tmp/nul"
is "$(run "$tmp/nul")" "$tmp/nul:2:10: a NUL byte: this is no text
status 2" "a NUL byte"
printf '# \377\376 caf\351\n1 prctl(PR_SET_NAME, "caf\351") = 0\n' >"$tmp/latin"
is "$(run "$tmp/latin")" "status 0" "bytes that are not UTF-8"
printf '1 prctl(PR_SET_NAME, "\303\251\303\251") = x\n' >"$tmp/utf8"
is "$(run "$tmp/utf8")" "$tmp/utf8:1:30: expected a result, got 'x'
status 2" "columns count characters"
{ printf '1 prctl(PR_SET_NAME, "'; head -c 1048576 /dev/zero | tr '\0' a
  printf '") = 0\n'; } >"$tmp/long"
is "$(run "$tmp/long")" "status 0" "a line of a megabyte"
head -c 1048576 /dev/zero | tr '\0' '(' >"$tmp/long"
matches "$(run "$tmp/long")" "*:1:1: expected a thread's number*status 2" \
	"a megabyte of nonsense"
yes '1 nonsense' | head -20 >"$tmp/many"
is "$(run "$tmp/many" | wc -l)" 12 "after ten mistakes the rest is counted"
matches "$(run "$tmp/many")" "*: and 10 more errors*" "as a number"
matches "$(run "$tmp/nonl" "$tmp/nul")" "*a NUL byte*status 2" \
	"one bad file among good ones"
is "$("$kith" run "$tmp/nonl" "$tmp/nul" 2>/dev/null)" "" \
	"and none of them is run"

# --- usage -----------------------------------------------------------------

usage() {
	"$kith" "$@" >/dev/null 2>"$tmp/err"
	echo "$? $(head -1 "$tmp/err")"
}

is "$(usage)" "2 usage: kith COMMAND [OPTION...] [FILE...]" "no command"
is "$(usage walk)" "2 kith: there is no command 'walk'" "an unknown command"
is "$(usage run)" "2 kith run: which file?" "no file"
is "$(usage run --fast)" "2 kith run: unknown or incomplete option --fast" \
	"an unknown option"
is "$(usage run --at 3 x)" "2 kith run: unknown or incomplete option 3" \
	"an option of another command"
is "$(usage run --seed x y)" "2 kith run: not a seed: x" "a seed that is none"
is "$(usage run --format xml y)" \
	"2 kith run: --format is json or text, not xml" "an unknown format"
is "$(usage tree a b)" "2 kith tree: one file at a time, not also b" \
	"one file too many"
is "$(usage --help)" "0 " "--help is no mistake"
is "$(usage run --help)" "0 " "nor is that of a command"
is "$("$kith" --version)" "kith $(sed -n 's/^version := //p' "$srcdir/GNUmakefile")" \
	"--version says which"

# --- machines that lack something ------------------------------------------

printf '# needs: linux >= 6.19\n1 fork() = 2\n' >"$tmp/needs"
is "$(run "$tmp/needs")" "$tmp/needs:1: this needs linux >= 6.19; the model is 6.18
status 3" "a kernel that is newer than the model"
printf '# needs: root, CAP_SYS_RESOURCE, linux >= 6.14\n1 fork() = 2\n' \
	>"$tmp/needs"
is "$(run "$tmp/needs")" "status 0" "what concerns real kernels only"
if [ -c /dev/full ]; then
	"$kith" run "$tmp/nonl" >/dev/full 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"1 kith: cannot write: No space left on device" "a full disk"
else
	skip "a full disk" "there is no /dev/full"
fi
is "$( (trap '' PIPE; "$kith" run "$srcdir"/tests/scenarios/*.kith) 2>&1 |
	head -1)" "# file: $(ls "$srcdir"/tests/scenarios/*.kith | head -1)" \
	"a reader that has had enough needs no message"
yes '1 getpid() = 1' | head -300000 >"$tmp/lots"
if (ulimit -v 20000 && "$kith" --version) >/dev/null 2>&1; then
	is "$( (ulimit -v 20000; "$kith" run "$tmp/lots") 2>&1
		echo "status $?")" "kith: out of memory
status 3" "without memory: one line, and status 3"
else
	skip "without memory" "this build needs more to begin with"
fi

done_testing

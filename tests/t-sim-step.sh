#!/bin/sh
# Sessions of `kith step`: what the commands print, and that going back is being
# there again.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
unset NO_COLOR
LC_ALL=C.UTF-8
export LC_ALL

cat >"$tmp/family" <<'EOF2'
# Who looks after 4?
1 fork() = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
2 fork() = 3
3 fork() = 4
2 wait4(-1)

# now
3 exit_group(0)
3 +++ exited with 0 +++
@ 4 PPid: 2
4 exit_group(1)
EOF2

# session OPTIONS, commands on stdin: all that is said, and the exit status
session() {
	(cd "$tmp" && "$kith" step "$@" 2>&1)
	status=$?
	[ $status -eq 0 ] || echo "status $status"
}

# --- going on ----------------------------------------------------------------

is "$(printf 'next\nn 3\n' | session family)" \
"# Who looks after 4?
1 fork()                                = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1)      = 0
2 fork()                                = 3
3 fork()                                = 4" "next, and three more"

is "$(printf 'g 6\nn\n.\nn\nn\n' | session family)" \
"after line 6, next is 9: 3 exit_group(0)

# now
3 exit_group(0)                         = ?
3 +++ exited with 0 +++
2 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 3
after line 10, next is 11: @ 4 PPid: 2
@ 4 PPid: 2
4 exit_group(1)                         = ?
4 +++ exited with 1 +++" "with comments, expectations and what follows from it"

is "$(printf 'run\nn\n' | session family | tail -3)" \
"after line 12, the last
kith step: there is nothing after line 12
status 1" "after the last line there is nothing"

is "$(printf 'r\n' | session family | head -n -1)" \
	"$("$kith" run "$tmp/family")" "all of it is what kith run prints"
is "$(printf 'g 99\ntranscript\n' | session family | tail -n +2)" \
	"$("$kith" run "$tmp/family")" "so is the transcript after a jump"
is "$(printf 'r\ng 4\na\n' | session family | tail -3)" \
"1 fork()                                = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1)      = 0
2 fork()                                = 3" "going back shortens it"

# --- back --------------------------------------------------------------------

is "$(printf 'b\n.\nn 2\nback\nb 5\nb\nt\n' | session family)" \
"kith step: this is the beginning
at the beginning, next is 2: 1 fork() = 2
# Who looks after 4?
1 fork()                                = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1)      = 0
after line 2, next is 3: 2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
kith step: this is only step 1
at the beginning, next is 2: 1 fork() = 2
1
status 1" "back, to the beginning and not further"

# A state is what these say, from where to choices; seen again, it must be the
# same.
look='.\nt\na\nw 1\nw 2\nw 3\nw 4\nw 5\nw 300\nc\n'
many() {
	i=0
	while [ $i -lt "$1" ]; do
		printf "$2\n$look"
		i=$((i + 1))
	done
}
# walk FILE STEPS [--micro]: was any state another, and how many were there?
walk() {
	(printf "$look"; many "$2" n; many "$2" b; many "$2" n
	printf "g 0\n${look}r\n${look}g 5\n${look}g 8\n${look}g 3\n$look") |
		"$kith" step --format json ${3:+"$3"} "$1" 2>/dev/null | awk '
			/"what":"at"/ {
				match($0, /"step":[0-9]*/)
				at = substr($0, RSTART, RLENGTH)
				state = ""
			}
			{ state = state $0 "\n" }
			/"what":"choices"/ {
				if (at in seen && seen[at] != state)
					wrong = 1
				if (!(at in seen))
					n++
				seen[at] = state
			}
			END { print wrong + 0, n }'
}

for file in "$srcdir"/tests/scenarios/*.kith; do
	for micro in "" --micro; do
		steps=$(printf 'r\n' | "$kith" step $micro --format json "$file" 2>/dev/null |
			sed -n 's/.*"what":"at".*"step":\([0-9]*\).*/\1/p')
		[ "$(walk "$file" "$steps" $micro)" = "0 $((steps + 1))" ] ||
			echo "$file $micro $(walk "$file" "$steps" $micro) of $steps"
	done
done >"$tmp/differ"
is "$(cat "$tmp/differ")" "" "in every scenario, back and forward again is the same"

# --- conditions --------------------------------------------------------------

is "$(printf 'until 3 is gone\nuntil 3 gone\nr line 11\n' | session family | grep ^after)" \
"after line 10, next is 11: @ 4 PPid: 2
after line 10, next is 11: @ 4 PPid: 2
after line 11, next is 12: 4 exit_group(1)" "until it is so; where it is so already, nothing happens"
for condition in "2 is asleep:6" "2 asleep:6" "4 is orphan:10" "ppid(4) == 2:10" \
	"ppid 4 3:5" "4 is zombie:12" "4 is alive:5" "4 idle:5" "event reparent:10" \
	"event exit 4:12" "event reap 3:10" "line 8:6" "line 9:10"; do
	is "$(printf 'until %s\n' "${condition%:*}" | session family | tail -1 |
		sed 's/^after line \([0-9]*\),.*/\1/')" "${condition##*:}" \
		"until ${condition%:*}"
done
is "$(printf 'r 9 is zombie\n' | session family | tail -2)" \
"kith step: until 9 is zombie: it never came to that
status 1" "what never comes is an error"
is "$(printf 'r 9 is nice\nr event party\nr ppid 4\n' | session family)" \
"kith step: until 9 is nice: no such condition; help lists them
kith step: until event party: there is no such event; help lists them
kith step: until ppid 4: no such condition; help lists them
status 1" "so is what is no condition"

# --- looking -----------------------------------------------------------------

is "$(printf 'g 9\nt\ns 4\nw 4\n' | session family | grep -v '^[GSNFCKU]\|^T[rg]')" \
"after line 10, next is 11: @ 4 PPid: 2
1
└── 2  subreaper
    └╌╌ 4  was 3's
Pid:	4
PPid:	2
Threads:	1
pid 4 is an orphan, in user mode.
It was born in line 5 to 3; 3 died in line 9, and 2 adopted it, the nearest living subreaper above [RPT-02].
If 2 exits it moves to 1 (no subreaper between) [RPT-01].
It is in group 1 and session 1, and has 0 children." "tree, status, why"
is "$(printf 'g 3\nl\n' | session family)" \
"after line 3, next is 4: 2 fork() = 3
    1  # Who looks after 4?
    2  1 fork() = 2
    3  2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
>   4  2 fork() = 3
    5  3 fork() = 4
    6  2 wait4(-1)
    7  
    8  # now
    9  3 exit_group(0)" "the script around here"
is "$(printf 's 3\nw 3\nw x\nw\nc\ng 12\ns 3\n' | session family)" \
"kith step: there is no 3 now; 'why 3' says why
kith step: up to line 0 there has been no 3
kith step: 'x' is not a process's number
kith step: why PID: what?
nobody has anything to do
at the beginning, next is 2: 1 fork() = 2
after line 12, the last
kith step: there is no 3 now; 'why 3' says why
status 1" "numbers that nobody has"
is "$(printf 'help\n' | session family | grep -c '^[a-z.]  ')" 14 "help lists the commands"
is "$(printf 'dance\nt 3\nn x\n# a note\n\nq\nn\n' | session family)" \
"kith step: there is no command 'dance'; help lists them
kith step: tree takes nothing, not '3'
kith step: 'x' is not a number of steps
status 1" "what is no command; notes; quit"

# --- micro -------------------------------------------------------------------

is "$(printf 'g 6\nn\nc\n.\nn 2\nc\nn\n' | session --micro family)" \
"after line 6, next is 9: 3 exit_group(0)

# now
  3 exit_group: begins to exit
3, in exit_group
in line 9: 3 exit_group(0)
  3 exit_group: lets go of its memory and descriptors
  3 exit_group: gives 4 to 2 [RPT-02], becomes a zombie, sends SIGCHLD to 2 (dropped), wakes 2
2, in wait4
  2 wait4: collects 3, the number 3 is free, returns 3
3 exit_group(0)                         = ?
3 +++ exited with 0 +++
2 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 3" \
	"micro: an exit and a wait, opened"
is "$(printf 'g 6\nn 3\nt\nb 2\nt\nr line 9\na\n' | session --micro family)" \
"$(printf 'g 6\nn 3\nt\nb 2\nt\nr event reap\na\n' | session --micro family)" \
	"back between the steps of a call, and on"
is "$(printf 'r\ntranscript\n' | session --micro family | grep -v '^  ' | sed -n '/^after/,$p' | tail -n +2)" \
	"$("$kith" run "$tmp/family")" "what comes of it is the same"

cat >"$tmp/waiters" <<'EOF2'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
2 fork() = 4
2 wait4(4)
3 wait4(4)
4 exit_group(0)
EOF2
is "$(printf 'g 5\nn 3\nc\npick 2\nn\n' | session --micro waiters | tail -n +5)" \
"3, in wait4
2, in wait4
  2 wait4: collects 4, the number 4 is free, returns 4
  3 wait4: returns -1 ECHILD (No child processes)
4 exit_group(0)                         = ?
4 +++ exited with 0 +++
2 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 4
3 <... wait4 resumed>0x7ffe0000, 0, NULL) = -1 ECHILD (No child processes)" \
	"of two who could go on one may pick the second"
is "$(printf 'g 5\nn 3\npick 2\nb\nn\n' | session --micro waiters | tail -1)" \
"  3 wait4: collects 4, the number 4 is free, returns 4" \
	"and go back, and leave it to the machine"
is "$(printf 'pick 1\nn\npick 7\npick x\n' | session --micro waiters)" \
"kith step: 1 cannot take a step now
  1 fork: makes 2, returns 2
1 fork()                                = 2
kith step: 7 cannot take a step now
kith step: 'x' is not a thread's number
status 1" "not everybody can be picked"
is "$(printf 'pick 1\n' | session waiters)" "kith step: only with --micro can one choose
status 1" "and only between steps"

# --- what does not hold --------------------------------------------------------

printf '1 fork() = 3\n1 getpid() = 1\n1 getpid() = 7\n1 wait4(-1) = 2\n' >"$tmp/wrong"
is "$(printf 'r failure\nr failure\nr\n' | session wrong)" \
"1 fork()                                = 2
wrong:1:12: fork: expected 3, got 2; continuing with that
after line 1, next is 2: 1 getpid() = 1
1 getpid()                              = 1
1 getpid()                              = 1
wrong:3:14: getpid: expected 7, got 1; continuing with that
after line 3, next is 4: 1 wait4(-1) = 2
1 wait4(-1,  <unfinished ...>
wrong:4:15: wait4: expected it to end, but 1 is asleep in wait4 since line 4
after line 4, the last
status 1" "failures are told when they come"
is "$(printf 'n\nb\n' | session wrong | tail -1)" \
	"at the beginning, next is 1: 1 fork() = 3" \
	"one that was undone has not been"
printf 'fork()\n' >"$tmp/syntax"
is "$(printf 'n\n' | session syntax)" \
"syntax:1:1: expected a thread's number, '#' or '@', got 'fork'
status 2" "what is no transcript is not stepped through"
is "$(printf 'n\n' | session - | tail -1)" "status 2" "the script is not standard input"
printf '# nothing\n' >"$tmp/empty"
is "$(printf '.\nn\n.\nb\n' | session empty)" \
"after line 0, the last
# nothing
after line 1, the last
after line 0, the last" "a script of comments"

# --- programs ------------------------------------------------------------------

is "$(printf 'g 9\nc\ns 9\nb\n' | session --format json family 2>&1)" \
'{"file":"family","what":"at","after":10,"step":6,"failures":0,"next":11,"text":"@ 4 PPid: 2"}
{"file":"family","what":"choices","after":10,"threads":[]}
kith step: there is no 9 now; '"'why 9' says why"'
{"file":"family","what":"at","after":6,"step":5,"failures":0,"next":9,"text":"3 exit_group(0)"}
status 1' "JSON for programs"
is "$(printf 'n\nt\n' | session --format json family | cut -c 1-60)" \
'{"file":"family","what":"call","line":2,"after":2,"tid":1,"c
{"line":2,"text":"","threads":[{"tid":1,"tgid":1,"ppid":0,"p' "a call, and a tree"
is "$(printf 'n\n' | session --micro --format json family | sed -n 1p)" \
'{"file":"family","what":"step","after":2,"tid":1,"text":"1 fork: makes 2, returns 2"}' \
	"a step"

# --- on a terminal -------------------------------------------------------------

if command -v script >/dev/null; then
	is "$(printf 'n\n\nq\n' | TERM=dumb script -qec "$kith step $tmp/family" /dev/null |
		tr -d '\r' | grep '^(')" \
"(0) # Who looks after 4?
(2) 2 prctl(PR_SET_CHILD_SUBREAPER, 1)      = 0
(3) " "a prompt; an empty line says it again"
else
	skip "a prompt" "there is no script(1)"
fi

done_testing

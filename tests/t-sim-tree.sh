#!/bin/sh
# The pictures of `kith tree`, and the figures of `kith stats`.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
unset NO_COLOR
LC_ALL=C.UTF-8
export LC_ALL

cat >"$tmp/family" <<'EOF'
# A family with a bit of everything.
1 fork() = 2
2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
2 fork() = 4
3 fork() = 5
5 fork() = 6
5 fork() = 7
4 execve("/bin/sleep") = 0
7 wait4(-1) = -1 ECHILD
6 kill(6, SIGKILL)
5 exit_group(0)
3 wait4(4)
1 vfork()
2 exit(0)
EOF

tree() { "$kith" tree "$@" "$tmp/family" 2>&1; }

is "$(tree --at 0)" "       1" \
	"before the first line there is init"

is "$(tree --at 5)" "    5  2 fork()                                = 4
       1
       └── 2  subreaper
           ├── {3}
           └── 4" \
	"threads have braces, and children of their own"

is "$(tree --at 11)" "   11  6 kill(6, SIGKILL)                      = 0
       1
       └── 2  subreaper
           ├── {3}
           │   └── 5
           │       ├── 6  zombie: killed by SIGKILL
           │       └── 7
           └── 4 \"sleep\"" \
	"zombies say how they died"

is "$(tree --at 12)" "   12  5 exit_group(0)                         = ?
       1
       └── 2  subreaper
           ├── {3}
           │   └── 5  zombie: exited with 0
           ├── 4 \"sleep\"
           ├╌╌ 6  zombie: killed by SIGKILL, was 5's
           └╌╌ 7  was 5's" \
	"orphans hang by a dotted line and say whose they were"

is "$(tree --at 14)" "   14  1 vfork( <unfinished ...>
       1  asleep in vfork
       ├── 2  subreaper
       │   ├── {3}  asleep in wait4
       │   │   └── 5  zombie: exited with 0
       │   ├── 4 \"sleep\"
       │   ├╌╌ 6  zombie: killed by SIGKILL, was 5's
       │   └╌╌ 7  was 5's
       └── 8" \
	"a sleeper says in which call"

is "$(tree --at 15)" "   15  2 exit(0)                               = ?
       1  asleep in vfork
       ├── 2  subreaper, gone, but its threads live
       │   └── {3}  asleep in wait4
       │       ├── 5  zombie: exited with 0
       │       ├── 4 \"sleep\"
       │       ├╌╌ 6  zombie: killed by SIGKILL, was 5's
       │       └╌╌ 7  was 5's
       └── 8" \
	"a process lives without its leader"

is "$(tree --at 15 --ascii)" "   15  2 exit(0)                               = ?
       1  asleep in vfork
       |-- 2  subreaper, gone, but its threads live
       |   \`-- {3}  asleep in wait4
       |       |-- 5  zombie: exited with 0
       |       |-- 4 \"sleep\"
       |       |.. 6  zombie: killed by SIGKILL, was 5's
       |       \`.. 7  was 5's
       \`-- 8" \
	"the same in ASCII"

is "$(tree --at 99)" "$(tree --at 15)" "after the last line it stays as it is"
is "$(LC_ALL=C tree --at 15)" "$(tree --at 15 --ascii)" \
	"ASCII is what a terminal without Unicode gets"
is "$(tree | grep -c '^ *[0-9][0-9]*  [0-9]')" 14 "one picture for each call"
is "$(tree --at 3 --format json)" "{\"line\":3,\"text\":\"2 prctl(PR_SET_CHILD_SUBREAPER, 1)      = 0\",\"threads\":[{\"tid\":1,\"tgid\":1,\"ppid\":0,\"parent_thread\":0,\"pgid\":1,\"sid\":1,\"state\":\"idle\",\"name\":\"init\"},{\"tid\":2,\"tgid\":2,\"ppid\":1,\"parent_thread\":1,\"pgid\":1,\"sid\":1,\"state\":\"idle\",\"subreaper\":true,\"name\":\"init\"}]}" \
	"for programs"

printf '1 fork() = 3\n' >"$tmp/wrong"
is "$("$kith" tree "$tmp/wrong" 2>&1 >/dev/null; echo $?)" \
	"$tmp/wrong:1:12: fork: expected 3, got 2; continuing with that
1" "what does not hold is told here too"

# Chains that are drawn without a stack of the same depth.
awk 'BEGIN { for (i = 1; i < 20000; i++) print i, "fork() =", i + 1 }' \
	>"$tmp/chain"
is "$("$kith" tree --at 20000 --format json "$tmp/chain" | grep -o '"tid"' |
	wc -l)" 20000 "a chain of twenty thousand"
head -1999 "$tmp/chain" >"$tmp/short"
is "$("$kith" tree --at 2000 --ascii "$tmp/short" | tail -1 | wc -c)" \
	8008 "a deep one is drawn as deep"

is "$("$kith" stats "$tmp/family")" "born       6 processes, 1 thread
died       2
zombies    2, at most 2 at once, 2 not collected
           6, child of 5, killed by SIGKILL: line 11 to the end, 4 lines
           5, child of 2, exited with 0: line 12 to the end, 3 lines
adoptions  2
           6: from 5 to 2, line 12, RPT-02
           7: from 5 to 2, line 12, RPT-02
reaps      0 by wait, 0 without
waits      2 calls, 1 slept, 1 failed
signals    4 sent
           SIGKILL to 6: 1
           SIGCHLD to 5: 1
           SIGCHLD to 2: 2" \
	"zombies, adoptions, waits and signals are counted"

is "$("$kith" stats --format json "$tmp/family")" "{\"what\":\"zombie\",\"pid\":6,\"parent\":5,\"status\":9,\"from_line\":11,\"from_ns\":0}
{\"what\":\"zombie\",\"pid\":5,\"parent\":2,\"status\":0,\"from_line\":12,\"from_ns\":0}
{\"what\":\"adoption\",\"child\":6,\"from\":5,\"to\":2,\"line\":12,\"rule\":\"RPT-02\"}
{\"what\":\"adoption\",\"child\":7,\"from\":5,\"to\":2,\"line\":12,\"rule\":\"RPT-02\"}
{\"what\":\"signal\",\"signal\":\"SIGKILL\",\"target\":6,\"sent\":1,\"killed\":0}
{\"what\":\"signal\",\"signal\":\"SIGCHLD\",\"target\":5,\"sent\":1,\"killed\":0}
{\"what\":\"signal\",\"signal\":\"SIGCHLD\",\"target\":2,\"sent\":2,\"killed\":0}
{\"what\":\"total\",\"processes\":6,\"threads\":1,\"deaths\":2,\"zombies\":2,\"most_zombies\":2,\"uncollected\":2,\"adoptions\":2,\"reaps\":0,\"autoreaps\":0,\"waits\":2,\"slept\":1,\"failed_waits\":1,\"signals\":4}" \
	"and told to programs"

# --- colour ----------------------------------------------------------------

terminal() { TERM=xterm script -qec "$*" /dev/null </dev/null; }
escape=$(printf '\033')

if command -v script >/dev/null; then
	matches "$(terminal "$kith tree --at 15 $tmp/family")" "*$escape*" \
		"colour on a terminal"
	is "$(terminal "env NO_COLOR=1 $kith tree --at 15 $tmp/family" |
		grep -c "$escape")" 0 "but not for those who want none"
else
	skip "colour" "there is no script(1)"
fi
is "$(tree | grep -c "$escape")" 0 "and not in files"

done_testing

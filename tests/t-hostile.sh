#!/bin/sh
# Scenarios that would hurt the machine, run on Linux: outside of their stage
# nothing is hurt, nothing stays behind, and what goes wrong is told.  All of it
# inside a pid namespace of the test's own, with bystanders: they are outside.
. "$(dirname "$0")/tap.sh"

kith=$O/kith

if [ "${1:-}" != inside ]; then
	echo '1 getpid() = 1' >"$tmp/one.kith"
	why=$("$kith" conform "$tmp/one.kith" 2>&1) || skip_all "$why"
	[ "$(id -u)" -eq 0 ] && unshare --pid --fork --mount-proc true 2>/dev/null ||
		skip_all "it takes root and a pid namespace"
	unshare --pid --fork --mount-proc --kill-child sh "$0" inside
	exit
fi

# Others use /tmp; here it shall be our own, and empty.  What lies there cannot be
# read any more: no suppressions, which one thread does not need.
unset TSAN_OPTIONS
# And a leak detector needs a process more than there may be.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
cd "$tmp" && cp "$kith" . && kith=./kith && mkdir tmp var &&
	mount --bind tmp /tmp && mount --bind var /var/tmp || exit 1

setsid sleep 1000 </dev/null >/dev/null 2>&1 &
bystander=$!
until grep -q sleep /proc/$bystander/comm; do :; done

# Whatever is to be as it was.
processes() {
	for dir in /proc/[0-9]*; do
		{ read -r name <"$dir/comm"; } 2>/dev/null || continue
		case $name in sh | sort | grep | cat | ls | mount) continue ;; esac
		echo "${dir#/proc/} $name"
	done | sort
}
world() {
	processes
	cat /proc/self/mounts /proc/sys/kernel/pid_max
	ls -A / /tmp /var/tmp /home /root
	cat /proc/sysvipc/* 2>/dev/null
}
world >before

# In a moment, for who is killed from outside cannot wait for those it leaves.
is_as_before() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		world >after
		cmp -s before after && break
		sleep 0.1
	done
	kill -0 $bystander && is "$(diff before after)" "" "$1"
}

# harmless CLAIM STATUS < scenario
harmless() {
	cat >scenario.kith
	timeout -s KILL 100 "$kith" run --on linux scenario.kith >out 2>err
	is "$?" "$2" "$1" || head -5 err >&2
	is_as_before "$1: and outside nothing has changed"
}

T='CLONE_VM|CLONE_SIGHAND|CLONE_THREAD'

# --- what a scenario may say -------------------------------------------------

harmless "kill(-1, SIGKILL), from a child, from init, from a thread" 0 <<END
1 fork() = 2
1 fork() = 3
2 kill(-1, SIGKILL) = 0
1 fork() = 4
1 kill(-1, SIGKILL) = 0
1 kill(0, SIGKILL) = 0
1 clone(flags=$T) = 5
5 kill(-1, SIGKILL) = 0
END

{
	i=1
	while [ $i -lt 100 ]; do
		echo "$i fork() = $((i + 1))"
		i=$((i + 1))
	done
	echo "1 exit_group(0)"
} >chain
harmless "fork without end, each by the last one" 0 <chain

{
	i=1
	while [ $i -lt 100 ]; do
		echo "1 fork() = $((i + 1))"
		i=$((i + 1))
	done
} >many
harmless "fork without end, all by init" 0 <many
sed "s/fork()/clone(flags=$T)/" many >threads
harmless "threads without end" 0 <threads

harmless "more memory than there is" 3 <<END
1 fork() = 2
2 spend({minflt=4000000000}) = 0
END
matches "$(cat err)" "scenario.kith:2: a line may touch * pages on linux, no more" \
	"which is told"

harmless "core dumps" 0 <<END
# machine: dump_core
1 fork() = 2
1 fork() = 3
1 kill(2, SIGSEGV) = 0
1 kill(3, SIGQUIT) = 0
END

harmless "sysctl" 0 <<END
# needs: linux >= 6.14
1 sysctl("kernel.pid_max", 301) = 0
1 sysctl("kernel.ns_last_pid", 250) = 0
1 fork() = 251
END

harmless "programs outside of the stage" 0 <<END
1 fork() = 2
2 execve("/../../var/tmp/made") = 0
2 execve("../../../../var/tmp/x/y") = 0
2 execve("/../../home/made") = 0
2 execve("/../../../../bin/sh") = 0
END

harmless "descriptors without end" 0 <<END
1 fcntl(0, F_DUPFD, 1000) = 1000
1 fcntl(0, F_DUPFD, 1023) = 1023
1 fcntl(0, F_DUPFD, 1023) = -1 EMFILE
END

harmless "init's end, with everybody in it" 0 <<END
1 fork() = 2
2 clone(flags=$T) = 3
3 vfork( <unfinished ...>
1 exit_group(0)
END

# --- a place that is not as it should be -------------------------------------

printf '1 fork() = 2\n1 kill(2, SIGTERM) = 0\n' >one.kith
(
	trap '' HUP USR1 TERM
	nice "$kith" conform one.kith >out 2>err
)
is "$?" 0 "who is nice and ignores signals has them not passed on to the stage"

# --- interrupted, killed -----------------------------------------------------

{
	cat many
	i=0
	while [ $i -lt 2000 ]; do
		echo "$((i % 100 + 1)) getpid()"
		i=$((i + 1))
	done
} >long.kith
head -200 long.kith >shorter.kith

child_of() {
	cut -d' ' -f1 "/proc/$1/task/$1/children" 2>/dev/null
}

# start: kith runs, on a stage where the scenario has begun: its pid is in $run,
# that of the keeper in $keeper, that of the stage's init in $init.
start() {
	env --default-signal=INT,QUIT "$kith" conform "$@" >out 2>err </dev/null &
	run=$!
	for _ in $(seq 500); do
		keeper=$(child_of $run)
		init=${keeper:+$(child_of "$keeper")}
		[ -n "$init" ] && [ -n "$(child_of "$init")" ] && return 0
		sleep 0.01
	done
	return 1
}

for signal in 1 2 3 15 9; do
	start long.kith
	ok $? "a long scenario runs" || continue
	kill -$signal $run
	wait $run 2>/dev/null
	is "$?" $((128 + signal)) "signal $signal ends kith"
	is_as_before "with all that it has made"
done

start long.kith
kill -STOP $run
kill -KILL $run
wait $run 2>/dev/null
is_as_before "a stopped one that is killed leaves nothing, either"

# Whoever reads may go away.
"$kith" run --on linux long.kith 2>err | head -1 >out
is_as_before "without a reader nothing stays"

# --- what goes wrong on the stage --------------------------------------------

start long.kith
kill -KILL "$init"
wait $run 2>/dev/null
is "$?" 3 "the stage's init is killed from outside: status 3"
matches "$(cat err)" "long.kith:*: somebody has killed the init of linux" \
	"which is told"
matches "$(cat out)" "1 files, * 0 differ, 1 not run" "and is no difference"
is_as_before "nothing stays"

start long.kith
kill -KILL "$(child_of "$init")"
wait $run 2>/dev/null
is "$?" 3 "another thread is killed from outside: status 3"
matches "$(cat err)" \
	"long.kith:*: somebody has killed thread 2 of linux from outside" \
	"which is told"
matches "$(cat out)" "1 files, * 0 differ, 1 not run" "and is no difference"
is_as_before "nothing stays"

start long.kith
: >"/proc/$init/root/.kith"
wait $run 2>/dev/null
is "$?" 3 "the channel is lost: status 3"
is "$(cat err)" "kith: the channel to linux is lost" "which is told"
is_as_before "and nothing stays"

start shorter.kith
kill -KILL "$keeper"
wait $run 2>/dev/null
is "$?" 0 "without its keeper a stage can be used to the end"
is_as_before "and goes away"

# A number in an inner namespace is one in each outer: so there can be too few.
echo '1 fork() = 2' >two.kith
printf '1 fork() = 3\n1 fork() = 4\n' >>two.kith
max=$(cat /proc/sys/kernel/pid_max)
crowded() {
	# From here on, as little as possible: sh, too, needs numbers.
	echo "$1" >/proc/sys/kernel/pid_max
	echo 300 >/proc/sys/kernel/ns_last_pid
	"$kith" conform two.kith >out 2>err
	crowded_status=$?
	echo "$max" >/proc/sys/kernel/pid_max
}
if echo 400 2>/dev/null >/proc/sys/kernel/pid_max; then
	# 300 is kith, 301 the keeper, 302 init, 303 the first child.
	crowded 301
	is "$crowded_status" 3 "a full table of processes: status 3"
	matches "$(cat err)" "two.kith: cannot be run on linux here: cannot fork: *" \
		"which is told"
	crowded 302
	is "$crowded_status" 3 "it is full when the stage is made"
	matches "$(cat err)" "*cannot make init: *" "which is told"
	crowded 304
	is "$crowded_status" 3 "it is full in the middle of a scenario"
	is "$(cat err)" "two.kith:2: there is no room for another process on this machine" \
		"which is told, with the line"
	matches "$(cat out)" "1 files, * 0 differ, 1 not run" "and is no difference"
	is_as_before "nothing stays"
	crowded 306
	is "$crowded_status" 0 "with two numbers more it is as it should be"
else
	skip "a full table of processes" "pid_max is not the namespace's own"
fi

kill -9 $bystander
done_testing

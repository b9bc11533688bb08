#!/bin/sh
# kith-init as the first process of a machine in which somebody means harm: it
# goes on, reaps, and ends the machine when it is asked to.
. "$(dirname "$0")/aid-vminit.sh"

# A child that leaves COUNT orphans behind, and zombies that init is to find.
cat >"$tmp/storm.c" <<'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--) {
		pid_t pid = fork();
		if (pid == 0) {
			if (fork() == 0)
				_exit(0);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	return 0;
}
END
${CC:-cc} -O1 -static -o "$tmp/storm" "$tmp/storm.c" || exit 1

script orphans <<'END'
#!/bin/sh
exec >/dev/ttyS1
storm 3000 & storm 3000 & storm 3000 &
wait
# Whoever is still a zombie a moment later was forgotten.
for i in 1 2 3 4 5 6 7 8 9 10; do
	left=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)
	[ "$left" = 0 ] && break
	sleep 1
done
echo "zombies $left"
kill -TERM 1
sleep 100
END
machine -- "-- /bin/orphans" -- "$tmp/orphans=/bin/orphans" "$tmp/storm=/bin/storm"
is "$ended, $results" "guest-shutdown, zombies 0" "9,000 orphans leave no zombie" ||
	trouble
has "$console" "kith-init: the program ended with 143; poweroff" \
	"and TERM is heard after them" || true

script bomb <<'END'
#!/bin/sh
exec >/dev/ttyS1
cat >/tmp/bomb <<'B'
/tmp/bomb & /tmp/bomb &
/tmp/bomb & /tmp/bomb
B
chmod +x /tmp/bomb
echo "lit"
setsid sh -c 'b() { b | b & b & }; b; b' 2>/dev/null &
sleep 4
kill -TERM 1
while :; do sleep 1; done
END
machine -m 160 -- "kith.deadline=5s kith.grace=1s -- /bin/bomb" -- "$tmp/bomb=/bin/bomb"
is "$ended, $results" "guest-shutdown, lit" "TERM is heard during a fork bomb" || trouble
echo "$console" | grep -q 'kith-init: the program ended with .*; poweroff$'
ok $? "and ends it" || trouble

script everybody <<'END'
#!/bin/sh
exec >/dev/ttyS1
(sleep 1; echo "killing"; kill -9 -1) &
wait
sleep 100
END
machine -- "-- /bin/everybody" -- "$tmp/everybody=/bin/everybody"
is "$ended, $results" "guest-shutdown, killing" "kill -9 -1 kills everybody but init" ||
	trouble
has "$console" "kith-init: the program ended with 137; poweroff" \
	"who ends the machine as it should" || true

# Memory: the one who takes it all goes, and the others stay.
script greedy <<'END'
#!/bin/sh
exec >/dev/ttyS1
for i in 1 2 3; do
	tail /dev/zero
	echo "greedy $i ended with $?"
done
echo "init $(cat /proc/1/comm), kernel: $(dmesg | grep -c 'Out of memory: Killed process [0-9]* (tail)')"
exit 8
END
machine -- "-- /bin/greedy" -- "$tmp/greedy=/bin/greedy"
is "$ended, $results" "guest-shutdown, greedy 1 ended with 137
greedy 2 ended with 137
greedy 3 ended with 137
init init, kernel: 3" "memory runs out three times, for who took it" || trouble
has "$console" "kith-init: the program ended with 8; poweroff" \
	"and init and the program go on" || true
# And when it is the program itself.
machine -- "-- /bin/tail /dev/zero" --
is "$ended" guest-shutdown "a program that takes all memory is killed" || trouble
has "$console" "kith-init: the program ended with 137; poweroff" "and init is not" ||
	true

# Limits of cgroup v2, by whoever is root in the machine.
script limits <<'END'
#!/bin/sh
exec >/dev/ttyS1
cd /sys/fs/cgroup || exit 1
mkdir few little
echo 5 >few/pids.max
echo 20M >little/memory.max
(
	exec 2>/tmp/complaint
	echo 0 >few/cgroup.procs
	for i in 1 2 3 4 5 6 7; do sleep 1000 & done
)
grep -c "can't fork" /tmp/complaint
echo "in few $(cat few/pids.current), refused $(sed 's/max //' few/pids.events)"
(
	echo 0 >little/cgroup.procs
	exec tail /dev/zero
)
echo "little: $?, $(grep oom_kill\  little/memory.events)"
echo 1 >few/cgroup.kill
while [ "$(cat few/pids.current)" != 0 ]; do sleep 1; done
echo "in few $(cat few/pids.current)"
END
machine -- "-- /bin/limits" -- "$tmp/limits=/bin/limits"
is "$ended, $results" "guest-shutdown, 1
in few 4, refused 1
little: 137, oom_kill 1
in few 0" "groups limit processes and memory, and can be killed" || trouble

# The same by an option.
script limited <<'END'
#!/bin/sh
exec >/dev/ttyS1
cat /proc/self/cgroup
tail /dev/zero
echo "tail: $?"
END
machine -- "kith.limit=memory=30M kith.limit=pids=20 -- /bin/limited" -- \
	"$tmp/limited=/bin/limited"
matches "$ended, $results" "guest-shutdown, 0::/*
tail: 137" "kith.limit= limits the program" || trouble

done_testing

#!/bin/sh
# Where there is a cgroup v2 with its controllers, on an older Linux: limits and
# ends go by it, and orphans are reaped one by one.
. "$(dirname "$0")/aid-vm.sh"

script run <<'END'
#!/bin/sh
mkdir -p /sys/fs/cgroup /tmp
mount -t sysfs sys /sys 2>/dev/null
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
kith=/bin/kith-init
$kith --explain true | sed -n 's/^reaping: */reaping: /p'

limited() {
	$kith --limit pids=7 --limit memory=50M --limit cpu=0.5 --grace 0.1 \
		sh -c 'cd "$1"/kith-main.* || exit 1
		echo $(cat pids.max memory.max cpu.max)
		i=0
		while [ $i -lt 20 ]; do sleep 100 & i=$((i + 1)); done' \
		sh "$1" 2>/dev/null
	echo "$2 ended with $?, left: $(ls "$1" | grep -c kith)"
}
limited /sys/fs/cgroup root

# Not the root, and only init in it, as in a container.
echo "+pids +memory +cpu" >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/box
(
	sh -c 'echo $$ >/sys/fs/cgroup/box/cgroup.procs
	exec "$@"' sh $kith --limit pids=9 --report 3 sh -c '
		cat /sys/fs/cgroup/box/kith-main.*/pids.max
		grep -c . /sys/fs/cgroup/box/kith-init.*/cgroup.procs' \
		3>/tmp/report
	echo "box ended with $?, left: $(ls /sys/fs/cgroup/box | grep -c kith)"
	grep -o '"oom":0' /tmp/report
)

# Who replaces itself there finds both cgroups again, instead of making others.
cp $kith /tmp/init
cat >/tmp/again <<'EOT'
#!/bin/sh
sed -n 's/^0:://p' /proc/self/cgroup | sed 's/[0-9]*$/N/'
sed 's/^/limit /' /sys/fs/cgroup/box/kith-main.*/pids.max
echo $$ >/tmp/main
trap 'exit 5' TERM
while :; do sleep 0.1; done
EOT
chmod +x /tmp/again
sh -c 'echo $$ >/sys/fs/cgroup/box/cgroup.procs
	echo $$ >/tmp/pid
	exec /tmp/init --limit pids=9 --restart always --update --control /tmp/socket \
		/tmp/again' &
job=$!
told() { $kith --control /tmp/socket ctl report 2>/dev/null | grep -q "$1"; }
until [ -s /tmp/main ]; do sleep 0.1; done
cp $kith /tmp/init.new
sha256sum /tmp/init.new >/tmp/init.new.sha256
kill -USR2 $(cat /tmp/pid)
until told '"updates":1'; do sleep 0.1; done
rm /tmp/main
kill -USR1 $(cat /tmp/pid)
until [ -s /tmp/main ]; do sleep 0.1; done
sed -n 's/^0:://p' /proc/$(cat /tmp/pid)/cgroup | sed 's/[0-9]*$/N/'
kill -TERM $(cat /tmp/pid)
wait $job
echo "update ended with $?, left: $(ls /sys/fs/cgroup/box | grep -c kith)"

$kith --rest cgroup --grace 0.1 --report 3 sh -c '
	(trap "" TERM; sleep 100; sleep 100) & sleep 0.2; exit 3' 3>/tmp/report
echo "rest ended with $?"
grep -o '"drain":"[a-z]*"' /tmp/report
$kith --limit memory=20M --report 3 sh -c '
	dd if=/dev/zero of=/dev/null bs=60M count=1; exit 4' \
	3>/tmp/report 2>/dev/null
echo "oom ended with $?"
grep -o '"oom":[1-9]' /tmp/report | sed 's/[1-9]/N/'
exit 0
END
boot -- "$tmp/run=/run" "$O/kith-init.static=/bin/kith-init"
is "$code" 0 "the machine ran to its end" || trouble
is "$(sed -n 's/\r//; p' "$tmp/vm/results")" \
	"reaping: each orphan, as SIGCHLD names it (Linux keeps exit records since 6.15)
7 52428800 50000 100000
root ended with 2, left: 0
9
1
box ended with 0, left: 0
\"oom\":0
/box/kith-main.N
limit 9
/box/kith-main.N
limit 9
/box/kith-init.N
update ended with 5, left: 0
rest ended with 3
\"drain\":\"killed\"
oom ended with 4
\"oom\":N" "cgroups: limits, a move out of the way, an end, OOM counted" || trouble
done_testing

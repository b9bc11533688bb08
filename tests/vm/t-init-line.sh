#!/bin/sh
# kith-init as the first process of a machine: what the kernel's command line
# says reaches the program, and is taken apart as the kernel does it.
. "$(dirname "$0")/aid-vm.sh"
init=$O/kith-init.static
[ -x "$init" ] || init=$O/kith-init

# What the program sees, over the second port.
script show <<'END'
#!/bin/sh
exec >/dev/ttyS1
for word; do echo "arg <$word>"; done
env | sort | sed 's/^/env /'
echo "pwd $PWD"
echo "tty $(tty)"
ps -o pid,ppid,pgid,sid,tty,comm | sed -n 's/  *$//; / \(init\|show\)$/p'
while read -r what where type options; do echo "mount $where $type"; done </proc/mounts
ls -l /dev/fd /dev/stdin /dev/ptmx | sed 's/.* \/dev/dev/'
cat /sys/fs/cgroup/cgroup.subtree_control
for d in /var/log /var/run /var/cache /tmp; do [ -d $d ] && echo "folder $d"; done
echo "cad $(cat /proc/sys/kernel/ctrl-alt-del)"
exit 3
END
boot -a 'quiet env.GREETING="hello there" env.A=1 env.A=2 FOO=bar plain -- /bin/show one "two three" x="4 5" -- --vm' \
	-- "$init=/init" "$tmp/show=/bin/show"
cat $tmp/vm/results; cat $tmp/vm/console
exit

#!/bin/sh
# kith-init as the first process of a machine: what the kernel's command line
# says reaches the program, and what a program needs is there.
. "$(dirname "$0")/aid-vminit.sh"

# What the program sees, over the second port.
script show <<'END'
#!/bin/sh
exec >/dev/ttyS1
for word; do echo "arg <$word>"; done
env | sort | sed 's/^/env /'
echo "pwd $PWD"
echo "tty $(tty)"
ps -o pid,ppid,pgid,sid,tty,comm | tr -s ' ' |
	sed -n -e 's/^ /process /' -e '/ show$/p'
echo "me $$"
while read -r what where type options; do
	echo "mount $where $type"
done </proc/mounts
for link in fd stdin stdout stderr; do echo "$link $(readlink /dev/$link)"; done
echo "controllers $(cat /sys/fs/cgroup/cgroup.subtree_control)"
for folder in /run /var/log /var/run /var/cache /tmp; do
	[ -d $folder ] && echo "folder $folder"
done
echo "cad $(cat /proc/sys/kernel/ctrl-alt-del)"
ls /init.* 2>/dev/null
echo "open $(ls /proc/1/fd | tr '\n' ' ')"
exit 3
END
machine -- 'quiet env.GREETING="hello there" env.A=1 env.A=2 FOO=bar plain workdir=/some/where -- /bin/show one "two three" x="4 5" -- --vm' \
	-- "$tmp/show=/bin/show" "$tmp/show=/some/where/file"

is "$ended" guest-shutdown "the machine is switched off when the program ends" ||
	trouble
has "$console" "kith-init: the program ended with 3; poweroff" \
	"and the console says how it ended"
is "$(echo "$results" | grep '^arg ')" "arg <one>
arg <two three>
arg <x=4 5>
arg <-->
arg <--vm>" "what stands behind the first -- is the program, as it is quoted"
is "$(echo "$results" | grep '^env ' | grep -v '^env \(PWD\|SHLVL\|OLDPWD\)=')" \
	"env A=2
env FOO=bar
env GREETING=hello there
env HOME=/
env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
env TERM=linux" "env.NAME=VALUE is its environment, with what the kernel adds"
has "$results" "pwd /some/where" "workdir= is where it begins"
has "$results" "tty /dev/console" "it has the console, by its name"
me=$(echo "$results" | sed -n 's/^me //p')
has "$results" "process $me 1 $me $me 4,64 show" \
	"it leads a session that has the console as its terminal"
is "$(echo "$results" | grep '^mount ')" "mount / rootfs
mount /proc proc
mount /sys sysfs
mount /dev devtmpfs
mount /dev/pts devpts
mount /dev/shm tmpfs
mount /sys/fs/cgroup cgroup2" "everything is mounted, once"
is "$(echo "$results" | grep '^\(fd\|std[a-z]*\) ')" "fd /proc/self/fd
stdin fd/0
stdout fd/1
stderr fd/2" "/dev has its links"
has "$results" "controllers cpu memory pids" "groups can be limited"
is "$(echo "$results" | grep -c '^folder ')" 5 "five folders are there"
has "$results" "cad 0" "Ctrl-Alt-Del is a signal"
has "$results" "open 0 1 2 " "and init keeps nothing open but the console"
is "$(echo "$results" | grep '^/init' | tr "\n" " ")" "" \
	"and leaves no files that nobody asked for"

# The kernel's parser and ours: a script that is init says what it was given, and
# lets kith-init read the same line.  Each time the words are others: what they
# were made from is KITH_SEED, which is said.  t-init-vmline.c has the rules.
script ask <<'END'
#!/bin/sh
/bin/busybox mkdir -p /proc /dev
/bin/busybox mount -t devtmpfs dev /dev
shift
for word; do echo "kernel <$word>"; done >/dev/ttyS1
exec /kith-init
END
script tell <<'END'
#!/bin/sh
for word; do echo "ours <$word>"; done >/dev/ttyS1
END
seed=${KITH_SEED:-$(date +%s)}
echo "# KITH_SEED=$seed"
words=$(awk -v seed="$seed" 'BEGIN {
	srand(seed)
	split("a b c = = \" \" \" . - / 7 x", parts, " ")
	for (w = 0; w < 14; w++) {
		n = 1 + int(rand() * 9)
		for (i = 0; i < n; i++) {
			part = parts[1 + int(rand() * 13)]
			# A space only makes a difference between quotes.
			printf "%s%s", part, part == "\"" && rand() < .4 ? " " : ""
		}
		printf " "
	}
}')
# One word that is none of them, for the first of them may be another --.
boot -a "rdinit=/ask -- /bin/tell first $words" -- "$init=/kith-init" "$tmp/ask=/ask" \
	"$tmp/tell=/bin/tell"
kernel=$(sed -n 's/^kernel //p' "$tmp/vm/results")
ours=$(sed -n 's/^ours //p' "$tmp/vm/results")
[ -n "$kernel" ]
ok $? "the kernel hands random words to its init" || trouble
# The kernel goes no further than a second --.
is "$(echo "$ours" | head -n "$(echo "$kernel" | wc -l)")" "$kernel" \
	"and kith-init reads them from the line as the kernel does" ||
	echo "#   KITH_SEED=$seed, words: $words" >&2

# Nobody who is no init of a machine is one.
machine -- 'KITH_INIT_MODE=container -- /bin/true' --
is "$ended" guest-panic "with KITH_INIT_MODE=container it is an init like any other" ||
	trouble
machine -- '--container -- /bin/true' --
is "$ended" guest-panic "and with --container"

# By hand, from a script that was there before.
script first <<'END'
#!/bin/sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
exec /kith-init --end reboot -- /bin/show "by hand"
END
boot -a 'env.X=y -- /bin/never' -- "$init=/kith-init" "$tmp/first=/init" \
	"$tmp/show=/bin/show"
is "$ended" guest-reset "started by hand it has options like anywhere" || trouble
results=$(cat "$tmp/vm/results")
has "$results" "arg <by hand>" "and runs what it was told to"
has "$results" "env X=y" "with the environment of the command line"
is "$(echo "$results" | grep -c '^mount /proc ')" 1 "and mounts nothing twice"

done_testing

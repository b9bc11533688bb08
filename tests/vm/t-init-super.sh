#!/bin/sh
# kith-init as the first process of a machine, with supervision: the program is
# started again whoever killed it, and init replaces itself while all goes on.
. "$(dirname "$0")/aid-vminit.sh"

# The program: the first time it does what it is told, then something else.
script again <<'END'
#!/bin/sh
exec >/dev/ttyS1
n=$(cat /tmp/starts 2>/dev/null || echo 0)
n=$((n + 1))
echo $n >/tmp/starts
echo "start $n"
case $n in
1)	exit 3 ;;
2)	kill -9 $$ ;;
3)	(sleep 1; kill -9 -1) & sleep 100 ;;
4)	tail /dev/zero & wait $!; echo "memory: $?"
	trap 'echo "soft"; exit 0' TERM
	kill -USR1 1; while :; do sleep 1; done ;;
*)	kill -TERM 1; while :; do sleep 1; done ;;
esac
END
machine -- "kith.restart=always kith.restart-pause=100ms -- /bin/again" -- \
	"$tmp/again=/bin/again"
is "$ended, $results" "guest-shutdown, start 1
start 2
start 3
start 4
memory: 137
soft
start 5" "who exits, is killed, is killed with everybody, or is asked to, is back" ||
	trouble
has "$console" "kith-init: the program ended with 143; poweroff" \
	"until the machine is to be switched off" || true

# Another file than the one that runs, but as good.
cp "$init" "$tmp/new"
echo "another" >>"$tmp/new"
script update <<'END'
#!/bin/sh
exec >/dev/ttyS1
running() { sha256sum /proc/1/exe | cut -c 1-64; }
before=$(running)
(sleep 0 &)
cp /new /init.new
chmod +x /init.new

echo "0000000000000000000000000000000000000000000000000000000000000000" >/init.new.sha256
kill -USR2 1
sleep 1
[ "$(running)" = "$before" ] && echo "a wrong digest: the old one"

sha256sum /new >/init.new.sha256
kill -USR2 1
for i in $(seq 30); do
	[ "$(running)" = "$before" ] || break
	sleep 1
done
[ "$(running)" = "$(sha256sum /new | cut -c 1-64)" ] && echo "the new one"
echo "parent $PPID, mounts $(grep -c . /proc/mounts), $(ls /init.old)"
# It still reaps, restarts, and knows who its child is.
(sleep 0 &)
for i in $(seq 30); do
	sleep 1
	left=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)
	[ "$left" = 0 ] && break
done
echo "zombies $left"
orphans=$(grep -c '"event":"seen"' /tmp/trace)
[ "$orphans" -ge 2 ] &&
	echo "one trace, $(grep -c '"event":"start"' /tmp/trace) beginning"
grep '"event":"exec"' /tmp/trace | sed 's/.*"name":"\([^"]*\)".*/exec \1/'
kith-init ctl metrics | sed -n 's/^kith_init_updates_total/updates/p'
[ "$(kith-init ctl status | sed 's/.*"pid":\([0-9]*\).*/\1/')" = $$ ] &&
	echo "its child is me"
kill -INT 1
while :; do sleep 1; done
END
machine -- "env.A=b kith.update kith.trace=/tmp/trace kith.stats kith.control=/run/kith-init.sock kith.restart=on-failure -- /bin/update" \
	-- "$tmp/update=/bin/update" "$tmp/new=/new" "$init=/bin/kith-init"
is "$ended" guest-reset "after an update INT is still a reboot" || trouble
is "$results" "a wrong digest: the old one
the new one
parent 1, mounts 7, /init.old
zombies 0
one trace, 1 beginning
exec /bin/update
exec /init
updates 1
its child is me" "another init took over, with all that the first one had" || trouble
# One orphan was before it, one after.
matches "$console" "*kith-init: direct children: 1
*kith-init: adopted orphans: [2-9]*" "and counts from where that was" || trouble
done_testing

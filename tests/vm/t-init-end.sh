#!/bin/sh
# kith-init as the first process of a machine: who ends it, and how.  It never
# exits, which the kernel would answer with a panic.
. "$(dirname "$0")/aid-vminit.sh"

# A program that says what it hears, and takes its time.
script hear <<'END'
#!/bin/sh
exec >/dev/ttyS1
trap 'echo "heard TERM"; sleep 1; echo done; exit 5' TERM
trap 'echo "heard INT"; exit 6' INT
trap 'echo "heard QUIT"; exit 7' QUIT
eval "$1"
while :; do sleep 1; done
END

# ends HOW LINE_OF_CONSOLE COMMAND CLAIM [WORD...]
ends() {
	how=$1 last=$2 command=$3 claim=$4
	shift 4
	machine -- "$* -- /bin/hear \"$command\"" -- "$tmp/hear=/bin/hear"
	is "$ended" "$how" "$claim" || trouble
	has "$console" "kith-init: $last" "$claim: and it is said" || true
}

ends guest-shutdown "the program ended with 5; poweroff" 'kill -TERM 1' \
	"TERM switches the machine off"
is "$results" "heard TERM
done" "the program is asked first, and may take its time"

ends guest-reset "the program ended with 5; reboot" 'kill -INT 1' \
	"INT reboots it"
is "$results" "heard TERM
done" "for the program that is the same"

ends guest-reset "the program ended with 5; reboot" \
	'echo vm: keys ctrl-alt-delete' "Ctrl-Alt-Del reboots it"
is "$results" "heard TERM
done" "and the program may take its time"

ends guest-shutdown "the program ended with 5; poweroff" 'kill -PWR 1' \
	"PWR switches it off"

ends guest-shutdown "the program ended with 137; poweroff" \
	"trap '' TERM; kill -TERM 1" "who does not hear TERM is killed" \
	kith.deadline=1s

ends guest-reset "the program ended with 0; reboot" 'exit 0' \
	"with kith.end=reboot the end of the program is a reboot" kith.end=reboot

# What is left when the program has ended.  (HUP comes to all of the terminal's
# foreground when the leader of its session goes; that is Linux's.)
script family <<'END'
#!/bin/sh
exec >/dev/ttyS1
(trap '' HUP; trap 'echo "the rest heard TERM"; exit' TERM; while :; do sleep .1; done) &
(trap '' HUP TERM; while :; do sleep 1; done) &
setsid sleep 1000 &
(sleep 1000 &)
exit 4
END
machine -- "kith.grace=5s -- /bin/family" -- "$tmp/family=/bin/family"
is "$ended" guest-shutdown "others do not keep the machine from ending" || trouble
has "$console" "kith-init: the program ended with 4; poweroff" \
	"and the program's code is what counts" || true
has "$results" "the rest heard TERM" "but are asked" || true

# What init itself cannot be told.
script cannot <<'END'
#!/bin/sh
exec >/dev/ttyS1
for sig in KILL STOP HUP QUIT USR1 ALRM ABRT SEGV TSTP CONT 34 64; do
	kill -$sig 1 || echo "no $sig"
done
echo "init is $(sed -n 's/^State:\t\(.\).*/\1/p' /proc/1/status)"
exit 9
END
machine -- "kith.drop=HUP,QUIT,USR1,ALRM,ABRT,SEGV,TSTP,34,64 -- /bin/cannot" -- \
	"$tmp/cannot=/bin/cannot"
is "$ended, $results" "guest-shutdown, init is S" "no signal ends or stops init" ||
	trouble
has "$console" "kith-init: the program ended with 9; poweroff" "and it goes on" ||
	true

# A machine that cannot be switched off, as Firecracker's: asked to, Linux would
# stop the processor, and whoever waits outside would wait for ever.
script quick <<'END'
#!/bin/sh
exit 3
END
machine -M microvm,acpi=off -1 -I -- "reboot=t -- /bin/quick" -- \
	"$tmp/quick=/bin/quick"
is "$ended" guest-reset "where there is no switch, it is a reboot that ends it" ||
	trouble
has "$console" "kith-init: the program ended with 3; poweroff" \
	"though the end was to be another" || true
machine -M microvm -1 -I -- "-- /bin/quick" -- "$tmp/quick=/bin/quick"
is "$ended" guest-shutdown "a microVM with ACPI is switched off" || trouble

# Disks: taken off, the last first; one that is in use is made read-only.  What a
# disk is, kith-init sees by its name.
${CC:-cc} -static -D_GNU_SOURCE -I"$srcdir" -o "$tmp/off" "$srcdir/tests/vm/off.c" \
	"$srcdir/pid1/vmmount.c" || exit 1
script run <<'END'
#!/bin/sh
mkdir -p "/mnt/a b" /mnt/busy /mnt/x /mnt/other
mount -t tmpfs /dev/one "/mnt/a b"
mount -t tmpfs /dev/two /mnt/busy
mount -t tmpfs /dev/three /mnt/x
mkdir /mnt/x/y
mount -t tmpfs /dev/four /mnt/x/y
mount -t tmpfs other /mnt/other
(cd /mnt/busy && exec sleep 1000) &
sleep 1
/bin/off
grep -c /mnt/other /proc/mounts
END
boot -- "$tmp/run=/run" "$tmp/off=/bin/off"
is "$code, $(cat "$tmp/vm/results")" "0, left: /mnt/busy ro
1" "disks are taken off, or made read-only" || trouble

# Not allowed to end it: then it sleeps, and does not exit.
cat >"$tmp/uncap.c" <<'END'
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void)
{
	/* PID 1 without the right to reboot, for itself and all that follow. */
	return prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT) ||
	       execl("/kith-init", "kith-init", "--", "/bin/true", NULL);
}
END
${CC:-cc} -static -o "$tmp/uncap" "$tmp/uncap.c" || exit 1
boot -u 'the program ended' -a 'quiet' -- "$init=/kith-init" "$tmp/uncap=/init"
is "$ended" enough "who may not end the machine sleeps, and never exits" || trouble
grep -qx 'kith-init: the program ended with 0; poweroff' "$tmp/vm/console"
ok $? "after it has tried" || trouble

done_testing

#!/bin/sh
# kith-init --vm in a namespace: it does what it would do for a machine, with a
# command line from a file, and ends the namespace as it would end the machine.
# Real machines are in tests/vm.
. "$(dirname "$0")/aid-init.sh"
[ "$(id -u)" = 0 ] || skip_all "mounting takes root"
own='unshare --mount --pid --fork --kill-child'
$own true 2>/dev/null || skip_all "no mount namespace can be made here"
init=$O/kith-init.static
[ -x "$init" ] || init=$O/kith-init

# machine LINE ARGUMENT...: what it said, and how the namespace ended.  unshare
# ends with 128 + the signal: 1 (HUP) for a reboot, 2 (INT) for poweroff or halt.
machine() {
	printf '%s\n' "$1" >"$tmp/line"
	shift
	said=$(timeout -k 1 60 $own sh -c '
		mount -t tmpfs none /sys
		exec "$0" "$@"' \
		"$init" --vm --cmdline "$tmp/line" "$@" 2>&1)
	code=$?
}

machine 'env.A="x y" -- /bin/sh -c "echo A=$A; exit 3"'
is "$said, $code" "A=x y
kith-init: the program ended with 3; poweroff, 130" "it reads, runs, and ends"
machine '-- /bin/sh -c "kill -INT 1; sleep 100"'
is "$said, $code" "kith-init: the program ended with 143; reboot, 129" "INT is a reboot"
machine 'env.a=x -- /bin/true'
matches "$said, $code" "kith-init: the kernel's command line: a has a name *
kith-init: there is no program: 125; poweroff, 130" "what is wrong is said, and ends it"
machine '' --
matches "$said, $code" "kith-init: no program: *
kith-init: there is no program: 2; poweroff, 130" "no program is one line and an end, too"
machine 'kith.end=reboot' -- sh -c 'exit 0'
is "$said, $code" "kith-init: the program ended with 0; reboot, 129" \
	"arguments are taken in a namespace"

said=$("$init" --vm true 2>&1)
is "$said, $?" "kith-init: --vm: is for who is PID 1, 2" "and nobody else is a machine's first"

done_testing

# For tests of kith-init; to be sourced first, instead of tap.sh.
#
# Moves the script into a pid namespace of its own, so that nothing it starts
# can reach, or outlive, anything but the script.  Then, for each build of the
# program and each place it may have, the functions of the script can be run:
#
#	everywhere FUNCTION...	sets $init and $where, and calls each of them
#	run ARGUMENTS		kith-init there: as PID 1, or as one below it

ns=$(readlink /proc/self/ns/pid)
if [ "${KITH_OUTSIDE:-$ns}" = "$ns" ]; then
	own=
	[ "$(id -u)" = 0 ] || own='--user --map-root-user'
	own="unshare $own --pid --fork --mount-proc --kill-child"
	if $own true 2>/dev/null; then
		# shellcheck disable=SC2093	# not if there is none
		KITH_OUTSIDE=$ns exec $own sh -c 'sh "$0"; exit $?' "$0"
	fi
	. "$(dirname "$0")/tap.sh"
	skip_all "no pid namespace can be made here"
fi

. "$(dirname "$0")/tap.sh"

# LeakSanitizer wants a thread, just when there cannot be one; and there is
# nothing to leak.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

O=$(cd "$O" && pwd) # a command may be in another folder
aid=$O/tests

# A compiled helper, by its name without .c.
if [ ! -x "$aid/aid-signals" ]; then
	aid=$tmp
	for source in "$srcdir"/tests/aid-*.c; do
		${CC:-cc} -D_GNU_SOURCE -o "$aid/$(basename "$source" .c)" \
			"$source" || exit 1
	done
fi

# What hangs is a failure, with 124, and not the end of the test.
run() {
	case $where in
	pid1)	timeout -k 1 30 unshare --pid --fork --mount-proc --kill-child \
			"$init" "$@" ;;
	below)	timeout -k 1 30 "$init" "$@" ;;
	esac
}

everywhere() {
	for build in kith-init kith-init.static; do
		init=$O/$build
		[ -x "$init" ] || continue
		for where in pid1 below; do
			for function; do
				about="$build, $where"
				$function
			done
		done
	done
}

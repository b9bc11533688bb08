# For tests of kith-init; to be sourced first, instead of tap.sh.
#
# Moves the script into a pid namespace of its own, so that nothing it starts
# can reach, or outlive, anything but the script.  Then, for each build of the
# program and each place it may have, the functions of the script can be run:
#
#	everywhere FUNCTION...	sets $init and the place, and calls each of them
#	put PLACE		sets the place by hand: $where is pid1, or below, and
#				$there the words that bring a command there
#	run ARGUMENTS		kith-init there: as PID 1, or as one below it
#	until_true COMMAND	wait for that, ten seconds at most

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

put() {
	where=$1 there=
	[ "$1" = below ] || there='unshare --pid --fork --mount-proc --kill-child'
}

# What hangs is a failure, with 124, and not the end of the test.
run() {
	# shellcheck disable=SC2086	# words
	timeout -k 1 30 $there "$init" "$@"
}

until_true() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt "${patience:-1000}" ] || return 1
		sleep 0.01
	done
}

everywhere() {
	for build in kith-init kith-init.static; do
		init=$O/$build
		[ -x "$init" ] || continue
		for place in pid1 below; do
			put $place
			for function; do
				about="$build, $where"
				$function
			done
		done
	done
}

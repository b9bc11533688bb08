# For tests of kith-init as a machine's first process; sourced first, instead of
# aid-vm.sh.
#
#	machine [OPTION...] -- LINE -- FILE[=PLACE]...
#
# boots with kith-init as /init and LINE as the kernel's command line; what is
# said on the console is then in $console, and over the second port in $results.

. "$(dirname "$0")/aid-vm.sh"
init=$O/kith-init.static
[ -x "$init" ] || init=$O/kith-init

machine() {
	before=
	while [ "$1" != -- ]; do
		before="$before $1"
		shift
	done
	line=$2
	shift 3
	# shellcheck disable=SC2086	# a list
	boot $before -a "$line" -- "$init=/init" "$@"
	console=$(cat "$tmp/vm/console")
	results=$(cat "$tmp/vm/results" 2>/dev/null)
}

# has TEXT LINE CLAIM: one of its lines is this.
has() {
	printf '%s\n' "$1" | grep -qxF -e "$2"
	ok $? "$3" || {
		echo "#   want: $2" >&2
		trouble
		return 1
	}
}

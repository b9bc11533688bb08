# For tests of kith-init whose calls fail; to be sourced behind aid-init.sh.  Skips
# all where that cannot be tried.
#
#	inject WHAT ARGUMENTS	run it so that this call fails; its code and words.
#				What the program does itself is left alone: it is
#				let go when it is there.

command -v strace >/dev/null || skip_all "strace is not installed"
! grep -q "__[at]san_init" "$O/kith-init" || skip_all "a sanitizer makes such calls itself"
strace -qq -o /dev/null true 2>/dev/null || skip_all "nobody may be traced"

inject() {
	what=$1
	shift
	said=$(timeout -k 1 30 strace -f -qq -b execve -o /dev/null \
		-e inject="$what" "$init" "$@" 2>&1)
	echo "$? $said"
}

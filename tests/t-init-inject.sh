#!/bin/sh
# Every system call of kith-init fails once, in every way that it might: it ends
# all the same, with the program's code, or with its own and a reason.
. "$(dirname "$0")/aid-init.sh"
command -v strace >/dev/null || skip_all "strace is not installed"
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

program='(exit 1) & kill -USR1 $PPID; trap : USR1; (: &); exit 7'

# shellcheck disable=SC2086	# $options, words
# outcome ARGUMENTS-OF-STRACE: what came of it, in a word or two.
outcome() {
	timeout -k 1 30 strace -o /dev/null "$@" "$init" $options sh -c "trap : USR1; $program" \
		2>"$tmp/said" >/dev/null
	code=$?
	case $code in
	7)	echo "the program's" ;;
	125)	if grep -q "^kith-init: " "$tmp/said"; then
			echo "its own, and why"
		else
			echo "its own, but not why"
		fi ;;
	124|137) echo "never" ;;
	*)	echo "$code" ;;
	esac
}

# The calls that there are, in a run that goes well.
calls() {
	timeout -k 1 30 strace -o "$tmp/calls" "$init" $options sh -c "trap : USR1; $program"
	sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$tmp/calls" |
		grep -v '^execve$\|^exit_group$\|^exit$' |
		# The C library's own, and one that cannot fail as we use it.
		grep -v '^arch_prctl$\|^set_tid_address$\|^rt_sigprocmask$' |
		sort -u
}

# inject WHEN: which time of each.
inject() {
	for call in $(calls); do
		wrong=
		for error in EAGAIN ENOMEM EINTR ENOSYS; do
			for when in $1; do
				got=$(outcome -e "inject=$call:error=$error:when=$when")
				case $got in
				"the program's"|"its own, and why") ;;
				*)	wrong="$wrong, $error ($when): $got" ;;
				esac
			done
		done
		is "$wrong" "" "$call may fail (${options:-plain}, $about)"
	done
}

# What a system that only looks like Linux, or an old one, does not have at all.
lacking() {
	for call in pidfd_send_signal close_range prctl rt_sigqueueinfo ioctl \
		waitid chdir signalfd4 getpid setsid; do
		is "$(outcome -f -e "inject=$call:error=ENOSYS")" "the program's" \
			"a system without $call ($about)"
	done
}

# The loader of a shared program has calls of its own, and their failures are its.
init=$O/kith-init.static
about=kith-init.static
[ -x "$init" ] || skip_all "there is no static kith-init: musl-gcc is not installed"
put below
options=
inject '1 2'
options='--stats --report 2 --deadline 20s --grace 1s'
inject 1
options=
lacking
done_testing

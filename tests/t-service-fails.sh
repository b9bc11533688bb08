#!/bin/sh
# Every system call of the service library fails once: it is told of, nothing is
# left behind, and the next start succeeds.
. "$(dirname "$0")/tap.sh"
command -v strace >/dev/null || skip_all "strace is not installed"
steps=$O/tests/service-steps
strace -qq -o /dev/null true 2>/dev/null || skip_all "nobody may be traced here"
case $(cat "$O/flags") in
*-fsanitize=*)	skip_all "a sanitizer makes calls of its own" ;;
esac

# fails CALL ERROR [WORD]: the first of these, in each process, fails so.
fails() {
	timeout -k 1 30 strace -f -qq -b execve -o /dev/null \
		-e "inject=$1:error=$2:when=${4:-1}" "$steps" ${3:+"$3"} 2>&1
}

# The claim is what is said; what follows is always that all is well.
is_so() {	# CALL ERROR SAID [WORD [WHEN]]
	is "$(fails "$1" "$2" "${4:-}" "${5:-1}")" "$3; then 0; kept 0 none" \
		"$1 $2: $3"
}

is "$(timeout 30 "$steps")" "kill 0; then 0; kept 0 none" "if nothing fails, all is well"
is "$(fails epoll_create1 EMFILE)" "new EMFILE" "epoll_create1 EMFILE: no service"
is_so clone EAGAIN "spawn EAGAIN clone"
is_so clone ENOMEM "spawn ENOMEM clone"
is_so clone EMFILE "spawn EMFILE clone"
is_so pipe2 EMFILE "spawn EMFILE pipes"
is_so epoll_ctl ENOSPC "kill 0"
is_so epoll_ctl ENOMEM "kill 0"
is_so setpgid EPERM "spawn EPERM process group"
is_so setsid EPERM "spawn EPERM process group" session
is_so dup3 EBADF "spawn EBADF descriptors"
# Every child makes this one, so the second start fails as well.
is "$(fails close_range EINVAL)" \
	"spawn EINVAL descriptors; then EINVAL; kept 0 none" "close_range EINVAL: told"
is_so chdir EIO "spawn EIO directory"
is_so prctl EINVAL "spawn EINVAL privileges"
if [ "$(id -u)" = 0 ]; then
	is_so setgroups EPERM "spawn EPERM user"
	is_so setresgid EPERM "spawn EPERM user"
	is_so setresuid EAGAIN "spawn EAGAIN user"
else
	skip "setgroups, setresgid, setresuid" "not root"
fi
is_so pidfd_send_signal EPERM "kill EPERM"
is_so pidfd_send_signal EINVAL "kill 0"
is_so pidfd_send_signal ENOSYS "kill 0"
is_so poll EINTR "kill 0"
is_so epoll_wait EINTR "kill 0"

done_testing

#!/bin/sh
# Whatever a call of kith-init's fails with, it goes on with what can be done, or
# says in one line why not: it never hangs, and never ends with another code.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-inject.sh"

# survives CALL ERROR...: alone, at its first time, and always.
survives() {
	call=$1
	shift
	for error; do
		for when in 1 1+; do
			got=$(inject "$call:error=$error:when=$when" $mode \
				sh -c 'exec 2>/dev/null; (: &); sleep 0.02
					sleep 0.05 & exit 7')
			[ "$got" = "7 " ] || echo "$call $error $when: $got"
		done
	done
}

goes_on() {
	for mode in "--reap each" "--reap kernel" "--report 5"; do
		{
			survives open ENOMEM EMFILE ENFILE
			survives chdir ENOMEM EACCES
			survives close_range ENOMEM ENOSYS
			survives signalfd4 ENOMEM EMFILE ENFILE
			survives pidfd_open ENOMEM EMFILE ENOSYS
			survives ioctl ENOMEM EPERM ENOSYS
			survives setsid EPERM
			# The loader of a shared program needs these.
			case $init in
			*.static) survives openat,mmap,mremap,munmap ENOMEM ;;
			esac
			survives getsid EPERM
			survives readlink ENOENT ENOMEM
			survives getdents64 ENOMEM
			survives kill EPERM ESRCH EAGAIN
			survives pidfd_send_signal EPERM ESRCH EAGAIN
			survives rt_sigqueueinfo EPERM EAGAIN
		} 5>/dev/null >"$tmp/wrong"
		is "$(cat "$tmp/wrong")" "" "with $mode ($about)"
	done
	mode="--reap kernel"
	is "$(survives ppoll ENOMEM | head -3; survives poll ENOMEM | head -3)" "" \
		"if it cannot sleep on descriptors, it sleeps on signals ($about)"
}

# No child, and no program.
gives_up() {
	for error in EAGAIN ENOMEM; do
		said=$(inject "clone,fork,vfork,clone3:error=$error" true)
		matches "$said" "125 kith-init: cannot make a child: *" \
			"clone says $error, always ($about)"
	done
	is "$(inject "pidfd_open:error=EMFILE" --reap kernel \
		sh -c '(: &); sleep 0.02; (: &); exit 7')" \
		"7 " "without a descriptor for a pidfd there is another way ($about)"
	is "$(inject fcntl:error=EMFILE --report 2 true)" \
		"125 kith-init: --report: Too many open files" \
		"a report that cannot be written is refused ($about)"
	is "$(inject setresuid,setgroups:error=EAGAIN --user 12:34 true)" \
		"125 kith-init: cannot change the user: Resource temporarily unavailable" \
		"the user cannot be changed: nothing is run ($about)"
	is "$(inject prctl:error=EPERM sh -c 'exit 7')" \
		"7 kith-init: cannot adopt orphans: Operation not permitted" \
		"it says so if it cannot be a subreaper ($about)"
	is "$(inject prctl:error=EPERM --parent-death TERM true)" \
		"125 kith-init: --parent-death: Operation not permitted" \
		"nothing is run that would not die with the parent ($about)"
	is "$(inject prlimit64:error=EPERM --limit nofile=10 true)" \
		"125 kith-init: cannot set a limit: Operation not permitted" \
		"nor without its limits ($about)"
}

put below
for init in "$O/kith-init" "$O/kith-init.static"; do
	[ -x "$init" ] || continue
	about=${init##*/}
	goes_on
	gives_up
done
done_testing

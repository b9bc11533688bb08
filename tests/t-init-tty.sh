#!/bin/sh
# At a terminal: a shell under kith-init has job control, whether kith-init came
# as a container runtime starts it or was typed at another shell.
. "$(dirname "$0")/aid-init.sh"
command -v bash >/dev/null || skip_all "bash is not installed"
"$aid/aid-pty" true </dev/null >/dev/null
[ $? != 77 ] || skip_all "there are no pseudo-terminals"

export PS1='ready: ' PS2= HISTFILE= INPUTRC=/dev/null TERM=dumb
bash='bash --norc --noprofile --noediting -i'

# person COMMAND: at a terminal, with the script from stdin; its code.
person() {
	timeout -k 1 60 "$aid/aid-pty" "$@" >"$tmp/screen"
	code=$?
	if [ $code = 124 ]; then
		sed 's/^/#   screen: /' "$tmp/screen"
		ps axo pid,ppid,sid,pgid,tpgid,stat,wchan:20,args
	fi >&2
	echo $code
}

# What a shell's user does with a job.  It says "up" when it runs: only then is
# it its group that a key reaches; and echoes, once it may read again.
cat >"$tmp/job" <<'END'
echo up
exec cat
END
cat >"$tmp/jobs" <<END
< ready: 
> sh $tmp/job\r
< job
< up
> ^Z
< Stopped
< ready: 
> jobs\r
< Stopped
< ready: 
> fg\r
< sh $tmp/job
> again\r
< again
< again
> ^C
< ready: 
> echo code \$?\r
< code 130
< ready: 
> sleep 1000 & kill %1; wait %1; echo ended \$?\r
< ended 143
< ready: 
> exit 21\r
END

# Docker and its like: kith-init leads the session that has the terminal.
leading() {
	case $where in
	pid1)	as=-p ;;
	below)	as= ;;
	esac
	# shellcheck disable=SC2086	# words
	code=$(person $as "$init" -- $bash <"$tmp/jobs")
	is "$code" 21 "a shell has job control when kith-init led ($about)"

	# The signals that giving the terminal away makes are not the child's.
	code=$(person $as "$init" sh -c 'trap "exit 1" HUP; sleep 0.2; exit 22' \
		</dev/null)
	is "$code" 22 "the hand-over sends the child nothing ($about)"
	code=$(person $as "$init" cat <<'END'
> hello\r
< hello
< hello
> ^C
END
	)
	is "$code" 130 "Ctrl-C reaches the child ($about)"
	code=$(person $as "$init" "$aid/aid-signals" front </dev/null)
	is "$code" 0 "the terminal is the child's, and it is in front ($about)"
	code=$(person $as sh -c "exec '$init' sh -c 'sleep 0.1; : >/dev/tty' <&-" \
		</dev/null)
	is "$code" 0 "also with stdin closed ($about)"
	# /dev/tty is the terminal, whatever stands at 0 to 2.
	code=$(person $as sh -c "exec '$init' sh -c '
		if (: >/dev/tty); then exit 3; else exit 4; fi' \
		</dev/null >/dev/null 2>&1" </dev/null)
	is "$code" 3 "and with all three elsewhere ($about)"
}

# Standard input is a terminal that is nobody's: the program's, from now on.  The
# numbers are TIOCSPTLCK and TIOCGPTN.
free_terminals() {
	# shellcheck disable=SC2016,SC2086	# for perl; words
	said=$(timeout -k 1 30 perl -MFcntl -e '
		$^F = 99;
		$n = pack("i", 0);
		sysopen(M, "/dev/ptmx", O_RDWR | O_NOCTTY) &&
			ioctl(M, 0x40045431, $n) && ioctl(M, 0x80045430, $n) &&
			sysopen(S, "/dev/pts/" . unpack("i", $n), O_RDWR | O_NOCTTY) &&
			open(STDIN, "<&S") && exec "setsid", "-w", @ARGV;
		print "none"' $there "$init" "$aid/aid-signals" front; echo $?)
	case $said in
	none*) skip "a free terminal becomes the program's ($about)" \
		"there is none to be had" ;;
	*) is "$said" 0 "a free terminal becomes the program's ($about)" ;;
	esac
}

# A stopped job whose shell died is told, since nobody can go on with it.
orphaned_jobs() {
	said=$(run "$aid/aid-signals" orphaned)
	is "$said" hup "a stopped job without a shell gets SIGHUP ($about)"
}

# Typed at a shell: a job like others, which has the terminal or has not.
as_a_job() {
	# unshare stops at once, and does not wait until the rest of the job has:
	# cat could still read what is meant for the shell.
	case $where in
	pid1)	typed="unshare --pid --fork --mount-proc $init" patience=5 ;;
	below)	typed=$init patience=0 ;;
	esac
	# shellcheck disable=SC2086	# words
	code=$(person $bash <<END
< ready: 
> $typed cat\r
> hello\r
< hello
< hello
> ^Z
< Stopped
< ready: 
= $patience
> fg\r
< $init cat
> again\r
< again
< again
> ^C
< ready: 
> echo code \$?\r
< code 130
< ready: 
> $typed $bash\r
< ready: 
> exit 5\r
< ready: 
> echo code \$?\r
< code 5
< ready: 
> exit 23\r
END
	)
	is "$code" 23 "typed at a shell it is a job like others ($about)"

	# shellcheck disable=SC2086	# words
	code=$(person $bash <<END
< ready: 
> $typed $bash\r
$(cat "$tmp/jobs")
< ready: 
> exit 24\r
END
	)
	is "$code" 24 "and a shell under it has jobs of its own ($about)"

	[ "$where" = below ] || return 0
	# shellcheck disable=SC2086	# words
	code=$(person $bash <<END
< ready: 
> $init cat &\r
< ready: 
> wait %1; jobs\r
< Stopped
< ready: 
> fg\r
< $init cat
> hello\r
< hello
< hello
> ^D
< ready: 
> exit 25\r
END
	)
	is "$code" 25 "in the background it stops when it reads ($about)"
}

everywhere leading free_terminals orphaned_jobs as_a_job
done_testing

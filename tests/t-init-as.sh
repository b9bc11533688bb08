#!/bin/sh
# Called as tini or as dumb-init, kith-init has their options, their variables,
# the messages that others look for, and their exit codes.
#
# What is expected here was found out from Debian's tini 0.19.0 and dumb-init
# 1.2.5.  Where they are installed they are asked again, in the same words: then
# each claim is made twice, once of ours and once of theirs.
. "$(dirname "$0")/aid-init.sh"

# As PID 1 of a namespace, or below the script.
in_there() {
	# shellcheck disable=SC2086	# words
	timeout -k 1 30 $there "$@"
}

# said: stdin, without what differs from run to run.
said() {
	sed -E 's/\(([0-9]+)\)/(PID)/; s/(pid[=: ]+\x27?|PID )[0-9]+/\1N/
		s/^(tini version |dumb-init v)[^ )]*/\1V/; s/^tini \(tini v.*/tini (V)/
		s/_kith-init//; s|(^\|Usage: \|Try )/[^ ]*/|\1DIR/|' |
		head -n "$lines"
}

# answer PROGRAM ARGUMENTS: its code, what went to stdout, what to stderr.
answer() {
	in_there "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	printf '%s|%s|%s' $? "$(said <"$tmp/out")" "$(said <"$tmp/err")"
}

# asked HOW WANT CLAIM ARGUMENTS: what HOW finds, of ours and of theirs.
asked() {
	how=$1 want=$2 claim=$3
	shift 3
	is "$($how "$tmp/$who" "$@")" "$want" "$who: $claim ($about)"
	[ -z "$theirs" ] ||
		is "$($how "$theirs" "$@")" "$want" "$who: so it is ($theirs)"
}
case_of() {
	asked answer "$@"
}

# signals NAME SENT... -- ARGUMENTS: what the program hears of these, one by one.
signals() {
	init_name=$1 sent=
	shift
	while [ "$1" != -- ]; do
		sent="$sent $1"
		shift
	done
	shift
	: >"$tmp/heard"
	# shellcheck disable=SC2086	# words
	$there "$init_name" "$@" "$aid/aid-signals" collect 99 130 \
		>"$tmp/heard" 2>/dev/null &
	pid=$! listener=$!
	until_true grep -q ready "$tmp/heard"
	[ "$where" = below ] || {
		pid=$(cat "/proc/$pid/task/$pid/children")
		pid=${pid% }
	}
	n=1
	for sig in $sent; do
		"$aid/aid-signals" queue "$pid" "$sig" 0
		n=$((n + 1))
		until_true heard_lines $n || break
	done
	kill -KILL "$pid"
	wait $listener 2>/dev/null
	sed -n 's/^\([0-9]*\) .*/\1/p' "$tmp/heard" | tr '\n' ' '
}
heard_lines() {
	[ "$(wc -l <"$tmp/heard")" -ge "$1" ]
}

signal_case() {
	asked signals "$@"
}

# --- tini --------------------------------------------------------------------

tini_codes() {
	# Without -s it would warn that it is no subreaper; ours always is one.
	case_of '3||' 'the code' -s -- sh -c 'exit 3'
	case_of '4||' 'the -- may come behind the program' -s sh -- -c 'exit 4'
	case_of '143||' '128 + n' -s -- sh -c 'kill -TERM $$'
	case_of '0||' '-e' -s -e 143 -- sh -c 'kill -TERM $$'
	case_of '0||' '-e again and again' -se 1 -e2 -e 3 -- sh -c 'exit 2'
	case_of '4||' 'and no other code' -se 1 -e2 -e 3 -- sh -c 'exit 4'
	many=$(seq -f '-e %g' 0 99 | tr '\n' ' ')
	# shellcheck disable=SC2086	# words
	case_of '100||' 'a hundred of them' -s $many -- sh -c 'exit 100'
	case_of '127||[FATAL tini (PID)] exec nope failed: No such file or directory' \
		'not found' -s nope
	case_of '126||[FATAL tini (PID)] exec /etc/passwd failed: Permission denied' \
		'no program' -s /etc/passwd
	case_of '126||[FATAL tini (PID)] exec / failed: Permission denied' \
		'a folder' -s /
	case_of '127||[FATAL tini (PID)] exec  failed: No such file or directory' \
		'no name' -s ''
	case_of "1||[FATAL tini (PID)] exec /etc/passwd/x failed: Not a directory" \
		'below no folder' -s /etc/passwd/x
	case_of "127||[FATAL tini (PID)] exec $tmp/torn failed: No such file or directory" \
		'a script without its interpreter' -s "$tmp/torn"
	case_of '9||' 'a script without a first line is given to sh' -s "$tmp/plain" 9
	case_of '0|-- x|' 'a -- that was there is enough' -s -- "$tmp/words" -- x
	case_of '0||[FATAL tini (PID)] exec nope failed: No such file or directory' \
		'-e is for them, too' -s -e 127 nope
	case_of '0||' '-e as strtol reads it' -s -e ' +03' sh -- -c 'exit 3'
	case_of '0||' '-e -0' -s -e -0 true
	case_of '0||' "-e ''" -s -e '' true
	case_of '5||' "-e '' is 0" -s -e '' sh -- -c 'exit 5'
	lines=1
	case_of '1||DIR/tini: invalid option -- '"'x'" 'no such option' -x true
	case_of '1||DIR/tini: invalid option -- '"'x'" 'among others' -sx true
	case_of '1||DIR/tini: option requires an argument -- '"'e'" 'no value' -e
	case_of '1||DIR/tini: option requires an argument -- '"'p'" 'nor for -p' -sp
	case_of '1||tini (V)' 'no program' -s
	case_of '1||tini (V)' 'nor behind --' --
	case_of '0|tini (V)|' '-h' -h
	case_of '0|The MIT License (MIT)|' '-l' -l
	case_of '0|tini version V|' '--version' --version
	case_of '1||[FATAL tini (PID)] Not a valid option for -e: 300' '-e 300' -e 300 true
	case_of '1||[FATAL tini (PID)] Not a valid option for -e: 5x' '-e 5x' -s -e5x true
	for bad in FOO KILL 9 sigkill SIGIO SIGPWR SIGSTKFLT SIGRTMIN SIGe ''; do
		case_of "1||[FATAL tini (PID)] Not a valid option for -p: $bad" \
			"-p '$bad'" -s -p "$bad" true
	done
	case_of '1||[FATAL tini (PID)] Not a valid option for -p: SIGe' '-pSIGe' -spSIGe true
	case_of '0|tini (V)|' 'help is given at once' -shx true
	case_of '0|The MIT License (MIT)|' 'of two the first is answered' -l -h
	for words in '-s --version' '--version true' '--version --version'; do
		# shellcheck disable=SC2086	# words
		case_of '1||DIR/tini: invalid option -- '"'-'" "$words" $words
	done
	lines=99
	matches "$("$tmp/tini" --version)" 'tini version 0.19.0*' \
		"tini: its version, as Docker looks for it ($about)"
}

tini_talk() {
	case_of "0|[INFO  tini (PID)] Spawned child process 'true' with pid 'N'
[INFO  tini (PID)] Main child exited normally (with status '0')|" '-v' -sv true
	case_of "137|[INFO  tini (PID)] Spawned child process 'sh' with pid 'N'
[INFO  tini (PID)] Main child exited with signal (with signal 'Killed')|" \
		'-v, a signal' -sv -- sh -c 'kill -KILL $$'
	# What had to be done to start it is not its name.
	old_path=$PATH
	PATH=$tmp:$PATH
	case_of "9|[INFO  tini (PID)] Spawned child process 'plain' with pid 'N'
[INFO  tini (PID)] Main child exited normally (with status '9')|" \
		'-v, of what sh was asked to run' -sv plain 9
	PATH=$old_path
	case_of "0|[INFO  tini (PID)] Spawned child process 'true' with pid 'N'
[DEBUG tini (PID)] Received SIGCHLD
[DEBUG tini (PID)] Reaped child with pid: 'N'
[INFO  tini (PID)] Main child exited normally (with status '0')|" '-vv' -svv true
	export TINI_VERBOSITY=2
	case_of "0|[INFO  tini (PID)] Spawned child process 'true' with pid 'N'
[INFO  tini (PID)] Main child exited normally (with status '0')|" \
		'TINI_VERBOSITY' -s true
	export TINI_VERBOSITY=-1
	lines=2
	[ "$where" = below ] ||
		case_of "0|[INFO  tini (PID)] Spawned child process 'true' with pid 'N'
[DEBUG tini (PID)] Received SIGCHLD|" 'less than nothing is a great deal' true
	lines=99
	export TINI_VERBOSITY=0
	case_of '0||' 'it has the last word' -sv true
	unset TINI_VERBOSITY
	case_of '0||[WARN  tini (PID)] Reaped zombie process with pid=N' '-w' \
		-sw -- sh -c '(:&); sleep 0.1'
	case_of '0||' 'not without' -s -- sh -c '(:&); sleep 0.1'
	export TINI_SUBREAPER=
	case_of '0||[WARN  tini (PID)] Reaped zombie process with pid=N' \
		'TINI_SUBREAPER' -w -- sh -c '(:&); sleep 0.1'
	unset TINI_SUBREAPER
}

# no_fork WHO ARGUMENTS: when there cannot be a child.
no_fork() {
	strace -f -qq -o /dev/null -e inject=clone,clone3,fork,vfork:error=EAGAIN \
		"$@" true 2>"$tmp/err" >"$tmp/out"
	echo "$?|$(said <"$tmp/out")|$(said <"$tmp/err")"
}
no_fork_case() {
	[ "$where" = below ] || return 0
	strace -qq -o /dev/null true 2>/dev/null || {
		skip "$who: no child ($about)" "strace is not there, or nobody may be traced"
		return
	}
	want=$1
	shift
	for main in "$tmp/$who" $theirs; do
		is "$(no_fork "$main" "$@")" "$want" "$who: no child ($about, $main)"
	done
}
tini_children() {
	no_fork_case \
		'1||[FATAL tini (PID)] fork failed: Resource temporarily unavailable' -s
}
dumb_children() {
	no_fork_case '1||[dumb-init] Unable to fork. Exiting.'
}

# group WHO ARGUMENTS: how many hear of it, of two in the program's group, of
# which neither is the program.
group() {
	: >"$tmp/heard"
	"$@" sh -c '"$0" collect 1 0 & "$0" collect 1 0; wait' "$aid/aid-signals" \
		>"$tmp/heard" 2>/dev/null &
	pid=$!
	until_true heard_lines 2
	kill -USR1 $pid
	until_true heard_lines 4
	kill -KILL $pid "$(pgrep -P $pid)" 2>/dev/null
	wait $pid 2>/dev/null
	pkill -KILL -x aid-signals
	grep -c '^10 ' "$tmp/heard"
}
group_case() {
	[ "$where" = below ] || return 0
	[ "$1" != 0 ] || patience=30	# for nothing to come
	asked group "$@"
	patience=
}

# place WHO ARGUMENTS: what the program is the first of.
place() {
	# shellcheck disable=SC2016	# for the shell inside
	in_there "$@" sh -c 'set -- $$ $(ps -o pgid= -o sid= -p $$)
		[ "$1" = "$2" ] && echo group; [ "$1" = "$3" ] && echo session' </dev/null
}
place_case() {
	asked place "$@"
}

# Without a terminal the program is stopped like any other.
tini_stops() {
	place_case group 'without a terminal, a group of its own' -s --
	[ "$where" = below ] || return 0
	for main in "$tmp/$who" $theirs; do
		is "$(stopped "$main" TSTP -s)" 'T S S S 137' \
			"$who: SIGTSTP stops the program ($about, $main)"
		patience=30 # for nothing to come
		is "$(stopped "$main" TTIN -s)" 'S S S S 137' \
			"$who: SIGTTIN is for nobody ($about, $main)"
		patience=
	done
}

tini_signals() {
	signal_case '1 2 3 10 12 13 14 15 18 20 23 28 29 30 34 40 64 ' 'signals' \
		1 2 3 10 12 13 14 15 18 20 23 28 29 30 34 40 64 -- -s --
	group_case 2 '-g' -s -g --
	export TINI_KILL_PROCESS_GROUP=
	group_case 2 'TINI_KILL_PROCESS_GROUP' -s --
	unset TINI_KILL_PROCESS_GROUP
}

# The signal comes when the parent is gone.
orphaned_by() {
	rm -f "$tmp/dead" "$tmp/up"
	# shellcheck disable=SC2016	# for the shells inside
	sh -c '"$@" >/dev/null 2>&1 & until [ -e "$0" ]; do sleep 0.01; done' \
		"$tmp/up" "$@" sh -c 'trap "echo USR1 >\"$0.new\"; mv \"$0.new\" \"$0\"; exit" USR1
		>"$1"; while :; do sleep 0.01; done' "$tmp/dead" "$tmp/up"
	until_true test -e "$tmp/dead"
	rm -f "$tmp/up"
	cat "$tmp/dead"
}
tini_parent() {
	[ "$where" = below ] || return 0
	is "$(orphaned_by "$tmp/tini" -s -p SIGUSR1 --)" USR1 "tini: -p ($about)"
	[ -z "$theirs" ] ||
		is "$(orphaned_by "$theirs" -s -p SIGUSR1 --)" USR1 \
			"tini: so it is ($theirs)"
}

# --- dumb-init ---------------------------------------------------------------

dumb_codes() {
	case_of '3||' 'the code' sh -c 'exit 3'
	case_of '3||' 'behind --' -- sh -c 'exit 3'
	case_of '143||' '128 + n' sh -c 'kill -TERM $$'
	case_of '2||[dumb-init] nope: No such file or directory' 'not found' nope
	case_of '2||[dumb-init] /etc/passwd: Permission denied' 'no program' /etc/passwd
	case_of '2||[dumb-init] : No such file or directory' 'no name' ''
	case_of '9||' 'a script without a first line is given to sh' "$tmp/plain" 9
	usage='1||Usage: DIR/dumb-init [option] program [args]
Try DIR/dumb-init --help for full usage.'
	case_of "$usage" 'no program'
	case_of "$usage" 'nor behind --' --
	export DUMB_INIT_DEBUG=1 DUMB_INIT_SETSID=0
	case_of "$usage" 'and no other word'
	case_of '0||dumb-init vV' 'nor with the version' -V
	unset DUMB_INIT_DEBUG DUMB_INIT_SETSID
	case_of '1||DIR/dumb-init: invalid option -- '"'x'" 'no such option' -x true
	case_of '1||DIR/dumb-init: unrecognized option '"'--yolo'" 'nor such' --yolo true
	case_of '1||DIR/dumb-init: unrecognized option '"'--yolo=1'" \
		'nor with a value' --yolo=1 true
	case_of "1||DIR/dumb-init: option '--verbose' doesn't allow an argument" \
		'a value where there is none' --verbose=1 true
	case_of '1||DIR/dumb-init: option requires an argument -- '"'r'" 'no value' -r
	case_of "1||DIR/dumb-init: option '--rewrite' requires an argument" \
		'nor for --rewrite' --rewrite
	case_of '0||dumb-init vV' '-V' -V
	case_of '0||dumb-init vV' 'of two the first is answered' -Vh
	case_of '0||dumb-init vV' 'at once' --version --yolo
	case_of '0||dumb-init vV' '--version' --version
	lines=2
	case_of '0||dumb-init vV
Usage: DIR/dumb-init [option] command [[arg] ...]' '-h' -h
	lines=99
	help='1||Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.
This option can be specified multiple times.
Use --help for full usage.'
	for pair in '' 1 herp herp:derp 15::12 15:derp 1:99 32:1 0:1 -1:2 1:-2 USR1:12; do
		case_of "$help" "-r '$pair'" -r "$pair" true
	done
	for pair in 15:0 15:-0 15:3:4 ' 1:2' +1:2 1:2x 31:31; do
		case_of '0||' "-r '$pair'" -r "$pair" true
	done
}

dumb_talk() {
	# Two of its lines come from a race, and two complain of no terminal.
	case_of '0||[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.' '-cv' -cv true
	case_of '137||[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N was terminated by signal 9.
[dumb-init] Translating signal 15 to 3.
[dumb-init] Forwarded signal 3 to children.
[dumb-init] Child exited with status 137. Goodbye.' 'a signal, rewritten' \
		--verbose --single-child --rewrite=15:3 sh -c 'kill -9 $$'
	case_of '0||[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Translating signal 15 to 0.
[dumb-init] Not forwarding signal 0 to children (ignored).
[dumb-init] Child exited with status 0. Goodbye.' '-r 15:0' -c -v -r 15:0 true
	export DUMB_INIT_DEBUG=1 DUMB_INIT_SETSID=0
	case_of '0||[dumb-init] Running in debug mode.
[dumb-init] Not running in setsid mode.
[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.' 'DUMB_INIT_DEBUG' true
	unset DUMB_INIT_DEBUG DUMB_INIT_SETSID
	[ "$where" = below ] || return 0
	case_of '0||[dumb-init] Child spawned with PID N.
[dumb-init] Received signal 10.
[dumb-init] Translating signal 10 to 12.
[dumb-init] Forwarded signal 12 to children.
[dumb-init] Received signal 17.
[dumb-init] A child with PID N exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.' 'a signal on its way' \
		-c -v -r 10:12 sh -c 'trap "exit 0" USR2; kill -USR1 $PPID
			while :; do sleep 0.01; done'
}

# session WHO ARGUMENTS: is the program in a session of its own?
session() {
	# shellcheck disable=SC2016	# for the shell inside
	in_there "$@" sh -c '[ "$(ps -o sid= -p $$ | xargs)" = $$ ] && echo own || echo not'
}
session_case() {
	want=$1 claim=$2
	shift 2
	is "$(session "$tmp/$who" "$@")" "$want" "$who: $claim ($about)"
	[ -z "$theirs" ] ||
		is "$(session "$theirs" "$@")" "$want" "$who: so it is ($theirs)"
}

dumb_signals() {
	signal_case '1 2 3 10 12 13 14 15 18 23 28 29 30 31 ' 'signals' \
		1 2 3 10 12 13 14 15 18 23 28 29 30 31 --
	signal_case '3 12 10 2 ' '-r' 15 10 12 2 -- -r 15:3 -r 10:12 --rewrite 12:10
	signal_case '10 ' '-r 15:0' 10 -- -r 15:0
	session_case own 'the program has its own session'
	session_case not '-c: it has not' -c
	export DUMB_INIT_SETSID=0
	session_case not 'nor with DUMB_INIT_SETSID=0'
	group_case 0 'then signals are for it alone'
	unset DUMB_INIT_SETSID
	group_case 2 'signals go to the group'
	group_case 0 'with -c to the program' -c
}

# states: of the program, and of init.
states() {
	sed -n 's/^State:.\(.\).*/\1/p' "/proc/$child/status" "/proc/$pid/status" |
		tr 'R\n' 'S '
}

# stopped WHO SIGNAL ARGUMENTS: the states after that, and after SIGCONT.
stopped() {
	start=$1 sig=$2
	shift 2
	"$start" "$@" sleep 100 2>/dev/null </dev/null &
	pid=$!
	until_true pgrep -x -P $pid sleep >/dev/null
	child=$(pgrep -P $pid)
	kill "-$sig" $pid
	until_true grep -q '^State:.T' "/proc/$child/status"
	[ "$who" = tini ] || until_true grep -q '^State:.T' "/proc/$pid/status"
	states
	kill -CONT $pid
	until_true grep -q '^State:.S' "/proc/$child/status"
	states
	kill -KILL "$child"
	wait $pid
	echo $?
}
dumb_stops() {
	[ "$where" = below ] || return 0
	for sig in TSTP TTIN TTOU; do
		is "$(stopped "$tmp/$who" $sig)" 'T T S S 137' \
			"$who: SIG$sig stops it, whatever it thinks of that ($about)"
		[ -z "$theirs" ] || is "$(stopped "$theirs" $sig)" 'T T S S 137' \
			"$who: so it is ($theirs)"
	done
}

# alone WHO: a program in init's group, which somebody stops and lets go on,
# where no terminal is: init does not stop with it, for who would know?
alone() {
	: >"$tmp/said"
	# shellcheck disable=SC2016	# for the shell inside
	setsid bash -c 'set -m; "$0" -c sleep 100 & echo $!; wait $!; echo $?' \
		"$1" </dev/null >"$tmp/said" 2>/dev/null &
	until_true grep -q . "$tmp/said"
	pid=$(cat "$tmp/said")
	until_true pgrep -x -P "$pid" sleep >/dev/null
	child=$(pgrep -P "$pid")
	kill -TSTP "$child"
	until_true grep -q '^State:.T' "/proc/$child/status"
	patience=20 # for nothing to come
	until_true grep -q '^State:.T' "/proc/$pid/status"
	patience=
	states
	kill -CONT "$child"
	kill -TERM "$child"
	patience=100
	until_true heard_what 2 "$tmp/said" || kill -KILL "$pid"
	patience=
	wait
	sed -n 2p "$tmp/said"
}
heard_what() {
	[ "$(wc -l <"$2")" -ge "$1" ]
}
# hang_up WHO: what a program in the group of an init that leads the session
# hears when the terminal is gone.
hang_up() {
	rm -f "$tmp/up" "$tmp/told"
	# shellcheck disable=SC2016	# for the shell inside
	"$aid/aid-pty" "$1" -c sh -c 'trap "echo HUP >\"$0\"; exit" HUP
		>"$1"; while :; do sleep 0.01; done' "$tmp/told" "$tmp/up" \
		>/dev/null 2>&1 <<-END &
	= 300
	END
	pid=$!
	until_true test -e "$tmp/up"
	kill -KILL $pid
	patience=300
	until_true test -s "$tmp/told"
	patience=
	cat "$tmp/told"
	pkill -KILL -f "$tmp/up"
	wait $pid
}
dumb_hangs_up() {
	[ "$where" = below ] || return 0
	"$aid/aid-pty" true </dev/null >/dev/null || {
		skip "$who: a terminal hangs up ($about)" "there is no terminal"
		return
	}
	for main in "$tmp/$who" $theirs; do
		is "$(hang_up "$main")" HUP \
			"$who: -c, the terminal hangs up ($about, $main)"
	done
}
dumb_alone() {
	[ "$where" = below ] || return 0
	command -v bash >/dev/null || {
		skip "$who: stopped without a terminal ($about)" "there is no bash"
		return
	}
	for main in "$tmp/$who" $theirs; do
		is "$(alone "$main")" 'T S 143' \
			"$who: -c, stopped without a terminal ($about, $main)"
	done
}

# In the end the group is told to go, and not waited for.
dumb_end() {
	for main in "$tmp/$who" $theirs; do
		rm -f "$tmp/up" "$tmp/told"
		# shellcheck disable=SC2016	# for the shells inside
		in_there "$main" sh -c 'sh -c "trap \"echo TERM >\\\"$0\\\"; exit\" TERM
			>\"$1\"; while :; do sleep 0.01; done" "$0" "$1" &
			until [ -e "$1" ]; do sleep 0.01; done; exit 5' "$tmp/told" "$tmp/up"
		is $? 5 "$who: the code is main's ($about, $main)"
		[ "$where" = below ] || continue
		until_true test -s "$tmp/told"
		is "$(cat "$tmp/told")" TERM \
			"$who: when main ends the group gets SIGTERM ($about, $main)"
	done
}

# --- at a terminal ---------------------------------------------------------------

# Typed at a shell: it can be stopped, and goes on.  Like dumb-init it stops as
# soon as it has told the program to, which may take a moment to do so.
at_shell() {
	[ "$where" = below ] || return 0
	command -v bash >/dev/null && "$aid/aid-pty" true </dev/null >/dev/null
	[ $? = 0 ] || {
		skip "$who: typed at a shell ($about)" "there is no bash, or no terminal"
		return
	}
	main=$tmp/$who
	PS1='ready: ' PS2='' HISTFILE='' INPUTRC=/dev/null TERM=dumb \
		timeout -k 1 60 "$aid/aid-pty" bash --norc --noprofile \
		--noediting -i >"$tmp/screen" <<-END
	< ready: 
	> $main${1:+ $1} cat\r
	> hello\r
	< hello
	< hello
	> ^Z
	< Stopped
	< ready: 
	= 5
	> fg\r
	< $main${1:+ $1} cat
	> again\r
	< again
	< again
	> ^C
	< ready: 
	> echo code \$?\r
	< code 130
	< ready: 
	> exit 23\r
	END
	is $? 23 "$who: typed at a shell it is a job ($about, $main $1)" ||
		sed 's/^/#   screen: /' "$tmp/screen" >&2
}
tini_tty() {
	at_shell '-s --'
}
dumb_tty() {
	at_shell ''
	at_shell -c
}

# --- as whom -----------------------------------------------------------------

names() {
	is "$("$init" --as tini --version)" "$("$tmp/tini" --version)" \
		"--as tini ($about)"
	is "$("$init" --as=dumb-init --version 2>&1)" \
		"$("$tmp/dumb-init" --version 2>&1)" "--as=dumb-init ($about)"
	for name in docker-init tini-static; do
		ln -sf "$init" "$tmp/$name"
		matches "$("$tmp/$name" --version)" 'tini version *' \
			"$name is tini ($about)"
	done
	is "$("$tmp/tini" --as kith-init --version)" "$("$init" --version)" \
		"--as goes before the name ($about)"
	"$init" --as nobody true 2>/dev/null
	is $? 2 "--as nobody ($about)"
	"$init" --as 2>/dev/null
	is $? 2 "--as without a name ($about)"
	is "$("$init" --as tini -s -- sh -c 'echo "$*"' sh --as tini)" "--as tini" \
		"the program's words are its own ($about)"
}

as() {
	who=$1
	shift
	# Called for each of our builds: theirs are asked along with the first.
	theirs=$(command -v "$who")
	[ "${init##*/}" = kith-init ] || theirs=
	[ "$who" != tini ] || [ -z "$theirs" ] ||
		[ "$(tini --version)" = 'tini version 0.19.0' ] || theirs=
	ln -sf "$init" "$tmp/$who"
	for function; do
		$function
	done
}
all() {
	lines=99
	as tini tini_codes tini_talk tini_children tini_stops tini_signals tini_parent tini_tty
	as dumb-init dumb_codes dumb_talk dumb_signals dumb_stops dumb_alone \
		dumb_hangs_up dumb_end dumb_children dumb_tty
	[ "$where" = pid1 ] || names
}

unset TINI_SUBREAPER TINI_VERBOSITY TINI_KILL_PROCESS_GROUP DUMB_INIT_DEBUG \
	DUMB_INIT_SETSID KITH_INIT_LOG
printf '#!%s/nobody\n' "$tmp" >"$tmp/torn"
# shellcheck disable=SC2016	# for the shell inside
echo 'exit $1' >"$tmp/plain"
printf '#!/bin/sh\necho "$*"\n' >"$tmp/words"
chmod +x "$tmp/torn" "$tmp/plain" "$tmp/words"
for peer in tini dumb-init; do
	command -v $peer >/dev/null ||
		skip "$peer itself says the same" "it is not installed"
done
everywhere all
done_testing

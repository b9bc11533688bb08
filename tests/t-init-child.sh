#!/bin/sh
# What the program starts with, if something is asked for; and what kith-init is
# without a program.
. "$(dirname "$0")/aid-init.sh"

code_of() {
	said=$(run "$@" 2>&1 >/dev/null)
	echo "$? $said"
}

users() {
	if [ "$(id -u)" != 0 ] || ! setpriv --reuid 1 true 2>/dev/null; then
		skip "--user ($about)" "users cannot be changed"
		return
	fi
	is "$(run --user 12:34,5,6 sh -c 'id -u; id -g; id -G' | tr '\n' ' ')" \
		"12 34 34 5 6 " "--user by numbers ($about)"
	is "$(run --user nobody:tty id -u -n) $(run --user nobody:tty id -G)" \
		"nobody 5" "by names ($about)"
	is "$(run --user 65534 id -g)" "$(id -g nobody)" \
		"a number that has a name has its group ($about)"
	is "$(run --user games id -G)" "$(id -G games)" \
		"with the groups that list it ($about)"
	is "$(code_of --user 4242 true)" \
		"125 kith-init: 4242: is not in /etc/passwd, and has no group" \
		"root's group is nobody's by default ($about)"
	is "$(code_of --user nosuch true)" \
		"125 kith-init: nosuch: is no user that is known" \
		"who is not known ($about)"
	is "$(code_of --user 1:nosuch true)" \
		"125 kith-init: 1:nosuch: has a group that is not known" \
		"nor the group ($about)"
	# What another user may not be told, kith-init still ends with.
	is "$(run --user 12:34 sh -c 'grep ^CapEff: /proc/self/status; exit 3')" \
		"CapEff:	0000000000000000" "it has no capabilities left ($about)"
}

places() {
	is "$(run --dir /usr/bin pwd)" /usr/bin "--dir ($about)"
	is "$(code_of --dir /nosuch true)" \
		"125 kith-init: cannot go to the folder: No such file or directory" \
		"a folder that is not there ($about)"
	is "$(A=1 B=2 run --env A=3 --env B --env C=4 sh -c 'echo $A,$B,$C')" \
		"3,,4" "--env sets, changes, takes away ($about)"
	is "$(A=1 run --clear-env --env X=y /usr/bin/env)" "X=y" \
		"--clear-env ($about)"
	is "$(run --clear-env --env PATH=/bin --env A=1 --env A=2 env | sort)" \
		"A=2
PATH=/bin" "the last word counts; PATH is the program's ($about)"
	is "$(run sh -c 'ps -o pgid=,sid= -p $$ | tr -s " " "\n" | uniq -d | wc -l')" \
		"1" "it leads its session ($about)"
	is "$(run --place group sh -c \
		'set -- $(ps -o pgid=,sid= -p $$); [ $1 = $$ ] && [ $2 != $$ ] && echo yes')" \
		yes "--place group ($about)"
	is "$(run --place same sh -c \
		'set -- $(ps -o pgid= -p $$); [ $1 != $$ ] && echo yes')" \
		yes "--place same ($about)"
}

limits() {
	is "$(run --limit nofile=77 --limit core=0 --limit stack=1M:2M sh -c \
		'ulimit -n; ulimit -c; ulimit -s; ulimit -H -s' | tr '\n' ' ')" \
		"77 0 1024 2048 " "limits by rlimits ($about)"
	run --limit memory=30M perl -e '$x = "x" x 100000000' 2>/dev/null
	[ $? != 0 ]
	ok $? "memory is limited by whatever there is ($about)"
	run --limit memory=300M perl -e '$x = "x" x 100000'
	ok $? "but not more than asked ($about)"
	# shellcheck disable=SC2016	# for the shell inside
	name=$(sh -c 'echo kith-main.$$; exec "$1" --limit cpu=0.5 true 2>"$2/err"' \
		sh "$init" "$tmp")
	is "$(find /sys/fs/cgroup -maxdepth 2 -name "$name" 2>/dev/null)" "" \
		"no cgroup is left of a start that failed ($about)"
	said=$(code_of --limit cpu=0.5 true)
	case $said in
	"0 ") ;;
	*)	is "$said" \
			"125 kith-init: cpu=0.5: there is no cgroup that it could be set for" \
			"what cannot be limited is refused ($about)" ;;
	esac
}

sockets() {
	# LISTEN_PID names the process that was started: kith-init.
	said=$(case $where in
	pid1)	LISTEN_PID=1 LISTEN_FDS=1 run sh -c 'echo $LISTEN_PID $$' ;;
	below)	sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$init" \
			sh -c 'echo $LISTEN_PID $$' ;;
	esac)
	is "${said% *}" "${said#* }" "LISTEN_PID is the program's ($about)"
	is "$(LISTEN_PID=77 run sh -c 'echo $LISTEN_PID')" 77 \
		"but not if it was somebody else's ($about)"
}

pauses() {
	# shellcheck disable=SC2086	# words
	$there "$init" --pause &
	runner=$!
	until [ "$where" = below ] || target=$(pgrep -P $runner); do :; done
	[ "$where" = pid1 ] || target=$runner
	until grep -q '^271 ' /proc/"$target"/syscall 2>/dev/null; do
		kill -0 $runner || break
		sleep 0.01
	done
	kill -USR1 "$target"
	sleep 0.1
	kill -0 "$target"
	ok $? "--pause: a signal is nothing ($about)"
	kill "$target"
	wait $runner
	is "$?" 0 "a request ends it, with 0 ($about)"
	is "$(code_of --explain --pause | cut -c1-3)" "0 " "--explain works for it ($about)"
}

# The parent's death is told to the program.
orphaned() {
	[ "$where" = below ] || return 0
	: >"$tmp/said"
	sh -c '"$1" -p TERM sh -c "trap \"echo told >$2/said; exit\" TERM
		echo up >$2/up; while :; do sleep 0.02; done" &
		until [ -s "$2/up" ]; do sleep 0.01; done' sh "$init" "$tmp"
	tries=0
	until [ -s "$tmp/said" ] || [ $tries = 500 ]; do
		sleep 0.01
		tries=$((tries + 1))
	done
	is "$(cat "$tmp/said")" told "-p: it hears of the death of its parent ($about)"
	rm -f "$tmp/up"
}

explains() {
	said=$(run --explain true)
	is "$?" 0 "--explain ($about)"
	case $where in
	pid1)	matches "$said" "init:     PID 1
program:  in a session of its own (there is no terminal)
reaping:  *
signals:  the program
rest:     all of the namespace" "it says what would be done ($about)" ;;
	below)	matches "$said" "init:     PID *, a subreaper
*
rest:     all below kith-init, by /proc (not PID 1)" \
			"it says what would be done ($about)" ;;
	esac
	matches "$(run --explain --reap each true)" "*each orphan*(asked for)*" \
		"and why ($about)"
	matches "$(run --explain --stats true)" "*(each orphan is to be told of)*" \
		"whatever that is ($about)"
	for option in "--restart always" "--control $tmp/none" -vvv; do
		# shellcheck disable=SC2086	# words
		matches "$(run --explain $option true)" "*(each orphan is to be told of)*" \
			"also $option ($about)"
	done
	case $(run --explain --limit cpu=1 true) in
	*"cpu=1 (by a cgroup)"*) run --limit cpu=1 true ;;
	*"cpu=1 (nowhere)"*) ! run --limit cpu=1 true 2>/dev/null ;;
	*) false ;;
	esac
	ok $? "and what becomes of a limit is so ($about)"
}

# What init holds when the program has begun: others of its container write to
# PID 1's standard output, but elsewhere a pipe that is held has no end.
holds() {
	# shellcheck disable=SC2016	# for the shell inside
	is "$(run sh -c '
		while [ -e /proc/$PPID/fd/9 ]; do sleep 0.01; done
		for fd in 0 1 2; do
			[ "$(readlink /proc/$PPID/fd/$fd)" != "$(readlink /proc/$$/fd/$fd)" ] ||
				echo $fd
		done' 9<"$0" | tr '\n' ' ')" \
		"$([ "$where" = pid1 ] && echo '0 1 2 ' || echo '2 ')" \
		"of what it was given it holds no more ($about)"
}

logs() {
	matches "$(code_of -vv sh -c 'exit 2')" \
		"2 kith-init: the program is [0-9]*
kith-init: the program: exited with 2" "-vv ($about)"
	is "$(KITH_INIT_LOG=quiet code_of no-such-program)" "127 " \
		"KITH_INIT_LOG ($about)"
	is "$(KITH_INIT_LOG=quiet code_of --log error no-such-program)" \
		"127 kith-init: no-such-program: not found" \
		"an option has the last word ($about)"
	is "$(KITH_INIT_LOG=x code_of true)" \
		"2 kith-init: KITH_INIT_LOG: x is no choice" \
		"a level that is none ($about)"
	matches "$(code_of -w sh -c '(sleep 0.1 &); sleep 0.3')" \
		"0 kith-init: orphan *: exited with 0" "-w tells of orphans ($about)"
}

# Files that are not as tidy as most: no newline in the end, a line of 9,000 bytes.
untidy() {
	if [ "$(id -u)" != 0 ] || ! unshare -m mount --bind /etc/passwd /etc/passwd; then
		skip "untidy files ($about)" "users cannot be changed"
		return
	fi
	printf 'root:x:0:0::/:/bin/sh\nmany:x:78:78::/:/bin/sh\nlast:x:77:77::/:/bin/sh' >"$tmp/passwd"
	{
		printf 'long:x:90:'
		seq -s , 2000
		printf 'other:x:91:many\nmine:x:92:1,last'
	} >"$tmp/group"
	seq 1000 1300 | sed 's/.*/g&:x:&:many/' >"$tmp/groups"
	is "$(untidily last id -u -r) $(untidily last id -G)" "77 77 92" \
		"the last line may have no end, and one before be long ($about)"
	cp "$tmp/groups" "$tmp/group"
	is "$(untidily many id -G 2>&1)" "kith-init: many: has too many groups" \
		"nobody is started without some of the groups ($about)"
}
untidily() {
	user=$1
	shift
	unshare -m sh -c 'tmp=$1 init=$2 user=$3
		shift 3
		mount --bind "$tmp/passwd" /etc/passwd && mount --bind "$tmp/group" /etc/group &&
			exec "$init" --user "$user" "$@"' sh "$tmp" "$init" "$user" "$@"
}

everywhere users untidy places limits sockets pauses orphaned explains holds logs
done_testing

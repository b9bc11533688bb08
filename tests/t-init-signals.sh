#!/bin/sh
# Signals: what kith-init hears is what its child gets, from the first moment,
# all of them, in order and with their values.  And its child starts with what
# it would have had without kith-init.
. "$(dirname "$0")/aid-init.sh"

# listen N: start kith-init, with a child that writes the next N signals that it
# gets to $tmp/heard; $pid is kith-init, as it is called from here.
listen() {
	: >"$tmp/heard"
	# shellcheck disable=SC2086	# words
	"$aid/aid-signals" block $there "$init" \
		"$aid/aid-signals" collect "$1" 130 >"$tmp/heard" &
	pid=$!
	listener=$!
	until_true grep -q ready "$tmp/heard"
	if [ "$where" = pid1 ]; then
		pid=$(cat "/proc/$pid/task/$pid/children")
		pid=${pid% }
	fi
}

# heard: what it was, without the codes, on one line.  After "wait $listener",
# which must not be in a subshell: only a parent can wait.
heard() {
	sed -n 's/^\([0-9]* -*[0-9]*\) .*/\1/p; /nothing/p' "$tmp/heard" |
		tr '\n' ',' | sed 's/,$//'
}

kinds() {
	sigs="1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 18 20 21 22 23 24 25 26 27
		28 29 30 31 32 33 34 35 40 63 64"
	wrong=
	# shellcheck disable=SC2086	# a list
	set -- $sigs
	listen $#
	for sig; do
		# Not all at once: lower numbers would overtake.
		"$aid/aid-signals" queue "$pid" "$sig" "$((sig + 1000))"
		until_true grep -q "^$sig $((sig + 1000)) -1$" "$tmp/heard" ||
			wrong="$wrong $sig"
	done
	kill -KILL $listener 2>/dev/null
	wait $listener
	is "$wrong" "" "all but SIGCHLD are passed on, with value and code ($about)"

	listen 1
	kill -CHLD "$pid"
	kill -USR1 "$pid"
	wait $listener
	is "$(heard)" "10 0" "SIGCHLD is not passed on ($about)"
}

# numbered SIG GOT: the values that came with it, in the order that they came.
numbered() {
	echo "$2" | tr ',' '\n' | sed -n "s/^$1 //p" | tr '\n' ' '
}

queues() {
	listen 100
	kill -STOP "$pid"
	i=100
	while [ $i -lt 130 ]; do
		i=$((i + 1))
		"$aid/aid-signals" queue "$pid" 34 $((i - 100))
		"$aid/aid-signals" queue "$pid" 64 $i
	done
	kill -CONT "$pid" $listener # unshare stops with its child
	wait $listener
	got=$(heard)
	is "$(numbered 34 "$got")" "$(seq -s ' ' 1 30) " \
		"SIGRTMIN: 30 sent, 30 come, in order ($about)"
	is "$(numbered 64 "$got")" "$(seq -s ' ' 101 130) " \
		"so does the last of all signals ($about)"
}

early() {
	is "$("$aid/aid-signals" early 200 "$where" "$init")" "0 lost" \
		"of 200 signals sent during the start none is lost ($about)"
}

# A child that may not be sent signals, since it became another user.
out_of_reach() {
	cp "$aid/aid-signals" "$tmp/become"
	cp "$init" "$tmp/init"
	chmod 755 "$tmp"
	chmod 4755 "$tmp/become"
	command -v setpriv >/dev/null && [ "$(id -u)" = 0 ] &&
		setpriv --reuid 1 "$tmp/become" root true 2>/dev/null || {
		skip "EPERM is not fatal ($about)" "users cannot be changed"
		return
	}
	set -- setpriv --reuid 1 "$tmp/init" --stats "$tmp/become" root sleep 0.5
	[ "$where" = below ] || set -- unshare --pid --fork "$@"
	"$@" 2>"$tmp/said" &
	pid=$! listener=$!
	until_true pgrep -U 0 -x sleep >/dev/null
	[ "$where" = below ] || pid=$(pgrep -P $pid)
	kill -USR1 "$pid"
	wait $listener
	is "$?" 0 "a child that may not be sent signals is no end ($about)"
	matches "$(cat "$tmp/said")" "*signals passed on: 0, refused: 1" \
		"but is told of ($about)"
}

# child_status COMMAND: what a child of it finds in its status.
child_status() {
	timeout -k 1 30 "$@" sed -n 's/^Sig\(Blk\|Ign\):[[:space:]]*//p' \
		/proc/self/status | tr '\n' ' '
}

as_it_was() {
	is "$(child_status "$init")" "$(child_status env)" \
		"masks and dispositions are as without it ($about)"
	is "$(child_status "$aid/aid-signals" block "$init")" \
		"$(child_status "$aid/aid-signals" block env)" \
		"also if all are blocked ($about)"
	for sig in 1 13 17 20 34; do
		is "$(child_status "$aid/aid-signals" ignore $sig "$init")" \
			"$(child_status "$aid/aid-signals" ignore $sig env)" \
			"also if $sig is ignored ($about)"
	done
	is "$(run sh -c 'ls /proc/self/fd' 3</dev/null 9</dev/null)" \
		"$(sh -c 'ls /proc/self/fd' 3</dev/null 9</dev/null)" \
		"descriptors are as without it, and none is added ($about)"
	is "$(run sh -c 'ls /proc/self/fd' <&-)" \
		"$(sh -c 'ls /proc/self/fd' <&-)" \
		"also if stdin is closed ($about)"
	is "$(cd /usr/bin && run pwd)" /usr/bin \
		"the working directory is the child's ($about)"
	is "$(A=b run env | grep ^A=)" A=b "and the environment ($about)"
	# shellcheck disable=SC2016	# for the shell inside
	run sh -c '[ "$(ps -o sid=,pgid= -p $$ | xargs)" = "$$ $$" ]'
	ok $? "it leads a session of its own ($about)"
}

# What stays behind: nothing that holds on to anything.
itself() {
	"$init" sleep 100 </dev/null 9</dev/null | cat &
	until_true pgrep -x sleep >/dev/null
	pid=$(ps -o ppid= -p "$(pgrep -x sleep)" | tr -d ' ')
	# For good: when the program has lived for a moment there is more to do.
	until_true grep -q '^271 \|^128 [^ ]* [^ ]* 0x0 ' "/proc/$pid/syscall"
	is "$(readlink "/proc/$pid/cwd")" / "its own directory is / ($about)"
	held=$(find "/proc/$pid/fd" -type l -printf '%f %l\n' |
		sed '/^2 /d; s/^[0-9]* //; s/^pidfd:.*/anon_inode:[pidfd]/' |
		sort | tr '\n' ' ')
	case $held in
	"" | "anon_inode:[pidfd] anon_inode:[signalfd] ") held= ;;
	esac
	is "$held" "" "it keeps stderr, and what it sleeps on ($about)"
	before=$(grep ctxt "/proc/$pid/status")
	sleep 1
	is "$(grep ctxt "/proc/$pid/status")" "$before" \
		"and sleeps for a second without waking ($about)"
	kill "$pid"
	wait
}

everywhere kinds queues early out_of_reach as_it_was
put below
for init in "$O/kith-init" "$O/kith-init.static"; do
	[ -x "$init" ] || continue
	about=${init##*/}
	itself
done
done_testing

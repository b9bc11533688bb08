#!/bin/sh
# A program that ended is started again, or not, as was asked; softly if somebody
# asks for it; when it is not well; and its output is kept.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-supervise.sh"

# runs ARGUMENTS -- CODE...: how often a program is run that ends with these
# codes one after the other, and the code in the end.
runs() {
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	printf '%s\n' "$@" >"$tmp/codes"
	: >"$tmp/ran"
	# shellcheck disable=SC2016,SC2086	# for the shell inside; a list
	run --restart-pause 10ms $options sh -c '
		echo >>"$1/ran"
		exit $(sed -n "$(wc -l <"$1/ran")p" "$1/codes")' sh "$tmp" 2>"$tmp/said"
	echo "$? $(wc -l <"$tmp/ran")"
}

rules() {
	is "$(runs --restart never -- 3 0)" "3 1" "never ($about)"
	is "$(runs --restart on-failure -- 3 4 0 5)" "0 3" "on-failure ($about)"
	is "$(runs --restart always --restart-most 3 -- 3 0 5 6 7)" "6 4" \
		"always, but at most so often ($about)"
	is "$(runs --restart always --restart-pause 1h --restart-most 1 -- 1 2 3)" "2 2" \
		"the first start is at once ($about)"
	is "$(runs --restart always --restart-most 6 -- 143 1 2 3 4 5 6)" \
		"6 7" "and then there are pauses ($about)"
}

signals() {
	rm -f "$tmp/ready"
	# shellcheck disable=SC2016	# for the shell inside
	begin --restart always --restart-pause 1h sh -c '
		trap "exit 5" USR2 TERM; echo >>"$0"; while :; do sleep 0.01; done' "$tmp/ready"
	until_true is_ready 1
	one=$(field pid)
	kill -USR2 "$pid"
	until_true is_field restarts 1
	is "$(field code)" 5 "signals reach the program ($about)"
	until_true is_ready 2
	kill -USR2 "$pid"
	until_true is_field state waiting
	is "$(field pid)" 0 "and after it died, the next ($about)"
	sleep_before=$(grep ^vol "/proc/$pid/status")
	sleep 0.3
	is "$(grep ^vol "/proc/$pid/status")" "$sleep_before" \
		"a pause does not wake anybody ($about)"
	kill -HUP "$pid"
	until_true is_field signals_refused 1
	is "$(field signals_refused)" 1 "in a pause there is nobody to get one ($about)"
	ctl restart
	until_true is_field state running
	is "$(field restarts)" 2 "who asks for a restart ends the pause ($about)"
	until_true is_ready 3
	kill -USR2 "$pid"
	until_true is_field state waiting
	kill -TERM "$pid"
	finish
	is "$?" 5 "a stop ends it, with the last code ($about)"
	[ "$one" -gt 0 ]
	ok $? "there was a first ($about)"
	[ ! -e "$tmp/socket" ]
	ok $? "the socket is gone ($about)"
}

is_ready() {
	[ "$(wc -l <"$tmp/ready")" -ge "$1" ]
}

softly() {
	rm -f "$tmp/ready"
	# One who takes his leave; orphans come and go meanwhile.
	# shellcheck disable=SC2016	# for the shell inside
	begin --restart never --pre-stop-time 1h sh -c '
		trap "go=1" HUP; trap "asked=1" TERM; echo >>"$0"
		(sleep 1000 & )
		until [ "$asked" ]; do sleep 0.01; done
		for i in 1 2 3 4 5 6 7 8 9 10; do (true & ); done
		until [ "$go" ]; do sleep 0.01; done' "$tmp/ready"
	until_true is_ready 1
	kill -USR1 "$pid"
	until_true is_field state restarting
	until_true has_at_least orphans 10
	is "$(field state) $(field orphans)" "restarting 10" \
		"others are reaped while it takes its leave ($about)"
	kill -HUP "$pid"
	until_true is_field restarts 1
	is "$(field state) $(field restarts)" "running 1" \
		"SIGUSR1: it ends and is started again ($about)"
	until_true is_ready 2
	ctl restart
	until_true is_field state restarting
	ctl restart
	until_true is_field restarts 2
	is "$(field signal)" 9 "who asks twice does not wait ($about)"
	kill -KILL "$pid"
	finish

	# One who does not.
	rm -f "$tmp/ready"
	# shellcheck disable=SC2016	# for the shell inside
	begin --restart never --pre-stop-time 50ms sh -c '
		trap "" TERM; echo >>"$0"; while :; do sleep 0.01; done' "$tmp/ready"
	until_true is_ready 1
	kill -USR1 "$pid"
	until_true is_field restarts 1
	is "$(field signal)" 9 "after the time comes KILL ($about)"
	kill -KILL "$pid"
	finish

	# By a command, which knows whom to tell.
	printf '#!/bin/sh\necho "$1 $KITH_MAIN_PID" >"%s/told"; kill -INT $KITH_MAIN_PID' \
		"$tmp" >"$tmp/tell"
	chmod +x "$tmp/tell"
	begin --restart never --pre-stop "$tmp/tell  it" sleep 1000
	main=$(field pid)
	ctl restart
	until_true is_field restarts 1
	is "$(cat "$tmp/told") $(field signal)" "it $main 2" \
		"a command can be what tells it ($about)"
	kill -TERM "$pid"
	finish
	is $? 143 "and a stop is a stop ($about)"

	# Without --restart the signal is the program's.
	run sh -c 'trap "exit 9" USR1; kill -USR1 $PPID; while :; do sleep 0.01; done'
	is $? 9 "SIGUSR1 is passed on if nobody asked for this ($about)"
}

health() {
	printf '#!/bin/sh\n[ ! -e %s/ill ]' "$tmp" >"$tmp/check"
	chmod +x "$tmp/check"
	begin --restart never --health "$tmp/check" --health-every 20ms \
		--health-retries 2 sleep 1000
	until_true has_at_least checks_passed 2
	is "$(field healthy)" true "a check that passes ($about)"
	: >"$tmp/ill"
	until_true has_at_least restarts 1
	rm "$tmp/ill"
	[ "$(field checks_failed)" -ge 2 ]
	ok $? "two that fail: a restart ($about)"
	is "$(field state)" running "and it is well again ($about)"
	kill -TERM "$pid"
	finish

	begin --health "$tmp/none" --health-every 20ms --health-action stop sleep 1000
	finish
	is $? 143 "or a stop; a check that is not there has failed ($about)"

	begin --health 'sleep 1000' --health-every 20ms --health-time 20ms \
		--health-retries 1 --health-action tell sleep 1000
	until_true has_at_least checks_overdue 2
	matches "$(cat "$tmp/said")" "*health check: failed too often*" \
		"one that takes too long has failed; it is told ($about)"
	is "$(field restarts) $(field state)" "0 running" "and no more ($about)"
	kill -TERM "$pid"
	finish
}

output() {
	rm -f "$tmp/out" "$tmp/out.1"
	(cd "$tmp" && run --restart always --restart-most 2 --restart-pause 1ms \
		--output out sh -c 'echo out; echo err >&2')
	is "$(cat "$tmp/out")" "out
err
out
err
out
err" "both streams of all its lives are in a file ($about)"
	rm -f "$tmp/out" "$tmp/out.1"
	# shellcheck disable=SC2016	# for the shell inside
	run --output "$tmp/out" --output-limit 1k sh -c '
		i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i + 1)); sleep 0.001; done'
	[ "$(wc -c <"$tmp/out")" -le 1024 ] && [ "$(wc -c <"$tmp/out.1")" -le 1024 ]
	ok $? "a file that is full is put aside ($about)"
	is "$(cat "$tmp/out.1" "$tmp/out" | tail -n 1)" "line 299" "nothing is lost at the end ($about)"
	is "$(cat "$tmp/out.1" "$tmp/out" | sed 's/line //' | awk 'NR > 1 && $1 != last + 1 { print } { last = $1 }')" \
		"" "nor in between ($about)"

	begin --restart never --output /dev/full sh -c 'echo hello; sleep 1000'
	until_true is_field output_lost_bytes 6
	is "$(field output_lost_bytes) $(field state)" "6 running" \
		"a full disk: lost, counted, and life goes on ($about)"
	kill -TERM "$pid"
	finish
	run --output "$tmp/no/such" true 2>/dev/null
	is $? 125 "a file that cannot be made is told of before the start ($about)"
}

# What is told in the end is of the last life: the first, of a second, is not in it.
last_life() {
	rm -f "$tmp/second"
	from=$(date +%s%N)
	# shellcheck disable=SC2016	# for the shell inside
	run --restart on-failure --report 7 --stats sh -c '
		[ ! -e "$0" ] || exit 0
		: >"$0"; sleep 1; exit 3' "$tmp/second" 7>"$tmp/report" 2>"$tmp/said"
	is "$? $(sed 's/.*"exit":\([0-9]*\),.*"restarts":\([0-9]*\).*/\1 \2/' "$tmp/report")" \
		"0 0 1" "the report is of the last life ($about)"
	matches "$(cat "$tmp/said")" "kith-init: direct children: 2, the last of them
* (sh): exited with 0 after *" "and so is the tally ($about)"
	whole=$(($(date +%s%N) - from))
	{ sed 's/.*"seconds":\([0-9.]*\).*/\1/' "$tmp/report"
	sed -n 's/.* after \([0-9.]*\) s;.*/\1/p' "$tmp/said"; } |
		awk -v whole=$whole '$1 + 1 > whole / 1e9 { exit 1 }'
	ok $? "the time is its own ($about)"
}

# A disk that is really full, with a file that reaches its limit there; and room
# again.
full_disk() {
	mkdir -p "$tmp/disk"
	mount -t tmpfs -o size=64k none "$tmp/disk" 2>/dev/null || {
		skip "a disk that is full ($about)" "no tmpfs can be mounted here"
		return
	}
	head -c 100000 /dev/zero >"$tmp/disk/fill" 2>/dev/null
	# shellcheck disable=SC2016	# for the shell inside
	begin --restart never --output "$tmp/disk/log" --output-limit 12k sh -c '
		i=1; while [ $i -le 500 ]; do
			echo "line $i, which is longer than its number would need"
			[ $i != 200 ] || until [ -e "$0" ]; do sleep 0.01; done
			i=$((i + 1)); done; sleep 1000' "$tmp/room"
	until_true has_at_least output_lost_bytes 10000
	is "$(field state) $(field output_bytes)" "running 0" \
		"a full disk takes nothing, and nobody waits for it ($about)"
	rm "$tmp/disk/fill"
	: >"$tmp/room"
	until_true eval '[ "$(tail -c 60 "$tmp/disk/log" | grep -c "^line 500,")" = 1 ]'
	ok $? "when there is room, it is used ($about)"
	[ "$(field output_files_turned)" -ge 1 ] &&
		[ "$(wc -c <"$tmp/disk/log.1")" -le 12288 ]
	ok $? "up to the limit, and then another file ($about)"
	is "$(cat "$tmp/disk/log.1" "$tmp/disk/log" | sed -n 's/^line \([0-9]*\),.*/\1/p' |
		awk 'NR > 1 && $1 != last + 1 { print } { last = $1 }')" "" \
		"without a gap ($about)"
	kill -TERM "$pid"
	finish
	umount "$tmp/disk"
	rm "$tmp/room"
}

# A file that vanished, and comes back.
missing() {
	cp /bin/sleep "$tmp/prog"
	begin --restart always --restart-pause 30ms --restart-well 0 "$tmp/prog" 1000
	rm "$tmp/prog"
	kill -HUP "$pid"
	until_true grep -q "prog" "$tmp/said"
	until_true is_field state waiting
	cp /bin/sleep "$tmp/prog"
	until_true is_field state running
	is "$(field state)" running "a program that is missing is tried again ($about)"
	kill -TERM "$pid"
	finish
	cp /bin/sleep "$tmp/prog"
	begin --restart on-failure --restart-pause 1ms --restart-most 2 "$tmp/prog" 1000
	rm "$tmp/prog"
	kill -HUP "$pid"
	finish
	is $? 127 "but not for ever if there is a limit ($about)"
}

# What the core does is done all the same.
core() {
	rm -f "$tmp/left"
	# shellcheck disable=SC2016	# for the shell inside
	begin --restart always --restart-pause 1ms --restart-most 1 sh -c '
		(trap "echo left >>$0/left; exit" TERM
		 echo up >>$0/left; while :; do sleep 0.01; done) &
		until grep -q up $0/left; do sleep 0.01; done; sleep 0.2' "$tmp"
	finish
	is "$?" 0 "the code is the last one's ($about)"
	is "$(grep -c left "$tmp/left")" 2 "who is left is asked to leave in the end ($about)"
	# shellcheck disable=SC2016	# for the shell inside
	run --restart always --restart-most 2 --restart-pause 1ms --report 7 \
		--code 4=0 sh -c 'exit 4' 7>"$tmp/report"
	is $? 0 "codes can be changed ($about)"
	matches "$(cat "$tmp/report")" '{*"code":0*}' "and the report is one ($about)"
}

# What the first one is given, the next ones are.
given() {
	printf '#!/bin/sh\nLISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<"%s/LICENSE"\n' \
		"$srcdir" >"$tmp/socketed"
	chmod +x "$tmp/socketed"
	rm -f "$tmp/seen"
	# shellcheck disable=SC2016,SC2030	# for the shell inside; a subshell
	(cd "$tmp" && real=$init && init=$tmp/socketed &&
		run "$real" --restart on-failure sh -c '
		read -r line <&3
		echo "$line" "$([ "$PWD" = "$0" ] && [ "$LISTEN_PID" = $$ ] && echo good)" >>seen
		[ "$(wc -l <seen)" -ge 2 ]' "$tmp")
	is "$(cat "$tmp/seen")" "MIT License good
 good" "a folder, and descriptors that are handed over ($about)"
}

complaints() {
	said=$(run --restart sometimes true 2>&1)
	is "$? $said" "2 kith-init: --restart: sometimes is none of never, on-failure, always" \
		"a word that is none ($about)"
	said=$(run --output-limit 10x --output o true 2>&1)
	is "$? $said" "2 kith-init: --output-limit: 10x is no size" \
		"a size that is none ($about)"
	said=$(run --restart always no-such-program 2>&1)
	is "$? $said" "127 kith-init: no-such-program: not found" \
		"the first start is as ever ($about)"
	said=$(run --restart always --pause 2>&1)
	is $? 2 "nothing to supervise ($about)"
}

everywhere rules signals softly health output last_life full_disk missing core given complaints
done_testing

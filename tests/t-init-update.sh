#!/bin/sh
# kith-init replaces itself: the same process, the same children, the same
# figures; and if it cannot, nothing has changed.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-supervise.sh"

# lay BYTES: a new one beside the old one: the same, and some bytes at its end,
# which no ELF minds; with its SHA-256.
lay() {
	{ cat "$real"; printf '%s' "$1"; } >"$init.new"
	chmod +x "$init.new"
	sha256sum <"$init.new" >"$init.new.sha256"
}

# start ARGUMENTS: one that may be replaced.
start() {
	rm -f "$init" "$init".*
	cp "$real" "$init"
	begin --update "$@"
}

replaces() {
	rm -f "$tmp/out"
	# shellcheck disable=SC2016	# for the shell inside
	start --restart always --output "$tmp/out" --report 7 sh -c '
		trap "echo leave; exit 7" TERM
		trap "(exit 3 & ); n=\$((n + 1)); echo \$n" HUP
		echo hello; while :; do sleep 0.01; done' 7>"$tmp/report"
	until_true has_at_least output_bytes 6
	kill -USR1 "$pid"
	until_true is_field restarts 1
	kill -KILL "$(child_of "$pid")"
	until_true is_field restarts 2
	main=$(field pid) deaths=$(field deaths)
	until_true has_at_least output_bytes 18
	i=1
	while [ $i -le 5 ]; do
		lay "$i"
		wanted=$(cat "$init.new.sha256")
		kill -HUP "$pid"
		until_true grep -q "^$i\$" "$tmp/out"
		if [ $i -lt 3 ]; then
			kill -USR2 "$pid"
		else
			ctl update "${wanted%% *}"
		fi
		until_true is_field updates $i
		i=$((i + 1))
	done
	is "$(field updates) $(field init)" \
		"5 $([ "$where" = pid1 ] && echo 1 || echo "$pid")" \
		"it is replaced, five times, and is who it was ($about)"
	is "$(field pid) $(field state)" "$main running" \
		"and so is the program ($about)"
	is "$(field restarts) $(field deaths)" "2 $deaths" \
		"what it knew it knows ($about)"
	is "$(sha256sum <"$init")" "$wanted" "the new file has its place ($about)"
	is "$(sha256sum <"/proc/$pid/exe")" "$wanted" "and is what runs ($about)"
	[ ! -e "$init.new" ]
	ok $? "there is no second one ($about)"
	until_true grep -q 5 "$tmp/out"
	is "$(grep '^[0-9]' "$tmp/out" | tr '\n' ' ')" "1 2 3 4 5 " \
		"no output was lost ($about)"

	# Now the new one has to do all that the first could.
	kill -USR1 "$pid"
	until_true is_field restarts 3
	is "$(field code)" 7 "a soft restart after that ($about)"
	until_true has_at_least output_bytes 46
	is "$(tail -n 2 "$tmp/out" | tr '\n' ' ')" "leave hello " \
		"its output is kept ($about)"
	until_true grep -q '^SigBlk:.0000000000000000$' "/proc/$(child_of "$pid")/status"
	ok $? "and its signals are what they should be ($about)"
	[ "$(readlink "/proc/$(child_of "$pid")/cwd")" = "$PWD" ]
	ok $? "its folder too ($about)"
	kill -TERM "$pid"
	finish
	is $? 7 "and the end is as ever ($about)"
	matches "$(cat "$tmp/report")" '{*"code":7*}' "with its report ($about)"
}

# What comes while it is being replaced waits.
while_it_happens() {
	start sh -c 'trap "exit 5" TERM; echo up >"$0"; while :; do sleep 0.01; done' \
		"$tmp/up"
	until_true grep -q up "$tmp/up"
	lay x
	kill -USR2 "$pid"
	kill -TERM "$pid"
	finish
	is $? 5 "a signal that comes meanwhile is not lost ($about)"
	rm "$tmp/up"

	# And what dies: orphans all the time.
	# shellcheck disable=SC2016	# for the shell inside
	start sh -c 'while :; do (true & ); [ ! -e "$0" ] || exit 3; done' "$tmp/enough"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		lay $i
		kill -USR2 "$pid"
		until_true is_field updates $i
	done
	is "$(field updates)" 10 "in a storm of orphans ($about)"
	: >"$tmp/enough"
	finish
	is $? 3 "and the code is right ($about)"
	rm "$tmp/enough"
}

# renew N: becomes the N-th new one.
renew() {
	lay "$1"
	kill -USR2 "$pid"
	until_true is_field updates "$1"
}

orphans() {
	kill -HUP "$pid"
	until_true has_at_least orphans "$1"
}

# What --stats, --trace and --report will tell in the end is of all the time.
remembers() {
	cd "$tmp" || exit 1
	# shellcheck disable=SC2016	# for the shell inside
	start --restart always --stats --trace trace --report 7 sh -c '
		trap "exit 7" TERM
		trap "(exit 3 & )" HUP
		while :; do sleep 0.01; done' 7>"$tmp/report"
	cd "$OLDPWD" || exit 1
	before=$(field orphans)
	orphans $((before + 1))
	renew 1
	orphans $((before + 2))
	kill -USR1 "$pid"
	until_true is_field restarts 1
	second=$(field pid)
	renew 2
	orphans $((before + 3))
	all=$(field orphans) passed=$(field signals)
	kill -TERM "$pid"
	finish
	is $? 7 "it ends ($about)"
	matches "$(grep direct -A 1 "$tmp/said")" "kith-init: direct children: 2, the last of them
  $second *: exited with 7 after *" "the tally has both mains ($about)"
	matches "$(grep adopted "$tmp/said")" "kith-init: adopted orphans: *" \
		"and orphans ($about)"
	got=$(sed -n 's/^kith-init: adopted orphans: \([0-9]*\).*/\1/p' "$tmp/said")
	[ "$got" -ge "$all" ]
	ok $? "of the whole time ($about)"
	matches "$(cat "$tmp/report")" '*,"restarts":1,*' "the report has both ($about)"
	is "$(sed 's/.*"orphans":\([0-9]*\),.*"forwarded":\([0-9]*\).*/\1 \2/' "$tmp/report")" \
		"$got $((passed + 1))" "so has the report, signals too ($about)"
	is "$(grep -c '"event":"start"' "$tmp/trace") $(grep -c '"event":"fork"' "$tmp/trace") \
$(grep -c '"event":"seen"' "$tmp/trace") $(grep -c '"event":"exit"' "$tmp/trace")" \
		"1 2 $got 1" "and the trace begins once and has them all ($about)"
	is "$(grep -c "\"event\":\"exec\".*\"name\":\"$init\"" "$tmp/trace")" 2 \
		"with init's own changes ($about)"
	"$O/kith" stats "$tmp/trace" >"$tmp/stats"
	is "$? $(sed -n 's/^orphans *\([0-9]*\).*/\1/p' "$tmp/stats")" "0 $got" \
		"kith can read it ($about)"
}

was_born() {
	[ "$(grep -c . "$tmp/births")" = "$1" ]
}

# What a program is born with is the same after an update: sockets that were
# handed to init are its own, and it has no descriptor of init's.
births() {
	rm -f "$tmp/births"
	# shellcheck disable=SC2016	# for the shell inside
	set -- --restart always sh -c '
		echo "$(( LISTEN_PID == $$ )) $(ls /proc/self/fd | tr "\n" " ")" >>"$0"
		trap "exit 7" TERM
		while :; do sleep 0.01; done' "$tmp/births"
	cat >"$tmp/with-socket" <<-'END'
		#!/bin/sh
		LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"
	END
	chmod +x "$tmp/with-socket"
	starter=$tmp/with-socket
	start --trace "$tmp/trace" --output "$tmp/out" "$@"
	starter=
	until_true grep -q . "$tmp/births"
	for i in 1 2; do
		renew $i
		kill -USR1 "$pid"
		until_true is_field restarts $i
		until_true was_born $((i + 1))
	done
	is "$(sort -u "$tmp/births")" "$(head -n 1 "$tmp/births")" \
		"who is born later is born the same ($about)"
	is "$(head -n 1 "$tmp/births" | cut -c 1)" 1 "with the socket for him ($about)"
	kill -TERM "$pid"
	finish
}

# What was begun is not lost: a client who is slow, a signal that is held back.
halfway() {
	mkfifo "$tmp/line"
	start sleep 1000
	"$aid/aid-ctl" late "$tmp/socket" 1 <"$tmp/line" >"$tmp/late" &
	client=$!
	exec 8>"$tmp/line"
	until_true grep -q there "$tmp/late"
	renew 1
	echo >&8
	exec 8>&-
	wait $client
	matches "$(tail -n 1 "$tmp/late")" '+{"state":"running",*}' \
		"a client who came before is answered ($about)"
	ctl stop
	finish
	rm "$tmp/line"

	# shellcheck disable=SC2016	# for the shell inside
	start --delay HUP=1s sh -c '
		trap "exit 9" HUP; echo up >"$0"; while :; do sleep 0.01; done' "$tmp/up"
	until_true grep -q up "$tmp/up"
	lay 1
	kill -HUP "$pid"
	kill -USR2 "$pid"
	finish
	is $? 9 "a signal that was held back comes ($about)"
	if grep -q 'replaced by a new one' "$tmp/said"; then
		ok 0 "to the new one ($about)"
	else
		skip "to the new one ($about)" "the second was over before"
	fi
	rm "$tmp/up"

	# A pause before a start, and a request to end that is not followed.
	start --restart always --restart-pause 1s sh -c 'exit 3'
	until_true is_field state waiting
	before=$(field restarts)
	renew 1
	until_true has_at_least restarts $((before + 1))
	ok $? "a pause goes on, and ends ($about)"
	kill -TERM "$pid"
	finish

	start --restart always --pre-stop true --pre-stop-time 1s \
		sh -c 'trap "" TERM; while :; do sleep 0.01; done'
	first=$(field pid)
	kill -USR1 "$pid"
	until_true is_field state restarting
	renew 1
	until_true is_field restarts 1
	[ "$(field pid)" != "$first" ]
	ok $? "who was asked to end is killed in time ($about)"
	ctl stop
	kill -KILL "$(child_of "$pid")"
	finish
}

refused() {
	start sleep 1000
	before=$(sha256sum <"$init")
	is "$(ctl update)" "kith-init: ctl: update: there is no new file" \
		"nothing is there ($about)"
	lay y
	rm "$init.new.sha256"
	is "$(ctl update)" "kith-init: ctl: update: no SHA-256 is given" \
		"no digest ($about)"
	echo "$before" >"$init.new.sha256"
	is "$(ctl update)" "kith-init: ctl: update: the SHA-256 is another" \
		"another digest ($about)"
	is "$(ctl update "${before%% *}")" \
		"kith-init: ctl: update: the SHA-256 is another" "given directly ($about)"
	is "$(ctl update "${before%% *}0")" \
		"kith-init: ctl: update: has a word too many" "or badly ($about)"
	kill -USR2 "$pid"
	until_true grep -q 'no update' "$tmp/said"
	is "$(grep update "$tmp/said")" "kith-init: no update: the SHA-256 is another" \
		"by a signal as well ($about)"
	lay z
	chmod -x "$init.new"
	is "$(ctl update)" "kith-init: ctl: update: the new file is not executable" \
		"not executable ($about)"

	# It is what was meant, but no program.
	echo rubbish >"$init.new"
	chmod +x "$init.new"
	sha256sum <"$init.new" >"$init.new.sha256"
	ctl update
	until_true grep -q 'cannot become' "$tmp/said"
	matches "$(cat "$tmp/said")" "*cannot become the new file: Exec format error*" \
		"no program ($about)"
	is "$(field state) $(field updates)" "running 0" "life goes on ($about)"
	is "$(sha256sum <"$init")" "$before" "with the old file in its place ($about)"
	kill -TERM "$pid"
	finish
	is $? 143 "to the end ($about)"

	rm -f "$init".*
	begin sleep 1000
	is "$(ctl update)" "kith-init: ctl: update: was not allowed with --update" \
		"nor if nobody allowed it ($about)"
	kill -TERM "$pid"
	finish
	is "$(KITH_INIT_STATE=0 run sh -c 'echo "${KITH_INIT_STATE-none}"' </dev/null)" 0 \
		"a state from elsewhere means nothing without supervision ($about)"
	is "$(KITH_INIT_STATE=9 run --restart never sh -c 'echo "${KITH_INIT_STATE-none}"' \
		9</dev/null)" none "nor with it ($about)"
}

for build in kith-init kith-init.static; do
	real=$O/$build
	[ -x "$real" ] || continue
	init=$tmp/$build
	for place in pid1 below; do
		put $place
		about="$build, $where"
		replaces
		while_it_happens
		remembers
		births
		halfway
		refused
	done
done
done_testing

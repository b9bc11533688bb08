#!/bin/sh
# The control socket: what it answers, to whom, and who cannot stop it.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-supervise.sh"
seed=${KITH_SEED:-1}
echo "# KITH_SEED=$seed"

answers_are_true() {
	begin --restart always --restart-pause 1h --health true --health-every 1h \
		--output "$tmp/out" sh -c '(exit 1 & ); read x; exit 3' </dev/null
	[ "$where" = below ] || until_true has_at_least orphans 1
	matches "$(ctl status)" \
		'{"state":"*","program":"sh","init":*,"pid":*,"up":*,"restarts":*,"last":*,"healthy":true}' \
		"status is one object ($about)"
	if command -v perl >/dev/null && perl -MJSON::PP -e1 2>/dev/null; then
		{ ctl status; ctl report; } | perl -MJSON::PP -ne 'decode_json($_)'
		ok $? "of JSON ($about)"
	else
		skip "of JSON ($about)" "no JSON::PP"
	fi
	until_true is_field state waiting
	is "$(field code) $(field deaths) $(field pid)" "3 2 0" "it tells of the last end ($about)"
	is "$(ctl metrics | grep -c '^kith_init_[a-z_]* [0-9.]*$')" \
		"$(ctl metrics | grep -c '^# TYPE kith_init_[a-z_]* \(gauge\|counter\)$')" \
		"every metric has a type and a value ($about)"
	is "$(ctl metrics | sed -n 's/^kith_init_deaths_total //p')" 2 \
		"which is that of the report ($about)"
	ctl restart
	until_true has_at_least deaths 3
	kill -TERM "$pid"
	finish
	begin --restart never sleep 1000
	is "$(ctl metrics | sed -n 's/^kith_init_main_resident_memory_bytes //p' |
		awk '{ print ($1 > 100000) }')" \
		"$([ "$where" = pid1 ] && echo 1 || echo 1)" "memory is that of the program ($about)"
	ctl stop
	finish
	is $? 143 "stop is a stop ($about)"
}

who_may() {
	begin sleep 1000
	is "$(stat -c %a "$tmp/socket")" 600 "the socket is its owner's alone ($about)"
	is "$(ctl nonsense)" "kith-init: ctl: nonsense: is no request" \
		"what it does not know ($about)"
	is "$(ctl status please)" "kith-init: ctl: status: has a word too many" \
		"nor so many words ($about)"
	ctl >"$tmp/o"
	is "$? $(cat "$tmp/o")" "1 kith-init: ctl: nothing: is no request" \
		"nor none ($about)"
	is "$("$init" --control "$tmp/none" ctl status 2>&1)" \
		"kith-init: ctl: $tmp/none: No such file or directory" \
		"nobody is there ($about)"
	is "$(KITH_INIT_CONTROL=$tmp/none "$init" ctl status 2>&1)" \
		"kith-init: ctl: $tmp/none: No such file or directory" \
		"a variable says where ($about)"
	if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 true 2>/dev/null; then
		chmod 755 "$tmp"
		chmod 666 "$tmp/socket"
		said=$(setpriv --reuid 65534 --clear-groups "$init" \
			--control "$tmp/socket" ctl status 2>&1)
		matches "$? $said" "1 kith-init: ctl: *" \
			"a stranger gets no answer, whatever the mode ($about)"
	else
		skip "a stranger gets no answer, whatever the mode ($about)" \
			"nobody else to be"
	fi
	said=$("$init" --control "$tmp/socket" true 2>&1)
	matches "$? $said" "125 kith-init: $tmp/socket: Address * use" \
		"a socket with somebody behind it is left alone ($about)"
	kill -KILL "$pid"
	finish
	[ -S "$tmp/socket" ]
	ok $? "one without ($about)"
	begin sleep 1000
	is "$(field state)" running "is replaced ($about)"
	kill -TERM "$pid"
	finish
	: >"$tmp/file"
	said=$("$init" --control "$tmp/file" true 2>&1)
	is "$? $said" "125 kith-init: $tmp/file: File exists" \
		"a file is not ($about)"
	long=$tmp/$(printf '%0100d' 0)
	said=$("$init" --control "$long" true 2>&1)
	matches "$? $said" "125 kith-init: $long: File*name too long" "a long name ($about)"
	printf '#!/bin/sh\nexit 9\n' >"$tmp/ctl"
	chmod +x "$tmp/ctl"
	(PATH=$tmp:$PATH; "$init" -- ctl status)
	is $? 9 "a program of that name can be run ($about)"
}

holds_at_most() {
	[ "$(find "/proc/$pid/fd" -mindepth 1 | wc -l)" -le "$1" ]
}

hostile() {
	begin --restart always sleep 1000
	main=$(field pid)
	held=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
	"$aid/aid-ctl" hang "$tmp/socket" 40 >"$tmp/hang" &
	hang=$!
	"$aid/aid-ctl" half "$tmp/socket" 40 >"$tmp/half" &
	half=$!
	until_true grep -q there "$tmp/hang"
	until_true grep -q there "$tmp/half"
	is "$(field state)" running "80 who hang do not matter ($about)"
	is "$("$aid/aid-ctl" noise "$tmp/socket" 1000 "$seed")" 1000 \
		"noise is answered, each time ($about)"
	is "$(field pid) $(field restarts)" "$main 0" "and does nothing ($about)"
	kill $hang $half
	# A table of descriptors that does not grow, and nobody awake.
	until_true holds_at_most "$held"
	ok $? "they are forgotten ($about)"
	before=$(grep ctxt "/proc/$pid/status")
	sleep 0.3
	is "$(grep ctxt "/proc/$pid/status")" "$before" \
		"and nothing wakes it then ($about)"
	kill -TERM "$pid"
	finish
	is $? 143 "it ends as it should ($about)"
}



everywhere answers_are_true who_may hostile
done_testing

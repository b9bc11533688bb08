#!/bin/sh
# What kith-init writes of a run, kith draws and counts.
. "$(dirname "$0")/aid-init.sh"
kith=$O/kith

events() {
	sed 's/.*"event":"\([a-z]*\)".*/\1/' "$tmp/trace" | tr '\n' ' '
}

traces() {
	# shellcheck disable=SC2016	# for the shell inside
	run --trace "$tmp/trace" sh -c '
		trap "exit 5" USR1
		(sh -c "exit 3" &)
		sleep 0.1
		kill -USR1 $PPID
		sleep 0.1'
	is "$?" 5 "a trace changes nothing about the code ($about)"
	is "$(events)" \
		"start fork exec seen dead reap signal dead reap exit " \
		"events in the order that they happened ($about)"
	is "$("$kith" stats "$tmp/trace" | sed 's/[0-9.]* ms/T/g; s/, orphan: /, /
		s/^           [0-9]* /           N /; s/^ *[0-9.]*  signal/  signal/
		s/ to [0-9]*$/ to N/')" \
		'born       1
orphans    1, first seen when they were dead
died       2
           N "sh": exited with 5 after T; user T, system T
           N "sh", exited with 3; user T, system T
reaps      2 by wait
signals    1 sent
  signal SIGUSR1 to N' "kith stats counts them ($about)"
	is "$("$kith" tree --ascii --at 5 "$tmp/trace" |
		sed 's/^ *5 *[0-9.]* */5 /; s/-- [0-9]*/-- N/; s/\.\. [0-9]*/.. N/
		s/^5 dead [0-9]*/5 dead N/; 2s/^ *[0-9][0-9]* *$/       1/')" \
		'5 dead N exited with 3
       1
       |-- N "sh"
       `.. N "sh"  zombie: exited with 3' "kith tree draws them ($about)"
	is "$("$kith" tree --format json "$tmp/trace" | wc -l)" 10 \
		"or each as JSON ($about)"
	"$kith" stats --format json "$tmp/trace" >"$tmp/json"
	is "$(cat "$tmp/json")" \
		'{"what":"total","processes":2,"deaths":2,"orphans":1,"reaps":2,"signals":1}' \
		"and the sums ($about)"
	run --trace /nosuch/file true 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"125 kith-init: /nosuch/file: No such file or directory" \
		"a trace that cannot be written is refused ($about)"
	run --trace /dev/full sh -c '(: &); sleep 0.02; exit 6' 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"6 kith-init: /dev/full: the trace ends here: No space left on device" \
		"one that is lost on the way is no end, and said once ($about)"
	# shellcheck disable=SC3045	# what is not known is no limit
	(ulimit -f 1 && run --trace "$tmp/short" sh -c 'exit 8' 2>"$tmp/err")
	is "$?" 8 "nor is one that grows too large ($about)"
	run --log quiet --trace /dev/full sh -c 'exit 9' 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" "9 " "if nothing is to be said, nothing is ($about)"
}

# A file that is broken: where, and 2.
broken() {
	printf '%s\n' '{"event":"start","time":0,"actor":1}' \
		'{"event":"fork","time":x}' >"$tmp/broken"
	said=$("$kith" stats "$tmp/broken" 2>&1)
	is "$? $said" \
		"2 $tmp/broken:2:24: no event of a trace" "a broken trace is told of"
	printf '%s\n' '{"event":"start","time":0,"actor":1}' '{' >"$tmp/broken"
	said=$("$kith" tree "$tmp/broken" 2>&1)
	is "$? $said" \
		"2 $tmp/broken:2:2: no event of a trace" "and where"
}

everywhere traces
broken
done_testing

#!/bin/sh
# Whom signals are for, and what becomes of them on the way.
. "$(dirname "$0")/aid-init.sh"

# A family: main, a child in its group, one in a group of its own, one in a
# session of its own, and a grandchild of that whose parent is gone.  Each says
# what it hears.
cat >"$tmp/one" <<'END'
name=$1 tmp=$2
for sig in HUP USR1 USR2 WINCH; do
	trap "echo $name:$sig >>'$tmp/said'" $sig
done
trap 'exit 0' TERM
echo $name >>"$tmp/up"
while :; do sleep 0.02; done
END
cat >"$tmp/family" <<'END'
tmp=$1
sh "$tmp/one" member "$tmp" &
perl -e 'setpgrp; exec @ARGV' sh "$tmp/one" group "$tmp" &
setsid sh "$tmp/one" session "$tmp" &
(setsid sh -c 'sh "$1/one" orphan "$1" & :' sh "$tmp" &)
set -- main "$tmp"
. "$tmp/one"
END
# start ARGUMENTS...: with the family; sets $target, $runner
start() {
	: >"$tmp/said"
	: >"$tmp/up"
	# shellcheck disable=SC2086	# words
	$there "$init" "$@" sh "$tmp/family" "$tmp" &
	runner=$!
	until [ "$(wc -l <"$tmp/up")" = 5 ]; do sleep 0.01; done
	target=$runner
	[ "$where" = below ] || target=$(pgrep -P $runner)
}

end() {
	kill -TERM "$target"
	wait $runner
}

hears() {	# SCOPE NAMES
	start --scope "$1" --rest all
	kill -USR1 "$target"
	until_true grep -q main:USR1 "$tmp/said"
	# The others may be slower to say it.
	want=$(echo "$2" | wc -w)
	tries=0
	until [ "$(wc -l <"$tmp/said")" -ge "$want" ] || [ $tries = 300 ]; do
		sleep 0.01
		tries=$((tries + 1))
	done
	is "$(sed -n 's/:USR1//p' "$tmp/said" | sort | tr '\n' ' ')" "$2" \
		"--scope $1 ($about)"
	end
}

scopes() {
	hears child "main "
	hears group "main member "
	hears session "group main member "
	hears tree "group main member orphan session "
	hears all "group main member orphan session "
}

# Who is not PID 1 signals nobody but those below it, in the words for everybody too.
spares() {
	[ "$where" = below ] || return 0
	: >"$tmp/up"
	sh "$tmp/one" bystander "$tmp" &
	bystander=$!
	until_true grep -q bystander "$tmp/up"
	start --scope all --rest all --grace 0.1
	kill -USR1 "$target"
	until_true grep -q main:USR1 "$tmp/said"
	end
	kill -USR2 $bystander
	until_true grep -q bystander: "$tmp/said"
	is "$(grep bystander: "$tmp/said")" bystander:USR2 \
		"of who is not below it nobody hears anything ($about)"
	kill $bystander
	wait $bystander
}

# In the group of whoever started it there are others, who are none of its own.
strangers() {
	[ "$where" = below ] || return 0
	rm -f "$tmp/main" "$tmp/stranger" "$tmp/pids"
	# shellcheck disable=SC2016	# for the shell inside
	setsid sh -c '"$1" collect 1 0 >"$3/stranger" &
		"$2" --place same -g "$1" collect 1 0 >"$3/main" &
		echo $!; exec >/dev/null; wait' sh "$aid/aid-signals" "$init" "$tmp" \
		>"$tmp/pids" &
	until_true grep -q ready "$tmp/stranger"
	until_true grep -q ready "$tmp/main"
	until_true [ -s "$tmp/pids" ]
	kill -USR1 "$(cat "$tmp/pids")"
	until_true grep -q '^10 ' "$tmp/main"
	pkill -USR2 -x aid-signals
	wait
	is "$(sed -n 's/^\([0-9]*\) .*/\1/p' "$tmp/main" "$tmp/stranger" | xargs)" \
		'10 12' "-g is not for those who were there before it ($about)"
}

# In a cgroup of its own, if there is one to be made; and in one that is this test's,
# since the machine's are everybody's.
cgroups() {
	at=
	for at in /sys/fs/cgroup /sys/fs/cgroup/unified; do
		[ -w $at/cgroup.procs ] && break
		at=
	done
	if [ -z "$at" ]; then
		skip "--scope cgroup ($about)" "no cgroup v2 can be written to"
		skip "--rest cgroup ($about)" "no cgroup v2 can be written to"
		skip "no cgroup is left ($about)" "no cgroup v2 can be written to"
		skip "nor with --rest none ($about)" "no cgroup v2 can be written to"
		return
	fi
	at=$at/kith-test.$(date +%N)
	mkdir "$at" && echo 0 >"$at/cgroup.procs"
	hears cgroup "group main member orphan session "
	start --rest cgroup --grace 0.1 --report 3 3>"$tmp/report"
	end
	matches "$(cat "$tmp/report")" '*"drain":"*ed"*' \
		"--rest cgroup ($about)"
	is "$(find "$at" -mindepth 1 -type d)" "" "no cgroup is left ($about)"
	if [ "$where" = pid1 ]; then
		run --scope cgroup --rest none sh -c 'sleep 100 & exit 3'
		is "$? $(find "$at" -mindepth 1 -type d)" "3 " \
			"nor with --rest none ($about)"
	else
		skip "nor with --rest none ($about)" "who is left keeps its cgroup"
	fi
	echo 0 >"${at%/*}/cgroup.procs"
	rmdir "$at"
}

changes() {
	start --rewrite USR1=HUP --drop USR2 --delay WINCH=0.3
	from=$(date +%s%N)
	kill -WINCH "$target"
	kill -USR2 "$target"
	kill -USR1 "$target"
	until_true grep -q main:WINCH "$tmp/said"
	took=$((($(date +%s%N) - from) / 100000000))
	is "$(tr '\n' ' ' <"$tmp/said")" "main:HUP main:WINCH " \
		"rewritten, dropped, delayed ($about)"
	[ $took -ge 3 ]
	ok $? "by as much as was asked for ($about)"
	end

	for bad in --rewrite=TERM --rewrite=X=TERM --rewrite=TERM=99 \
		--drop=NO --delay=TERM --delay=TERM=x --delay=X=1 \
		--scope=nobody --stop-on=X --grace=x --grace=1y --deadline=-1 \
		--reap=never --log=9 --place=x --report=x --env== --limit=x \
		--limit=foo=1 --limit=nofile=x --limit=cpu=x; do
		run $bad true 2>"$tmp/err"
		[ $? = 2 ] && [ "$(wc -l <"$tmp/err")" = 1 ] || echo $bad
	done >"$tmp/bad"
	is "$(cat "$tmp/bad")" "" "values that are none: 2, and one line ($about)"
	run --grace 2>"$tmp/err"
	is "$? $(cat "$tmp/err")" \
		"2 kith-init: a value is missing after --grace (see kith-init --help)" \
		"nor is none ($about)"
	for good in RTMIN RTMIN+3 RTMAX-1 34 SIGTERM term 64; do
		run --drop $good true || echo $good
	done >"$tmp/bad"
	is "$(cat "$tmp/bad")" "" "signals have names and numbers ($about)"
}

# Who is not where he is expected.
moved() {
	# shellcheck disable=SC2016	# for perl
	run --place group -g --rest none perl -e '$SIG{USR1} = sub { exit 6 };
		setpgrp 0, getpgrp getppid; kill USR1 => getppid; sleep 10; exit 1'
	is $? 6 "its group is left alone: the signal is for the program ($about)"
	run --scope tree sh -c "$aid/aid-hostile leaderless 0 60000 &
		until grep -q '^State:.Z' /proc/\$!/status; do sleep 0.01; done
		exit 6"
	is "$? $(pgrep -f '^[^ ]*aid-hostile leaderless')" "6 " \
		"whose first thread is dead is told to leave, too ($about)"
}

# A pid is an init's of each namespace.
namesakes() {
	at=/sys/fs/cgroup
	[ -w $at/cgroup.procs ] || at=$at/unified
	if [ "$where" != pid1 ] || ! [ -w $at/cgroup.procs ]; then
		skip "two inits of one number ($about)" "no cgroup v2, or not PID 1"
		return
	fi
	run --rest cgroup sh -c ": >'$tmp/there'; until [ -e '$tmp/go' ]; do sleep 0.01; done
		exit 6" &
	other=$!
	until_true [ -e "$tmp/there" ]
	run --scope cgroup --rest cgroup --grace 0.1 sh -c \
		'(trap "" TERM; exec sleep 10) & sleep 0.05; exit 7'
	is $? 7 "two inits of one number ($about)"
	: >"$tmp/go"
	wait $other
	is $? 6 "do not end each other's programs ($about)"
	rm -f "$tmp/there" "$tmp/go"
}

everywhere scopes strangers spares cgroups changes moved namesakes
done_testing

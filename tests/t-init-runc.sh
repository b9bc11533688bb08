#!/bin/sh
# In a container as a runtime makes it: runc, an OCI bundle, nothing in it but
# busybox and kith-init.
. "$(dirname "$0")/aid-init.sh"

[ "$(id -u)" = 0 ] || skip_all "runc is tried as root only"
command -v runc >/dev/null || skip_all "runc is not installed"
busybox=$(command -v busybox) || skip_all "busybox-static is not installed"
if readelf -l "$busybox" 2>/dev/null | grep -q INTERP; then
	skip_all "busybox is not static: install busybox-static"
fi
[ -x "$O/kith-init.static" ] || skip_all "there is no static kith-init: musl-gcc is not installed"

root=$tmp/bundle/rootfs
mkdir -p "$root/bin" "$root/sbin" "$root/proc" "$root/dev" "$root/tmp" "$root/sys"
cp "$busybox" "$root/bin/busybox"
for tool in sh sleep cat echo kill ls grep sed ps true stty mkfifo; do
	ln -s busybox "$root/bin/$tool"
done
cp "$O/kith-init.static" "$root/sbin/kith-init"
ln -s kith-init "$root/sbin/tini"

rc() {
	runc --root "$tmp/state" "$@"
}

# Words as a JSON list.
list() {
	for word; do
		printf ',"'
		printf '%s' "$word" |
			sed -z 's/\\/\\\\/g; s/"/\\"/g; s/\t/ /g; s/\n/\\n/g'
		printf '"'
	done | sed 's/^,//'
}

# bundle ARGUMENTS: config.json for this command; $terminal, $user, $limits and
# $namespaces say what is special.
terminal=false
user=0
limits=
namespaces='{"type":"pid"},'
bundle() {
	cat >"$tmp/bundle/config.json" <<-END
	{"ociVersion":"1.0.2",
	 "process":{"terminal":$terminal,"cwd":"/","user":{"uid":$user,"gid":$user},
	  "args":[$(list "$@")],"env":["PATH=/bin:/sbin","TERM=dumb","PS1=ready: "],
	  "noNewPrivileges":true,
	  "capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],
	   "permitted":["CAP_KILL"]}},
	 "root":{"path":"rootfs","readonly":true},"hostname":"c",
	 "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
	  {"destination":"/dev","type":"tmpfs","source":"tmpfs",
	   "options":["nosuid","mode=755","size=65536k"]},
	  {"destination":"/dev/pts","type":"devpts","source":"devpts",
	   "options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620"]},
	  {"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":["mode=1777"]}],
	 "linux":{$limits"namespaces":[$namespaces{"type":"ipc"},{"type":"uts"},
	  {"type":"mount"},{"type":"network"}]}}
	END
}

# container NAME ARGUMENTS: run it to its end.
container() {
	name=$1
	shift
	bundle "$@"
	timeout -k 1 60 runc --root "$tmp/state" run --bundle "$tmp/bundle" "$name" \
		</dev/null 2>"$tmp/err"
}

# background NAME ARGUMENTS: start it; $tmp/out gets what it says, $pid is runc.
background() {
	name=$1
	shift
	bundle "$@"
	: >"$tmp/out"
	timeout -k 1 60 runc --root "$tmp/state" run --bundle "$tmp/bundle" "$name" \
		</dev/null >"$tmp/out" 2>"$tmp/err" &
	pid=$!
}
said() {
	grep -q -- "$1" "$tmp/out"
}

container try /sbin/kith-init -- true || {
	sed 's/^/# /' "$tmp/err"
	skip_all "runc cannot run a container here"
}

# --- what it is ----------------------------------------------------------------

is "$(container one /sbin/kith-init -- sh -c 'cat /proc/1/comm; echo $PPID')" \
	"kith-init
1" "kith-init is PID 1, and the program its child"
is "$(container one /sbin/kith-init -- sh -c 'sid() { sed "s/.*) //" "/proc/$1/stat" |
	{ read -r state ppid pgrp sid rest; echo "$sid"; }; }; sid 1; [ "$(sid $$)" = $$ ] && echo own')" "1
own" "the program has a session of its own"
for code in 0 1 77 255; do
	container one /sbin/kith-init -- sh -c "exit $code"
	is $? $code "the container's code is the program's: $code"
done
# shellcheck disable=SC2016	# for the shell inside
container one /sbin/kith-init -- sh -c 'kill -KILL $$'
is $? 137 "or 128 + n"
container one /sbin/kith-init -- nope
is "$? $(sed 's/.*kith-init/kith-init/' "$tmp/err")" \
	"127 kith-init: nope: not found" "no such program: 127, and said so"
container one /sbin/kith-init -- /proc/cpuinfo
is $? 126 "no program: 126"
container one /sbin/kith-init
is $? 2 "a wrong command line: 2"

# --- signals ---------------------------------------------------------------------

for sig in TERM HUP INT QUIT USR1 WINCH 34 64; do
	# In the shell of busybox, a trap runs when a child ended.
	background two /sbin/kith-init -- sh -c \
		"trap 'echo heard; exit 40' $sig; echo up; while :; do sleep 0.02; done"
	until_true said up
	rc kill two $sig
	wait $pid
	is "$? $(tail -n 1 "$tmp/out")" "40 heard" "runc kill $sig reaches the program"
done

background two /sbin/kith-init -- sh -c "echo up; exec sleep 100"
until_true said up
rc kill two TERM
wait $pid
is $? 143 "a program without a handler dies of SIGTERM, as it would not as PID 1"

background two /sbin/kith-init -- sh -c "echo up; exec sleep 100"
until_true said up
rc kill two KILL
wait $pid
is $? 137 "runc kill KILL ends all"

# Who enters the container later can do it too, if it may send signals at all.
background two /sbin/kith-init -- sh -c \
	"trap 'echo heard; exit 41' USR2; echo up; while :; do sleep 0.02; done"
until_true said up
rc exec two kill -USR2 1
wait $pid
is "$? $(tail -n 1 "$tmp/out")" "41 heard" "runc exec: kill 1 reaches the program"

# --- orphans ---------------------------------------------------------------------

# Nobody is left, dead or alive, but those two and whoever looks.
cat >"$root/orphans" <<'END'
i=0
while [ $i -lt 200 ]; do
	(: &)
	i=$((i + 1))
done
tries=0
while grep -l "^PPid:.1$" /proc/[0-9]*/status 2>/dev/null | grep -qv "/$$/"; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || break
	sleep 0.02
done
grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null
echo done
END
is "$(container three /sbin/kith-init -- sh /orphans)" "done" \
	"of 200 orphans none stays a zombie"

background three /sbin/kith-init -- sh -c 'echo up; exec sleep 100'
until_true said up
rc exec three sh -c '(sleep 0.2 &)'
sleep 0.3
is "$(rc exec three sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null
	grep -l "^Name:.sleep" /proc/[0-9]*/status | grep -c .')" 1 \
	"what runc exec leaves behind is reaped too"
rc kill three TERM
wait $pid

# --- less than usual -------------------------------------------------------------

user=1000
is "$(container four /sbin/kith-init -- sh -c 'sed -n "s/^Uid:.\([0-9]*\).*/\1/p" \
	/proc/self/status; (: &); sleep 0.05; grep -c "^State:.Z" /proc/[0-9]*/status |
	grep -c ":1"')" "1000
0" "as an ordinary user without any capability it reaps as well"
user=0

namespaces=
background four /sbin/kith-init -- sh -c \
	'(sleep 0.05 & echo $! >/tmp/orphan); sleep 0.02
	sed -n "s/^PPid:.//p" "/proc/$(cat /tmp/orphan)/status"; echo $PPID
	trap "exit 42" TERM; echo up; while :; do sleep 0.02; done'
until_true said up
rc kill four TERM
wait $pid
is $? 42 "in the runtime's own pid namespace it passes signals on, not as PID 1"
is "$(grep -v up "$tmp/out" | sort -u | grep -c .)" 1 \
	"and adopts orphans" || sed 's/^/# /' "$tmp/out" >&2
namespaces='{"type":"pid"},'

limits='"resources":{"pids":{"limit":20}},'
if container five true; then
	# The shell itself may be unable to make its sleep; so it reads instead.
	background five /sbin/kith-init -- sh -c 'bomb() { bomb & bomb; }
		trap "exit 43" TERM; mkfifo /tmp/wait; (bomb) >/dev/null 2>&1 &
		echo up; while :; do read -t 1 nothing <>/tmp/wait; done'
	until_true said up
	sleep 0.3
	rc kill five TERM
	wait $pid
	is $? 43 "a fork bomb in a limit: a stop still ends it"
else
	skip "a fork bomb in a limit: a stop still ends it" \
		"runc cannot limit processes here"
fi
limits=

# --- a terminal --------------------------------------------------------------------

terminal=true
bundle /sbin/kith-init -- sh -i
"$aid/aid-pty" true </dev/null >/dev/null
if [ $? = 77 ]; then
	skip "docker run -it: a shell with job control" "there are no pseudo-terminals"
else
	cat >"$tmp/jobs" <<'END'
< ready: 
> sleep 1000\r
= 2
> ^Z
< Stopped
> jobs\r
< Stopped
> kill %1; fg\r
< Terminated
> sleep 1000\r
= 2
> ^C
< ready: 
> exit 21\r
END
	timeout -k 1 60 "$aid/aid-pty" runc --root "$tmp/state" run \
		--bundle "$tmp/bundle" six <"$tmp/jobs" >"$tmp/screen" 2>&1
	is $? 21 "docker run -it: a shell with job control" ||
		sed 's/^/#   screen: /' "$tmp/screen" >&2
fi
terminal=false

# --- in the place of another -------------------------------------------------------

container seven /sbin/tini -g -- sh -c 'exit 7'
is $? 7 "docker run --init: in tini's place, with tini's options"
container seven /sbin/tini -- nope
is "$? $(sed -n 's/.*\[FATAL/[FATAL/p' "$tmp/err")" \
	"127 [FATAL tini (1)] exec nope failed: No such file or directory" \
	"and with its words"

done_testing

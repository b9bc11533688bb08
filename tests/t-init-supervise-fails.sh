#!/bin/sh
# Calls that a supervising kith-init makes fail once: before the start it says so
# and starts nothing; later it goes on.
. "$(dirname "$0")/aid-init.sh"
. "$(dirname "$0")/aid-supervise.sh"
command -v strace >/dev/null || skip_all "strace is not installed"
strace -qq -o /dev/null true 2>/dev/null || skip_all "nobody may be traced here"
case $(cat "$O/flags") in
*-fsanitize=*)	skip_all "a sanitizer makes calls of its own" ;;
esac

# One file, without a loader that makes calls of its own.
init=$O/kith-init.static
[ -x "$init" ] || skip_all "it was not built: no musl-gcc"

# inject CALL ERROR WHEN: a kith-init to be, whose n-th such call fails.
inject() {
	printf '#!/bin/sh\nexec strace -qq -f -b execve -o /dev/null -e inject=%s:error=%s:when=%s "%s" "$@"\n' \
		"$1" "$2" "$3" "$init" >"$tmp/injected"
	chmod +x "$tmp/injected"
}

# at_start CALL ERROR SAID [WHEN]
at_start() {
	inject "$1" "$2" "${4:-1}"
	rm -f "$tmp/ran" "$tmp/socket"
	said=$(timeout -k 1 30 "$tmp/injected" --control "$tmp/socket" \
		--output "$tmp/out" --restart always touch "$tmp/ran" 2>&1)
	is "$? $said $(ls "$tmp" | grep ran)" "125 kith-init: $3 " "$1 $2 at the start"
}

at_start socket EMFILE "$tmp/socket: No file descriptors available"
at_start bind EACCES "$tmp/socket: Permission denied"
at_start listen EADDRINUSE "$tmp/socket: Address in use"
at_start pipe2 EMFILE "$tmp/out: No file descriptors available"
at_start fcntl EMFILE "the working directory: No file descriptors available" 8

inject clone EAGAIN 2
put below
real=$init
begin_injected() {
	: >"$tmp/said"
	"$tmp/injected" --control "$tmp/socket" --log info --restart always \
		--restart-pause 10ms "$@" sleep 1000 2>"$tmp/said" &
	job=$!
	until_true answers
	pid=$(child_of "$job")
}

begin_injected
kill -HUP "$pid"
until_true has_at_least restarts 2
is "$(field start_failures) $(field state)" "1 running" \
	"clone EAGAIN at a new start: another try"
kill -TERM "$pid"
finish
is $? 143 "and the end is as ever"

inject accept4 EMFILE 3+2
begin_injected
matches "$(ctl status)" '{"state":*' "accept4 EMFILE: another try"
matches "$(ctl status)" '{"state":*' "and all is well"
kill -TERM "$pid"
finish

cp "$real" "$tmp/kith-init"
init=$tmp/kith-init
for what in memfd_create:EMFILE execveat:EACCES; do
	cp "$real" "$tmp/kith-init.new"
	sha256sum <"$tmp/kith-init.new" >"$tmp/kith-init.new.sha256"
	inject "${what%:*}" "${what#*:}" 1
	begin_injected --update
	kill -USR2 "$pid"
	until_true grep -q 'cannot become' "$tmp/said"
	is "$(field state) $(field updates)" "running 0" "$what: life goes on"
	rm -f "$tmp/kith-init.old"
	cp "$real" "$tmp/kith-init.new"
	kill -USR2 "$pid"
	until_true is_field updates 1
	is "$(field state) $(field updates)" "running 1" "and the next time it succeeds"
	kill -TERM "$pid"
	# strace lets go of who becomes another, and takes the code along.
	until_true [ ! -e "/proc/$pid/exe" ]
	ok $? "to the end"
done
done_testing

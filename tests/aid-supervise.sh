# For tests of supervision; after aid-init.sh:
#
#	begin ARGUMENTS		a supervised kith-init in the background, with a
#				control socket; $pid is what it is called here
#	ctl WORDS		ask it
#	field NAME		a number or word of its report, or of its status
#	finish			wait for it: its code in $?, its words in $tmp/said
#	until_true COMMAND	wait for that, ten seconds at most

until_true() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || return 1
		sleep 0.01
	done
}

ctl() {
	"$init" --control "$tmp/socket" ctl "$@" 2>&1
}

answers() {
	ctl status >/dev/null
}

begin() {
	: >"$tmp/said"
	set -- --control "$tmp/socket" --log info "$@"
	case $where in
	pid1)	timeout -k 1 60 unshare --pid --fork --mount-proc --kill-child \
			"$init" "$@" 2>"$tmp/said" & ;;
	below)	timeout -k 1 60 "$init" "$@" 2>"$tmp/said" & ;;
	esac
	job=$!
	until_true answers
	pid=$(child_of "$job")
	[ "$where" = below ] || pid=$(child_of "$pid")
}

child_of() {
	sed 's/ .*//' "/proc/$1/task/$1/children" 2>/dev/null
}

field() {
	{ ctl report; ctl status; } | tr ',{}' '\n\n\n' |
		sed -n "s/^\"$1\"://p" | tr -d '"' | sed -n '$p'
}

is_field() {
	[ "$(field "$1")" = "$2" ]
}

has_at_least() {
	[ "$(field "$1")" -ge "$2" ]
}

finish() {
	wait "$job"
}

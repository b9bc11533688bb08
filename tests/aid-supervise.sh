# For tests of supervision; after aid-init.sh:
#
#	begin ARGUMENTS		a supervised kith-init in the background, with a
#				control socket, started by $starter if that is set;
#				$pid is what it is called here
#	ctl WORDS		ask it
#	field NAME		a number or word of its report, or of its status
#	finish			wait for it: its code in $?, its words in $tmp/said

ctl() {
	"$init" --control "$tmp/socket" ctl "$@" 2>&1
}

answers() {
	ctl status >/dev/null
}

begin() {
	: >"$tmp/said"
	set -- --control "$tmp/socket" --log info "$@"
	# shellcheck disable=SC2086	# words
	timeout -k 1 60 $there "${starter:-env}" "$init" "$@" 2>"$tmp/said" &
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

# What a test script says, in the Test Anything Protocol; to be sourced:
#
#	. "$(dirname "$0")/tap.sh"
#
# It finds the tree ($srcdir) and the build ($O), makes an empty folder that
# goes away in the end ($tmp), and then:
#
#	ok STATUS CLAIM		the claim holds if STATUS is 0
#	is GOT WANT CLAIM	the two texts are the same
#	matches TEXT GLOB CLAIM	the text is like the shell pattern
#	skip CLAIM REASON	one claim cannot be looked into here
#	skip_all REASON		none of this script's can
#	done_testing		last: prints the plan, and ends the script

srcdir=${srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
O=${O:-$srcdir/build}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kith-test.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM

tap_tests=0
tap_failures=0

ok() {
	tap_tests=$((tap_tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_tests - $2"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_tests - $2"
		echo "# not ok: $2" >&2
		return 1
	fi
}

is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '%s\n' "$1" | sed 's/^/#   got:  /' >&2
		printf '%s\n' "$2" | sed 's/^/#   want: /' >&2
		return 1
	fi
}

matches() {
	# shellcheck disable=SC2254	# a pattern is what is wanted
	case $1 in
	$2)	ok 0 "$3" ;;
	*)	ok 1 "$3"
		printf '%s\n' "$1" | sed 's/^/#   got:  /' >&2
		echo "#   want: like $2" >&2
		return 1 ;;
	esac
}

skip() {
	tap_tests=$((tap_tests + 1))
	echo "ok $tap_tests - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$tap_tests"
	[ "$tap_failures" -eq 0 ]
	exit
}

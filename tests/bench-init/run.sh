#!/bin/sh
# kith-init beside other inits: make bench-init.
#
# It takes some five minutes.
#
#	QUICK=1			in half a minute, to see where one stands
#	ONLY='start lost'	these rows only
#	PEERS='x=/opt/x --'	another one, and what it wants before the program
#
# All of it runs in a pid namespace of its own, with a limit on processes, since
# some inits kill(-1) when they end.  Peers are Debian's; one that is not
# installed is left out, by name.
#
# Each row is a median of runs in turns.  The ratio is kith-init's figure to that
# of the best peer; the goal is what was promised, and MISSED that it is not kept.
# Nothing fails because of it.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
O=$(cd "${O:-$srcdir/build}" && pwd) || exit 1
tools=$O/tests/bench-init

ns=$(readlink /proc/self/ns/pid)
if [ "${KITH_OUTSIDE:-$ns}" = "$ns" ]; then
	own=
	[ "$(id -u)" = 0 ] || own='--user --map-root-user'
	own="unshare $own --pid --fork --mount-proc --kill-child"
	$own true 2>/dev/null || {
		echo "bench-init: no pid namespace can be made here"
		exit 3
	}
	# shellcheck disable=SC2086	# words
	KITH_OUTSIDE=$ns exec $own sh -c 'sh "$0"; exit $?' "$0"
fi
echo 16000 2>/dev/null >/proc/sys/kernel/pid_max
ulimit -c 0

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# --- who takes part ----------------------------------------------------------

names=
commands=
# take NAME COMMAND: as it is named in the table, and how it is called.
take() {
	names="$names $1"
	commands="$commands
$1=$2"
}
# ours FILE NAME: a stripped copy, as one would install it.
ours() {
	[ -x "$O/$1" ] || {
		echo "left out: $2 ($1 is not built; is musl-gcc installed?)"
		return
	}
	strip -o "$tmp/$1" "$O/$1" && take "$2" "$tmp/$1 --"
}
# peer NAME PACKAGE COMMAND: by its path, for to look for it in PATH is not its
# work, and is measured with it.
peer() {
	if path=$(command -v "${3%% *}"); then
		take "$1" "$path ${3#* }"
	else
		echo "left out: $1 (Debian package $2 is not installed)"
	fi
}

ours kith-init.static kith-init
ours kith-init-core.static core
ours kith-init shared
peer tini tini 'tini --'
peer tini-static tini 'tini-static --'
peer dumb-init dumb-init 'dumb-init --'
peer catatonit catatonit 'catatonit --'
for more in "${PEERS:-}"; do
	[ -z "$more" ] || take "${more%%=*}" "${more#*=}"
done

# What keeps account of orphans must reap them itself.
tracking="tracking=$tmp/kith-init.static --stats --"
[ -x "$tmp/kith-init.static" ] || tracking="tracking=$tmp/kith-init --stats --"
base='direct='
[ ! -x "$tools/floor" ] || base="floor=$tools/floor"

# --- measuring ---------------------------------------------------------------

want() {
	case " ${ONLY:-$1} " in *" $1 "*) true ;; *) false ;; esac
}

# meter ROW MODE OPTIONS NAME=COMMAND...: one row.
meter() {
	row=$1 mode=$2 options=$3
	shift 3
	echo "measuring: $row" >&2
	# shellcheck disable=SC2086	# words
	timeout 1200 $pinned "$tools/meter" $options "$mode" "$tools/load" "$@" \
		>"$tmp/row" || echo "bench-init: $row was not measured"
	sed "s/^$mode/$row/" "$tmp/row" >>"$tmp/figures"
}
pinned=

# all ROW MODE OPTIONS [MORE NAME=COMMAND...]: of everybody, and of these.  Lines of
# the list are arguments, with blanks in them.
all() {
	want "$1" || return 0
	old=$IFS
	IFS='
'
	# shellcheck disable=SC2086	# a list
	set -- "$@" $commands
	IFS=$old
	meter "$@"
}

# The start on one processor: then no other has to be woken, which takes as long
# with one init as with another, and is most of what the best of them need.
alone() {
	pinned="taskset -c $(taskset -cp $$ | sed 's/.*[^0-9]//')"
	all alone start "-n $start" direct= "$base"
	pinned=
}

# Of those whose loss is to be known to a point, many more; all in turns again.
pairs() {
	want lost || return 0
	set -- "$base"
	for name in kith-init core; do
		command=$(echo "$commands" | sed -n "s/^$name=//p")
		[ -z "$command" ] || set -- "$@" "$name=$command"
	done
	meter pairs lost "-n $pairs -w 1200" "$@"
}

sizes() {
	echo "$commands" | while IFS='=' read -r name command; do
		[ -n "$name" ] || continue
		file=$(command -v "${command%% *}")
		echo "size $name $(stat -L -c %s "$file") 0 0 1 0"
	done >>"$tmp/figures"
}

if [ -n "${QUICK:-}" ]; then
	live=2000 start=60 forward=3 crowd=1 storm=3 lost=200 pairs=1000
	coalesce=50 idle=2000000 memory=3
else
	live=10000 start=1000 forward=20 crowd=3 storm=7 lost=3000 pairs=9000
	coalesce=300 idle=30000000 memory=9
fi

: >"$tmp/figures"
if want size; then sizes; fi
all start start "-n $start" direct= "$base"
alone
# The stack begins somewhere in its page: once in three runs it is one page more.
all memory memory "-n $memory -w 1000" "$base"
all calls calls "-n 21" direct= "$base"
all wakeups wakeups "-w $idle" "$base"
all forward forward "-n $forward -l 100" direct= "$base"
all lost lost "-n $lost -w 1200" "$base" direct= "tini-g=$(command -v tini) -g --"
pairs
all coalesce coalesce "-n $coalesce -l 50"
all storm storm "-n $storm -l $live" "$tracking"
all crowd crowd "-n $crowd -l $live" "$tracking"

# --- the table ---------------------------------------------------------------

printf '\n%s, Linux %s, %s processors, load %s%s\n\n' "$(uname -m)" \
	"$(uname -r)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)" \
	"${QUICK:+, in a hurry}"
awk -v live="$live" -v release="$(uname -r)" -f "$(dirname "$0")/table.awk" \
	"$tmp/figures"

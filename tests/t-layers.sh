#!/bin/sh
# A folder knows only itself and the folders below it, so that each can be read,
# and tested, without what is above.  The programs stay outside: sim uses what
# is installed, and pid1 a few of the lower folders.
. "$(dirname "$0")/tap.sh"

layers="base namespace credentials signal wait loader process"

# includes FOLDER: what its files include, as "file: <name>" or "file: "name"".
includes() {
	for f in "$1"/*.[ch] "$1"/*.def; do
		[ -e "$f" ] || continue
		sed -n "s|^[[:space:]]*#[[:space:]]*include[[:space:]]*|$f: |p" "$f"
	done
}

# strangers FOLDER ALLOWED...: the includes of FOLDER that lead anywhere but to
# the folders allowed and to the system.  A name in <> that begins with one of
# our folders is ours all the same; one in "" must say which folder it means.
strangers() {
	folder=$1
	shift
	includes "$folder" | while read -r file what; do
		name=$(echo "$what" | sed 's/^[<"]//; s/[>"].*$//')
		top=${name%%/*}
		case $what in
		\<*)	[ -d "$top" ] || [ -d "include/$top" ] || continue ;;
		esac
		case $name in
		*/../*)	;;
		*/*)	case " $* " in *" $top "*) continue ;; esac ;;
		esac
		echo "$file includes $what"
	done
}

# layers: everything that looks where it must not.
layers() {
	allowed=kith
	for layer in $layers; do
		allowed="$allowed $layer"
		# shellcheck disable=SC2086	# a list
		strangers "$layer" $allowed
	done
	strangers sim sim kith
	strangers pid1 pid1 base signal wait kith
	strangers include/kith kith
}

cd "$srcdir" || exit 1
is "$(layers)" "" "every folder includes only itself and what is below it"

# Would it be noticed?  Plant one bad line at a time into a copy.
for folder in $layers sim pid1 include/kith; do
	mkdir -p "$tmp/tree/$folder"	# git forgets a folder that is empty
	find "$folder" -maxdepth 1 -type f -exec cp {} "$tmp/tree/$folder" \;
done
cd "$tmp/tree" || exit 1
plant() {	# folder, include, claim
	echo "#include $2" >"$1/planted.h"
	is "$(layers)" "$1/planted.h: includes $2" "$3"
	rm "$1/planted.h"
}
plant base '"namespace/pid.h"' "base may not look up at namespace"
plant wait '"process/process.h"' "wait may not look up at process"
plant signal '<wait/wait.h>' "angle brackets do not hide it"
plant loader '"../process/process.h"' "nor does a way around"
plant credentials '"cred.h"' "an include says which folder it means"
plant sim '"process/process.h"' "sim sees only what is installed"
plant sim '"base/lock.h"' "not even base"
plant pid1 '"process/process.h"' "pid1 may not know a machine"
plant pid1 '"namespace/pid.h"' "pid1 gets by without namespace"
plant include/kith '"base/lock.h"' "what is installed includes nothing of ours"
plant process '"sim/script.h"' "the library does not know the program"
plant base '"tests/tap.h"' "nor the tests"

echo '#  include   "process/process.h" /* spaces */' >base/planted.h
matches "$(layers)" "base/planted.h: *process/process.h*" "spaces do not hide it"
rm base/planted.h
printf '#include %s\n' '"signal/signal.h"' '<kith/kith.h>' '<sys/wait.h>' '<signal.h>' \
	>process/planted.h
is "$(layers)" "" "looking down, at <kith/> and at the system is fine"

# An include is not the only way up: a function can be declared by hand.
# upward BUILD: symbols that a folder's objects want and only a higher one has.
upward() {
	for layer in $layers; do
		nm -A --undefined-only "$1/$layer"/*.o 2>/dev/null |
			sed 's|^.*/\([^/]*/[^/]*\.o\): *U |\1 |' >"$tmp/wanted"
		above=$(echo "$layers " | sed "s/^.*$layer //")
		for higher in $above; do
			nm --defined-only "$1/$higher"/*.o 2>/dev/null |
				sed -n 's/^[^ ]* [A-Z] //p' | sort -u >"$tmp/had"
			awk -v higher="$higher" '
				NR == FNR { had[$1]; next }
				$2 in had { print $1 " wants " $2 " of " higher }
			' "$tmp/had" "$tmp/wanted"
		done
	done
}

is "$(upward "$O")" "" "no object needs one from a higher folder"

mkdir -p "$tmp/build/base" "$tmp/build/wait"
echo 'void reap(void); void low(void); void low(void) { reap(); }' |
	${CC:-cc} -c -x c - -o "$tmp/build/base/low.o"
echo 'void reap(void); void reap(void) {}' |
	${CC:-cc} -c -x c - -o "$tmp/build/wait/reap.o"
is "$(upward "$tmp/build")" "base/low.o wants reap of wait" \
	"a declaration by hand does not hide it"

done_testing

#!/bin/sh
# Everything hangs from a machine, so that two machines are two kernels and a
# snapshot misses nothing.  So the library has no variable of its own, static
# ones inside a function included; constants it may have, and what belongs to a
# thread rather than to a machine may be thread-local.
. "$(dirname "$0")/tap.sh"

layers="base namespace credentials signal wait loader process"

# Exceptions, each with its reason: OBJECT SYMBOL.
excused='
'

# globals FOLDER...: "object symbol" for each that can be written to.  Constants
# that hold addresses are in .data.rel.ro, which the loader fills in and seals.
globals() {
	for dir; do
		for object in "$dir"/*.o; do
			[ -e "$object" ] || continue
			objdump -t "$object" |
				sed -n -e '/\.data\.rel\.ro/d' \
				    -e '/ d  *\.[a-z]/d' \
				    -e 's/^.* \(\.data\|\.bss\|\*COM\*\).* //p' |
				sed "s|^|$(basename "$dir")/$(basename "$object") |"
		done
	done
}

dirs=
for layer in $layers; do dirs="$dirs $O/$layer"; done
# shellcheck disable=SC2086	# a list
found=$(globals $dirs | grep -vxF "$excused")
is "$found" "" "the library has no variables of its own"

# Would it notice?
mkdir "$tmp/planted"
cat >"$tmp/planted.c" <<'END'
extern int set, unset, names_size;
int set = 1, unset;
static int hidden, hidden_set = 2;
int *counter(int n);
int *counter(int n)
{
	static int calls;
	static const char *const names[] = { "a", "b" };
	static _Thread_local int mine, mine_set = 3;
	static const int table[] = { 1, 2, 3 };

	calls += names[n][0] + table[n] + hidden++ + hidden_set++;
	mine += calls + mine_set++;
	return &mine;
}
END
for flags in -O0 '-O2 -fPIC' '-O2 -fcommon -fdata-sections'; do
	# shellcheck disable=SC2086	# a list
	${CC:-cc} $flags -c -o "$tmp/planted/a.o" "$tmp/planted.c"
	seen=$(globals "$tmp/planted" | sed 's/\.[0-9]*$//; s/^planted.a.o //; s/^counter\.//' |
		sort | tr '\n' ' ')
	is "$seen" "calls hidden hidden_set set unset " \
		"variables are found, constants and thread-locals left alone ($flags)"
done

done_testing

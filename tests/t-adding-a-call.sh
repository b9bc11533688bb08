#!/bin/sh
# A call is a row and a function: docs/adding-a-call.md is done as it says, in a
# copy of the tree, and the new call is generated, run and compared with Linux.
. "$(dirname "$0")/tap.sh"

mkdir "$tmp/tree"
(cd "$srcdir" && tar -cf - GNUmakefile include base namespace credentials signal \
	wait loader process sim docs/adding-a-call.md) | tar -xf - -C "$tmp/tree"
cd "$tmp/tree" || exit 1

# block N: the N-th one in C of the page.
block() {
	awk -v n="$1" '/^```c$/ { on = ++i == n; next } /^```$/ { on = 0 } on' \
		docs/adding-a-call.md
}
block 1 >row
block 2 >function
awk 'FNR == NR { row = row $0 "\n"; next }
	/^CALL\(getpid,/ { printf "%s", row } { print }' row include/kith/calls.def >with
mv with include/kith/calls.def
is "$(grep -c '^CALL(getuid,' include/kith/calls.def)" 1 "the row is there"
cp process/identity.c before

build() {
	make -s -j2 O="$tmp/build" CFLAGS=-O0 WARN= CC="${CC:-cc}" "$tmp/build/kith" \
		>"$tmp/log" 2>&1
}
fuzz() {
	"$tmp/build/kith" fuzz --family cred --seed 1 --programs 4 --steps 40 "$@" \
		2>"$tmp/err" >"$tmp/out"
}

# With a mistake: all of it has to work for the mistake to be found.
sed 's/uid\.real/& + 1/' function >>process/identity.c
build
ok $? "with a mistake in the function it builds" || sed 's/^/# /' "$tmp/log" >&2
fuzz --out "$tmp/found"
status=$?
if [ $status -eq 3 ]; then
	skip "the mistake is found on Linux" "$(cat "$tmp/err" "$tmp/out")"
	skip "and comes down to one line" "see there"
else
	is $status 1 "the mistake is found on Linux"
	is "$(grep -h -v '^#' "$tmp/found/1-1.kith" | sed 's/^[0-9]* //')" "getuid()" \
		"and comes down to one line"
fi
is "$(echo '1 getuid()' | "$tmp/build/kith" run - | sed 's/  */ /g')" \
	"1 getuid() = 1" "transcripts can say it"

# Without.
cat before function >process/identity.c
build
ok $? "as the page has it it builds" || sed 's/^/# /' "$tmp/log" >&2
fuzz --model-only
ok $? "then the model agrees with itself" || cat "$tmp/out" "$tmp/err" >&2
fuzz
status=$?
if [ $status -eq 3 ]; then
	skip "and with Linux" "$(cat "$tmp/err")"
else
	is $status 0 "and with Linux" || cat "$tmp/out" >&2
fi

done_testing

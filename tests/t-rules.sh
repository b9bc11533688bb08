#!/bin/sh
# The corpus: every rule that can be shown has a transcript of its name, which
# holds on the model; and `kith rules` tells what is shown by what.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
rules=$srcdir/tests/rules

for file in "$rules"/*.kith; do
	claim=$(sed -n '1s/^# //p' "$file")
	id=$(basename "$file" .kith)
	"$kith" run "$file" >"$tmp/once" 2>"$tmp/err" &&
		"$kith" run - <"$tmp/once" >"$tmp/twice" 2>"$tmp/err" &&
		cmp "$tmp/once" "$tmp/twice" >>"$tmp/err" 2>&1
	ok $? "$id: $claim" || sed 's/^/# /' "$tmp/err" >&2
done

for file in "$rules"/*.kith; do
	sed -n 1p "$file" | grep -q '^# [A-Za-z_].*\.$' &&
		[ "$(sed -n 2p "$file")" = "# rules: $(basename "$file" .kith)" ] &&
		[ "$(grep -c '^# rules:' "$file")" -eq 1 ] &&
		[ "$(wc -l <"$file")" -lt 25 ] || echo "$file"
done >"$tmp/odd"
is "$(cat "$tmp/odd")" "" \
	"each is short, begins with its claim, and cites the rule that it is called by"

# What the table says, as "rule waits-or-test".
"$kith" rules --format json >"$tmp/all"
grep -v -e '"waits":' -e '"test":' "$tmp/all" |
	sed 's/^{"rule":"\([^"]*\)".*/\1/' | while read -r id; do
	[ -e "$rules/$id.kith" ] || echo "$id"
done >"$tmp/missing"
is "$(cat "$tmp/missing")" "" "every rule that can be shown has a transcript"
for file in "$rules"/*.kith; do
	id=$(basename "$file" .kith)
	grep -q "^{\"rule\":\"$id\"" "$tmp/all" || echo "$id"
done >"$tmp/unknown"
is "$(cat "$tmp/unknown")" "" "no transcript is called by a rule that there is not"
sed -n 's/^{"rule":"\([^"]*\)".*"test":"\([^"]*\)".*/\1 \2/p' "$tmp/all" >"$tmp/in_c"
while read -r id file; do
	grep -qw -e "$id" "$srcdir/$file" || echo "$id"
done <"$tmp/in_c" >"$tmp/missing"
test -s "$tmp/in_c"
ok $? "some rules are shown in C only"
is "$(cat "$tmp/missing")" "" "and the tests that are named cite them"

# --- what the command says --------------------------------------------------

cd "$tmp" || exit 1
cp "$rules/RPT-01.kith" a.kith
cat >b.kith <<'END'
# It fails.
# rules: RPT-01 RPT-02
1 fork() = 2
1 fork() = 4
END
cat >c.kith <<'END'
# It is not run: this kernel is too old.
# needs: linux >= 7.1
# rules: RPT-03
1 fork() = 2
END
echo '/* RPT-04, and RPT-01 again */' >d.c

"$kith" rules a.kith d.c >out 2>err
is "$?" 0 "all that is run holds: status 0"
is "$(grep -A1 '^  RPT-0[1245] ' out)" "\
  RPT-01   holds    orphans go to init
           a.kith d.c
  RPT-02   -        or to the nearest subreaper above
  RPT-03   -        what it is to be a subreaper
  RPT-04   not run  the inner one wins
           d.c
  RPT-05   -        to stop being one sends nobody away
  RPT-06   -        it covers those who were there before" \
	"a rule holds, is cited by what is not run, or by nothing"
matches "$(grep '^RPT ' out)" "RPT      2 of  16,   2 of  15 that can be shown   orphans" \
	"there is a sum for each group"
matches "$(grep -A1 '^  CLN-07' out | tail -1)" "*waits for CLONE_NEWPID" \
	"what a rule waits for"
matches "$(grep -A1 '^  EXT-09' out | tail -1)" "*in tests/t-life.c: *" \
	"and where it is shown, if no transcript can"

"$kith" rules a.kith b.kith c.kith >out 2>err
is "$?" 1 "one that fails: status 1"
matches "$(grep -A1 '^  RPT-01 ' out | tr -s ' \n' ' ')" \
	" RPT-01 fails orphans go to init a.kith b.kith " "a rule fails if any of its transcripts does"
matches "$(grep '^  RPT-03 ' out)" "*RPT-03   not run *" "another kernel's are not run"
matches "$(cat err)" "b.kith:4:12: fork: expected 4, got 3*c.kith:2: this needs linux*" \
	"what failed is told"
is "$("$kith" rules --format json a.kith b.kith 2>/dev/null | grep '"RPT-01"')" \
	'{"rule":"RPT-01","title":"orphans go to init","cited":2,"model":"fails","shown":[{"file":"a.kith","model":"holds"},{"file":"b.kith","model":"fails"}]}' \
	"the same for programs"

echo '1 fork(' >bad.kith
"$kith" rules b.kith bad.kith >out 2>err
is "$?:$(cat out err)" "2:bad.kith:1:8: expected ')', as there are no arguments, got the end of the line" \
	"a mistake in one: status 2, and none is run"
"$kith" rules missing.c >out 2>err
is "$?" 2 "nor if one cannot be read"
matches "$(cat err)" "*missing.c*" "which is told"

# --- on Linux ----------------------------------------------------------------

"$kith" rules --on linux a.kith >out 2>err
if grep -q 'cannot be run on linux' err; then
	skip "on Linux" "$(cat err)"
else
	matches "$(grep '^  RPT-01 ' out)" "*RPT-01   holds    linux: holds   *" \
		"with --on linux there is a second verdict"
	"$kith" rules --on linux b.kith >out 2>err
	is "$?" 1 "a transcript that fails there: status 1"
	matches "$(grep '^  RPT-02 ' out)" "*RPT-02   fails    linux: fails *" \
		"both are told"
	is "$("$kith" rules --on linux --format json a.kith d.c | grep '"RPT-01"')" \
		'{"rule":"RPT-01","title":"orphans go to init","cited":2,"model":"holds","linux":"holds","shown":[{"file":"a.kith","model":"holds","linux":"holds"},{"file":"d.c","model":"not run","linux":"not run"}]}' \
		"the same for programs"
fi

done_testing

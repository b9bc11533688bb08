#!/bin/sh
# What tests/mutants.sh needs to be true of the mutants, and what the others
# need: in any build but its own there are none.
. "$(dirname "$0")/tap.sh"

# mutants: "NAME rule what", one a line.
mutants() {
	sed -n 's/^MUTANT(\([^,]*\), \([^,]*\), "\(.*\)")$/\1 \2 \3/p' \
		"$srcdir/base/mutants.def"
}
mutants >"$tmp/mutants"
is "$(wc -l <"$tmp/mutants")" "$(grep -c '^MUTANT(' "$srcdir/base/mutants.def")" \
	"each mutant has a name, a rule and what is so then"
is "$(cut -d' ' -f1 "$tmp/mutants" | sort | uniq -d)" "" "no two have one name"

cd "$srcdir" || exit 1
grep -oh 'mutant([^()]*\(([^()]*)\)*[^()]*, *[A-Za-z0-9_]*)' \
	namespace/*.c credentials/*.c signal/*.c wait/*.c loader/*.c process/*.c |
	sed 's/.*, *\([A-Za-z0-9_]*\))$/\1/' | sort >"$tmp/used"
is "$(cut -d' ' -f1 "$tmp/mutants" | sort | diff - "$tmp/used")" "" \
	"each stands in the code once"

while read -r name rule _; do
	[ -e "tests/rules/$rule.kith" ] || echo "$name: there is no $rule.kith"
	case $name in
	"$(echo "$rule" | tr - _)" | "$(echo "$rule" | tr - _)"_*) ;;
	*) echo "$name is not called by $rule" ;;
	esac
done <"$tmp/mutants" >"$tmp/wrong"
is "$(cat "$tmp/wrong")" "" "each is called by a rule that has a transcript"

is "$(cut -d' ' -f1 "$tmp/mutants" |
	while read -r name; do
		grep -q "^$name " docs/mutants.md || echo "$name"
	done)" "" "docs/mutants.md has them all"

for file in "$O/libkith.a" "$O/libkith.so.0" "$O/kith"; do
	! strings "$file" | grep -q KITH_MUTANT
	ok $? "$(basename "$file") knows no mutants"
done
KITH_MUTANT=RPT_02 "$O/kith" run tests/rules/RPT-02.kith >"$tmp/out"
ok $? "and the environment makes none"

done_testing

#!/bin/sh
# What is written about kith-init and what it says itself agree: every option of
# --help is in the manual page, and no other; the pages that show command lines
# show no option that there is not.
. "$(dirname "$0")/aid-init.sh"

init=$O/kith-init

"$init" --help >"$tmp/help"
grep -o -E '^ +(-[a-z], )?--[a-z-]+|^ +-[a-z]' "$tmp/help" |
	grep -o -E -- '-?-[a-z-]+' | sort -u >"$tmp/there"
test -s "$tmp/there"
ok $? "there are options"

# In mdoc an option is an .It that begins with Fl; Fl -name is --name.  The
# duties of a machine's first process have a page of their own.
told() {
	cat "$srcdir/man/kith-init.1" "$srcdir/man/kith-init-vm.7" 2>/dev/null |
		sed -n 's/^\.It Fl /Fl /p' | grep -o -E '(Fl|,) -?[a-z][a-z-]*' |
		sed -E 's/^(Fl|,) /-/; s/^---/--/; s/^-(-[a-z])$/\1/' | sort -u
}
told | sed 's/^--\(.\)$/-\1/' >"$tmp/told"
is "$(comm -23 "$tmp/there" "$tmp/told" | tr '\n' ' ')" "" \
	"every option is in a manual page"
# Three are understood, and are no matter for the help.
is "$(comm -13 "$tmp/there" "$tmp/told" | tr '\n' ' ')" "--as --subreaper -s " \
	"and of others only those that the help leaves out"
"$init" --as kith-init -s --subreaper true
is $? 0 "which there are"

# used FILE: the options in its command lines of kith-init; what another program
# is given comes behind "--", or is named here.
used() {
	grep -o -E 'kith-init(\.static)? [^`]*' "$1" | sed 's/ -- .*//' |
		grep -o -E '(^| |")--[a-z][a-z-]+' | tr -d ' "' | sort -u
}
for doc in init-migration init-recipes pid1 pid1-myths; do
	is "$(used "$srcdir/docs/$doc.md" | comm -23 - "$tmp/there" | tr '\n' ' ')" \
		"" "docs/$doc.md: every option that it shows is there"
done

# Lists of words, as Docker, Kubernetes, runc and systemd want them, and the examples
# of the manual page: kith-init understands them, which it says without doing them.
examples() {
	sed -n 's/^kith-init --/kith-init --/p; /["=]\/[a-z\/]*kith-init\(\.static\)\?[", ]/p' \
		"$@" | sed 's/.*kith-init\(\.static\)\?"\?//; s/[]["'\'',{}]/ /g'
}
wrong() {
	examples "$@" | while read -r words; do
		# shellcheck disable=SC2086	# words
		"$init" --explain $words >/dev/null 2>"$tmp/err" || cat "$tmp/err"
	done
}
set -- "$srcdir/docs/init-recipes.md" "$srcdir/docs/init-migration.md" \
	"$srcdir/man/kith-init.1"
is "$(wrong "$@")" "" "all lists of words are understood"
[ "$(examples "$@" | grep -c -- --)" -ge 6 ]
ok $? "which are more than a few"
echo 'ENTRYPOINT ["/sbin/kith-init", "--deadline", "8y"]' >"$tmp/a.md"
is "$(wrong "$tmp/a.md")" "kith-init: --deadline: 8y is no time" \
	"one that is not is noticed"

# blocks KIND: of the recipes, of that kind.
blocks() {
	sed -n '/^```'"$1"'$/,/^```$/{ /^```/!p; }' "$srcdir/docs/init-recipes.md"
}
if perl -MJSON::PP -e1 2>/dev/null; then
	blocks json | perl -MJSON::PP -0777 -e '
		$_ = <>;	# a whole one, and one member of another
		s/^\{.*?^?\}\n(?=")//s or exit 1;
		decode_json($&) and decode_json("{$_}")'
	ok $? "JSON is JSON"
else
	skip "JSON is JSON" "perl has no JSON::PP"
fi
if python3 -c 'import yaml' 2>/dev/null; then
	blocks yaml | python3 -c 'import sys, yaml
pod = yaml.safe_load(sys.stdin)["spec"]
sys.exit(pod["containers"][0]["command"][0] != "/init/kith-init")'
	ok $? "YAML is YAML"
else
	skip "YAML is YAML" "python3-yaml is not installed"
fi
if command -v systemd-analyze >/dev/null; then
	blocks ini | sed "s|/usr/s\?bin/[a-z-]*|$init|g" >"$tmp/a.service"
	is "$(systemd-analyze verify "$tmp/a.service" 2>&1 | grep a.service)" "" \
		"the unit is one"
	sed s/mixed/mixxed/ "$tmp/a.service" >"$tmp/b.service"
	matches "$(systemd-analyze verify "$tmp/b.service" 2>&1)" "*mixxed*" \
		"one that is not is noticed"
else
	skip "the unit is one" "systemd is not installed"
fi

# Would it notice?
echo 'Try `kith-init --graces 3s -- sh --scoop`.' >"$tmp/a.md"
is "$(used "$tmp/a.md" | comm -23 - "$tmp/there")" --graces \
	"an option that is not there is noticed"
done_testing

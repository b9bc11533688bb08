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

# Would it notice?
echo 'Try `kith-init --graces 3s -- sh --scoop`.' >"$tmp/a.md"
is "$(used "$tmp/a.md" | comm -23 - "$tmp/there")" --graces \
	"an option that is not there is noticed"
done_testing

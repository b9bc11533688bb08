#!/bin/sh
# The manual pages are well formed.
. "$(dirname "$0")/tap.sh"
command -v mandoc >/dev/null || skip_all "mandoc is not installed"

lint() {
	mandoc -Tlint -W warning "$1" 2>&1
}

found=0
for page in "$srcdir"/man/*.[1357]; do
	[ -e "$page" ] || continue
	found=$((found + 1))
	is "$(lint "$page")" "" "${page##*/} is well formed"
done
[ "$found" -gt 0 ]
ok $? "there are manual pages"

# Would it notice?
printf '.Dd $Mdocdate$\n.Dt BAD 1\n.Os\n.Sh NAME\n.Nm bad\n.Nd bad\n.Sh X\n.Bl\n' \
	>"$tmp/bad.1"
matches "$(lint "$tmp/bad.1")" "*bad.1:*" "a page that is not is noticed"

done_testing

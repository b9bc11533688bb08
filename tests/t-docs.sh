#!/bin/sh
# Links between the documents lead somewhere, in the tree and as HTML.
. "$(dirname "$0")/tap.sh"

# links FILE: what it links to in the tree, one on each line; code left out.
links() {
	awk '/^ *```/ { code = !code; next } !code' "$1" | sed 's/`[^`]*`//g' |
		grep -o -E '\]\([^)]+\)|^\[[^]]+\]: *[^ ]+' |
		sed -E 's/^\]\(//; s/^\[[^]]+\]: *//; s/[ )].*$//' |
		grep -v -E '^[a-z]+:'
}

# anchors FILE: the names that headings get, on GitHub and from docs/html.sh.
anchors() {
	awk '/^ *```/ { code = !code; next } !code && /^#+ / {
		sub(/^#+ */, "")
		$0 = tolower($0)
		gsub(/[^a-z0-9 _-]/, "")
		gsub(/ /, "-")
		print
	}' "$1"
}

# broken FILE: links of it that lead nowhere.
broken() {
	links "$1" | while read -r link; do
		path=${link%%#*}
		target=$(dirname "$1")/$path
		[ -n "$path" ] || target=$1
		if [ ! -e "$target" ]; then
			echo "$link"
			continue
		fi
		case $link in
		*.md\#*|\#*)
			anchors "$target" | grep -qx -- "${link#*#}" || echo "$link" ;;
		esac
	done
}

cd "$srcdir" || exit 1
found=0
for page in README.md docs/*.md docs/labs/*.md; do
	[ -e "$page" ] || continue
	found=$((found + 1))
	is "$(broken "$page")" "" "every link in $page leads somewhere"
done
[ "$found" -gt 0 ]
ok $? "there are documents"

# Would it notice?
cat >"$tmp/a.md" <<'END'
# A Title, with `code`
[good](b.md), [good](b.md#part-two), [good](#a-title-with-code) and
[elsewhere](https://example.org/x.md); `[code](nothing)`, but
[bad](c.md), [bad](b.md#part-three) and [bad][ref].
```
[more code](nothing)
```

[ref]: d.md
END
printf '# B\n\n## Part two\n' >"$tmp/b.md"
is "$(broken "$tmp/a.md" | tr '\n' ' ')" "c.md b.md#part-three d.md " \
	"a link that does not is noticed"

if command -v cmark >/dev/null; then
	make -s -f "$srcdir/GNUmakefile" O="$tmp/html" docs 2>"$tmp/log"
	ok $? "the documents can be made into HTML" || cat "$tmp/log" >&2
	dead=$(find "$tmp/html" -name '*.html' | while read -r page; do
		grep -o 'href="[^":#]*\.html[^"]*"' "$page" |
			sed 's/^href="//; s/"$//' | while read -r link; do
			target=$(dirname "$page")/${link%%#*}
			case $link in
			*\#*)	grep -q "id=\"${link#*#}\"" "$target" 2>/dev/null ;;
			*)	[ -e "$target" ] ;;
			esac || echo "${page#"$tmp/html/docs/"}: $link"
		done
	done)
	is "$dead" "" "and their pages lead to each other"
else
	skip "the documents can be made into HTML" "cmark is not installed"
	skip "and their pages lead to each other" "cmark is not installed"
fi

done_testing

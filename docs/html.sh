#!/bin/sh
# html.sh FILE <markdown >html
#
# One of our documents as a page that stands alone.  FILE says where in the tree
# it is: the pages lie as docs/ does, and README.html beside them.  cmark
# gives headings no names, so those that GitHub would give are put in.
file=$1
IFS= read -r title

cat <<END
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$(echo "$title" | sed 's/^#* *//; s/`//g; s/&/\&amp;/g; s/</\&lt;/g')</title>
<style>
body { max-width: 46em; margin: 2em auto; padding: 0 1em; line-height: 1.5;
       font-family: sans-serif }
pre { padding: .7em; overflow-x: auto; background: #f4f4f4; color: #111 }
code { font-size: 95% }
</style>
END
{ printf '%s\n' "$title"; cat; } | cmark --unsafe | awk '
	/^<h[1-6]>/ {
		name = $0
		gsub(/<[^>]*>|&[a-z]*;/, "", name)
		name = tolower(name)
		gsub(/[^a-z0-9 _-]/, "", name)
		gsub(/ /, "-", name)
		sub(/>/, " id=\"" name "\">")
	}
	{ print }
' | case $file in
README.md)	sed -E 's,href="docs/,href=",g' ;;
docs/labs/*)	sed -E 's,href="\.\./\.\./README\.md,href="../README.md,g' ;;
docs/*)		sed -E 's,href="\.\./README\.md,href="README.md,g' ;;
esac | sed -E 's,href="([^":]*)\.md(["#]),href="\1.html\2,g'

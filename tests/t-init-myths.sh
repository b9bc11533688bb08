#!/bin/sh
# What docs/pid1-myths.md and the other pages on kith-init show is so.  A block
# after <!-- pid1 --> is run, in an outer pid namespace as all here; ns COMMAND
# runs it in one more; and the block after that is what it prints.
. "$(dirname "$0")/aid-init.sh"


# split PAGE FOLDER: its marked blocks as FOLDER/N.sh and N.text; the list of
# them has "N line heading".
split() {
	mkdir -p "$2"
	: >"$2/list"
	awk -v dir="$2" '
		/^##+ / { heading = $0; gsub(/^#+ |"/, "", heading) }
		/^<!-- pid1 -->$/ { want = "sh"; next }
		/^```/ && !inside {
			inside = 1
			lang = substr($0, 4)
			if (want == "sh" && lang == "sh") {
				out = dir "/" ++n ".sh"
				print n, NR, heading >dir "/list"
				want = "text"
			} else if (want == "text" && lang == "text") {
				out = dir "/" n ".text"
				want = ""
			}
			if (out)
				printf "" >out
			next
		}
		/^```/ { inside = 0; if (out) close(out); out = ""; next }
		inside && out { print >out }
	' "$1"
}

answers() {
	split "$1" "$2"
	test -s "$2/list"
	ok $? "${1##*/} shows something"
	while read -r n line heading; do
		mkdir "$2/work"
		{
			echo 'ns() { unshare --pid --fork --mount-proc --kill-child "$@"; }'
			cat "$2/$n.sh"
		} >"$2/$n.run"
		said=$(cd "$2/work" && PATH=$O:$PATH timeout -k 1 60 sh "$2/$n.run" 2>&1)
		is "$said" "$(cat "$2/$n.text")" "${1##*/}:$line: $heading"
		rm -rf "$2/work"
	done <"$2/list"
}

command -v perl >/dev/null || skip_all "perl is not installed"
for page in pid1-myths init-migration init-recipes; do
	answers "$srcdir/docs/$page.md" "$tmp/$page"
done
page=$srcdir/docs/pid1-myths.md
is "$(grep -c '^### ' "$page")" "$(wc -l <"$tmp/pid1-myths/list" | tr -d ' ')" \
	"every myth has its answer run"

# Would it notice?
cat >"$tmp/a.md" <<'END'
### "Two and two"
<!-- pid1 -->
```sh
echo $((2 + 2))
```
```text
5
```
END
seen=$(answers "$tmp/a.md" "$tmp/a" 2>/dev/null)
matches "$seen" "*not ok*a.md:3: Two and two" "an answer that is wrong is noticed"
done_testing

#!/bin/sh
# Each answer of docs/pid1-myths.md: the command below it prints what is shown.
. "$(dirname "$0")/aid-init.sh"

page=$srcdir/docs/pid1-myths.md

# split PAGE FOLDER: its marked blocks as FOLDER/N.sh and N.text; the list of
# them has "N line heading".
split() {
	mkdir -p "$2"
	: >"$2/list"
	awk -v dir="$2" '
		/^###? / { heading = $0; gsub(/^#+ |"/, "", heading) }
		/^<!-- myth -->$/ { want = "sh"; next }
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
	while read -r n line heading; do
		mkdir "$2/work"
		{
			echo 'ns() { unshare --pid --fork --mount-proc --kill-child "$@"; }'
			cat "$2/$n.sh"
		} >"$2/$n.run"
		said=$(cd "$2/work" && PATH=$O:$PATH timeout -k 1 60 sh "$2/$n.run" 2>&1)
		is "$said" "$(cat "$2/$n.text")" "$line: $heading"
		rm -rf "$2/work"
	done <"$2/list"
}

command -v perl >/dev/null || skip_all "perl is not installed"
answers "$page" "$tmp/myths"
is "$(grep -c '^### ' "$page")" "$(wc -l <"$tmp/myths/list" | tr -d ' ')" \
	"every myth has its answer run"

# Would it notice?
cat >"$tmp/a.md" <<'END'
### "Two and two"
<!-- myth -->
```sh
echo $((2 + 2))
```
```text
5
```
END
seen=$(answers "$tmp/a.md" "$tmp/a" 2>/dev/null)
matches "$seen" "not ok*3: Two and two" "an answer that is wrong is noticed"
done_testing

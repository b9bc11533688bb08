#!/bin/sh
# What the documents show is so: their programs compile and run, their commands
# print what stands below them, and what they name exists.
#
#	<!-- test -->		the next block is run: ```c as a program, which
#				ends with 0; ```sh as commands.  If the block
#				after it is ```text, that is what it prints;
#				commands without one must end with 0
#	<!-- file NAME -->	the next block is in the file NAME where the
#				tests of this page run
#
# They run in a folder where build/, tests/ and docs/ are what they are to a
# reader who stands in the tree.
. "$(dirname "$0")/tap.sh"

export LC_ALL=C.UTF-8
O=$(cd "$O" && pwd) || exit 1

# A sanitized library wants a sanitized program.
san=$(tr ' ' '\n' <"$O/flags" 2>/dev/null | grep '^-fsanitize=' | sort -u)

# split PAGE FOLDER: its blocks as FOLDER/N.c, N.sh and N.text, and files in
# FOLDER/work; FOLDER/list has "N kind line" for each test.
split() {
	mkdir -p "$2/work"
	: >"$2/list"
	awk -v dir="$2" '
		/^<!-- test -->$/ { want = "test"; next }
		/^<!-- file [^ ]* -->$/ { want = "file"; name = $3; next }
		/^```/ && !inside {
			inside = 1
			lang = substr($0, 4)
			out = ""
			if (want == "test") {
				out = dir "/" ++n "." lang
				print n, lang, NR >dir "/list"
			} else if (want == "file")
				out = dir "/work/" name
			else if (lang == "text" && last == "test")
				out = dir "/" n ".text"
			if (out)
				printf "" >out
			last = want
			want = ""
			next
		}
		/^```/ { inside = 0; if (out) close(out); out = ""; next }
		inside && out { print >out }
		!inside && want && /[^ ]/ { print FILENAME ":" NR ": marked, but no block" >"/dev/stderr" }
	' "$1"
}

compile() {
	# shellcheck disable=SC2046,SC2086	# lists
	${CC:-cc} -std=c11 -Wall -Wextra -Werror $san -I"$srcdir/include" -o "$2" \
		"$1" "$O/libkith.a" "$O/libkith-service.a" \
		$(pkg-config --libs liburcu) -pthread
}

# run_example FOLDER N KIND: status and $tmp/out, all that it prints.
run_example() {
	case $3 in
	c)	compile "$1/$2.c" "$1/$2.prog" >"$tmp/out" 2>&1 &&
			(cd "$1/work" && "$1/$2.prog") >"$tmp/out" 2>&1 ;;
	sh)	(cd "$1/work" && sh "$1/$2.sh") >"$tmp/out" 2>&1 ;;
	*)	echo "what is a test in $3?" >"$tmp/out"; false ;;
	esac
}

# examples PAGE FOLDER
examples() {
	split "$1" "$2" 2>"$tmp/marks"
	is "$(cat "$tmp/marks")" "" "$1: what is marked is there"
	for there in tests docs include; do
		ln -s "$srcdir/$there" "$2/work/$there"
	done
	ln -s "$O" "$2/work/build"
	while read -r n kind line; do
		run_example "$2" "$n" "$kind"
		status=$?
		if [ -e "$2/$n.text" ]; then
			is "$(cat "$tmp/out")" "$(cat "$2/$n.text")" \
				"$1:$line: it prints what is shown"
			[ "$kind" = sh ] && continue
		fi
		ok $status "$1:$line: it runs" || sed 's/^/# /' "$tmp/out" >&2
	done <"$2/list"
}

cd "$srcdir" || exit 1
set -- README.md docs/*.md docs/labs/*.md
for page; do
	[ -e "$page" ] && examples "$page" "$tmp/$(echo "$page" | tr / -)"
done

# --- names -------------------------------------------------------------------

# Functions are written `name()` or `name(arguments)`, files `folder/name.c`;
# `name(2)` is a manual page, and none of ours.
functions() {
	grep -o -h -E '`[a-z_]+[a-z0-9_]*\([^`]*\)`' "$@" | grep -v '([1-8])`' |
		sed 's/`//g; s/(.*//' | sort -u
}
files() {
	grep -o -h -E '`[a-z0-9]+/[a-z0-9/_.-]+\.(c|h|def|sh|kith|md)`' "$@" |
		sed 's/`//g; s/^kith\//include\/kith\//' | sort -u
}
# missing FILE...: what they name and nobody has.
missing() {
	functions "$@" | while read -r name; do
		grep -q -w -- "$name" "$tmp/words" || echo "$name()"
	done
	files "$@" | while read -r name; do
		[ -e "$name" ] || echo "$name"
	done
}
cat ./*/*.[ch] ./*/*/*.[ch] ./*/*/*.def ./*/*.def | grep -o -E '[a-z_][a-z0-9_]*' |
	sort -u >"$tmp/words"
is "$(missing "$@" 2>/dev/null)" "" "what the documents name exists"

# --- the manual --------------------------------------------------------------

for manual in man/*.3; do
	sed -n '/^\.Bd -literal/,/^\.Ed/{/^\.[BE]d/d; s/\\e/\\/g; s/\\&//g; p}' $manual |
		awk '/^#include/ { on = 1 } on; /^}$/ { if (main) exit } /^(int )?main\(/ { main = 1 }' \
			>"$tmp/manual.c"
	compile "$tmp/manual.c" "$tmp/manual" 2>"$tmp/log" && "$tmp/manual" >>"$tmp/log" 2>&1
	ok $? "$manual: the example runs" || sed 's/^/# /' "$tmp/log" >&2
done

manual=man/kith.3
if [ -e $manual ]; then
	sed -n 's/.*KITH_API.*[ *]\(kith_[a-z0-9_]*\)(.*/\1/p' include/kith/*.h | sort -u >"$tmp/api"
	test -s "$tmp/api"
	ok $? "there are functions"
	is "$(while read -r name; do
		grep -q "^\.F[no] $name\( \|\$\)" man/*.3 || echo "$name"
	done <"$tmp/api")" "" "man/*.3: each function is there"
	is "$(sed -n 's/^\.F[no] \(kith_[a-z0-9_]*\).*/\1/p' $manual | sort -u |
		comm -23 - "$tmp/api")" "" "$manual: and no other"
	for table in CALL:calls EVENT:events; do
		is "$(sed -n "s/^${table%:*}(\([a-z0-9_]*\),.*/\1/p" "include/kith/${table#*:}.def" |
			while read -r name; do
				grep -q "^\.It \(Ic \)\?$name\( \|\$\)" $manual || echo "$name"
			done)" "" "$manual: each of the ${table#*:} is there"
	done
fi

# --- would it notice? --------------------------------------------------------

cat >"$tmp/a.md" <<'END'
# A
<!-- test -->
```c
int main(void) { return 3; }
```
<!-- test -->
```sh
cat notes; exit 1
```
It says:
```text
some notes
```
<!-- test -->
```sh
echo more; false
```
<!-- file notes -->
```
some notes
```
`kith_new()`, `kith_gnu()`, `base/lock.h` and `base/clock.h`.
END
(examples "$tmp/a.md" "$tmp/a") >"$tmp/seen" 2>&1
is "$(sed -n 's/ok [0-9]* - .*a\.md:\([0-9][0-9]*\):.*/ok \1/p' "$tmp/seen" | tr '\n' ' ')" \
	"not ok 3 ok 7 not ok 15 " "examples that fail are noticed"
is "$(missing "$tmp/a.md" | tr '\n' ' ')" "kith_gnu() base/clock.h " \
	"and names of nothing"

done_testing

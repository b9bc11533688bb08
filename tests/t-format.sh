#!/bin/sh
# Every source looks as clang-format would write it: make format sees to that.
. "$(dirname "$0")/tap.sh"

# Another version has other opinions.
version=$(clang-format --version 2>/dev/null |
	sed -n 's/.*version \([0-9]*\).*/\1/p')
[ "$version" = 14 ] || skip_all "clang-format 14 is not installed"

is "$(make -s -f "$srcdir/GNUmakefile" format-check 2>&1 |
	sed -n 's/^\(.*: error: .*\)/\1/p' | cut -d: -f1 | sort | uniq -c)" "" \
	"make format has nothing to do"

cp "$srcdir/.clang-format" "$tmp"
printf 'int main(void)\n{\n  return 0;\n}\n' >"$tmp/indented-by-two.c"
clang-format --dry-run -Werror "$tmp/indented-by-two.c" 2>/dev/null
is "$?" 1 "it is noticed when it has"

done_testing

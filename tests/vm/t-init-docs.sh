#!/bin/sh
# What docs/init-vm.md shows of machines is so: the block after <!-- vm --> is run,
# and prints the lines that stand below it.
. "$(dirname "$0")/aid-vminit.sh"

page=$srcdir/docs/init-vm.md
mkdir "$tmp/there"
cp "$init" "$tmp/there/kith-init.static"
cp "$vm/vmlinuz" "$vm/busybox" "$tmp/there"
block() {
	awk -v want="$1" '/^<!-- vm -->$/ { on = 1 }
		/^```/ { inside = on && $0 == "```" want; if ($0 == "```text") on = 0; next }
		inside' "$page"
}
block sh >"$tmp/recipe"
block text >"$tmp/want"
[ -s "$tmp/recipe" ] && [ -s "$tmp/want" ]
ok $? "there is a recipe"
(cd "$tmp/there" && timeout 180 sh "$tmp/recipe" </dev/null) >"$tmp/got" 2>&1
tr -d '\r' <"$tmp/got" | grep -xF -f "$tmp/want" >"$tmp/found"
is "$(cat "$tmp/found")" "$(cat "$tmp/want")" "and it does what it says" ||
	tail -n 20 "$tmp/got" | sed 's/^/# /' >&2
done_testing

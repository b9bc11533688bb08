#!/bin/sh
# What the static kith-init costs while it sleeps: few pages, none of them both
# written and executed.
. "$(dirname "$0")/aid-init.sh"
[ -x "$O/kith-init.static" ] || skip_all "musl-gcc is not installed"
command -v readelf >/dev/null || skip_all "binutils are not installed"

# As PID 1 and asleep for good, with all prepared for orphans: kB, of what is
# not the stack, whose pages are as many as the environment wants.
resident() {
	# shellcheck disable=SC2016	# for the shell inside
	unshare --pid --fork --mount-proc --kill-child "$init" sh -c '
		until grep -q "^271 \|^128 [^ ]* [^ ]* 0x0 " /proc/1/syscall; do
			sleep 0.01
		done
		cat /proc/1/smaps' |
		awk '/^[0-9a-f]+-/ { counts = !/stack/ }
		     /^Rss:/ && counts { kb += $2 }
		     END { print kb }'
}

pages() {
	kb=$(resident)
	[ "$kb" -ge 8 ] && [ "$kb" -le "$1" ]
	ok $? "asleep it has not more than $1 kB beside its stack, but $kb ($about)"
}

segments() {
	is "$(readelf -lW "$init" | sed -n 's/^ *LOAD\( *0x[0-9a-f]*\)\{5\} *//p' |
		sed 's/ *0x.*//; s/ //g' | xargs)" "RE RW" \
		"nothing is both written and executed ($about)"
	is "$(readelf -lW "$init" | awk '$1 == "GNU_STACK" { print $7 }')" RW \
		"nor is the stack ($about)"
	is "$(readelf -lW "$init" | awk '$1 == "LOAD" && $7 == "RW" { print $5 }')" \
		0x000000 "what is written is not in the file ($about)"
}

# The border is where one page table ends; what a plain run does lies before it.
before_the_border() {
	ends=$(nm "$O/musl/${about%.static}" | sed -n 's/^0*\([0-9a-f]*\) . hot_end$/\1/p')
	[ -n "$ends" ] && [ $((0x$ends)) -le $((0x600000)) ]
	ok $? "what all runs do is in three pages: it ends at $ends ($about)"
}

for about in kith-init.static kith-init-core.static; do
	init=$O/$about
	# The kernel's pages are as large, and it maps what is around, mostly.
	pages 24
	segments
	before_the_border
done
done_testing

#!/bin/sh
# kith-init-core is kith-init without its parts: what is left works as it did, and
# what is left out is not there.  And both are as small as they are said to be.
. "$(dirname "$0")/aid-init.sh"
[ -x "$O/kith-init-core" ] || skip_all "there is no kith-init-core"

# code ARGUMENTS: the exit status, and the first line that it said.
code() {
	said=$(run "$@" 2>&1 >/dev/null </dev/null | head -n 1)
	run "$@" >/dev/null 2>&1 </dev/null
	echo "$?${said:+ $said}"
}

works() {
	is "$(code sh -c 'exit 3')" 3 "the code is the program's ($about)"
	is "$(code sh -c 'kill -KILL $$')" 137 "or 128 + n ($about)"
	is "$(code no-such-program)" "127 kith-init: no-such-program: not found" \
		"no program: 127 ($about)"
	is "$(code sh -c 'trap "exit 4" USR1; kill -USR1 $PPID; sleep 50 & wait')" 4 \
		"signals are passed on, and who is left has to leave ($about)"
	for how in each kernel; do
		# shellcheck disable=SC2016	# for the shell inside
		is "$(run --reap $how sh -c 'i=0
			while [ $i -lt 50 ]; do (: &); i=$((i + 1)); done; n=0
			while [ $n -lt 500 ] && grep -q "^State:.Z" /proc/[0-9]*/status
			do n=$((n + 1)); sleep 0.01; done 2>/dev/null
			grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l')" 0 \
			"orphans are reaped, --reap $how ($about)"
	done
	is "$(code --report 3 --grace 1 --scope group --limit nofile=99 true 3>/dev/null)" \
		0 "its options are there ($about)"
}

lacks() {
	for option in "--restart always" "--health true" "--output /dev/null" \
		"--control $tmp/socket" --update --vm --container "--as tini"; do
		# shellcheck disable=SC2086	# words
		matches "$(code $option true)" "2 kith-init: *" \
			"there is no $option ($about)"
	done
	is "$(code ctl status)" "127 kith-init: ctl: not found" \
		"ctl is a program like others ($about)"
	ln -sf "$init" "$tmp/tini"
	is "$("$tmp/tini" --version)" "$("$init" --version)" \
		"called as tini it is itself ($about)"
	"$init" --help >"$tmp/help"
	"$O/kith-init" --help >"$tmp/whole"
	is "$(grep -c -vxF -f "$tmp/whole" "$tmp/help") $(grep -c -- \
		'--restart\|--vm' "$tmp/help")" "0 0" \
		"its help is a part of the other's ($about)"
}

for build in kith-init-core kith-init-core.static; do
	init=$O/$build
	[ -x "$init" ] || continue
	for place in pid1 below; do
		put $place
		about="$build, $where"
		works
	done
	about=$build
	lacks
done

# small FILE BYTES
small() {
	if [ ! -x "$O/$1" ]; then
		skip "$1 has $2 bytes at most" "musl-gcc is not installed"
		return
	fi
	size=$(wc -c <"$O/$1")
	[ "$size" -gt 10000 ] && [ "$size" -le "$2" ]
	ok $? "$1 has $2 bytes at most, and not $size"
}
if grep -q "__[at]san_init" "$O/kith-init"; then
	skip "their size" "a sanitizer makes them larger"
else
	small kith-init-core.static 40000
	small kith-init.static 128000
fi
done_testing

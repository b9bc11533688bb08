#!/bin/sh
# How kith-init ends: with the code of its child, or with a clear complaint.
. "$(dirname "$0")/aid-init.sh"

# code_of ARGUMENTS: how it ended, and what it said, on one line.
code_of() {
	said=$(run "$@" 2>&1 >/dev/null)
	echo "$? $said"
}

codes() {
	wrong=
	for code in 0 1 2 7 42 63 64 65 99 100 111 124 125 126 127 128 129 137 \
		143 200 254 255; do
		run sh -c "exit $code"
		[ $? = $code ] || wrong="$wrong $code"
	done
	is "$wrong" "" "it ends with its child's code ($about)"

	wrong=
	for sig in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 25 26 27 29 30 31 \
		34 35 64; do
		run sh -c "ulimit -c 0; kill -$sig \$\$; sleep 1"
		[ $? = $((128 + sig)) ] || wrong="$wrong $sig"
	done
	is "$wrong" "" "or with 128 + n for signal n ($about)"
}

complaints() {
	printf 'no format\n' >"$tmp/text"
	printf '#!%s/nobody\n' "$tmp" >"$tmp/torn"
	chmod +x "$tmp/text" "$tmp/torn"
	touch "$tmp/plain"

	is "$(code_of no-such-program)" \
		"127 kith-init: no-such-program: not found" \
		"a program that is not there: 127 ($about)"
	is "$(code_of ./no/such)" "127 kith-init: ./no/such: not found" \
		"nor at that path ($about)"
	is "$(code_of "$tmp/plain/x")" \
		"127 kith-init: $tmp/plain/x: not found" \
		"nor below what is no folder ($about)"
	is "$(code_of '')" "127 kith-init: : not found" \
		"nor without a name ($about)"
	is "$(code_of "$tmp/plain")" \
		"126 kith-init: $tmp/plain: cannot be run: Permission denied" \
		"a file that is no program: 126 ($about)"
	is "$(code_of "$tmp")" \
		"126 kith-init: $tmp: cannot be run: Permission denied" \
		"nor is a folder ($about)"
	matches "$(code_of "$tmp/text")" \
		"126 kith-init: $tmp/text: cannot be run: Exec format error" \
		"a file of no known format: 126 ($about)"
	is "$(code_of "$tmp/torn")" \
		"126 kith-init: $tmp/torn: cannot be run: its interpreter is missing" \
		"a script without its interpreter is not called missing ($about)"

	is "$(code_of)" \
		"2 kith-init: no program given (see kith-init --help)" \
		"no program: 2 ($about)"
	is "$(code_of --)" \
		"2 kith-init: no program given (see kith-init --help)" \
		"nor after -- ($about)"
	is "$(code_of --stat true)" \
		"2 kith-init: unknown option --stat (see kith-init --help)" \
		"an unknown option: 2 ($about)"
	is "$(code_of -k true)" \
		"2 kith-init: unknown option -k (see kith-init --help)" \
		"also a short one ($about)"
	is "$(code_of -gk true)" \
		"2 kith-init: unknown option -gk (see kith-init --help)" \
		"and among others ($about)"
	is "$(code_of sh -c 'exit 3' -- --stats)" "3 " \
		"options of the program are the program's ($about)"
	is "$(code_of -- -x)" "127 kith-init: -x: not found" \
		"after -- everything is the program ($about)"
}

answers() {
	help=$(run --help)
	is "$?" 0 "--help is no error ($about)"
	matches "$help" "usage: kith-init *" "and goes to stdout ($about)"
	version=$(sed -n 's/^version := //p' "$srcdir/GNUmakefile")
	is "$(run --version)" "kith-init $version" "--version ($about)"
	run --help >/dev/full 2>/dev/null
	is "$?" 125 "help that cannot be written is a failure ($about)"
}

# Situations in which others hang, or give up.
inherited() {
	# Not by a trap of the shell, which leaves SIGCHLD alone, nor before
	# timeout, which puts it back.
	# shellcheck disable=SC2086	# words
	timeout -k 1 30 $there "$aid/aid-signals" ignore 17 "$init" sh -c 'exit 5'
	is "$?" 5 "SIGCHLD inherited as ignored: no hang, no lost code ($about)"
	"$aid/aid-signals" block timeout -k 1 30 "$init" sh -c 'exit 6'
	is "$?" 6 "every signal inherited as blocked ($about)"
	run sh -c 'exit 7' <&-
	is "$?" 7 "stdin closed ($about)"
	run sh -c 'exit 8' <&- >&- 2>&-
	is "$?" 8 "stdin, stdout and stderr closed ($about)"
	run nothing <&- >&- 2>&-
	is "$?" 127 "also when there is something to complain about ($about)"
	(cd "$tmp" && run ./torn 2>/dev/null)
	is "$?" 126 "a relative path ($about)"
	env -i "$init" true
	is "$?" 0 "an empty environment: the usual PATH ($about)"
	mkdir -p "$tmp/a" "$tmp/b" "$tmp/c"
	printf '#!/bin/sh\nexit 9\n' >"$tmp/c/prog"
	chmod +x "$tmp/c/prog"
	cp "$tmp/plain" "$tmp/b/prog"
	(PATH=$tmp/a:$tmp/b:$tmp/c:$PATH; run prog)
	is "$?" 9 "PATH: what may not be run is passed over ($about)"
	(PATH=$tmp/a:$tmp/b:$tmp/a:$PATH; run prog 2>/dev/null)
	is "$?" 126 "but remembered, if nothing else is found ($about)"
	mkdir -p "$tmp/shut"
	chmod 0 "$tmp/shut"
	(PATH=$tmp/shut:$PATH; run no-such-program 2>/dev/null)
	is "$?" 127 "a closed folder in PATH hides nothing ($about)"
	(cd "$tmp/c" && PATH=$tmp/a::$PATH && run prog)
	is "$?" 9 "an empty folder in PATH is the working directory ($about)"
}

# A child cannot always be had: a limit of the namespace itself.
no_child() {
	[ "$where" = pid1 ] || return 0
	mkdir -p "$tmp/proc"
	# shellcheck disable=SC2016	# for the shell inside
	said=$(unshare --mount --pid --fork --kill-child sh -c '
		mount -t proc proc "$1" &&
		echo 301 >"$1/sys/kernel/pid_max" || exit 99
		i=2
		while [ $i -lt 300 ]; do sleep 100 & i=$((i + 1)); done
		exec "$2" true' sh "$tmp/proc" "$init" 2>&1)
	code=$?
	if [ $code = 99 ]; then
		skip "no child can be made: 125 ($about)" \
			"pid_max is not the namespace's own"
	else
		is "$code $said" \
			"125 kith-init: cannot make a child: Resource temporarily unavailable" \
			"no child can be made: 125 ($about)"
	fi
}

everywhere codes complaints answers inherited no_child
done_testing

#!/bin/sh
# Would the race detectors, and our own assertions, notice?  Each patch in
# tests/planted/ puts one bug into a copy of the tree; the stress test is built
# there and run, and what the patch says must catch it.
. "$(dirname "$0")/tap.sh"

for tool in patch valgrind make; do
	command -v $tool >/dev/null || skip_all "$tool is not installed"
done

suppress=suppressions=$srcdir/tests/tsan.supp
test=tests/t-mt-lives

# build HOW: the stress test, in the copy; O of each HOW is its own.
build() {
	case $1 in
	tsan)	  flags='SAN=thread' ;;
	helgrind) flags='HELGRIND=1' ;;
	*)	  flags= ;;
	esac
	# shellcheck disable=SC2086	# flags are words
	make -s -C "$tmp/tree" $flags O="$tmp/$1" "$tmp/$1/$test"
}

# run HOW: what it says, on both streams.  It may hang: that is one of the bugs.
run() {
	case $1 in
	tsan)
		TSAN_OPTIONS=$suppress:exitcode=66 KITH_LIVES=20000 \
			timeout 120 setarch -R "$tmp/$1/$test" ;;
	helgrind)
		KITH_LIVES=1500 timeout 300 valgrind -q --tool=helgrind \
			--fair-sched=yes --free-is-write=yes \
			--suppressions="$srcdir/tests/helgrind.supp" \
			"$tmp/$1/$test" ;;
	*)
		timeout 120 "$tmp/$1/$test" ;;
	esac 2>&1
}

# notices HOW TEXT: does a run show it?  What depends on luck is tried again.
notices() {
	for _ in 1 2 3 4 5; do
		run "$1" >"$tmp/said"
		grep -qF "$2" "$tmp/said" && return 0
	done
	return 1
}

copy_tree() {
	rm -rf "$tmp/tree"
	mkdir "$tmp/tree"
	(cd "$srcdir" && cp -r GNUmakefile base namespace credentials signal \
		wait loader process include sim pid1 tests "$tmp/tree")
}

copy_tree
for how in plain tsan helgrind; do
	build $how
	case $how in
	plain)	  text='not ok' ;;
	tsan)	  text='ThreadSanitizer' ;;
	helgrind) text='Possible data race' ;;
	esac
	run $how >"$tmp/said"
	! grep -F "$text" "$tmp/said" >&2
	ok $? "without a bug, $how has nothing to say"
done

for patch in "$srcdir"/tests/planted/*.patch; do
	by=$(sed -n 's/^caught by: //p' "$patch")
	name=$(basename "$patch" .patch)
	copy_tree
	patch -s -p1 -d "$tmp/tree" <"$patch"
	ok $? "$name still applies" || continue
	case $by in
	tsan)	       how=tsan     text='WARNING: ThreadSanitizer: ' ;;
	helgrind)      how=helgrind text='Possible data race' ;;
	assertion:\ *) how=plain    text=${by#assertion: } ;;
	esac
	build $how || { ok 1 "$name builds"; continue; }
	# A claim of the test itself is in its output in any case: it must fail.
	case $how in plain)
		grep -qF "$text" "$srcdir/$test.c" && text="not ok: $text" ;;
	esac
	notices $how "$text"
	ok $? "$name is caught by $by" || sed 's/^/# /' "$tmp/said" | tail -20 >&2
done
done_testing

#!/bin/sh
# Scenarios on the kernel this runs on: kith run --on linux, kith conform.
. "$(dirname "$0")/tap.sh"

kith=$O/kith
orphan=$srcdir/tests/scenarios/orphan.kith

cat >"$tmp/one.kith" <<'END'
1 getpid() = 1
END
if ! why=$("$kith" conform "$tmp/one.kith" 2>&1); then
	skip_all "$why"
fi

# --- the same as the model ---------------------------------------------------

"$kith" run "$orphan" >"$tmp/model"
"$kith" run --on linux "$orphan" >"$tmp/linux" 2>"$tmp/err"
is "$?" 0 "a scenario runs on linux"
cmp -s "$tmp/model" "$tmp/linux"
ok $? "and what is printed is what the model prints"
is "$(cat "$tmp/err")" "" "without a word on stderr"

"$kith" conform "$orphan" "$srcdir/tests/scenarios/exec-by-another-thread.kith" \
	>"$tmp/out" 2>"$tmp/err"
is "$?" 0 "two scenarios conform"
matches "$(cat "$tmp/out" "$tmp/err")" "2 files, * calls on both, 0 differ, 0 not run" \
	"and there is one line that says so"
matches "$("$kith" conform --format json "$orphan")" \
	'{"what":"end","files":1,"calls":*,"differ":0,"skipped":0}' "in JSON, too"

# --- what is written is checked on Linux -------------------------------------

cat >"$tmp/wrong.kith" <<'END'
1 fork() = 2
2 exit_group(3)
1 wait4(2, [{WIFEXITED(s) && WEXITSTATUS(s) == 4}]) = 2
END
"$kith" run --on linux "$tmp/wrong.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 1 "an expectation that does not hold on linux fails"
matches "$(cat "$tmp/err")" \
	"*wrong.kith:3:12: wait4: expected *== 4}], got *== 3}]" \
	"and is told with line and column"
"$kith" conform "$tmp/wrong.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 1 "conform checks what is written, too"

cat >"$tmp/proc.kith" <<'END'
1 fork() = 2
2 fork() = 3
2 exit_group(3)
@ 1 State: R (running)
@ 2 State: Z (zombie)
@ 3 PPid: 1
@ 1 children: 2 3
@ 3 stat.state: R
@ 3 comm: init
1 wait4(2) = 2
@ 2 gone
END
"$kith" run --on linux "$tmp/proc.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 0 "fields of the kernel's own /proc are as expected"

# --- what the load decides is not compared -----------------------------------

cat >"$tmp/time.kith" <<'END'
1 spend({utime=20ms, minflt=300}) = 0
1 getrusage(RUSAGE_SELF, {ru_utime={tv_sec=7, tv_usec=0}, ...}) = 0
1 times(NULL) = 5
END
"$kith" run --on linux "$tmp/time.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 0 "times are not compared on linux"
"$kith" run "$tmp/time.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 1 "in the model they are"

# --- choices -----------------------------------------------------------------

cat >"$tmp/choice.kith" <<'END'
1 fork() = 2
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 3
2 clone(flags=CLONE_VM|CLONE_SIGHAND|CLONE_THREAD) = 4
2 fork() = 5
3 fork() = 6
4 fork() = 7
4 fork() = 8
3 exit_group(0)
@ 1 children: ...
END
"$kith" run --on linux "$tmp/choice.kith" >"$tmp/linux" 2>"$tmp/err"
is "$?" 0 "whichever thread dies first, linux is right"
"$kith" run "$tmp/linux" >"$tmp/again"
is "$?" 0 "what linux chose can be run on the model"
cmp -s "$tmp/linux" "$tmp/again"
ok $? "and comes out the same"

sed -e '/exit_group/i # order: 3 4 2' "$tmp/choice.kith" >"$tmp/ordered.kith"
"$kith" run "$tmp/choice.kith" | tail -1 >"$tmp/plain"
"$kith" run "$tmp/ordered.kith" | tail -1 >"$tmp/ordered"
! cmp -s "$tmp/plain" "$tmp/ordered"
ok $? "an order that is written is another order"
printf '# order: one\n1 getpid()\n' >"$tmp/bad.kith"
"$kith" run "$tmp/bad.kith" >"$tmp/out" 2>"$tmp/err"
is "$? $(cat "$tmp/err")" \
	"2 $tmp/bad.kith:1:10: expected a thread's number, got 'one'" \
	"an order that is none is a mistake in the file"

# --- what is missing ---------------------------------------------------------

printf '# needs: linux >= 6.18\n1 getpid() = 1\n' >"$tmp/needs.kith"
"$kith" run "$tmp/needs.kith" >"$tmp/out"
is "$?" 0 "the model is a 6.18"
printf '# needs: linux >= 7.0\n1 getpid() = 1\n' >"$tmp/needs.kith"
"$kith" conform "$tmp/needs.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 3 "a newer kernel than there is cannot be had"
matches "$(cat "$tmp/err")" "*needs.kith:1: this needs linux >= 7.0*" "and is named"
is "$(cat "$tmp/out")" "1 files, 0 calls on both, 0 differ, 1 not run" \
	"what was not run is counted"
printf '# needs: CAP_NET_RAW, CAP_NO_SUCH\n' >"$tmp/needs.kith"
"$kith" run "$tmp/needs.kith" >"$tmp/out" 2>"$tmp/err"
is "$?" 2 "a capability that there is not is a mistake in the file"

if command -v strace >/dev/null; then
	for call in unshare mount pivot_root; do
		# A leak detector cannot work while somebody traces it.
		ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" \
			strace -f -qq -o /dev/null -e "inject=$call:error=EPERM" \
			"$kith" conform "$orphan" >"$tmp/out" 2>"$tmp/err"
		is "$?" 3 "$call that is not permitted: there is no linux to be had"
		matches "$(cat "$tmp/err")" "*: cannot be run on linux here: *not permitted" \
			"with the reason"
	done
else
	skip "namespaces that are not permitted" "strace is not installed"
fi

# --- by somebody ordinary ----------------------------------------------------

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null &&
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U true 2>/dev/null; then
	chmod 755 "$tmp"
	cp "$kith" "$orphan" "$tmp"
	chmod 755 "$tmp/kith" "$tmp/orphan.kith"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$tmp/kith" conform "$tmp/orphan.kith" >"$tmp/out" 2>"$tmp/err"
	is "$?" 0 "an ordinary user can ask linux, too"
	cat "$tmp/err" >&2
else
	skip "an ordinary user can ask linux, too" "no user namespaces"
fi

# --- all of them -------------------------------------------------------------

"$kith" conform "$srcdir"/tests/scenarios/*.kith >"$tmp/out" 2>&1
status=$?
[ "$status" -eq 3 ] && status=0 # what this kernel does not have is skipped
sed 's/^/# /' "$tmp/out" >&2
ok "$status" "every scenario holds on linux"

done_testing

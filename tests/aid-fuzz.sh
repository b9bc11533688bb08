# For long runs of libFuzzer on one of kith-init's readers; to be sourced first,
# instead of tap.sh.
#
#	fuzz NAME MOST SOURCE...
#
# gives tests/init-NAMEfuzz.h inputs of at most so many bytes, for half an hour;
# 20 s without KITH_SOAK.  It begins with tests/fuzz/NAME; what it finds is left in
# $O/fuzz-init-NAME, and in kept.found there is what should replace tests/fuzz/
# NAME/found.

. "$(dirname "$0")/tap.sh"
command -v clang >/dev/null || skip_all "clang is not installed"

# apart FILE FOLDER: the inputs of a file that holds several, as tests/corpus.h
# has it.
apart() {
	perl -e '$/ = "\x1d"; open IN, "<", shift; chdir shift;
		while (<IN>) { chomp; open OUT, ">", "found-" . ++$n; print OUT }' \
		"$1" "$2"
}

# together FILE...: and back.
together() {
	perl -0777 -e 'for (@ARGV) { open IN, "<", $_; $_ = <IN>; /\x1d/ or $one{$_} = 1 }
		print map { "$_\x1d" } sort { length $a <=> length $b || $a cmp $b }
			grep { length } keys %one' "$@"
}

fuzz() {
	name=$1 most=$2
	shift 2
	seconds=20
	[ -z "${KITH_SOAK:-}" ] || seconds=1800
	there=$O/fuzz-init-$name
	rm -rf "$there/begin" "$there/kept"
	mkdir -p "$there/begin" "$there/found" "$there/kept"
	cp "$srcdir/tests/fuzz/$name"/* "$there/begin"
	rm "$there/begin/found"
	apart "$srcdir/tests/fuzz/$name/found" "$there/begin"
	clang -g -O1 -std=c11 -D_GNU_SOURCE -I"$srcdir" -I"$srcdir/include" \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-DFUZZ_HEADER="\"tests/init-${name}fuzz.h\"" \
		-DFUZZ_ONE="${name}fuzz_one" \
		-o "$there/fuzz" "$srcdir/tests/fuzz/one.c" "$@" || exit 1
	"$there/fuzz" -max_total_time=$seconds -max_len="$most" -timeout=10 \
		-use_value_profile=1 -artifact_prefix="$there/" \
		"$there/found" "$there/begin" >"$there/log" 2>&1
	status=$?
	sed -n 's/^Done /# /p' "$there/log"
	ok $status "$seconds seconds of hostile bytes are refused and do no harm" ||
		tail -n 40 "$there/log" | sed 's/^/# /' >&2
	# The least that reaches as much: for tests/fuzz/NAME/found.
	"$there/fuzz" -merge=1 -max_len=600 "$there/kept" "$there/begin" \
		"$there/found" >"$there/log.kept" 2>&1
	sed -n 's/^MERGE-OUTER: \(.* new coverage edges\)$/# \1/p' "$there/log.kept"
	together "$there/kept"/* >"$there/kept.found"
}

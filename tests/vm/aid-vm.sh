# For tests in a virtual machine; to be sourced first, instead of tap.sh.
#
#	boot [OPTION...] -- FILE[=PLACE]...
#
# packs the files (see pack.sh) and runs vm-run with these options.  Sets $code,
# its status; $ended, how the machine did; and leaves $tmp/vm/console and
# $tmp/vm/results.  What the guest shall do is for a script, which
#
#	script NAME <<'END'
#
# makes, in $tmp.  On a failure, trouble shows what there is to see.

. "$(dirname "$0")/../tap.sh"

vm=$O/vm
[ ! -s "$vm/why-not" ] || skip_all "$(cat "$vm/why-not")"
[ -s "$vm/vmlinuz" ] || skip_all "there is no kernel; make check-vm gets one"

script() {
	cat >"$tmp/$1"
	chmod +x "$tmp/$1"
}

boot() {
	rm -rf "$tmp/vm"
	mkdir "$tmp/vm"
	options=0
	for word; do
		[ "$word" != -- ] || break
		options=$((options + 1))
	done
	(
		shift $((options + 1))
		exec sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/initramfs" "$@"
	) || exit 1
	# The options to the end, and what they stood before away.
	files=$(($# - options))
	while [ "$options" -gt 0 ]; do
		set -- "$@" "$1"
		shift
		options=$((options - 1))
	done
	shift "$files"
	"$O/tests/vm-run" -k "$vm/vmlinuz" -i "$tmp/initramfs" -o "$tmp/vm" \
		"$@" 2>"$tmp/vm/said"
	code=$?
	ended=$(cat "$tmp/vm/end")
	rm -f "$tmp/initramfs"
}

# To be said after a failed ok or is: ok ... || trouble
trouble() {
	for file in said results console; do
		[ ! -s "$tmp/vm/$file" ] || tail -n 30 "$tmp/vm/$file" | sed "s/^/#   $file: /"
	done >&2
}

#!/bin/sh
# conform.sh [FILE...]: the corpus, or these transcripts, on the model and on
# Debian's Linux 6.1 in a virtual machine, as root.  For make conform-vm.
#
# FUZZ=ARGUMENTS: kith fuzz with these arguments as well, in the same machine.
#
# The status is kith conform's: 0, or 1 if something differs; what 6.1 does not
# have is told and is no difference.
. "$(dirname "$0")/../tap.sh"
vm=$O/vm
if [ -s "$vm/why-not" ] || [ ! -s "$vm/vmlinuz" ]; then
	echo "conform-vm: SKIPPED: $(cat "$vm/why-not" 2>/dev/null ||
		echo "there is no kernel in $vm")"
	exit 0
fi

[ $# -gt 0 ] || set -- "$srcdir"/tests/rules/*.kith \
	"$srcdir"/tests/scenarios/*.kith
mkdir "$tmp/corpus" "$tmp/vm"
for file; do
	folder=$tmp/corpus/$(basename "$(dirname "$file")")
	mkdir -p "$folder" && cp "$file" "$folder" || exit 2
done
cat >"$tmp/run" <<END
#!/bin/sh
export NO_COLOR=1
cd /corpus
kith conform */*.kith
status=\$?
[ \$status = 3 ] && status=0
fuzz='${FUZZ:-}'
if [ \$status = 0 ] && [ "\$fuzz" ]; then
	kith fuzz \$fuzz
	status=\$?
fi
echo "on Linux \$(uname -r)"
exit \$status
END
chmod +x "$tmp/run"
sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/initramfs" "$tmp/run=/run" \
	"$O/kith=/bin/kith" "$tmp/corpus=/corpus" || exit 1
"$O/tests/vm-run" -k "$vm/vmlinuz" -i "$tmp/initramfs" -o "$tmp/vm" \
	-t "${LIMIT:-900}" -m 512
code=$?
cat "$tmp/vm/results"
[ $code -lt 2 ] || sed 's/^/console: /' "$tmp/vm/console"
exit $code

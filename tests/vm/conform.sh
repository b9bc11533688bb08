#!/bin/sh
# conform.sh [-t SECONDS] [FILE...]: the scenarios, or these, in a virtual
# machine with Debian's 6.1 kernel, as root.  For make conform-vm.
set -e
. "$(dirname "$0")/../tap.sh"
vm=$O/vm
limit=600
if [ "${1:-}" = -t ]; then
	limit=$2
	shift 2
fi
if [ -s "$vm/why-not" ] || [ ! -s "$vm/vmlinuz" ]; then
	echo "conform-vm: SKIPPED: $(cat "$vm/why-not" 2>/dev/null ||
		echo "there is no kernel in $vm")"
	exit 0
fi

mkdir "$tmp/scenarios" "$tmp/vm"
[ $# -gt 0 ] || set -- "$srcdir"/tests/scenarios/*.kith
cp "$@" "$tmp/scenarios"
cat >"$tmp/run" <<'END'
#!/bin/sh
cd /scenarios
export NO_COLOR=1
exec kith run *.kith >/dev/null
END
chmod +x "$tmp/run"
sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/initramfs" "$tmp/run=/run" \
	"$O/kith=/bin/kith" "$tmp/scenarios=/scenarios"
code=0
"$O/tests/vm-run" -k "$vm/vmlinuz" -i "$tmp/initramfs" -o "$tmp/vm" \
	-t "$limit" -m 512 || code=$?
tail -n 200 "$tmp/vm/results"
case $code in
0)	echo "conform-vm: $# scenarios on $(uname -s) 6.1, no difference" ;;
1)	echo "conform-vm: there are differences" ;;
*)	echo "conform-vm: trouble, $code"
	tail -n 30 "$tmp/vm/console" | sed 's/^/console: /' ;;
esac
exit $code

#!/bin/sh
# Boot to program, of kith-init and of the smallest init that makes the same
# mounts.  For make bench-vm.
#
# The machine counts instructions instead of time, a nanosecond each, so what is
# compared is work, and another load on this machine does not matter.  What a
# machine with kith-init does before there is any init is the same.
. "$(dirname "$0")/aid-vm.sh"
runs=${RUNS:-5}

build() {
	${MUSL_CC:-$(command -v musl-gcc || echo cc)} -D_GNU_SOURCE -Os -static -s \
		-o "$tmp/$1" "$srcdir/tests/vm/$2.c" || exit 1
}
build peer peer-init
build payload payload
sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/kith-init.img" \
	"$O/kith-init.static=/init" "$tmp/payload=/bin/payload"
sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/peer.img" \
	"$tmp/peer=/init" "$tmp/payload=/bin/payload"

mkdir "$tmp/vm"
once() {
	"$O/tests/vm-run" -I -t 300 -k "$vm/vmlinuz" -i "$tmp/$1.img" \
		-o "$tmp/vm" -a '-- /bin/payload' 2>/dev/null || {
		echo "bench-boot: $1: the machine ended with $?" >&2
		exit 1
	}
	sed -n 's/^payload //p' "$tmp/vm/results" >>"$tmp/$1.ns"
}
median() { sort -n "$tmp/$1.ns" | sed -n "$(((runs + 1) / 2))p"; }

for run in $(seq "$runs"); do
	once kith-init
	once peer
done
echo "$(median kith-init) $(median peer)" | awk -v runs="$runs" '{
	printf "boot to program, in millions of instructions, median of %d:\n", runs
	printf "  kith-init %.2f; the smallest init with the same mounts %.2f; ratio %.5f\n",
		$1 / 1e6, $2 / 1e6, $1 / $2
}'

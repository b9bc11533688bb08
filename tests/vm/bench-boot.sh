#!/bin/sh
# Boot to program, of kith-init, of the smallest init that makes the same mounts,
# and of the smallest that leaves the same machine: see peer-init.c.  For make
# bench-vm.
#
# The machine counts instructions instead of time, a nanosecond each, so what is
# compared is work, and another load on this machine does not matter.  All three
# are in one archive, so what a machine does before there is an init is the same;
# what it takes to unpack kith-init's file, which is larger, is told by an archive
# without it.  The least of some runs is what counts: when the kernel waits for a
# tick of its clock, that is 4 million more.
. "$(dirname "$0")/aid-vm.sh"
runs=${RUNS:-5}

build() {
	# shellcheck disable=SC2086	# a list
	${MUSL_CC:-$(command -v musl-gcc || echo cc)} -D_GNU_SOURCE $3 -Os -static -s \
		-o "$tmp/$1" "$srcdir/tests/vm/$2.c" || exit 1
}
pack() {
	out=$1
	shift
	sh "$srcdir/tests/vm/pack.sh" "$vm" "$tmp/$out.img" "$@" \
		"$tmp/peer=/peer" "$tmp/same=/same" "$tmp/payload=/bin/payload"
}
build peer peer-init
build same peer-init -DSAME
build payload payload
pack all "$O/kith-init.static=/kith-init"
pack without

mkdir "$tmp/vm"
once() { # ARCHIVE INIT
	"$O/tests/vm-run" -I -t 300 -k "$vm/vmlinuz" -i "$tmp/$1.img" \
		-o "$tmp/vm" -a "rdinit=/$2 -- /bin/payload" 2>/dev/null || {
		echo "bench-boot: $2: the machine ended with $?" >&2
		exit 1
	}
	sed -n 's/^payload //p' "$tmp/vm/results" >>"$tmp/$1-$2.ns"
}
least() { sort -n "$tmp/$1.ns" | head -n 1; }

for run in $(seq "$runs"); do
	once all kith-init
	once all same
	once all peer
	once without peer
done
echo "$(least all-kith-init) $(least all-same) $(least all-peer) $(least without-peer)" |
	awk -v runs="$runs" '{
	printf "boot to program, in millions of instructions, least of %d:\n", runs
	printf "  kith-init                               %.2f\n", $1 / 1e6
	printf "  the smallest init with the same result  %.2f; ratio %.5f\n", $2 / 1e6, $1 / $2
	printf "  the smallest init with the same mounts  %.2f; ratio %.5f\n", $3 / 1e6, $1 / $3
	printf "  and to unpack the file of kith-init     %.2f\n", ($3 - $4) / 1e6
}'

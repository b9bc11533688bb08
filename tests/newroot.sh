#!/bin/sh
# newroot.sh [COMMAND...]
#
# Try what a new user tries: a fresh, minimal Debian 12, a clone of what is
# committed, and then COMMAND in it, as root; ./try and ./check unless told.
#
# The Debian is made once, by debootstrap, and kept under $KITH_ROOT (default
# ${TMPDIR:-/tmp}/kith-root); each run begins with a copy of it.  A chroot would
# not do, for one may not make namespaces in it.  So this is a little container:
# own mount and PID namespaces, its own /dev, and pivot_root.
set -e

# Second half: we are PID 1 in namespaces of our own; $2 is to become the root.
if [ "$1" = --inside ]; then
	root=$2
	shift 2
	mount --make-rprivate /
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	# Package scripts change nodes in /dev, so the host's must not be seen.
	mount -t tmpfs -o mode=755 dev "$root/dev"
	for node in null zero full random urandom tty; do
		cp -a "/dev/$node" "$root/dev"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
	mount -t tmpfs shm "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	cd "$root"
	mkdir -p .old
	pivot_root . .old
	umount -l /.old
	cd /root/kith
	for command; do
		echo "==== newroot: $command"
		sh -c "$command"
	done
	echo "==== newroot: all well"
	exit
fi

srcdir=$(cd "$(dirname "$0")/.." && pwd)
cache=${KITH_ROOT:-${TMPDIR:-/tmp}/kith-root}
[ $# -gt 0 ] || set -- ./try ./check

if [ "$(id -u)" -ne 0 ]; then
	echo "newroot: only root can make one" >&2
	exit 3
fi
for tool in debootstrap git; do
	command -v $tool >/dev/null || {
		echo "newroot: $tool is not installed" >&2
		exit 3
	}
done

# The mirror that this machine uses, in either of apt's two notations.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
	/etc/apt/sources.list.d/*.sources 2>/dev/null |
	sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' \
	    -e 's/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\) .*/\2/p' |
	grep -v -e security | grep -m 1 debian) || mirror=http://deb.debian.org/debian

if [ ! -e "$cache/debian.done" ]; then
	echo "==== newroot: debootstrap from $mirror into $cache/debian"
	rm -rf "$cache/debian"
	mkdir -p "$cache"
	debootstrap --variant=minbase bookworm "$cache/debian" "$mirror" >"$cache/log" || {
		tail "$cache/log" >&2
		exit 3
	}
	touch "$cache/debian.done"
fi

root=$cache/run
rm -rf --one-file-system "$root"
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' HUP INT TERM
cp -a "$cache/debian" "$root"
# apt inside reaches the network as apt outside does.
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
apt-config dump | grep '^Acquire::\(http\|https\|ftp\|Retries\)' \
	>"$root/etc/apt/apt.conf.d/99outside" || :
git clone -q --no-local "$srcdir" "$root/root/kith"

# Nothing of this machine's set-up is a new user's, but for the way out.
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
	${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
	unshare --mount --pid --fork --kill-child "$0" --inside "$root" "$@"

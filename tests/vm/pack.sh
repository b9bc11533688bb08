#!/bin/sh
# pack.sh PARTS INITRAMFS FILE[=PLACE]...: pack these into an initramfs.
#
# FILE lands at PLACE, or where it is; a folder brings all that is in it; a
# program that is not static brings its libraries.  busybox, with its names
# linked to it in /bin, is always there: it is the machine's shell.
#
# With no init among them, the machine's init is tests/vm/init, which runs /run
# and tells its status.
set -e
parts=$1 out=$2
shift 2
here=$(dirname "$0")
umask 022
root=$(mktemp -d "${TMPDIR:-/tmp}/kith-pack.XXXXXX")
chmod 755 "$root"
trap 'rm -rf "$root"' EXIT
trap 'exit 130' HUP INT TERM

put() { # FILE PLACE
	mkdir -p "$root/$(dirname "$2")"
	cp -RL "$1" "$root/$2"
	[ -f "$1" ] || return 0
	ldd "$1" 2>/dev/null | sed -nE 's/^.*[[:space:]](\/[^ ]+) \(0x.*$/\1/p' |
		while read -r library; do
			[ ! -e "$root/$library" ] || continue
			mkdir -p "$root/$(dirname "$library")"
			cp -L "$library" "$root/$library"
		done
}

mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/tmp"
put "$parts/busybox" /bin/busybox
for name in $("$root/bin/busybox" --list); do
	[ -e "$root/bin/$name" ] || ln -s busybox "$root/bin/$name"
done
for file; do
	case $file in
	*=*)	put "${file%%=*}" "${file#*=}" ;;
	*)	put "$file" "$file" ;;
	esac
done
[ -e "$root/init" ] || put "$here/init" /init

rm -f "$out"
(cd "$root" && find . -print0 | LC_ALL=C sort -z |
	cpio --null --create --quiet --format=newc --owner=+0:+0) >"$out"

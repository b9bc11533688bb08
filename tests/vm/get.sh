#!/bin/sh
# get.sh FOLDER: what a virtual machine is made of, into FOLDER: Debian's cloud
# kernel as vmlinuz, and busybox, static.
#
# Taken out of their packages, not installed: a kernel that is installed makes
# an initrd and looks for a boot loader, which is none of ours.  Where the
# machine has them already, they are taken from there.  If they can't be had,
# FOLDER/why-not says so, and the tests that need them skip with its words.
set -e
mkdir -p "$1"
cd "$1"
[ ! -s vmlinuz ] || [ ! -s busybox ] || exit 0

why_not() {
	echo "$*" >why-not
	echo "== No virtual machine: $*"
	exit 0
}

# out_of PACKAGE PATTERN NAME: the first file like that, under our name.
out_of() {
	rm -rf unpack
	mkdir unpack
	(cd unpack && apt-get download -qq -o APT::Sandbox::User=root "$1") \
		>log 2>&1 || why_not "$1 cannot be downloaded: $(tail -1 log)"
	dpkg-deb --fsys-tarfile unpack/*.deb |
		tar -xf - -C unpack --wildcards "$2"
	# shellcheck disable=SC2086	# a pattern
	mv unpack/$2 "$3"
	rm -rf unpack log
}

# The package by the plain name is empty but for what it depends on.
versioned() {
	apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-6\.1\.[^ ]*\)$/\1/p' | head -1
}

[ "$(uname -m)" = x86_64 ] || why_not "this is not an x86-64 machine"
command -v qemu-system-x86_64 >/dev/null ||
	why_not "qemu-system-x86_64 is not installed"
command -v cpio >/dev/null || why_not "cpio is not installed"

for kernel in /boot/vmlinuz-6.1.*-cloud-amd64; do
	[ ! -r "$kernel" ] || cp "$kernel" vmlinuz
done
if busybox=$(command -v busybox) && ! ldd "$busybox" >/dev/null 2>&1; then
	cp "$busybox" busybox
fi
command -v apt-get >/dev/null || [ -s vmlinuz ] ||
	why_not "there is no apt-get to get a kernel with"
if [ ! -s vmlinuz ]; then
	package=$(versioned)
	if [ ! "$package" ] && [ "$(id -u)" = 0 ]; then
		apt-get update -qq >/dev/null 2>&1 || :
		package=$(versioned)
	fi
	[ "$package" ] || why_not "apt knows no linux-image-cloud-amd64 6.1"
	out_of "$package" './boot/vmlinuz-*' vmlinuz
fi
[ -s busybox ] || out_of busybox-static ./bin/busybox busybox
rm -f why-not

# To be sourced: need PACKAGE... installs those Debian packages that are missing.
#
# Nothing is done, and nobody asked for a password, when all are there.  On a
# system without apt it says what is wanted and goes on: it may well be there
# under another name.

need() {
	missing=
	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = \
			installed ] || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0

	if ! command -v apt-get >/dev/null; then
		echo "== This is not Debian.  What Debian calls$missing is needed."
		return 0
	fi
	if [ "$(id -u)" -eq 0 ]; then
		as_root=
	elif command -v sudo >/dev/null; then
		as_root=sudo
	else
		echo "== To install what is missing one must be root, and there is no sudo."
		echo "   As root, run:  apt-get install --no-install-recommends$missing"
		exit 3
	fi
	echo "== Installing$missing"
	# shellcheck disable=SC2086	# a list
	$as_root apt-get update -qq &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends $missing >/dev/null || {
		echo "== That did not work."
		exit 3
	}
}

#!/bin/sh
# What make install gives to others is complete, and uninstall leaves nothing.
. "$(dirname "$0")/tap.sh"
CC=${CC:-cc}

make() {
	command make --no-print-directory -s -f "$srcdir/GNUmakefile" O="$O" \
		CC="$CC" "$@"
}

# A staged install, as for a package.
make install DESTDIR="$tmp/stage" PREFIX=/opt/kith >"$tmp/log" 2>&1
ok $? "make install puts everything under DESTDIR" || cat "$tmp/log" >&2
for f in bin/kith bin/kith-init lib/libkith.a lib/libkith.so lib/libkith.so.0 \
	 lib/pkgconfig/kith.pc include/kith/kith.h lib/libkith-service.a \
	 lib/libkith-service.so lib/libkith-service.so.0 \
	 lib/pkgconfig/kith-service.pc include/kith/service.h; do
	test -s "$tmp/stage/opt/kith/$f"
	ok $? "$f is installed"
done
is "$(find "$tmp/stage/opt/kith/share/man" -type f | sed 's|.*/||' | sort)" \
	"$(find "$srcdir/man" -name '*.[1357]' | sed 's|.*/||' | sort)" \
	"every manual page is installed"
is "$(cd "$tmp/stage" && find . -mindepth 1 -maxdepth 1)" "./opt" \
	"nothing is put outside of PREFIX"
matches "$(cat "$tmp/stage/opt/kith/lib/pkgconfig/kith.pc")" \
	"prefix=/opt/kith*" "kith.pc does not know of DESTDIR"
make uninstall DESTDIR="$tmp/stage" PREFIX=/opt/kith
is "$(find "$tmp/stage" ! -type d)" "" "uninstall leaves no file"
is "$(find "$tmp/stage" -name kith -type d)" "$tmp/stage/opt/kith" \
	"and no folder of our own"

# A real one, and a stranger's program.
make install PREFIX="$tmp/usr" >"$tmp/log" 2>&1
ok $? "make install works without DESTDIR" || cat "$tmp/log" >&2
export PKG_CONFIG_PATH="$tmp/usr/lib/pkgconfig"
cat >"$tmp/ten-lines.c" <<'END'
#include <stdio.h>
#include <kith/kith.h>

int main(void)
{
	struct kith_machine *m = kith_new(NULL);
	struct kith_call fork = { .nr = KITH_FORK };
	struct kith_result r;

	if (!m || kith_call(m, 1, &fork) || !kith_run(m) ||
	    kith_result(m, 1, &r))
		return 1;
	printf("%s: fork() = %d\n", kith_version(), (int)r.value);
	kith_free(m);
	return 0;
}
END
expected="$(pkg-config --modversion kith): fork() = 2"

# build NAME FLAGS...: what the compiler, or else the program, has to say.
build() {
	# shellcheck disable=SC2086,SC2068	# flags are lists
	$CC -std=c11 -Wall -Wextra -Werror -o "$tmp/$1" "$tmp/ten-lines.c" \
		$2 $3 2>&1 && LD_LIBRARY_PATH="$tmp/usr/lib" "$tmp/$1" 2>&1
}
is "$(build shared "$(pkg-config --cflags --libs kith)")" "$expected" \
	"a program can be linked with the shared library"
matches "$(LD_LIBRARY_PATH="$tmp/usr/lib" ldd "$tmp/shared")" \
	"*libkith.so.0 => $tmp/usr/lib*" "and then uses it, by its soname"
is "$(build archive -static "$(pkg-config --static --cflags --libs kith)")" \
	"$expected" "a static program can be linked with the archive"

# The service library, which needs nothing of the other.
cat >"$tmp/ten-lines.c" <<'END'
#include <stdio.h>
#include <kith/service.h>

int main(void)
{
	struct kith_service *s = kith_service_new(NULL);
	struct kith_spawned c;

	if (kith_service_spawn(s, &(struct kith_spawn){ .command = "true",
							.wait = true }, &c))
		return 1;
	printf("it exited with %d\n", c.end.code);
	return kith_service_free(s);
}
END
is "$(build service "$(pkg-config --cflags --libs kith-service)")" \
	"it exited with 0" "a program can be linked with the service library"
matches "$(LD_LIBRARY_PATH="$tmp/usr/lib" ldd "$tmp/service" | tr '\n' ' ')" \
	"*libkith-service.so.0 => $tmp/usr/lib*" "by its soname"
is "$(LD_LIBRARY_PATH="$tmp/usr/lib" ldd "$tmp/service" | grep -e urcu -e 'libkith\.')" \
	"" "and comes without liburcu and without the model"
is "$(build service-archive -static "$(pkg-config --static --cflags --libs kith-service)")" \
	"it exited with 0" "or with its archive"

# Headers stand alone, in C and in C++, whatever warnings their reader likes.
for h in "$tmp"/usr/include/kith/*.h; do
	name=kith/${h##*/}
	echo "#include <$name>" >"$tmp/alone.c"
	is "$($CC -std=c11 -Wall -Wextra -pedantic -Werror -I"$tmp/usr/include" \
		-fsyntax-only "$tmp/alone.c" 2>&1)" "" "<$name> stands alone in C"
	if command -v g++ >/dev/null; then
		is "$(g++ -Wall -Wextra -pedantic -Werror -I"$tmp/usr/include" \
			-fsyntax-only -x c++ "$tmp/alone.c" 2>&1)" "" \
			"<$name> stands alone in C++"
	else
		skip "<$name> stands alone in C++" "g++ is not installed"
	fi
done

done_testing

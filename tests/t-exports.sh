#!/bin/sh
# What the library shows to those who link with it: the functions that its
# headers declare with KITH_API, and no other name.
. "$(dirname "$0")/tap.sh"

# The headers with comments and preprocessor lines taken out, one statement on
# each line; of those, the names of the functions declared.
declared() {
	cat "$@" | sed 's|//.*||; /^[[:space:]]*#/d' | tr '\n\t' '  ' |
		sed 's|/\*|\n&|g' | sed 's|^/\*.*\*/||' | tr -d '\n' | tr ';{}' '\n\n\n' |
		sed -n 's/.*KITH_API[^(]*[ *]\(kith_[a-z0-9_]*\) *(.*/\1/p' | sort -u
}

shared() {
	nm -D --defined-only "$1" | sed 's/^.* //; s/@.*//' | sort -u
}

archived() {
	nm -g --defined-only "$1" | sed -n 's/^.* [A-Z] //p' | sort -u
}

cat >"$tmp/plain.h" <<'END'
/* A remark; with KITH_API int kith_not_this(void); in it. */
#define KITH_API __attribute__((visibility("default")))
struct kith_machine;
typedef long (*kith_hook)(void *, int);
KITH_API struct kith_machine *kith_new(const struct kith_config *);
KITH_API void
kith_free(struct kith_machine *m); /* one; two */
KITH_API int kith_print(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
int kith_undeclared(void);
END
is "$(declared "$tmp/plain.h" | tr '\n' ' ')" "kith_free kith_new kith_print " \
	"declarations are read as meant"

# exports LIBRARY HEADER...
exports() {
	library=$1
	shift
	declared "$@" >"$tmp/declared"
	shared "$O/$library.so.0" >"$tmp/shared"
	archived "$O/$library.a" >"$tmp/archived"

	test -s "$tmp/declared"
	ok $? "the headers declare functions ($library)"
	is "$(grep -v '^kith_' "$tmp/shared")" "" \
		"the shared library exports kith_ only ($library)"
	is "$(grep -v '^kith_' "$tmp/archived")" "" \
		"the archive exports kith_ only ($library)"
	is "$(comm -23 "$tmp/declared" "$tmp/shared")" "" \
		"all that is declared is in the shared library ($library)"
	is "$(comm -23 "$tmp/declared" "$tmp/archived")" "" \
		"all that is declared is in the archive ($library)"
	is "$(comm -13 "$tmp/declared" "$tmp/shared")" "" \
		"nothing is exported that is not declared ($library)"
}

# The service library has one header, and libkith has the others.
for h in "$srcdir"/include/kith/*.h; do
	case $h in
	*/service.h)	service=$h ;;
	*)		model="$model $h" ;;
	esac
done
# shellcheck disable=SC2086	# a list
exports libkith $model
exports libkith-service "$service"

# Would they notice?
echo 'int kith_a(void); int kith_a(void) { return 0; }
int leak(void); int leak(void) { return 0; }' >"$tmp/a.c"
${CC:-cc} -fPIC -c -o "$tmp/a.o" "$tmp/a.c"
${CC:-cc} -shared -o "$tmp/a.so" "$tmp/a.o"
ar rc "$tmp/a.a" "$tmp/a.o"
is "$(shared "$tmp/a.so" | grep -v '^kith_'; archived "$tmp/a.a" | grep -v '^kith_')" \
	"leak
leak" "a name that leaks out is seen in both"

# kith-init is made of what can do without threads and without liburcu.
wants() {
	nm --undefined-only "$@" | sed -n 's/^ *U \(urcu_\|rcu_\|pthread_\|call_rcu\)/\1/p' |
		sort -u
}
# shellcheck disable=SC2046	# a list
is "$(wants $(ls "$O"/pid1/*.o | grep -v '/service[^/]*$'))" "" \
	"kith-init asks for nothing of threads or liburcu"
is "$(wants "$O"/pid1/service*.o | grep -v pthread_)" "" \
	"the service library asks for nothing of liburcu"
if [ -e "$O/kith-init.static" ]; then
	is "$(nm "$O/kith-init.static" | sed -n 's/^.* \(urcu_\|rcu_\|call_rcu\|pthread_create\)/\1/p')" \
		"" "and there is nothing of them in the static one"
else
	skip "and there is nothing of them in the static one" "it was not built: no musl-gcc"
fi

done_testing

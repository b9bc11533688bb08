/*
 * The producer of test lines; tap.h says how to use it.
 *
 * A forked child shares our stdout and a copy of our counters.  So nothing may
 * wait in a buffer, or it would be printed twice, and only the process that
 * the program began as may print numbers or the plan.
 */
#include "tests/tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pid_t owner;
static int tests, failures;

__attribute__((constructor)) static void begin(void)
{
	owner = getpid();
	setvbuf(stdout, NULL, _IONBF, 0);
}

/* Our text, made safe: # begins a directive and a newline ends the line. */
static const char *text(const char *fmt, va_list ap)
{
	static _Thread_local char buf[1024];

	vsnprintf(buf, sizeof(buf), fmt, ap);
	for (char *p = buf; *p; p++)
		if (*p == '#' || *p == '\n')
			*p = ' ';
	return buf;
}

/* detail tells a reader of the failure what was seen. */
static bool report(bool pass, const char *file, int line, const char *detail,
		   const char *claim)
{
	bool child = getpid() != owner;

	if (!child)
		printf("%sok %d - %s\n", pass ? "" : "not ", ++tests, claim);
	if (pass)
		return true;
	fprintf(stderr, "# not ok%s: %s\n#   at %s:%d\n%s",
		child ? " in a child" : "", claim, file, line, detail);
	if (child)
		_exit(99);
	failures++;
	return false;
}

bool tap_ok(bool pass, const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	const char *claim;

	va_start(ap, fmt);
	claim = text(fmt, ap);
	va_end(ap);
	return report(pass, file, line, "", claim);
}

bool tap_is(long got, long want, const char *file, int line, const char *fmt,
	    ...)
{
	va_list ap;
	const char *claim;
	char detail[100];

	snprintf(detail, sizeof(detail), "#   got:  %ld\n#   want: %ld\n", got,
		 want);
	va_start(ap, fmt);
	claim = text(fmt, ap);
	va_end(ap);
	return report(got == want, file, line, detail, claim);
}

/* s as a comment, line by line, so that two texts can be compared by eye. */
static void quote(FILE *out, const char *s)
{
	while (*s) {
		size_t len = strcspn(s, "\n");

		fprintf(out, "#     %.*s\n", (int)len, s);
		s += len + (s[len] == '\n');
	}
}

bool tap_is_str(const char *got, const char *want, const char *file, int line,
		const char *fmt, ...)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;
	va_list ap;
	const char *claim;
	char *detail = NULL;
	size_t size;
	FILE *out = open_memstream(&detail, &size);

	fputs("#   got:\n", out);
	quote(out, got ? got : "(null)");
	fputs("#   want:\n", out);
	quote(out, want ? want : "(null)");
	fclose(out);
	va_start(ap, fmt);
	claim = text(fmt, ap);
	va_end(ap);
	report(same, file, line, detail, claim);
	free(detail);
	return same;
}

void diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (getpid() == owner)
		printf("# %s\n", text(fmt, ap));
	va_end(ap);
}

void skip(int count, const char *why, ...)
{
	va_list ap;
	const char *reason;

	va_start(ap, why);
	reason = text(why, ap);
	va_end(ap);
	if (getpid() != owner)
		return;
	while (count-- > 0)
		printf("ok %d # SKIP %s\n", ++tests, reason);
}

_Noreturn void skip_all(const char *why, ...)
{
	va_list ap;

	va_start(ap, why);
	if (getpid() == owner)
		printf("1..0 # SKIP %s\n", text(why, ap));
	va_end(ap);
	fflush(stdout);
	_exit(0);
}

int done_testing(void)
{
	if (getpid() != owner)
		return failures != 0;
	printf("1..%d\n", tests);
	return failures != 0;
}

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/memory.h"
#include "sim/text.h"

/* --- files -----------------------------------------------------------------
 */

static int cannot(const char *name, const char *why)
{
	fprintf(stderr, "kith: %s: %s\n", name, why);
	return -1;
}

static int read_all(struct source *src, FILE *f)
{
	size_t room = 1 << 16, n;

	src->bytes = must_alloc(room);
	while ((n = fread(src->bytes + src->len, 1, room - src->len, f))) {
		src->len += n;
		if (src->len == room)
			src->bytes = must_grow(src->bytes, room *= 2);
	}
	return ferror(f) ? cannot(src->name, strerror(errno)) : 0;
}

int source_read(struct source *src, const char *path)
{
	bool standard = !strcmp(path, "-");
	struct stat st;
	FILE *f;
	int err;

	*src = (struct source){ .name = standard ? "<stdin>" : path };
	f = standard ? stdin : fopen(path, "rb");
	if (!f)
		return cannot(path, strerror(errno));
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode))
		err = cannot(src->name, strerror(EISDIR));
	else
		err = read_all(src, f);
	if (!standard)
		fclose(f);
	return err;
}

void source_free(struct source *src)
{
	free(src->bytes);
	src->bytes = NULL;
}

/* --- complaints ------------------------------------------------------------
 */

uint32_t column_of(const struct scan *s, const char *p)
{
	uint32_t column = 1;

	for (const char *c = s->line; c < p; c++)
		column += ((unsigned char)*c & 0xc0) != 0x80;
	return column;
}

static bool vfail(struct scan *s, const char *where, const char *fmt,
		  va_list args)
{
	if (!s->failed) {
		s->failed = true;
		s->column = column_of(s, where);
		vsnprintf(s->complaint, sizeof(s->complaint), fmt, args);
	}
	return false;
}

bool fail_at(struct scan *s, const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfail(s, where, fmt, args);
	va_end(args);
	return false;
}

bool fail(struct scan *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfail(s, s->p, fmt, args);
	va_end(args);
	return false;
}

/* What stands here, short enough and printable enough for a message. */
static const char *found(struct scan *s, char *buf, size_t size)
{
	size_t n = name_here(s);

	if (s->p >= s->end)
		return "the end of the line";
	while (!n || (n < 20 && s->p + n < s->end && isalnum(s->p[n])))
		n++;
	if (n > 30)
		n = 30;
	if (n == 1 && !isprint((unsigned char)*s->p))
		snprintf(buf, size, "byte 0x%02x", (unsigned char)*s->p);
	else
		snprintf(buf, size, "'%.*s'", (int)n, s->p);
	return buf;
}

bool expected(struct scan *s, const char *what)
{
	char buf[40];

	skip_space(s);
	return fail(s, "expected %s, got %s", what, found(s, buf, sizeof(buf)));
}

/* --- words -----------------------------------------------------------------
 */

void skip_space(struct scan *s)
{
	for (;;) {
		const char *close;

		while (s->p < s->end &&
		       (*s->p == ' ' || *s->p == '\t' || *s->p == '\r'))
			s->p++;
		if (s->end - s->p < 4 || memcmp(s->p, "/*", 2))
			return;
		close = memmem(s->p + 2, (size_t)(s->end - s->p - 2), "*/", 2);
		if (!close)
			return;
		s->p = close + 2;
	}
}

bool at_end(struct scan *s)
{
	skip_space(s);
	return s->p >= s->end;
}

bool looking_at(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	skip_space(s);
	return (size_t)(s->end - s->p) >= len && !memcmp(s->p, word, len);
}

bool take(struct scan *s, const char *word)
{
	if (!looking_at(s, word))
		return false;
	s->p += strlen(word);
	return true;
}

bool must_take(struct scan *s, const char *word)
{
	char what[40];

	if (take(s, word))
		return true;
	snprintf(what, sizeof(what), "'%s'", word);
	return expected(s, what);
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

size_t name_here(struct scan *s)
{
	size_t n = 0;

	skip_space(s);
	if (s->p < s->end && isdigit((unsigned char)*s->p))
		return 0;
	while (s->p + n < s->end && name_char(s->p[n]))
		n++;
	return n;
}

bool is_name(const char *s, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(s, name, len);
}

bool take_name(struct scan *s, const char *name)
{
	size_t len = name_here(s);

	if (!len || !is_name(s->p, len, name))
		return false;
	s->p += len;
	return true;
}

/* --- numbers ---------------------------------------------------------------
 */

/* The digits here, in the given base; false if none, or too large for 64 bits.
 */
static bool digits(struct scan *s, unsigned base, const char *what, uint64_t *n)
{
	const char *start = s->p;
	uint64_t value = 0;

	for (; s->p < s->end && isxdigit((unsigned char)*s->p); s->p++) {
		unsigned char c = (unsigned char)tolower(*s->p);
		unsigned digit = c - (isdigit(c) ? '0' : 'a' - 10);

		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			return fail_at(s, start, "this number is too large");
		value = value * base + digit;
	}
	if (s->p == start)
		return expected(s, what);
	if (s->p < s->end && name_char(*s->p)) {
		s->p = start;
		return expected(s, what);
	}
	*n = value;
	return true;
}

bool read_decimal(struct scan *s, const char *what, int64_t min, int64_t max,
		  int64_t *n)
{
	const char *start;
	uint64_t value;
	bool minus;

	skip_space(s);
	start = s->p;
	minus = take(s, "-");
	if (s->p >= s->end || !isdigit((unsigned char)*s->p)) {
		s->p = start;
		return expected(s, what);
	}
	if (!digits(s, 10, what, &value))
		return false;
	if (minus ? min >= 0 || value > -(uint64_t)min
		  : min > 0 && value < (uint64_t)min)
		return fail_at(s, start,
			       "this number is too small (at least "
			       "%lld)",
			       (long long)min);
	if (!minus && value > (uint64_t)max)
		return fail_at(s, start,
			       "this number is too large (at most "
			       "%lld)",
			       (long long)max);
	*n = minus ? (int64_t)-value : (int64_t)value;
	return true;
}

bool read_hex(struct scan *s, const char *what, uint64_t *n)
{
	if (!take(s, "0x"))
		return expected(s, what);
	return digits(s, 16, what, n);
}

bool read_unsigned(struct scan *s, const char *what, uint64_t *n)
{
	if (looking_at(s, "0x"))
		return read_hex(s, what, n);
	if (s->p >= s->end || !isdigit((unsigned char)*s->p))
		return expected(s, what);
	return digits(s, 10, what, n);
}

/* --- strings ---------------------------------------------------------------
 */

static bool octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Just after a backslash: the byte that is meant. */
static bool escape(struct scan *s, char *byte)
{
	static const char letters[] = "a\ab\be\033f\fn\nr\rt\tv\v\"\"\\\\''";
	unsigned value = 0;

	for (const char *l = letters; *l && s->p < s->end; l += 2)
		if (*s->p == l[0]) {
			*byte = l[1];
			s->p++;
			return true;
		}
	if (s->p < s->end && octal(*s->p)) {
		for (int i = 0; i < 3 && s->p < s->end && octal(*s->p); i++)
			value = value * 8 + (unsigned)(*s->p++ - '0');
	} else if (s->end - s->p > 1 && *s->p == 'x' && isxdigit(s->p[1])) {
		s->p++;
		for (int i = 0; i < 2 && s->p < s->end && isxdigit(*s->p);
		     i++) {
			char digit[2] = { *s->p++, '\0' };

			value = value * 16 + (unsigned)strtoul(digit, NULL, 16);
		}
	} else {
		return fail(s, "expected an escape of C after the backslash");
	}
	*byte = (char)value;
	return value < 256 ? true : fail(s, "expected a byte, 0 to 255");
}

bool read_quoted(struct scan *s, char **text, size_t *len)
{
	const char *start;
	char *to;

	if (!looking_at(s, "\""))
		return expected(s, "a string in quotes");
	start = s->p++;
	to = *text = pool_alloc(s->pool, (size_t)(s->end - s->p) + 1);
	while (s->p < s->end && *s->p != '"') {
		if (*s->p == '\\') {
			s->p++;
			if (!escape(s, to++))
				return false;
		} else {
			*to++ = *s->p++;
		}
	}
	if (s->p >= s->end)
		return fail_at(s, start, "this string has no end");
	s->p++;
	*len = (size_t)(to - *text);
	*to = '\0';
	return true;
}

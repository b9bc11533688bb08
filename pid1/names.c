#include "pid1/names.h"

#include <errno.h>
#include <string.h>

/* In one piece: a table of pointers would be twice as long. */
static const char names[] =
#define SIGNAL(name, number, action) #name "\0"
#include <kith/signals.def>
	;

const char *signal_name(int sig)
{
	const char *name = names;

	for (; sig > 1 && *name; sig--)
		name += strlen(name) + 1;
	return sig == 1 && *name ? name : NULL;
}

/* The library's list is five times as long, and differs from one to another. */
static const uint8_t errors[] = {
#define ERROR(name, number, text) number,
#include <kith/errors.def>
	EFBIG, EROFS
};
static const char error_texts[] =
#define ERROR(name, number, text) text "\0"
#include <kith/errors.def>
	"File too large\0"
	"Read-only file system\0";

const char *error_text(int err)
{
	const char *text = error_texts;
	size_t i;

	for (i = 0; i < sizeof(errors); i++, text += strlen(text) + 1)
		if (errors[i] == err)
			return text;
	return "unknown error";
}

size_t before(const char *text, const char *any)
{
	const char *at, *c;

	for (at = text; *at; at++)
		for (c = any; *c; c++)
			if (*at == *c)
				return (size_t)(at - text);
	return (size_t)(at - text);
}

char *find_character(const char *text, char c)
{
	for (; *text; text++)
		if (*text == c)
			return (char *)text;
	return NULL;
}

char *numbered(char *to, const char *prefix, uint64_t n)
{
	char digits[20], *d = digits;

	while (*prefix)
		*to++ = *prefix++;
	do
		*d++ = (char)('0' + n % 10);
	while (n /= 10);
	while (d > digits)
		*to++ = *--d;
	*to = '\0';
	return to;
}

static size_t digits_of(const char *text)
{
	size_t n = 0;

	while (text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

/* In capital letters, and perhaps small ones in the text; no locale. */
static bool begins(const char *text, size_t len, const char *with)
{
	for (; *with; with++, text++, len--)
		if (!len || (*text != *with &&
			     (*text < 'a' || *text - 'a' != *with - 'A')))
			return false;
	return true;
}

static bool same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && begins(text, len, name);
}

/* RTMIN, RTMIN+n, RTMAX, RTMAX-n. */
static int real_time(const char *text, size_t len)
{
	bool up = begins(text, len, "RTMIN");
	uint64_t n = 0;

	if (!up && !begins(text, len, "RTMAX"))
		return 0;
	text += 5;
	len -= 5;
	if (len && (*text != (up ? '+' : '-') ||
		    !read_number(text + 1, len - 1, NR_SIGNALS - FIRST_RT, &n)))
		return 0;
	return up ? FIRST_RT + (int)n : NR_SIGNALS - (int)n;
}

int signal_number(const char *text, size_t len)
{
	const char *name;
	uint64_t n;
	int sig;

	if (read_number(text, len, NR_SIGNALS, &n))
		return (int)n;
	if (begins(text, len, "SIG")) {
		text += 3;
		len -= 3;
	}
	for (sig = 1, name = names; *name; sig++, name += strlen(name) + 1)
		if (same(name + 3, text, len))
			return sig;
	return real_time(text, len);
}

bool read_number(const char *text, size_t len, uint64_t most, uint64_t *n)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned int digit = (unsigned int)text[i] - '0';

		if (digit > 9 || value > UINT64_MAX / 10 - 1)
			return false;
		value = value * 10 + digit;
		if (value > most)
			return false;
	}
	if (!len)
		return false;
	*n = value;
	return true;
}

uint64_t leading_number(const char *text)
{
	uint64_t n = 0;

	while (*text == ' ' || *text == '\t')
		text++;
	while (*text >= '0' && *text <= '9')
		n = n * 10 + (uint64_t)(*text++ - '0');
	return n;
}

/* In nanoseconds; 0 for what is none. */
static uint64_t unit(const char *text)
{
	static const struct {
		char name[4];
		uint32_t ms;
	} units[] = { { "", 1000 },
		      { "s", 1000 },
		      { "ms", 1 },
		      { "m", 60000 },
		      { "h", 3600000 } };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, text) == 0)
			return units[i].ms * UINT64_C(1000000);
	return 0;
}

bool read_time(const char *text, uint64_t *ns)
{
	const uint64_t year = 365 * 24 * 3600 * UINT64_C(1000000000);
	size_t whole = digits_of(text), parts = 0;
	uint64_t n, one, part, value;
	size_t i;

	if (strcmp(text, "never") == 0) {
		*ns = TIME_NEVER;
		return true;
	}
	if (text[whole] == '.')
		parts = 1 + digits_of(text + whole + 1);
	one = unit(text + whole + parts);
	if (!one || !whole || parts == 1 ||
	    !read_number(text, whole, year / one, &n))
		return false;
	value = n * one;
	for (i = 1, part = one / 10; i < parts; i++, part /= 10)
		value += (uint64_t)(text[whole + i] - '0') * part;
	*ns = value;
	return true;
}

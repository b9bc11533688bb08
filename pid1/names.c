#include "pid1/names.h"

#include <string.h>
#include <strings.h>

/* In one piece: a table of pointers would be twice as long. */
static const char names[] =
#define SIGNAL(name, number, action) #name "\0"
#include <kith/signals.def>
	;

/* Other names that people know. */
static const struct {
	char name[5];
	uint8_t number;
} aliases[] = { { "POLL", 29 }, { "CLD", 17 }, { "IOT", 6 } };

const char *signal_name(int sig)
{
	const char *name = names;

	for (; sig > 1 && *name; sig--)
		name += strlen(name) + 1;
	return sig == 1 && *name ? name : NULL;
}

static bool same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && strncasecmp(name, text, len) == 0;
}

static bool begins(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && strncasecmp(text, with, n) == 0;
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
	size_t i;
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
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (same(aliases[i].name, text, len))
			return aliases[i].number;
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

static uint64_t unit(const char *text)
{
	static const struct {
		char name[3];
		uint64_t ns;
	} units[] = {
		{ "", 1000000000 },
		{ "s", 1000000000 },
		{ "ms", 1000000 },
		{ "us", 1000 },
		{ "m", 60 * UINT64_C(1000000000) },
		{ "h", 3600 * UINT64_C(1000000000) },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, text) == 0)
			return units[i].ns;
	return 0;
}

bool read_time(const char *text, uint64_t *ns)
{
	const uint64_t year = 365 * 24 * 3600 * UINT64_C(1000000000);
	size_t whole = strspn(text, "0123456789"), parts = 0;
	uint64_t n, one, part, value;
	size_t i;

	if (strcmp(text, "never") == 0) {
		*ns = TIME_NEVER;
		return true;
	}
	if (text[whole] == '.')
		parts = 1 + strspn(text + whole + 1, "0123456789");
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

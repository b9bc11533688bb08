#include "pid1/vmuser.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* All of it is a number that a user can have; (uid_t)-1 is not. */
static bool number(const char *s, size_t len, unsigned int *n)
{
	unsigned long long value = 0;
	size_t i;

	for (i = 0; i < len && s[i] >= '0' && s[i] <= '9' && value < 0xffffffff;
	     i++)
		value = value * 10 + (unsigned int)(s[i] - '0');
	if (!len || i < len || value >= 0xffffffff)
		return false;
	*n = (unsigned int)value;
	return true;
}

/* Field n, from 0, of the line at p; not beyond its end. */
static const char *field(const char *p, int n, size_t *len)
{
	for (; n > 0; n--) {
		p += strcspn(p, ":\n");
		if (*p == ':')
			p++;
	}
	*len = strcspn(p, ":\n");
	return p;
}

static bool field_number(const char *line, int n, unsigned int *value)
{
	size_t len;
	const char *p = field(line, n, &len);

	return number(p, len, value);
}

static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

/* The first line that begins with this name, or NULL. */
static const char *line_of(const char *text, const char *name, size_t len)
{
	for (; *text; text = next_line(text))
		if (strncmp(text, name, len) == 0 && text[len] == ':')
			return text;
	return NULL;
}

static const char *line_of_number(const char *text, unsigned int wanted)
{
	unsigned int n;

	for (; *text; text = next_line(text))
		if (field_number(text, 2, &n) && n == wanted)
			return text;
	return NULL;
}

const char *vmuser_read(const char *spec, const char *passwd, const char *group,
			unsigned int *uid, unsigned int *gid)
{
	size_t len = strcspn(spec, ":");
	const char *line, *second = spec[len] ? spec + len + 1 : NULL;

	*gid = 0;
	if (number(spec, len, uid)) {
		line = line_of_number(passwd, *uid);
	} else {
		line = len ? line_of(passwd, spec, len) : NULL;
		if (!line)
			return "names a user who is not in /etc/passwd";
		if (!field_number(line, 2, uid))
			return "names a user without a number";
	}
	if (!second) {
		if (line && !field_number(line, 3, gid))
			return "names a user without a group";
		return NULL;
	}
	len = strlen(second);
	if (number(second, len, gid))
		return NULL;
	line = len ? line_of(group, second, len) : NULL;
	if (!line)
		return "names a group that is not in /etc/group";
	return field_number(line, 2, gid) ? NULL
					  : "names a group without a number";
}

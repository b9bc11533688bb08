#include "pid1/vmline.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the word at p ends, and where its first "=" is, if it has one. */
static char *end_of_word(char *p, bool quoted, char **equals)
{
	char *start = p;

	*equals = NULL;
	for (; *p && (quoted || !is_space(*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '=' && !*equals && p != start)
			*equals = p;
	}
	return p;
}

int vmline_next(char **rest, struct vm_word *word)
{
	char *p = *rest, *end, *equals;
	bool quoted;

	while (is_space(*p))
		p++;
	quoted = *p == '"';
	word->name = quoted ? p + 1 : p;
	word->value = NULL;
	if (!*p) {
		*rest = p;
		return 0;
	}

	p = word->name;
	end = end_of_word(p, quoted, &equals);
	*rest = *end ? end + 1 : end;
	*end = '\0';
	if (equals) {
		*equals = '\0';
		p = word->value = equals + 1;
	}
	/* The last quote belongs to whichever was opened: word or value. */
	if (word->value && *p == '"') {
		word->value = ++p;
		quoted = true;
	}
	if (quoted && end > p && end[-1] == '"')
		end[-1] = '\0';
	return 1;
}

char *vmline_whole(struct vm_word *word)
{
	size_t name = strlen(word->name);

	if (!word->value)
		return word->name;
	/* A quote may have gone between the two: close the gap. */
	memmove(word->name + name + 1, word->value, strlen(word->value) + 1);
	word->name[name] = '=';
	return word->name;
}

#include "pid1/options.h"

#include <string.h>

#include "pid1/parts.h"
#include "pid1/rare.h"
#include "pid1/search.h"

extern char **environ;

static bool is_row(const struct option_row *r)
{
	return r->letter || r->name;
}

/* A long name, or one letter. */
static bool called(const struct option_row *r, const char *name, size_t len,
		   bool is_long)
{
	if (!is_long)
		return r->letter == *name;
	return r->name && strncmp(r->name, name, len) == 0 && !r->name[len];
}

static const struct option_row *find_in(const struct option_row *r,
					const char *name, size_t len,
					bool is_long)
{
	for (; r && is_row(r); r++)
		if (called(r, name, len, is_long))
			return r;
	return NULL;
}

static const struct option_row *find(const struct dialect *d, const char *name,
				     size_t len, bool is_long)
{
	const struct option_row *found = NULL;
	size_t i;

	for (i = 0; !found && d->tables[i]; i++)
		found = find_in(d->tables[i], name, len, is_long);
	/* Parts speak our language only. */
	for (i = 0; !found && d == &own_dialect && parts[i]; i++)
		found = find_in(parts[i]->rows, name, len, is_long);
	return found;
}

bool options_has(const struct dialect *d, const char *name, size_t len)
{
	return find(d, name, len, true);
}

RARE static int bad(struct options *o, enum trouble trouble, const char *about,
		    const char *value, const char *why)
{
	struct complaint c = {
		.trouble = trouble, .about = about, .value = value, .why = why
	};

	return o->dialect->complain(o, &c);
}

static int apply(struct options *o, const struct option_row *row,
		 const char *word, const char *value)
{
	const char *wrong = row->read(o, value, row->what);

	return wrong ? bad(o, BAD_VALUE, word, value, wrong) : 0;
}

/* "--name", "--name=value", "--name value".  Moves *word if it took one. */
RARE static int read_long(struct options *o, char ***word)
{
	const char *whole = **word, *name = whole + 2;
	size_t len = before(name, "=");
	const struct option_row *row = find(o->dialect, name, len, true);
	const char *value = name[len] ? name + len + 1 : NULL;

	if (!row || (value && !row->value))
		return bad(o, BAD_OPTION, whole, NULL, NULL);
	if (row->value && !value) {
		if (!(*word)[1])
			return bad(o, NO_VALUE, whole, NULL, NULL);
		value = *++*word;
	}
	return apply(o, row, whole, value);
}

static bool answers(const struct options *o)
{
	return o->errand >= ERRAND_ANSWER;
}

/* "-g", "-gv", "-pTERM", "-p TERM". */
RARE static int read_letters(struct options *o, char ***word)
{
	char *letter, *whole = **word;
	const struct option_row *row;
	const char *value;
	int code = 0;

	for (letter = whole + 1; *letter && !code && !answers(o); letter++) {
		row = find(o->dialect, letter, 1, false);
		if (!row)
			return bad(o, BAD_OPTION, whole, NULL, NULL);
		if (!row->value) {
			code = apply(o, row, whole, NULL);
			continue;
		}
		value = letter[1] ? letter + 1 : *++*word;
		if (!value)
			return bad(o, NO_VALUE, whole, NULL, NULL);
		return apply(o, row, whole, value);
	}
	return code;
}

static int read_environment(struct options *o)
{
	const struct option_env *e = o->dialect->env;
	const char *value, *wrong;

	for (; e && e->name; e++) {
		value = env_value(environ, e->name);
		wrong = value ? e->read(o, value, e->what) : NULL;
		if (wrong)
			return bad(o, BAD_VALUE, e->name, value, wrong);
	}
	return 0;
}

int options_read(struct options *o, const struct dialect *d, char **argv)
{
	const char *wrong;
	char **word;
	int code;

	o->dialect = d;
	o->words = argv;
	(d->defaults ? d->defaults : options_defaults)(o);
	code = read_environment(o);
	for (word = argv[0] ? argv + 1 : argv; !code && !answers(o) && *word;
	     word++) {
		if ((*word)[0] != '-' || !(*word)[1])
			break;
		if (strcmp(*word, OFTEN("--")) == 0) {
			word++;
			break;
		}
		code = (*word)[1] == '-' ? read_long(o, &word)
					 : read_letters(o, &word);
	}
	o->program = word;
	wrong = !code && d->check ? d->check(o) : NULL;
	return wrong ? bad(o, BAD_USE, wrong, NULL, NULL) : code;
}

const char *options_set(struct options *o, const char *name, size_t len,
			const char *value)
{
	const struct option_row *row = find(o->dialect, name, len, true);

	if (!row)
		return "is no option";
	if (!row->value != !value)
		return value ? "takes no value" : "wants a value";
	return row->read(o, value, row->what);
}

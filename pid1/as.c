#include "pid1/as.h"

#include <string.h>

#include "pid1/rare.h"

static const struct dialect *find_dialect(const char *name)
{
	size_t i;

	if (strcmp(own_dialect.name, name) == 0)
		return &own_dialect;
	for (i = 0; others[i].name[0]; i++)
		if (strcmp(others[i].name, name) == 0)
			return others[i].dialect;
	return NULL;
}

/* Take n words away, from the second on. */
RARE static void forget(char **argv, size_t n)
{
	do
		argv[1] = argv[1 + n];
	while (*++argv);
}

const struct dialect *as_called(char **argv)
{
	const char *name, *at;
	const struct dialect *d;

	if (!argv[0])
		return &own_dialect;
	if (argv[1] && strncmp(argv[1], OFTEN("--as="), 5) == 0) {
		d = find_dialect(argv[1] + 5);
		if (d)
			forget(argv, 1);
		return d;
	}
	if (argv[1] && strcmp(argv[1], OFTEN("--as")) == 0) {
		d = argv[2] ? find_dialect(argv[2]) : NULL;
		if (d)
			forget(argv, 2);
		return d;
	}
	for (name = at = argv[0]; *at; at++)
		if (*at == '/')
			name = at + 1;
	d = find_dialect(name);
	return d ? d : &own_dialect;
}

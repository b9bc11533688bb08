#include "pid1/as.h"

#include <string.h>

#include "pid1/as-others.h"

static const struct {
	const char *name;
	const struct dialect *dialect;
} known[] = {
	{ "kith-init", &own_dialect },
	{ "tini", &tini_dialect },
	{ "tini-static", &tini_dialect },
	{ "docker-init", &tini_dialect }, /* as Docker names its own tini */
	{ "dumb-init", &dumb_init_dialect },
};

static const struct dialect *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].dialect;
	return NULL;
}

/* Take n words away, from the second on. */
static void forget(char **argv, size_t n)
{
	do
		argv[1] = argv[1 + n];
	while (*++argv);
}

const struct dialect *as_called(char **argv)
{
	const char *slash, *name;
	const struct dialect *d;

	if (!argv[0])
		return &own_dialect;
	if (argv[1] && strncmp(argv[1], "--as=", 5) == 0) {
		name = argv[1] + 5;
		forget(argv, 1);
		return find(name);
	}
	if (argv[1] && strcmp(argv[1], "--as") == 0) {
		name = argv[2];
		forget(argv, name ? 2 : 1);
		return name ? find(name) : NULL;
	}
	slash = strrchr(argv[0], '/');
	d = find(slash ? slash + 1 : argv[0]);
	return d ? d : &own_dialect;
}

#include "base/mutant.h"

#ifdef KITH_MUTANTS

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mutant mutant_wanted(void)
{
	static const char *const names[] = {
		"",
#define MUTANT(NAME, rule, what) #NAME,
#include "base/mutants.def"
	};
	const char *name = getenv("KITH_MUTANT");

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return (enum mutant)i;
	if (!name)
		return MUTANT_NONE;
	fprintf(stderr, "kith: there is no mutant '%s'\n", name);
	exit(3);
}

#else

typedef int nothing_here; /* a file must have something in it */

#endif

/*
 * As whom kith-init was called: by the name that it was started under, or by
 * --as NAME as its first option.
 */
#ifndef PID1_AS_H
#define PID1_AS_H

#include "pid1/options.h"

/* Other names, and who goes by them.  See parts.h. */
extern const struct called {
	const char name[12]; /* "" in the last */
	const struct dialect *dialect;
} others[];

/*
 * The dialect for this command line.  Takes away from argv what asked for it:
 * argv[1] is the first option afterwards.  NULL: --as named nobody we know, and
 * is still there.
 */
const struct dialect *as_called(char **argv);

#endif

/*
 * kith-init as others know them: the options, variables, messages and codes of
 * tini 0.19 and dumb-init 1.2.5, so that one can be put into the place of the
 * other without a change to what calls it.
 *
 * What they ask for is theirs; how it is done is ours.  So what goes wrong in
 * them (a signal that may not be sent ends tini, SIGCHLD inherited as ignored
 * makes it wait for ever, dumb-init forgets what was ignored) does not here.
 * The other differences, all on purpose:
 *
 * A.	Options end at the program, for tini too; what Debian's does with options
 *	behind the program, because of getopt(3), is not done.  But one "--" that
 *	follows the program at once is taken away, since tini's own usage has it
 *	there; unless there was one before the program.
 * B.	Whoever is not PID 1 is a subreaper, asked for or not, so tini's warning
 *	that it is none would not be true and is never given.
 * C.	Long options of dumb-init cannot be abbreviated.
 * D.	What only tells how they are made (tini's TRACE, what dumb-init has to say
 *	of terminals, the child that failed to become the program) is not said.
 * E.	With a terminal, tini's program is where ours is: see policy.h.
 *
 * docs/init-migration.md tells the user of them, and of a few more.
 */
#ifndef PID1_AS_OTHERS_H
#define PID1_AS_OTHERS_H

#include "pid1/options.h"

extern const struct dialect tini_dialect;
extern const struct dialect dumb_init_dialect;

/*
 * A number as scanf(3) reads one, with blanks and a sign before it, from 0 to
 * most: or -1.  *text is put behind it.
 */
int scan_number(const char **text, int most);

#endif

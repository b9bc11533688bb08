/*
 * The world as an init sees it: everything that it can learn or do while it
 * serves, one function each.  linux.c is the real one.  A test has another,
 * which reads from a list, and drives the same loop and the same policy.
 *
 * The first argument of each is whatever the world wants to remember.  None of
 * them fails in a way that an init could do something about: what cannot be
 * done is left undone, because an init that gives up takes everybody along.
 */
#ifndef PID1_FACTS_H
#define PID1_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/policy.h"
#include "pid1/tally.h"

struct facts {
	/*
	 * Take the next signal that came.  Returns its number, and who sent it.
	 * If none is there, sleeps until one is, or, unless told to sleep,
	 * returns 0.
	 */
	int (*hear)(void *world, bool sleep, enum sender *sender);

	/*
	 * Reap one child that is dead and say who it was and what it used.
	 * Returns false if none is, and then whether any child is left at all.
	 * A child that only stopped may be told of in the same way, once.
	 */
	bool (*reap)(void *world, struct death *death, bool *any_left);

	/*
	 * Send the signal that hear() took last to the main child, with its
	 * value if the kernel allows that.  The child may be dead but not
	 * reaped: a zombie keeps its number.  It may also be out of reach
	 * (a set-user-ID program): then the signal is lost, and is counted.
	 */
	bool (*pass_on)(void *world, pid_t main);

	/*
	 * Stop as the default action of this signal would have it, that is, not
	 * at all if the group is orphaned or this is PID 1.  Returns when
	 * somebody let us go on.
	 */
	void (*pause)(void *world, int sig);
};

/*
 * Serve until the policy says that it is over.  Returns the exit code; what
 * became of everybody is in the tally.
 */
int serve(struct policy *p, pid_t main, const struct facts *facts, void *world,
	  struct tally *tally);

#endif

/*
 * The world as an init sees it: everything that it can learn or do while it
 * serves, one function each.  linux.c is the real one.  A test has another,
 * which reads from a list or asks the model, and drives the same loop and the
 * same policy.
 *
 * The first argument of each is whatever the world wants to remember.  None of
 * them fails in a way that an init could do something about: what cannot be
 * done is left undone, because an init that gives up takes everybody along.
 */
#ifndef PID1_FACTS_H
#define PID1_FACTS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/journal.h"
#include "pid1/options.h"
#include "pid1/policy.h"

#define NO_TIME UINT64_MAX

/* A signal that came. */
struct heard {
	int sig;
	enum sender sender;
	siginfo_t info;
};

struct facts {
	/*
	 * Take the next signal that came.  If none is there, sleep until one is
	 * or the time has come: 0 is past already, NO_TIME never comes.
	 * Returns false if it was the time, or if it may be.  News of children
	 * is SIGCHLD.
	 */
	bool (*hear)(void *world, uint64_t until, struct heard *heard);

	/*
	 * Reap one child that is dead and say who it was and what it used.
	 * Returns false if none is known to be, and then whether any child is
	 * left at all.  To find out may cost too much just now: then some are
	 * said to be left, and hear() will come back with news in time.  A
	 * child that only stopped may be told of in the same way, once.
	 */
	bool (*reap)(void *world, struct death *death, bool *any_left);

	/*
	 * Send this signal, as it came or as another, to whom signals are for.
	 * With its value if the kernel allows that.  The child may be dead but
	 * not reaped: a zombie keeps its number.  It may also be out of reach
	 * (a set-user-ID program): then it is lost.  Returns 0 or an errno.
	 */
	int (*pass_on)(void *world, pid_t main, int sig, const struct heard *h);

	/*
	 * Stop as the default action of this signal would have it, that is, not
	 * at all if the group is orphaned or this is PID 1.  Returns when
	 * somebody let us go on.
	 */
	void (*pause)(void *world, int sig);

	/* Tell this signal to everybody who has to leave, but for `main`. */
	void (*tell_rest)(void *world, int sig);

	/* KILL to the main child. */
	void (*kill_main)(void *world, pid_t main);

	/* Nanoseconds on a clock that only goes forward. */
	uint64_t (*now)(void *world);
};

/* A signal that is passed on later. */
struct held {
	uint64_t due;
	struct heard heard;
};

/* As many as can wait at a time. */
struct delays {
	unsigned int n;
	struct held held[16];
};

/*
 * Serve until the policy says that it is over.  Returns the exit code, before
 * options change it; what became of everybody is in the journal.  Delays is room
 * for signals, none at first.
 */
int serve(struct policy *p, const struct options *o, pid_t main,
	  const struct facts *facts, void *world, struct journal *journal,
	  struct delays *delays);

#endif

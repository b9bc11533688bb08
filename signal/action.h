/*
 * Dispositions: what a process does about each signal.
 *
 * Two kinds of sharing, not to be confused.  Processes cloned with
 * CLONE_SIGHAND *are* of one mind: they have one struct sighand, and what one
 * changes has changed for the other.  Processes merely forked from one another
 * start out *equal*: each has a sighand of its own, but the table behind it is
 * one and the same until either changes an entry and gets its own copy.
 *
 *	process -> sighand -\
 *	                     > actions        (forked: equal until changed)
 *	process -> sighand -/
 *	process -----\
 *	              > sighand -> actions    (CLONE_SIGHAND: the same)
 *	process -----/
 *
 * Locking: (a) sighand->lock, RANK_ACTION.  A table with more than one
 * reference is never written.
 */
#ifndef SIGNAL_ACTION_H
#define SIGNAL_ACTION_H

#include "base/ground.h"
#include "base/lock.h"
#include "signal/number.h"

struct actions {
	int ref;
	int seen; /* 0; for the walk of kith_check() */
	struct kith_sigaction of[KITH_NSIG]; /* [n - 1] is signal n's */
};

struct sighand {
	int ref;                 /* processes that share it */
	int seen;                /* 0; for the walk of kith_check() */
	struct lock lock;        /* RANK_ACTION */
	struct ground *ground;   /* (c) */
	struct actions *actions; /* (a) NULL: all are default */
};

/* All default.  NULL if memory is missing. */
struct sighand *sighand_new(struct ground *g);
struct sighand *sighand_get(struct sighand *h); /* CLONE_SIGHAND */

/*
 * A sighand of one's own, equal to h.  With reset, as after execve or
 * CLONE_CLEAR_SIGHAND: handlers are default again, what is ignored stays so,
 * and all flags and masks are gone (R377, CL3-13).
 */
struct sighand *sighand_copy(struct sighand *h, bool reset);
void sighand_put(struct sighand *h); /* NULL is fine */

struct kith_sigaction action_get(struct sighand *h, int sig);
/* 0 or -ENOMEM. */
int action_set(struct sighand *h, int sig, const struct kith_sigaction *a);

/* Is sig ignored, by its action or by default? (Linux: sig_handler_ignored) */
bool action_ignores(const struct kith_sigaction *a, int sig);

/* sigbits of what is ignored explicitly, and of what has a handler. */
void action_sets(struct sighand *h, sigbits *ignored, sigbits *caught);

#endif

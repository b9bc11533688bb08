/*
 * A pending set: which signals wait to be taken, and what is known of each.
 *
 * A bit says that a signal is pending; the queue holds a siginfo for each
 * instance, in order of arrival.  A standard signal that is already pending is
 * dropped, and so the first siginfo survives (R011); real-time signals queue
 * (R013).  SIGKILL has no siginfo (R028), and where there is no memory for one
 * the signal arrives all the same and says nothing of its sender (R097).
 *
 * Locking: the caller's, see signal/signal.h.
 */
#ifndef SIGNAL_PENDING_H
#define SIGNAL_PENDING_H

#include <urcu/list.h>

#include "base/ground.h"
#include "signal/number.h"

struct pending {
	sigbits set;
	struct cds_list_head queue; /* struct queued */
};

struct queued {
	struct cds_list_head link;
	struct kith_siginfo info;
};

void pending_init(struct pending *p);

/* False if the signal was pending already and is dropped. */
bool pending_add(struct ground *g, struct pending *p,
		 const struct kith_siginfo *info);

/* Take one instance of a pending signal. */
void pending_take(struct ground *g, struct pending *p, int sig,
		  struct kith_siginfo *info);

/* Forget all of these. */
void pending_flush(struct ground *g, struct pending *p, sigbits which);

/* The signal to take first of those in which; 0 if there is none (R015). */
int pending_next(const struct pending *p, sigbits which);

#endif

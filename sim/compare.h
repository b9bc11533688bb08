/*
 * Is what can be seen on Linux what can be seen in the model?
 *
 * Compared is, in this order: what calls have returned, with all that they
 * filled in; how threads ended; and then, for everybody who is there, the
 * fields of /proc/PID/status and stat that the model renders, and the children
 * in order.  Not compared is what depends on the load: times, memory, and how
 * many other faults an agent has than those it was told to have.
 *
 * Some fields tell more of the place that kith runs in than of processes (an
 * ordinary user's groups, no_new_privs where it is set).  If init does not
 * begin with the model's value they are left out for the whole run.
 */
#ifndef SIM_COMPARE_H
#define SIM_COMPARE_H

#include "sim/pair.h"
#include "sim/watch.h"

/* What the model said since the call: who returned, and who ended how. */
struct said {
	pid_t tid;
	enum { SAID_RETURNED, SAID_DIED } what;
	int status;
};

struct comparison {
	struct kith_machine *model;
	const struct watch *linux;
	const struct said *said;
	size_t count;
	uint64_t births; /* and execs so far, for the faults that they cost */
	uint32_t leave;  /* fields that are not compared: compare_begin() */
};

/*
 * Finds out what is to be left out.  False: init is another from the start, and
 * d says in what.
 */
bool compare_begin(struct comparison *c, struct difference *d);

/* Did p's call return, with all that it filled in, what it did in the model? */
bool compare_results(const struct comparison *c, const struct person *p,
		     struct difference *d);

/* True if all is the same; else d, unless NULL, has the first difference. */
bool compare(const struct comparison *c, struct difference *d);

#endif

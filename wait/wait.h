/*
 * Looking for news of one's children.
 *
 *	scan, under the family lock:
 *	  a child that matches has news       FOUND     take it, and return
 *	  one matches, but has none yet       NOT_YET   sleep, or return 0
 *	  none will ever match                NO_CHILD  ECHILD
 *
 * Own children come first, in list order, then those of the threads that
 * follow in the ring (WMT-03); the first with news wins (WAI-18).  A scan
 * never sleeps: it is called again when there is news.
 *
 * So far the only news is a death.
 */
#ifndef WAIT_WAIT_H
#define WAIT_WAIT_H

#include "wait/kin.h"

enum wait_who { WAIT_ANY, WAIT_PID, WAIT_PGID };

struct wait_request {
	enum wait_who who;
	struct pid *pid;  /* that, or its group; a reference; may be NULL */
	uint64_t options; /* WEXITED ... __WALL, as in values.def */
};

enum wait_result { WAIT_FOUND, WAIT_NOT_YET, WAIT_NO_CHILD };

struct wait_report {
	struct kin *child; /* if it was collected: to be released */
	int status;        /* as wait4 tells it */
	struct kith_siginfo info;
	struct usage usage; /* its own, and what it had collected */
};

/* Linux: __do_wait(); WNOHANG is the caller's business. */
enum wait_result wait_scan(struct kin *me, const struct wait_request *rq,
			   struct wait_report *report);

/*
 * Is this child's news for me?  Only what matches *now* wakes (WAI-21): Linux:
 * pid_child_should_wake().
 */
bool wait_concerns(const struct kin *me, const struct wait_request *rq,
		   const struct kin *child);

#endif

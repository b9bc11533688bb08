/*
 * How it ended, as one line of JSON, for whoever started us.
 *
 *	code		our exit code, after --code
 *	exit, signal	how the program ended: its code, or the signal's name
 *	core		whether it left a core
 *	pid, seconds	of the program; user, system (seconds), maxrss_kib
 *	restarts	starts of the program after the first, if there were any;
 *			what is told of it is of the last one
 *	orphans		how many were reaped, and orphans_killed of them by a signal
 *	forwarded	signals that were passed on; refused: could not be
 *	stops		requests to end
 *	drain		"nobody": no other was left; "left": they were left
 *			alone; "ended": they left when told; "killed": KILL was
 *			needed; "stuck": nor did that help
 *	drain_seconds	how long that took
 *	oom		how many the kernel killed for want of memory, in the
 *			cgroup; absent if that is not known
 *
 * It is written before init exits, because as PID 1 its exit waits for processes
 * that nothing can end.
 */
#ifndef PID1_REPORT_H
#define PID1_REPORT_H

#include "pid1/journal.h"
#include "pid1/rare.h"

/* False, with errno, if it could not be written. */
RARE bool report(const struct journal *j, const struct policy *p, int code,
		 uint64_t now);

#endif

/*
 * Resource usage, and how it adds up.
 *
 * What a thread used is its own until it is released; then it goes to its
 * process.  What a process used, and what it had collected of its children,
 * goes to the parent that *waits* for it; if nobody waits, it goes nowhere
 * (STA-02, STA-03).  Everything is a sum but maxrss, which is a maximum.
 */
#ifndef WAIT_USAGE_H
#define WAIT_USAGE_H

#include <kith/kith.h>

/* As struct kith_usage, without what nothing here counts. */
struct usage {
	uint64_t utime, stime; /* nanoseconds */
	uint64_t minflt, nvcsw;
	uint64_t maxrss; /* KiB */
};

/* Add what `from` counts to `to`. */
void usage_add(struct usage *to, const struct usage *from);

struct kith_usage usage_public(const struct usage *u);

/* A clock tick is 10 ms in times(2), siginfo and /proc. */
#define USAGE_TICK UINT64_C(10000000)

#endif

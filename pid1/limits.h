/*
 * Limits for the main child and what comes of it.
 *
 * memory, cpu and pids are limits of a cgroup (v2), which binds all of them
 * together.  Where none can be written to, memory and pids become what rlimits
 * have that is nearest: RLIMIT_DATA, which counts each process for itself, and
 * RLIMIT_NPROC, which counts all of a user and does not bind root.  For cpu
 * there is nothing near.  Every other name is an rlimit.
 *
 *	memory=512M  cpu=1.5  pids=100  nofile=1024  nofile=1024:4096
 *	core=unlimited
 */
#ifndef PID1_LIMITS_H
#define PID1_LIMITS_H

#include <stdbool.h>

#include "pid1/cgroup.h"
#include "pid1/options.h"
#include "pid1/rare.h"

/* Is this a limit that we know, with a value that can be read?  Else why not. */
const char *limit_check(const struct limit *limit);

/* Is there one of them that wants a cgroup? */
bool limits_want_cgroup(const struct options *o);

/*
 * In init, before there is a child: write what goes to the cgroup, if there is
 * one, and note it in *written, bit by bit.  Returns 0; or an errno, if a limit
 * can be had neither there nor by an rlimit, with which.
 */
RARE int limits_write(const struct options *o, struct cgroup *c,
		      uint32_t *written, const struct limit **which);

/* Where it goes, in words.  `has_cgroup`: there is the controller for it. */
const char *limit_place(const struct limit *limit, bool has_cgroup);

/* In the child: the others, as rlimits.  Returns 0 or an errno. */
RARE int limits_take(const struct options *o, uint32_t written);

#endif

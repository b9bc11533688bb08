/*
 * What a thread may do: its credentials.
 *
 * A struct cred is replaced, never changed: whoever has a reference can read it
 * without a lock, and a thread that asks "may I?" gets one answer to the end of
 * its question.  Threads and processes that were cloned from one another share
 * one until one of them gets another.
 *
 * So far every thread is root; calls that change identity come later.  What is
 * read from here already: the real uid in a SIGCHLD, the lines of
 * /proc/PID/status, and whether clone3 may choose a number.
 */
#ifndef CREDENTIALS_CRED_H
#define CREDENTIALS_CRED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ground.h"

enum {
	CAP_KITH_SYS_ADMIN = 21,
	CAP_KITH_CHECKPOINT_RESTORE = 40,
	CAP_KITH_LAST = 40,
};

struct id {
	uint32_t real, effective, saved, fs;
};

struct caps {
	uint64_t permitted, effective, inheritable, bounding, ambient;
};

struct cred {
	int ref;               /* atomic */
	int seen;              /* 0; for the walk of kith_check() */
	struct ground *ground; /* (c), as is all that follows */
	struct id uid, gid;
	struct caps caps;
};

/* Root's, but for the capabilities in `lacks`; NULL if memory is missing. */
struct cred *cred_new_root(struct ground *g, uint64_t lacks);
struct cred *cred_get(struct cred *c);
void cred_put(struct cred *c); /* NULL is fine */

bool cred_has(const struct cred *c, int cap);

/* Linux: kill_ok_by_cred(); R076 without user namespaces. */
bool cred_may_signal(const struct cred *sender, const struct cred *target);

#endif

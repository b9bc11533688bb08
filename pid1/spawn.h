/*
 * Starting the main child, without a race.
 *
 *	init                                child
 *	----                                -----
 *	block every signal
 *	settle what SIGCHLD does
 *	be the one who adopts orphans
 *	clone, and sleep  ................. is there a terminal?
 *	     .                              a session
 *	     .                              SIGCHLD's action as it was
 *	     .                              limits, user, folder
 *	     .                              the mask as it was
 *	go on, knowing  <.................. exec, or the reason why not
 *
 * Init sleeps until the child has become the program, so the first signal that
 * it passes on finds the program, in its own session, and nothing half-made.
 * All that came before has waited, blocked.  While init sleeps the child uses
 * init's memory, which is how it tells why exec failed; it has a stack of its
 * own there, and does nothing but system calls.
 *
 * Whether there is a terminal only a look can tell.  The child looks, as it would
 * find the same as init; in most containers there is none.  If there is, the
 * child ends, and init starts another in the light of that: it gives its terminal
 * up.
 */
#ifndef PID1_SPAWN_H
#define PID1_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/child.h"
#include "pid1/options.h"
#include "pid1/policy.h"
#include "pid1/rare.h"

struct launch {
	const struct options *options;
	char **argv; /* [0] is looked for in PATH if it has no / */
	const struct child *child; /* what is planned for it */
	pid_t self;                /* us */
	uint64_t mask;             /* to give back: what was blocked */
	bool chld_ignored;         /* to give back: SIGCHLD was */
	enum place place;
	bool tracks; /* each orphan is of interest */
	bool leaves; /* orphans may be left to the kernel: see linux.h */
	int lone;    /* why orphans will not come to us, or 0 */
	bool looked; /* for a terminal; then: */
	bool terminal, leader;
	int tty; /* what /dev/tty opened, or -1 */

	/* Left by the child. */
	bool found_terminal; /* it has not gone on, for there is one */
	const char *step;    /* what failed, or NULL for exec */
	int err;             /* why, or 0 */
	bool torn;           /* program is there, what it needs is not */
};

/* The terminal of our session, opened; or -1.  /dev/tty is the exact question. */
int find_terminal(void);

/* See what was asked for.  All signals are blocked already; mask says which were. */
void launch_prepare(struct launch *l, const struct options *o);

/*
 * Start it.  Returns its pid; or 0 if it could not become the program, with
 * err, step and torn set, and the child reaped; or a negative errno if there
 * could be no child.
 */
pid_t launch(struct launch *l);

/* Start nobody, and be ready for orphans. */
RARE void launch_nobody(struct launch *l);

/* Look at the surroundings as if to launch, for those who only ask. */
RARE void launch_survey(struct launch *l);

#endif

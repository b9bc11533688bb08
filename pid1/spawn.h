/*
 * Starting the main child, without a race.
 *
 *	init                                child
 *	----                                -----
 *	block every signal
 *	take SIGCHLD's default action
 *	be the one who adopts orphans
 *	let the terminal go, if ours
 *	clone, and sleep  ................. a session, the terminal
 *	     .                              SIGCHLD's action as it was
 *	     .                              the mask as it was
 *	go on, knowing  <.................. exec, or the reason why not
 *
 * Init sleeps until the child has become the program, so the first signal that
 * it passes on finds the program, in its own session, and nothing half-made.
 * All that came before has waited, blocked.  While init sleeps the child uses
 * init's memory, which is how it tells why exec failed; it has a stack of its
 * own there, and does nothing but system calls.
 */
#ifndef PID1_SPAWN_H
#define PID1_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/policy.h"

struct launch {
	char **argv;           /* [0] is looked for in PATH unless it has a / */
	pid_t self;            /* us */
	uint64_t mask;         /* to give back: what was blocked */
	struct sigaction chld; /* to give back: what SIGCHLD did */
	enum place place;
	int tty;   /* what /dev/tty opened, or -1 */
	int err;   /* why exec failed, or 0 */
	bool torn; /* it is there, but what it needs to run is not */
};

/* Block all signals and see where we are.  First of all, before anything. */
void launch_prepare(struct launch *l);

/*
 * Start it.  Returns its pid; or 0 if it could not become the program, with
 * err and torn set, and the child reaped; or a negative errno if there could be
 * no child.
 */
pid_t launch(struct launch *l);

#endif

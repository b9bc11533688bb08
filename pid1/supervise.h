/*
 * What a supervisor decides: is the main child started again, and when?
 *
 *	          died, again later                 time is up
 *	 RUNNING ------------------> WAITING ----------------------> RUNNING
 *	  |  ^  \                       |  \___ restart asked ________^
 *	  |  |   \ died, again at once  |
 *	  |  |    `--> RUNNING          | stop asked
 *	  |  |                          v
 *	  |  | died        died, last, or it cannot be started any more
 *	  |  +--------+    RUNNING ---------------------------------> OVER
 *	  | restart   |
 *	  v asked     |                 stop asked
 *	 ASKED -------+  ASKED, KILLED, RUNNING -------------> ENDING --died--> OVER
 *	  | time is up, or asked again
 *	  v
 *	 KILLED --died--> RUNNING
 *
 * As in policy.h there is no system call here: whoever watches names what
 * happened, and is told what to do.  A stop, and what follows the end of the last
 * main child, is not decided here but in policy.h, for which all the children
 * that follow each other are one main child that has not died yet.
 *
 * Guarantees:
 *
 * A.	Every happening has an answer in every state.
 * B.	There is a main child just in RUNNING, ASKED, KILLED and ENDING.
 * C.	The first new start is at once; from the second on there is a pause before
 *	it, which doubles up to a limit.  A child that lived for a while makes the
 *	next start the first again.
 * D.	What was asked for is no failure: no pause, and it is not counted.
 */
#ifndef PID1_SUPERVISE_H
#define PID1_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

enum restart { RESTART_NEVER, RESTART_ON_FAILURE, RESTART_ALWAYS, NR_RESTARTS };

enum super_state {
	SUPER_RUNNING,
	SUPER_WAITING,
	SUPER_ASKED,
	SUPER_KILLED,
	SUPER_ENDING,
	SUPER_OVER,
	NR_SUPER_STATES
};

enum super_happening {
	SUPER_DIED_AGAIN,  /* main died and is to be started: super_died() */
	SUPER_DIED_LAST,   /* main died and is not */
	SUPER_NOT_STARTED, /* it could not be started: as if it had died */
	SUPER_NOT_EVER,    /* nor will it be */
	SUPER_RESTART,     /* somebody asked for another start */
	SUPER_STOP,        /* somebody asked everything to end */
	SUPER_TIME_UP,     /* the time that was set is over */
	NR_SUPER_HAPPENINGS
};

/* What to do, least bit first. */
enum {
	SUPER_REQUEST = 1 << 0, /* ask main to end, and set the pre-stop time */
	SUPER_KILL = 1 << 1,    /* KILL to main */
	SUPER_START = 1 << 2,   /* start main */
	SUPER_PAUSE = 1 << 3,  /* set the time of super_pause(), then TIME_UP */
	SUPER_CANCEL = 1 << 4, /* no time is set any more */
	SUPER_LAST = 1 << 5,   /* main is dead for good */
};

struct super_rules {
	enum restart restart;
	uint64_t pause_ns;     /* before the second new start; then doubled */
	uint64_t pause_max_ns; /* and not beyond this */
	uint64_t well_ns;      /* who lived as long as this did well */
	uint32_t most;         /* new starts in a row without that; 0: any */
};

struct super {
	struct super_rules rules;
	enum super_state state;
	uint32_t in_a_row; /* failed lives since the last that did well */
	uint64_t starts;   /* new ones, all in all */
};

void super_init(struct super *s, const struct super_rules *rules);

unsigned int super_step(struct super *s, enum super_happening what);

/* Main died with this code after so long: one of the first two happenings. */
unsigned int super_died(struct super *s, int code, uint64_t lived_ns);

/* It could not be started: one of the second two. */
unsigned int super_failed(struct super *s);

/* How long the pause is that SUPER_PAUSE speaks of. */
uint64_t super_pause(const struct super *s);

#endif

/*
 * What an init decides, and nothing else.
 *
 * kith-init starts one program, its main child, and from then on only answers
 * what happens to it.  Whoever watches (the loop in serve.c over Linux, a test
 * with a list, a test with the model) names what happened; policy_step() answers
 * with what is to be done about it, from one table, and moves through
 *
 *	 a stop is asked            main died              others are alive
 *	SERVING -----> STOPPING ------------> LEAVING ----------> DRAINING
 *	   |               |  main died         | nobody is left   |    |
 *	   '---------------|--------------------^                  |    | time is up,
 *	                   |                    v                  |    | or 3rd request
 *	                   |                  OVER <---------------'    v
 *	                   '---- time is up, or 3rd request ------> KILLING
 *
 *	IDLE (no main child) ---- a stop is asked ----> LEAVING
 *
 * From KILLING it goes to OVER, when nobody is left or patience is at its end;
 * and from anywhere, when no child is left and main was never heard of.
 *
 * There is no system call here, no allocation and no variable.  Guarantees:
 *
 * A.	Every happening has an answer in every state: nothing is undefined,
 *	and a happening that cannot be is answered by doing nothing.
 * B.	The code is the main child's, from the moment it died: what dies later,
 *	or is killed, does not change it.
 * C.	SIGCHLD is never passed on; nor is a fault that is not somebody's kill().
 * D.	Signals are passed on only while the main child can still be named, so
 *	never to a process that came by its number later.
 * E.	DRAINING and KILLING end by themselves: each has a time.
 */
#ifndef PID1_POLICY_H
#define PID1_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* Codes of kith-init itself, beside the main child's own. */
enum {
	CODE_USAGE = 2,
	CODE_FAILED = 125,    /* kith-init could not do its work */
	CODE_CANNOT = 126,    /* the program is there, but cannot be run */
	CODE_NOT_FOUND = 127, /* there is no such program */
	CODE_SIGNAL = 128,    /* and above: it died of a signal */
};

/*
 * Where the main child stands towards the terminal and the rest of the session.
 *
 * APART is how it should be: with a session of its own its group is orphaned
 * when it should be (which Linux asks of a session, and forgives only the
 * first init of all), what is sent to init's group is not sent to it twice, and
 * kill(0) by it does not come back to init.  If init led the session before,
 * the terminal is handed on, and whoever started init never notices.
 *
 * TOGETHER is for an init that somebody runs from a shell: the terminal and
 * the job are that shell's, and a session of its own would cost the child
 * both.  So it stays in init's group, gets what the terminal sends as if init
 * were not there, and init stops after it, as one more member of the job.
 *
 * GROUPED is only when asked for, as other inits do it: a group of its own in
 * init's session, and in front of the terminal if init's was.
 */
enum place { APART = 1, TOGETHER = 2, GROUPED = 4 };

struct surroundings {
	bool terminal; /* there is a controlling terminal */
	bool leader;   /* init leads the session */
};

enum place policy_place(struct surroundings s);

enum happening {
	SIGNALLED,    /* a signal came that is meant for the main child */
	STOP_ASKED,   /* one came that asks everything here to end */
	STOP_AGAIN,   /* another such one */
	STOP_NOW,     /* a third, or more */
	OWN_ECHO,     /* one came that means nothing to anyone */
	CHILD_NEWS,   /* SIGCHLD: perhaps somebody is dead */
	MAIN_STOPPED, /* it stopped as jobs do, and init is part of the job */
	MAIN_DIED,    /* the main child was reaped */
	ORPHAN_DIED,  /* another was */
	NOBODY_DEAD,  /* all children that are left are alive */
	LEFT_ALONE,   /* so they are, and they are none of our business */
	NOBODY_LEFT,  /* there is no child */
	TIME_UP,      /* the time that was set is over */
	GIVEN_UP,     /* so it is, and killing did not help */
	NR_HAPPENINGS
};

enum state {
	SERVING,
	STOPPING,
	LEAVING,
	DRAINING,
	KILLING,
	IDLE,
	OVER,
	NR_STATES
};

/* What to do, least bit first.  No bit: nothing. */
enum {
	PASS_ON = 1 << 0,   /* send the signal that came, to whom it is for */
	PAUSE = 1 << 1,     /* stop, by the signal that stopped main */
	KEEP_CODE = 1 << 2, /* policy_died() does */
	DEADLINE = 1 << 3,  /* from now on there is a last moment for all */
	END_REST = 1 << 4,  /* TERM to the others, and set the time of grace */
	SHORTEN = 1 << 5,   /* halve what is left of the time */
	KILL_MAIN = 1 << 6, /* KILL to the main child */
	KILL_REST = 1 << 7, /* KILL to the others, and set a little time */
	REAP = 1 << 8,      /* ask for the dead until nobody is */
	REST = 1 << 9,      /* stop asking; sleep until something comes */
	QUIT = 1 << 10,     /* end, with the code */
	NR_ACTIONS = 11
};

/* What was asked for, as far as it decides. */
struct wishes {
	enum place place;
	bool leads;       /* init led its session, which has a terminal */
	bool drains;      /* the others are asked to leave when main is dead */
	bool deadline;    /* there is one */
	bool idle;        /* there is no main child */
	uint64_t stops;   /* signals that ask everything to end: bit sig - 1 */
	uint64_t dropped; /* signals that mean nothing */
};

struct policy {
	struct wishes wishes;
	enum state state;
	uint8_t asked;  /* how often a stop was: 0 to 3 */
	int asked_by;   /* the signal that asked last, as it was heard; or 0 */
	uint8_t killed; /* how often KILL was sent to the others */
	bool main_gone;
	bool gave_up; /* somebody is left whom KILL did not end */
	bool left;    /* others were left alone, as was wished */
	int code;
};

void policy_init(struct policy *p, const struct wishes *wishes);

/*
 * What happened; what to do.  A STOP_ASKED becomes STOP_AGAIN and STOP_NOW by
 * itself, and so do NOBODY_DEAD and TIME_UP become what follows them above.
 */
unsigned int policy_step(struct policy *p, enum happening what);

/* MAIN_DIED, with its wait status, from which the code follows. */
unsigned int policy_died(struct policy *p, int status);

/*
 * The main child stopped, by this signal: MAIN_STOPPED if that is init's matter,
 * that is, if they are of one job, and it stopped as jobs do.  Init waits for
 * this, and does not stop when the terminal says so: a child that has its own
 * way of stopping (an editor) must be done before the shell takes over.
 */
unsigned int policy_stopped(struct policy *p, int sig);

/* Who sent a signal: the kernel (a terminal, a death), init, or anyone else. */
enum sender { BY_OTHERS = 1, BY_KERNEL = 2, BY_INIT = 4 };

/* What a signal, 1 to 64, that reached init means. */
enum happening policy_hear(const struct wishes *w, int sig, enum sender sender);

/* The code for a program that exec refused, by errno. */
int policy_exec_code(int err);

#endif

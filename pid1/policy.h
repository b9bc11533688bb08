/*
 * What an init decides, and nothing else.
 *
 * kith-init starts one program, its main child, and from then on only answers
 * what happens to it.  Whoever watches (the loop in serve.c over Linux, a test
 * with a list, later the simulator) names what happened; policy_step() answers
 * with what is to be done about it, from one table, and moves through
 *
 *	           main died               nobody is dead any more
 *	SERVING -------------> LEAVING ------------------------------> OVER
 *	   |                                                             ^
 *	   +-------------------------------------------------------------+
 *	                 no child is left, main unheard of
 *
 * There is no system call here, no allocation and no variable.  Guarantees:
 *
 * A.	Every happening has an answer in every state: nothing is undefined,
 *	and a happening that cannot be is answered by doing nothing.
 * B.	The code is the main child's, from the moment it died: what dies later
 *	does not change it.
 * C.	SIGCHLD is never passed on; nor is a fault that is not somebody's
 *kill(). D.	Signals are passed on only while the main child can still be
 *named, so never to a process that came by its number later.
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
	OWN_ECHO,     /* one came that means nothing to anyone */
	CHILD_NEWS,   /* SIGCHLD: perhaps somebody is dead */
	MAIN_STOPPED, /* it stopped as jobs do, and init is part of the job */
	MAIN_DIED,    /* the main child was reaped */
	ORPHAN_DIED,  /* another was */
	NOBODY_DEAD,  /* all children that are left are alive */
	NOBODY_LEFT,  /* there is no child */
	NR_HAPPENINGS
};

enum state { SERVING, LEAVING, OVER, NR_STATES };

/* What to do, least bit first.  No bit: nothing. */
enum {
	PASS_ON = 1 << 0,   /* send the main child the signal that came */
	PAUSE = 1 << 1,     /* stop, by the signal that stopped it */
	KEEP_CODE = 1 << 2, /* policy_died() does */
	REAP = 1 << 3,      /* ask for the dead until nobody is */
	REST = 1 << 4,      /* stop asking; sleep until a signal comes */
	QUIT = 1 << 5,      /* end, with the code */
};

struct policy {
	enum state state;
	enum place place;
	int code;
};

void policy_init(struct policy *p, enum place place);
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
enum happening policy_hear(enum place place, int sig, enum sender sender);

/* The code for a program that exec refused, by errno. */
int policy_exec_code(int err);

#endif

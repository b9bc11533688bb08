/*
 * The facts, of Linux.
 *
 * Signals are never handled and never ignored here: all of them are blocked,
 * from the first moment, and taken one by one.  A blocked signal stays until
 * it is taken even when its action is to be ignored, or to be dropped because
 * this is PID 1.  So nothing can come between looking and sleeping, and no
 * handler can run in the middle of anything.
 *
 * The masks are the kernel's 8 bytes by raw system calls: what the C libraries
 * call all signals leaves out the two or three that they use for themselves,
 * one of which is another library's SIGRTMIN.
 *
 * There are two ways to reap.
 *
 *	KERNEL	SIGCHLD is ignored, so the kernel releases every orphan itself
 *		and init does not even wake.  The end of main is seen at its
 *		pidfd; its status is kept there.  Needs Linux 6.15.
 *
 *	EACH	SIGCHLD names one child that died, which is looked for by its
 *		number.  Others may have died with the same signal; to find them
 *		all living children are looked at, which costs some 60 ns for
 *		each.  So that is done at once if it was cheap the last time,
 *		or found somebody; and else only after sixteen times what it
 *		cost, so that no more than a part in seventeen of the time goes
 *		to looks that find nobody.  While names keep coming it is put
 *		off, for not more than 20 ms, and those whose numbers are
 *		between two names are asked for; and after a long look signals
 *		come first.
 *
 * Who wants to know of each orphan, or of a job that stops, needs EACH.  Else
 * EACH becomes KERNEL when the first orphan is dead, or main has lived for a
 * tenth of a second: to prepare for it would delay the start, and be in vain for
 * a program that ends at once.  When main is dead and others are left, KERNEL
 * becomes EACH, to see them go.
 */
#ifndef PID1_LINUX_H
#define PID1_LINUX_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "pid1/facts.h"
#include "pid1/scope.h"

#define ALL_SIGNALS (~UINT64_C(0))

struct linux_world {
	struct reach reach;
	const struct options *options;
	int sigfd; /* with KERNEL, to sleep on; else -1 */
	int stops; /* WUNTRACED if stops are wanted as well, or 0 */
	/* To be done when there is time, and before KERNEL; or NULL. */
	void (*let_go)(const void *what);
	const void *held;
	bool leaves;       /* EACH, and KERNEL soon */
	bool kernel_reaps; /* KERNEL */
	bool hung_up;      /* main's pidfd said so */
	bool details;      /* names and times of the dead are wanted */
	bool own_proc;     /* /proc shows our pid namespace */
	enum scope told;   /* to leave, these only; SCOPE_CHILD: all were */
	bool owed;         /* somebody may be dead whom no signal named */
	pid_t named;       /* by the last SIGCHLD, or 0 */
	pid_t last;        /* who was named before */
	pid_t guess;       /* who may have died like those near him */
	uint64_t scan_at;  /* not before */
	uint64_t cost;     /* of the last look at all, if it was dear */
	uint64_t latest;   /* for the next, even if names keep coming */
	bool breathless;   /* the last look was long: signals first */
};

extern const struct facts linux_facts;

/*
 * Everything but reach, options, let_go, leaves, details and stops is filled in.
 * `first`: main is known to be the first child there ever was.
 */
void linux_init(struct linux_world *w, bool first);

/* Block exactly these; returns what was blocked before. */
uint64_t linux_block(uint64_t signals);

/* What SIGCHLD shall do, SIG_DFL or SIG_IGN, with flags; returns what it did. */
void (*linux_sigchld(void (*handler)(int), int flags))(int);

/* Nanoseconds on the monotonic clock. */
uint64_t linux_now(void);

#endif

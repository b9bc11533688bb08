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
 */
#ifndef PID1_LINUX_H
#define PID1_LINUX_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "pid1/facts.h"

#define ALL_SIGNALS (~UINT64_C(0))

struct linux_world {
	pid_t self;
	int stops;      /* WUNTRACED if stops are wanted as well, or 0 */
	bool details;   /* names and times of the dead are wanted */
	bool own_proc;  /* /proc shows our pid namespace */
	siginfo_t last; /* what hear() took */
};

extern const struct facts linux_facts;

void linux_init(struct linux_world *w, pid_t self, enum place place,
		bool details);

/* Block exactly these; returns what was blocked before. */
uint64_t linux_block(uint64_t signals);

/* Nanoseconds on the monotonic clock. */
uint64_t linux_now(void);

#endif

/*
 * Printing calls as strace does, and what a transcript says of the rest.
 */
#ifndef SIM_PRINT_H
#define SIM_PRINT_H

#include "sim/script.h"

/* The whole line.  A result of NULL: the call does not return. */
void print_call(struct out *o, pid_t tid, const struct call_text *call,
		const struct kith_result *result);

/* The call alone, as briefly as it can be written: "2 wait4(-1)". */
void print_made(struct out *o, pid_t tid, const struct call_text *call);

/* The two lines of a call that sleeps. */
void print_unfinished(struct out *o, pid_t tid, const struct call_text *call);
void print_resumed(struct out *o, pid_t tid, const struct call_text *call,
		   const struct kith_result *result);

/* "2", "-1 ECHILD (No child processes)", "0x1 (flags FD_CLOEXEC)" */
void print_result(struct out *o, const struct form *form, int64_t value);

/* "exited with 7", "killed by SIGABRT (core dumped)" */
void print_death(struct out *o, int status);

void print_signal_line(struct out *o, pid_t tid, int signo,
		       const struct kith_siginfo *info);
void print_death_line(struct out *o, pid_t tid, int status);
void print_superseded_line(struct out *o, pid_t tid, pid_t by);

#endif

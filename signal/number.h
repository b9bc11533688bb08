/*
 * Signal numbers, sets of them, and what each does if nobody says otherwise.
 *
 * Linux has 64.  1 to 31 are the standard signals, each with a default action;
 * 32 to 64 are real-time signals: they queue, and by default they terminate.
 */
#ifndef SIGNAL_NUMBER_H
#define SIGNAL_NUMBER_H

#include <kith/kith.h>

#include <stdbool.h>
#include <stdint.h>

/* Bit n - 1 stands for signal n.  (glibc owns the names sigset and sigmask.) */
typedef uint64_t sigbits;
#define SIGBIT(sig) (UINT64_C(1) << ((sig)-1))

enum default_action {
	DEFAULT_TERMINATE,
	DEFAULT_CORE,
	DEFAULT_IGNORE,
	DEFAULT_STOP,
};

/* sig is from 1 to KITH_NSIG. */
enum default_action signal_default(int sig);

static inline bool signal_is_valid(int64_t sig)
{
	return sig >= 0 && sig <= KITH_NSIG;
}

/* The two whose action nobody can change. */
static inline bool signal_is_kernels(int sig)
{
	return sig == KITH_SIGKILL || sig == KITH_SIGSTOP;
}

#endif

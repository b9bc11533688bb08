/*
 * The wait status: one word that says how a process ended, or what became of it
 * (rule WAI-S2).
 *
 *	exited with code c       c << 8
 *	killed by signal s       s, and 0x80 if it dumped core
 *	stopped by signal s      s << 8 | 0x7f
 *	continued                0xffff
 */
#ifndef WAIT_STATUS_H
#define WAIT_STATUS_H

#include <stdbool.h>

static inline int status_of_exit(int code)
{
	return (code & 0xff) << 8;
}

static inline bool status_is_exit(int status)
{
	return (status & 0x7f) == 0;
}

static inline bool status_is_core(int status)
{
	return (status & 0x80) != 0;
}

/* The code of an exit, or the signal of a death. */
static inline int status_value(int status)
{
	return status_is_exit(status) ? status >> 8 & 0xff : status & 0x7f;
}

/* As a shell reports it: the code, or 128 and the signal. */
static inline int status_for_shell(int status)
{
	return status_is_exit(status) ? status_value(status)
				      : 128 + status_value(status);
}

#endif

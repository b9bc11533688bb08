/*
 * The event stream, as lines of JSON, for kith tree and kith stats.
 *
 *	{"event":"start","time":0,"actor":1}
 *	{"event":"fork","time":123456,"actor":1,"subject":2}
 *	{"event":"exec","time":123456,"actor":2,"name":"sh"}
 *	{"event":"signal","time":2000000,"actor":1,"subject":2,"value":15}
 *	{"event":"seen","time":3000000,"subject":7,"name":"sleep"}
 *	{"event":"dead","time":3000000,"actor":7,"value":0}
 *	{"event":"reap","time":3000000,"actor":1,"subject":7,"value":0,...}
 *
 * The events are those of the model (include/kith/events.def) with their fields
 * by name; "seen" and "start" are what only a real init has: an orphan is first
 * met when it is dead, and who its parent was is not known any more.  Times are
 * nanoseconds since the start.
 */
#ifndef PID1_TRACE_H
#define PID1_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/rare.h"
#include "pid1/tally.h"

/* Open the file, and write the first line.  Returns the descriptor or -errno. */
RARE int trace_open(const char *path);

/* All of them: true if it was written. */
RARE bool trace_start(int fd, pid_t self);
RARE bool trace_born(int fd, uint64_t t, pid_t self, pid_t main,
		     const char *name);
RARE bool trace_exec(int fd, uint64_t t, pid_t who, const char *name);
RARE bool trace_signal(int fd, uint64_t t, pid_t from, pid_t to, int sig);
RARE bool trace_death(int fd, uint64_t t, pid_t self, const struct death *d,
		      bool is_main);
RARE bool trace_end(int fd, uint64_t t, pid_t self, int code);

#endif

/*
 * What became of everybody: for --stats and --report.
 *
 * All are counted; of the orphans only the last few are remembered one by one,
 * because an init must not grow.
 */
#ifndef PID1_TALLY_H
#define PID1_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/rare.h"
#include "wait/usage.h"

struct death {
	pid_t pid;
	int status;        /* as wait tells it */
	struct usage used; /* with those that it had waited for */
	uint64_t when_ns;  /* on the monotonic clock; 0 if nobody asks */
	char name[16];     /* as in /proc/PID/comm; "" if unknown */
};

enum { REMEMBERED = 64 };

/* Goes over to a newer init as it is: nothing is moved, new things come last. */
struct tally {
	struct death main;           /* .pid is 0 if it was never reaped */
	uint64_t started_ns;         /* init */
	uint64_t born_ns;            /* the last main */
	uint64_t passed_on, refused; /* signals */
	uint64_t stops;              /* requests to end */
	uint64_t asked_ns;           /* when the rest was told to leave, or 0 */
	uint64_t killed_ns;          /* when it was killed, or 0 */
	uint64_t orphans, killed;    /* killed: of them, by a signal */
	uint64_t again;              /* mains after the first */
	struct usage used;           /* by all orphans */
	struct death last[REMEMBERED];
};

void tally_death(struct tally *t, const struct death *death, bool is_main);
void tally_signal(struct tally *t, bool passed_on);

/* Everything, to a descriptor; without a main child there is less of it. */
RARE void tally_print(const struct tally *t, bool idle, int fd);

#endif

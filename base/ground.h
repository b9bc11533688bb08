/*
 * The ground a machine stands on: memory, time, chance, the event stream, and
 * which of the two backends is in use.
 *
 * A machine has one ground, and everything in it can reach the ground; nothing
 * in base/ knows what a process is.  The backends:
 *
 *	        single                      shared
 *	lock    its rank is checked         a mutex as well
 *	RCU     grace ends with the step    liburcu
 *	memory  an arena, can be saved      malloc, cannot
 */
#ifndef BASE_GROUND_H
#define BASE_GROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/mutant.h"

struct mutexes;
struct stream;
struct rcu_head;

struct ground {
	bool shared;             /* (c) the backend */
	struct memory *memory;   /* (c) */
	struct mutexes *mutexes; /* (c) NULL for a single driver */
	struct stream *stream;   /* (c) not in the arena */
	uint64_t clock;          /* virtual time, nanoseconds; atomic */
	uint64_t seed;           /* (q) state of chance; 0: always the first */
	struct rcu_head *deferred; /* single: freed when this step ends */
#ifdef KITH_MUTANTS
	enum mutant mutant; /* (c) which rule is broken */
#endif
};

#define ground_alloc(g, type) ((type *)memory_alloc((g)->memory, sizeof(type)))
#define ground_free(g, p)     memory_free((g)->memory, p, sizeof(*(p)))

/* Where Linux may choose, this chooses: a number below n, n > 0. */
uint32_t choose(struct ground *g, uint32_t n);

/* Let virtual time pass. */
void clock_advance(struct ground *g, uint64_t ns);
uint64_t clock_now(const struct ground *g);

#endif

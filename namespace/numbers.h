/*
 * Which numbers are taken, and by what: the ordered table of a namespace.
 *
 * A radix tree: each node has 64 slots, each level decides six bits of the
 * number, four levels do for Linux's limit of 2^22.
 *
 *	                 root              bits 18-23
 *	               /      \
 *	            node      node         bits 12-17
 *	             |
 *	            node                   bits  6-11
 *	          /      \
 *	       leaf      leaf              bits  0-5: the things themselves
 *
 * Finding is for readers under RCU, without a lock.  Changing is under the pids
 * lock.  A number is first reserved, then published once the thing behind it is
 * whole: until then it is taken, yet nobody finds anything there.  So that the
 * lowest free number is found quickly, each node knows in one word which of
 * its slots are taken and in another which of its subtrees are full.
 */
#ifndef NAMESPACE_NUMBERS_H
#define NAMESPACE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rcu.h"

enum { NUMBERS_LEVELS = 4, NUMBERS_LIMIT = 1 << 22 };

struct numbers_node {
	uint64_t
		taken; /* (p) a bit for each slot that has something under it */
	uint64_t full; /* (p) and one for each with no free number under it */
	void *slot[64];        /* (r) nodes or, in a leaf, things */
	struct ground *ground; /* (c) */
	struct rcu_head dead;
};

struct numbers {
	struct ground *ground;     /* (c) */
	struct numbers_node *root; /* (p, r) NULL at first */
	int empty; /* (p) a number in the leaf that is kept though empty; or -1 */
};

void numbers_init(struct numbers *n, struct ground *g);
void numbers_destroy(struct numbers *n); /* empty, and no readers any more */

/* 0, -EEXIST if nr is taken, -ENOMEM. */
int numbers_reserve(struct numbers *n, int nr);
void numbers_publish(struct numbers *n, int nr, void *thing);

/* Nobody finds it from now on; the number is free. */
void numbers_release(struct numbers *n, int nr);

/* The lowest number that is free, min <= number < max; -1 if there is none. */
int numbers_free_from(const struct numbers *n, int min, int max);

/* Under RCU: what is published at nr, or NULL. */
void *numbers_find(const struct numbers *n, int nr);

/* Under RCU: the lowest number, nr or more, with something; -1 if none. */
int numbers_next(const struct numbers *n, int nr, void **thing);

/* How many nodes there are; for kith_check(). */
uint64_t numbers_nodes(const struct numbers *n);

#endif

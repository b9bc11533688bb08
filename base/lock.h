/*
 * Locks that know their place.
 *
 * Every lock has a rank, and a thread may take a lock only if its rank is above
 * that of every lock it holds.  The enum below therefore *is* the lock order;
 * there is no other description of it to fall out of date.  Each acquisition
 * checks it, in both backends.
 *
 * In a shared machine a lock is a mutex.  In one with a single driver it is
 * only the check: the contract is the same, and broken contracts are found
 * where debugging is easy.
 *
 * There may be millions of locks, and mutexes are large; so a machine has a
 * fixed set of mutexes for each rank, and each lock is given one by its
 * address.  That two locks of one rank may have the same mutex is harmless:
 * nobody holds two of one rank at once.
 *
 * No lock is held between steps: kith_step() asserts that lock_depth() is 0.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/own.h"

enum lock_rank {
	RANK_FAMILY, /* who is whose parent, who is dead; wait/kin.h */
	RANK_PIDS,   /* which numbers are taken; namespace/pid.h */
	RANK_SIGNAL, /* a process's pending signals; signal/signal.h */
	RANK_ACTION, /* dispositions, perhaps of several processes */
	RANK_RUNQ,   /* who may run; process/machine.h */
	RANK_EVENT,  /* the order of events; base/event.h.  Always a leaf */
	NR_RANKS
};

enum { MUTEXES_PER_RANK = 32 };

struct ranked_mutex {
	enum lock_rank rank;   /* (c) */
	bool real;             /* (c) false: no mutex, just the rank */
	pthread_mutex_t mutex; /* if real */
};

struct mutexes {
	struct ranked_mutex of[NR_RANKS][MUTEXES_PER_RANK];
};

void mutexes_init(struct mutexes *m);
void mutexes_destroy(struct mutexes *m);

/* One word, for there is one in each of a million processes. */
struct lock {
	struct ranked_mutex *mutex; /* (c) */
};

/* m: NULL for a single driver.  There is nothing to undo. */
void lock_init(struct lock *l, enum lock_rank rank, struct mutexes *m);
/* The locks that the calling OS thread holds, lowest rank first. */
struct lock_witness {
	const struct lock *held[NR_RANKS];
	int depth;
};
extern thread_own struct lock_witness lock_witness;

/* In line, for there are dozens of these in each call. */
static inline void lock_acquire(struct lock *l)
{
	struct lock_witness *w = &lock_witness;

	assert(w->depth == 0 ||
	       w->held[w->depth - 1]->mutex->rank < l->mutex->rank);
	if (l->mutex->real)
		pthread_mutex_lock(&l->mutex->mutex);
	w->held[w->depth++] = l;
}

/* Locks may be released in any order; the ranks that are left still rise. */
void lock_release_inner(struct lock *l);

static inline void lock_release(struct lock *l)
{
	struct lock_witness *w = &lock_witness;

	if (w->depth == 0 || w->held[w->depth - 1] != l) {
		lock_release_inner(l);
		return;
	}
	w->depth--;
	if (l->mutex->real)
		pthread_mutex_unlock(&l->mutex->mutex);
}

/* How many locks the calling OS thread holds. */
static inline int lock_depth(void)
{
	return lock_witness.depth;
}

static inline bool lock_is_held(const struct lock *l)
{
	const struct lock_witness *w = &lock_witness;

	for (int i = w->depth - 1; i >= 0; i--)
		if (w->held[i] == l)
			return true;
	return false;
}

/* The contract of a function that is called with l held, stated and checked. */
#define must_hold(l) assert(lock_is_held(l))

#endif

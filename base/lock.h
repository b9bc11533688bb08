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
 * No lock is held between steps: kith_step() asserts lock_none().
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
/* The locks that the calling OS thread holds: at most one of each rank. */
struct lock_witness {
	unsigned ranks; /* a bit for each rank that is held */
	const struct lock *held[NR_RANKS];
};
extern thread_own struct lock_witness lock_witness;

/* In line, for there are dozens of these in each call. */
static inline void lock_acquire(struct lock *l)
{
	struct lock_witness *w = &lock_witness;
	struct ranked_mutex *m = l->mutex;

	assert(w->ranks >> m->rank == 0); /* the order */
	if (m->real)
		pthread_mutex_lock(&m->mutex);
	w->held[m->rank] = l;
	w->ranks |= 1u << m->rank;
}

/* Locks may be released in any order. */
static inline void lock_release(struct lock *l)
{
	struct lock_witness *w = &lock_witness;
	struct ranked_mutex *m = l->mutex;

	assert(w->ranks >> m->rank & 1 && w->held[m->rank] == l);
	w->ranks &= ~(1u << m->rank);
	if (m->real)
		pthread_mutex_unlock(&m->mutex);
}

/* How many locks the calling OS thread holds; and whether it is none. */
int lock_depth(void);

static inline bool lock_none(void)
{
	return lock_witness.ranks == 0;
}

static inline bool lock_is_held(const struct lock *l)
{
	const struct lock_witness *w = &lock_witness;

	return w->ranks >> l->mutex->rank & 1 && w->held[l->mutex->rank] == l;
}

/* The contract of a function that is called with l held, stated and checked. */
#define must_hold(l) assert(lock_is_held(l))

#endif

#include "base/lock.h"

#include <assert.h>
#include <stdint.h>

thread_own struct lock_witness lock_witness;

void mutexes_init(struct mutexes *m)
{
	for (int rank = 0; rank < NR_RANKS; rank++) {
		for (int i = 0; i < MUTEXES_PER_RANK; i++) {
			m->of[rank][i].rank = (enum lock_rank)rank;
			m->of[rank][i].real = true;
			pthread_mutex_init(&m->of[rank][i].mutex, NULL);
		}
	}
}

void mutexes_destroy(struct mutexes *m)
{
	for (int rank = 0; rank < NR_RANKS; rank++)
		for (int i = 0; i < MUTEXES_PER_RANK; i++)
			pthread_mutex_destroy(&m->of[rank][i].mutex);
}

void lock_init(struct lock *l, enum lock_rank rank, struct mutexes *m)
{
	static const struct ranked_mutex unreal[NR_RANKS] = {
		[RANK_FAMILY].rank = RANK_FAMILY,
		[RANK_PIDS].rank = RANK_PIDS,
		[RANK_SIGNAL].rank = RANK_SIGNAL,
		[RANK_ACTION].rank = RANK_ACTION,
		[RANK_RUNQ].rank = RANK_RUNQ,
		[RANK_EVENT].rank = RANK_EVENT,
	};
	uintptr_t hash = (uintptr_t)l / 16 * 0x9e3779b1u >> 7;

	l->mutex =
		m ? &m->of[rank][hash % MUTEXES_PER_RANK]
		  : (struct ranked_mutex *)&unreal[rank]; /* not written to */
}

int lock_depth(void)
{
	return __builtin_popcount(lock_witness.ranks);
}

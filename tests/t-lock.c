/*
 * Locks and their ranks, in both backends.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"
#include "tests/tap.h"

static struct mutexes mutexes;
static struct lock lock[NR_RANKS], twin;
static const char *backend;

static void make_locks(struct mutexes *m)
{
	backend = m ? "shared" : "single";
	for (int rank = 0; rank < NR_RANKS; rank++)
		lock_init(&lock[rank], (enum lock_rank)rank, m);
	lock_init(&twin, RANK_SIGNAL, m);
}

/* Does fn(a, b) abort?  It has a process of its own for that. */
static bool aborts(void (*fn)(int, int), int a, int b)
{
	const struct rlimit no_core = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		close(2);
		fn(a, b);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void take_both(int a, int b)
{
	lock_acquire(&lock[a]);
	lock_acquire(&lock[b]);
}

static void take_twins(int a, int b)
{
	(void)a;
	(void)b;
	lock_acquire(&lock[RANK_SIGNAL]);
	lock_acquire(&twin);
}

static void release_one_not_held(int a, int b)
{
	lock_acquire(&lock[a]);
	lock_release(&lock[b]);
}

static void must_hold_one(int a, int b)
{
	lock_acquire(&lock[a]);
	must_hold(&lock[b]);
}

static void locks_are_taken_in_the_order_of_their_ranks(void)
{
	unsigned wrong = 0;

	for (int a = 0; a < NR_RANKS; a++)
		for (int b = 0; b < NR_RANKS; b++)
			wrong += aborts(take_both, a, b) != (b <= a);
	is(wrong, 0, "%s: of all pairs, those that rise are fine; others abort",
	   backend);
	ok(aborts(take_twins, 0, 0), "%s: two of one rank abort", backend);
}

static void contracts_are_checked(void)
{
	ok(!aborts(must_hold_one, RANK_PIDS, RANK_PIDS),
	   "%s: a contract that holds is silent", backend);
	ok(aborts(must_hold_one, RANK_PIDS, RANK_FAMILY),
	   "%s: a broken one aborts", backend);
	ok(aborts(release_one_not_held, RANK_PIDS, RANK_FAMILY),
	   "%s: so does the release of a lock that is not held", backend);
}

static void locks_are_released_in_any_order(void)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
	};
	unsigned wrong = 0;

	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 3; k++)
			lock_acquire(&lock[k]);
		for (int k = 0; k < 3; k++) {
			wrong += lock_depth() != 3 - k;
			wrong += !lock_is_held(&lock[orders[i][k]]);
			lock_release(&lock[orders[i][k]]);
			wrong += lock_is_held(&lock[orders[i][k]]);
		}
		wrong += lock_depth() != 0;
	}
	is(wrong, 0, "%s: three locks, released in every order", backend);
}

static void what_is_left_still_counts(void)
{
	lock_acquire(&lock[RANK_FAMILY]);
	lock_acquire(&lock[RANK_SIGNAL]);
	lock_release(&lock[RANK_FAMILY]);
	ok(aborts(take_both, RANK_PIDS, RANK_RUNQ),
	   "%s: below the one that is left nothing can be taken", backend);
	ok(!aborts(take_both, RANK_RUNQ, RANK_EVENT), "%s: above it, it can",
	   backend);
	lock_release(&lock[RANK_SIGNAL]);
}

static void *look_from_elsewhere(void *seen)
{
	*(int *)seen = lock_depth() + lock_is_held(&lock[RANK_FAMILY]);
	return NULL;
}

static void another_thread_holds_nothing(void)
{
	pthread_t thread;
	int seen = -1;

	lock_acquire(&lock[RANK_FAMILY]);
	pthread_create(&thread, NULL, look_from_elsewhere, &seen);
	pthread_join(thread, NULL);
	is(seen, 0, "%s: what I hold, another thread does not", backend);
	lock_release(&lock[RANK_FAMILY]);
}

int main(void)
{
	mutexes_init(&mutexes);
	for (int shared = 0; shared < 2; shared++) {
		make_locks(shared ? &mutexes : NULL);
		locks_are_taken_in_the_order_of_their_ranks();
		contracts_are_checked();
		locks_are_released_in_any_order();
		what_is_left_still_counts();
		another_thread_holds_nothing();
	}
	mutexes_destroy(&mutexes);
	return done_testing();
}

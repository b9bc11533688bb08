/*
 * Many lives on one machine, driven by several OS threads at once: births,
 * deaths, waits, look-ups, adoption and kills at random.  The race detectors
 * watch; at the end nobody is left but init, and everything is accounted for.
 *
 * KITH_LIVES says how many lives there are to be, if not as many as usual.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <kith/kith.h>

#include "tests/tap.h"

#if defined(__has_include) && __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

enum { WORKERS = 3, CALLS_EACH = 6, NEWEST = 64 };

struct world {
	long target;        /* births there may be */
	atomic_long births; /* and have been */
	atomic_long kills, adoptions, lookups, found, waits, execs, threads;
	atomic_int newest[NEWEST]; /* numbers to kill and to look up */
	atomic_int latest;
	atomic_long fatherless;
	atomic_long steps;
	atomic_bool over, stuck;
	struct kith_machine *machine;
};

static uint32_t chance(uint32_t n)
{
	static _Thread_local uint64_t state;

	if (!state)
		state = (uintptr_t)&state | 1;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % n;
}

static pid_t anybody(struct world *w)
{
	return atomic_load(&w->newest[chance(NEWEST)]);
}

static bool give_birth(struct world *w, struct kith_call *next)
{
	if (atomic_fetch_add(&w->births, 1) >= w->target)
		return false;
	switch (chance(8)) {
	case 0:
		*next = (struct kith_call){ .nr = KITH_VFORK };
		break;
	case 1:
		atomic_fetch_add(&w->threads, 1);
		*next = (struct kith_call){
			.nr = KITH_CLONE,
			.arg = { KITH_CLONE_VM | KITH_CLONE_SIGHAND |
				 KITH_CLONE_THREAD | KITH_CLONE_FILES },
		};
		break;
	case 2:
		*next = (struct kith_call){
			.nr = KITH_CLONE,
			.arg = { KITH_CLONE_VM | KITH_CLONE_FILES |
				 KITH_SIGCHLD },
		};
		break;
	default:
		*next = (struct kith_call){ .nr = KITH_FORK };
		break;
	}
	return true;
}

static void wait_for(struct kith_call *next, uint64_t options)
{
	*next = (struct kith_call){
		.nr = KITH_WAIT4,
		.arg = { (uint64_t)-1, KITH_HERE, options | KITH___WALL },
	};
}

/* Init gives birth while that is allowed, and then collects to the last. */
static bool init_program(struct world *w, const struct kith_result *last,
			 struct kith_call *next)
{
	bool no_child =
		last && last->nr == KITH_WAIT4 && last->value == -KITH_ECHILD;

	if ((no_child || chance(3) == 0) && give_birth(w, next)) {
		if (next->nr != KITH_CLONE)
			return true;
		*next = (struct kith_call){ .nr = KITH_FORK };
		return true;
	}
	if (no_child && atomic_load(&w->births) >= w->target) {
		atomic_store(&w->over, true);
		return false;
	}
	wait_for(next, atomic_load(&w->births) < w->target ? KITH_WNOHANG : 0);
	return true;
}

static void one_of_many(struct world *w, pid_t tid, struct kith_call *next)
{
	pid_t other = anybody(w);

	switch (chance(10)) {
	case 0:
		atomic_fetch_add(&w->adoptions, 1);
		*next = (struct kith_call){
			.nr = KITH_PRCTL,
			.arg = { KITH_PR_SET_CHILD_SUBREAPER, 1 },
		};
		break;
	case 1:
		atomic_fetch_add(&w->kills, 1);
		*next = (struct kith_call){
			.nr = KITH_KILL,
			.arg = { (uint64_t)(other > 1 ? other : tid),
				 chance(2) ? KITH_SIGKILL : KITH_SIGQUIT },
		};
		break;
	case 2:
		atomic_fetch_add(&w->execs, 1);
		*next = (struct kith_call){ .nr = KITH_EXECVE,
					    .arg = { KITH_HERE },
					    .in.text = "/bin/true" };
		break;
	case 3:
		*next = (struct kith_call){
			.nr = KITH_PRCTL,
			.arg = { KITH_PR_SET_PDEATHSIG, KITH_SIGTERM },
		};
		break;
	case 4:
		*next = (struct kith_call){ .nr = KITH_GETPPID };
		break;
	case 5:
		*next = (struct kith_call){
			.nr = KITH_RT_SIGACTION,
			.arg = { KITH_SIGCHLD, KITH_HERE, 0, 8 },
			.in.action = { .handler = chance(2) },
		};
		break;
	default:
		atomic_fetch_add(&w->waits, 1);
		wait_for(next, chance(2) ? KITH_WNOHANG : 0);
		break;
	}
}

/* A thread does a few things and goes; how few, its luck decides. */
static bool program(void *ctx, pid_t tid, const struct kith_result *last,
		    struct kith_call *next)
{
	struct world *w = ctx;

	if (!last) {
		atomic_store(&w->newest[(unsigned)tid % NEWEST], tid);
		atomic_store(&w->latest, tid);
	}
	if (tid == 1)
		return init_program(w, last, next);
	if (chance(CALLS_EACH) == 0) {
		*next = (struct kith_call){
			.nr = chance(4) ? KITH_EXIT_GROUP : KITH_EXIT,
			.arg = { chance(256) },
		};
		return true;
	}
	if (chance(3) == 0 && give_birth(w, next))
		return true;
	one_of_many(w, tid, next);
	return true;
}

/* The number that comes next is a good one: somebody is just being born there. */
static void look_around(struct world *w)
{
	struct kith_look look;
	pid_t who = chance(2) ? anybody(w)
			      : atomic_load(&w->latest) + 1 + (pid_t)chance(3);
	pid_t parent;

	atomic_fetch_add(&w->lookups, 1);
	parent = kith_parent(w->machine, who);
	if (parent >= 0)
		atomic_fetch_add(&w->found, 1);
	if (parent == 0 && who != 1)
		atomic_fetch_add(&w->fatherless, 1);
	if (chance(8) == 0)
		kith_look(w->machine, who, &look);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Nobody could take a step for so long that nobody ever will. */
static void despair(struct world *w, long *seen, double *since)
{
	const double patience = RUNNING_ON_VALGRIND ? 30 : 5;
	long steps = atomic_load(&w->steps);

	if (steps != *seen) {
		*seen = steps;
		*since = seconds();
	} else if (seconds() - *since > patience) {
		atomic_store(&w->stuck, true);
		atomic_store(&w->over, true);
	}
	sched_yield();
}

static void *work(void *arg)
{
	struct world *w = arg;
	double since = seconds();
	long seen = -1;

	kith_worker_begin();
	while (!atomic_load(&w->over)) {
		if (kith_step(w->machine))
			atomic_fetch_add(&w->steps, 1);
		else
			despair(w, &seen, &since);
		if (chance(4) == 0)
			look_around(w);
	}
	while (kith_step(w->machine))
		;
	kith_worker_end();
	return NULL;
}

static long how_many(void)
{
	const char *want = getenv("KITH_LIVES");

	if (want)
		return atol(want);
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
	return 20000;
#endif
	return RUNNING_ON_VALGRIND ? 3000 : 50000;
}

static long count_threads(struct kith_machine *m)
{
	long n = 0;

	for (pid_t nr = kith_next(m, 0); nr; nr = kith_next(m, nr))
		n++;
	return n;
}

static void many_lives_end_well(bool micro)
{
	struct world w = { .target = how_many() };
	pthread_t worker[WORKERS];
	char what[200] = "";

	kith_worker_begin();
	w.machine = kith_new(&(struct kith_config){ .shared = true,
						    .micro = micro,
						    .program = program,
						    .ctx = &w });
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&worker[i], NULL, work, &w);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(worker[i], NULL);
	ok(kith_check(w.machine, what, sizeof(what)),
	   "%s steps: after all these lives everything fits together%s%s",
	   micro ? "small" : "whole", *what ? ": " : "", what);
	ok(!w.stuck, "and it came to an end by itself");
	is(count_threads(w.machine), 1, "nobody is left but init");
	is(w.fatherless, 0, "and nobody ever had no parent");
	diag("%ld lives, %ld threads, %ld waits, %ld kills, %ld execs, "
	     "%ld of %ld look-ups found somebody",
	     w.target, w.threads, w.waits, w.kills, w.execs, w.found,
	     w.lookups);
	kith_free(w.machine);
	kith_worker_end();
}

int main(void)
{
	many_lives_end_well(false);
	many_lives_end_well(true);
	return done_testing();
}

/*
 * Finding a process by its number: two OS threads against one, while a third
 * gives birth a thousand times a second.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <kith/kith.h>

#include "tests/bench.h"

enum { PROCESSES = 10000, BATCH = 2000 };
#define ROUND_NS 2e8

struct world {
	struct kith_machine *machine;
	atomic_bool over;
	atomic_long looks;
	double until;
};

static void *writer(void *arg)
{
	const struct timespec pace = { .tv_nsec = 1000000 };
	const struct kith_call birth = { .nr = KITH_FORK },
			       death = { .nr = KITH_EXIT_GROUP },
			       wait = { .nr = KITH_WAIT4,
					.arg = { (uint64_t)-1 } };
	struct world *w = arg;
	struct kith_result child;

	kith_worker_begin();
	while (!atomic_load(&w->over)) {
		kith_call(w->machine, 1, &birth);
		kith_run(w->machine);
		kith_result(w->machine, 1, &child);
		kith_call(w->machine, (pid_t)child.value, &death);
		kith_run(w->machine);
		kith_call(w->machine, 1, &wait);
		kith_run(w->machine);
		nanosleep(&pace, NULL);
	}
	kith_worker_end();
	return NULL;
}

static void *reader(void *arg)
{
	struct world *w = arg;
	uint32_t who = (uint32_t)(uintptr_t)&who;
	long found = 0;

	kith_worker_begin();
	while (bench_now() < w->until) {
		for (int i = 0; i < BATCH; i++) {
			who = who * 1664525 + 1013904223;
			found += kith_parent(w->machine,
					     (pid_t)(who >> 8) % PROCESSES +
						     1) >= 0;
		}
	}
	atomic_fetch_add(&w->looks, found);
	kith_worker_end();
	return NULL;
}

/* Look-ups a second, in millions, by so many readers. */
static double lookups(struct world *w, int readers)
{
	pthread_t t[2];
	double start = bench_now();

	atomic_store(&w->looks, 0);
	w->until = start + ROUND_NS;
	for (int i = 0; i < readers; i++)
		pthread_create(&t[i], NULL, reader, w);
	for (int i = 0; i < readers; i++)
		pthread_join(t[i], NULL);
	return (double)atomic_load(&w->looks) / (bench_now() - start) * 1e3;
}

int main(void)
{
	struct world w = { .looks = 0 };
	double one[BENCH_ROUNDS], two[BENCH_ROUNDS], ratio[BENCH_ROUNDS], r;
	const struct kith_call birth = { .nr = KITH_FORK };
	pthread_t t;

	kith_worker_begin();
	w.machine = kith_new(&(struct kith_config){ .shared = true });
	if (!w.machine)
		return 1;
	for (int i = 1; i < PROCESSES; i++) {
		kith_call(w.machine, 1, &birth);
		kith_run(w.machine);
	}
	pthread_create(&t, NULL, writer, &w);
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		one[i] = lookups(&w, 1);
		two[i] = lookups(&w, 2);
		ratio[i] = two[i] / one[i];
	}
	atomic_store(&w.over, true);
	pthread_join(t, NULL);
	r = bench_median(ratio, BENCH_ROUNDS);
	bench_line("look-ups: 2 threads against 1, with a writer",
		   bench_median(two, BENCH_ROUNDS),
		   bench_median(one, BENCH_ROUNDS), "M/s", r, ">= 1.7",
		   r >= 1.7);
	kith_free(w.machine);
	kith_worker_end();
	return 0;
}

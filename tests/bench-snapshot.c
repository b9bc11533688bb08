/*
 * A hundred processes, saved and restored.
 */
#include <string.h>

#include <kith/kith.h>

#include "tests/bench.h"

enum { PROCESSES = 100, TIMES = 2000 };

/* Microseconds for a save and a restore. */
static double save_and_restore(struct kith_machine *m)
{
	double start = bench_now();

	for (int i = 0; i < TIMES; i++) {
		struct kith_snapshot *s = kith_save(m);

		if (!s || kith_restore(m, s))
			return -1;
		kith_snapshot_free(s);
	}
	return (bench_now() - start) / TIMES / 1e3;
}

/* The same for a copy of as many bytes there and back. */
static double copy(size_t size)
{
	char *a = calloc(1, size), *b;
	double start = bench_now();

	for (int i = 0; a && i < TIMES; i++) {
		b = malloc(size);
		if (!b)
			break;
		memcpy(b, a, size);
		__asm__ volatile("" ::: "memory");
		memcpy(a, b, size);
		free(b);
	}
	start = (bench_now() - start) / TIMES / 1e3;
	free(a);
	return start;
}

int main(void)
{
	const struct kith_call birth = { .nr = KITH_FORK };
	struct kith_machine *m = kith_new(NULL);
	double ours[BENCH_ROUNDS], peer[BENCH_ROUNDS], a, b;
	struct kith_memory memory;

	if (!m)
		return 1;
	for (int i = 1; i < PROCESSES; i++) {
		kith_call(m, 1, &birth);
		kith_run(m);
	}
	kith_memory(m, &memory);
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		ours[i] = save_and_restore(m);
		peer[i] = copy(memory.held);
	}
	kith_free(m);
	a = bench_median(ours, BENCH_ROUNDS);
	b = bench_median(peer, BENCH_ROUNDS);
	bench_line("save + restore 100 processes, against memcpy", a, b, "us",
		   a / b, "<= 20 us", a <= 20);
	return 0;
}

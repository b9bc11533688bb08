/*
 * wait4(-1) with one zombie among few living children, and among very many.
 */
#include <kith/kith.h>

#include "tests/bench.h"

enum { FEW = 10, MANY = 100000, WAITS = 2000 };

static const struct kith_call birth = { .nr = KITH_FORK };
static const struct kith_call death = { .nr = KITH_EXIT_GROUP };
static const struct kith_call wait_any = { .nr = KITH_WAIT4,
					   .arg = { (uint64_t)-1 } };

static pid_t be_born(struct kith_machine *m)
{
	struct kith_result child;

	kith_call(m, 1, &birth);
	kith_run(m);
	kith_result(m, 1, &child);
	return (pid_t)child.value;
}

static struct kith_machine *with_children(int n)
{
	struct kith_machine *m = kith_new(NULL);

	for (int i = 0; m && i < n; i++)
		be_born(m);
	return m;
}

/* Nanoseconds for a wait4 that finds the newest child dead. */
static double one_wait(struct kith_machine *m)
{
	double sum = 0, start;

	for (int i = 0; i < WAITS; i++) {
		kith_call(m, be_born(m), &death);
		kith_run(m);
		start = bench_now();
		kith_call(m, 1, &wait_any);
		kith_run(m);
		sum += bench_now() - start;
	}
	return sum / WAITS;
}

int main(void)
{
	struct kith_machine *few = with_children(FEW),
			    *many = with_children(MANY);
	double a[BENCH_ROUNDS], b[BENCH_ROUNDS], x, y;

	if (!few || !many)
		return 1;
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		a[i] = one_wait(many);
		b[i] = one_wait(few);
	}
	x = bench_median(a, BENCH_ROUNDS);
	y = bench_median(b, BENCH_ROUNDS);
	bench_line("wait4(-1): 100,000 children, against 10", x, y, "ns", x / y,
		   "<= 2", x <= 2 * y);
	kith_free(few);
	kith_free(many);
	return 0;
}

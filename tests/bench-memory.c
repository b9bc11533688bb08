/*
 * A million living processes in one machine: what each of them takes.
 */
#include <kith/kith.h>

#include "tests/bench.h"

enum { MANY = 1000000 };

static double held(struct kith_machine *m)
{
	struct kith_memory memory;

	kith_memory(m, &memory);
	return (double)memory.held;
}

static void be_born(struct kith_machine *m, int n)
{
	const struct kith_call birth = { .nr = KITH_FORK };

	for (int i = 0; i < n; i++) {
		kith_call(m, 1, &birth);
		kith_run(m);
	}
}

int main(void)
{
	struct kith_machine *m = kith_new(NULL);
	double none, tenth, all, each;
	char what[200];
	bool fits;

	if (!m)
		return 1;
	none = held(m);
	be_born(m, MANY / 10);
	tenth = (held(m) - none) / (MANY / 10);
	be_born(m, MANY - MANY / 10);
	all = held(m);
	each = (all - none) / MANY;
	bench_line("bytes a process: 100,000 and 1,000,000 alive", tenth, each,
		   "bytes", each / 1024, "<= 1024, linear",
		   each <= 1024 && tenth <= 1.05 * each &&
			   each <= 1.05 * tenth);
	fits = kith_check(m, what, sizeof(what));
	printf("%s\n", fits ? "all of it is accounted for" : what);
	kith_free(m);
	return !fits;
}

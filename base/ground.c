#include "base/ground.h"

#include <assert.h>

/* xorshift64*: small, and good enough to pick threads with. */
uint32_t choose(struct ground *g, uint32_t n)
{
	assert(n > 0);
	if (g->seed == 0 || n == 1)
		return 0;
	g->seed ^= g->seed >> 12;
	g->seed ^= g->seed << 25;
	g->seed ^= g->seed >> 27;
	return (uint32_t)(((g->seed * 0x2545f4914f6cdd1dull) >> 32) * n >> 32);
}

void clock_advance(struct ground *g, uint64_t ns)
{
	__atomic_add_fetch(&g->clock, ns, __ATOMIC_RELAXED);
}

uint64_t clock_now(const struct ground *g)
{
	return __atomic_load_n(&g->clock, __ATOMIC_RELAXED);
}

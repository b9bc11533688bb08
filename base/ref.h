/*
 * Counting references: atomic only where several OS threads may count.
 */
#ifndef BASE_REF_H
#define BASE_REF_H

#include <stdbool.h>

#include "base/rcu.h"

static inline void ref_get(const struct ground *g, int *ref)
{
	if (g->shared) {
		order_is_ours(ref, sizeof(*ref));
		__atomic_add_fetch(ref, 1, __ATOMIC_RELAXED);
	} else {
		++*ref;
	}
}

/* True if that was the last one; then all that was done with it is seen. */
static inline bool ref_put(const struct ground *g, int *ref)
{
	if (!g->shared)
		return --*ref == 0;
	order_is_ours(ref, sizeof(*ref));
	order_before(ref);
	if (__atomic_sub_fetch(ref, 1, __ATOMIC_ACQ_REL) != 0)
		return false;
	order_after(ref);
	return true;
}

#endif

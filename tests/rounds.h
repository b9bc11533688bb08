/*
 * How often something random is tried: rounds(n) is n in a test, fewer where each
 * takes long, and many more in a soak (KITH_SOAK).
 */
#ifndef TESTS_ROUNDS_H
#define TESTS_ROUNDS_H

#include <stdlib.h>

#include "base/bounds.h"

#if defined(__SANITIZE_THREAD__)
enum { RIG_TSAN = 1 };
#else
enum { RIG_TSAN = 0 };
#endif

static inline int rounds(int n)
{
	if (bounds_checked() || RIG_TSAN)
		return n > 8 ? n / 8 : 1;
	return getenv("KITH_SOAK") ? 50 * n : n;
}

#endif

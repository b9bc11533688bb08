/*
 * What the benchmarks share: a clock, medians, and a way of printing.
 *
 * A machine is shared and noisy, so nothing is measured once: what is compared
 * is run in turns, A B A B ..., and medians are compared.  A line reads
 *
 *	what                        median of ours  of the peer      ratio  goal
 *
 * and a goal that is missed is marked; no benchmark fails because of it.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_ROUNDS = 9 };

static inline double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int bench_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double bench_median(double *of, int n)
{
	qsort(of, (size_t)n, sizeof(of[0]), bench_order);
	return n % 2 ? of[n / 2] : (of[n / 2 - 1] + of[n / 2]) / 2;
}

static inline void bench_line(const char *what, double ours, double peer,
			      const char *unit, double ratio, const char *goal,
			      bool reached)
{
	printf("%-44s %11.1f %11.1f %-5s ratio %8.2f  goal %s%s\n", what, ours,
	       peer, unit, ratio, goal, reached ? "" : "  MISSED");
	fflush(stdout);
}

#endif

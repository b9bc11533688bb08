/*
 * A peer for bench-life: the same on the kernel that runs here.  A static
 * program, for a fork costs what has to be copied.  Prints nanoseconds a life.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench.h"

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 500;
	double start = bench_now();

	for (int i = 0; i < n; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child)
			return 1;
	}
	printf("%.1f\n", (bench_now() - start) / n);
	return 0;
}

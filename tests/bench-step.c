/*
 * Going back in a long run: `kith step` at its ten thousandth line.
 *
 * A hundred processes are born and die in turn; init and the other parents
 * wait for them.  The peer is one step forward.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/steps.h"
#include "tests/bench.h"

enum { LINES = 10000, PROCESSES = 100, TIMES = 200 };

/* A ring: the youngest is made when the eldest has been waited for. */
static void write_script(FILE *f)
{
	int next = 2, line;

	for (line = 0; line < PROCESSES; line++)
		fprintf(f, "%d fork() = %d\n",
			next == 2 || next % 4 ? 1 : next - 1, next),
			next++;
	for (int i = 0; line < LINES; i++, line += 4) {
		fprintf(f, "1 fork() = %d\n", next);
		fprintf(f, "%d fork() = %d\n", next, next + 1);
		fprintf(f, "%d exit_group(3)\n", next);
		fprintf(f, "1 wait4(%d) = %d\n", next, next);
		if (i % 2 == 0) {
			fprintf(f, "%d exit_group(0)\n", next + 1);
			fprintf(f, "1 wait4(%d) = %d\n", next + 1, next + 1);
			line += 2;
		} else {
			fprintf(f, "1 kill(%d, SIGKILL) = 0\n", next + 1);
			fprintf(f, "1 wait4(%d) = %d\n", next + 1, next + 1);
			line += 2;
		}
		next += 2;
	}
}

static double back(struct steps *s)
{
	double start = bench_now();

	steps_back(s, s->count - 1);
	return (bench_now() - start) / 1e3;
}

static double forward(struct steps *s)
{
	double start = bench_now();

	steps_next(s, 0);
	return (bench_now() - start) / 1e3;
}

static void measure(struct steps *s)
{
	static double ours[TIMES], peer[TIMES];
	double a, b;

	while (s->count < LINES)
		steps_next(s, 0);
	for (int i = 0; i < TIMES; i++) {
		if (i % 2)
			for (int n = 0; n < i % 64; n++)
				steps_back(s, s->count - 1);
		ours[i] = back(s);
		peer[i] = forward(s);
		while (s->count < LINES)
			steps_next(s, 0);
	}
	a = bench_median(ours, TIMES);
	b = bench_median(peer, TIMES);
	bench_line("back at step 10,000, against one step on", a, b, "us",
		   a / b, "<= 1000 us", a <= 1000);
	bench_line("  the slowest of 200", ours[TIMES - 1], peer[TIMES - 1],
		   "us", ours[TIMES - 1] / peer[TIMES - 1], "<= 1000 us",
		   ours[TIMES - 1] <= 1000);
}

int main(void)
{
	char path[] = "/tmp/kith-bench.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	struct script script;
	struct steps *s = calloc(1, sizeof(*s));
	int status = 1;

	if (!f || !s)
		return 1;
	write_script(f);
	fclose(f);
	if (!script_read(&script, path) && !steps_begin(s, &script, NULL)) {
		measure(s);
		status = steps_end(s);
	}
	unlink(path);
	script_free(&script);
	free(s);
	return status;
}

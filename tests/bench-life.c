/*
 * A life: fork, exit, wait4, in a machine with a single driver and on Linux.
 */
#include <kith/kith.h>

#include "tests/bench.h"

enum { LIVES = 50000, PEER_LIVES = 400 };

static double our_life(struct kith_machine *m)
{
	const struct kith_call birth = { .nr = KITH_FORK },
			       death = { .nr = KITH_EXIT_GROUP },
			       wait = { .nr = KITH_WAIT4,
					.arg = { (uint64_t)-1 } };
	struct kith_result child;
	double start = bench_now();

	for (int i = 0; i < LIVES; i++) {
		kith_call(m, 1, &birth);
		kith_step(m);
		kith_result(m, 1, &child);
		kith_call(m, (pid_t)child.value, &death);
		kith_step(m);
		kith_call(m, 1, &wait);
		kith_step(m);
	}
	return (bench_now() - start) / LIVES;
}

/* Negative if the peer can't be run. */
static double their_life(const char *path)
{
	char command[4096];
	double ns = -1;
	FILE *peer;

	snprintf(command, sizeof(command), "exec '%s' %d", path, PEER_LIVES);
	peer = popen(command, "r");
	if (!peer)
		return -1;
	if (fscanf(peer, "%lf", &ns) != 1)
		ns = -1;
	return pclose(peer) == 0 ? ns : -1;
}

int main(void)
{
	const char *o = getenv("O");
	double ours[BENCH_ROUNDS], theirs[BENCH_ROUNDS], a, b;
	struct kith_machine *m = kith_new(NULL);
	char path[3000];

	snprintf(path, sizeof(path), "%s/tests/peer-fork", o ? o : "build");
	if (!m)
		return 1;
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		ours[i] = our_life(m);
		theirs[i] = their_life(path);
		if (theirs[i] < 0) {
			fprintf(stderr, "bench-life: cannot run %s\n", path);
			return 1;
		}
	}
	kith_free(m);
	a = bench_median(ours, BENCH_ROUNDS);
	b = bench_median(theirs, BENCH_ROUNDS);
	bench_line("fork + exit + wait, against Linux", a, b, "ns", b / a,
		   ">= 150", b / a >= 150);
	return 0;
}

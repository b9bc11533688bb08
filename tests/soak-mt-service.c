/*
 * 100,000 children from 4 threads, started, waited for, killed and reaped by
 * each other: no leak, no lost status, no stolen wait.  Shorter unless it is
 * meant.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/service-crowd.h"
#include "tests/tap.h"

enum { THREADS = 4, DEPTH = 8, RELEASED_EVERY = 16 };

static long per_thread, killed;

static void count_kill(void)
{
	pthread_mutex_lock(&lock);
	killed++;
	pthread_mutex_unlock(&lock);
}

static long count(const char *path)
{
	DIR *d = opendir(path);
	long n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static long resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size, pages = 0;

	if (fscanf(f, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	fclose(f);
	return pages * 4;
}

/* Several at a time, so that ends and starts mix. */
static void *live(void *arg)
{
	struct one one[DEPTH];
	unsigned seed = (unsigned)(size_t)arg * 7919;

	for (long i = 0; i < per_thread; i += DEPTH) {
		for (int j = 0; j < DEPTH; j++)
			begin_one(&one[j], (seed = seed * 69069 + 1) >> 8);
		for (int j = 0; j < DEPTH; j++) {
			end_one(&one[j], (i + j) % RELEASED_EVERY != 0);
			if (one[j].kill)
				count_kill();
		}
	}
	return NULL;
}

static void *reap(void *arg)
{
	struct pollfd p = { .fd = kith_service_fd(service), .events = POLLIN };

	(void)arg;
	while (!stopped()) {
		poll(&p, 1, 10);
		kith_service_reap(service);
	}
	while (kith_service_count(service)) {
		poll(&p, 1, -1);
		kith_service_reap(service);
	}
	return NULL;
}

static void lives(long n)
{
	per_thread = n / THREADS;
	run_threads(THREADS, live, reap, NULL);
}

int main(void)
{
	long n = getenv("KITH_SOAK") ? 100000 : 320, before, memory;
	struct kith_service_stats stats;

	service = kith_service_new(NULL);
	lives(64); /* what threads and malloc keep is kept by now */
	before = count("/proc/self/fd");
	memory = resident_kb();
	lives(n);
	kith_service_stats(service, &stats);
	diag("%lu children, %ld of them killed; %ld kB more than before",
	     (unsigned long)stats.ended, killed, resident_kb() - memory);
	is(wrong, 0, "every status is right");
	is(stats.spawned, n + 64, "all were started");
	is(stats.ended, n + 64, "and every one of them ended once");
	is(stats.lost, 0, "no status was lost");
	is(count("/proc/self/fd"), before, "no descriptor was");
	ok(resident_kb() - memory < 4096, "nor memory");
	is(kith_service_free(service), 0, "nobody is left");
	ok(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD, "no zombie is");
	return done_testing();
}

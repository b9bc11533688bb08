/*
 * 100,000 children from 4 threads, started, waited for, killed and reaped by
 * each other: no leak, no lost status, no stolen wait.  Shorter unless it is
 * meant.
 */
#include <kith/service.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

enum { THREADS = 4, DEPTH = 8, RELEASED_EVERY = 16 };

static struct kith_service *service;
static long per_thread, wrong, killed;
static bool stop;

/* helgrind knows nothing of atomics. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void expect(bool good)
{
	pthread_mutex_lock(&lock);
	wrong += !good;
	pthread_mutex_unlock(&lock);
}

static void set_stop(bool on)
{
	pthread_mutex_lock(&lock);
	stop = on;
	pthread_mutex_unlock(&lock);
}

static bool stopped(void)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = stop;
	pthread_mutex_unlock(&lock);
	return is;
}

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

struct one {
	int handle, code;
	bool kill;
};

static void start(struct one *o, unsigned seed)
{
	static const char *const sleeper[] = { "sleep", "1000", NULL };
	char line[32];
	const char *const exiter[] = { "sh", "-c", line, NULL };
	struct kith_spawn how = { .command = "/bin/sh", .arguments = exiter };
	struct kith_spawned c;

	o->kill = seed % 2;
	o->code = (int)(seed / 2 % 100);
	snprintf(line, sizeof(line), "exit %d", o->code);
	if (o->kill) {
		how.command = "/bin/sleep";
		how.arguments = sleeper;
	}
	o->handle = -1;
	if (kith_service_spawn(service, &how, &c) == 0)
		o->handle = c.handle;
	expect(o->handle >= 0);
	if (o->kill)
		expect(!kith_service_kill(service, o->handle, SIGKILL, false));
}

static void end(struct one *o, bool waits)
{
	struct kith_ended e;

	if (waits) {
		expect(kith_service_wait(service, o->handle, -1, &e) == 0);
		expect(!e.unknown);
		expect(o->kill ? e.signal == SIGKILL
			       : !e.signal && e.code == o->code);
	}
	expect(kith_service_release(service, o->handle) == 0);
	if (o->kill)
		count_kill();
}

/* Several at a time, so that ends and starts mix. */
static void *live(void *arg)
{
	struct one one[DEPTH];
	unsigned seed = (unsigned)(size_t)arg * 7919;

	for (long i = 0; i < per_thread; i += DEPTH) {
		for (int j = 0; j < DEPTH; j++)
			start(&one[j], seed = seed * 1103515245 + 12345);
		for (int j = 0; j < DEPTH; j++)
			end(&one[j], (i + j) % RELEASED_EVERY != 0);
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
	pthread_t t[THREADS], reaper;

	per_thread = n / THREADS;
	set_stop(false);
	pthread_create(&reaper, NULL, reap, NULL);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, live, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	set_stop(true);
	pthread_join(reaper, NULL);
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

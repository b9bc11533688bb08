/*
 * Threads that share a service, for tests: each gives children a life and looks
 * whether it is told of that life, and not of another.
 *
 *	seed ---> a code, or a death by KILL ---> begin_one() ... end_one()
 *
 * What is wrong is counted under a lock, and looked at when the threads are gone.
 */
#ifndef TESTS_SERVICE_CROWD_H
#define TESTS_SERVICE_CROWD_H

#include <kith/service.h>

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

static struct kith_service *service;
static long wrong;
static bool stop;

/* helgrind knows nothing of atomics. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static inline void expect(bool good)
{
	pthread_mutex_lock(&lock);
	wrong += !good;
	pthread_mutex_unlock(&lock);
}

static inline void set_stop(bool on)
{
	pthread_mutex_lock(&lock);
	stop = on;
	pthread_mutex_unlock(&lock);
}

static inline bool stopped(void)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = stop;
	pthread_mutex_unlock(&lock);
	return is;
}

struct one {
	int handle, code;
	bool kill;
};

/* A third of the seeds are killed. */
static inline void begin_one(struct one *o, unsigned seed)
{
	static const char *const sleeper[] = { "sleep", "1000", NULL };
	char line[32];
	const char *const exiter[] = { "sh", "-c", line, NULL };
	struct kith_spawn how = { .command = "/bin/sh", .arguments = exiter };
	struct kith_spawned c;

	o->kill = seed % 3 == 0;
	o->code = (int)(seed / 3 % 120);
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

/* Waits for it, or lets go of it as it is. */
static inline void end_one(const struct one *o, bool waits)
{
	struct kith_ended e;

	if (waits) {
		expect(kith_service_wait(service, o->handle, -1, &e) == 0);
		expect(!e.unknown);
		expect(o->kill ? e.signal == SIGKILL
			       : !e.signal && e.code == o->code);
	}
	expect(kith_service_release(service, o->handle) == 0);
}

/* So many threads live(0), live(1) ..., with one beside them until they end. */
static inline void run_threads(size_t n, void *(*live)(void *),
			       void *(*beside)(void *), void *arg)
{
	pthread_t t[16], other;

	set_stop(false);
	if (beside)
		pthread_create(&other, NULL, beside, arg);
	for (size_t i = 0; i < n; i++)
		pthread_create(&t[i], NULL, live, (void *)i);
	for (size_t i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	set_stop(true);
	if (beside)
		pthread_join(other, NULL);
}

#endif

/*
 * The service library used by several threads at once: no status is lost and
 * none is taken twice, whoever reaps, waits, kills and forks beside it.
 */
#include <kith/service.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

enum { THREADS = 4 };

/* A race detector makes a birth take ten times as long. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || \
	defined(WITH_HELGRIND)
enum { ROUNDS = 12 };
#else
enum { ROUNDS = 60 };
#endif

static struct kith_service *service;
static int wrong;
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

/* Starts one with a code of its own, now and then kills it, and waits. */
static void *live(void *arg)
{
	unsigned me = (unsigned)(size_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		char line[64];
		bool kills = (i + me) % 3 == 0;
		int code = (int)((me * 50 + i) % 120);
		struct kith_spawn how = {
			.command = "/bin/sh",
			.arguments =
				(const char *const[]){ "sh", "-c", line, NULL },
		};
		struct kith_spawned c;
		struct kith_ended end;

		line[0] = '\0';
		strcat(line, kills ? "exec sleep 1000" : "exit ");
		if (!kills) {
			char digits[4] = { (char)('0' + code / 100),
					   (char)('0' + code / 10 % 10),
					   (char)('0' + code % 10), 0 };
			strcat(line, digits);
		}
		if (kith_service_spawn(service, &how, &c)) {
			expect(false);
			continue;
		}
		if (kills)
			expect(kith_service_kill(service, c.handle, SIGKILL,
						 false) == 0);
		expect(kith_service_wait(service, c.handle, -1, &end) == 0);
		expect(!end.unknown);
		expect(kills ? end.signal == SIGKILL : end.code == code);
		expect(kith_service_release(service, c.handle) == 0);
	}
	return NULL;
}

/* Reaps all the time, which must not matter to those who wait. */
static void *reap(void *arg)
{
	struct pollfd p = { .fd = kith_service_fd(service), .events = POLLIN };
	int *reaped = arg;

	while (!stopped()) {
		poll(&p, 1, 5);
		*reaped += kith_service_reap(service);
	}
	return NULL;
}

static void threads_live_and_one_reaps(void)
{
	pthread_t t[THREADS], reaper;
	struct kith_service_stats stats;
	int reaped = 0;

	wrong = 0;
	set_stop(false);
	service = kith_service_new(NULL);
	pthread_create(&reaper, NULL, reap, &reaped);
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, live, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	set_stop(true);
	pthread_join(reaper, NULL);
	is(wrong, 0, "every status is the child's own");
	kith_service_stats(service, &stats);
	is(stats.spawned, THREADS * ROUNDS, "all were started");
	is(stats.ended, THREADS * ROUNDS, "and each ended once");
	is(stats.lost, 0, "and none was lost");
	diag("the reaper was first %d times", reaped);
	is(kith_service_count(service), 0, "nobody is left");
	kith_service_free(service);
	ok(waitpid(-1, NULL, __WALL) < 0 && errno == ECHILD, "nor a zombie");
}

static int one;

static void *wait_for_one(void *arg)
{
	struct kith_ended *end = arg;

	end->code = -1;
	expect(kith_service_wait(service, one, -1, end) == 0);
	return NULL;
}

static void all_who_wait_are_told(void)
{
	struct kith_ended end[THREADS];
	struct kith_spawn how = {
		.command = "/bin/sh",
		.arguments = (const char *const[]){ "sh", "-c",
						    "read x; exit 42", NULL },
		.input = KITH_STREAM_PIPE,
	};
	struct kith_spawned c;
	pthread_t t[THREADS];

	wrong = 0;
	service = kith_service_new(NULL);
	kith_service_spawn(service, &how, &c);
	one = c.handle;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, wait_for_one, &end[i]);
	close(c.input);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		expect(end[i].code == 42);
	}
	is(wrong, 0, "several threads wait for one child: all are told");
	kith_service_release(service, c.handle);
	kith_service_free(service);
}

static void *wait_and_see(void *arg)
{
	/* The handle is taken away meanwhile, but not from under a waiter. */
	int r = kith_service_wait(service, one, -1, arg);

	expect(r == 0 || r == -EBADF);
	return NULL;
}

static void a_handle_may_be_released_under_a_waiter(void)
{
	struct kith_service_stats stats;

	wrong = 0;
	service = kith_service_new(NULL);
	for (int i = 0; i < ROUNDS / 4; i++) {
		struct kith_spawn how = { .command = "/bin/cat",
					  .input = KITH_STREAM_PIPE };
		struct kith_ended end[THREADS];
		struct kith_spawned c;
		pthread_t t[THREADS];

		kith_service_spawn(service, &how, &c);
		one = c.handle;
		for (int j = 0; j < THREADS; j++)
			pthread_create(&t[j], NULL, wait_and_see, &end[j]);
		expect(kith_service_release(service, c.handle) == 0);
		close(c.input);
		for (int j = 0; j < THREADS; j++)
			pthread_join(t[j], NULL);
		/* If nobody waited yet, it is the reaper's. */
		while (kith_service_count(service))
			kith_service_reap(service);
	}
	is(wrong, 0, "whoever waits already is told");
	kith_service_stats(service, &stats);
	is(stats.ended, ROUNDS / 4, "and nobody is forgotten");
	kith_service_free(service);
}

/* The program's own children, waited for by anyone who passes by. */
static void *own_children(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid ==
		    0) /* a code would be valgrind's, if it had any doubt */
			raise(SIGKILL);
		expect(waitpid(pid, &status, 0) == pid);
		expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	return NULL;
}

static void the_program_has_children_of_its_own(void)
{
	pthread_t t[2], other;

	wrong = 0;
	service = kith_service_new(NULL);
	pthread_create(&other, NULL, own_children, NULL);
	for (size_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, live, (void *)i);
	for (size_t i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	pthread_join(other, NULL);
	is(wrong, 0, "neither takes the other's");
	kith_service_free(service);
}

static void *reap_everybody(void *arg)
{
	(void)arg;
	while (!stopped())
		kith_service_reap(service);
	return NULL;
}

static void a_newborn_is_not_taken_for_an_orphan(void)
{
	struct kith_service_config config = { .orphans = true };
	struct kith_service_stats stats;
	pthread_t t[2], reaper;

	wrong = 0;
	set_stop(false);
	service = kith_service_new(&config);
	pthread_create(&reaper, NULL, reap_everybody, NULL);
	for (size_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, live, (void *)i);
	for (size_t i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	set_stop(true);
	pthread_join(reaper, NULL);
	is(wrong, 0, "with somebody who reaps everybody all the time");
	kith_service_stats(service, &stats);
	is(stats.orphans, 0, "nobody of ours is taken for an orphan");
	kith_service_free(service);
}

int main(void)
{
	threads_live_and_one_reaps();
	all_who_wait_are_told();
	a_handle_may_be_released_under_a_waiter();
	the_program_has_children_of_its_own();
	a_newborn_is_not_taken_for_an_orphan();
	return done_testing();
}

/*
 * The service library used by several threads at once: no status is lost and
 * none is taken twice, whoever reaps, waits, kills and forks beside it.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/service-crowd.h"
#include "tests/tap.h"

enum { THREADS = 4 };

/* A race detector makes a birth take ten times as long. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || \
	defined(WITH_HELGRIND)
enum { ROUNDS = 12 };
#else
enum { ROUNDS = 60 };
#endif

static void *live(void *arg)
{
	unsigned me = (unsigned)(size_t)arg;
	struct one one;

	for (unsigned i = 0; i < ROUNDS; i++) {
		begin_one(&one, me * 50 + i);
		end_one(&one, true);
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
	struct kith_service_stats stats;
	int reaped = 0;

	wrong = 0;
	service = kith_service_new(NULL);
	run_threads(THREADS, live, reap, &reaped);
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
	wrong = 0;
	service = kith_service_new(NULL);
	run_threads(2, live, own_children, NULL);
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

	wrong = 0;
	service = kith_service_new(&config);
	run_threads(2, live, reap_everybody, NULL);
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

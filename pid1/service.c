/*
 * A service is made, and comes to its end.
 */
#include "pid1/service.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_CHAINS = 64, USUAL_GRACE = 2000, LAST_GRACE = 1000 };

uint64_t service_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- memory --------------------------------------------------------------- */

static void *usual_resize(void *ctx, void *old, size_t size)
{
	(void)ctx;
	if (size)
		return realloc(old, size);
	free(old);
	return NULL;
}

void *service_allocate(struct kith_service *s, size_t size)
{
	void *new;

	pthread_mutex_lock(&s->lock);
	new = s->config.resize(s->config.ctx, NULL, size);
	pthread_mutex_unlock(&s->lock);
	return new ? memset(new, 0, size) : NULL;
}

void service_free_locked(struct kith_service *s, void *old)
{
	s->config.resize(s->config.ctx, old, 0);
}

void service_free(struct kith_service *s, void *old)
{
	pthread_mutex_lock(&s->lock);
	service_free_locked(s, old);
	pthread_mutex_unlock(&s->lock);
}

/* --- making one, and its end ---------------------------------------------- */

/* The thread that makes the service, and those it makes later. */
static void block_signals(uint64_t set)
{
	if (set)
		syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof(set));
}

static void release_memory(struct kith_service *s)
{
	void *(*resize)(void *, void *, size_t) = s->config.resize;
	void *ctx = s->config.ctx;

	if (s->epoll >= 0)
		close(s->epoll);
	if (s->cgroup >= 0)
		close(s->cgroup);
	resize(ctx, s->by_handle, 0);
	resize(ctx, s->by_pid, 0);
	pthread_mutex_destroy(&s->lock);
	pthread_rwlock_destroy(&s->births);
	log_close(&s->log);
	resize(ctx, s, 0);
}

static int set_up(struct kith_service *s)
{
	int err = log_open(&s->log, s->config.log_path, s->config.log_level);

	if (err)
		return -err;
	if (s->config.cgroup)
		s->cgroup = open(s->config.cgroup,
				 O_PATH | O_DIRECTORY | O_CLOEXEC);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0 || (s->config.cgroup && s->cgroup < 0))
		return errno;
	s->by_handle = service_allocate(s, FIRST_CHAINS * sizeof(void *));
	s->by_pid = service_allocate(s, FIRST_CHAINS * sizeof(void *));
	if (!s->by_handle || !s->by_pid)
		return ENOMEM;
	s->chains = FIRST_CHAINS;
	return 0;
}

struct kith_service *kith_service_new(const struct kith_service_config *config)
{
	struct kith_service_config c = { .log_path = NULL };
	struct kith_service *s;
	int err;

	if (config)
		c = *config;
	if (!c.resize)
		c.resize = usual_resize;
	s = c.resize(c.ctx, NULL, sizeof(*s));
	if (!s) {
		errno = ENOMEM;
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	s->config = c;
	s->epoll = s->cgroup = s->log.fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_rwlock_init(&s->births, NULL);
	pthread_mutex_init(&s->log.lock, NULL);
	err = set_up(s);
	if (err) {
		release_memory(s);
		errno = err;
		return NULL;
	}
	block_signals(service_hears(s));
	/* The caller's, and not needed any more. */
	s->config.log_path = s->config.cgroup = NULL;
	return s;
}

static void signal_all(struct kith_service *s, int sig)
{
	struct child *c;

	pthread_mutex_lock(&s->lock);
	for (c = child_next(s, NULL); c; c = child_next(s, c))
		if (!c->ended)
			child_signal(s, c, sig, true);
	pthread_mutex_unlock(&s->lock);
}

/* Until nobody runs, or the time is up. */
static void reap_for(struct kith_service *s, int timeout_ms)
{
	uint64_t since = service_now();
	int left = timeout_ms;
	struct pollfd p = { .fd = s->epoll, .events = POLLIN };

	while (kith_service_reap(s), s->running && left > 0) {
		/* Those that epoll had no room for are asked now and then. */
		poll(&p, 1, s->unwatched && left > 10 ? 10 : left);
		left = service_remaining(timeout_ms, since);
	}
}

int kith_service_free(struct kith_service *s)
{
	struct child *c, *next;
	unsigned grace, left;

	if (!s)
		return 0;
	grace = s->config.grace_ms ? s->config.grace_ms : USUAL_GRACE;
	kith_service_reap(s);
	if (s->running) {
		signal_all(s, SIGTERM);
		reap_for(s, grace > INT_MAX ? INT_MAX : (int)grace);
	}
	if (s->running) {
		signal_all(s, SIGKILL);
		reap_for(s, LAST_GRACE);
	}
	left = s->running;
	for (c = child_next(s, NULL); c; c = next) {
		next = child_next(s, c);
		close(c->handle);
		service_free_locked(s, c);
	}
	release_memory(s);
	return (int)left;
}

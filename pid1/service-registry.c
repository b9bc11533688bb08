/*
 * The registry: who is there, who has ended and how.
 *
 * Whoever is dead is found by epoll over all pidfds, so that the living cost
 * nothing; his status is then taken through his own pidfd, so that nobody
 * else's child can be meant.
 */
#include "pid1/service.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wait/status.h"

/* --- the chains ----------------------------------------------------------- */

static void link_in(struct kith_service *s, struct child *c)
{
	struct child **h = &s->by_handle[(size_t)c->handle & (s->chains - 1)];
	struct child **p = &s->by_pid[(size_t)c->pid & (s->chains - 1)];

	c->next_by_handle = *h;
	*h = c;
	c->next_by_pid = *p;
	*p = c;
}

static void link_out(struct kith_service *s, struct child *c)
{
	struct child **at = &s->by_handle[(size_t)c->handle & (s->chains - 1)];

	while (*at != c)
		at = &(*at)->next_by_handle;
	*at = c->next_by_handle;
	at = &s->by_pid[(size_t)c->pid & (s->chains - 1)];
	while (*at != c)
		at = &(*at)->next_by_pid;
	*at = c->next_by_pid;
}

/* Twice as many chains, if memory can be had: without, they are just longer. */
static void grow(struct kith_service *s)
{
	size_t old = s->chains, size = 2 * old * sizeof(*s->by_handle);
	struct child **h = s->config.resize(s->config.ctx, NULL, size);
	struct child **p = s->config.resize(s->config.ctx, NULL, size);
	struct child **was = s->by_handle, *c, *next;

	if (!h || !p) {
		service_free_locked(s, h);
		service_free_locked(s, p);
		return;
	}
	memset(h, 0, size);
	memset(p, 0, size);
	service_free_locked(s, s->by_pid);
	s->by_handle = h;
	s->by_pid = p;
	s->chains = 2 * old;
	for (size_t i = 0; i < old; i++)
		for (c = was[i]; c; c = next) {
			next = c->next_by_handle;
			link_in(s, c);
		}
	service_free_locked(s, was);
}

struct child *child_find(struct kith_service *s, int handle)
{
	struct child *c = NULL;

	if (handle >= 0)
		c = s->by_handle[(size_t)handle & (s->chains - 1)];
	while (c && (c->handle != handle || c->released))
		c = c->next_by_handle;
	return c;
}

struct child *child_find_pid(struct kith_service *s, pid_t pid)
{
	struct child *c = s->by_pid[(size_t)pid & (s->chains - 1)];

	/* One who has ended may have a namesake. */
	while (c && (c->pid != pid || c->ended))
		c = c->next_by_pid;
	return c;
}

struct child *child_next(struct kith_service *s, struct child *c)
{
	size_t i = 0;

	if (c) {
		if (c->next_by_handle)
			return c->next_by_handle;
		i = ((size_t)c->handle & (s->chains - 1)) + 1;
	}
	while (i < s->chains && !s->by_handle[i])
		i++;
	return i < s->chains ? s->by_handle[i] : NULL;
}

/* --- the end of a child --------------------------------------------------- */

/*
 * What the kernel remembers of one whom somebody else has reaped (6.15).  The
 * headers of Debian 12 do not have it.
 */
struct pidfd_record {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11];
	int32_t exit_code;
	uint32_t rest[2];
};

#define RECORD_EXIT (UINT64_C(1) << 3)
#define GET_RECORD  _IOWR(0xFF, 11, struct pidfd_record)

static bool recorded(int handle, int *status)
{
	struct pidfd_record r = { .mask = RECORD_EXIT };

	/* It is filled in just after the reaper has his answer. */
	for (int tries = 0; tries < 2; tries++) {
		struct pollfd p = { .fd = handle };

		r.mask = RECORD_EXIT;
		if (ioctl(handle, GET_RECORD, &r) == 0 &&
		    r.mask & RECORD_EXIT) {
			*status = r.exit_code;
			return true;
		}
		poll(&p, 1, 100); /* only for POLLHUP: gone */
	}
	return false;
}

int status_of_info(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return status_of_exit(info->si_status);
	return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

static bool is_dead(int handle)
{
	struct pollfd p = { .fd = handle, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static uint64_t ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

/*
 * Take its status, if it is dead.  The C library's waitid() has no room for
 * what it used.
 */
static bool ask(struct child *c)
{
	siginfo_t info = { .si_pid = 0 };
	struct rusage ru;
	int status = 0;

	memset(&ru, 0, sizeof(ru));
	if (syscall(SYS_waitid, P_PIDFD, c->handle, &info,
		    WEXITED | WNOHANG | __WALL, &ru) == 0) {
		if (!info.si_pid)
			return false;
		status = status_of_info(&info);
	} else {
		/* In the child of a fork it is a stranger's, and may live. */
		if (!is_dead(c->handle))
			return false;
		c->end.unknown = !recorded(c->handle, &status);
	}
	c->end.status = status;
	c->end.code = status_for_shell(status);
	c->end.signal = status_is_exit(status) ? 0 : status_value(status);
	c->end.core = status_is_core(status);
	c->end.utime_ns = ns(ru.ru_utime);
	c->end.stime_ns = ns(ru.ru_stime);
	c->end.maxrss_kib = (uint64_t)ru.ru_maxrss;
	return true;
}

static void count_end(struct kith_service *s, const struct kith_ended *e)
{
	s->stats.ended++;
	s->stats.lost += e->unknown;
	s->stats.utime_ns += e->utime_ns;
	s->stats.stime_ns += e->stime_ns;
	if (s->stats.maxrss_kib < e->maxrss_kib)
		s->stats.maxrss_kib = e->maxrss_kib;
}

static void say_end_of(struct kith_service *s, const struct child *c)
{
	double lived = (double)c->end.lived_ns / 1e9;

	if (c->end.unknown)
		log_line(&s->log, KITH_LOG_WARNING,
			 "%d: ended after %.6f s; somebody else has its status",
			 (int)c->pid, lived);
	else if (c->end.signal)
		log_line(&s->log, KITH_LOG_INFO,
			 "%d: killed by signal %d%s after %.6f s", (int)c->pid,
			 c->end.signal, c->end.core ? ", core dumped" : "",
			 lived);
	else
		log_line(&s->log, KITH_LOG_INFO,
			 "%d: exited with %d after %.6f s", (int)c->pid,
			 c->end.code, lived);
}

void child_forget(struct kith_service *s, struct child *c)
{
	link_out(s, c);
	s->members--;
	close(c->handle);
	service_free_locked(s, c);
}

bool child_collect(struct kith_service *s, struct child *c)
{
	if (c->ended)
		return true;
	if (!ask(c))
		return false;
	c->ended = true;
	c->end.lived_ns = service_now() - c->started_ns;
	s->running--;
	if (c->unwatched)
		s->unwatched--;
	else
		epoll_ctl(s->epoll, EPOLL_CTL_DEL, c->handle, NULL);
	if (c->cgroup)
		service_cgroup_remove(s, c->cgroup);
	count_end(s, &c->end);
	say_end_of(s, c);
	return true;
}

bool child_collect_and_forget(struct kith_service *s, struct child *c)
{
	if (!child_collect(s, c))
		return false;
	if (c->released && !c->refs)
		child_forget(s, c);
	return true;
}

void service_join(struct kith_service *s, struct child *c)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

	pthread_mutex_lock(&s->lock);
	if (s->members >= s->chains)
		grow(s);
	link_in(s, c);
	s->members++;
	s->running++;
	s->stats.spawned++;
	c->unwatched = epoll_ctl(s->epoll, EPOLL_CTL_ADD, c->handle, &e) < 0;
	s->unwatched += c->unwatched;
	pthread_mutex_unlock(&s->lock);
}

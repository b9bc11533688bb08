/*
 * What is done with children who are there: waiting for one, signals to one or to
 * all, reaping whoever is dead.
 */
#include "pid1/service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOT = 64 };

/* --- one child ------------------------------------------------------------ */

int service_remaining(int timeout_ms, uint64_t since)
{
	uint64_t gone = (service_now() - since) / 1000000;

	if (timeout_ms < 0)
		return -1;
	return gone >= (uint64_t)timeout_ms ? 0 : timeout_ms - (int)gone;
}

static int sleep_on(int handle, int timeout_ms, uint64_t since)
{
	struct pollfd p = { .fd = handle, .events = POLLIN };

	return poll(&p, 1, service_remaining(timeout_ms, since));
}

int kith_service_wait(struct kith_service *s, int handle, int timeout_ms,
		      struct kith_ended *end)
{
	uint64_t since = timeout_ms > 0 ? service_now() : 0;
	struct child *c;
	int n = 1;

	pthread_mutex_lock(&s->lock);
	c = child_find(s, handle);
	if (!c) {
		pthread_mutex_unlock(&s->lock);
		return -EBADF;
	}
	c->refs++;
	while (!child_collect(s, c) && n) {
		pthread_mutex_unlock(&s->lock);
		n = sleep_on(handle, timeout_ms, since);
		pthread_mutex_lock(&s->lock);
	}
	if (c->ended && end)
		*end = c->end;
	n = c->ended ? 0 : -ETIMEDOUT;
	c->refs--;
	if (c->ended && c->released && !c->refs)
		child_forget(s, c);
	pthread_mutex_unlock(&s->lock);
	return n;
}

int kith_service_release(struct kith_service *s, int handle)
{
	struct child *c;

	pthread_mutex_lock(&s->lock);
	c = child_find(s, handle);
	if (c) {
		c->released = true;
		if (c->ended && !c->refs)
			child_forget(s, c);
	}
	pthread_mutex_unlock(&s->lock);
	return c ? 0 : -EBADF;
}

pid_t kith_service_pid(struct kith_service *s, int handle)
{
	struct child *c;
	pid_t pid;

	pthread_mutex_lock(&s->lock);
	c = child_find(s, handle);
	pid = c ? c->pid : -EBADF;
	pthread_mutex_unlock(&s->lock);
	return pid;
}

#define SIGNAL_GROUP (1U << 2) /* PIDFD_SIGNAL_PROCESS_GROUP, 6.9 */

static int send_to(const struct child *c, int sig, bool group)
{
	unsigned flags = group && c->leads ? SIGNAL_GROUP : 0;

	if (syscall(SYS_pidfd_send_signal, c->handle, sig, NULL, flags) == 0)
		return 0;
	/*
	 * An older kernel, or valgrind.  We have not reaped it, so that the
	 * number is its own.
	 */
	if (errno == ENOSYS || (errno == EINVAL && flags))
		return kill(flags ? -c->pid : c->pid, sig) ? -errno : 0;
	return -errno;
}

int child_signal(struct kith_service *s, const struct child *c, int sig,
		 bool group)
{
	int err = send_to(c, sig, group);

	log_line(&s->log, KITH_LOG_DEBUG, "%d: signal %d%s%s%s", (int)c->pid,
		 sig, group && c->leads ? " to its group" : "", err ? ": " : "",
		 err ? strerror(-err) : "");
	return err;
}

int kith_service_kill(struct kith_service *s, int handle, int sig, bool group)
{
	struct child *c;
	int err;

	pthread_mutex_lock(&s->lock);
	c = child_find(s, handle);
	err = !c ? -EBADF : c->ended ? -ESRCH : child_signal(s, c, sig, group);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* --- all of them ---------------------------------------------------------- */

static int reap_unwatched(struct kith_service *s)
{
	struct child *c, *next;
	int n = 0;

	for (c = s->unwatched ? child_next(s, NULL) : NULL; c; c = next) {
		next = child_next(s, c);
		if (c->unwatched && !c->ended)
			n += child_collect_and_forget(s, c);
	}
	return n;
}

static int reap_watched(struct kith_service *s)
{
	struct epoll_event e[LOT];
	int n = 0, found, before;

	do {
		before = n;
		found = epoll_wait(s->epoll, e, LOT, 0);
		for (int i = 0; i < found; i++)
			n += child_collect_and_forget(s, e[i].data.ptr);
	} while (found == LOT && n > before);
	return n;
}

/* A stranger is dead: one whom nobody here has started. */
static bool reap_orphan(struct kith_service *s, pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) < 0 ||
	    !info.si_pid)
		return false;
	s->stats.orphans++;
	log_line(&s->log, KITH_LOG_DEBUG, "%d: an orphan; status %d", (int)pid,
		 status_of_info(&info));
	return true;
}

static int reap_everybody(struct kith_service *s)
{
	int n = 0;
	bool some = true;

	pthread_rwlock_wrlock(&s->births);
	while (some) {
		siginfo_t info = { .si_pid = 0 };
		struct child *c;

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    !info.si_pid)
			break;
		pthread_mutex_lock(&s->lock);
		c = child_find_pid(s, info.si_pid);
		some = c ? child_collect_and_forget(s, c)
			 : reap_orphan(s, info.si_pid);
		pthread_mutex_unlock(&s->lock);
		n += some;
	}
	pthread_rwlock_unlock(&s->births);
	return n;
}

int kith_service_reap(struct kith_service *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = reap_watched(s) + reap_unwatched(s);
	pthread_mutex_unlock(&s->lock);
	return n + (s->config.orphans ? reap_everybody(s) : 0);
}

int kith_service_fd(struct kith_service *s)
{
	return s->epoll;
}

int kith_service_count(struct kith_service *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = (int)s->running;
	pthread_mutex_unlock(&s->lock);
	return n;
}

int kith_service_forward(struct kith_service *s, int sig)
{
	struct child *c;
	int n = 0;

	pthread_mutex_lock(&s->lock);
	for (c = child_next(s, NULL); c; c = child_next(s, c))
		if (c->forwards && !c->ended)
			n += child_signal(s, c, sig, true) == 0;
	s->stats.forwarded += (uint64_t)n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void kith_service_stats(struct kith_service *s,
			struct kith_service_stats *stats)
{
	pthread_mutex_lock(&s->lock);
	*stats = s->stats;
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_lock(&s->log.lock);
	stats->log_lost = s->log.lost;
	pthread_mutex_unlock(&s->log.lock);
}

/* --- signals for the service itself --------------------------------------- */

uint64_t service_hears(const struct kith_service *s)
{
	return s->config.forward |
	       (s->config.orphans ? KITH_SIGNAL_BIT(SIGCHLD) : 0);
}

/* The kernel's 8 bytes: what the C library keeps for itself can be meant too. */
static long take_signal(uint64_t set, int timeout_ms)
{
	struct timespec t = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	return syscall(SYS_rt_sigtimedwait, &set, NULL,
		       timeout_ms < 0 ? NULL : &t, sizeof(set));
}

int kith_service_listen(struct kith_service *s, int timeout_ms)
{
	uint64_t set = service_hears(s),
		 since = timeout_ms > 0 ? service_now() : 0;
	long sig;

	if (!set)
		return -EINVAL;
	do
		sig = take_signal(set, service_remaining(timeout_ms, since));
	while (sig < 0 && errno == EINTR);
	if (sig < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (s->config.forward & KITH_SIGNAL_BIT(sig))
		kith_service_forward(s, (int)sig);
	if (sig == SIGCHLD)
		kith_service_reap(s);
	return (int)sig;
}

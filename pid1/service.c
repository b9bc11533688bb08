/*
 * The registry: who is there, who has ended and how.
 *
 * Whoever is dead is found by epoll over all pidfds, so that the living cost
 * nothing; his status is then taken through his own pidfd, so that nobody
 * else's child can be meant.
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
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wait/status.h"

enum { FIRST_CHAINS = 64, LOT = 64, USUAL_GRACE = 2000, LAST_GRACE = 1000 };

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

static void free_locked(struct kith_service *s, void *old)
{
	s->config.resize(s->config.ctx, old, 0);
}

void service_free(struct kith_service *s, void *old)
{
	pthread_mutex_lock(&s->lock);
	free_locked(s, old);
	pthread_mutex_unlock(&s->lock);
}

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
		free_locked(s, h);
		free_locked(s, p);
		return;
	}
	memset(h, 0, size);
	memset(p, 0, size);
	free_locked(s, s->by_pid);
	s->by_handle = h;
	s->by_pid = p;
	s->chains = 2 * old;
	for (size_t i = 0; i < old; i++)
		for (c = was[i]; c; c = next) {
			next = c->next_by_handle;
			link_in(s, c);
		}
	free_locked(s, was);
}

static struct child *find(struct kith_service *s, int handle)
{
	struct child *c = NULL;

	if (handle >= 0)
		c = s->by_handle[(size_t)handle & (s->chains - 1)];
	while (c && (c->handle != handle || c->released))
		c = c->next_by_handle;
	return c;
}

static struct child *find_pid(struct kith_service *s, pid_t pid)
{
	struct child *c = s->by_pid[(size_t)pid & (s->chains - 1)];

	/* One who has ended may have a namesake. */
	while (c && (c->pid != pid || c->ended))
		c = c->next_by_pid;
	return c;
}

/* The next after c, in no order; NULL begins. */
static struct child *next_child(struct kith_service *s, struct child *c)
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

static int status_from(const siginfo_t *info)
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
		status = status_from(&info);
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

/* Nobody has any business with it. */
static void forget(struct kith_service *s, struct child *c)
{
	link_out(s, c);
	s->members--;
	close(c->handle);
	free_locked(s, c);
}

/* Has it ended?  If that is new, it is written down. */
static bool collect(struct kith_service *s, struct child *c)
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

static bool collect_and_forget(struct kith_service *s, struct child *c)
{
	if (!collect(s, c))
		return false;
	if (c->released && !c->refs)
		forget(s, c);
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

/* --- one child ------------------------------------------------------------ */

/* What is left of a time-out, in milliseconds, rounded up. */
static int remaining(int timeout_ms, uint64_t since)
{
	uint64_t gone = (service_now() - since) / 1000000;

	if (timeout_ms < 0)
		return -1;
	return gone >= (uint64_t)timeout_ms ? 0 : timeout_ms - (int)gone;
}

static int sleep_on(int handle, int timeout_ms, uint64_t since)
{
	struct pollfd p = { .fd = handle, .events = POLLIN };

	return poll(&p, 1, remaining(timeout_ms, since));
}

int kith_service_wait(struct kith_service *s, int handle, int timeout_ms,
		      struct kith_ended *end)
{
	uint64_t since = timeout_ms > 0 ? service_now() : 0;
	struct child *c;
	int n = 1;

	pthread_mutex_lock(&s->lock);
	c = find(s, handle);
	if (!c) {
		pthread_mutex_unlock(&s->lock);
		return -EBADF;
	}
	c->refs++;
	while (!collect(s, c) && n) {
		pthread_mutex_unlock(&s->lock);
		n = sleep_on(handle, timeout_ms, since);
		pthread_mutex_lock(&s->lock);
	}
	if (c->ended && end)
		*end = c->end;
	n = c->ended ? 0 : -ETIMEDOUT;
	c->refs--;
	if (c->ended && c->released && !c->refs)
		forget(s, c);
	pthread_mutex_unlock(&s->lock);
	return n;
}

int kith_service_release(struct kith_service *s, int handle)
{
	struct child *c;

	pthread_mutex_lock(&s->lock);
	c = find(s, handle);
	if (c) {
		c->released = true;
		if (c->ended && !c->refs)
			forget(s, c);
	}
	pthread_mutex_unlock(&s->lock);
	return c ? 0 : -EBADF;
}

pid_t kith_service_pid(struct kith_service *s, int handle)
{
	struct child *c;
	pid_t pid;

	pthread_mutex_lock(&s->lock);
	c = find(s, handle);
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

static int send_and_say(struct kith_service *s, const struct child *c, int sig,
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
	c = find(s, handle);
	err = !c ? -EBADF : c->ended ? -ESRCH : send_and_say(s, c, sig, group);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* --- all of them ---------------------------------------------------------- */

static int reap_unwatched(struct kith_service *s)
{
	struct child *c, *next;
	int n = 0;

	for (c = s->unwatched ? next_child(s, NULL) : NULL; c; c = next) {
		next = next_child(s, c);
		if (c->unwatched && !c->ended)
			n += collect_and_forget(s, c);
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
			n += collect_and_forget(s, e[i].data.ptr);
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
		 status_from(&info));
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
		c = find_pid(s, info.si_pid);
		some = c ? collect_and_forget(s, c)
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
	for (c = next_child(s, NULL); c; c = next_child(s, c))
		if (c->forwards && !c->ended)
			n += send_and_say(s, c, sig, true) == 0;
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

static uint64_t heard(const struct kith_service *s)
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
	uint64_t set = heard(s), since = timeout_ms > 0 ? service_now() : 0;
	long sig;

	if (!set)
		return -EINVAL;
	do
		sig = take_signal(set, remaining(timeout_ms, since));
	while (sig < 0 && errno == EINTR);
	if (sig < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (s->config.forward & KITH_SIGNAL_BIT(sig))
		kith_service_forward(s, (int)sig);
	if (sig == SIGCHLD)
		kith_service_reap(s);
	return (int)sig;
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
	block_signals(heard(s));
	/* The caller's, and not needed any more. */
	s->config.log_path = s->config.cgroup = NULL;
	return s;
}

static void signal_all(struct kith_service *s, int sig)
{
	struct child *c;

	pthread_mutex_lock(&s->lock);
	for (c = next_child(s, NULL); c; c = next_child(s, c))
		if (!c->ended)
			send_and_say(s, c, sig, true);
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
		left = remaining(timeout_ms, since);
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
	for (c = next_child(s, NULL); c; c = next) {
		next = next_child(s, c);
		close(c->handle);
		free_locked(s, c);
	}
	release_memory(s);
	return (int)left;
}

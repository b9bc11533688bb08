#include "pid1/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pid1/files.h"
#include "pid1/kernel.h"
#include "pid1/names.h"
#include "pid1/rare.h"

enum {
	/* A look at all children that took no longer is no matter, in ns. */
	CHEAP = 20000,
	/* Numbers that are worth a question each, instead of a look at all. */
	NEAR = 200,
	/* And however long it took, the next is not later than this. */
	LATEST = 20000000,
	/* A program that lives so long, in ns, is not about to end at once. */
	SETTLED = 100000000,
};

uint64_t linux_block(uint64_t signals)
{
	uint64_t old = 0;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &signals, &old, sizeof(old));
	return old;
}

/*
 * The kernel's own struct, as nearly every machine has it: what is not one of
 * these two words is none here, in whatever order.  The C libraries' function
 * cares for handlers, which there are none of, and is ten times as long.
 */
void (*linux_sigchld(void (*handler)(int), int flags))(int)
{
#ifdef __mips__
	struct sigaction a = { .sa_handler = handler, .sa_flags = flags }, old;

	sigaction(SIGCHLD, &a, &old);
	return old.sa_handler;
#else
	struct {
		void (*handler)(int);
		unsigned long flags, none[4];
	} a = { .handler = handler, .flags = (unsigned long)flags },
	  old = { .handler = SIG_DFL };

	syscall(SYS_rt_sigaction, SIGCHLD, &a, &old, sizeof(uint64_t));
	return old.handler;
#endif
}

/* Hundredths of a second, by a call that is older than filters are. */
RARE static uint64_t now_in_ticks(void)
{
	return (uint64_t)syscall(SYS_times, NULL) * 10000000;
}

uint64_t linux_now(void)
{
	struct timespec t;

	/* Not by the vDSO: to find it takes longer than we ever gain. */
	if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t) < 0)
		return now_in_ticks();
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t now(void *world)
{
	(void)world;
	return linux_now();
}

/* --- hearing ---------------------------------------------------------------
 */

static enum sender who_sent(const struct linux_world *w, const siginfo_t *info)
{
	if (info->si_code > 0)
		return BY_KERNEL;
	if (info->si_code == SI_USER && info->si_pid == w->reach.self)
		return BY_INIT;
	return BY_OTHERS;
}

/* What is left until then; NULL: for ever. */
static const struct timespec *span(uint64_t until, struct timespec *t)
{
	uint64_t at, left;

	if (until == NO_TIME)
		return NULL;
	at = until ? linux_now() : 0;
	left = until > at ? until - at : 0;
	t->tv_sec = (time_t)(left / 1000000000);
	t->tv_nsec = (long)(left % 1000000000);
	return t;
}

/*
 * While one name comes after another, those without a name wait: to look for
 * them would take so long that more would lose theirs.
 */
static void hear_of(struct linux_world *w, const struct heard *h)
{
	uint64_t quiet;

	w->owed = true;
	if (h->sender == BY_KERNEL)
		w->named = h->info.si_pid;
	if (w->cost && w->scan_at) {
		quiet = linux_now() + 2 * w->cost;
		w->scan_at = quiet < w->latest ? quiet : w->latest;
	}
}

/* News that nobody sent: it is time to look, or main's pidfd hung up. */
static bool news(struct heard *h)
{
	h->sig = SIGCHLD;
	h->sender = BY_KERNEL;
	return true;
}

static int open_sigfd(void)
{
	static const uint64_t all = ALL_SIGNALS;

	return (int)syscall(SYS_signalfd4, -1, &all, sizeof(all),
			    SFD_CLOEXEC | SFD_NONBLOCK);
}

static void settle(struct linux_world *w)
{
	if (w->let_go)
		w->let_go(w->held);
	w->let_go = NULL;
}

static bool took(struct linux_world *w, struct heard *h)
{
	h->sig = h->info.si_signo;
	h->sender = who_sent(w, &h->info);
	if (h->sig == SIGCHLD)
		hear_of(w, h);
	else if (!w->reach.main)
		w->owed = true; /* it may ask for the end: is anybody left? */
	return true;
}

/*
 * A filter that was made for the program alone may know nothing of the call that
 * we take signals by.  A descriptor has them too; and without that there is a
 * look at the children from time to time.
 */
RARE static bool take_otherwise(struct linux_world *w,
				const struct timespec *patience,
				struct heard *h)
{
	static const struct timespec moment = { .tv_nsec = LATEST };
	struct signalfd_siginfo s;
	struct pollfd fd;
	bool looks;

	settle(w); /* or it would let go of what is opened here */
	if (w->sigfd < 0)
		w->sigfd = open_sigfd();
	looks = w->sigfd < 0 &&
		(!patience || patience->tv_sec || patience->tv_nsec > LATEST);
	fd = (struct pollfd){ .fd = w->sigfd, .events = POLLIN };
	syscall(SYS_ppoll, &fd, 1, looks ? &moment : patience, NULL, 0);
	if (read(w->sigfd, &s, sizeof(s)) != sizeof(s)) {
		errno = EAGAIN;
		w->owed |= looks;
		return looks && news(h);
	}
	h->info.si_signo = (int)s.ssi_signo;
	h->info.si_code = s.ssi_code;
	h->info.si_pid = (pid_t)s.ssi_pid;
	h->info.si_uid = s.ssi_uid;
	h->info.si_ptr = (void *)(uintptr_t)s.ssi_ptr;
	return took(w, h);
}

static bool take_signal(struct linux_world *w, const struct timespec *patience,
			struct heard *h)
{
	static const uint64_t all = ALL_SIGNALS;

	if (syscall(SYS_rt_sigtimedwait, &all, &h->info, patience,
		    sizeof(all)) < 0)
		return errno != EAGAIN && errno != EINTR &&
		       take_otherwise(w, patience, h);
	return took(w, h);
}

/*
 * From EACH to KERNEL.  Whoever died before SIGCHLD is ignored is still there to
 * be waited for, main too; the end of whoever dies after it is told by its
 * pidfd.  So nothing is lost in between, and it does not matter when it is done.
 */
static void leave_it_to_kernel(struct linux_world *w)
{
	int fd = -1, status, err;

	settle(w); /* or it would let go of what is opened here */
	w->leaves = false;
	if (kernel_keeps_exits())
		fd = (int)syscall(SYS_pidfd_open, w->reach.main, 0);
	if (fd < 0)
		return;
	err = kernel_exit_status(fd, &status);
	if (err && err != -ENODATA) { /* it does not tell, or may not */
		close(fd);
		return;
	}
	w->reach.pidfd = fd;
	if (w->sigfd < 0)
		w->sigfd = open_sigfd();
	linux_sigchld(SIG_IGN, 0);
	w->kernel_reaps = w->owed = true;
}

static bool hear_each(struct linux_world *w, uint64_t until, struct heard *h)
{
	static const struct timespec settled = { .tv_nsec = SETTLED };
	bool look = w->owed && w->scan_at < until;
	bool settling = (w->let_go || w->leaves) && !look && until == NO_TIME;
	struct timespec t;

	if (!settling)
		settle(w);
	/* EINTR is what it says when we were stopped and let go. */
	do
		if (take_signal(w,
				settling ? &settled
					 : span(look ? w->scan_at : until, &t),
				h)) {
			/* Main's end is about to be ours. */
			if (h->sig != SIGCHLD || w->named != w->reach.main)
				settle(w);
			return true;
		}
	while (errno == EINTR);
	settle(w);
	if (settling && w->leaves)
		leave_it_to_kernel(w);
	return (look || settling) && news(h);
}

/*
 * There was no memory, or no descriptor, for what we sleep on.  Sleep on signals
 * for a moment, and look at main's pidfd then.
 */
RARE static bool hear_without(struct linux_world *w, uint64_t until,
			      struct heard *h)
{
	uint64_t next = linux_now() + LATEST;
	struct timespec t;
	int status;

	if (take_signal(w, span(next < until ? next : until, &t), h))
		return true;
	if (w->sigfd < 0)
		w->sigfd = open_sigfd();
	w->hung_up = w->reach.main &&
		     kernel_exit_status(w->reach.pidfd, &status) == 0;
	return w->hung_up && news(h);
}

static bool hear_kernel(struct linux_world *w, uint64_t until, struct heard *h)
{
	static const struct timespec none;
	struct pollfd fds[] = { { .fd = w->reach.main ? w->reach.pidfd : -1 },
				{ .fd = w->sigfd, .events = POLLIN } };
	struct timespec t;
	int n = -1;

	if (until == 0 && take_signal(w, &none, h))
		return true;
	while (w->sigfd >= 0) {
		n = (int)syscall(SYS_ppoll, fds, 2, span(until, &t), NULL, 0);
		if (n >= 0 || errno != EINTR)
			break;
	}
	if (n < 0)
		return hear_without(w, until, h);
	if (n == 0)
		return false;
	if (fds[0].revents & POLLHUP) {
		w->hung_up = true;
		return news(h);
	}
	return take_signal(w, &none, h);
}

static bool hear_one(void *world, uint64_t until, struct heard *h)
{
	struct linux_world *w = world;

	return w->kernel_reaps ? hear_kernel(w, until, h)
			       : hear_each(w, until, h);
}

/* --- reaping ---------------------------------------------------------------
 */

static uint64_t ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

/* /proc/PID/comm, as much as fits; "" if it cannot be read. */
static void proc_name(pid_t pid, char *name, size_t size)
{
	char path[32];
	ssize_t n;

	memcpy(numbered(path, "/proc/", (uint64_t)pid), "/comm",
	       sizeof("/comm"));
	n = slurp(AT_FDCWD, path, name, size);
	name[n > 0 ? n - 1 : 0] = '\0'; /* it ends with a newline */
}

/* The name of the next to be reaped, while it still has one. */
RARE static pid_t meet(const struct linux_world *w, pid_t who, char *name,
		       size_t size)
{
	siginfo_t info = { .si_pid = 0 };

	if (!w->own_proc ||
	    syscall(SYS_waitid, who > 0 ? P_PID : P_ALL, who, &info,
		    WEXITED | w->stops | WNOHANG | WNOWAIT, NULL) < 0 ||
	    !info.si_pid)
		return who;
	proc_name(info.si_pid, name, size);
	return info.si_pid;
}

RARE static void in_detail(struct linux_world *w, pid_t who,
			   struct death *death)
{
	struct rusage ru;

	death->when_ns = linux_now();
	who = meet(w, who, death->name, sizeof(death->name));
	death->pid = wait4(who, &death->status, WNOHANG | w->stops, &ru);
	if (death->pid > 0)
		death->used = (struct usage){
			.utime = ns(ru.ru_utime),
			.stime = ns(ru.ru_stime),
			.minflt = (uint64_t)ru.ru_minflt,
			.nvcsw = (uint64_t)ru.ru_nvcsw,
			.maxrss = (uint64_t)ru.ru_maxrss,
		};
}

/* One who is dead: this one, or with -1 anybody.  As wait4(2) returns. */
static pid_t collect(struct linux_world *w, pid_t who, struct death *death)
{
	int tries = 2; /* that there are none is the only error we know of */

	death->name[0] = '\0';
	death->when_ns = 0;
	do
		if (w->details)
			in_detail(w, who, death);
		else
			death->pid =
				(pid_t)syscall(SYS_wait4, who, &death->status,
					       WNOHANG | w->stops, NULL);
	while (death->pid < 0 && errno != ECHILD && --tries);
	if (death->pid == w->reach.main && death->pid > 0 &&
	    (WIFEXITED(death->status) || WIFSIGNALED(death->status))) {
		w->reach.main = 0;
		w->scan_at = 0; /* init is about to end: now is the time */
		w->owed = true;
	}
	return death->pid;
}

/* Look at all children; for the cost, see the header. */
static pid_t scan(struct linux_world *w, struct death *death)
{
	bool measured = w->scan_at; /* the first is free */
	uint64_t from = measured ? linux_now() : 0, to, cost;
	pid_t pid = collect(w, -1, death);

	w->owed = pid > 0;
	if (pid < 0)
		return pid;
	w->scan_at = 1;
	if (measured) {
		to = linux_now();
		cost = to - from;
		w->cost = cost > CHEAP ? cost : 0;
		w->breathless = w->cost;
		w->latest = to + (cost * 16 < LATEST ? cost * 16 : LATEST);
		if (w->cost && pid == 0)
			w->scan_at = w->latest;
	}
	return pid;
}

/*
 * Of those who were told to leave: the others, who were not, are not waited for.
 * There is nobody dead, so who still answers is alive.
 */
RARE static bool any_of_rest(const struct linux_world *w)
{
	return scope_send(&w->reach, w->told, 0, NULL) != ESRCH;
}

static bool reap_each(struct linux_world *w, struct death *death,
		      bool *any_left)
{
	bool later = w->breathless;
	pid_t pid = w->named;

	*any_left = true;
	w->named = 0;
	w->breathless = false;
	if (pid) {
		/* Who was born between two who died may have died between. */
		w->guess = w->cost && pid - w->last < NEAR ? w->last : pid;
		w->last = pid;
		if (collect(w, pid, death) > 0)
			return true;
	}
	while (w->guess + 1 < w->last)
		if (collect(w, ++w->guess, death) > 0)
			return true;
	if (!w->owed || later || (w->scan_at > 1 && linux_now() < w->scan_at))
		return false;
	pid = scan(w, death);
	*any_left = pid > 0 || (pid == 0 && (!w->told || any_of_rest(w)));
	return pid > 0;
}

static bool reap_kernel(struct linux_world *w, struct death *death,
			bool *any_left)
{
	*any_left = true;
	if (w->hung_up) {
		w->hung_up = false;
		*death = (struct death){ .pid = w->reach.main };
		w->reach.main = 0;
		if (kernel_exit_status(w->reach.pidfd, &death->status) == 0)
			return true;
		*any_left = false; /* it was somebody else's to take */
		return false;
	}
	if (w->reach.main && !w->owed)
		return false;
	w->owed = collect(w, -1, death) > 0;
	if (w->owed)
		return true;
	/* Main may be gone by now, but has not been heard of. */
	*any_left = death->pid == 0 || w->reach.main;
	return false;
}

static bool reap_one(void *world, struct death *death, bool *any_left)
{
	struct linux_world *w = world;

	if (w->kernel_reaps || w->hung_up)
		return reap_kernel(w, death, any_left);
	if (!reap_each(w, death, any_left)) {
		/* Did the kernel release main, before it was told not to? */
		w->hung_up = !*any_left && w->reach.main && w->reach.pidfd >= 0;
		return w->hung_up && reap_kernel(w, death, any_left);
	}
	/* Where there is one orphan, there are more. */
	if (w->leaves && w->reach.main)
		leave_it_to_kernel(w);
	return true;
}

/* --- telling ---------------------------------------------------------------
 */

/*
 * Main is gone, or is to be, and others are not: from here on, each of them counts.
 * If main went just now, its pidfd knows.
 */
RARE static void see_them_go(struct linux_world *w)
{
	int status;

	linux_sigchld(SIG_DFL, SA_NOCLDSTOP);
	w->kernel_reaps = false;
	w->hung_up = w->reach.main &&
		     kernel_exit_status(w->reach.pidfd, &status) == 0;
	w->owed = true;
	w->scan_at = 0;
}

RARE static int pass_on(void *world, pid_t to, int sig, const struct heard *h)
{
	struct linux_world *w = world;

	(void)to; /* whom it reaches is known here */
	return scope_send(&w->reach, (enum scope)w->options->scope, sig,
			  &h->info);
}

RARE static void stop_oneself(void *world, int sig)
{
	struct linux_world *w = world;

	/*
	 * Sent first and let in then, so that it is one with the terminal's own
	 * that may be waiting, and so that a SIGCONT in between takes it back:
	 * we must not stop twice, nor after somebody let us go on.
	 */
	kill(w->reach.self, sig);
	linux_block(ALL_SIGNALS & ~(UINT64_C(1) << (sig - 1)));
	linux_block(ALL_SIGNALS);
}

RARE static void tell_rest(void *world, int sig)
{
	struct linux_world *w = world;
	enum scope rest = (enum scope)w->options->rest;

	if (w->kernel_reaps)
		see_them_go(w);
	w->leaves = false;
	/* The group of whoever started us is not ours to end. */
	if (w->reach.place == TOGETHER && rest == SCOPE_GROUP)
		rest = SCOPE_TREE;
	if (rest == SCOPE_GROUP || rest == SCOPE_SESSION ||
	    rest == SCOPE_CGROUP) {
		w->told = rest;
		w->owed = true;
		w->scan_at = 0;
	}
	scope_send(&w->reach, rest, sig, NULL);
	/* Who is stopped must go on, to be able to leave. */
	if (sig != SIGKILL)
		scope_send(&w->reach, rest, SIGCONT, NULL);
}

RARE static void kill_main(void *world, pid_t main)
{
	struct linux_world *w = world;

	(void)main;
	scope_send(&w->reach, SCOPE_CHILD, SIGKILL, NULL);
}

const struct facts linux_facts = {
	.hear = hear_one,
	.reap = reap_one,
	.pass_on = pass_on,
	.pause = stop_oneself,
	.tell_rest = tell_rest,
	.kill_main = kill_main,
	.now = now,
};

/* Without a main child there is no end of one to wait for. */
RARE static void await_nobody(struct linux_world *w)
{
	w->kernel_reaps = true;
	w->sigfd = open_sigfd();
}

RARE static void look_at_proc(struct linux_world *w)
{
	w->own_proc = proc_is_ours(w->reach.self);
}

void linux_init(struct linux_world *w, bool first)
{
	w->owed = !first;
	w->sigfd = -1;
	if (w->leaves && !w->reach.main)
		await_nobody(w);
	if (w->details)
		look_at_proc(w);
}

#include "pid1/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pid1/say.h"

uint64_t linux_block(uint64_t signals)
{
	uint64_t old = 0;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &signals, &old, sizeof(old));
	return old;
}

uint64_t linux_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static enum sender who_sent(const struct linux_world *w)
{
	if (w->last.si_code > 0)
		return BY_KERNEL;
	if (w->last.si_code == SI_USER && w->last.si_pid == w->self)
		return BY_INIT;
	return BY_OTHERS;
}

static int hear(void *world, bool sleep, enum sender *sender)
{
	static const uint64_t all = ALL_SIGNALS;
	static const struct timespec none;
	struct linux_world *w = world;
	long sig;

	/* EINTR is what it says when we were stopped and let go. */
	do
		sig = syscall(SYS_rt_sigtimedwait, &all, &w->last,
			      sleep ? NULL : &none, sizeof(all));
	while (sig < 0 && errno == EINTR);
	if (sig < 0)
		return 0;
	*sender = who_sent(w);
	return (int)sig;
}

static uint64_t ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

/* /proc/PID/comm, as much as fits; "" if it cannot be read. */
static void proc_name(pid_t pid, char *name, size_t size)
{
	char path[32] = "/proc/", digits[12];
	char *p = path + strlen(path), *d = digits;
	ssize_t n = -1;
	int fd;

	for (; pid; pid /= 10)
		*d++ = (char)('0' + pid % 10);
	while (d > digits)
		*p++ = *--d;
	memcpy(p, "/comm", sizeof("/comm"));

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, size - 1);
		close(fd);
	}
	name[n > 0 ? n - 1 : 0] = '\0'; /* it ends with a newline */
}

/* The name of the next to be reaped, while it still has one. */
static pid_t meet(const struct linux_world *w, char *name, size_t size)
{
	siginfo_t info = { .si_pid = 0 };

	if (!w->own_proc ||
	    waitid(P_ALL, 0, &info, WEXITED | w->stops | WNOHANG | WNOWAIT) <
		    0 ||
	    !info.si_pid)
		return -1;
	proc_name(info.si_pid, name, size);
	return info.si_pid;
}

static bool reap(void *world, struct death *death, bool *any_left)
{
	struct linux_world *w = world;
	struct rusage ru;
	pid_t who = -1;

	death->name[0] = '\0';
	death->when_ns = 0;
	if (w->details) {
		death->when_ns = linux_now();
		who = meet(w, death->name, sizeof(death->name));
	}
	death->pid = wait4(who, &death->status, WNOHANG | w->stops, &ru);
	*any_left = death->pid == 0;
	if (death->pid <= 0)
		return false;
	death->used = (struct usage){
		.utime = ns(ru.ru_utime),
		.stime = ns(ru.ru_stime),
		.minflt = (uint64_t)ru.ru_minflt,
		.nvcsw = (uint64_t)ru.ru_nvcsw,
		.maxrss = (uint64_t)ru.ru_maxrss,
	};
	return true;
}

static bool pass_on(void *world, pid_t to)
{
	struct linux_world *w = world;
	int sig = w->last.si_signo;

	/*
	 * With sender and value as they were, where the kernel lets a process
	 * say such things: not for kill() and tgkill().  A full queue refuses
	 * to hold the value; the signal itself still gets through.
	 */
	if (w->last.si_code < 0 && w->last.si_code != SI_TKILL &&
	    syscall(SYS_rt_sigqueueinfo, to, sig, &w->last) == 0)
		return true;
	return kill(to, sig) == 0;
}

static void stop_oneself(void *world, int sig)
{
	struct linux_world *w = world;

	/*
	 * Sent first and let in then, so that it is one with the terminal's own
	 * that may be waiting, and so that a SIGCONT in between takes it back:
	 * we must not stop twice, nor after somebody let us go on.
	 */
	kill(w->self, sig);
	linux_block(ALL_SIGNALS & ~(UINT64_C(1) << (sig - 1)));
	linux_block(ALL_SIGNALS);
}

const struct facts linux_facts = {
	.hear = hear,
	.reap = reap,
	.pass_on = pass_on,
	.pause = stop_oneself,
};

void linux_init(struct linux_world *w, pid_t self, enum place place,
		bool details)
{
	char seen[12];
	ssize_t n;

	w->self = self;
	w->stops = place == TOGETHER ? WUNTRACED : 0;
	w->details = details;
	if (!details)
		return;
	/* Another namespace's /proc would tell of strangers. */
	n = readlink("/proc/self", seen, sizeof(seen) - 1);
	seen[n > 0 ? n : 0] = '\0';
	w->own_proc = atoi(seen) == self;
}

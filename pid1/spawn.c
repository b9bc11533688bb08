#include "pid1/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/bounds.h"
#include "pid1/child.h"
#include "pid1/kernel.h"
#include "pid1/linux.h"
#include "pid1/search.h"

/*
 * The terminal of our session.  /dev/tty is the exact question, and one call
 * when there is none; without a /dev it may still be our input.
 */
static int find_terminal(void)
{
	int fd = openat(AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	pid_t sid;

	if (fd < 0 && errno != ENXIO && ioctl(0, TIOCGSID, &sid) == 0)
		fd = (int)syscall(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 0);
	return fd;
}

/*
 * Inherited as ignored it would have the kernel reap behind us, so it is settled
 * either way.  A child that stops concerns us only as part of the same job.
 */
static void settle_sigchld(const struct launch *l, struct sigaction *before)
{
	struct sigaction a = { .sa_handler =
				       l->kernel_reaps ? SIG_IGN : SIG_DFL };

	if (l->place != TOGETHER)
		a.sa_flags = SA_NOCLDSTOP;
	sigaction(SIGCHLD, &a, before);
}

static bool may_leave_it_to_kernel(const struct launch *l)
{
	return l->options->reaping != REAP_EACH && !l->tracks &&
	       l->place != TOGETHER && kernel_keeps_exits();
}

void launch_prepare(struct launch *l, const struct options *o)
{
	l->options = o;
	l->self =
		(pid_t)gettid(); /* as getpid(); musl knows it without asking */
	l->argv = o->program;
	l->tracks = o->stats || o->warn_reaped || o->report_fd >= 0 ||
		    o->trace || o->level >= LOG_DEBUG;
	l->place = o->place ? (enum place)o->place : APART;
	l->kernel_reaps = may_leave_it_to_kernel(l);
	l->tty = l->pidfd = -1;
	settle_sigchld(l, &l->chld);
}

/* --- in the child ----------------------------------------------------------
 */

/* Look around for init.  False: it has to know before we can go on. */
static bool look_around(struct launch *l)
{
	if (!l->looked) {
		l->tty = find_terminal();
		l->found_terminal = l->tty >= 0;
		l->tty = -1; /* our descriptor is not init's */
	}
	l->found_deaf = l->kernel_reaps && !kernel_tells_exits();
	return !l->found_terminal && !l->found_deaf;
}

static void take_place(const struct launch *l)
{
	switch (l->place) {
	case APART:
		setsid();
		/* Not having one, or not getting it, is no reason to fail. */
		ioctl(l->tty >= 0 ? l->tty : 0, TIOCSCTTY, 0);
		break;
	case GROUPED:
		setpgid(0, 0);
		if (l->tty >= 0 && tcgetpgrp(l->tty) == getpgid(l->self))
			tcsetpgrp(l->tty, getpid());
		break;
	case TOGETHER:
		break;
	}
}

/*
 * In init's memory.  The mask goes back last: until then neither the terminal
 * nor a signal can stop or kill what is not yet the program.
 */
static int become(void *arg)
{
	struct launch *l = arg;

	if (!look_around(l))
		return CODE_FAILED; /* to clone(), which leaves at once */
	take_place(l);
	sigaction(SIGCHLD, &l->chld, NULL);
	l->err = child_prepare(l->child, l->self, &l->step);
	if (l->err)
		return CODE_FAILED;
	linux_block(l->mask);
	l->err = search_and_run(l->argv, l->child->env, l->options->try_shell);
	return CODE_NOT_FOUND;
}

/* --- in init ---------------------------------------------------------------
 */

/* A sanitizer keeps what the child's frames were, which nobody leaves properly. */
#ifdef __SANITIZE_ADDRESS__
#define LEFT_BEHIND static
#else
#define LEFT_BEHIND
#endif

/* Not inlined, or its stack would stay where it is, in pages that nobody needs. */
__attribute__((noinline)) static pid_t attempt(struct launch *l)
{
	/* Below our own frame: pages that will be used again anyway. */
	LEFT_BEHIND char stack[12288] __attribute__((aligned(16)));
	int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
	pid_t pid;

	l->err = 0;
	l->step = NULL;
	l->found_terminal = l->found_deaf = false;
	pid = clone(become, stack + sizeof(stack),
		    l->kernel_reaps ? flags | CLONE_PIDFD : flags, l,
		    &l->pidfd);
	/* The child's frames left their marks there, and are gone. */
	bounds_open(stack, sizeof(stack));
	return pid < 0 ? -errno : pid;
}

/* Is nothing to come of this child? */
static bool failed(const struct launch *l)
{
	return l->err || l->found_terminal || l->found_deaf;
}

static void bury(struct launch *l, pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (l->pidfd >= 0)
		close(l->pidfd);
	l->pidfd = -1;
}

/* What the child would find.  After it init knows its place. */
static void look_for_terminal(struct launch *l)
{
	struct surroundings s;

	l->tty = find_terminal();
	l->terminal = s.terminal = l->tty >= 0;
	l->leader = s.leader = s.terminal && getsid(0) == l->self;
	if (!l->options->place)
		l->place = policy_place(s);
	if (l->place == TOGETHER)
		l->kernel_reaps = false;
}

void launch_survey(struct launch *l)
{
	look_for_terminal(l);
	l->kernel_reaps = l->kernel_reaps && kernel_tells_exits();
}

void launch_nobody(struct launch *l)
{
	if (l->self != 1)
		syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	/* Ignoring SIGCHLD is as old as Linux; here no status is wanted. */
	l->kernel_reaps = l->options->reaping != REAP_EACH && !l->tracks;
	settle_sigchld(l, NULL);
}

/* The first child found things not to be as was hoped. */
static void reconsider(struct launch *l)
{
	if (l->found_deaf || !l->found_terminal)
		l->kernel_reaps = false;
	if (l->found_terminal)
		look_for_terminal(l);
	l->looked = true;
	settle_sigchld(l, NULL);
	if (l->place == APART && l->leader)
		ioctl(l->tty, TIOCNOTTY);
}

pid_t launch(struct launch *l)
{
	pid_t pid;
	int tries;

	if (l->self != 1)
		syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (tries = 0;; tries++) {
		pid = attempt(l);
		if (pid > 0 && failed(l))
			bury(l, pid);
		/* No descriptor left for a pidfd: the other way needs none. */
		if (tries < 2 && (pid > 0 ? l->found_terminal || l->found_deaf
					  : l->kernel_reaps))
			reconsider(l);
		else
			break;
	}
	if (l->tty >= 0)
		close(l->tty);
	if (pid < 0 || !failed(l))
		return pid;
	if (!l->step)
		l->err = search_why_not(l->argv, l->child->env, l->err,
					&l->torn);
	return 0;
}

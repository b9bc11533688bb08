#include "pid1/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "base/bounds.h"
#include "pid1/child.h"
#include "pid1/kernel.h"
#include "pid1/linux.h"
#include "pid1/rare.h"
#include "pid1/search.h"

/* One call when there is none; without a /dev it may still be our input. */
int find_terminal(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, OFTEN("/dev/tty"),
			      O_RDWR | O_CLOEXEC | O_NOCTTY, 0);
	pid_t sid;

	if (fd < 0 && errno != ENXIO &&
	    syscall(SYS_ioctl, 0, TIOCGSID, &sid) == 0)
		fd = (int)syscall(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 0);
	return fd;
}

/*
 * Inherited as ignored it would have the kernel reap behind us, so it is settled
 * either way.  A child that stops concerns us only as part of the same job.
 */
static bool settle_sigchld(const struct launch *l)
{
	/* Who is never to be waited for may be ignored; main is not. */
	bool ignored = l->leaves && l->options->pause;

	return linux_sigchld(ignored ? SIG_IGN : SIG_DFL,
			     l->place == TOGETHER ? 0 : SA_NOCLDSTOP) ==
	       SIG_IGN;
}

static bool may_leave_it_to_kernel(const struct launch *l)
{
	return l->options->reaping != REAP_EACH && !l->tracks &&
	       l->place != TOGETHER;
}

void launch_prepare(struct launch *l, const struct options *o)
{
	l->options = o;
	l->self =
		(pid_t)gettid(); /* as getpid(); musl knows it without asking */
	if (l->self <= 0)        /* and may have been answered wrongly */
		l->self = getpid();
	l->argv = o->program;
	l->tracks = o->stats || o->warn_reaped || o->report_fd >= 0 ||
		    o->trace || o->level >= LOG_DEBUG || o->supervised;
	l->place = o->place ? (enum place)o->place : APART;
	l->leaves = may_leave_it_to_kernel(l);
	l->tty = -1;
	l->chld_ignored = settle_sigchld(l);
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
	return !l->found_terminal;
}

/* If init's group is there. */
RARE static void come_to_the_front(const struct launch *l)
{
	pid_t group;

	if (syscall(SYS_ioctl, l->tty, TIOCGPGRP, &group) < 0 ||
	    group != getpgid(l->self))
		return;
	group = getpid();
	syscall(SYS_ioctl, l->tty, TIOCSPGRP, &group);
}

static void take_place(const struct launch *l)
{
	switch (l->place) {
	case APART:
		syscall(SYS_setsid);
		/* Not having one, or not getting it, is no reason to fail. */
		syscall(SYS_ioctl, l->tty >= 0 ? l->tty : 0, TIOCSCTTY, 0);
		break;
	case GROUPED:
		setpgid(0, 0);
		if (l->tty >= 0)
			come_to_the_front(l);
		break;
	case TOGETHER:
		break;
	}
}

/*
 * In init's memory.  The mask goes back last: until then neither the terminal
 * nor a signal can stop or kill what is not yet the program.
 */
static int become_program(void *arg)
{
	struct launch *l = arg;

	if (!look_around(l))
		return CODE_FAILED; /* to clone(), which leaves at once */
	take_place(l);
	/* What is not ignored exec puts back by itself. */
	if (l->chld_ignored)
		linux_sigchld(SIG_IGN, 0);
	l->err = child_prepare(l->child, l->self, &l->step);
	if (l->err)
		return CODE_FAILED;
	linux_block(l->mask);
	l->err = search_and_run(l->argv, l->child->env, l->options->try_shell);
	return CODE_NOT_FOUND;
}

/* --- in init ---------------------------------------------------------------
 */

/*
 * The child has init's stack from below the frame of attempt() on, as it would
 * after vfork(2), which not every C library has for every machine.  Those pages
 * will be used again anyway.  A sanitizer keeps what the child's frames were, and
 * nobody leaves them properly.
 */
#ifdef BOUNDS_ASAN
static char *stack_of_child(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	bounds_open(stack, sizeof(stack));
	return stack + sizeof(stack);
}
#else
#define stack_of_child() ((char *)__builtin_frame_address(0) - 512)
#endif

__attribute__((noinline)) static pid_t attempt(struct launch *l)
{
	pid_t pid;

	l->err = 0;
	l->step = NULL;
	l->found_terminal = false;
	pid = clone(become_program, stack_of_child(),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, l);
	return pid < 0 ? -errno : pid;
}

/* Is nothing to come of this child? */
static bool failed(const struct launch *l)
{
	return l->err || l->found_terminal;
}

RARE static void bury(pid_t pid)
{
	while (syscall(SYS_wait4, pid, NULL, 0, NULL) < 0 && errno == EINTR)
		;
}

/* What the child would find.  After it init knows its place. */
RARE static void look_for_terminal(struct launch *l)
{
	struct surroundings s;

	l->tty = find_terminal();
	l->terminal = s.terminal = l->tty >= 0;
	l->leader = s.leader = s.terminal && getsid(0) == l->self;
	if (!l->options->place)
		l->place = policy_place(s);
	if (l->place == TOGETHER)
		l->leaves = false;
}

void launch_survey(struct launch *l)
{
	look_for_terminal(l);
	l->leaves = l->leaves && kernel_keeps_exits() && kernel_tells_exits();
}

static void adopt(struct launch *l)
{
	if (l->self != 1 &&
	    syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		l->lone = errno;
}

void launch_nobody(struct launch *l)
{
	adopt(l);
	/* Ignoring SIGCHLD is as old as Linux; here no status is wanted. */
	l->leaves = l->options->reaping != REAP_EACH && !l->tracks;
	settle_sigchld(l);
}

/* The first child found things not to be as was hoped. */
RARE static void reconsider(struct launch *l)
{
	look_for_terminal(l);
	l->looked = true;
	settle_sigchld(l);
	if (l->place == APART && l->leader)
		syscall(SYS_ioctl, l->tty, TIOCNOTTY, 0);
}

RARE static pid_t begin_again(struct launch *l, pid_t pid)
{
	bury(pid);
	reconsider(l);
	return attempt(l);
}

/* Why it could not become the program. */
RARE static void find_out(struct launch *l, pid_t pid)
{
	bury(pid);
	if (!l->step)
		l->err = search_why_not(l->argv, l->child->env, l->err,
					&l->torn);
}

pid_t launch(struct launch *l)
{
	pid_t pid;

	adopt(l);
	pid = attempt(l);
	if (pid > 0 && l->found_terminal)
		pid = begin_again(l, pid);
	if (l->tty >= 0)
		close(l->tty);
	if (pid < 0 || !failed(l))
		return pid;
	find_out(l, pid);
	return 0;
}

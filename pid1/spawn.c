#include "pid1/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "pid1/linux.h"

/* Where to look when nobody said: the kernel starts PID 1 without a PATH. */
#define USUAL_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

extern char **environ;

/*
 * The terminal of our session.  /dev/tty is the exact question, and one call
 * when there is none; without a /dev it may still be our input.
 */
static int find_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	pid_t sid;

	if (fd < 0 && errno != ENXIO && ioctl(0, TIOCGSID, &sid) == 0)
		fd = fcntl(0, F_DUPFD_CLOEXEC, 0);
	return fd;
}

void launch_prepare(struct launch *l)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	struct surroundings s;

	l->mask = linux_block(ALL_SIGNALS);
	l->self = getpid();
	l->tty = find_terminal();
	s.terminal = l->tty >= 0;
	s.leader = s.terminal && getsid(0) == l->self;
	l->place = policy_place(s);

	/*
	 * Inherited as ignored it would have the kernel reap behind us.  A child
	 * that stops concerns us only as part of the same job.
	 */
	if (l->place == APART)
		plain.sa_flags = SA_NOCLDSTOP;
	sigaction(SIGCHLD, &plain, &l->chld);
}

/* One place where the program may be: exec there, or see whether it exists. */
typedef int attempt(const char *path, char **argv);

static int run(const char *path, char **argv)
{
	execve(path, argv, environ);
	return errno;
}

static int look(const char *path, char **argv)
{
	(void)argv;
	return access(path, F_OK) == 0 ? 0 : errno;
}

/* Reasons to try the next folder, as execvp() has them. */
static bool elsewhere(int err)
{
	return err == ENOENT || err == ENOTDIR || err == EACCES ||
	       err == ENAMETOOLONG || err == ELOOP || err == ESTALE ||
	       err == ENODEV || err == ETIMEDOUT;
}

/*
 * Try every folder of PATH; an empty one is the working directory.  A program
 * that may not be run, in an earlier folder, beats none at all in a later one.
 */
static int search(attempt *try, char **argv)
{
	static char path[PATH_MAX];
	const char *dir = getenv("PATH"), *end;
	size_t name = strlen(argv[0]) + 1, len;
	int err, worst = ENOENT;

	if (strchr(argv[0], '/') || !argv[0][0])
		return try(argv[0], argv);
	for (dir = dir ? dir : USUAL_PATH;; dir = end + 1) {
		end = strchrnul(dir, ':');
		len = (size_t)(end - dir);
		if (len + 1 + name <= sizeof(path)) {
			memcpy(path, dir, len);
			if (len)
				path[len++] = '/';
			memcpy(path + len, argv[0], name);
			err = try(path, argv);
			if (!elsewhere(err))
				return err;
			if (err == EACCES)
				worst = err;
		}
		if (!*end)
			return worst;
	}
}

/*
 * In the child, in init's memory.  The mask goes back last: until then neither
 * the terminal nor a signal can stop or kill what is not yet the program.
 */
static int become(void *arg)
{
	struct launch *l = arg;

	if (l->place == APART) {
		setsid();
		/* Not having one, or not getting it, is no reason to fail. */
		ioctl(l->tty >= 0 ? l->tty : 0, TIOCSCTTY, 0);
	}
	sigaction(SIGCHLD, &l->chld, NULL);
	linux_block(l->mask);
	l->err = search(run, l->argv);
	return CODE_NOT_FOUND; /* to clone(), which leaves at once */
}

/*
 * Say it exactly.  Not found may mean what it needs to run; and a folder of
 * PATH that is closed to us is no proof that the program is in it.
 */
static void why_not(struct launch *l)
{
	bool there = search(look, l->argv) == 0;

	l->torn = l->err == ENOENT && there;
	if (l->err == EACCES && !there && !strchr(l->argv[0], '/'))
		l->err = ENOENT;
}

pid_t launch(struct launch *l)
{
	static char stack[16384] __attribute__((aligned(16)));
	pid_t pid;

	if (l->self != 1)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (l->place == APART && l->tty >= 0)
		ioctl(l->tty, TIOCNOTTY);

	l->err = 0;
	pid = clone(become, stack + sizeof(stack),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, l);
	if (pid < 0)
		pid = -errno;
	if (l->tty >= 0)
		close(l->tty);
	if (pid < 0 || !l->err)
		return pid;

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	why_not(l);
	return 0;
}

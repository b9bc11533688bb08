/*
 * Starting a child.
 *
 *	the thread that asks              the child
 *	--------------------              ---------
 *	opens what it will need
 *	blocks all signals
 *	clone, and sleeps ................ a group, or a session
 *	     .                             its cgroup, its limits
 *	     .                             its descriptors, its folder
 *	     .                             its user
 *	     .                             signals as they should be, last
 *	goes on, knowing  <............... exec, or which step failed, and why
 *	puts it into the registry
 *
 * The right side is service-birth.c.
 *
 * Until exec it is a child of the other class, with no signal at its end: if it
 * fails, neither wait() nor SIGCHLD of the program tell of it.  Exec makes an
 * ordinary child of it (Linux: de_thread).
 */
#include "base/bounds.h"
#include "pid1/service-birth.h"
#include "pid1/service.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define USUAL_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * ThreadSanitizer takes any clone() for a fork, and what its wrapper does in the
 * child it would do to the parent here.  This is the same, without a wrapper.
 */
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

extern char **environ;

static const char *const step_names[] = {
	[AT_NOTHING] = "nothing",       [AT_OPTIONS] = "options",
	[AT_MEMORY] = "memory",         [AT_LOG] = "log file",
	[AT_PIPES] = "pipes",           [AT_CGROUP] = "cgroup",
	[AT_LIMITS] = "limits",         [AT_CLONE] = "clone",
	[AT_GROUP] = "process group",   [AT_DESCRIPTORS] = "descriptors",
	[AT_FOLDER] = "directory",      [AT_USER] = "user",
	[AT_PRIVILEGES] = "privileges", [AT_EXEC] = "exec",
};

enum { ROOM = 64 * 1024 };

/* --- before --------------------------------------------------------------- */

static const char *path_in(const char *const *env)
{
	for (; *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return USUAL_PATH;
}

/* Out of the way of 0, 1 and 2, which the program may have closed. */
static int lift(int fd)
{
	int up;

	if (fd < 0 || fd > 2)
		return fd;
	up = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	close(fd);
	return up;
}

static int open_stream(struct birth *b, int i, enum kith_stream what)
{
	static const int flags = O_CLOEXEC | O_NOCTTY;
	int p[2] = { -1, -1 };

	switch (what) {
	case KITH_STREAM_NULL:
		b->std[i] = lift(open("/dev/null", O_RDWR | flags));
		break;
	case KITH_STREAM_LOG:
		b->std[i] =
			lift(open(b->how->log_path,
				  O_WRONLY | O_APPEND | O_CREAT | flags, 0640));
		break;
	case KITH_STREAM_PIPE:
		if (pipe2(p, O_CLOEXEC) < 0)
			break;
		b->std[i] = lift(p[i != 0]);
		b->ours[i] = lift(p[i == 0]);
		if (b->ours[i] < 0)
			return -errno;
		break;
	case KITH_STREAM_OUTPUT:
		b->std[i] = fcntl(b->std[1] < 0 ? 1 : b->std[1],
				  F_DUPFD_CLOEXEC, 3);
		break;
	default:
		return 0;
	}
	return b->std[i] < 0 ? -errno : 0;
}

static enum kith_stream or_log(enum kith_stream what, const char *log_path)
{
	return what == KITH_STREAM_INHERIT && log_path ? KITH_STREAM_LOG : what;
}

static int open_streams(struct birth *b)
{
	const struct kith_spawn *how = b->how;
	enum kith_stream what[3] = {
		how->input,
		or_log(how->output, how->log_path),
		or_log(how->errors, how->log_path),
	};
	int err = 0;

	for (int i = 0; i < 3 && !err; i++) {
		b->step = what[i] == KITH_STREAM_LOG ? AT_LOG : AT_PIPES;
		err = open_stream(b, i, what[i]);
	}
	return err;
}

static bool known(enum kith_stream what, bool is_input, const char *log_path)
{
	switch (what) {
	case KITH_STREAM_INHERIT:
	case KITH_STREAM_NULL:
	case KITH_STREAM_PIPE:
		return true;
	case KITH_STREAM_LOG:
		return !is_input && log_path;
	case KITH_STREAM_OUTPUT:
		return !is_input;
	}
	return false;
}

static int check(const struct kith_spawn *how)
{
	bool pipes;

	if (!how || !how->command)
		return -EINVAL;
	pipes = how->input == KITH_STREAM_PIPE ||
		how->output == KITH_STREAM_PIPE ||
		how->errors == KITH_STREAM_PIPE;
	/* Nobody would read them, or close our end. */
	if (how->wait && pipes)
		return -EINVAL;
	if (!known(how->input, true, NULL) ||
	    !known(how->output, false, how->log_path) ||
	    !known(how->errors, false, how->log_path) ||
	    how->output == KITH_STREAM_OUTPUT ||
	    (how->arguments && !how->arguments[0]) ||
	    (unsigned)how->group > KITH_GROUP_SESSION)
		return -EINVAL;
	return 0;
}

/* Without a cgroup, what rlimits can do; and root is beyond them. */
static int check_limits(const struct kith_service *s,
			const struct kith_spawn *how)
{
	uid_t uid = how->user ? how->user->uid : geteuid();

	if (s->cgroup >= 0)
		return 0;
	if (how->cpu_percent || (how->processes && uid == 0))
		return -EOPNOTSUPP;
	return 0;
}

static bool wants_cgroup(const struct kith_service *s,
			 const struct kith_spawn *how)
{
	return s->cgroup >= 0 &&
	       (how->memory_bytes || how->cpu_percent || how->processes);
}

static int prepare(struct kith_service *s, struct birth *b, struct child *c)
{
	int err;

	b->step = AT_LIMITS;
	err = check_limits(s, b->how);
	if (!err)
		err = open_streams(b);
	if (!err && wants_cgroup(s, b->how)) {
		b->step = AT_CGROUP;
		err = service_cgroup_make(s, b->how, &c->cgroup, &b->procs);
		if (!err && (b->procs = lift(b->procs)) < 0)
			err = -errno;
	}
	return err;
}

/* --- the birth ------------------------------------------------------------ */

static uint64_t block_all(void)
{
	uint64_t all = ~UINT64_C(0), old = 0;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(all));
	return old;
}

/*
 * clone(), and what follows until the child is a program or no more.  The top of
 * the mapping is its stack.
 */
static int give_birth(struct birth *b, struct child *c)
{
	siginfo_t info;
	pid_t pid;

	b->step = AT_CLONE;
	b->mask = block_all();
	pid = __clone(birth_become, (char *)b + ROOM,
		      CLONE_VM | CLONE_VFORK | CLONE_PIDFD, b, &c->handle);
	if (pid < 0)
		b->err = errno;
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &b->mask, NULL,
		sizeof(b->mask));
	c->pid = pid;
	if (pid > 0 && b->err) {
		syscall(SYS_waitid, P_PIDFD, c->handle, &info, WEXITED | __WALL,
			NULL);
		close(c->handle);
	}
	return -b->err;
}

/* With orphans, nobody may take the newborn for one. */
static int give_birth_and_join(struct kith_service *s, struct birth *b,
			       struct child *c)
{
	int err;

	if (s->config.orphans)
		pthread_rwlock_rdlock(&s->births);
	c->started_ns = service_now();
	err = give_birth(b, c);
	if (!err)
		service_join(s, c);
	if (s->config.orphans)
		pthread_rwlock_unlock(&s->births);
	return err;
}

static void close_all(int *fd, int n)
{
	for (; n--; fd++)
		if (*fd >= 0) {
			close(*fd);
			*fd = -1;
		}
}

static struct birth *birth_new(const struct kith_spawn *how)
{
	struct birth *b = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		return NULL;
	b->how = how;
	b->alone[0] = how->command;
	b->argv = how->arguments ? how->arguments : b->alone;
	b->env = how->environment ? how->environment
				  : (const char *const *)environ;
	b->path = path_in(b->env);
	b->procs = -1;
	for (int i = 0; i < 3; i++)
		b->std[i] = b->ours[i] = -1;
	return b;
}

static void birth_end(struct birth *b, int err)
{
	close_all(b->std, 3);
	close_all(&b->procs, 1);
	if (err)
		close_all(b->ours, 3);
	/* The child's frames left their marks there, and are gone. */
	bounds_open(b + 1, ROOM - sizeof(*b));
	munmap(b, ROOM);
}

static struct child *child_new(struct kith_service *s,
			       const struct kith_spawn *how)
{
	struct child *c = service_allocate(s, sizeof(*c));

	if (c) {
		c->handle = -1;
		c->leads = how->group != KITH_GROUP_INHERIT;
		c->forwards = how->forward_signals;
	}
	return c;
}

/* Returns the error, and the step at which it happened. */
static int spawn(struct kith_service *s, const struct kith_spawn *how,
		 struct kith_spawned *out, enum step *step)
{
	struct child *c;
	struct birth *b;
	int err;

	*step = AT_MEMORY;
	c = child_new(s, how);
	b = c ? birth_new(how) : NULL;
	if (!b) {
		service_free(s, c);
		return -ENOMEM;
	}
	err = prepare(s, b, c);
	if (!err)
		err = give_birth_and_join(s, b, c);
	*step = b->step;
	if (err) {
		if (c->cgroup)
			service_cgroup_remove(s, c->cgroup);
		service_free(s, c);
	} else {
		out->handle = c->handle;
		out->pid = c->pid;
		out->input = b->ours[0];
		out->output = b->ours[1];
		out->errors = b->ours[2];
	}
	birth_end(b, err);
	return err;
}

static int failed(struct kith_service *s, const struct kith_spawn *how, int err,
		  enum step step, struct kith_spawned *out)
{
	out->step = step_names[step];
	log_line(&s->log, step == AT_EXEC ? KITH_LOG_WARNING : KITH_LOG_ERROR,
		 "%s: not started: %s: %s",
		 how && how->command ? how->command : "(no command)", out->step,
		 strerror(-err));
	pthread_mutex_lock(&s->lock);
	s->stats.failed++;
	pthread_mutex_unlock(&s->lock);
	return err;
}

int kith_service_spawn(struct kith_service *s, const struct kith_spawn *how,
		       struct kith_spawned *spawned)
{
	struct kith_spawned unused, *out = spawned ? spawned : &unused;
	enum step step = AT_OPTIONS;
	int err = check(how);

	memset(out, 0, sizeof(*out));
	out->handle = out->input = out->output = out->errors = -1;
	if (!err)
		err = spawn(s, how, out, &step);
	if (err)
		return failed(s, how, err, step, out);
	log_line(&s->log, KITH_LOG_INFO, "%d: started: %s", (int)out->pid,
		 how->command);
	if (how->wait)
		err = kith_service_wait(s, out->handle, -1, &out->end);
	/* Nobody could name it any more. */
	if (!spawned)
		kith_service_release(s, out->handle);
	return err;
}

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
 * The child runs in the parent's memory while the thread that made it sleeps, as
 * with vfork(), on a stack of its own; other threads go on meanwhile.  So it
 * does nothing there but raw system calls: the C library's setuid() would try
 * to tell all threads, and what a race detector puts into its wrappers would not
 * be balanced, because exec does not return.
 *
 * Until exec it is a child of the other class, with no signal at its end: if it
 * fails, neither wait() nor SIGCHLD of the program tell of it.  Exec makes an
 * ordinary child of it (Linux: de_thread).
 */
#include "base/bounds.h"
#include "pid1/service.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define USUAL_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define SIGNALS 64

/*
 * ThreadSanitizer takes any clone() for a fork, and what its wrapper does in the
 * child it would do to the parent here.  This is the same, without a wrapper.
 */
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if __has_feature(thread_sanitizer) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || defined(__SANITIZE_ADDRESS__)
#define IN_CHILD __attribute__((no_sanitize("thread", "address", "undefined")))
#else
#define IN_CHILD
#endif

extern char **environ;

enum step {
	AT_NOTHING,
	AT_OPTIONS,
	AT_MEMORY,
	AT_LOG,
	AT_PIPES,
	AT_CGROUP,
	AT_LIMITS,
	AT_CLONE,
	AT_GROUP,
	AT_DESCRIPTORS,
	AT_FOLDER,
	AT_USER,
	AT_PRIVILEGES,
	AT_EXEC,
};

static const char *const step_names[] = {
	[AT_NOTHING] = "nothing",       [AT_OPTIONS] = "options",
	[AT_MEMORY] = "memory",         [AT_LOG] = "log file",
	[AT_PIPES] = "pipes",           [AT_CGROUP] = "cgroup",
	[AT_LIMITS] = "limits",         [AT_CLONE] = "clone",
	[AT_GROUP] = "process group",   [AT_DESCRIPTORS] = "descriptors",
	[AT_FOLDER] = "directory",      [AT_USER] = "user",
	[AT_PRIVILEGES] = "privileges", [AT_EXEC] = "exec",
};

/* All that passes between the two: in shared memory, below the child's stack. */
struct birth {
	const struct kith_spawn *how;
	const char *const *argv;
	const char *const *env;
	const char *path; /* where to look for the command */
	const char *alone[2];
	int std[3];    /* what 0, 1 and 2 are to be; -1: as they are */
	int ours[3];   /* our ends of pipes, or -1 */
	int procs;     /* cgroup.procs, or -1 */
	uint64_t mask; /* the thread's */
	enum step step;
	int err;
	char name[PATH_MAX]; /* of the program, folder by folder */
};

enum { ROOM = 64 * 1024 };

/* --- in the child --------------------------------------------------------- */

/* As the C library's, without its errno, which is the parent's. */
#define CALL(...) (syscall(__VA_ARGS__) < 0 ? errno : 0)

static IN_CHILD int take_group(const struct kith_spawn *how)
{
	switch (how->group) {
	case KITH_GROUP_NEW:
		return CALL(SYS_setpgid, 0, 0);
	case KITH_GROUP_SESSION:
		return CALL(SYS_setsid);
	default:
		return 0;
	}
}

static IN_CHILD int limit(int resource, uint64_t to)
{
	/* The kernel's struct, whatever the C library's rlimit is. */
	struct {
		uint64_t now, most;
	} r = { to, to };

	return CALL(SYS_prlimit64, 0, resource, &r, NULL);
}

static IN_CHILD int take_limits(const struct birth *b)
{
	const struct kith_spawn *how = b->how;
	int err = 0;

	if (b->procs >= 0)
		return 0;
	if (how->memory_bytes)
		err = limit(RLIMIT_AS, how->memory_bytes);
	if (!err && how->processes)
		err = limit(RLIMIT_NPROC, how->processes);
	return err;
}

/* None of them is below 3: nothing is written over before it was copied. */
static IN_CHILD int take_descriptors(const struct birth *b)
{
	for (int i = 0; i < 3; i++)
		if (b->std[i] >= 0 && syscall(SYS_dup3, b->std[i], i, 0) < 0)
			return errno;
	if (!b->how->keep_descriptors)
		return CALL(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
	return 0;
}

static IN_CHILD int take_user(const struct kith_spawn_user *u)
{
	int err;

	if (!u)
		return 0;
	err = CALL(SYS_setgroups, u->count, u->groups);
	if (!err)
		err = CALL(SYS_setresgid, u->gid, u->gid, u->gid);
	if (!err)
		err = CALL(SYS_setresuid, u->uid, u->uid, u->uid);
	return err;
}

/*
 * Exec would do away with handlers, but one may run before, and in here they are
 * the parent's.  Everything is blocked until this is done.
 */
static IN_CHILD void take_signals(const struct birth *b)
{
	uint64_t action[8], plain[8], none = 0;

	for (int i = 0; i < 8; i++)
		plain[i] = 0;
	for (int sig = 1; sig <= SIGNALS; sig++) {
		action[0] = 0;
		syscall(SYS_rt_sigaction, sig, NULL, action, sizeof(none));
		if (action[0] > 1 || (action[0] && !b->how->keep_signals))
			syscall(SYS_rt_sigaction, sig, plain, NULL,
				sizeof(none));
	}
	syscall(SYS_rt_sigprocmask, SIG_SETMASK,
		b->how->keep_signals ? &b->mask : &none, NULL, sizeof(none));
}

static IN_CHILD int run(const char *name, const struct birth *b)
{
	return CALL(SYS_execve, name, b->argv, b->env);
}

static IN_CHILD bool is_elsewhere(int err)
{
	return err == ENOENT || err == ENOTDIR || err == EACCES ||
	       err == ENAMETOOLONG || err == ELOOP || err == ESTALE ||
	       err == ENODEV || err == ETIMEDOUT;
}

/* dir/command into b->name; false if it is too long. */
static IN_CHILD bool put_name(struct birth *b, const char *dir, const char *end)
{
	const char *command = b->how->command;
	size_t n = 0;

	for (; dir < end; dir++)
		if (n < sizeof(b->name) - 2)
			b->name[n++] = *dir;
		else
			return false;
	if (n)
		b->name[n++] = '/';
	do
		if (n == sizeof(b->name))
			return false;
		else
			b->name[n++] = *command;
	while (*command++);
	return true;
}

static IN_CHILD int search(struct birth *b)
{
	const char *dir = b->path, *end, *c = b->how->command;
	int err, worst = ENOENT;

	if (!*c)
		return ENOENT;
	while (*c && *c != '/')
		c++;
	if (*c)
		return run(b->how->command, b);
	for (;; dir = end + 1) {
		for (end = dir; *end && *end != ':'; end++)
			;
		err = put_name(b, dir, end) ? run(b->name, b) : ENAMETOOLONG;
		if (!is_elsewhere(err))
			return err;
		if (err == EACCES)
			worst = err;
		if (!*end)
			return worst;
	}
}

/* One step after the other; the first that fails says so. */
static IN_CHILD int become(void *arg)
{
	struct birth *b = arg;
	const struct kith_spawn *how = b->how;

	b->step = AT_GROUP;
	b->err = take_group(how);
	if (!b->err && b->procs >= 0) {
		b->step = AT_CGROUP;
		b->err = CALL(SYS_write, b->procs, "0", 1);
	}
	if (!b->err) {
		b->step = AT_LIMITS;
		b->err = take_limits(b);
	}
	if (!b->err) {
		b->step = AT_DESCRIPTORS;
		b->err = take_descriptors(b);
	}
	if (!b->err && how->directory) {
		b->step = AT_FOLDER;
		b->err = CALL(SYS_chdir, how->directory);
	}
	if (!b->err) {
		b->step = AT_USER;
		b->err = take_user(how->user);
	}
	if (!b->err && how->no_new_privileges) {
		b->step = AT_PRIVILEGES;
		b->err = CALL(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	}
	if (!b->err) {
		b->step = AT_EXEC;
		take_signals(b);
		b->err = search(b);
	}
	syscall(SYS_exit, 127);
	return 0;
}

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
	pid = __clone(become, (char *)b + ROOM,
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

#include "pid1/service-birth.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIGNALS 64

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if __has_feature(thread_sanitizer) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || defined(__SANITIZE_ADDRESS__)
#define IN_CHILD __attribute__((no_sanitize("thread", "address", "undefined")))
#else
#define IN_CHILD
#endif

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
IN_CHILD int birth_become(void *arg)
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

/*
 * Limits by cgroup v2: a folder for each child that has some, taken away again
 * when nobody is in it any more.
 */
#include "pid1/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PERIOD_US = 100000 };

static void folder(char *name, size_t size, unsigned number)
{
	snprintf(name, size, "kith-%d-%u", (int)getpid(), number);
}

/* A controller that is not there is a limit that would not hold. */
static int put(int dir, const char *file, const char *value)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC), err = 0;
	size_t size = strlen(value);

	if (fd < 0)
		return errno == ENOENT ? -EOPNOTSUPP : -errno;
	if (write(fd, value, size) != (ssize_t)size)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static int put_limits(int dir, const struct kith_spawn *how)
{
	char text[64];
	int err = 0;

	if (how->memory_bytes) {
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)how->memory_bytes);
		err = put(dir, "memory.max", text);
	}
	if (!err && how->cpu_percent) {
		snprintf(text, sizeof(text), "%llu %d",
			 (unsigned long long)how->cpu_percent *
				 (PERIOD_US / 100),
			 PERIOD_US);
		err = put(dir, "cpu.max", text);
	}
	if (!err && how->processes) {
		snprintf(text, sizeof(text), "%u", how->processes);
		err = put(dir, "pids.max", text);
	}
	return err;
}

int service_cgroup_make(struct kith_service *s, const struct kith_spawn *how,
			unsigned *number, int *procs)
{
	char name[48];
	int dir, err;

	pthread_mutex_lock(&s->lock);
	*number = ++s->cgroups;
	pthread_mutex_unlock(&s->lock);
	folder(name, sizeof(name), *number);
	if (mkdirat(s->cgroup, name, 0755) < 0) {
		err = -errno;
		*number = 0;
		return err;
	}
	dir = openat(s->cgroup, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = dir < 0 ? -errno : put_limits(dir, how);
	if (!err) {
		*procs = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
		err = *procs < 0 ? -errno : 0;
	}
	if (dir >= 0)
		close(dir);
	if (err) {
		service_cgroup_remove(s, *number);
		*number = 0;
	}
	return err;
}

void service_cgroup_remove(struct kith_service *s, unsigned number)
{
	char name[48];

	/* Whoever is left in it keeps it, and its limits. */
	folder(name, sizeof(name), number);
	unlinkat(s->cgroup, name, AT_REMOVEDIR);
}

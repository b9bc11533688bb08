#include "pid1/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pid1/files.h"
#include "pid1/names.h"

/* Where it may be mounted: alone, or beside the controllers of v1. */
static const char *const mounts[] = { "/sys/fs/cgroup",
				      "/sys/fs/cgroup/unified" };

static int put(int dir, const char *name, const char *text)
{
	int fd = open_at(dir, name, O_WRONLY), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* By the plain call: the library's knows flags that we do not use. */
static bool is_there(int dir, const char *name)
{
	return syscall(SYS_faccessat, dir, name, F_OK) == 0;
}

static int folder(int dir, const char *name)
{
	return open_at(dir, name, O_RDONLY | O_DIRECTORY);
}

/* The line of /proc/self/cgroup for v2: "0::/path". */
static bool own_path(char *path, size_t size)
{
	char text[PATH_MAX + 512], *line, *end;

	if (slurp(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) <= 0)
		return false;
	for (line = text; line && strncmp(line, "0::", 3) != 0; line += !!line)
		line = find_character(line, '\n');
	line = line ? find_character(line, '/') : NULL;
	end = line ? find_character(line, '\n') : NULL;
	if (!end || (size_t)(end - line) >= size)
		return false;
	*end = '\0';
	/* "/../x" is outside of what we can see. */
	if (strncmp(line, "/..", 3) == 0)
		line = end - 1;
	memcpy(path, line + 1, (size_t)(end - line));
	return true;
}

bool cgroup_find(struct cgroup *c)
{
	char path[PATH_MAX];
	size_t i;
	int root;

	c->ours = c->main = -1;
	c->moved = false;
	if (!own_path(path, sizeof(path)))
		return false;
	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		root = folder(AT_FDCWD, mounts[i]);
		if (root < 0)
			continue;
		/* What v1 has at that place has no such file. */
		if (is_there(root, "cgroup.controllers")) {
			c->ours = path[0] ? folder(root, path) : root;
			if (path[0])
				close(root);
			return c->ours >= 0;
		}
		close(root);
	}
	return false;
}

/* What is added to the number in a name that is taken: nobody's pid is that high. */
enum { NO_PID = 10000000, MOST = 1000000000 };

int cgroup_make(struct cgroup *c, pid_t self)
{
	pid_t n;

	/* Init of another namespace may be here as well, and be 1 as we are. */
	for (n = self; n < MOST; n += NO_PID) {
		numbered(c->main_name, "kith-main.", (uint64_t)n);
		numbered(c->init_name, "kith-init.", (uint64_t)n);
		if (mkdirat(c->ours, c->main_name, 0755) < 0 && errno != EEXIST)
			return errno;
		c->main = folder(c->ours, c->main_name);
		if (c->main < 0)
			return errno;
		if (!cgroup_count(c->main, "cgroup.events", "populated"))
			return 0;
		close(c->main);
	}
	c->main = -1;
	return EBUSY;
}

/* Out of the way, so that ours may hand controllers on. */
static int move(struct cgroup *c)
{
	int fd, err;

	if (mkdirat(c->ours, c->init_name, 0755) < 0 && errno != EEXIST)
		return errno;
	fd = folder(c->ours, c->init_name);
	err = fd < 0 ? errno : put(fd, "cgroup.procs", "0");
	if (fd >= 0)
		close(fd);
	c->moved = !err;
	return err;
}

int cgroup_limit(struct cgroup *c, const char *controller, const char *file,
		 const char *value)
{
	char on[16] = "+";
	int err;

	if (!is_there(c->main, file)) {
		memcpy(on + 1, controller, strlen(controller));
		/* Only the root, which has no type, can have both. */
		if (!c->moved && is_there(c->ours, "cgroup.type"))
			move(c);
		err = put(c->ours, "cgroup.subtree_control", on);
		if (err)
			return err;
	}
	return put(c->main, file, value);
}

int cgroup_enter(const struct cgroup *c)
{
	return put(c->main, "cgroup.procs", "0");
}

/* What the kernel would do when we are gone, and nobody could take the folder away. */
static void remove_main(struct cgroup *c)
{
	struct timespec moment;
	int tries = put(c->main, "cgroup.kill", "1") == 0 ? 1000 : 0;

	while (unlinkat(c->ours, c->main_name, AT_REMOVEDIR) < 0 &&
	       errno == EBUSY && tries--) {
		moment = (struct timespec){ .tv_nsec = 1000000 };
		syscall(SYS_ppoll, NULL, 0, &moment, NULL, 0);
	}
}

void cgroup_end(struct cgroup *c, bool last)
{
	if (unlinkat(c->ours, c->main_name, AT_REMOVEDIR) < 0 && last)
		remove_main(c);
	if (!c->moved)
		return;
	/* Back, if that is possible: not while controllers are handed on. */
	put(c->ours, "cgroup.subtree_control", "-memory -pids -cpu");
	put(c->ours, "cgroup.procs", "0");
	unlinkat(c->ours, c->init_name, AT_REMOVEDIR);
}

uint64_t cgroup_count(int dir, const char *file, const char *name)
{
	size_t len = strlen(name);
	char text[1024], *line;

	if (slurp(dir, file, text, sizeof(text)) <= 0)
		return 0;
	for (line = text; line; line = find_character(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return leading_number(line + len);
	}
	return 0;
}

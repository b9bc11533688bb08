#include "pid1/vmmount.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUIET (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct {
	const char *where, *type, *data;
	unsigned long flags;
	const char *parent; /* whose file system it would be, were it not */
	bool spare;         /* not every kernel has it */
} mounts[] = {
	{ "/proc", "proc", NULL, QUIET, "/", false },
	{ "/sys", "sysfs", NULL, QUIET, "/", false },
	{ "/dev", "devtmpfs", "mode=0755", MS_NOSUID, "/", false },
	{ "/dev/pts", "devpts", "gid=5,mode=0620,ptmxmode=0666",
	  MS_NOSUID | MS_NOEXEC, "/dev", false },
	{ "/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV, "/dev",
	  false },
	{ "/sys/fs/cgroup", "cgroup2", NULL, QUIET, "/sys", true },
};

static const struct {
	const char *target, *name;
} links[] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "fd/0", "/dev/stdin" },
	{ "fd/1", "/dev/stdout" },
	{ "fd/2", "/dev/stderr" },
};

/* What images are expected to have: metald-init's list, and /run for sockets. */
static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
	{ "/run", 0755 },     { "/var", 0755 },       { "/var/log", 0755 },
	{ "/var/run", 0755 }, { "/var/cache", 0755 }, { "/tmp", 01777 },
};

/* For the limits of whoever makes a group below the root. */
static const char all_controllers[] = "+cpu +memory +pids";
static const char *const controllers[] = { "+cpu", "+memory", "+pids" };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* 0, or an errno.  *already: something was mounted there. */
static int mount_row(size_t i, bool *already)
{
	struct stat here, parent;

	*already = false;
	if (mkdir(mounts[i].where, 0755) < 0) {
		if (errno != EEXIST)
			return errno;
		*already = stat(mounts[i].where, &here) == 0 &&
			   stat(mounts[i].parent, &parent) == 0 &&
			   here.st_dev != parent.st_dev;
		if (*already)
			return 0;
	}
	if (mount(mounts[i].type, mounts[i].where, mounts[i].type,
		  mounts[i].flags, mounts[i].data) == 0)
		return 0;
	*already = errno == EBUSY;
	return *already ? 0 : errno;
}

bool vmmount_proc(void)
{
	const mode_t before = umask(0);
	bool already;
	int error = mount_row(0, &already);

	umask(before);
	return !error && !already;
}

static void enable_controllers(void)
{
	int fd = open("/sys/fs/cgroup/cgroup.subtree_control",
		      O_WRONLY | O_CLOEXEC);
	ssize_t n;
	size_t i;

	if (fd < 0)
		return;
	/* One by one if it must be: a kernel need not have all. */
	n = write(fd, all_controllers, sizeof(all_controllers) - 1);
	for (i = 0; n < 0 && i < NR(controllers); i++)
		(void)!write(fd, controllers[i], strlen(controllers[i]));
	close(fd);
}

static void make_links(vmmount_warn *warn)
{
	for (size_t i = 0; i < NR(links); i++)
		if (symlink(links[i].target, links[i].name) < 0 &&
		    errno != EEXIST)
			warn("a link", links[i].name, errno);
}

/* One that is there stays as it is. */
static void make_folders(vmmount_warn *warn)
{
	for (size_t i = 0; i < NR(folders); i++)
		if (mkdir(folders[i].path, folders[i].mode) < 0 &&
		    errno != EEXIST)
			warn("a folder", folders[i].path, errno);
}

void vmmount_all(vmmount_warn *warn, bool whole_machine)
{
	/* Modes are to be what they say. */
	const mode_t before = umask(0);
	bool already;
	size_t i;
	int error;

	for (i = 0; i < NR(mounts); i++) {
		error = mount_row(i, &already);
		if (error && !mounts[i].spare)
			warn(mounts[i].type, mounts[i].where, error);
	}
	make_links(warn);
	make_folders(warn);
	umask(before);
	if (whole_machine)
		enable_controllers();
}

/*
 * Is it closed; or the console that the kernel opened before /dev was what it is
 * now, whose name nobody could find?
 */
static bool wants_console(int fd, const struct stat *console)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return true;
	return S_ISCHR(st.st_mode) && st.st_rdev == console->st_rdev &&
	       st.st_dev != console->st_dev;
}

void vmmount_console(void)
{
	struct stat console;
	int fd, i, from;

	from = open("/dev/console", O_RDWR | O_NOCTTY);
	if (from < 0)
		from = open("/dev/null", O_RDWR);
	if (from < 0 || fstat(from, &console) < 0)
		return;
	for (i = 0; i <= 2; i++)
		if (i != from && wants_console(i, &console)) {
			fd = dup2(from, i);
			(void)fd; /* it is open, and so is i */
		}
	if (from > 2)
		close(from);
}

/* --- taking them off ------------------------------------------------------- */

/* "\040" and the like, in place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++, to++) {
		*to = *s;
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] &&
		    s[3]) {
			*to = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				     (s[3] - '0'));
			s += 3;
		}
	}
	*to = '\0';
}

/* A line of /proc/self/mounts: SOURCE PLACE TYPE ... */
static void take_off(char *line)
{
	char *place = strchr(line, ' '), *end;

	end = place ? strchr(place + 1, ' ') : NULL;
	if (!end || strncmp(line, "/dev/", 5) != 0)
		return;
	*end = '\0';
	unescape(++place);
	if (strcmp(place, "/") != 0 && umount2(place, 0) == 0)
		return;
	/* Somebody's folder; at least its disk is then as it should be. */
	mount(NULL, place, NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

void vmmount_off(void)
{
	static char text[32768];
	int fd = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;
	char *line;

	sync();
	if (fd < 0)
		return;
	while (len < sizeof(text) - 1 &&
	       (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	/* From the last to the first: what is on top goes first. */
	while ((line = strrchr(text, '\n'))) {
		take_off(line + 1);
		*line = '\0';
	}
	take_off(text);
}

/*
 * Peers of kith-init, for the benchmark: the smallest inits that run /bin/payload
 * in a machine.  They look at nothing and believe everything.
 *
 *	main()		makes the same mounts, and that is all
 *	-DSAME		leaves the machine as kith-init does, for whoever runs in
 *			it: links in /dev, folders, cgroup controllers, a console
 *			that has its name and is the session's terminal, the program
 *			and its arguments from the command line, Ctrl-Alt-Del as a
 *			signal, signals that wait, and modes and flags of mounts
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SAME
#define FLAGS(flags) (flags)
#else
#define FLAGS(flags) 0
#endif
#define QUIET FLAGS(MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct {
	const char *type, *where, *data;
	unsigned long flags;
} mounts[] = {
	{ "proc", "/proc", NULL, QUIET },
	{ "sysfs", "/sys", NULL, QUIET },
	{ "devtmpfs", "/dev", "mode=0755", FLAGS(MS_NOSUID) },
	{ "devpts", "/dev/pts", "gid=5,mode=0620,ptmxmode=0666",
	  FLAGS(MS_NOSUID | MS_NOEXEC) },
	{ "tmpfs", "/dev/shm", "mode=1777", FLAGS(MS_NOSUID | MS_NODEV) },
	{ "cgroup2", "/sys/fs/cgroup", NULL, QUIET },
};

#ifdef SAME
static char line[4096], *words[64];

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (write(fd, text, strlen(text)) >= 0)
		close(fd);
}

/* What is behind the first --, if nothing is quoted. */
static void read_words(void)
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC), n = 0;
	char *word;

	if (read(fd, line, sizeof(line) - 1) > 0)
		close(fd);
	word = strstr(line, " -- ");
	for (word = strtok(word ? word + 4 : NULL, " \n"); word && n < 63;
	     word = strtok(NULL, " \n"))
		words[n++] = word;
}

static void prepare(void)
{
	static const char *const folders[] = { "/run", "/var", "/var/log",
					       "/var/run", "/var/cache" };
	int console;

	for (int i = 0; i < 5; i++)
		mkdir(folders[i], 0755);
	mkdir("/tmp", 01777);
	if (symlink("/proc/self/fd", "/dev/fd") ||
	    symlink("fd/0", "/dev/stdin") || symlink("fd/1", "/dev/stdout") ||
	    symlink("fd/2", "/dev/stderr"))
		return;
	write_to("/sys/fs/cgroup/cgroup.subtree_control", "+cpu +memory +pids");
	console = open("/dev/console", O_RDWR | O_NOCTTY);
	for (int i = 0; i < 3; i++)
		dup2(console, i);
	close(console);
	read_words();
	reboot(RB_DISABLE_CAD);
}

static void begin_session(const sigset_t *mask)
{
	setsid();
	ioctl(0, TIOCSCTTY, 0);
	sigprocmask(SIG_SETMASK, mask, NULL);
}
#endif

int main(void)
{
	static char *argv[] = { "/bin/payload", NULL };
	char **program = argv;

#ifdef SAME
	sigset_t all, mask;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	umask(0);
#endif
	for (int i = 0; i < 6; i++) {
		mkdir(mounts[i].where, 0755);
		mount(mounts[i].type, mounts[i].where, mounts[i].type,
		      mounts[i].flags, mounts[i].data);
	}
#ifdef SAME
	umask(022);
	prepare();
	program = words;
#endif
	if (vfork() == 0) {
#ifdef SAME
		begin_session(&mask);
#else
		setsid();
#endif
		execv(program[0], program);
		_exit(127);
	}
	wait(NULL);
	sync();
	return reboot(RB_POWER_OFF);
}

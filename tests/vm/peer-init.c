/*
 * The smallest init that makes the same mounts as kith-init, for the benchmark:
 * it looks at nothing, believes everything, and runs /bin/payload.
 */
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const mounts[][3] = {
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "devtmpfs", "/dev", "mode=0755" },
	{ "devpts", "/dev/pts", "gid=5,mode=0620,ptmxmode=0666" },
	{ "tmpfs", "/dev/shm", "mode=1777" },
	{ "cgroup2", "/sys/fs/cgroup", NULL },
};

int main(void)
{
	static char *argv[] = { "/bin/payload", NULL };

	for (int i = 0; i < 6; i++) {
		mkdir(mounts[i][1], 0755);
		mount(mounts[i][0], mounts[i][1], mounts[i][0], 0,
		      mounts[i][2]);
	}
	if (vfork() == 0) {
		setsid();
		execv(argv[0], argv);
		_exit(127);
	}
	wait(NULL);
	sync();
	return reboot(RB_POWER_OFF);
}

#include "pid1/kernel.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* struct pidfd_info as it was in 6.13; longer ones are longer at the end. */
struct pidfd_info {
	uint64_t mask, cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid,
		fsgid;
	int32_t exit_code;
};

#define GET_INFO  _IOWR(0xff, 11, struct pidfd_info)
#define INFO_EXIT (UINT64_C(1) << 3)

static uint32_t next_number(const char **text)
{
	uint32_t n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + (uint32_t)(*(*text)++ - '0');
	if (**text == '.')
		++*text;
	return n;
}

uint32_t kernel_version(void)
{
	struct utsname u;
	const char *text = u.release;
	uint32_t major;

	if (uname(&u) < 0)
		return 0;
	major = next_number(&text);
	return KERNEL(major, next_number(&text));
}

bool kernel_keeps_exits(void)
{
	return kernel_version() >= KERNEL(6, 15);
}

bool kernel_tells_exits(void)
{
	struct pidfd_info info = { .mask = INFO_EXIT };
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0), told;

	if (fd < 0)
		return false;
	told = (int)syscall(SYS_ioctl, fd, GET_INFO, &info);
	close(fd);
	return told == 0;
}

int kernel_exit_status(int pidfd, int *status)
{
	struct pidfd_info info = { .mask = INFO_EXIT };

	if (syscall(SYS_ioctl, pidfd, GET_INFO, &info) < 0)
		return -errno;
	if (!(info.mask & INFO_EXIT))
		return -ENODATA;
	*status = info.exit_code;
	return 0;
}

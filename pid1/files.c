#include "pid1/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/names.h"

int open_at(int folder, const char *name, int flags)
{
	return (int)syscall(SYS_openat, folder, name, flags | O_CLOEXEC, 0644);
}

ssize_t slurp(int folder, const char *name, char *text, size_t size)
{
	int fd = open_at(folder, name, O_RDONLY);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	return n;
}

bool proc_is_ours(pid_t self)
{
	char seen[12];
	uint64_t number;
	ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self", seen,
			    sizeof(seen) - 1);

	return n > 0 && read_number(seen, (size_t)n, INT32_MAX, &number) &&
	       (pid_t)number == self;
}

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

int numbers_in(int folder, bool (*each)(void *what, int n), void *what)
{
	const struct entry *e;
	uint64_t number;
	char text[2048];
	ssize_t n, at;

	while ((n = syscall(SYS_getdents64, folder, text, sizeof(text))) > 0)
		for (at = 0; at < n; at += e->length) {
			e = (void *)(text + at);
			if (read_number(e->name, strlen(e->name), INT32_MAX,
					&number) &&
			    !each(what, (int)number))
				return ENOMEM;
		}
	return n < 0 ? errno : 0;
}

int number_open(int folder, int n)
{
	char name[12];

	numbered(name, "", (uint64_t)n);
	return open_at(folder, name, O_RDONLY | O_DIRECTORY);
}

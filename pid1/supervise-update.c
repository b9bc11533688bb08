#include "pid1/supervise-update.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/names.h"
#include "pid1/supervise-sha256.h"

enum { MAX_ENV = 4096 };

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

/* --- the file -------------------------------------------------------------- */

static bool beside(char *path, const char *self, const char *suffix)
{
	size_t n = strlen(self), m = strlen(suffix);

	if (n + m + 1 > PATH_MAX)
		return false;
	memcpy(path, self, n);
	memcpy(path + n, suffix, m + 1);
	return true;
}

static bool digest_of(int fd, uint8_t digest[32])
{
	struct sha256 sum;
	char text[4096];
	ssize_t n;

	sha256_begin(&sum);
	while ((n = read(fd, text, sizeof(text))) > 0)
		sha256_add(&sum, text, (size_t)n);
	sha256_end(&sum, digest);
	return n == 0;
}

static bool read_digest(const char *path, uint8_t digest[32])
{
	char text[66] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n >= 64 && sha256_read(text, digest);
}

static const char *check(int fd, const char *self, const uint8_t *wanted)
{
	uint8_t given[32], is[32];
	char path[PATH_MAX];
	struct stat st;

	if (fd < 0)
		return "there is no new file";
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0100))
		return "the new file is not executable";
	if (!wanted) {
		if (!beside(path, self, ".new.sha256") ||
		    !read_digest(path, given))
			return "no SHA-256 is given";
		wanted = given;
	}
	if (!digest_of(fd, is))
		return "the new file cannot be read";
	return memcmp(is, wanted, sizeof(is)) == 0 ? NULL
						   : "the SHA-256 is another";
}

/* Two names for a moment, so that there is never none. */
static const char *swap(const char *self, const char *new)
{
	char old[PATH_MAX];

	if (!beside(old, self, ".old"))
		return "the name is too long";
	unlink(old);
	if (link(self, old) < 0)
		return "the old file cannot be kept";
	if (rename(new, self) < 0) {
		unlink(old);
		return "the new file cannot be renamed";
	}
	return NULL;
}

int update_install(const char *self, const uint8_t *digest, const char **why)
{
	char new[PATH_MAX];
	int fd;

	*why = "the name is too long";
	if (!beside(new, self, ".new"))
		return -1;
	fd = open(new, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	*why = check(fd, self, digest);
	if (!*why)
		*why = swap(self, new);
	if (!*why)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

void update_undo(const char *self)
{
	char old[PATH_MAX];

	if (beside(old, self, ".old"))
		(void)!rename(old, self);
}

/* --- the state ------------------------------------------------------------- */

static int seal(const void *state, size_t size)
{
	int fd = memfd_create("kith-init", MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (write(fd, state, size) != (ssize_t)size ||
	    fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static char **with_state(char **env, int fd)
{
	static char *more[MAX_ENV], text[40];
	size_t n = 0;

	while (env[n])
		n++;
	if (n + 2 > MAX_ENV)
		return NULL;
	numbered(text, UPDATE_STATE "=", (uint64_t)fd);
	memcpy(more, env, n * sizeof(*env));
	more[n] = text;
	more[n + 1] = NULL;
	return more;
}

static void keep_open(const int *kept, int n, int flags)
{
	for (int i = 0; i < n; i++)
		if (kept[i] >= 0)
			fcntl(kept[i], F_SETFD, flags);
}

int update_exec(int file, char **argv, char **env, const void *state,
		size_t size, const int *kept, int n)
{
	int fd = seal(state, size), err = fd < 0 ? errno : 0;
	char **more = fd < 0 ? NULL : with_state(env, fd);

	if (!err && !more)
		err = E2BIG;
	if (!err) {
		keep_open(kept, n, 0);
		syscall(SYS_execveat, file, "", argv, more, AT_EMPTY_PATH);
		err = errno;
		keep_open(kept, n, FD_CLOEXEC);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

bool update_resumed(void *state, size_t size)
{
	const char *text = getenv(UPDATE_STATE);
	ssize_t n;
	int fd;

	if (!text)
		return false;
	fd = (int)leading_number(text);
	unsetenv(UPDATE_STATE);
	/* What is not sealed was not written by one of us. */
	if (fd < 3 || fcntl(fd, F_GET_SEALS) != ALL_SEALS)
		return false;
	memset(state, 0, size);
	n = pread(fd, state, size, 0);
	close(fd);
	return n > 0;
}

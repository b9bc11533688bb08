#include "pid1/search.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/names.h"
#include "pid1/rare.h"

/* Where to look when nobody said: the kernel starts PID 1 without a PATH. */
#define USUAL_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *env_value(char **env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (**env == *name && strncmp(*env, name, len) == 0 &&
		    (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* One place where the program may be: exec there, or see whether it exists. */
typedef int attempt(const char *path, char **argv, char **env);

static int run(const char *path, char **argv, char **env)
{
	execve(path, argv, env);
	return errno;
}

/* In words of its own: those that init has are not for a child to change. */
RARE static int run_or_sh(const char *path, char **argv, char **env)
{
	int err = run(path, argv, env);
	const char **words;
	size_t n = 0;

	if (err != ENOEXEC)
		return err;
	while (argv[n])
		n++;
	words = __builtin_alloca((n + 2) * sizeof(*words));
	words[0] = "/bin/sh";
	words[1] = path;
	memcpy(words + 2, argv + 1, n * sizeof(*words));
	execve(words[0], (char **)words, env);
	return err;
}

RARE static int look(const char *path, char **argv, char **env)
{
	(void)argv;
	(void)env;
	return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0 ? 0 : errno;
}

/* Reasons to try the next folder, as execvp() has them. */
static bool elsewhere(int err)
{
	return err == ENOENT || err == ENOTDIR || err == EACCES ||
	       err == ENAMETOOLONG || err == ELOOP || err == ESTALE ||
	       err == ENODEV || err == ETIMEDOUT;
}

static bool is_path(const char *name)
{
	return name[before(name, OFTEN("/"))];
}

/*
 * Try every folder of PATH; an empty one is the working directory.  A program
 * that may not be run, in an earlier folder, beats none at all in a later one.
 */
static int search(attempt *try, char **argv, char **env)
{
	const char *dir, *end;
	size_t name, len, room;
	char *path;
	int err, worst = ENOENT;

	if (is_path(argv[0]) || !argv[0][0])
		return try(argv[0], argv, env);
	name = strlen(argv[0]) + 1;
	dir = env_value(env, OFTEN("PATH"));
	dir = dir ? dir : USUAL_PATH;
	/* No more than it can be, for this is somebody else's stack. */
	room = strlen(dir) + 1 + name;
	room = room < PATH_MAX ? room : PATH_MAX;
	path = __builtin_alloca(room);
	for (;; dir = end + 1) {
		end = dir + before(dir, OFTEN(":"));
		len = (size_t)(end - dir);
		if (len + 1 + name <= room) {
			memcpy(path, dir, len);
			if (len)
				path[len++] = '/';
			memcpy(path + len, argv[0], name);
			err = try(path, argv, env);
			if (!elsewhere(err))
				return err;
			if (err == EACCES)
				worst = err;
		}
		if (!*end)
			return worst;
	}
}

int search_and_run(char **argv, char **env, bool try_shell)
{
	return search(try_shell ? run_or_sh : run, argv, env);
}

int search_why_not(char **argv, char **env, int err, bool *torn)
{
	bool there = search(look, argv, env) == 0;

	*torn = err == ENOENT && there;
	return err == EACCES && !there && !is_path(argv[0]) ? ENOENT : err;
}

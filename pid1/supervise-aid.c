#include "pid1/supervise-aid.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pid1/linux.h"
#include "pid1/names.h"
#include "pid1/search.h"

enum { MAX_ENV = 4096 };

const char *aid_read(struct aid *a, const char *command)
{
	size_t size = strlen(command);
	unsigned int n = 0;
	char *word;

	if (size >= sizeof(a->text))
		return "is too long";
	memcpy(a->text, command, size + 1);
	for (word = a->text; *word; word += strcspn(word, " \t")) {
		if (n && word > a->text)
			*word++ = '\0';
		word += strspn(word, " \t");
		if (!*word)
			break;
		if (n == AID_WORDS)
			return "has too many words";
		a->argv[n++] = word;
	}
	a->argv[n] = NULL;
	return n ? NULL : "is no command";
}

struct start {
	const struct aid *aid;
	const struct aid_place *place;
	char **env;
	int err;
};

/* In init's memory, with everything blocked until the end. */
static int become(void *arg)
{
	struct start *s = arg;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	sigaction(SIGCHLD, &s->place->chld, NULL);
	if (in > 0)
		dup2(in, 0);
	else if (in == 0)
		fcntl(0, F_SETFD, 0);
	dup2(s->place->out, 1);
	dup2(s->place->out, 2);
	linux_block(s->place->mask);
	s->err = search_and_run((char **)s->aid->argv, s->env, false);
	return 127;
}

/* The program's, and one more.  Whoever has too many does without. */
static char **with_pid(char **env, pid_t main)
{
	static char *more[MAX_ENV], text[40];
	size_t n = 0;

	while (env[n])
		n++;
	if (n + 2 > MAX_ENV)
		return env;
	numbered(text, "KITH_MAIN_PID=", (uint64_t)main);
	memcpy(more, env, n * sizeof(*env));
	more[n] = text;
	more[n + 1] = NULL;
	return more;
}

int aid_start(struct aid *a, const struct aid_place *p, pid_t main)
{
	char stack[12288] __attribute__((aligned(16)));
	struct start s = { .aid = a,
			   .place = p,
			   .env = with_pid(p->env, main) };
	pid_t pid = clone(become, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, &s);

	if (pid < 0)
		return errno;
	if (s.err) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return s.err;
	}
	a->pid = pid;
	return 0;
}

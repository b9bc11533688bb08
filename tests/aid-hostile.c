/*
 * A program that gives its init a hard time, for tests/t-init-hostile.sh.
 *
 *	leaderless CODE [MS]	its first thread ends; another ends all, later
 *	exec-thread COMMAND...	a thread that is not the first becomes it
 *	sibling N		N children that are init's, not its own
 *	odd N			N orphans whose death is told by another signal
 *	flood N PID SIG...	send all of these, N times over
 *	nofile N COMMAND...	may open no descriptor from N on
 *	nosig COMMAND...	may have no signal queued
 *	bare PROGRAM		run it with no argument at all, not even a name
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

struct end {
	int code;
	long after;
};

static void *end_all(void *how)
{
	const struct end *end = how;

	nap(end->after);
	exit(end->code);
}

static void leaderless(int code, long after)
{
	static struct end kept;
	pthread_t thread;

	kept = (struct end){ code, after };
	pthread_create(&thread, NULL, end_all, &kept);
	pthread_exit(NULL);
}

static void *become(void *argv)
{
	char **command = argv;

	execvp(command[0], command);
	exit(127);
}

static void exec_thread(char **command)
{
	pthread_t thread;

	pthread_create(&thread, NULL, become, command);
	for (;;)
		pause();
}

/* A child without a stack of its own: it goes on where we are, as by fork(). */
static long child(unsigned long flags)
{
	return syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

static int sibling(int n)
{
	while (n--)
		if (child(CLONE_PARENT | SIGCHLD) == 0)
			_exit(9);
	nap(200);
	return 3;
}

static int odd(int n)
{
	int i;

	if (child(SIGCHLD) == 0) {
		for (i = 0; i < n; i++)
			if (child(i % 3 == 0   ? 0
				  : i % 3 == 1 ? SIGUSR1
					       : SIGKILL) == 0) {
				nap(50);
				_exit(9);
			}
		_exit(0);
	}
	wait(NULL);
	nap(300);
	return 4;
}

static int flood(int n, char **words)
{
	pid_t pid = atoi(*words++);
	char **sig;

	while (n--)
		for (sig = words; *sig; sig++)
			kill(pid, atoi(*sig));
	return 5;
}

static void limit(int what, rlim_t most)
{
	struct rlimit r = { most, most };

	setrlimit(what, &r);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc > 2 && strcmp(what, "leaderless") == 0) {
		leaderless(atoi(argv[2]), argc > 3 ? atol(argv[3]) : 100);
	} else if (argc > 2 && strcmp(what, "exec-thread") == 0) {
		exec_thread(argv + 2);
	} else if (argc == 3 && strcmp(what, "sibling") == 0) {
		return sibling(atoi(argv[2]));
	} else if (argc == 3 && strcmp(what, "odd") == 0) {
		return odd(atoi(argv[2]));
	} else if (argc > 4 && strcmp(what, "flood") == 0) {
		return flood(atoi(argv[2]), argv + 3);
	} else if (argc > 3 && strcmp(what, "nofile") == 0) {
		limit(RLIMIT_NOFILE, (rlim_t)atoi(argv[2]));
		execvp(argv[3], argv + 3);
	} else if (argc > 2 && strcmp(what, "nosig") == 0) {
		limit(RLIMIT_SIGPENDING, 0);
		execvp(argv[2], argv + 2);
	} else if (argc == 3 && strcmp(what, "bare") == 0) {
		execv(argv[2], (char *[]){ NULL });
	}
	fprintf(stderr, "aid-hostile: cannot do that\n");
	return 99;
}

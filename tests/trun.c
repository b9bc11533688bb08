/*
 * trun SECONDS COMMAND...
 *
 * Run one test, and see to it that it ends and that nothing of it stays.
 *
 * Tests of a library about processes fail in its own way: they hang, or leave
 * a child that holds prove's pipe, and then prove hangs.  So the test gets a
 * session of its own, where kill(0) is harmless, and we are the subreaper of
 * all that it starts: whoever loses its parent, however it got away, becomes
 * our child, and /proc lists our children.
 *
 * The status is the test's own, or 128 + n if signal n killed it; 124 when the
 * time was up; 98 when a test that passed left processes behind; 125 when trun
 * could not do its work.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEFT_BEHIND = 98, TIME_UP = 124, TROUBLE = 125 };

static sigset_t awaited, before;
static int status = -1; /* the test's, once it is dead */

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		err(TROUBLE, "fork");
	if (pid)
		return pid;
	setsid();
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!freopen("/dev/null", "r", stdin))
		err(TROUBLE, "/dev/null");
	execvp(command[0], command);
	err(TROUBLE, "%s", command[0]);
}

/* Collect the dead; return whether anybody is left. */
static int reap(pid_t test)
{
	pid_t pid;
	int s;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0)
		if (pid == test)
			status = WIFEXITED(s) ? WEXITSTATUS(s)
					      : 128 + WTERMSIG(s);
	return pid == 0;
}

/* Kill all that is left.  Whoever dies leaves us its own children to kill. */
static void end_all(void)
{
	while (reap(0)) {
		FILE *list = fopen("/proc/thread-self/children", "r");
		int pid, found = 0;

		if (!list)
			err(TROUBLE, "/proc/thread-self/children");
		for (; fscanf(list, "%d", &pid) == 1; found = 1) {
			char comm[64], name[64] = "?\n";
			FILE *f;

			snprintf(comm, sizeof(comm), "/proc/%d/comm", pid);
			f = fopen(comm, "r");
			if (f && fgets(name, sizeof(name), f))
				fprintf(stderr, "# trun: killing %s", name);
			if (f)
				fclose(f);
			kill(pid, SIGKILL);
		}
		fclose(list);
		if (found)
			waitpid(-1, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	int seconds = argc > 2 ? atoi(argv[1]) : 0, sig = SIGCHLD;
	pid_t test;

	if (seconds <= 0)
		errx(TROUBLE, "usage: trun SECONDS COMMAND...");
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGALRM);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigprocmask(SIG_BLOCK, &awaited, &before);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(TROUBLE, "prctl");

	test = start(argv + 2);
	alarm(seconds);
	while (reap(test), status < 0 && sig == SIGCHLD)
		sigwait(&awaited, &sig);
	if (status < 0) {
		warnx("%s", sig == SIGALRM ? "time is up" : "stopped");
		end_all();
		return sig == SIGALRM ? TIME_UP : 128 + sig;
	}

	/* What the test has killed may take a moment longer than the test. */
	alarm(1);
	while (reap(0) && sig == SIGCHLD)
		sigwait(&awaited, &sig);
	if (!reap(0))
		return status;
	warnx("%s left processes behind", argv[2]);
	end_all();
	return status ? status : LEFT_BEHIND;
}

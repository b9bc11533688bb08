/*
 * Signals, all 64 of them, for the tests of kith-init: the kernel's masks,
 *which no C library lets through whole.
 *
 *	block COMMAND...	run it with all signals blocked
 *	ignore SIG COMMAND...	run it with that signal ignored
 *	collect N LAST		with all blocked: say "signal value code" of the
 *				next N, or until one has the value LAST
 *	queue PID SIG VALUE	as sigqueue(3) would
 *	nap			until a signal
 *	early N pid1|below INIT	start INIT N times, and send it SIGTERM as soon
 *				as it has blocked it; say how many were lost
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t all = ~UINT64_C(0);

static void block(uint64_t mask)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

static int collect(int n, int last)
{
	static const struct timespec patience = { .tv_sec = 10 };
	siginfo_t info;
	int value;
	long sig;

	block(all); /* glibc, in between, lets 32 and 33 through */
	puts("ready");
	fflush(stdout);
	while (n--) {
		sig = syscall(SYS_rt_sigtimedwait, &all, &info, &patience,
			      sizeof(all));
		if (sig < 0) {
			printf("nothing: %s\n", strerror(errno));
			return 1;
		}
		value = info.si_code == SI_QUEUE ? info.si_value.sival_int : 0;
		printf("%ld %d %d\n", sig, value, info.si_code);
		fflush(stdout);
		if (value == last)
			break;
	}
	return 0;
}

static int queue(pid_t pid, int sig, int value)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	return syscall(SYS_rt_sigqueueinfo, pid, sig, &info) != 0;
}

/* What a file of /proc/PID says; false if it is gone. */
static bool look(pid_t pid, const char *what, char *text, size_t size)
{
	char path[60];
	FILE *f;

	snprintf(path, sizeof(path), what, (int)pid, (int)pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
	return true;
}

/*
 * Wait until it blocks everything that can be blocked.  We may come too late to
 * see that, for asleep in sigtimedwait() the mask shows what is not waited for;
 * but then it has a child.
 */
static void until_blocked(pid_t pid)
{
	char text[4096], *at;

	while (look(pid, "/proc/%d/status", text, sizeof(text))) {
		at = strstr(text, "SigBlk:");
		if (at && strtoull(at + 7, NULL, 16) == 0xfffffffffffbfeff)
			return;
		if (!look(pid, "/proc/%d/task/%d/children", text,
			  sizeof(text)) ||
		    text[0])
			return;
	}
}

static void spin(long us)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000000 +
		       (now.tv_nsec - from.tv_nsec) / 1000 <
	       us);
}

static int early(int n, bool pid1, char *init, char *self)
{
	char *argv[] = { init, self, (char *)"nap", NULL };
	int i, status, lost = 0;
	long pid;

	for (i = 0; i < n; i++) {
		pid = syscall(SYS_clone, SIGCHLD | (pid1 ? CLONE_NEWPID : 0),
			      NULL, NULL, NULL, NULL);
		if (pid == 0) {
			execv(init, argv);
			_exit(1);
		}
		until_blocked((pid_t)pid);
		spin(i * 2);
		kill((pid_t)pid, SIGTERM);
		alarm(10); /* lost: it would sleep for ever, and so would we */
		waitpid((pid_t)pid, &status, 0);
		alarm(0);
		lost += status != (128 + SIGTERM) << 8;
	}
	printf("%d lost\n", lost);
	return 0;
}

static int pipe_end;

static void told(int sig)
{
	(void)!write(pipe_end, sig == SIGHUP ? "hup" : "?", 3);
	_exit(0);
}

/* In the shell: a job, in a group of its own, which stops. */
static void shell(void)
{
	int status;
	pid_t job = fork();

	if (job == 0) {
		setpgid(0, 0);
		signal(SIGHUP, told);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(job, &status, WUNTRACED);
	_exit(0);
}

static int orphaned(void)
{
	char what[4] = "";
	int ends[2];

	if (pipe(ends) < 0)
		return 1;
	pipe_end = ends[1];
	if (fork() == 0)
		shell();
	wait(NULL);
	signal(SIGALRM, SIG_DFL);
	alarm(3);
	(void)!read(ends[0], what, 3);
	puts(what);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc > 2 && strcmp(what, "block") == 0) {
		block(all);
		execvp(argv[2], argv + 2);
	} else if (argc > 3 && strcmp(what, "ignore") == 0) {
		signal(atoi(argv[2]), SIG_IGN);
		execvp(argv[3], argv + 3);
	} else if (argc > 2 && strcmp(what, "root") == 0) {
		if (setresuid(0, 0, 0) == 0)
			execvp(argv[2], argv + 2);
	} else if (argc == 4 && strcmp(what, "collect") == 0) {
		return collect(atoi(argv[2]), atoi(argv[3]));
	} else if (argc == 5 && strcmp(what, "queue") == 0) {
		return queue(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	} else if (argc == 2 && strcmp(what, "orphaned") == 0) {
		return orphaned();
	} else if (argc == 2 && strcmp(what, "front") == 0) {
		return getsid(0) != getpid() ||
		       tcgetpgrp(open("/dev/tty", O_RDWR)) != getpid();
	} else if (argc == 2 && strcmp(what, "nap") == 0) {
		for (;;)
			pause();
	} else if (argc == 5 && strcmp(what, "early") == 0) {
		return early(atoi(argv[2]), strcmp(argv[3], "pid1") == 0,
			     argv[4], argv[0]);
	}
	fprintf(stderr, "aid-signals: cannot do that\n");
	return 99;
}

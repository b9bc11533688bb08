/*
 * A program has died: how long until the next one runs?  kith-init --restart
 * beside the smallest supervisor there is, a shell with a loop.
 *
 * The program says when it is about to die, and when it began; what lies between
 * is the end of a process, news of it, and the start of another.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench.h"

enum { DEATHS = 300, FIRSTS = 25 };

static int payload(void)
{
	double t = bench_now();
	char c;

	if (write(1, &t, sizeof(t)) != sizeof(t) || read(0, &c, 1) != 1)
		return 1;
	t = bench_now();
	if (write(1, &t, sizeof(t)) != sizeof(t))
		return 1;
	_exit(1);
}

struct peer {
	int to, from;
	pid_t pid;
	double ms[DEATHS];
};

static double when(const struct peer *p)
{
	double t;

	if (read(p->from, &t, sizeof(t)) != sizeof(t))
		errx(1, "a supervisor has stopped");
	return t;
}

static void start(struct peer *p, const char *const *argv)
{
	const char *all[24] = { "unshare", "--pid", "--fork", "--mount-proc",
				"--kill-child" };
	int in[2], out[2], n = 5;

	while (*argv)
		all[n++] = *argv++;
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		err(1, "pipe");
	p->pid = fork();
	if (p->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execvp(all[0], (char **)all);
		err(1, "%s", all[0]);
	}
	close(in[0]);
	close(out[1]);
	p->to = in[1];
	p->from = out[0];
	when(p);
}

static double one_death(const struct peer *p)
{
	double died;

	if (write(p->to, "", 1) != 1)
		err(1, "write");
	died = when(p);
	return (when(p) - died) / 1e6;
}

static void stop(struct peer *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->to);
	close(p->from);
}

int main(int argc, char **argv)
{
	static struct peer init, shell;
	char path[4096], line[] = "while :; do \"$0\" payload; done";
	const char *O = getenv("O");
	double a, b;

	if (argc > 1 && strcmp(argv[1], "payload") == 0)
		return payload();
	snprintf(path, sizeof(path), "%s/kith-init.static", O ? O : "build");
	if (access(path, X_OK) < 0)
		snprintf(path, sizeof(path), "%s/kith-init", O ? O : "build");
	const char *const supervised[] = { path,      "--restart",
					   "always",  "--restart-well",
					   "0",       argv[0],
					   "payload", NULL };
	const char *const looped[] = { "sh", "-c", line, argv[0], NULL };

	for (int i = 0; i < FIRSTS; i++) {
		start(&init, supervised);
		init.ms[i] = one_death(&init);
		stop(&init);
		start(&shell, looped);
		shell.ms[i] = one_death(&shell);
		stop(&shell);
	}
	a = bench_median(init.ms, FIRSTS);
	b = bench_median(shell.ms, FIRSTS);
	bench_line("the first start after a death (25 inits)", a * 1e3, b * 1e3,
		   "us", a / b, "< 1000 us", a < 1);
	start(&init, supervised);
	start(&shell, looped);
	for (int i = 0; i < DEATHS; i++) {
		init.ms[i] = one_death(&init);
		shell.ms[i] = one_death(&shell);
	}
	stop(&init);
	stop(&shell);
	a = bench_median(init.ms, DEATHS);
	b = bench_median(shell.ms, DEATHS);
	bench_line("a new start after a death (median of 300)", a * 1e3,
		   b * 1e3, "us", a / b, "< 1000 us", a < 1);
	return 0;
}

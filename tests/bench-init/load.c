/*
 * The program that an init under measurement runs.  Small, static, without
 * stdio, so that what is measured is the init and not this.
 *
 *	stamp			write when main() began and when it ended; exit 7
 *	hear			say R; then write when each signal came, and which
 *	crowd LIVE N		LIVE orphans that stay; then, after a byte from
 *				stdin, N that come and go one by one.  Says S
 *				before and D after
 *	storm N			N orphans.  Says S; after a byte lets them die,
 *				says D when all have, and goes on as hear
 *	coalesce N CODE		exit with CODE as N orphans die
 *
 * What is said or written goes to stdout.  Signals that are heard: TERM, USR1
 * and PWR, which is above all others that matter here and therefore, of two
 * that are pending, is taken last.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 99, WORKERS = 20 };

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void tell(const void *what, size_t size)
{
	if (write(1, what, size) != (ssize_t)size)
		_exit(FAILED);
}

/* Another byte, or the end of it. */
static void await(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
}

static pid_t make(void)
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(FAILED);
	return pid;
}

static void await_child(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

struct gate {
	int in[2],
		out[2]; /* closing in[1] lets them go; out ends when all went */
};

/* N processes whose parents end at once, and who stay until the gate opens. */
static void make_orphans(int n, const struct gate *gate)
{
	int worker, i;
	pid_t pid;

	for (worker = 0; worker < WORKERS; worker++) {
		pid = make();
		if (pid) {
			await_child(pid);
			continue;
		}
		close(gate->in[1]);
		close(gate->out[0]);
		for (i = worker; i < n; i += WORKERS)
			if (make() == 0) {
				await(gate->in[0]);
				_exit(0);
			}
		_exit(0);
	}
}

static void open_gate(const struct gate *gate)
{
	close(gate->in[0]);
	close(gate->in[1]);
}

static struct gate new_gate(void)
{
	struct gate gate;

	if (pipe(gate.in) || pipe(gate.out))
		_exit(FAILED);
	return gate;
}

static void hear(void)
{
	struct {
		uint64_t when, sig;
	} record;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGPWR);
	sigprocmask(SIG_BLOCK, &set, NULL);
	tell("R", 1);
	for (;;) {
		sig = sigwaitinfo(&set, NULL);
		record.when = now();
		record.sig = (uint64_t)sig;
		if (sig > 0)
			tell(&record, sizeof(record));
	}
}

static void stamp(uint64_t began)
{
	uint64_t times[2] = { began, now() };

	tell(times, sizeof(times));
	_exit(7);
}

/* One more orphan, who is dead already or soon. */
static void come_and_go(volatile pid_t *who)
{
	pid_t pid = make(), orphan;

	if (pid == 0) {
		orphan = make();
		if (orphan == 0)
			_exit(0);
		*who = orphan;
		_exit(0);
	}
	await_child(pid);
}

static void await_reaped(pid_t pid)
{
	struct timespec moment = { .tv_nsec = 20000 };

	while (kill(pid, 0) == 0)
		nanosleep(&moment, NULL);
}

static void crowd(int live, int n)
{
	volatile pid_t *who = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct gate gate = new_gate();

	if (who == MAP_FAILED)
		_exit(FAILED);
	make_orphans(live, &gate);
	tell("S", 1);
	await(0);
	for (; n; n--) {
		come_and_go(who);
		await_reaped(*who);
	}
	tell("D", 1);
	await(0);
	_exit(0);
}

static void storm(int n)
{
	struct gate gate = new_gate();

	make_orphans(n, &gate);
	tell("S", 1);
	await(0);
	open_gate(&gate);
	close(gate.out[1]);
	await(gate.out[0]);
	tell("D", 1);
	hear();
}

static void coalesce(int n, int code)
{
	struct gate gate = new_gate();

	make_orphans(n, &gate);
	open_gate(&gate);
	_exit(code);
}

int main(int argc, char **argv)
{
	uint64_t began = now();
	int a = argc > 2 ? atoi(argv[2]) : 0, b = argc > 3 ? atoi(argv[3]) : 0;

	if (argc > 1 && strcmp(argv[1], "stamp") == 0)
		stamp(began);
	if (argc > 1 && strcmp(argv[1], "hear") == 0)
		hear();
	if (argc > 1 && strcmp(argv[1], "crowd") == 0)
		crowd(a, b);
	if (argc > 1 && strcmp(argv[1], "storm") == 0)
		storm(a);
	if (argc > 1 && strcmp(argv[1], "coalesce") == 0)
		coalesce(a, b);
	return FAILED;
}

/*
 * Measures inits against each other, each run in a pid namespace of its own.
 *
 *	meter [-n RUNS] [-l LIVE] [-w MICROSECONDS] MODE LOAD NAME=COMMAND...
 *
 * LOAD is the program in load.c.  COMMAND is split at blanks, and LOAD with its
 * arguments is put behind it; an empty one runs LOAD itself as PID 1.  In each
 * round every command has its turn, in an order that chance decides, so that
 * what disturbs the machine disturbs all of them.  Lines go to stdout:
 *
 *	MODE NAME MEDIAN LOW HIGH RUNS FAILED
 *
 * with the quartiles as LOW and HIGH.  The modes:
 *
 *	start		us that one run takes longer than that of the first command
 *	calls		system calls of the init from exec to its end, no terminal
 *	memory		kB resident while idle; also memory-pss, memory-private
 *	wakeups		per second, while idle for -w microseconds
 *	forward		us from kill(init) to the program hearing of it
 *	crowd		us of CPU for each orphan reaped, among -l live children
 *	storm		us from kill(init) to the program hearing of it, 1 ms into
 *			the reaping of -l zombies
 *	coalesce	exit codes that were wrong when -l orphans died as well
 *	lost		% of signals lost, sent at any time in the first -w
 *			microseconds after exec; LOW and HIGH are the 95 % interval.
 *			Also lost-above: how much more than the first command, in
 *			points, with the 95 % interval of that
 *
 * To be run as root of a pid namespace that holds whatever goes wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench.h"

enum { MAX_INITS = 32, MAX_WORDS = 40, PATIENCE_MS = 60000, WARM_UP = 3 };

struct init {
	const char *name;
	char *words[MAX_WORDS];
	int nr_words;
	double *samples, *more[2];
	int nr_samples, failed;
	bool *lost; /* by round */
};

struct meter {
	const char *mode;
	char *load;
	struct init inits[MAX_INITS];
	int nr_inits, runs, live, window_us;
	volatile uint64_t
		*exec_at; /* shared with the child, who is about to exec */
};

/* One init with its program. */
struct instance {
	pid_t pid;
	int in, out;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	return (uint64_t)bench_now();
}

static void pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* --- running one ---------------------------------------------------------- */

static void __attribute__((noreturn))
become(struct meter *m, struct init *init, const char **args, int in, int out,
       bool traced)
{
	const char *argv[MAX_WORDS + 8];
	int n = 0, i, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("proc", "/proc", "proc", 0, NULL))
		_exit(120);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(null, 2);
	for (i = 0; i < init->nr_words; i++)
		argv[n++] = init->words[i];
	argv[n++] = m->load;
	while ((argv[n] = *args++))
		n++;
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	*m->exec_at = now();
	execvp(argv[0], (char *const *)argv);
	_exit(121);
}

static struct instance start_one(struct meter *m, struct init *init,
				 const char **args, bool traced)
{
	struct instance it;
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("pipe");
	*m->exec_at = 0;
	it.pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD,
				0, 0, 0, 0);
	if (it.pid < 0)
		die("clone");
	if (it.pid == 0)
		become(m, init, args, in[0], out[1], traced);
	close(in[0]);
	close(out[1]);
	it.in = in[1];
	it.out = out[0];
	return it;
}

#define START(m, init, ...) \
	start_one(m, init, (const char *[]){ __VA_ARGS__, NULL }, false)

/* Exactly so many bytes of what it says; false if it does not, in time. */
static bool hear_it(struct instance *it, void *what, size_t size, int ms)
{
	struct pollfd p = { it->out, POLLIN, 0 };
	uint64_t until = now() + (uint64_t)ms * 1000000;
	char *to = what;
	ssize_t n;

	while (size) {
		if (now() > until || poll(&p, 1, ms) == 0)
			return false;
		n = read(it->out, to, size);
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0) {
			to += n;
			size -= (size_t)n;
		}
	}
	return true;
}

static bool hear_word(struct instance *it, char word)
{
	char said;

	return hear_it(it, &said, 1, PATIENCE_MS) && said == word;
}

static void let_it_go_on(struct instance *it)
{
	if (write(it->in, "", 1) != 1)
		die("write");
}

/* Its wait status, or -1 if it had to be killed. */
static int await_end(struct instance *it, int ms)
{
	uint64_t until = now() + (uint64_t)ms * 1000000;
	int status = -1;

	while (waitpid(it->pid, &status, WNOHANG) == 0) {
		if (now() < until) {
			pause_us(100);
			continue;
		}
		kill(it->pid, SIGKILL);
		waitpid(it->pid, NULL, 0);
		status = -1;
		break;
	}
	close(it->in);
	close(it->out);
	return status;
}

static void end_it(struct instance *it)
{
	kill(it->pid, SIGKILL);
	waitpid(it->pid, NULL, 0);
	close(it->in);
	close(it->out);
}

/* A number from one of its files in /proc: the one behind these words. */
static double proc_number(pid_t pid, const char *file, const char *words)
{
	char path[64], text[8192];
	const char *at;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	if (!f)
		return NAN;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	at = strstr(text, words);
	return at ? strtod(at + strlen(words), NULL) : NAN;
}

static double cpu_us(pid_t pid)
{
	return proc_number(pid, "schedstat", "") / 1000;
}

/* --- what is measured ----------------------------------------------------- */

static void add(struct init *init, double sample)
{
	init->samples[init->nr_samples++] = sample;
}

/*
 * The last to leave a mount namespace waits until RCU has gone by, for 10 us or
 * for 50, as a kernel thread happens to be here or on another processor: and not
 * as often with an init as without.  Who holds the namespace keeps that out.
 */
static int hold_mounts(pid_t pid)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* As it went: 1; not as it should: 0; over before we came to hold anything: -1. */
static int start_once(struct meter *m, struct init *init, double *took)
{
	struct instance it = START(m, init, "stamp");
	int mounts = hold_mounts(it.pid);
	uint64_t times[2];
	int status = 0;

	if (!hear_it(&it, times, sizeof(times), 5000)) {
		end_it(&it);
		close(mounts);
		return 0;
	}
	/* Not await_end(): its naps would be measured as well. */
	waitpid(it.pid, &status, 0);
	*took = (double)(now() - *m->exec_at) / 1000;
	close(it.in);
	close(it.out);
	if (mounts < 0)
		return -1;
	close(mounts);
	return WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

static bool start(struct meter *m, struct init *init, double *took)
{
	int went, tries = 10;

	do
		went = start_once(m, init, took);
	while (went < 0 && --tries);
	return went > 0;
}

/* The first takes its turn too; what the others take longer is what counts. */
static void round_start(struct meter *m, int *order)
{
	double took[MAX_INITS];
	bool good[MAX_INITS];
	int i, k;

	for (k = 0; k < m->nr_inits; k++) {
		i = order[k];
		good[i] = start(m, &m->inits[i], &took[i]);
	}
	for (i = 0; i < m->nr_inits; i++) {
		if (good[i] && good[0])
			add(&m->inits[i], i ? took[i] - took[0] : took[0]);
		else
			m->inits[i].failed++;
	}
}

static void measure_calls(struct meter *m, struct init *init)
{
	struct instance it =
		start_one(m, init, (const char *[]){ "stamp", NULL }, true);
	int status, sig, halves = 0;
	const int syscall_stop = SIGTRAP | 0x80;

	if (waitpid(it.pid, &status, 0) != it.pid || !WIFSTOPPED(status)) {
		init->failed++;
		return;
	}
	/* This is the end of its exec, which counts as a call. */
	ptrace(PTRACE_SETOPTIONS, it.pid, NULL,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	ptrace(PTRACE_SYSCALL, it.pid, NULL, 0L);
	while (waitpid(it.pid, &status, 0) == it.pid && WIFSTOPPED(status)) {
		sig = WSTOPSIG(status);
		if (sig == syscall_stop)
			halves++;
		ptrace(PTRACE_SYSCALL, it.pid, NULL,
		       sig == syscall_stop || sig == SIGTRAP ? 0L : (long)sig);
	}
	/* Two stops a call, but the last does not return; and exec's own. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 7)
		add(init, (halves + 1) / 2 + 1);
	else
		init->failed++;
	close(it.in);
	close(it.out);
}

static void measure_forward(struct meter *m, struct init *init)
{
	struct instance it = START(m, init, "hear");
	uint64_t record[2], sent;
	int i;

	if (!hear_word(&it, 'R')) {
		init->failed++;
		end_it(&it);
		return;
	}
	pause_us(4000);
	for (i = 0; i < m->live; i++) {
		sent = now();
		kill(it.pid, SIGUSR1);
		if (hear_it(&it, record, sizeof(record), 2000))
			add(init, (double)(record[0] - sent) / 1000);
		else
			init->failed++;
		pause_us(150);
	}
	end_it(&it);
}

static void measure_crowd(struct meter *m, struct init *init)
{
	char live[16], each[16];
	int reaps = 1000;
	struct instance it;
	double before = 0;
	bool good;

	snprintf(live, sizeof(live), "%d", m->live);
	snprintf(each, sizeof(each), "%d", reaps);
	it = START(m, init, "crowd", live, each);
	good = hear_word(&it, 'S');
	if (good) {
		pause_us(200000); /* what is left of making the crowd */
		before = cpu_us(it.pid);
		let_it_go_on(&it);
		good = hear_word(&it, 'D');
	}
	if (good) {
		pause_us(100000);
		add(init, (cpu_us(it.pid) - before) / reaps);
	} else {
		init->failed++;
	}
	end_it(&it);
}

static void spin_until(uint64_t when)
{
	while (now() < when)
		;
}

/*
 * Until it has worked for a millisecond; one that was stopped may be slow to
 * wake.  One that has nothing to do is not waited for for ever.
 */
static void until_at_work(pid_t pid)
{
	uint64_t patience = now() + 20000000;
	struct timespec t = { 0, 0 };
	clockid_t its_cpu;
	double begun;

	if (clock_getcpuclockid(pid, &its_cpu))
		return;
	clock_gettime(its_cpu, &t);
	begun = (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
	kill(pid, SIGCONT);
	do
		clock_gettime(its_cpu, &t);
	while ((double)t.tv_sec * 1e9 + (double)t.tv_nsec < begun + 1e6 &&
	       now() < patience);
}

static void measure_storm(struct meter *m, struct init *init)
{
	char n[16];
	uint64_t record[2], sent;
	struct instance it;
	bool good;

	snprintf(n, sizeof(n), "%d", m->live);
	it = START(m, init, "storm", n);
	good = hear_word(&it, 'S');
	if (good) {
		kill(it.pid, SIGSTOP);
		pause_us(20000);
		let_it_go_on(&it);
		good = hear_word(&it, 'D') && hear_word(&it, 'R');
	}
	if (good) {
		pause_us(300000);
		until_at_work(it.pid);
		sent = now();
		kill(it.pid, SIGUSR1);
		good = hear_it(&it, record, sizeof(record), 10000);
	}
	if (good)
		add(init, (double)(record[0] - sent) / 1000);
	else
		init->failed++;
	end_it(&it);
}

static void measure_coalesce(struct meter *m, struct init *init)
{
	char n[16];
	struct instance it;
	int status;

	snprintf(n, sizeof(n), "%d", m->live);
	it = START(m, init, "coalesce", n, "42");
	status = await_end(&it, 5000);
	add(init, !(WIFEXITED(status) && WEXITSTATUS(status) == 42));
}

/*
 * The signal is followed by another, which comes when the program listens and so
 * is not lost.  If the program hears that one first, the first never came.
 */
static bool is_lost(struct meter *m, struct init *init, uint64_t delay_ns,
		    bool *failed)
{
	struct instance it = START(m, init, "hear");
	uint64_t record[2] = { 0, 0 };
	char ready;

	while (!*m->exec_at)
		sched_yield();
	spin_until(*m->exec_at + delay_ns);
	kill(it.pid, SIGTERM);
	/* If it says nothing, then because it was killed as it should be. */
	*failed = false;
	if (hear_it(&it, &ready, 1, 5000)) {
		kill(it.pid, SIGPWR);
		*failed = !hear_it(&it, record, sizeof(record), 5000);
	}
	end_it(&it);
	return record[1] == SIGPWR;
}

static void round_lost(struct meter *m, int *order, int round)
{
	uint64_t delay = (uint64_t)(drand48() * m->window_us * 1000);
	struct init *init;
	bool failed;
	int k;

	for (k = 0; k < m->nr_inits; k++) {
		init = &m->inits[order[k]];
		init->lost[round] = is_lost(m, init, delay, &failed);
		init->failed += failed;
	}
}

/* All of them at once: it is not their speed that is measured. */
static void measure_idle(struct meter *m)
{
	static struct instance its[MAX_INITS];
	const char *const wakes = "\nvoluntary_ctxt_switches:";
	double before[MAX_INITS];
	struct init *init;
	pid_t pid;
	int i;

	for (i = 0; i < m->nr_inits; i++) {
		its[i] = START(m, &m->inits[i], "hear");
		if (!hear_word(&its[i], 'R'))
			m->inits[i].failed++;
	}
	pause_us(1500000);
	for (i = 0; i < m->nr_inits; i++)
		before[i] = proc_number(its[i].pid, "status", wakes);
	pause_us(m->window_us);
	for (i = 0; i < m->nr_inits; i++) {
		init = &m->inits[i];
		pid = its[i].pid;
		if (strcmp(m->mode, "wakeups") == 0) {
			add(init,
			    (proc_number(pid, "status", wakes) - before[i]) *
				    1e6 / m->window_us);
		} else {
			add(init, proc_number(pid, "smaps_rollup", "Rss:"));
			init->more[0][init->nr_samples - 1] =
				proc_number(pid, "smaps_rollup", "\nPss:");
			init->more[1][init->nr_samples - 1] =
				proc_number(pid, "smaps_rollup",
					    "Private_Clean:") +
				proc_number(pid, "smaps_rollup",
					    "Private_Dirty:");
		}
		end_it(&its[i]);
	}
}

/* --- rounds --------------------------------------------------------------- */

static void shuffle(int *order, int n)
{
	int i, j, t;

	for (i = n - 1; i > 0; i--) {
		j = (int)(drand48() * (i + 1));
		t = order[i];
		order[i] = order[j];
		order[j] = t;
	}
}

static void forget(struct meter *m)
{
	int i;

	for (i = 0; i < m->nr_inits; i++)
		m->inits[i].nr_samples = m->inits[i].failed = 0;
}

static const struct {
	const char *name;
	void (*measure)(struct meter *m, struct init *init);
} modes[] = {
	{ "calls", measure_calls },       { "forward", measure_forward },
	{ "crowd", measure_crowd },       { "storm", measure_storm },
	{ "coalesce", measure_coalesce },
};

static bool round_of(struct meter *m, int *order)
{
	size_t mode;
	int k;

	for (mode = 0; mode < sizeof(modes) / sizeof(modes[0]); mode++) {
		if (strcmp(m->mode, modes[mode].name) != 0)
			continue;
		for (k = 0; k < m->nr_inits; k++)
			modes[mode].measure(m, &m->inits[order[k]]);
		return true;
	}
	return false;
}

static bool measure(struct meter *m)
{
	int order[MAX_INITS], i, round;

	for (i = 0; i < m->nr_inits; i++)
		order[i] = i;
	for (round = 0; round < m->runs; round++) {
		if (strcmp(m->mode, "memory") == 0 ||
		    strcmp(m->mode, "wakeups") == 0) {
			measure_idle(m);
			continue;
		}
		shuffle(order, m->nr_inits);
		if (strcmp(m->mode, "start") == 0) {
			if (round == WARM_UP)
				forget(m);
			round_start(m, order);
		} else if (strcmp(m->mode, "lost") == 0) {
			round_lost(m, order, round);
		} else if (!round_of(m, order)) {
			return false;
		}
	}
	return true;
}

/* --- what came out -------------------------------------------------------- */

static void line(const struct meter *m, const char *suffix,
		 const struct init *init, double mid, double low, double high,
		 int runs)
{
	printf("%s%s %s %.4g %.4g %.4g %d %d\n", m->mode, suffix, init->name,
	       mid, low, high, runs, init->failed);
	fflush(stdout);
}

static void tell_median(const struct meter *m, const char *suffix,
			struct init *init, double *samples)
{
	const int n = init->nr_samples;
	double mid = bench_median(samples, n); /* which sorts them */

	line(m, suffix, init, mid, samples[n / 4], samples[n - 1 - n / 4], n);
}

static void tell_samples(const struct meter *m, struct init *init)
{
	if (init->nr_samples == 0) {
		line(m, "", init, NAN, NAN, NAN, 0);
		return;
	}
	tell_median(m, "", init, init->samples);
	if (strcmp(m->mode, "memory") == 0) {
		tell_median(m, "-pss", init, init->more[0]);
		tell_median(m, "-private", init, init->more[1]);
	}
}

static void tell_wrong(const struct meter *m, const struct init *init)
{
	double wrong = 0;
	int i;

	for (i = 0; i < init->nr_samples; i++)
		wrong += init->samples[i];
	line(m, "", init, wrong, wrong, wrong, init->nr_samples);
}

/* Wilson's interval: right for small shares too. */
static void tell_share(const struct meter *m, const struct init *init, int lost)
{
	double n = m->runs, p = lost / n, z = 1.96, zz = z * z;
	double mid = (p + zz / (2 * n)) / (1 + zz / n);
	double half =
		z * sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n);

	line(m, "", init, 100 * p, 100 * (mid - half), 100 * (mid + half),
	     m->runs);
}

/* Of pairs: each round had the same delay for all. */
static void tell_above(const struct meter *m, const struct init *init)
{
	double n = m->runs, more = 0, less = 0, d, half;
	int i;

	for (i = 0; i < m->runs; i++) {
		more += init->lost[i] && !m->inits[0].lost[i];
		less += !init->lost[i] && m->inits[0].lost[i];
	}
	d = (more - less) / n;
	half = 1.96 * sqrt(more + less - (more - less) * (more - less) / n) / n;
	line(m, "-above", init, 100 * d, 100 * (d - half), 100 * (d + half),
	     m->runs);
}

static void tell(struct meter *m)
{
	int i, k, lost;

	for (i = 0; i < m->nr_inits; i++) {
		if (strcmp(m->mode, "coalesce") == 0) {
			tell_wrong(m, &m->inits[i]);
		} else if (strcmp(m->mode, "lost") == 0) {
			for (k = lost = 0; k < m->runs; k++)
				lost += m->inits[i].lost[k];
			tell_share(m, &m->inits[i], lost);
			tell_above(m, &m->inits[i]);
		} else {
			tell_samples(m, &m->inits[i]);
		}
	}
}

/* --- the command line ----------------------------------------------------- */

static void *room(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("calloc");
	return p;
}

static void add_init(struct meter *m, char *arg)
{
	struct init *init = &m->inits[m->nr_inits];
	char *command = strchr(arg, '='), *word;
	size_t most = (size_t)m->runs * (size_t)(m->live > 1 ? m->live : 1);

	if (!command || m->nr_inits == MAX_INITS) {
		fprintf(stderr, "meter: not NAME=COMMAND, or too many: %s\n",
			arg);
		exit(2);
	}
	*command++ = '\0';
	init->name = arg;
	for (word = strtok(command, " "); word; word = strtok(NULL, " "))
		if (init->nr_words < MAX_WORDS)
			init->words[init->nr_words++] = word;
	init->samples = room(most, sizeof(double));
	init->more[0] = room(most, sizeof(double));
	init->more[1] = room(most, sizeof(double));
	init->lost = room((size_t)m->runs, sizeof(bool));
	m->nr_inits++;
}

int main(int argc, char **argv)
{
	static struct meter m = { .runs = 1, .live = 1, .window_us = 1000000 };
	int option;

	while ((option = getopt(argc, argv, "+n:l:w:")) != -1) {
		if (option == 'n')
			m.runs = atoi(optarg);
		else if (option == 'l')
			m.live = atoi(optarg);
		else if (option == 'w')
			m.window_us = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 3 || m.runs < 1 || m.live < 0 || m.window_us < 1) {
		fprintf(stderr, "usage: meter [-n RUNS] [-l LIVE] [-w US] "
				"MODE LOAD NAME=COMMAND...\n");
		return 2;
	}
	m.mode = argv[optind];
	m.load = argv[optind + 1];
	for (argv += optind + 2; *argv; argv++)
		add_init(&m, *argv);
	m.exec_at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m.exec_at == MAP_FAILED)
		die("mmap");
	signal(SIGPIPE, SIG_IGN);
	srand48((long)now());
	if (!measure(&m)) {
		fprintf(stderr, "meter: no such mode: %s\n", m.mode);
		return 2;
	}
	tell(&m);
	return 0;
}

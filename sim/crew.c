/*
 * Who does the fuzzing: a process for each processor, and one that prints.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/fuzz.h"
#include "sim/memory.h"
#include "sim/sim.h"

enum { PROGRESS_MS = 200 };

/* --- workers -------------------------------------------------------------- */

/* What a worker was about to do, for when it could not say so any more. */
struct slot {
	unsigned number; /* of the program; 0: none */
	struct kith_config machine;
	size_t count;
	struct deed deeds[];
};

struct hand {
	pid_t pid; /* 0: it has ended */
	int pipe;  /* from which its reports come, each ended by a NUL */
	struct slot *slot;
	struct out heard;
};

struct crew {
	struct fuzzing fuzzing;
	struct tally *tally;
	struct hand *hands; /* fuzzing.jobs */
	cpu_set_t cpus;
	bool lacking, progress;
};

static volatile sig_atomic_t interrupted;

/* Who repeats himself is impatient; but timeout(1) says everything twice. */
static void interrupt(int sig)
{
	static time_t first;

	if (interrupted && time(NULL) > first + 1)
		_exit(128 + sig);
	if (!interrupted)
		first = time(NULL);
	interrupted = sig;
}

static void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		out_of_memory();
	return p;
}

static int processor(const struct crew *crew, unsigned job)
{
	unsigned n = (unsigned)CPU_COUNT(&crew->cpus), i = n ? job % n : 0;

	for (int cpu = 0; n && cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &crew->cpus) && !i--)
			return cpu;
	return -1;
}

static bool is_stopped(void *ctx)
{
	const struct worker *w = ctx;

	return __atomic_load_n(&w->tally->stop, __ATOMIC_RELAXED);
}

static void about_to(void *ctx, const struct program *p,
		     const struct deed *deed)
{
	struct worker *w = ctx;
	struct slot *slot = w->slot;

	slot->number = w->number;
	slot->machine = p->machine;
	if (p->count >= w->fuzzing->habits.steps)
		return;
	if (p->count)
		slot->deeds[p->count - 1] = p->deeds[p->count - 1];
	slot->deeds[p->count] = *deed;
	slot->count = p->count + 1;
}

static void send_report(int fd, const struct out *report)
{
	const char *text = out_line(report);
	size_t left = strlen(text) + 1;

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR)
			_exit(LACKING);
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
}

/* Programs `from` and on that are this job's; the work of one process. */
static _Noreturn void work(struct crew *crew, unsigned job, unsigned from,
			   int fd)
{
	const struct fuzzing *f = &crew->fuzzing;
	struct worker w = { .fuzzing = f,
			    .tally = crew->tally,
			    .slot = crew->hands[job].slot };
	unsigned turn = 0;

	w.rig = (struct rig){ .engine = f->engine,
			      .cpu = processor(crew, job),
			      .stopped = is_stopped,
			      .about_to = about_to,
			      .ctx = &w };
	for (uint64_t n = f->shard; n <= f->programs && !is_stopped(&w);
	     n += f->shards) {
		if (turn++ % f->jobs != job || n < from)
			continue;
		fuzz_program(&w, (unsigned)n);
		if (w.lacking) {
			fprintf(stderr, "kith fuzz: %s\n", out_line(&w.report));
			_exit(LACKING);
		}
		if (w.report.len)
			send_report(fd, &w.report);
	}
	worker_free(&w);
	_exit(HELD);
}

/* ^C is for whoever gives out the work: workers finish what they are at. */
static void become_worker(pid_t parent)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(LACKING);
}

static bool hire(struct crew *crew, unsigned job, unsigned from)
{
	struct hand *hand = &crew->hands[job];
	pid_t parent = getpid();
	int ends[2];

	if (pipe(ends))
		return false;
	fflush(stdout);
	hand->slot->number = 0;
	hand->pid = fork();
	if (hand->pid == 0) {
		become_worker(parent);
		for (unsigned i = 0; i < crew->fuzzing.jobs; i++)
			if (i != job && crew->hands[i].pid)
				close(crew->hands[i].pipe);
		close(ends[0]);
		work(crew, job, from, ends[1]);
	}
	close(ends[1]);
	if (hand->pid < 0) {
		hand->pid = 0;
		close(ends[0]);
		return false;
	}
	hand->pipe = ends[0];
	return true;
}

/* --- what is printed ------------------------------------------------------ */

static void clear_progress(const struct crew *crew)
{
	if (crew->progress)
		fputs("\r\033[K", stderr);
}

static void show_progress(const struct crew *crew)
{
	const struct tally *t = crew->tally;

	if (crew->progress)
		fprintf(stderr,
			"\r\033[K%u of %u programs, %lu steps, %u divergences",
			t->programs,
			(crew->fuzzing.programs - crew->fuzzing.shard +
			 crew->fuzzing.shards) /
				crew->fuzzing.shards,
			t->steps, t->divergences);
}

/* A whole report has come. */
static void tell(struct crew *crew, const char *report)
{
	clear_progress(crew);
	fputs(report, stdout);
	fflush(stdout);
}

/* It died of something that it did: the model, or Kith itself, is wrong. */
static void tell_crash(struct crew *crew, struct hand *hand, int status)
{
	struct worker w = { .fuzzing = &crew->fuzzing, .tally = crew->tally };
	struct slot *slot = hand->slot;

	w.rig.engine = crew->fuzzing.engine;
	w.number = slot->number;
	w.program.machine = slot->machine;
	for (size_t i = 0; i < slot->count; i++)
		program_add(&w.program, &slot->deeds[i]);
	fuzz_crashed(&w, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	tell(crew, out_line(&w.report));
	worker_free(&w);
}

static void listen_to(struct crew *crew, struct hand *hand)
{
	char bytes[4096];
	ssize_t n = read(hand->pipe, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i]) {
			out_bytes(&hand->heard, &bytes[i], 1);
			continue;
		}
		tell(crew, out_line(&hand->heard));
		out_clear(&hand->heard);
	}
	if (n > 0 || (n < 0 && errno == EINTR))
		return;
	close(hand->pipe);
	hand->pipe = -1;
}

/* --- the work as a whole -------------------------------------------------- */

static void stop(struct crew *crew)
{
	__atomic_store_n(&crew->tally->stop, true, __ATOMIC_RELAXED);
}

/* One has hung up: it is through, or it could not go on. */
static void dismiss(struct crew *crew, unsigned job)
{
	struct hand *hand = &crew->hands[job];
	int status = 0;

	while (waitpid(hand->pid, &status, 0) < 0 && errno == EINTR)
		;
	hand->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == HELD)
		return;
	if ((WIFEXITED(status) && WEXITSTATUS(status) == LACKING) ||
	    !hand->slot->number) {
		crew->lacking = true;
		stop(crew);
		return;
	}
	tell_crash(crew, hand, status);
	if (!crew->tally->stop && !hire(crew, job, hand->slot->number + 1))
		stop(crew);
}

/* Until all have hung up. */
static void oversee(struct crew *crew)
{
	struct pollfd fds[MOST_JOBS];
	unsigned job[MOST_JOBS], n;

	for (;;) {
		n = 0;
		for (unsigned i = 0; i < crew->fuzzing.jobs; i++)
			if (crew->hands[i].pid) {
				fds[n] = (struct pollfd){
					.fd = crew->hands[i].pipe,
					.events = POLLIN
				};
				job[n++] = i;
			}
		if (!n)
			return;
		show_progress(crew);
		if (interrupted)
			stop(crew);
		if (poll(fds, n, crew->progress ? PROGRESS_MS : -1) < 0)
			continue;
		for (unsigned i = 0; i < n; i++) {
			struct hand *hand = &crew->hands[job[i]];

			if (!fds[i].revents)
				continue;
			listen_to(crew, hand);
			if (hand->pipe < 0)
				dismiss(crew, job[i]);
		}
	}
}

static void start(struct crew *crew)
{
	size_t size = sizeof(struct slot) +
		      crew->fuzzing.habits.steps * sizeof(struct deed);
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	crew->tally = shared_memory(sizeof(*crew->tally));
	crew->hands = must_alloc(crew->fuzzing.jobs * sizeof(*crew->hands));
	for (unsigned i = 0; i < crew->fuzzing.jobs; i++)
		crew->hands[i].slot = shared_memory(size);
	for (unsigned i = 0; i < crew->fuzzing.jobs; i++)
		if (!hire(crew, i, 0)) {
			fprintf(stderr, "kith fuzz: no process: %s\n",
				strerror(errno));
			crew->lacking = true;
			stop(crew);
			break;
		}
}

/* An interrupt that has been answered ends us, so that others learn of it. */
static void pass_on_interrupt(void)
{
	fflush(stdout);
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}

static int finish(struct crew *crew)
{
	const struct tally *t = crew->tally;
	int status = crew->lacking ? LACKING : t->divergences ? FAILED : HELD;

	clear_progress(crew);
	if (!crew->lacking || t->programs)
		printf("%u programs, %lu steps, %u divergences\n", t->programs,
		       t->steps, t->divergences);
	for (unsigned i = 0; i < crew->fuzzing.jobs; i++)
		out_free(&crew->hands[i].heard);
	free(crew->hands);
	if (interrupted)
		pass_on_interrupt();
	return status;
}

int fuzz(const struct fuzzing *f)
{
	struct crew crew = { .fuzzing = *f, .progress = isatty(STDERR_FILENO) };

	if (sched_getaffinity(0, sizeof(crew.cpus), &crew.cpus))
		CPU_ZERO(&crew.cpus);
	start(&crew);
	oversee(&crew);
	return finish(&crew);
}

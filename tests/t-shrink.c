/*
 * Programs that fail are made small.  The engine here is the model, and Linux is
 * played by somebody who is wrong about one thing: who is adopted by a
 * subreaper, he says, belongs to init.
 */
#include <unistd.h>

#include "sim/fuzz.h"
#include "sim/shrink.h"
#include "tests/rig.h"

/* --- a Linux that is wrong ------------------------------------------------ */

enum mood { WRONG, WRONG_ONCE, DEADLY, AWAY };
static enum mood mood;
static unsigned begun;

static struct fake {
	struct kith_machine *model;
	struct kith_observer observer;
	pid_t adopted, by;
} fake;

static void hear(struct kith_observer *o, const struct kith_event *e)
{
	(void)o;
	if (e->type != KITH_EV_REPARENT || e->value == 1)
		return;
	fake.adopted = e->subject;
	fake.by = (pid_t)e->value;
}

static void *begin(const struct kith_config *config,
		   const char *const *programs, int cpu, char *why, size_t size)
{
	(void)programs;
	(void)cpu;
	if (mood == AWAY) {
		snprintf(why, size, "Linux is on holiday");
		return NULL;
	}
	begun++;
	fake = (struct fake){ .model = kith_new(config),
			      .observer.event = hear };
	kith_watch(fake.model, &fake.observer);
	return &fake;
}

static void end(void *self)
{
	(void)self;
	kith_free(fake.model);
}

static enum pair_result make(void *self, pid_t tid,
			     const struct kith_call *call, struct difference *d)
{
	(void)self;
	if (kith_call(fake.model, tid, call))
		return PAIR_REFUSED;
	kith_run(fake.model);
	if (!look(fake.model, fake.by).subreaper)
		fake.adopted = 0;
	if (!fake.adopted || (mood == WRONG_ONCE && begun > 1))
		return PAIR_SAME;
	if (mood == DEADLY)
		abort();
	out(&d->what, "%d ppid", (int)fake.adopted);
	out(&d->model, "%d", (int)fake.by);
	out_text(&d->on_linux, "1");
	return PAIR_DIFFER;
}

static struct kith_machine *model(void *self)
{
	(void)self;
	return fake.model;
}

static const char *why(const void *self)
{
	(void)self;
	return "";
}

static const struct engine engine_wrong = {
	.one = "the model",
	.other = "Linux",
	.begin = begin,
	.end = end,
	.call = make,
	.model = model,
	.why = why,
};

/* --- one program ---------------------------------------------------------- */

static struct fuzzing plain(unsigned steps)
{
	static const unsigned weight[] = {
#define FAMILY(name, usual) usual,
#include <kith/calls.def>
	};
	struct fuzzing f = { .seed = 1,
			     .programs = 40,
			     .shard = 1,
			     .shards = 1,
			     .engine = &engine_wrong,
			     .jobs = 1,
			     .patience = 3000 };

	f.habits.steps = steps;
	memcpy(f.habits.weight, weight, sizeof(weight));
	return f;
}

/* The report of the first program by this seed that has one. */
static void first_report(struct worker *w, struct fuzzing *f,
			 struct tally *tally)
{
	*w = (struct worker){ .fuzzing = f, .tally = tally };
	w->rig.engine = f->engine;
	begun = 0;
	for (unsigned n = 1; n <= f->programs && !w->report.len; n++) {
		begun = 0;
		fuzz_program(w, n);
	}
}

static void a_difference_is_shrunk(void)
{
	struct fuzzing f = plain(200);
	struct tally tally = { 0 };
	struct worker w;
	struct program *p = &w.program;
	const char *text;

	mood = WRONG;
	first_report(&w, &f, &tally);
	text = out_line(&w.report);
	is(tally.divergences, 1, "a difference is found");
	is(p->count, 5, "and shrunk to five lines");
	ok(strstr(text, "/* 2 */\n") && strstr(text, "/* 3 */\n") &&
		   strstr(text, "/* 4 */\n"),
	   "three are born");
	ok(strstr(text, "2 prctl(PR_SET_CHILD_SUBREAPER, 1)\n") != NULL,
	   "one asks for orphans");
	ok(strstr(text, "3 exit_group(0)\n") || strstr(text, "3 exit(0)\n") ||
		   strstr(text, "kill(3"),
	   "whose parent dies");
	ok(strstr(text, "4 ppid: the model 2, Linux 1") != NULL,
	   "both values are told");
	if (p->count != 5)
		diag("%s", text);
	worker_free(&w);
}

static void one_that_does_not_come_again_is_kept(void)
{
	struct fuzzing f = plain(200);
	struct tally tally = { 0 };
	struct worker w;

	mood = WRONG_ONCE;
	first_report(&w, &f, &tally);
	is(tally.divergences, 1, "a difference that comes once is counted");
	ok(strstr(out_line(&w.report), "it did not happen again") != NULL,
	   "and called so");
	ok(w.program.count > 5, "all of its %zu lines are kept",
	   w.program.count);
	worker_free(&w);
}

static void shrinking_one_kind_is_done_thrice(void)
{
	struct fuzzing f = plain(100);
	struct tally tally = { 0 };
	struct worker w = { .fuzzing = &f, .tally = &tally };
	unsigned drawn = 0;

	mood = WRONG;
	w.rig.engine = f.engine;
	for (unsigned n = 1; n <= 150; n++) {
		fuzz_program(&w, n);
		drawn += strstr(out_line(&w.report), "as it was drawn") != NULL;
	}
	is(tally.divergences - drawn, 3,
	   "of %u differences of one kind three are shrunk", tally.divergences);
	worker_free(&w);
}

/* --- the unborn ----------------------------------------------------------- */

static void add(struct program *p, pid_t tid, pid_t born, struct kith_call call)
{
	program_add(p, &(struct deed){ tid, born, call });
}

static void the_unborn_is_forgotten(void)
{
	struct program p = { 0 }, q = { 0 };
	struct out text = { 0 };

	add(&p, 1, 2, (struct kith_call){ .nr = KITH_FORK });
	add(&p, 1, 3, (struct kith_call){ .nr = KITH_FORK });
	add(&p, 2, 0, (struct kith_call){ .nr = KITH_GETPID });
	add(&p, 3, 4, (struct kith_call){ .nr = KITH_FORK });
	add(&p, 3, 0, (struct kith_call){ .nr = KITH_KILL, .arg = { 2, 9 } });
	add(&p, 3, 0, (struct kith_call){ .nr = KITH_KILL, .arg = { 4, 9 } });
	add(&p, 1, 0,
	    (struct kith_call){ .nr = KITH_WAIT4,
				.arg = { (uint64_t)-3, HERE } });
	add(&p, 4, 0, (struct kith_call){ .nr = KITH_EXIT, .arg = { 7 } });
	program_unbear(&q, &p, 0);
	program_write(&text, &q);
	is_str(out_line(&text),
	       "1 fork()                                /* 3 */\n"
	       "2 fork()                                /* 4 */\n"
	       "2 kill(3, SIGKILL)\n"
	       "1 wait4(-2)\n"
	       "3 exit(7)\n",
	       "who is not born does nothing, and others take his place");
	out_free(&text);
	program_free(&p);
	program_free(&q);
}

/* --- crashes, and no Linux at all ----------------------------------------- */

/* What fuzz() prints; *status is what it returns. */
static char *output_of(const struct fuzzing *f, int *status)
{
	static char text[100000];
	FILE *file = tmpfile();
	int out_fd = dup(STDOUT_FILENO), err_fd = dup(STDERR_FILENO);
	size_t n;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	*status = fuzz(f);
	fflush(stdout);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	close(out_fd);
	close(err_fd);
	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void a_crash_is_told(void)
{
	struct fuzzing f = plain(100);
	char *text;
	int status;

	mood = DEADLY;
	f.jobs = 2;
	text = output_of(&f, &status);
	is(status, 1, "a model that aborts is a difference");
	ok(strstr(text, "kith ends in the last line: Aborted") != NULL,
	   "it is told");
	ok(strstr(text, "\n40 programs, ") != NULL,
	   "and the other programs are run all the same");
	ok(strstr(text, " prctl(PR_SET_CHILD_SUBREAPER, ") != NULL,
	   "the program is kept");
}

static void no_linux_is_told(void)
{
	struct fuzzing f = plain(100);
	char *text;
	int status;

	mood = AWAY;
	f.jobs = 2;
	text = output_of(&f, &status);
	is(status, 3, "without Linux there is nothing to compare");
	ok(strstr(text, "Linux is on holiday") != NULL, "and it is said why");
}

int main(void)
{
	a_difference_is_shrunk();
	one_that_does_not_come_again_is_kept();
	shrinking_one_kind_is_done_thrice();
	the_unborn_is_forgotten();
	a_crash_is_told();
	no_linux_is_told();
	return done_testing();
}

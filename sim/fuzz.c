#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fuzz.h"
#include "sim/memory.h"
#include "sim/shrink.h"

enum {
	SHRUNK_OF_A_KIND = 3, /* that many; others are kept as they are */
	TRIES = 3,            /* so often a difference may fail to come again */
};

/* --- the same difference again -------------------------------------------- */

/* What a shrinker asks: does it still fail in this way? */
struct still {
	struct worker *worker;
	const struct difference *what;
	struct difference now;
	struct program drawn;
};

static bool ends_so(struct still *still, enum ending ending)
{
	return (ending == ENDED_DIFFERENTLY || ending == ENDED_LOST) &&
	       same_kind(&still->now, still->what);
}

static bool fails(void *ctx, struct program *p)
{
	struct still *still = ctx;

	if (still->worker->tally->stop)
		return false;
	difference_clear(&still->now);
	return ends_so(still, program_run(&still->worker->rig, p, &still->now));
}

static bool holds(void *ctx, struct kith_tape *tape)
{
	struct still *still = ctx;
	struct worker *w = still->worker;

	if (w->tally->stop)
		return true;
	difference_clear(&still->now);
	return !ends_so(still, program_draw(&w->rig, &w->fuzzing->habits, tape,
					    &still->drawn, &still->now));
}

static void still_free(struct still *still)
{
	difference_free(&still->now);
	program_free(&still->drawn);
}

static bool happens_again(struct still *still, const struct program *p)
{
	struct program copy = { 0 };
	bool again = false;

	for (int i = 0; i < TRIES && !again; i++) {
		program_copy(&copy, p);
		again = fails(still, &copy);
	}
	program_free(&copy);
	return again;
}

/* By choices, then by structure; what is left is in w->program. */
static void shrink(struct worker *w, struct still *still,
		   struct kith_tape *tape)
{
	unsigned patience = (unsigned)w->fuzzing->patience;
	struct kith_property property = { .holds = holds,
					  .ctx = still,
					  .patience = patience };
	struct smaller smaller = { .fails = fails,
				   .ctx = still,
				   .patience = patience };

	kith_shrink(&property, tape);
	if (!kith_replay(&property, tape))
		program_copy(&w->program, &still->drawn);
	program_shrink(&smaller, &w->program);
}

/* --- telling -------------------------------------------------------------- */

/* One line of what may be several. */
static void put_line(struct out *o, const char *text)
{
	for (; *text; text++)
		if (*text != '\n')
			out_bytes(o, text, 1);
		else if (text[1])
			out_text(o, "; ");
}

static void put_difference(struct worker *w, struct out *o,
			   const struct difference *d)
{
	const struct engine *engine = w->rig.engine;

	put_line(o, out_line(&d->what));
	if (d->model.len || d->on_linux.len) {
		out(o, ": %s ", engine->one);
		put_line(o, out_line(&d->model));
		out(o, ", %s ", engine->other);
		put_line(o, out_line(&d->on_linux));
	}
}

static void put_transcript(struct worker *w, struct out *o,
			   const struct difference *d, const char *remark)
{
	const struct fuzzing *f = w->fuzzing;

	out(o, "# Program %u of kith fuzz --seed %llu%s.\n# ", w->number,
	    (unsigned long long)f->seed, remark);
	put_difference(w, o, d);
	out_text(o, "\n");
	program_write(o, &w->program);
}

/* Where it was saved; or the transcript itself if that is not wanted. */
static void save(struct worker *w, const struct difference *d,
		 const char *remark)
{
	const struct fuzzing *f = w->fuzzing;
	struct out text = { 0 }, path = { 0 };
	FILE *file;
	int err = 0;

	put_transcript(w, &text, d, remark);
	if (!f->out) {
		out(&w->report, "\n%s", out_line(&text));
	} else {
		out(&path, "%s/%llu-%u.kith", f->out,
		    (unsigned long long)f->seed, w->number);
		file = fopen(out_line(&path), "w");
		if (!file || fputs(out_line(&text), file) < 0)
			err = errno;
		if (file && fclose(file))
			err = errno;
		if (err)
			out(&w->report, "\n%s: %s\n%s", out_line(&path),
			    strerror(err), out_line(&text));
		else
			out(&w->report, "; %zu lines in %s\n", w->program.count,
			    out_line(&path));
	}
	out_free(&path);
	out_free(&text);
}

/* --- a program ------------------------------------------------------------ */

static bool seen_often(struct worker *w, const struct difference *d)
{
	struct kind_seen *seen = w->seen;

	while (seen && !same_kind(&seen->what, d))
		seen = seen->next;
	if (!seen) {
		seen = must_alloc(sizeof(*seen));
		out_text(&seen->what.what, out_line(&d->what));
		seen->next = w->seen;
		w->seen = seen;
	}
	return seen->times++ >= SHRUNK_OF_A_KIND;
}

/* What it was shrunk to differs, and in what. */
static bool still_differs(struct worker *w, struct difference *d)
{
	struct difference now = { 0 }, old;
	bool same = false;

	for (int i = 0; i < TRIES && !same; i++) {
		difference_clear(&now);
		program_run(&w->rig, &w->program, &now);
		same = same_kind(&now, d);
	}
	if (same) { /* perhaps in other values */
		old = *d;
		*d = now;
		now = old;
	}
	difference_free(&now);
	return same;
}

/* The program that differs, made as small as it can be; how it is told. */
static const char *make_small(struct worker *w, struct kith_tape *tape,
			      struct difference *d)
{
	struct still still = { .worker = w, .what = d };
	struct program drawn = { 0 };
	const char *remark = "";

	program_copy(&drawn, &w->program);
	if (!happens_again(&still, &w->program)) {
		remark = ", as it was drawn: it did not happen again";
	} else {
		w->rig.hurry = true;
		shrink(w, &still, tape);
		w->rig.hurry = false;
		if (!still_differs(w, d)) {
			program_copy(&w->program, &drawn);
			remark = ", as it was drawn: smaller, it did not "
				 "happen again";
		}
	}
	program_free(&drawn);
	still_free(&still);
	return remark;
}

static void look_into(struct worker *w, struct kith_tape *tape,
		      struct difference *d)
{
	const char *remark = ", as it was drawn";
	uint64_t calls = w->rig.calls;

	__atomic_fetch_add(&w->tally->divergences, 1, __ATOMIC_RELAXED);
	if (!seen_often(w, d))
		remark = make_small(w, tape, d);
	out(&w->report, "program %u: ", w->number);
	put_difference(w, &w->report, d);
	save(w, d, remark);
	w->rig.calls = calls;
}

void fuzz_program(struct worker *w, unsigned n)
{
	const struct fuzzing *f = w->fuzzing;
	struct kith_tape tape = { 0 };
	struct difference d = { 0 };

	w->number = n;
	w->rig.calls = 0;
	out_clear(&w->report);
	kith_tape_random(&tape, f->seed ^ (uint64_t)n << 40);
	switch (program_draw(&w->rig, &f->habits, &tape, &w->program, &d)) {
	case ENDED_WELL:
		break;
	case ENDED_DIFFERENTLY:
	case ENDED_LOST:
		look_into(w, &tape, &d);
		break;
	case ENDED_LACKING:
		out_text(&w->report, out_line(&d.on_linux));
		w->lacking = true;
		break;
	}
	__atomic_fetch_add(&w->tally->programs, !w->lacking, __ATOMIC_RELAXED);
	__atomic_fetch_add(&w->tally->steps, w->rig.calls, __ATOMIC_RELAXED);
	difference_free(&d);
	kith_tape_free(&tape);
}

void fuzz_crashed(struct worker *w, int sig)
{
	struct difference d = { 0 };

	out(&d.what, "kith ends in the last line: %s",
	    sig ? strsignal(sig) : "it exits");
	out(&w->report, "program %u: ", w->number);
	put_difference(w, &w->report, &d);
	save(w, &d, ", as it was drawn");
	__atomic_fetch_add(&w->tally->divergences, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&w->tally->programs, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&w->tally->steps, w->program.count,
			   __ATOMIC_RELAXED);
	difference_free(&d);
}

void worker_free(struct worker *w)
{
	while (w->seen) {
		struct kind_seen *next = w->seen->next;

		difference_free(&w->seen->what);
		free(w->seen);
		w->seen = next;
	}
	program_free(&w->program);
	out_free(&w->report);
}

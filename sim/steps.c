#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/steps.h"

/* --- snapshots -------------------------------------------------------------
 */

static void drop_key(struct steps *s, size_t i)
{
	s->key_bytes -= kith_snapshot_size(s->keys[i].snapshot);
	kith_snapshot_free(s->keys[i].snapshot);
	for (s->nr_keys--; i < s->nr_keys; i++)
		s->keys[i] = s->keys[i + 1];
}

/*
 * The first must stay, and the last two are wanted most.  What a key is worth
 * is the gap that it closes, and less with its distance.
 */
static void thin_keys(struct steps *s)
{
	size_t worst = 0;
	double least = 0;

	if (s->nr_keys < 4 ||
	    (s->nr_keys <= MOST_KEYS && s->key_bytes <= MOST_KEY_BYTES))
		return;
	for (size_t i = 1; i + 2 < s->nr_keys; i++) {
		size_t gap = s->keys[i + 1].at - s->keys[i - 1].at;
		size_t last = s->keys[s->nr_keys - 1].at;
		double worth = (double)gap / (double)(last - s->keys[i].at);

		if (!worst || worth < least) {
			least = worth;
			worst = i;
		}
	}
	drop_key(s, worst);
	thin_keys(s);
}

/* A big machine is saved more rarely: what that costs is to be little a step. */
static bool is_time(const struct steps *s, size_t at)
{
	const struct keyframe *last;
	size_t gap;

	if (!s->nr_keys)
		return true;
	last = &s->keys[s->nr_keys - 1];
	gap = kith_snapshot_size(last->snapshot) / KEY_BYTES_A_STEP;
	return at >= last->at + (gap > KEY_STEPS ? gap : KEY_STEPS);
}

/* The machine is as it was before step `at`. */
static void lay_key(struct steps *s, size_t at)
{
	struct kith_snapshot *snapshot;

	if (!is_time(s, at))
		return;
	snapshot = kith_save(s->run.machine);
	if (!snapshot && s->nr_keys)
		return; /* it will take longer */
	if (!snapshot)
		out_of_memory();
	s->keys[s->nr_keys++] = (struct keyframe){ at, snapshot };
	s->key_bytes += kith_snapshot_size(snapshot);
	thin_keys(s);
}

/* --- watching --------------------------------------------------------------
 */

static struct steps *steps_of(struct run *run)
{
	return (struct steps *)((char *)run - offsetof(struct steps, run));
}

static void saw(struct run *run, const struct kith_event *e)
{
	history_add(&steps_of(run)->history, run->machine, e, run->now.line);
}

static void printed(struct run *run, const struct printed *p)
{
	struct steps *s = steps_of(run);

	out_bytes(&s->text, p->text, p->len);
	out_text(&s->text, "\n");
	if (s->printed)
		s->printed(run, p);
}

/* --- forward ---------------------------------------------------------------
 */

int steps_begin(struct steps *s, const struct script *script,
		const uint64_t *seed)
{
	s->run.event = saw;
	s->run.printed = printed;
	s->run.undo = &s->undo;
	return run_begin(&s->run, script, seed);
}

int steps_end(struct steps *s)
{
	int status = run_end(&s->run);

	while (s->nr_keys)
		drop_key(s, s->nr_keys - 1);
	free(s->marks);
	history_free(&s->history);
	undo_free(&s->undo);
	out_free(&s->text);
	return status;
}

static struct mark *add_mark(struct steps *s)
{
	struct mark *mark;

	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->marks = must_grow(s->marks, s->room * sizeof(*s->marks));
	}
	mark = &s->marks[s->count++];
	*mark = (struct mark){
		.undo = s->undo.used,
		.happened = s->history.count,
		.text = s->text.len,
		.failures = s->run.now.failures,
		.pool = pool_mark(&s->run.pool),
		.next = s->run.now.next,
		.inside = s->run.now.inside,
	};
	return mark;
}

pid_t steps_next(struct steps *s, pid_t pick)
{
	struct run *run = &s->run;
	struct mark *mark;
	pid_t who = 0;

	if (!run->now.next && !run->now.inside)
		return -ENODATA;
	if (pick && !run->now.inside)
		return -EAGAIN;
	lay_key(s, s->count);
	mark = add_mark(s);
	if (run->micro)
		who = run_step(run, pick);
	else
		run_next(run);
	mark->entered = run->entered;
	mark->who = who;
	mark->pick = pick;
	if (who < 0)
		s->count--;
	return who;
}

/* --- back ------------------------------------------------------------------
 */

/* What the steps up to `count` did to the machine, from a key on. */
static void repeat(struct steps *s, size_t count)
{
	struct run *run = &s->run;

	for (size_t i = s->keys[s->nr_keys - 1].at; i < count; i++) {
		const struct mark *mark = &s->marks[i];

		lay_key(s, i);
		if (mark->entered || mark->who > 0)
			run_again(run, mark->entered, run->micro, mark->pick);
	}
}

void steps_back(struct steps *s, size_t count)
{
	const struct mark *mark = &s->marks[count];
	struct run *run = &s->run;

	if (count >= s->count)
		return;
	undo_to(&s->undo, mark->undo);
	pool_return(&run->pool, mark->pool);
	history_cut(&s->history, mark->happened);
	out_cut(&s->text, mark->text);
	s->count = count;
	while (s->keys[s->nr_keys - 1].at > count)
		drop_key(s, s->nr_keys - 1);
	kith_unwatch(run->machine, &run->observer);
	kith_restore(run->machine, s->keys[s->nr_keys - 1].snapshot);
	repeat(s, count);
	kith_watch(run->machine, &run->observer);
}

bool steps_exits(const struct steps *s, pid_t who)
{
	size_t i = s->count - 1;

	while (i > 0 && s->marks[i - 1].who != who)
		i--;
	for (size_t e = i ? s->marks[i - 1].happened : 0;
	     i && e < s->marks[i].happened; e++)
		if (s->history.list[e].event.type == KITH_EV_EXIT &&
		    s->history.list[e].event.actor == who)
			return true;
	return false;
}

/* --- where -----------------------------------------------------------------
 */

static bool reached(const struct line *next, bool inside, uint32_t line)
{
	return !inside && (!next || run_acts(next)->number > line);
}

bool steps_reached(const struct steps *s, uint32_t line)
{
	return reached(s->run.now.next, s->run.now.inside, line);
}

size_t steps_when(const struct steps *s, uint32_t line)
{
	size_t i = 0;

	while (i < s->count &&
	       !reached(s->marks[i].next, s->marks[i].inside, line))
		i++;
	return i;
}

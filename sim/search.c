/*
 * Which of the model's orders was Linux's?
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair_own.h"

/* --- contradictions ------------------------------------------------------- */

/* The next number of a children list; 0: there is none. */
static pid_t next_number(const char **text)
{
	char *end;
	long n = strtol(*text, &end, 10);

	if (end == *text)
		return 0;
	*text = end;
	return (pid_t)n;
}

static bool is_listed(const char *text, pid_t number)
{
	for (pid_t n = next_number(&text); n; n = next_number(&text))
		if (n == number)
			return true;
	return false;
}

/*
 * Children come to a list at its tail.  So those in the model's list that are in
 * Linux's in the end must be the first of Linux's: what is passed over now can
 * never come before them.
 */
static bool lists_fit(const struct pair *p, pid_t heir)
{
	const struct person *q = watch_find(&p->linux, heir);
	struct numbers mine;
	const char *theirs;
	bool fit = true;

	if (!q || q->life != ALIVE)
		return true;
	theirs = q->children_text;
	mine = listed(p->model, heir, kith_children);
	for (size_t i = 0; i < mine.count && fit; i++)
		if (is_listed(q->children_text, mine.tid[i]))
			fit = next_number(&theirs) == mine.tid[i];
	free(mine.tid);
	return fit;
}

/*
 * What returns to somebody who lives on must return so on Linux.  One who was
 * woken meanwhile, for nothing, has his result only when he has looked.
 */
static bool return_fits(const struct pair *p, pid_t tid)
{
	const struct person *q = watch_find(&p->linux, tid);
	struct kith_result r;

	if (!q || q->life != ALIVE || q->in_call)
		return !q || q->life != ALIVE;
	if (!q->returned || kith_result(p->model, tid, &r) == -EBUSY)
		return true;
	return compare_results(&p->compare, q, NULL);
}

/* ShdPnd in the text of a status file. */
static uint64_t shared_pending(const char *status)
{
	const char *line = status ? strstr(status, "\nShdPnd:\t") : NULL;

	return line ? strtoull(line + 9, NULL, 16) : 0;
}

/* Who dies must be dead on Linux, and have with him what he was told in time. */
static bool end_fits(const struct pair *p, pid_t tid)
{
	const struct person *q = watch_find(&p->linux, tid);
	struct kith_look l;
	char status[4096];

	if (!q || kith_look(p->model, tid, &l) || l.state != KITH_ZOMBIE)
		return true;
	if (q->life == ALIVE)
		return q->renamed;
	return !l.process_dead ||
	       kith_proc(p->model, tid, "status", status, sizeof(status)) < 0 ||
	       shared_pending(status) == shared_pending(q->status_text);
}

static void note_exit(struct pair *p, pid_t tid)
{
	if (p->nr_leaving < MOST_RUNNABLE)
		p->leaving[p->nr_leaving++] = (struct leaving){ .tid = tid };
}

void search_hear(struct pair *p, const struct kith_event *e)
{
	if (p->level == PLAIN || p->path.dead_end)
		return;
	if (e->type == KITH_EV_EXIT)
		note_exit(p, e->actor);
	else if (e->type == KITH_EV_DEAD)
		p->path.dead_end = !end_fits(p, e->actor);
	else if (e->type == KITH_EV_REPARENT)
		p->path.dead_end = !lists_fit(p, (pid_t)e->other);
	else if (e->type == KITH_EV_RETURN)
		p->path.dead_end = !return_fits(p, e->actor);
}

/* --- who is likely to go first -------------------------------------------- */

/*
 * When did thread tid die on Linux, judging by where its children are now?  They
 * stand in their new parent's list in the order in which their old parents died.
 * LONG_MAX: nothing tells.
 */
static long evidence(const struct pair *p, pid_t tid)
{
	const struct person *c, *heir;
	pid_t child;
	int heir_tid;
	long place = 0;
	const char *list;

	if (kith_children(p->model, tid, &child, 1) < 1)
		return LONG_MAX;
	c = watch_find(&p->linux, child);
	if (!c || sscanf(strrchr(c->stat, ')') + 1, " %*c %d", &heir_tid) < 1)
		return LONG_MAX;
	heir = watch_find(&p->linux, heir_tid);
	list = heir && heir->children_text ? heir->children_text : "";
	for (pid_t n = next_number(&list); n; n = next_number(&list), place++)
		if (n == child)
			return place;
	return LONG_MAX;
}

/* How many steps of its exit tid has taken; 0: it is not about to exit. */
static int steps_of_exit(const struct pair *p, pid_t tid)
{
	for (int i = 0; i < p->nr_leaving; i++)
		if (p->leaving[i].tid == tid)
			return p->leaving[i].steps;
	return 0;
}

/* The signal of its death is with its parent, who could still be told then. */
static bool was_noticed(const struct pair *p, pid_t tid)
{
	const struct person *parent;
	struct kith_look l;

	if (kith_look(p->model, tid, &l) || l.exit_signal < 1)
		return false;
	parent = watch_find(&p->linux, l.ppid);
	return parent && parent->life == ZOMBIE &&
	       shared_pending(parent->status_text) >> (l.exit_signal - 1) & 1;
}

/* Has tid a child whose death it has still to be told of, or to collect? */
static bool is_to_notice(const struct pair *p, pid_t tid)
{
	struct numbers children = listed(p->model, tid, kith_children);
	bool found = false;
	struct kith_look l;

	for (size_t i = 0; i < children.count && !found; i++)
		found = !kith_look(p->model, children.tid[i], &l) &&
			!l.process_dead &&
			(was_noticed(p, l.tid) ||
			 !watch_find(&p->linux, l.tid));
	free(children.tid);
	return found;
}

/*
 * Who went first on Linux, as far as that can be told?  Lower is earlier.  Those
 * of whom nothing is left went early enough to be collected.  Where others can
 * get in between, all come as far as they can without being missed, and only then
 * do they die, in the order of their children.
 */
static long likely_turn(const struct pair *p, pid_t tid)
{
	long turn = evidence(p, tid);
	int steps = steps_of_exit(p, tid);

	if (turn == LONG_MAX &&
	    (!watch_find(&p->linux, tid) || was_noticed(p, tid)))
		return LONG_MIN;
	if (!steps && is_to_notice(p, tid))
		return LONG_MAX;
	if (p->level == FINE && steps < 2) /* then nothing is left but to die */
		return turn == LONG_MAX ? -1 : LONG_MIN + 1 + turn;
	return turn;
}

static void sort_by_turn(const struct pair *p, pid_t *who, long n)
{
	long turn[MOST_RUNNABLE];

	for (long i = 0; i < n; i++) {
		pid_t tid = who[i];
		long t = likely_turn(p, tid), j = i;

		for (; j > 0 && turn[j - 1] > t; j--) {
			turn[j] = turn[j - 1];
			who[j] = who[j - 1];
		}
		turn[j] = t;
		who[j] = tid;
	}
}

/* --- states that were come to before -------------------------------------- */

static bool is_known(struct pair *p)
{
	uint64_t h = kith_hash(p->model);

	/* What was said counts, but not when. */
	for (size_t i = 0; i < p->compare.count; i++) {
		uint64_t said = ((uint64_t)p->said[i].tid << 8 |
				 (uint64_t)p->said[i].what) *
				UINT64_C(0x9e3779b97f4a7c15);

		h += (said ^ said >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	}
	h |= 1;
	for (size_t i = h & (p->seen_room - 1);;
	     i = (i + 1) & (p->seen_room - 1)) {
		if (p->seen[i] == h)
			return true;
		if (!p->seen[i]) {
			if (p->seen_count < p->seen_room / 2) {
				p->seen[i] = h;
				p->seen_count++;
			}
			return false;
		}
	}
}

static void forget_states(struct pair *p, size_t room)
{
	if (p->seen_room != room) {
		free(p->seen);
		p->seen = must_alloc(room * sizeof(p->seen[0]));
		p->seen_room = room;
	}
	memset(p->seen, 0, room * sizeof(p->seen[0]));
	p->seen_count = 0;
}

/* --- a run ---------------------------------------------------------------- */

static long place_of(const pid_t *who, long n, pid_t tid)
{
	for (long i = 0; i < n; i++)
		if (who[i] == tid)
			return i;
	return -1;
}

/* Who goes next among n > 1, of whom the first is preferred; 0: no use. */
static pid_t choose(struct pair *p, const pid_t *who, long n)
{
	struct path *path = &p->path;
	int i = path->length;

	if (i == MOST_CHOICES)
		return who[0];
	if (i >= path->forced) {
		if (p->searching && is_known(p)) {
			path->dead_end = true;
			return 0;
		}
		path->pick[i] = 0;
	}
	path->among[i] = (uint16_t)n;
	path->length++;
	return who[path->pick[i]];
}

/* As the level has it; the one that is at it goes on, if it may. */
static pid_t next_step(struct pair *p, pid_t *who, long n)
{
	long at = place_of(who, n, p->last);

	if (n == 1 || (p->level == PLAIN && at < 0))
		return who[0];
	if (p->level != FINE && at >= 0)
		return p->last;
	if (at > 0) { /* it stands at the end, having just gone */
		memmove(who + 1, who, (size_t)at * sizeof(who[0]));
		who[0] = p->last;
	}
	sort_by_turn(p, who, n);
	return choose(p, who, n);
}

static void note_turn(struct pair *p, pid_t next, bool last_can_go_on)
{
	struct path *path = &p->path;
	struct turn *t = path->turn + path->turns - 1;

	if (path->turns == MOST_TURNS)
		return;
	if (path->turns && t->who == next && last_can_go_on) {
		t->steps++;
		return;
	}
	if (path->turns)
		t->broken = last_can_go_on;
	path->turn[path->turns++] = (struct turn){ .who = next, .steps = 1 };
}

void search_run(struct pair *p)
{
	pid_t who[MOST_RUNNABLE], next;
	long n;

	p->compare.count = 0;
	p->path.length = 0;
	p->path.turns = 0;
	p->path.dead_end = false;
	p->nr_leaving = 0;
	p->last = 0;
	kith_call(p->model, p->actor, &p->call);
	while (!p->path.dead_end &&
	       (n = kith_runnable(p->model, who, MOST_RUNNABLE)) > 0) {
		if (n > MOST_RUNNABLE)
			n = MOST_RUNNABLE;
		next = next_step(p, who, n);
		if (!next)
			return;
		note_turn(p, next, place_of(who, n, p->last) >= 0);
		p->last = next;
		p->tried++;
		p->last = kith_step_thread(p->model, p->last);
		for (int i = 0; i < p->nr_leaving; i++)
			p->leaving[i].steps += p->leaving[i].tid == next;
	}
}

/* --- all of them ---------------------------------------------------------- */

/* The next path in order; false if that was the last. */
static bool next_path(struct path *path)
{
	int i = path->length;

	while (i > 0 && path->pick[i - 1] + 1 >= path->among[i - 1])
		i--;
	if (i == 0)
		return false;
	path->pick[i - 1]++;
	path->forced = i;
	return true;
}

static bool search_level(struct pair *p, enum level level, long most,
			 size_t room)
{
	bool found = false;

	p->level = level;
	p->path.forced = 0;
	forget_states(p, room);
	p->searching = true;
	do {
		pair_put_back(p);
		search_run(p);
		found = pair_agrees(p);
	} while (!found && p->tried < most && next_path(&p->path));
	p->searching = false;
	return found;
}

/*
 * First the orders in which one goes as far as it can before the next does, of
 * which there are few; then those in which others get in between.  At last these
 * once more, with room for all the states that a dozen deaths can come to.
 */
bool search(struct pair *p)
{
	p->tried = 0;
	return search_level(p, COARSE, MOST_COARSE, SEEN) ||
	       search_level(p, FINE, MOST_FINE, SEEN) ||
	       search_level(p, FINE, MOST_TRIED, SEEN_AT_LAST);
}

/*
 * What Linux shows tells something of the order in which it went.
 *
 * Contradictions: something happens in the model that cannot have happened so, for
 * what it leads to would be seen.  They are found at the event itself, as early
 * as can be, and each is certain: no order that is Linux's is ever left for one.
 * What is likely only decides whom the search lets go first.
 *
 *	a child is given away	too early for its new parent's list
 *	a call returns		what it did not return on Linux
 *	a signal is sent	that whoever died would have died of, or shown
 *	somebody begins to exit	of something else, or without what he shows
 *	somebody is dead	who lives, or whose parent was not told in time, or
 *				whom nobody can collect as it was on Linux
 *	nothing is left of somebody	of whom there is
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pair_own.h"
#include "sim/table.h"

/* The fates of a signal, in an event. */
enum { QUEUED = 1, FATAL };

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

/* Does tid's process have pending now what q, its zombie on Linux, shows? */
static bool has_what_it_shows(const struct pair *p, pid_t tid,
			      const struct person *q)
{
	char status[4096];

	return kith_proc(p->model, tid, "status", status, sizeof(status)) < 0 ||
	       shared_pending(status) == shared_pending(q->status_text);
}

/* Who dies must be dead on Linux, and have with him what he was told in time. */
static bool end_fits(const struct pair *p, pid_t tid)
{
	const struct person *q = watch_find(&p->linux, tid);
	struct kith_look l;

	if (!q || kith_look(p->model, tid, &l) || l.state != KITH_ZOMBIE)
		return true;
	if (q->life == ALIVE)
		return q->renamed;
	return !l.process_dead || has_what_it_shows(p, tid, q);
}

/* Nothing is left of it: so it must be on Linux. */
static bool release_fits(const struct pair *p, pid_t tid)
{
	const struct person *q = watch_find(&p->linux, tid);

	return !q || q->renamed || q->born;
}

static bool may_collect(const struct person *q)
{
	return (q->in_call || q->returned) && call_is_wait(q->call.nr);
}

/*
 * A zombie of whom nothing is left on Linux must be with somebody who can collect
 * it yet, or who goes, too.
 */
static bool zombie_fits(const struct pair *p, pid_t tid)
{
	const struct person *parent;
	struct kith_look l, other;

	if (watch_find(&p->linux, tid) || kith_look(p->model, tid, &l) ||
	    !l.process_dead)
		return true;
	parent = watch_find(&p->linux, l.ppid);
	if (!parent || parent->life != ALIVE)
		return true;
	for (uint32_t i = 0; i < p->linux.count; i++) {
		const struct person *q = p->linux.person[i];

		if (q->life == ALIVE && may_collect(q) &&
		    !kith_look(p->model, q->tid, &other) &&
		    other.tgid == l.ppid)
			return true;
	}
	return false;
}

/* Does the whole process of l go, now that one of its threads begins to? */
static bool all_will_go(const struct pair *p, const struct kith_look *l)
{
	struct kith_look other;

	if (l->tid == p->actor && p->call.nr == KITH_EXIT)
		return l->threads == 1;
	for (pid_t n = kith_next(p->model, 0); n; n = kith_next(p->model, n))
		if (!kith_look(p->model, n, &other) && other.tgid == l->tgid &&
		    other.call == KITH_EXECVE)
			return false;
	return true;
}

/*
 * What it dies of is decided; and from now on it is told of nothing: all that it
 * shows as a zombie it must have by now.
 */
static bool exit_fits(const struct pair *p, const struct kith_event *e)
{
	const struct person *q;
	struct kith_look l;

	if (kith_look(p->model, e->actor, &l))
		return true;
	q = watch_find(&p->linux, l.tgid);
	if (!q || !q->ended || !q->knows_status || !all_will_go(p, &l))
		return true;
	if (l.threads == 1 && q->status != e->value)
		return false;
	return q->life != ZOMBIE || has_what_it_shows(p, l.tid, q);
}

/* The place of tid among those on their way out; nr_leaving: it is not. */
static int place_of_leaving(const struct pair *p, pid_t tid)
{
	int i = 0;

	while (i < p->nr_leaving && p->leaving[i].tid != tid)
		i++;
	return i;
}

/* How far on its way out tid is: NOT_YET, STRUCK, BEGUN ... */
static int stage_of_exit(const struct pair *p, pid_t tid)
{
	int i = place_of_leaving(p, tid);

	return i < p->nr_leaving ? p->leaving[i].steps : NOT_YET;
}

/*
 * A signal that ends its process at once is what it died of.  Another stays with
 * it, once its only thread has taken the one that will end it; a zombie shows it.
 */
static bool signal_fits(const struct pair *p, const struct kith_event *e)
{
	const struct person *q;
	struct kith_look l;

	if (kith_look(p->model, e->subject, &l))
		return true;
	q = watch_find(&p->linux, l.tgid);
	if (!q || !q->ended || !q->knows_status)
		return true;
	if (e->other == FATAL)
		return (q->status & 0x7f) == e->value;
	return e->other != QUEUED || l.threads > 1 ||
	       stage_of_exit(p, l.tid) == NOT_YET || q->life != ZOMBIE ||
	       (shared_pending(q->status_text) >> (e->value - 1) & 1);
}

/* Does somebody wait, as by vfork, until tid lets go of its memory? */
static bool is_waited_for(const struct pair *p, pid_t tid)
{
	struct kith_look l;

	for (pid_t n = kith_next(p->model, 0); n; n = kith_next(p->model, n))
		if (!kith_look(p->model, n, &l) && l.state == KITH_BLOCKED &&
		    l.waits_for == tid)
			return true;
	return false;
}

/* Only what it counts up from: the step is not over yet. */
static void note_leaving(struct pair *p, pid_t tid, int steps)
{
	int i = place_of_leaving(p, tid);
	bool unseen = steps == BEGUN && !is_waited_for(p, tid);

	if (i == MOST_RUNNABLE)
		return;
	if (i == p->nr_leaving)
		p->nr_leaving++;
	p->leaving[i] = (struct leaving){ tid, steps - 1, unseen };
}

void search_hear(struct pair *p, const struct kith_event *e)
{
	if (p->level == PLAIN || p->path.dead_end)
		return;
	if (e->type == KITH_EV_EXIT) {
		note_leaving(p, e->actor, BEGUN);
		p->path.dead_end = !exit_fits(p, e);
	} else if (e->type == KITH_EV_DELIVER) {
		note_leaving(p, e->subject, STRUCK);
	} else if (e->type == KITH_EV_SIGNAL) {
		p->path.dead_end = !signal_fits(p, e);
	} else if (e->type == KITH_EV_DEAD) {
		p->path.dead_end =
			!end_fits(p, e->actor) || !zombie_fits(p, e->actor);
	} else if (e->type == KITH_EV_REPARENT) {
		p->path.dead_end = !lists_fit(p, (pid_t)e->other) ||
				   !zombie_fits(p, e->subject);
	} else if (e->type == KITH_EV_RELEASE) {
		p->path.dead_end = !release_fits(p, e->actor);
	} else if (e->type == KITH_EV_RETURN) {
		p->path.dead_end = !return_fits(p, e->actor);
	}
}

/* --- who is likely to go first -------------------------------------------- */

/* The place of a child in the list that it is in on Linux; LONG_MAX: in none. */
static long place_of_child(const struct pair *p, pid_t child)
{
	const struct person *c = watch_find(&p->linux, child), *heir;
	const char *list;
	int heir_tid;
	long place = 0;

	if (!c || sscanf(strrchr(c->stat, ')') + 1, " %*c %d", &heir_tid) < 1)
		return LONG_MAX;
	heir = watch_find(&p->linux, heir_tid);
	list = heir && heir->children_text ? heir->children_text : "";
	for (pid_t n = next_number(&list); n; n = next_number(&list), place++)
		if (n == child)
			return place;
	return LONG_MAX;
}

/*
 * When did thread tid die on Linux, judging by where its children are now?  They
 * stand in their new parent's list in the order in which their old parents died.
 * LONG_MAX: nothing tells.
 */
static long evidence(const struct pair *p, pid_t tid)
{
	struct numbers children = listed(p->model, tid, kith_children);
	long place = LONG_MAX;

	for (size_t i = 0; i < children.count && place == LONG_MAX; i++)
		place = place_of_child(p, children.tid[i]);
	free(children.tid);
	return place;
}

/*
 * Of tid's exit comes next what nobody else can ever notice: it lets go of its
 * memory and its files.  Then it makes no difference who goes in between.
 */
bool is_unseen(const struct pair *p, pid_t tid)
{
	int i = place_of_leaving(p, tid);

	return i < p->nr_leaving && p->leaving[i].unseen &&
	       p->leaving[i].steps == BEGUN;
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

/* SigPnd and ShdPnd of a status file. */
static uint64_t all_pending(const char *status)
{
	const char *line = strstr(status, "\nSigPnd:\t");

	return shared_pending(status) |
	       (line ? strtoull(line + 9, NULL, 16) : 0);
}

/*
 * Has tid still to be told what it will die of, or what it will have with it as
 * a zombie?
 */
static bool is_to_be_told(const struct pair *p, pid_t tid)
{
	const struct person *q;
	struct kith_look l;
	char status[4096];
	uint64_t needed = 0;
	int sig;

	if (kith_look(p->model, tid, &l))
		return false;
	q = watch_find(&p->linux, l.tgid);
	if (!q || !q->ended || !q->knows_status)
		return false;
	sig = q->status & 0x7f;
	if (sig)
		needed |= UINT64_C(1) << (sig - 1);
	if (q->life == ZOMBIE)
		needed |= shared_pending(q->status_text);
	return needed &&
	       kith_proc(p->model, tid, "status", status, sizeof(status)) > 0 &&
	       (needed & ~all_pending(status));
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
	int stage = stage_of_exit(p, tid);

	if (turn == LONG_MAX &&
	    (!watch_find(&p->linux, tid) || was_noticed(p, tid)))
		return LONG_MIN;
	if ((stage == NOT_YET && is_to_be_told(p, tid)) ||
	    (stage < BEGUN && is_to_notice(p, tid)))
		return LONG_MAX;
	if (p->level == FINE && stage <= BEGUN)
		return turn == LONG_MAX ? -1 : LONG_MIN + 1 + turn;
	return turn; /* nothing is left but to die */
}

void sort_by_turn(const struct pair *p, pid_t *who, long n)
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

/*
 * Which of the model's orders was Linux's?
 *
 * The orders are a tree: at each choice a branch for everyone who may go next.
 * It is walked depth first, the likeliest branch first, and cut where something
 * happens that Linux does not show (sim/clues.c) and where the model comes to a
 * state that it was in before.
 *
 *	            kill(0, SIGKILL)
 *	                  |
 *	               choice 0 ............ a snapshot of the model at each
 *	             /    |     \
 *	      2 goes   3 goes   4 goes
 *	        |         |        |
 *	     choice 1    dead    choice 1
 *	      /    \     end      ...
 */
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair_own.h"

/* --- states that were come to before -------------------------------------- */

/* The model as it is now, and what was said, but not when. */
static uint64_t state(const struct pair *p)
{
	uint64_t h = kith_hash_unqueued(p->model);

	for (size_t i = 0; i < p->compare.count; i++) {
		uint64_t said = ((uint64_t)p->said[i].tid << 8 |
				 (uint64_t)p->said[i].what) *
				UINT64_C(0x9e3779b97f4a7c15);

		h += (said ^ said >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	}
	return h | 1;
}

/* Where h is, or should be. */
static uint64_t *place_in(uint64_t *table, size_t room, uint64_t h)
{
	size_t i = (h >> 1) & (room - 1);

	while (table[i] && table[i] != h)
		i = (i + 1) & (room - 1);
	return table + i;
}

static void make_room(struct pair *p)
{
	size_t room = 2 * p->seen_room;
	uint64_t *more = must_alloc(room * sizeof(more[0]));

	for (size_t i = 0; i < p->seen_room; i++)
		if (p->seen[i])
			*place_in(more, room, p->seen[i]) = p->seen[i];
	free(p->seen);
	p->seen = more;
	p->seen_room = room;
}

/* Has the model been here before?  Now it has. */
static bool is_known(struct pair *p)
{
	uint64_t h = state(p), *place;

	if (p->seen_count == p->seen_room / 2)
		make_room(p);
	place = place_in(p->seen, p->seen_room, h);
	if (*place)
		return true;
	*place = h;
	p->seen_count++;
	return false;
}

/* What was a large search's goes back. */
static void forget_states(struct pair *p)
{
	if (p->seen_room != SEEN) {
		free(p->seen);
		p->seen = must_alloc(SEEN * sizeof(p->seen[0]));
		p->seen_room = SEEN;
	} else if (p->seen_count) {
		memset(p->seen, 0, SEEN * sizeof(p->seen[0]));
	}
	p->seen_count = 0;
}

/* --- the tree ------------------------------------------------------------- */

/* A choice, and all that is needed to take another branch of it. */
struct fork {
	struct kith_snapshot *model;
	int length, turns;
	struct turn turn; /* the last of them, which may still grow */
	size_t said;
	int nr_leaving;
	pid_t last;
	long n, next;
	pid_t who[MOST_RUNNABLE];
	struct leaving leaving[];
};

static void fork_free(struct fork *f)
{
	if (f)
		kith_snapshot_free(f->model);
	free(f);
}

/*
 * Remember the choice that is to be made now.  Where there is no memory for so
 * many snapshots only the first branch is taken.
 */
static void plant(struct pair *p, const pid_t *who, long n)
{
	const struct path *path = &p->path;
	size_t leaving = (size_t)p->nr_leaving * sizeof(p->leaving[0]);
	struct fork *f = must_alloc(sizeof(*f) + leaving);

	f->model = kith_save(p->model);
	if (!f->model) {
		free(f);
		return;
	}
	f->length = path->length;
	f->turns = path->turns;
	if (path->turns)
		f->turn = path->turn[path->turns - 1];
	f->said = p->compare.count;
	f->nr_leaving = p->nr_leaving;
	memcpy(f->leaving, p->leaving, leaving);
	f->last = p->last;
	f->n = n;
	f->next = 1;
	memcpy(f->who, who, (size_t)n * sizeof(who[0]));
	p->forks[p->nr_forks++] = f;
}

/* Back to a choice, for its next branch. */
static pid_t climb(struct pair *p, struct fork *f)
{
	struct path *path = &p->path;

	pair_restore(p, f->model);
	path->dead_end = false;
	path->length = f->length;
	path->turns = f->turns;
	if (f->turns)
		path->turn[f->turns - 1] = f->turn;
	p->compare.count = f->said;
	p->nr_leaving = f->nr_leaving;
	memcpy(p->leaving, f->leaving,
	       (size_t)f->nr_leaving * sizeof(f->leaving[0]));
	p->last = f->last;
	path->pick[path->length++] = (uint16_t)f->next;
	return f->who[f->next++];
}

static void fell(struct pair *p)
{
	while (p->nr_forks)
		fork_free(p->forks[--p->nr_forks]);
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
		if (p->searching)
			plant(p, who, n);
	}
	path->length++;
	return who[path->pick[i]];
}

/* As the level has it; the one that is at it goes on, if it may. */
static pid_t next_step(struct pair *p, pid_t *who, long n)
{
	long at = place_of(who, n, p->last);

	if (n == 1 || (p->level == PLAIN && at < 0))
		return who[0];
	if (at >= 0 && (p->level != FINE || is_unseen(p, p->last)))
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

static void take_step(struct pair *p, pid_t next, bool last_can_go_on)
{
	note_turn(p, next, last_can_go_on);
	p->tried++;
	p->last = kith_step_thread(p->model, next);
	for (int i = 0; i < p->nr_leaving; i++)
		p->leaving[i].steps += p->leaving[i].tid == next;
}

/* On from here, to where all is quiet, or to a dead end. */
static void go_on(struct pair *p)
{
	pid_t who[MOST_RUNNABLE], next;
	long n;

	while (!p->path.dead_end &&
	       (n = kith_runnable(p->model, who, MOST_RUNNABLE)) > 0) {
		if (n > MOST_RUNNABLE)
			n = MOST_RUNNABLE;
		next = next_step(p, who, n);
		if (!next)
			return;
		take_step(p, next, place_of(who, n, p->last) >= 0);
	}
}

void search_run(struct pair *p)
{
	p->compare.count = 0;
	p->path.length = 0;
	p->path.turns = 0;
	p->path.dead_end = false;
	p->nr_leaving = 0;
	p->last = 0;
	kith_call(p->model, p->actor, &p->call);
	go_on(p);
}

long dbg_n[10];
int dbg_d[10];
/* --- all of them ---------------------------------------------------------- */

/* The next branch, from the latest choice that has one; false: that was all. */
static bool next_branch(struct pair *p)
{
	while (p->nr_forks) {
		struct fork *f = p->forks[p->nr_forks - 1];

		if (f->next < f->n) {
			bool could = place_of(f->who, f->n, f->last) >= 0;

			take_step(p, climb(p, f), could);
			go_on(p);
			return true;
		}
		fork_free(f);
		p->nr_forks--;
	}
	return false;
}

/* At most so many steps. */
static enum {
	FOUND,
	NONE,
	TIRED
} search_level(struct pair *p, enum level level, long most)
{
	bool found, more = true;

	p->level = level;
	p->path.forced = 0;
	forget_states(p);
	p->searching = true;
	most = p->tried + most < p->patience ? p->tried + most : p->patience;
	pair_put_back(p);
	search_run(p);
	while (!(found = pair_agrees(p)) && p->tried < most &&
	       (more = next_branch(p)))
		;
	fell(p);
	p->searching = false;
	return found ? FOUND : more ? TIRED : NONE;
}

/*
 * The orders in which one goes as far as it can before the next does are few, and
 * are all that is needed as a rule; then those in which others get in between.
 * A guess that is wrong early on costs all that can follow from it, so each is
 * given up soon, and tried again with more patience if the other did no better.
 */
bool search(struct pair *p)
{
	int coarse = TIRED, fine = TIRED;

	p->tried = 0;
	for (long most = FIRST_TRY; coarse != FOUND && fine == TIRED;
	     most *= 16) {
		if (coarse == TIRED)
			coarse = search_level(p, COARSE, most);
		if (coarse != FOUND)
			fine = search_level(p, FINE, most);
		if (fine == TIRED && p->tried >= p->patience)
			break;
	}
	forget_states(p);
	return coarse == FOUND || fine == FOUND;
}

/*
 * Whatever order threads went in, the search finds one that looks the same.
 *
 * Here the model plays Linux: a line is run in an order drawn at random, what can
 * be seen of that is written down as a watch would have it, and the model is put
 * back and has to find out how that came about.
 */
#include <kith/property.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair_own.h"
#include "tests/rounds.h"
#include "tests/tap.h"

enum { NUMBERS = 4096 };

/* --- the order that is to be found ---------------------------------------- */

/* How whoever goes next is drawn: one is as good as another, or some keep on. */
enum manner { ANYONE, MOSTLY_THE_SAME, WHO_WAITED, MANNERS };

struct game {
	struct pair pair;
	struct kith_observer scribe;
	struct kith_call call[NUMBERS]; /* everybody's last */
	struct kith_tape tape;
	struct person *person[NUMBERS]; /* by number, while it has that */
};

static struct person *new_person(struct game *g, pid_t tid)
{
	struct person *q = must_alloc(sizeof(*q));

	q->tid = tid;
	q->life = ALIVE;
	q->pidfd = -1;
	q->call = g->call[tid];
	g->person[tid] = q;
	g->pair.linux.person[g->pair.linux.count++] = q;
	return q;
}

static void forget_persons(struct game *g)
{
	for (uint32_t i = 0; i < g->pair.linux.count; i++) {
		free(g->pair.linux.person[i]->status_text);
		free(g->pair.linux.person[i]->children_text);
		free(g->pair.linux.person[i]);
	}
	g->pair.linux.count = 0;
	memset(g->person, 0, sizeof(g->person));
}

static void is_superseded(struct game *g, pid_t now, pid_t old)
{
	struct person *q = g->person[old];

	if (g->person[now]) {
		g->person[now]->superseded = g->person[now]->ended = true;
		g->person[now]->life = GONE;
	}
	q->renamed = old;
	q->tid = now;
	g->person[now] = q;
	g->person[old] = NULL;
	g->call[now] = g->call[old];
}

/* What happens while the model plays Linux. */
static void write_down(struct kith_observer *o, const struct kith_event *e)
{
	struct game *g =
		(struct game *)((char *)o - offsetof(struct game, scribe));
	struct person *q;

	switch (e->type) {
	case KITH_EV_FORK:
		new_person(g, e->subject)->born = true;
		break;
	case KITH_EV_SUPERSEDE:
		is_superseded(g, e->actor, e->subject);
		break;
	case KITH_EV_RETURN:
		g->person[e->actor]->returned = true;
		break;
	case KITH_EV_DEAD:
		q = g->person[e->actor];
		q->ended = q->knows_status = true;
		q->status = (int)e->value;
		break;
	default:
		break;
	}
}

static char *file_of(struct game *g, pid_t tid, const char *file)
{
	struct kith_machine *m = g->pair.model;
	int len = kith_proc(m, tid, file, NULL, 0);
	char *text = must_alloc(len < 0 ? 1 : (size_t)len + 1);

	kith_proc(m, tid, file, text, len < 0 ? 1 : (size_t)len + 1);
	return text;
}

/* What can be seen of it now. */
static void take_picture(struct game *g, struct person *q)
{
	struct kith_look l;
	char *stat, *state;

	if (q->superseded || kith_look(g->pair.model, q->tid, &l)) {
		q->life = GONE;
		return;
	}
	q->life = l.state == KITH_ZOMBIE ? ZOMBIE : ALIVE;
	q->in_call = kith_result(g->pair.model, q->tid, &q->result) == -EBUSY;
	q->returned = q->returned && !q->in_call;
	q->status_text = file_of(g, q->tid, "status");
	q->children_text = file_of(g, q->tid, "children");
	stat = file_of(g, q->tid, "stat");
	snprintf(q->stat, sizeof(q->stat), "%s", stat);
	free(stat);
	state = strstr(q->status_text, "\nState:\t");
	q->letter = state ? state[8] : '?';
	if (person_is_idle(q))
		q->letter = 'S';
}

static pid_t whose_turn(struct game *g, enum manner manner, pid_t last)
{
	pid_t who[MOST_RUNNABLE];
	long n = kith_runnable(g->pair.model, who, MOST_RUNNABLE);

	if (n > MOST_RUNNABLE)
		n = MOST_RUNNABLE;
	if (n < 1)
		return 0;
	if (manner == WHO_WAITED && !kith_seldom(&g->tape, 8))
		return who[0];
	if (manner == MOSTLY_THE_SAME && !kith_seldom(&g->tape, 8))
		for (long i = 0; i < n; i++)
			if (who[i] == last)
				return last;
	return who[kith_draw(&g->tape, (uint32_t)n)];
}

/* The line, in an order at random; the watch is then as it would be of Linux. */
static void play_linux(struct game *g, pid_t tid, const struct kith_call *call)
{
	struct kith_machine *m = g->pair.model;
	enum manner manner = (enum manner)kith_draw(&g->tape, MANNERS);
	pid_t last = tid;

	forget_persons(g);
	g->call[tid] = *call;
	for (pid_t n = kith_next(m, 0); n; n = kith_next(m, n))
		new_person(g, n);
	kith_watch(m, &g->scribe);
	kith_call(m, tid, call);
	while ((last = whose_turn(g, manner, last)))
		kith_step_thread(m, last);
	kith_unwatch(m, &g->scribe);
	for (uint32_t i = 0; i < g->pair.linux.count; i++)
		take_picture(g, g->pair.linux.person[i]);
}

/* What it took in all. */
struct effort {
	long searches, steps, most;
};

static bool is_found(struct game *g, pid_t tid, const struct kith_call *call,
		     struct effort *effort)
{
	struct pair *p = &g->pair;
	bool found;

	p->actor = tid;
	p->call = *call;
	pair_put_back(p);
	p->level = PLAIN;
	search_run(p);
	if (p->halted || pair_agrees(p))
		return true;
	found = search(p);
	effort->searches++;
	effort->steps += p->tried;
	if (effort->most < p->tried)
		effort->most = p->tried;
	return found;
}

/* A line that many die of, or any. */
static bool draw_line(struct kith_generator *g, struct kith_tape *t, pid_t *tid,
		      struct kith_call *call)
{
	if (!kith_generate(g, t, tid, call))
		return false;
	if (!kith_seldom(t, 12))
		return true;
	memset(call, 0, sizeof(*call));
	call->nr = KITH_KILL;
	call->arg[0] = kith_seldom(t, 2) ? 0 : (uint64_t)-1;
	call->arg[1] = kith_seldom(t, 2) ? KITH_SIGKILL : KITH_SIGTERM;
	return true;
}

static struct game *game_new(uint64_t seed)
{
	const struct kith_config config = { .micro = true, .pid_max = NUMBERS };
	struct game *g = must_alloc(sizeof(*g));
	struct pair *p = &g->pair;

	p->model = kith_new(&config);
	p->patience = MOST_TRIED;
	p->observer.event = pair_hear;
	p->compare.model = p->model;
	p->compare.linux = &p->linux;
	g->scribe.event = write_down;
	kith_watch(p->model, &p->observer);
	kith_tape_random(&g->tape, seed);
	return g;
}

static void game_free(struct game *g)
{
	struct pair *p = &g->pair;

	forget_persons(g);
	kith_snapshot_free(p->before);
	kith_unwatch(p->model, &p->observer);
	kith_free(p->model);
	kith_tape_free(&g->tape);
	free(p->said);
	free(p->seen);
	free(g);
}

/* One line, in one order and then in search of it; false: not found. */
static bool play_line(struct game *g, struct kith_generator *gen,
		      struct effort *effort)
{
	struct pair *p = &g->pair;
	struct kith_call call;
	pid_t tid;

	if (!draw_line(gen, &g->tape, &tid, &call))
		return true;
	kith_snapshot_free(p->before);
	p->before = kith_save(p->model);
	if (kith_call(p->model, tid, &call))
		return true;
	pair_put_back(p);
	p->path.dead_end = true; /* so that nobody looks for any */
	play_linux(g, tid, &call);
	return is_found(g, tid, &call, effort);
}

/* The line that was not found, or 0. */
static int play(uint64_t seed, int lines, struct effort *effort)
{
	struct game *g = game_new(seed);
	struct kith_generator gen = { 0 };
	int failed = 0;

	kith_draw_habits(&gen, &g->tape);
	gen.machine = g->pair.model;
	gen.most = kith_seldom(&g->tape, 2) ? 40 : 12;
	for (int line = 1; !failed && line <= lines && !g->pair.halted; line++)
		if (!play_line(g, &gen, effort))
			failed = line;
	game_free(g);
	return failed;
}

int main(void)
{
	struct effort effort = { 0 };
	int failed = 0;

	for (uint64_t seed = 0; seed < (uint64_t)rounds(200); seed++) {
		int line = play(seed, 150, &effort);

		if (line) {
			failed++;
			diag("seed %llu, line %d", (unsigned long long)seed,
			     line);
		}
	}
	is(failed, 0, "any order that the model can go in is found");
	ok(effort.searches > 0, "some had to be searched for");
	diag("%ld searches, %ld steps, at most %ld in one", effort.searches,
	     effort.steps, effort.most);
	return done_testing();
}

#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair_own.h"
#include "sim/pass.h"

/* --- what the model says -------------------------------------------------- */

static void note(struct pair *p, pid_t tid, int what, int status)
{
	if (p->compare.count == p->said_room) {
		p->said_room = p->said_room ? 2 * p->said_room : 32;
		p->said = must_grow(p->said, p->said_room * sizeof(p->said[0]));
		p->compare.said = p->said;
	}
	p->said[p->compare.count].tid = tid;
	p->said[p->compare.count].what = what;
	p->said[p->compare.count++].status = status;
}

static void hear(struct kith_observer *o, const struct kith_event *e)
{
	struct pair *p =
		(struct pair *)((char *)o - offsetof(struct pair, observer));

	switch (e->type) {
	case KITH_EV_RETURN:
		note(p, e->actor, SAID_RETURNED, 0);
		break;
	case KITH_EV_DEAD:
		note(p, e->actor, SAID_DIED, (int)e->value);
		break;
	case KITH_EV_HALT:
		p->halted = true;
		break;
	default:
		break;
	}
}

/* --- choices -------------------------------------------------------------- */

/*
 * When did Linux have thread tid run, judging by where its children are now?
 * They stand in their new parent's list in the order in which their old parents
 * died.  Lower is earlier.
 */
static long evidence(const struct pair *p, pid_t tid)
{
	const struct person *me = watch_find(&p->linux, tid);
	pid_t child;
	const struct person *c, *parent;
	const char *at;
	char needle[16];
	int parent_tid;

	if (kith_children(p->model, tid, &child, 1) < 1)
		return me ? 1000000 : 999999; /* whoever is gone, went */
	c = watch_find(&p->linux, child);
	if (!c || sscanf(strrchr(c->stat, ')') + 1, " %*c %d", &parent_tid) < 1)
		return 999999;
	parent = watch_find(&p->linux, parent_tid);
	if (!parent || !parent->children_text)
		return 999999;
	snprintf(needle, sizeof(needle), " %d ", (int)child);
	at = strstr(parent->children_text, needle);
	return at ? at - parent->children_text : 0;
}

static void sort_by_evidence(const struct pair *p, pid_t *tid, long n)
{
	long key[MOST_RUNNABLE];

	for (long i = 0; i < n; i++) {
		pid_t t = tid[i];
		long k = evidence(p, t), j = i;

		for (; j > 0 && key[j - 1] > k; j--) {
			key[j] = key[j - 1];
			tid[j] = tid[j - 1];
		}
		key[j] = k;
		tid[j] = t;
	}
}

/* True if this state was come to before; it is remembered. */
static bool is_known(struct pair *p)
{
	uint64_t h = kith_hash(p->model);

	for (size_t i = 0; i < p->compare.count; i++)
		h = (h ^ (uint64_t)p->said[i].tid << 8 ^
		     (uint64_t)p->said[i].what) *
		    UINT64_C(0x9e3779b97f4a7c15);
	h |= 1;
	for (size_t i = h & (SEEN - 1);; i = (i + 1) & (SEEN - 1)) {
		if (p->seen[i] == h)
			return true;
		if (!p->seen[i]) {
			if (p->seen_count < SEEN / 2) {
				p->seen[i] = h;
				p->seen_count++;
			}
			return false;
		}
	}
}

/* Who goes next among n > 1; 0: no use in going on. */
static pid_t choose(struct pair *p, const pid_t *tid, long n)
{
	struct path *path = &p->path;
	pid_t sorted[MOST_RUNNABLE], picked;
	int i = path->length, k = 0;

	if (i == MOST_CHOICES)
		return tid[0];
	memcpy(sorted, tid, (size_t)n * sizeof(sorted[0]));
	if (p->by_evidence)
		sort_by_evidence(p, sorted, n);
	if (i >= path->forced) {
		if (p->searching && is_known(p)) {
			path->dead_end = true;
			return 0;
		}
		path->pick[i] = 0;
	}
	picked = sorted[path->pick[i]];
	while (tid[k] != picked)
		k++;
	path->ran[i] = (uint16_t)k;
	path->among[i] = (uint16_t)n;
	path->length++;
	return picked;
}

/* The call, on the model, along the path; and what was said of it. */
void pair_run_model(struct pair *p, pid_t tid, const struct kith_call *call)
{
	pid_t who[MOST_RUNNABLE];
	long n;

	p->compare.count = 0;
	p->path.length = 0;
	p->path.dead_end = false;
	kith_call(p->model, tid, call);
	while ((n = kith_runnable(p->model, who, MOST_RUNNABLE)) > 0) {
		pid_t next = who[0];

		if (n > MOST_RUNNABLE)
			n = MOST_RUNNABLE;
		if (n > 1)
			next = choose(p, who, n);
		if (!next)
			return;
		kith_step_thread(p->model, next);
	}
}

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

void pair_put_back(struct pair *p)
{
	kith_unwatch(p->model, &p->observer);
	kith_restore(p->model, p->before);
	kith_watch(p->model, &p->observer);
	p->halted = false;
}

static bool agrees(struct pair *p, struct difference *d)
{
	if (p->path.dead_end)
		return false;
	if (p->halted)
		return !stage_is_alive(&p->stage) || !watch_find(&p->linux, 1);
	return compare(&p->compare, d);
}

/* All other orders, the likely ones first.  True if one is Linux's. */
static bool search(struct pair *p, pid_t tid, const struct kith_call *call)
{
	bool found = false;
	int runs = 0;

	if (!p->seen)
		p->seen = must_alloc(SEEN * sizeof(p->seen[0]));
	memset(p->seen, 0, SEEN * sizeof(p->seen[0]));
	p->seen_count = 0;
	p->by_evidence = p->searching = true;
	p->path.forced = 0;
	do {
		pair_put_back(p);
		pair_run_model(p, tid, call);
		found = agrees(p, NULL);
	} while (!found && ++runs < MOST_RUNS && next_path(&p->path));
	p->searching = false;
	if (runs == MOST_RUNS) {
		snprintf(p->why, sizeof(p->why),
			 "linux chose an order that is not among the first %d "
			 "of the model's",
			 MOST_RUNS);
		p->lost = true;
	}
	return found;
}

/* --- a call --------------------------------------------------------------- */

/* The two have done what they did. */
static enum pair_result judge(struct pair *p, pid_t tid,
			      const struct kith_call *call,
			      struct difference *d)
{
	p->path.forced = 0;
	p->by_evidence = false;
	pair_run_model(p, tid, call);
	if (agrees(p, NULL))
		return p->halted ? PAIR_HALTED : PAIR_SAME;
	if (p->path.length && search(p, tid, call))
		return p->halted ? PAIR_HALTED : PAIR_SAME;
	if (p->lost)
		return PAIR_LOST;
	/* What is told is the difference from the order that comes first. */
	pair_put_back(p);
	p->path.forced = 0;
	p->by_evidence = false;
	pair_run_model(p, tid, call);
	if (p->halted) {
		out_text(&d->what, "init");
		out_text(&d->model, "is dead");
		out_text(&d->on_linux, "lives");
	} else {
		compare(&p->compare, d);
	}
	pair_draw(p, &d->trees);
	p->alone = true;
	return PAIR_DIFFER;
}

static bool is_lost(struct pair *p, const char *why)
{
	p->lost = true;
	if (why)
		snprintf(p->why, sizeof(p->why), "%s", why);
	return true;
}

static int on_linux(struct pair *p, struct person *who,
		    const struct kith_call *call)
{
	if (!watch_post(&p->linux, who, call) && !watch_settle(&p->linux))
		return 0;
	is_lost(p, p->linux.why);
	return -1;
}

/* The model is between two lines, and would take the call. */
static bool model_is_ready(struct pair *p, pid_t tid,
			   const struct kith_call *call)
{
	kith_snapshot_free(p->before);
	p->before = kith_save(p->model);
	if (!p->before)
		return !is_lost(p, "there is no memory for a snapshot");
	if (kith_call(p->model, tid, call))
		return false;
	pair_put_back(p);
	return true;
}

/* The model has somebody there in user mode, and Linux has not. */
static enum pair_result nobody_there(struct pair *p, pid_t tid,
				     const struct person *who,
				     struct difference *d)
{
	out(&d->what, "%d", (int)tid);
	out_text(&d->model, "is in user mode");
	out_text(&d->on_linux, who ? "is asleep" : "is not there");
	pair_draw(p, &d->trees);
	p->alone = true;
	return PAIR_DIFFER;
}

enum pair_result pair_call(struct pair *p, pid_t tid,
			   const struct kith_call *call, struct difference *d)
{
	struct person *who = watch_find(&p->linux, tid);
	bool idle = who && person_is_idle(who);

	if (p->lost)
		return PAIR_LOST;
	p->actor = tid;
	p->call = *call;
	if (p->alone) {
		if (!idle)
			return PAIR_REFUSED;
		return on_linux(p, who, call) ? PAIR_LOST : PAIR_ALONE;
	}
	if (!model_is_ready(p, tid, call))
		return p->lost ? PAIR_LOST : PAIR_REFUSED;
	if (!idle)
		return nobody_there(p, tid, who, d);
	if (on_linux(p, who, call))
		return PAIR_LOST;
	p->compare.births += call_may_give_birth(call);
	return judge(p, tid, call, d);
}

/* --- the whole ------------------------------------------------------------ */

/* What init lacks there, it lacks here. */
static uint64_t lacking(const struct person *init)
{
	const char *line = strstr(init->status_text, "CapPrm:");
	unsigned long long has = 0;

	if (line)
		sscanf(line, "CapPrm: %llx", &has);
	return ~(uint64_t)has & ((UINT64_C(1) << 41) - 1);
}

static bool begin(struct pair *p, const struct kith_config *config,
		  struct difference *d)
{
	struct kith_config mine = *config;

	mine.lacks_caps = lacking(watch_find(&p->linux, 1));
	p->model = kith_new(&mine);
	if (!p->model) {
		out_text(&d->what, "no memory for a machine");
		return false;
	}
	p->observer.event = hear;
	kith_watch(p->model, &p->observer);
	p->compare.model = p->model;
	p->compare.linux = &p->linux;
	return compare_begin(&p->compare, d);
}

struct pair *pair_new(const struct kith_config *config,
		      const char *const *programs, int cpu, char *why,
		      size_t size)
{
	struct stage_config stage = { .programs = programs,
				      .pid_max = config->pid_max,
				      .dump_core = config->dump_core,
				      .lacks_caps = config->lacks_caps,
				      .cpu = cpu };
	struct pair *p = must_alloc(sizeof(*p));
	struct difference d = { 0 };

	if (stage_open(&p->stage, &stage, why, size)) {
		free(p);
		return NULL;
	}
	if (watch_begin(&p->linux, &p->stage)) {
		snprintf(why, size, "%s", p->linux.why);
	} else if (begin(p, config, &d)) {
		return p;
	} else {
		snprintf(why, size, "linux begins with %s: %s, the model: %s",
			 out_line(&d.what), out_line(&d.on_linux),
			 out_line(&d.model));
	}
	difference_free(&d);
	pair_free(p);
	return NULL;
}

void pair_free(struct pair *p)
{
	if (!p)
		return;
	watch_end(&p->linux);
	stage_close(&p->stage);
	kith_snapshot_free(p->before);
	if (p->model)
		kith_unwatch(p->model, &p->observer);
	kith_free(p->model);
	free(p->said);
	free(p->seen);
	free(p);
}

struct kith_machine *pair_model(struct pair *p)
{
	return p->model;
}

const char *pair_why(const struct pair *p)
{
	return p->why;
}

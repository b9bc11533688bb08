#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair_own.h"

/* --- events --------------------------------------------------------------- */

/* The model does it once more, in the same order. */
static void show_model(struct pair *p, struct kith_observer *o)
{
	p->path.forced = p->path.length;
	kith_unwatch(p->model, &p->observer);
	kith_restore(p->model, p->before);
	kith_watch(p->model, o);
	kith_watch(p->model, &p->observer);
	search_run(p);
	kith_unwatch(p->model, o);
}

static int threads_of(const struct person *q)
{
	const char *line =
		q->status_text ? strstr(q->status_text, "\nThreads:") : NULL;

	return line ? atoi(line + 9) : 1;
}

/* What became of one of them, as the model would put it. */
static void show_person(struct pair *p, const struct person *q,
			struct kith_observer *o)
{
	struct kith_event e = { .actor = q->tid };

	if (q->born)
		o->event(o, &(struct kith_event){ .type = KITH_EV_FORK,
						  .actor = p->actor,
						  .subject = q->tid });
	if (q->renamed)
		o->event(o, &(struct kith_event){ .type = KITH_EV_SUPERSEDE,
						  .actor = q->tid,
						  .subject = q->renamed });
	if (q->returned) {
		e.type = KITH_EV_RETURN;
		e.value = q->call.nr;
		e.other = q->result.value;
		o->event(o, &e);
	} else if (q->tid == p->actor && q->life == ALIVE && q->in_call) {
		e.type = KITH_EV_PARK;
		e.value = q->call.nr;
		o->event(o, &e);
	}
	if (q->ended && q->knows_status && !q->superseded &&
	    (q->life == GONE || threads_of(q) == 1)) {
		e.type = KITH_EV_DEAD;
		e.value = q->status;
		o->event(o, &e);
	}
}

static void show_linux(struct pair *p, struct kith_observer *o)
{
	const struct person *init = p->linux.person[0];

	for (uint32_t i = 0; i < p->linux.count; i++)
		show_person(p, p->linux.person[i], o);
	if (init->life == GONE)
		o->event(o, &(struct kith_event){ .type = KITH_EV_HALT,
						  .actor = 1 });
}

void pair_show(struct pair *p, struct kith_observer *o)
{
	if (p->alone)
		show_linux(p, o);
	else
		show_model(p, o);
}

void pair_order(const struct pair *p, struct out *o)
{
	const struct turn *t = p->path.turn;
	int n = p->path.turns;

	if (p->alone || p->level == PLAIN || n == MOST_TURNS)
		return;
	for (int i = 0; i < n; i++) {
		out(o, "%s%d", i ? " " : "", (int)t[i].who);
		if (t[i].broken)
			out(o, ":%u", (unsigned)t[i].steps);
	}
}

/* --- results and /proc ---------------------------------------------------- */

int pair_result(const struct pair *p, pid_t tid, struct kith_result *result)
{
	const struct person *q = watch_find(&p->linux, tid);

	if (q && q->returned) {
		*result = q->result;
		return 0;
	}
	/* It has died since, and could not tell. */
	return p->alone ? -ESRCH : kith_result(p->model, tid, result);
}

static void put(char *buf, size_t len, size_t *at, const char *text, size_t n)
{
	if (*at < len) {
		size_t room = len - *at - 1, k = n < room ? n : room;

		memcpy(buf + *at, text, k);
		buf[*at + k] = '\0';
	}
	*at += n;
}

/* A text of Linux's in which those at rest run. */
static int put_with_state(const struct person *q, const char *text,
			  const char *state, char *buf, size_t len)
{
	bool idle = person_is_idle(q) && *state == 'S';
	size_t at = 0, before = (size_t)(state - text);

	put(buf, len, &at, text, before);
	if (idle && !strncmp(state, "S (sleeping)", 12)) {
		put(buf, len, &at, "R (running)", 11);
		state += 12;
	} else if (idle) {
		put(buf, len, &at, "R", 1);
		state++;
	}
	put(buf, len, &at, state, strlen(state));
	return (int)at;
}

int pair_proc(const struct pair *p, pid_t tid, const char *file, char *buf,
	      size_t len)
{
	const struct person *q = watch_find(&p->linux, tid);
	const char *at;

	if (!q || !q->status_text)
		return -ESRCH;
	if (!strcmp(file, "children"))
		return (int)snprintf(buf, len, "%s", q->children_text);
	if (!strcmp(file, "stat")) {
		at = strrchr(q->stat, ')');
		return put_with_state(q, q->stat, at + 2, buf, len);
	}
	if (!strcmp(file, "comm")) {
		at = q->status_text + 6;
		return snprintf(buf, len, "%.*s\n", (int)strcspn(at, "\n"), at);
	}
	if (strcmp(file, "status"))
		return -ENOENT;
	at = strstr(q->status_text, "\nState:\t");
	return put_with_state(q, q->status_text, at ? at + 8 : q->status_text,
			      buf, len);
}

/* --- families ------------------------------------------------------------- */

/* One of the two sides, as far as a drawing needs it. */
struct side {
	const struct pair *pair;
	int (*read)(const struct pair *p, pid_t tid, const char *file,
		    char *buf, size_t len);
	struct out *out;
};

static int read_model(const struct pair *p, pid_t tid, const char *file,
		      char *buf, size_t len)
{
	return kith_proc(p->model, tid, file, buf, len);
}

static void draw_children(const struct side *s, pid_t tid, int depth);

static void draw_one(const struct side *s, pid_t tid, int depth)
{
	char status[8192];
	const char *state, *threads;

	out(s->out, "%*s%d", 2 * depth, "", (int)tid);
	if (s->read(s->pair, tid, "status", status, sizeof(status)) < 0) {
		out_text(s->out, " gone\n");
		return;
	}
	state = strstr(status, "\nState:\t");
	threads = strstr(status, "\nThreads:\t");
	if (state)
		out(s->out, " %c", state[8]);
	if (threads && atoi(threads + 10) > 1)
		out(s->out, ", %d threads", atoi(threads + 10));
	out_text(s->out, "\n");
	draw_children(s, tid, depth + 1);
}

static void draw_children(const struct side *s, pid_t tid, int depth)
{
	int len = s->read(s->pair, tid, "children", NULL, 0);
	char *text, *at, *end;

	if (len <= 0 || depth > 100)
		return;
	text = must_alloc((size_t)len + 1);
	s->read(s->pair, tid, "children", text, (size_t)len + 1);
	for (at = text;; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		draw_one(s, (pid_t)child, depth);
	}
	free(text);
}

/* Threads that lead nothing have children too, and stand behind. */
static void draw_threads(const struct side *s)
{
	char status[8192];

	for (uint32_t i = 0; i < s->pair->linux.count; i++) {
		pid_t tid = s->pair->linux.person[i]->tid;
		const char *tgid;

		if (s->read(s->pair, tid, "status", status, sizeof(status)) < 0)
			continue;
		tgid = strstr(status, "\nTgid:\t");
		if (!tgid || atoi(tgid + 7) == tid)
			continue;
		out(s->out, "  of %d:\n", atoi(tgid + 7));
		draw_one(s, tid, 2);
	}
}

static void draw_side(const struct side *s, const char *name)
{
	out(s->out, "%s:\n", name);
	draw_one(s, 1, 1);
	draw_threads(s);
}

void pair_draw(const struct pair *p, struct out *o)
{
	struct side model = { p, read_model, o },
		    on_linux = { p, pair_proc, o };

	draw_side(&model, "the model");
	draw_side(&on_linux, "linux");
}

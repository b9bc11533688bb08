#include <stdlib.h>
#include <string.h>

#include "sim/compare.h"
#include "sim/kinds.h"
#include "sim/memory.h"
#include "sim/print.h"
#include "sim/shape.h"
#include "sim/table.h"

void difference_free(struct difference *d)
{
	out_free(&d->what);
	out_free(&d->model);
	out_free(&d->on_linux);
	out_free(&d->trees);
}

static bool differ(struct difference *d, const char *what, const char *model,
		   const char *on_linux)
{
	if (d) {
		out_text(&d->what, what);
		out_text(&d->model, model);
		out_text(&d->on_linux, on_linux);
	}
	return false;
}

/* --- results -------------------------------------------------------------- */

/*
 * Faults: those that spend() was told to have are counted on both sides, and
 * Linux counts some more for each birth and each execve.
 */
static bool faults_agree(const struct comparison *c, uint64_t model,
			 uint64_t on_linux)
{
	return on_linux >= model && on_linux - model <= 64 + 24 * c->births;
}

static bool value_agrees(const struct kith_result *model,
			 const struct kith_result *on_linux)
{
	if (result_kind(model->nr) == RESULT_TICKS)
		return (model->value < 0) == (on_linux->value < 0);
	return model->value == on_linux->value;
}

static bool info_agrees(const struct kith_siginfo *a,
			const struct kith_siginfo *b)
{
	return a->signo == b->signo && a->code == b->code && a->pid == b->pid &&
	       a->uid == b->uid && a->status == b->status;
}

static bool action_agrees(const struct kith_sigaction *a,
			  const struct kith_sigaction *b)
{
	return a->handler == b->handler && a->flags == b->flags &&
	       a->mask == b->mask;
}

/* An argument's output, the same on both sides; kind by kind. */
static bool output_agrees(const struct comparison *c, enum kind_nr kind,
			  const struct kith_result *model,
			  const struct kith_result *on_linux)
{
	switch (kind) {
	case KIND_OUT_STATUS:
		return model->status == on_linux->status;
	case KIND_OUT_SIGINFO:
		return info_agrees(&model->info, &on_linux->info);
	case KIND_OUT_RUSAGE:
		return faults_agree(c, model->usage.minflt,
				    on_linux->usage.minflt);
	case KIND_OUT_STRING:
		return !strcmp(model->name, on_linux->name);
	case KIND_OUT_SIGACTION:
		return action_agrees(&model->action, &on_linux->action);
	case KIND_OUT_TMS:
		return true;
	default:
		return model->number == on_linux->number;
	}
}

static void print_output(struct out *o, enum kind_nr nr,
			 const struct kith_result *r)
{
	const struct kind *kind = &kinds[nr];
	const void *data = (const char *)r + kind->offset;
	struct value v = { .num = KITH_HERE,
			   .data = data,
			   .checked = ALL_FIELDS };

	if (!(r->filled & kind->filled))
		out_text(o, "nothing is written");
	else if (kind->role == BOTH)
		kind->print_after(o, data);
	else
		kind->print(o, kind, &v);
}

static bool outputs_agree(const struct comparison *c, pid_t tid,
			  const struct form *form,
			  const struct kith_result *model,
			  const struct kith_result *on_linux,
			  struct difference *d)
{
	for (int i = 0; form->args[i].kind != KIND_NONE; i++) {
		enum kind_nr nr = form->args[i].kind;
		uint32_t filled = kinds[nr].filled;
		bool same =
			(model->filled & filled) == (on_linux->filled & filled);

		if (!filled || (same && !(model->filled & filled)))
			continue;
		if (same && output_agrees(c, nr, model, on_linux))
			continue;
		if (d) {
			out(&d->what, "%d %s", (int)tid,
			    kith_call_name(form->nr));
			print_output(&d->model, nr, model);
			print_output(&d->on_linux, nr, on_linux);
		}
		return false;
	}
	return true;
}

bool compare_results(const struct comparison *c, const struct person *p,
		     struct difference *d)
{
	const struct form *form = form_of(&p->call);
	struct kith_result r;

	if (kith_result(c->model, p->tid, &r)) {
		if (d) {
			out(&d->what, "%d %s", (int)p->tid,
			    kith_call_name(p->call.nr));
			out_text(&d->model, "has not returned");
			print_result(&d->on_linux, form, p->result.value);
		}
		return false;
	}
	if (value_agrees(&r, &p->result))
		return outputs_agree(c, p->tid, form, &r, &p->result, d);
	if (d) {
		out(&d->what, "%d %s", (int)p->tid, kith_call_name(r.nr));
		print_result(&d->model, form, r.value);
		print_result(&d->on_linux, form, p->result.value);
	}
	return false;
}

static bool all_results_agree(const struct comparison *c, struct difference *d)
{
	for (uint32_t i = 0; i < c->linux->count; i++) {
		const struct person *p = c->linux->person[i];

		if (p->returned && p->life == ALIVE &&
		    !compare_results(c, p, d))
			return false;
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct person *p = watch_find(c->linux, c->said[i].tid);
		struct kith_result r;

		if (c->said[i].what != SAID_RETURNED || !p || p->returned ||
		    p->life != ALIVE || kith_result(c->model, p->tid, &r))
			continue;
		if (d) {
			out(&d->what, "%d %s", (int)p->tid,
			    kith_call_name(r.nr));
			print_result(&d->model, form_of(&p->call), r.value);
			out_text(&d->on_linux, "has not returned");
		}
		return false;
	}
	return true;
}

/* --- ends ----------------------------------------------------------------- */

/*
 * Who vanished at once: the zombies have their status in stat.  A thread that
 * execve superseded did not end as itself.
 */
static bool ends_agree(const struct comparison *c, struct difference *d)
{
	for (uint32_t i = 0; i < c->linux->count; i++) {
		const struct person *p = c->linux->person[i];

		if (!p->ended || p->superseded || p->life != GONE ||
		    !p->knows_status)
			continue;
		for (size_t k = 0; k < c->count; k++) {
			const struct said *s = &c->said[k];

			if (s->what != SAID_DIED || s->tid != p->tid ||
			    s->status == p->status)
				continue;
			if (d) {
				out(&d->what, "%d's end", (int)p->tid);
				print_death(&d->model, s->status);
				print_death(&d->on_linux, p->status);
			}
			return false;
		}
	}
	return true;
}

/* --- /proc ---------------------------------------------------------------- */

/* Fields that may be left out, in the order of looking: a bit each in leave. */
static const char *const places[] = {
	"Uid", "Gid", "Groups", "NoNewPrivs", "stat.priority", "stat.nice"
};

static int place(const char *name, size_t len)
{
	for (int i = 0; i < (int)(sizeof(places) / sizeof(places[0])); i++)
		if (strlen(places[i]) == len && !memcmp(places[i], name, len))
			return i;
	return -1;
}

static bool is_left_out(const struct comparison *c, const char *name,
			size_t len)
{
	int which = place(name, len);

	return which >= 0 && (c->leave >> which & 1);
}

/* A line of status: its name and the value behind it, without white space. */
struct field {
	const char *name, *value;
	size_t name_len, len;
};

static const char *next_field(const char *text, struct field *f)
{
	const char *end = strchr(text, '\n');
	const char *colon;

	if (!end)
		return NULL;
	colon = memchr(text, ':', (size_t)(end - text));
	if (!colon)
		return NULL;
	f->name = text;
	f->name_len = (size_t)(colon - text);
	f->value = colon + 1;
	while (f->value < end && strchr(" \t", *f->value))
		f->value++;
	f->len = (size_t)(end - f->value);
	while (f->len && strchr(" \t", f->value[f->len - 1]))
		f->len--;
	return end + 1;
}

static bool same_value(const struct field *a, const struct field *b)
{
	return a->len == b->len && !memcmp(a->value, b->value, a->len);
}

static void tell_field(struct difference *d, pid_t tid, const struct field *f,
		       const struct field *model, const struct field *on_linux)
{
	if (!d)
		return;
	out(&d->what, "%d %.*s", (int)tid, (int)f->name_len, f->name);
	out(&d->model, "%.*s", (int)model->len, model->value);
	out(&d->on_linux, "%.*s", (int)on_linux->len, on_linux->value);
}

/* The states' names, of which Linux does not know that of those at rest. */
static bool states_agree(const struct person *p, const struct field *model)
{
	return model->len && model->value[0] == person_letter(p);
}

/*
 * The model's lines are in Linux's order, which has others in between; a line
 * that Linux does not have (yet) is passed over.
 */
static bool status_agrees(const struct comparison *c, const struct person *p,
			  const char *model, struct difference *d)
{
	const char *rest = p->status_text;
	struct field m, l;

	while ((model = next_field(model, &m))) {
		const char *at = rest, *after = at;
		do {
			at = after;
			after = next_field(at, &l);
		} while (after && (l.name_len != m.name_len ||
				   memcmp(l.name, m.name, l.name_len)));
		if (!after)
			continue;
		rest = after;
		if (is_left_out(c, m.name, m.name_len))
			continue;
		if (m.name_len == 5 && !memcmp(m.name, "State", 5)
			    ? states_agree(p, &m)
			    : same_value(&m, &l))
			continue;
		tell_field(d, p->tid, &m, &m, &l);
		return false;
	}
	return true;
}

/* The words of stat behind the name, from the state, as many as there are. */
enum { STAT_WORDS = 50 };

static int split_stat(const char *text, struct field *words)
{
	const char *p = strrchr(text, ')');
	int n = 0;

	if (!p)
		return 0;
	for (p++; n < STAT_WORDS; n++) {
		p += strspn(p, " ");
		words[n].value = p;
		words[n].len = strcspn(p, " \n");
		if (!words[n].len)
			break;
		p += words[n].len;
	}
	return n;
}

static bool stat_agrees(const struct comparison *c, const struct person *p,
			const char *model, struct difference *d)
{
	static const struct {
		int word; /* field of proc(5) - 3 */
		const char *name;
	} compared[] = {
		{ 1, "stat.ppid" },         { 2, "stat.pgrp" },
		{ 3, "stat.session" },      { 4, "stat.tty_nr" },
		{ 5, "stat.tpgid" },        { 15, "stat.priority" },
		{ 16, "stat.nice" },        { 17, "stat.num_threads" },
		{ 35, "stat.exit_signal" }, { 49, "stat.exit_code" },
	};
	struct field m[STAT_WORDS], l[STAT_WORDS];
	int n = split_stat(model, m), k = split_stat(p->stat, l);

	for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++) {
		int w = compared[i].word;

		if (w >= n || w >= k || same_value(&m[w], &l[w]) ||
		    is_left_out(c, compared[i].name, strlen(compared[i].name)))
			continue;
		m[w].name = compared[i].name;
		m[w].name_len = strlen(compared[i].name);
		tell_field(d, p->tid, &m[w], &m[w], &l[w]);
		return false;
	}
	return true;
}

static bool children_agree(const struct person *p, const char *model,
			   struct difference *d)
{
	struct field name = { .name = "children", .name_len = 8 };
	struct field m = { .value = model, .len = strlen(model) };
	struct field l = { .value = p->children_text,
			   .len = strlen(p->children_text) };

	if (same_value(&m, &l))
		return true;
	tell_field(d, p->tid, &name, &m, &l);
	return false;
}

/* As much of a file of the model's as anybody can have. */
static const char *model_file(const struct comparison *c, pid_t tid,
			      const char *file, char *buf, size_t size)
{
	return kith_proc(c->model, tid, file, buf, size) < 0 ? "" : buf;
}

static bool views_agree(const struct comparison *c, const struct person *p,
			struct difference *d)
{
	char text[16384];

	return status_agrees(
		       c, p,
		       model_file(c, p->tid, "status", text, sizeof(text)),
		       d) &&
	       stat_agrees(c, p,
			   model_file(c, p->tid, "stat", text, sizeof(text)),
			   d) &&
	       children_agree(
		       p, model_file(c, p->tid, "children", text, sizeof(text)),
		       d);
}

static bool tell_presence(struct difference *d, pid_t tid, bool in_model)
{
	if (d)
		out(&d->what, "%d", (int)tid);
	return differ(d, "", in_model ? "is there" : "is not there",
		      in_model ? "is not there" : "is there");
}

static bool everybody_agrees(const struct comparison *c, struct difference *d)
{
	size_t both = 0;

	for (pid_t tid = kith_next(c->model, 0); tid;
	     tid = kith_next(c->model, tid)) {
		const struct person *p = watch_find(c->linux, tid);

		if (!p)
			return tell_presence(d, tid, true);
		both++;
		if (!views_agree(c, p, d))
			return false;
	}
	for (uint32_t i = 0; i < c->linux->count; i++) {
		const struct person *p = c->linux->person[i];
		struct kith_look look;

		if (p->life != ALIVE && p->life != ZOMBIE)
			continue;
		if (kith_look(c->model, p->tid, &look))
			return tell_presence(d, p->tid, false);
		both--;
	}
	return both == 0 || differ(d, "", "", "");
}

/* --- the whole ------------------------------------------------------------ */

bool compare(const struct comparison *c, struct difference *d)
{
	return all_results_agree(c, d) && ends_agree(c, d) &&
	       everybody_agrees(c, d);
}

bool compare_begin(struct comparison *c, struct difference *d)
{
	const struct person *init = watch_find(c->linux, 1);

	for (int i = 0; i < (int)(sizeof(places) / sizeof(places[0])); i++) {
		struct difference first = { 0 };
		bool same;

		same = views_agree(c, init, &first);
		if (!same && !strcmp(out_line(&first.what) + 2, places[i]))
			c->leave |= UINT32_C(1) << i;
		difference_free(&first);
		if (same)
			return true;
	}
	return views_agree(c, init, d);
}

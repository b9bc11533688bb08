#include <stdlib.h>
#include <string.h>

#include "sim/compose.h"
#include "sim/memory.h"
#include "sim/program.h"

/* What execve finds; the generator's other paths lead nowhere. */
static const char *const programs[] = { "/bin/true", "/sbin/daemon",
					"/opt/a-program-with-a-long-name",
					NULL };

/* --- lists ---------------------------------------------------------------- */

void program_free(struct program *p)
{
	free(p->deeds);
	memset(p, 0, sizeof(*p));
}

void program_clear(struct program *p)
{
	p->count = 0;
}

void program_add(struct program *p, const struct deed *deed)
{
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 64;
		p->deeds = must_grow(p->deeds, p->room * sizeof(*p->deeds));
	}
	p->deeds[p->count++] = *deed;
}

void program_copy(struct program *to, const struct program *from)
{
	program_clear(to);
	to->machine = from->machine;
	for (size_t i = 0; i < from->count; i++)
		program_add(to, &from->deeds[i]);
}

/* --- differences ---------------------------------------------------------- */

void difference_clear(struct difference *d)
{
	out_clear(&d->what);
	out_clear(&d->model);
	out_clear(&d->on_linux);
	out_clear(&d->trees);
}

bool same_kind(const struct difference *a, const struct difference *b)
{
	const char *one = out_line(&a->what), *other = out_line(&b->what);

	one += strspn(one, "0123456789 ");
	other += strspn(other, "0123456789 ");
	return !strcmp(one, other);
}

/* --- running -------------------------------------------------------------- */

static void say(struct difference *d, const char *what, const char *why)
{
	difference_clear(d);
	out(&d->what, "%s", what);
	out(&d->on_linux, "%s", why);
}

static void *begin(struct rig *rig, const struct program *p,
		   struct difference *d)
{
	char why[300] = "";
	void *self = rig->engine->begin(&p->machine, programs, rig->cpu, why,
					sizeof(why));

	if (!self)
		say(d, "it cannot begin", why);
	else if (rig->hurry && rig->engine->hurry)
		rig->engine->hurry(self);
	return self;
}

/* Who is there now that was not there then; 0 if that is nobody. */
static pid_t newcomer(struct kith_machine *m, const pid_t *then, unsigned n)
{
	unsigned i = 0;

	for (pid_t tid = kith_next(m, 0); tid; tid = kith_next(m, tid)) {
		while (i < n && then[i] < tid)
			i++;
		if (i == n || then[i] != tid)
			return tid;
	}
	return 0;
}

static enum pair_result do_deed(struct rig *rig, void *self,
				const struct program *p, struct deed *deed,
				struct difference *d)
{
	struct kith_machine *m = rig->engine->model(self);
	enum pair_result result;
	pid_t then[KITH_MOST_SEEN];
	unsigned n = 0;

	for (pid_t tid = 0; n < KITH_MOST_SEEN && (tid = kith_next(m, tid));)
		then[n++] = tid;
	if (rig->about_to)
		rig->about_to(rig->ctx, p, deed);
	result = rig->engine->call(self, deed->tid, &deed->call, d);
	rig->calls += result != PAIR_REFUSED;
	deed->born = result == PAIR_SAME ? newcomer(m, then, n) : 0;
	return result;
}

static bool is_stopped(const struct rig *rig)
{
	return rig->stopped && rig->stopped(rig->ctx);
}

/* What a call that ended the program makes of it. */
static enum ending end(struct rig *rig, void *self, enum pair_result result,
		       struct difference *d)
{
	if (result == PAIR_DIFFER)
		return ENDED_DIFFERENTLY;
	if (result != PAIR_LOST)
		return ENDED_WELL;
	say(d, "Linux is lost", rig->engine->why(self));
	if (rig->engine->is_disturbed && rig->engine->is_disturbed(self))
		return ENDED_LACKING;
	return ENDED_LOST;
}

enum ending program_run(struct rig *rig, struct program *p,
			struct difference *d)
{
	enum pair_result result = PAIR_SAME;
	void *self = begin(rig, p, d);
	enum ending ending;
	size_t count = p->count, kept = 0;

	if (!self)
		return ENDED_LACKING;
	for (size_t i = 0; i < count; i++) {
		struct deed deed = p->deeds[i];

		if (is_stopped(rig)) { /* the rest is kept as it is */
			memmove(p->deeds + kept, p->deeds + i,
				(count - i) * sizeof(*p->deeds));
			kept += count - i;
			break;
		}
		p->count = kept;
		result = do_deed(rig, self, p, &deed, d);
		if (result == PAIR_REFUSED)
			continue;
		p->deeds[kept++] = deed;
		if (result != PAIR_SAME)
			break;
	}
	p->count = kept;
	ending = end(rig, self, result, d);
	rig->engine->end(self);
	return ending;
}

/* --- drawing -------------------------------------------------------------- */

/* Mostly the plainest of machines. */
static void draw_machine(struct kith_tape *t, bool any, struct kith_config *c)
{
	memset(c, 0, sizeof(*c));
	if (kith_seldom(t, 8))
		c->pid_max = (pid_t)(301 + kith_draw(t, 20));
	if (!any)
		return;
	c->micro = kith_seldom(t, 4);
	c->seed = kith_draw(t, 4);
	c->dump_core = kith_seldom(t, 4);
	c->memory = 256 << 20;
}

enum ending program_draw(struct rig *rig, const struct habits *habits,
			 struct kith_tape *tape, struct program *p,
			 struct difference *d)
{
	enum pair_result result = PAIR_SAME;
	struct kith_generator g = { .programs = programs };
	struct deed deed = { 0 };
	enum ending ending;
	void *self;

	program_clear(p);
	draw_machine(tape, habits->any_machine, &p->machine);
	memcpy(g.weight, habits->weight, sizeof(g.weight));
	kith_draw_habits(&g, tape);
	g.most = kith_seldom(tape, 8) ? 40 : 12;
	self = begin(rig, p, d);
	if (!self)
		return ENDED_LACKING;
	g.machine = rig->engine->model(self);
	for (unsigned i = 0; kith_more(tape, i < habits->steps); i++) {
		if (is_stopped(rig))
			break;
		if (!kith_generate(&g, tape, &deed.tid, &deed.call)) {
			if (!g.nr_idle)
				break; /* all are asleep, for ever */
			continue;
		}
		result = do_deed(rig, self, p, &deed, d);
		if (result != PAIR_REFUSED)
			program_add(p, &deed);
		if (result != PAIR_SAME && result != PAIR_REFUSED)
			break;
	}
	ending = end(rig, self, result, d);
	rig->engine->end(self);
	return ending;
}

/* --- writing -------------------------------------------------------------- */

static void write_machine(struct out *o, const struct kith_config *c)
{
	const struct kith_config plain = { .memory = c->memory };

	if (!memcmp(c, &plain, sizeof(plain)))
		return;
	out_text(o, "# machine:");
	if (c->pid_max)
		out(o, " pid_max=%d", (int)c->pid_max);
	if (c->seed)
		out(o, " seed=%llu", (unsigned long long)c->seed);
	if (c->micro)
		out_text(o, " micro");
	if (c->dump_core)
		out_text(o, " dump_core");
	out_text(o, "\n");
}

void program_write(struct out *o, const struct program *p)
{
	struct out line = { 0 };

	write_machine(o, &p->machine);
	for (size_t i = 0; i < p->count; i++) {
		const struct deed *deed = &p->deeds[i];

		out_clear(&line);
		compose(&line, deed->tid, &deed->call);
		if (deed->born && kith_row((int)deed->call.nr)->births) {
			out_pad(&line, 39);
			out(&line, " /* %d */", (int)deed->born);
		}
		out(o, "%s\n", out_line(&line));
	}
	out_free(&line);
}

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine.h"
#include "sim/memory.h"

/* --- the model alone ------------------------------------------------------ */

struct alone {
	struct kith_machine *model;
	struct kith_observer observer;
	bool halted;
};

static void hear(struct kith_observer *o, const struct kith_event *e)
{
	struct alone *a =
		(struct alone *)((char *)o - offsetof(struct alone, observer));

	a->halted |= e->type == KITH_EV_HALT;
}

static void *begin(const struct kith_config *config,
		   const char *const *programs, int cpu, char *why, size_t size)
{
	struct alone *a = must_alloc(sizeof(*a));

	(void)programs;
	(void)cpu;
	a->model = kith_new(config);
	if (!a->model) {
		snprintf(why, size, "no machine: %s", strerror(errno));
		free(a);
		return NULL;
	}
	a->observer.event = hear;
	kith_watch(a->model, &a->observer);
	return a;
}

static void end(void *self)
{
	struct alone *a = self;

	kith_free(a->model);
	free(a);
}

static enum pair_result differs(struct difference *d, const char *what,
				const char *model, const char *other)
{
	out_text(&d->what, what);
	out_text(&d->model, model);
	out_text(&d->on_linux, other);
	return PAIR_DIFFER;
}

static enum pair_result hashes_differ(struct difference *d, const char *what,
				      uint64_t first, uint64_t second)
{
	char a[32], b[32];

	snprintf(a, sizeof(a), "%#llx", (unsigned long long)first);
	snprintf(b, sizeof(b), "%#llx", (unsigned long long)second);
	return differs(d, what, a, b);
}

/* As if it had never been made, and then once more. */
static enum pair_result again(struct alone *a, pid_t tid,
			      const struct kith_call *call,
			      const struct kith_snapshot *before, uint64_t hash,
			      struct difference *d)
{
	uint64_t after = kith_hash(a->model);

	if (kith_restore(a->model, before))
		return differs(d, "kith_restore", "0", "an error");
	if (kith_hash(a->model) != hash)
		return hashes_differ(d, "the machine, restored", hash,
				     kith_hash(a->model));
	if (kith_call(a->model, tid, call))
		return differs(d, "the call, made again", "0", "an error");
	kith_run(a->model);
	if (kith_hash(a->model) != after)
		return hashes_differ(d, "what the call came to", after,
				     kith_hash(a->model));
	return PAIR_SAME;
}

static enum pair_result make(struct alone *a, pid_t tid,
			     const struct kith_call *call,
			     const struct kith_snapshot *before,
			     struct difference *d)
{
	uint64_t hash = kith_hash(a->model);
	enum pair_result result;
	char why[200];

	if (kith_call(a->model, tid, call))
		return PAIR_REFUSED;
	kith_run(a->model);
	if (!kith_check(a->model, why, sizeof(why)))
		return differs(d, "kith_check", why, "that all fits together");
	result = again(a, tid, call, before, hash, d);
	return result == PAIR_SAME && a->halted ? PAIR_HALTED : result;
}

static enum pair_result call(void *self, pid_t tid,
			     const struct kith_call *made, struct difference *d)
{
	struct alone *a = self;
	struct kith_snapshot *before = kith_save(a->model);
	enum pair_result result;

	if (!before)
		out_of_memory();
	result = make(a, tid, made, before, d);
	kith_snapshot_free(before);
	return result;
}

static struct kith_machine *model(void *self)
{
	return ((struct alone *)self)->model;
}

static const char *why(const void *self)
{
	(void)self;
	return "";
}

const struct engine engine_alone = {
	.one = "the model",
	.other = "as it should be",
	.begin = begin,
	.end = end,
	.call = call,
	.model = model,
	.why = why,
};

#include <stdlib.h>
#include <string.h>

#include "sim/shrink.h"

struct shrinker {
	struct smaller *smaller;
	struct program *best, draft;
};

/* The draft is as good as the best, and then it is the best. */
static bool try(struct shrinker *s)
{
	struct program old;

	if (!s->smaller->patience)
		return false;
	s->smaller->patience--;
	if (!s->smaller->fails(s->smaller->ctx, &s->draft))
		return false;
	old = *s->best;
	*s->best = s->draft;
	s->draft = old;
	return true;
}

/* --- lines ---------------------------------------------------------------- */

static void draft_without(struct shrinker *s, size_t from, size_t to)
{
	program_clear(&s->draft);
	s->draft.machine = s->best->machine;
	for (size_t i = 0; i < s->best->count; i++)
		if (i < from || i >= to)
			program_add(&s->draft, &s->best->deeds[i]);
}

/* So many lines at a time, from the end on. */
static bool drop_lines(struct shrinker *s, size_t n)
{
	bool better = false;

	for (size_t end = s->best->count; end > 0 && s->smaller->patience;) {
		size_t from = end > n ? end - n : 0;

		draft_without(s, from, end);
		better |= try(s);
		end = from < s->best->count ? from : s->best->count;
	}
	return better;
}

/* --- people --------------------------------------------------------------- */

static bool is_number(const struct kith_arg *arg)
{
	enum kith_what what = kith_kind(arg->kind)->what;

	return what == KITH_A_PID ||
	       (what == KITH_A_INT && !strcmp(arg->hint, "pid"));
}

/* One number the less, if that of the unborn is before it. */
static int64_t renumber(int64_t nr, pid_t unborn)
{
	if (nr > unborn)
		return nr - 1;
	return nr < -unborn && nr > INT32_MIN ? nr + 1 : nr;
}

static void renumber_set_tid(struct kith_clone_args *a, pid_t unborn)
{
	for (unsigned i = 0; i < a->set_tid_size && i < 4; i++)
		a->set_tid_numbers[i] =
			(int32_t)renumber(a->set_tid_numbers[i], unborn);
}

/* False: it is about the unborn. */
static bool renumber_deed(struct deed *deed, pid_t unborn)
{
	struct kith_call *call = &deed->call;
	const struct kith_form *form = kith_form_of(call);

	if (deed->tid == unborn)
		return false;
	deed->tid = (pid_t)renumber(deed->tid, unborn);
	for (const struct kith_arg *a = form->args + 1; a->kind; a++) {
		int64_t nr = (int64_t)call->arg[a->slot];

		if (kith_kind(a->kind)->what == KITH_A_CLONE_ARGS)
			renumber_set_tid(&call->in.clone, unborn);
		if (!is_number(a))
			continue;
		if (nr == unborn || nr == -unborn)
			return false;
		call->arg[a->slot] = (uint64_t)renumber(nr, unborn);
	}
	return true;
}

void program_unbear(struct program *to, const struct program *from, size_t i)
{
	pid_t unborn = from->deeds[i].born;

	program_clear(to);
	to->machine = from->machine;
	for (size_t j = 0; j < from->count; j++) {
		struct deed deed = from->deeds[j];

		if (j < i || (j > i && renumber_deed(&deed, unborn)))
			program_add(to, &deed);
	}
}

static bool drop_people(struct shrinker *s)
{
	bool better = false;

	for (size_t i = s->best->count; i-- > 0 && s->smaller->patience;) {
		if (i >= s->best->count || !s->best->deeds[i].born)
			continue;
		program_unbear(&s->draft, s->best, i);
		better |= try(s);
	}
	return better;
}

/* --- arguments ------------------------------------------------------------ */

/* A number within deed i: an argument, or a field of what is behind it. */
static uint64_t *number_in(struct program *p, size_t i, size_t offset)
{
	return (uint64_t *)(void *)((char *)&p->deeds[i] + offset);
}

/* The best with another number there. */
static bool try_number(struct shrinker *s, size_t i, size_t offset,
		       uint64_t number)
{
	if (i >= s->best->count || *number_in(s->best, i, offset) == number)
		return false;
	program_copy(&s->draft, s->best);
	*number_in(&s->draft, i, offset) = number;
	return try(s);
}

static bool zero(struct shrinker *s, size_t i, size_t offset)
{
	return try_number(s, i, offset, 0);
}

/* Each bit that can go goes. */
static bool fewer_bits(struct shrinker *s, size_t i, size_t offset)
{
	bool better = false;

	for (int bit = 63; bit >= 0 && i < s->best->count; bit--) {
		uint64_t bits = *number_in(s->best, i, offset);

		better |=
			try_number(s, i, offset, bits & ~(UINT64_C(1) << bit));
	}
	return better;
}

#define IN(member) offsetof(struct deed, call.in.member)

/* Each is tried, whatever came of those before. */
static bool simpler_clone(struct shrinker *s, size_t i)
{
	bool better = fewer_bits(s, i, IN(clone.flags));

	better |= zero(s, i, IN(clone.stack));
	better |= zero(s, i, IN(clone.stack_size));
	better |= zero(s, i, IN(clone.parent_tid));
	better |= zero(s, i, IN(clone.set_tid));
	better |= zero(s, i, IN(clone.set_tid_size));
	return better;
}

static bool simpler_action(struct shrinker *s, size_t i)
{
	bool better = fewer_bits(s, i, IN(action.flags));

	better |= zero(s, i, IN(action.mask));
	better |= zero(s, i, IN(action.handler));
	return better;
}

static bool simpler_spend(struct shrinker *s, size_t i)
{
	bool better = zero(s, i, IN(spend.utime));

	better |= zero(s, i, IN(spend.stime));
	better |= zero(s, i, IN(spend.pages));
	return better;
}

static bool simpler_arg(struct shrinker *s, size_t i,
			const struct kith_arg *arg)
{
	size_t offset = offsetof(struct deed, call.arg) +
			(size_t)arg->slot * sizeof(uint64_t);
	uint64_t was = s->best->deeds[i].call.arg[arg->slot];

	if (arg->otherwise != KITH_REQUIRED && was != arg->otherwise)
		return try_number(s, i, offset, arg->otherwise);
	switch (kith_kind(arg->kind)->what) {
	case KITH_A_FLAGS:
	case KITH_A_CLONE:
		return fewer_bits(s, i, offset);
	case KITH_A_INT:
	case KITH_A_SIZE:
		return arg->otherwise == KITH_REQUIRED && zero(s, i, offset);
	case KITH_A_CLONE_ARGS:
		return was == KITH_HERE && simpler_clone(s, i);
	case KITH_A_ACTION:
		return was == KITH_HERE && simpler_action(s, i);
	case KITH_A_SPEND:
		return was == KITH_HERE && simpler_spend(s, i);
	default:
		return false;
	}
}

static bool simpler_args(struct shrinker *s)
{
	bool better = false;

	for (size_t i = s->best->count; i-- > 0 && s->smaller->patience;) {
		const struct kith_arg *arg;

		if (i >= s->best->count)
			continue;
		arg = kith_form_of(&s->best->deeds[i].call)->args + 1;
		for (; arg->kind && i < s->best->count; arg++)
			better |= simpler_arg(s, i, arg);
	}
	return better;
}

/* The plainest machine that will do. */
static bool simpler_machine(struct shrinker *s)
{
	const struct kith_config plain = { .memory = s->best->machine.memory };

	if (!memcmp(&plain, &s->best->machine, sizeof(plain)))
		return false;
	program_copy(&s->draft, s->best);
	s->draft.machine = plain;
	return try(s);
}

void program_shrink(struct smaller *smaller, struct program *p)
{
	struct shrinker s = { .smaller = smaller, .best = p };
	bool better = true;

	while (better && smaller->patience) {
		size_t n = 1;

		better = false;
		while (2 * n <= p->count)
			n *= 2;
		for (; n > 0; n /= 2)
			better |= drop_lines(&s, n);
		better |= drop_people(&s);
		better |= simpler_machine(&s);
		better |= simpler_args(&s);
	}
	program_free(&s.draft);
}

/*
 * Tapes of choices, properties, and shrinking: see <kith/property.h>.
 *
 * Nothing here knows what the choices are for.
 */
#ifndef KITH_TAPE_H
#define KITH_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- chance --------------------------------------------------------------- */

/* All zero is an empty one.  To be freed. */
struct kith_tape {
	uint32_t *choice; /* what was drawn, in order, */
	size_t length;    /* and how much */
	size_t *span;     /* where each round of kith_more() began */
	size_t spans;
	bool broken; /* memory ran out; all that was drawn since then is 0 */

	/* Its own. */
	size_t room, span_room;
	const uint32_t *given; /* to be drawn again */
	size_t nr_given;
	bool random;
	uint64_t state;
};

/* From here on, choices by this seed. */
static inline void kith_tape_random(struct kith_tape *t, uint64_t seed)
{
	t->length = t->spans = t->nr_given = 0;
	t->broken = false;
	t->random = true;
	t->state = seed;
}

/*
 * From here on, these choices; when they are used up, 0.  They are not copied,
 * and must not be this tape's own.
 */
static inline void kith_tape_given(struct kith_tape *t, const uint32_t *choice,
				   size_t n)
{
	t->length = t->spans = 0;
	t->broken = t->random = false;
	t->given = choice;
	t->nr_given = n;
}

static inline void kith_tape_free(struct kith_tape *t)
{
	free(t->choice);
	free(t->span);
	memset(t, 0, sizeof(*t));
}

/* Room for one more of size bytes; false: there is none. */
static inline bool kith_tape_grow(void **list, size_t *room, size_t used,
				  size_t size)
{
	size_t more = *room ? 2 * *room : 256;
	void *grown;

	if (used < *room)
		return true;
	grown = realloc(*list, more * size);
	if (!grown)
		return false;
	*list = grown;
	*room = more;
	return true;
}

/* Splitmix64: Steele, Lea and Flood, 2014. */
static inline uint32_t kith_tape_roll(struct kith_tape *t)
{
	uint64_t z = (t->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

/* What is drawn is noted, as it was drawn. */
static inline uint32_t kith_tape_note(struct kith_tape *t, uint32_t choice)
{
	void *list = t->choice;

	if (t->broken ||
	    !kith_tape_grow(&list, &t->room, t->length, sizeof(*t->choice))) {
		t->broken = true;
		return 0;
	}
	t->choice = (uint32_t *)list;
	t->choice[t->length++] = choice;
	return choice;
}

/* 0 to n - 1; 0 if n is 0. */
static inline uint32_t kith_draw(struct kith_tape *t, uint32_t n)
{
	uint32_t choice = 0;

	if (t->random)
		choice = (uint32_t)((uint64_t)kith_tape_roll(t) * n >> 32);
	else if (t->length < t->nr_given)
		choice = t->given[t->length];
	if (choice >= n)
		choice = n ? n - 1 : 0;
	return kith_tape_note(t, choice);
}

/* True once in n times; false is the simpler. */
static inline bool kith_seldom(struct kith_tape *t, uint32_t n)
{
	return n && kith_draw(t, n) == n - 1;
}

/*
 * Another round?  By seed there is one as long as go_on says so, so that this
 * sets the length of a program; a smaller tape may say no earlier.
 */
static inline bool kith_more(struct kith_tape *t, bool go_on)
{
	void *list = t->span;
	uint32_t more = go_on;

	if (kith_tape_grow(&list, &t->span_room, t->spans, sizeof(*t->span))) {
		t->span = (size_t *)list;
		t->span[t->spans++] = t->length;
	}
	if (!t->random)
		more = more && t->length < t->nr_given && t->given[t->length];
	return kith_tape_note(t, more) != 0;
}

/* --- properties ----------------------------------------------------------- */

struct kith_property {
	/* Draws, does, and says whether it holds. */
	bool (*holds)(void *ctx, struct kith_tape *tape);
	void *ctx;
	/* How often holds() is called at most while shrinking; 0: 20,000. */
	unsigned patience;
};

/* Once more, with the choices of a tape: as holds() says. */
static inline bool kith_replay(const struct kith_property *p,
			       const struct kith_tape *tape)
{
	struct kith_tape again;
	bool held;

	memset(&again, 0, sizeof(again));
	kith_tape_given(&again, tape->choice, tape->length);
	held = p->holds(p->ctx, &again);
	kith_tape_free(&again);
	return held;
}

struct kith_shrinker {
	const struct kith_property *property;
	struct kith_tape *best; /* that failed */
	struct kith_tape tried;
	uint32_t *draft; /* to be tried */
	size_t drafted;
	unsigned patience;
};

/* The shorter one is simpler; of two that are as long, the lower one. */
static inline bool kith_tape_is_simpler(const struct kith_tape *a,
					const struct kith_tape *b)
{
	if (a->length != b->length)
		return a->length < b->length;
	for (size_t i = 0; i < a->length; i++)
		if (a->choice[i] != b->choice[i])
			return a->choice[i] < b->choice[i];
	return false;
}

/* The draft fails too, and is simpler: then it is the best. */
static inline bool kith_shrink_try(struct kith_shrinker *s)
{
	struct kith_tape old;

	if (!s->patience)
		return false;
	s->patience--;
	kith_tape_given(&s->tried, s->draft, s->drafted);
	if (s->property->holds(s->property->ctx, &s->tried) ||
	    s->tried.broken || !kith_tape_is_simpler(&s->tried, s->best))
		return false;
	old = *s->best;
	*s->best = s->tried;
	s->tried = old;
	return true;
}

/* The best without what lies between two places; false: there is no room. */
static inline bool kith_shrink_draft(struct kith_shrinker *s, size_t from,
				     size_t to)
{
	const struct kith_tape *b = s->best;
	void *list = realloc(s->draft, (b->length + 1) * sizeof(*s->draft));

	if (!list)
		return false;
	s->draft = (uint32_t *)list;
	memcpy(s->draft, b->choice, from * sizeof(*s->draft));
	memcpy(s->draft + from, b->choice + to,
	       (b->length - to) * sizeof(*s->draft));
	s->drafted = b->length - (to - from);
	return true;
}

/* Where the i-th round begins; behind the last one, where the tape ends. */
static inline size_t kith_tape_span(const struct kith_tape *t, size_t i)
{
	return i < t->spans ? t->span[i] : t->length;
}

/* Leave out so many rounds at once, wherever that is possible. */
static inline bool kith_shrink_rounds(struct kith_shrinker *s, size_t n)
{
	bool better = false;

	for (size_t i = s->best->spans; i-- > 0 && s->patience;) {
		size_t from, to;

		if (i >= s->best->spans)
			continue; /* more than one has gone */
		from = kith_tape_span(s->best, i);
		to = kith_tape_span(s->best, i + n);
		if (from < to && kith_shrink_draft(s, from, to))
			better |= kith_shrink_try(s);
	}
	return better;
}

static inline bool kith_shrink_to(struct kith_shrinker *s, size_t i,
				  uint32_t choice)
{
	if (i >= s->best->length || choice >= s->best->choice[i] ||
	    !kith_shrink_draft(s, 0, 0))
		return false;
	s->draft[i] = choice;
	return kith_shrink_try(s);
}

/* One choice as low as it goes: 0, or by halves. */
static inline bool kith_shrink_choice(struct kith_shrinker *s, size_t i)
{
	uint32_t low = 0; /* and this does not fail */
	bool better = false;

	if (i >= s->best->length || !s->best->choice[i])
		return false;
	if (kith_shrink_to(s, i, 0))
		return true;
	while (s->patience && i < s->best->length &&
	       s->best->choice[i] - low > 1 && s->best->choice[i] > low) {
		uint32_t middle = low + (s->best->choice[i] - low) / 2;

		if (kith_shrink_to(s, i, middle))
			better = true;
		else
			low = middle;
	}
	return better;
}

/*
 * The tape fails; make it as simple as can be found.  It ends, because each step
 * makes it simpler, and there are only so many tapes below one; and because
 * patience ends.
 */
static inline void kith_shrink(const struct kith_property *p,
			       struct kith_tape *tape)
{
	struct kith_shrinker s;
	bool better;

	memset(&s, 0, sizeof(s));
	s.property = p;
	s.best = tape;
	s.patience = p->patience ? p->patience : 20000;
	do {
		size_t n = 1;

		better = false;
		while (2 * n <= s.best->spans)
			n *= 2;
		for (; n > 0; n /= 2)
			better |= kith_shrink_rounds(&s, n);
		for (size_t i = s.best->length; i-- > 0;)
			better |= kith_shrink_choice(&s, i);
	} while (better && s.patience);
	kith_tape_free(&s.tried);
	free(s.draft);
}

/*
 * Look for a failure, with so many programs by this seed and those that follow.
 * True: it held in all of them.  False: *found is the simplest failure.
 */
static inline bool kith_try(const struct kith_property *p, uint64_t seed,
			    unsigned programs, struct kith_tape *found)
{
	for (unsigned i = 0; i < programs; i++) {
		kith_tape_random(found, seed + i);
		if (!p->holds(p->ctx, found) && !found->broken) {
			kith_shrink(p, found);
			return false;
		}
	}
	return true;
}

#ifdef __cplusplus
}
#endif
#endif

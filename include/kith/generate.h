/*
 * Calls at random, for a machine as it is: see <kith/property.h>.
 *
 *	        who is there, by whom, of which family
 *	machine ------------------------------------> a row of calls.def
 *	                                                     | a form of it
 *	   kith_call() <---- kith_unmodelled()? wise? <---- its arguments,
 *	                            | no: again              each by its kind
 *
 * No call is known by its name.  What is said of one in general stands in the
 * table: whether it may sleep, whether somebody is born of it, whether it ends
 * its caller.
 */
#ifndef KITH_GENERATE_H
#define KITH_GENERATE_H

#include <kith/kith.h>
#include <kith/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the table of calls, as data ------------------------------------------ */

enum kith_family {
#define FAMILY(name, weight) KITH_FAMILY_##name,
#include <kith/calls.def>
	KITH_NR_FAMILIES
};

/* What kinds.def says of a kind. */
enum kith_what {
	KITH_A_NOTHING,
	KITH_A_INT,
	KITH_A_PID,
	KITH_A_SIGNAL,
	KITH_A_FD,
	KITH_A_SIZE,
	KITH_A_ADDRESS,
	KITH_A_FLAGS,
	KITH_A_ENUM,
	KITH_A_CLONE,
	KITH_A_TEXT,
	KITH_A_TEXTS,
	KITH_A_ACTION,
	KITH_A_CLONE_ARGS,
	KITH_A_SPEND,
	KITH_A_OUT
};

struct kith_kind {
	enum kith_what what;
	const char *set;
};

enum kith_kind_nr {
	KITH_KIND_NONE, /* ends a list */
#define KIND(NAME, what, set) KITH_KIND_##NAME,
#include <kith/kinds.def>
	KITH_NR_KINDS
};

static inline const struct kith_kind *kith_kind(int kind)
{
	static const struct kith_kind table[] = {
		{ KITH_A_NOTHING, "" },
#define KIND(NAME, what, set) { KITH_A_##what, #set },
#include <kith/kinds.def>
	};

	return &table[kind];
}

#define KITH_REQUIRED (UINT64_MAX - 1) /* in place of a default */

struct kith_arg {
	int kind; /* enum kith_kind_nr; NONE behind the last */
	int slot;
	uint64_t otherwise; /* or KITH_REQUIRED */
	const char *hint;   /* "any" if there is none */
};

struct kith_form {
	int nr;   /* enum kith_call_nr */
	int slot; /* which argument decides on the form; -1: there is one */
	uint64_t key;
	bool is_keyed;           /* false: this is the form for any other key */
	struct kith_arg args[8]; /* from 1 */
};

static inline const struct kith_form *kith_forms(unsigned *n)
{
#pragma push_macro("REQ")
#undef REQ
#define REQ KITH_REQUIRED
#define KITH_ARG(kind, slot, label, otherwise, hint, ...) \
	{ \
		KITH_KIND_##kind, slot, (uint64_t)(otherwise), #hint \
	}
#define ARG(...) KITH_ARG(__VA_ARGS__, any, ~)
	static const struct kith_form table[] = {
#define FORM(NAME, slot, key, ...) \
	{ KITH_##NAME, \
	  slot, \
	  (uint64_t)(key), \
	  (slot) >= 0, \
	  { { KITH_KIND_NONE, 0, 0, "" }, __VA_ARGS__ } },
#include <kith/calls.def>
	};
#undef KITH_ARG
#pragma pop_macro("REQ")

	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

struct kith_row {
	int family;
	bool sleeps; /* may wait for others */
	bool births, ends;
};

static inline const struct kith_row *kith_row(int nr)
{
	enum { KITH_R_NONE, KITH_R_NOINTR, KITH_R_SYS };
	enum {
		KITH_R_PID,
		KITH_R_CHILD,
		KITH_R_INT,
		KITH_R_FDFLAGS,
		KITH_R_TICKS,
		KITH_R_NEVER
	};
	static const struct kith_row rows[] = {
#define CALL(name, NAME, restart, result, family, number) \
	{ KITH_FAMILY_##family, KITH_R_##restart == KITH_R_SYS, \
	  KITH_R_##result == KITH_R_CHILD, KITH_R_##result == KITH_R_NEVER },
#include <kith/calls.def>
	};

	return &rows[nr];
}
/* Numbers of values.def in this set: how many, and the i-th of them. */
struct kith_named {
	const char *set;
	uint64_t number;
};

static inline const struct kith_named *kith_named(unsigned *n)
{
	static const struct kith_named named[] = {
#define VALUE(set, NAME, number) { #set, (uint64_t)(number) },
#define FLAG(set, NAME, number)  { #set, (uint64_t)(number) },
#include <kith/values.def>
	};

	*n = sizeof(named) / sizeof(named[0]);
	return named;
}

static inline const struct kith_named *kith_usual(unsigned *n)
{
	static const struct kith_named usual[] = {
#define USUAL(hint, number) { #hint, (uint64_t)(number) },
#include <kith/usual.def>
	};

	*n = sizeof(usual) / sizeof(usual[0]);
	return usual;
}

struct kith_usual_text {
	const char *set, *text;
};

static inline const struct kith_usual_text *kith_usual_text(unsigned *n)
{
	static const struct kith_usual_text texts[] = {
#define TEXT(hint, text) { #hint, text },
#include <kith/usual.def>
	};

	*n = sizeof(texts) / sizeof(texts[0]);
	return texts;
}

/* One of a set, into *number; false: the set is empty. */
static inline bool kith_draw_of(struct kith_tape *t,
				const struct kith_named *list, unsigned n,
				const char *set, uint64_t *number)
{
	unsigned first = 0, count = 0;

	for (unsigned i = n; i-- > 0;)
		if (!strcmp(list[i].set, set)) {
			first = i;
			count++;
		}
	if (!count)
		return false;
	count = kith_draw(t, count);
	for (unsigned i = first;; i++)
		if (!strcmp(list[i].set, set) && !count--) {
			*number = list[i].number;
			return true;
		}
}

static inline bool kith_draw_usual(struct kith_tape *t, const char *hint,
				   uint64_t *number)
{
	unsigned n;
	const struct kith_named *usual = kith_usual(&n);

	return kith_draw_of(t, usual, n, hint, number);
}

static inline bool kith_draw_named(struct kith_tape *t, const char *set,
				   uint64_t *number)
{
	unsigned n;
	const struct kith_named *named = kith_named(&n);

	return kith_draw_of(t, named, n, set, number);
}

/* --- the generator -------------------------------------------------------- */

#define KITH_MOST_SEEN  128
#define KITH_MOST_FORMS 512

/* Somebody in the machine, as far as the generator looks. */
struct kith_seen {
	pid_t tid, tgid, parent_thread, pgid;
	bool idle, zombie;
};

/*
 * Draws calls for a machine.  All zero but for the machine is a good one to
 * begin with.
 */
struct kith_generator {
	struct kith_machine *machine;
	/* Of each family, so many; all zero: as calls.def has it. */
	unsigned weight[KITH_NR_FAMILIES];
	/* And of each form, times so many, if it has such habits at all. */
	uint8_t times[KITH_MOST_FORMS];
	bool has_habits;
	unsigned most; /* alive at once, about; 0: 12 */
	pid_t yours;   /* a process that makes no calls but yours; 0: none */
	/*
	 * Paths that can be executed, NULL at the end.  NULL: "/bin/true".  They
	 * must live as long as the calls.
	 */
	const char *const *programs;

	/* What it saw when it last looked. */
	struct kith_seen seen[KITH_MOST_SEEN];
	unsigned nr_seen, nr_idle;
	const struct kith_seen *by; /* who makes the call */
};

/* See who is there.  Returns how many could make a call. */
static inline unsigned kith_look_around(struct kith_generator *g)
{
	struct kith_look l;

	g->nr_seen = g->nr_idle = 0;
	for (pid_t tid = kith_next(g->machine, 0);
	     tid && g->nr_seen < KITH_MOST_SEEN;
	     tid = kith_next(g->machine, tid)) {
		struct kith_seen *s = &g->seen[g->nr_seen];

		if (kith_look(g->machine, tid, &l))
			continue;
		s->tid = l.tid;
		s->tgid = l.tgid;
		s->parent_thread = l.parent_thread;
		s->pgid = l.pgid;
		s->idle = l.state == KITH_IDLE && l.tgid != g->yours;
		s->zombie = l.state == KITH_ZOMBIE;
		g->nr_idle += s->idle;
		g->nr_seen++;
	}
	return g->nr_idle;
}

/* Of those seen, one: a child of the caller's process, or anybody. */
static inline const struct kith_seen *kith_draw_seen(struct kith_generator *g,
						     struct kith_tape *t,
						     bool child)
{
	const struct kith_seen *found = g->by;
	unsigned n = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass && !n)
			break;
		n = pass ? kith_draw(t, n) + 1 : 0;
		for (unsigned i = 0; i < g->nr_seen; i++) {
			const struct kith_seen *s = &g->seen[i];

			if (child && (s->tid != s->tgid ||
				      s->parent_thread != g->by->tid))
				continue;
			if (!pass)
				n++;
			else if (!--n)
				found = s;
		}
	}
	return found;
}

/* A number that nobody has, or had last. */
static inline int64_t kith_draw_free(struct kith_generator *g,
				     struct kith_tape *t)
{
	pid_t last = g->nr_seen ? g->seen[g->nr_seen - 1].tid : 1;
	pid_t nr = (pid_t)(1 + kith_draw(t, (uint32_t)last + 4));

	for (unsigned i = 0; i < g->nr_seen; i++)
		nr += g->seen[i].tid == nr;
	return nr;
}

static inline int64_t kith_draw_edge(struct kith_tape *t)
{
	static const int64_t edges[] = { 1,         -1,        300,
					 4194303,   4194304,   INT32_MAX,
					 INT32_MIN, -INT32_MAX };

	return edges[kith_draw(t, sizeof(edges) / sizeof(edges[0]))];
}

enum kith_whom {
	KITH_ANY_CHILD, /* -1 */
	KITH_A_CHILD,
	KITH_A_PROCESS,
	KITH_A_THREAD,
	KITH_MYSELF,
	KITH_MY_GROUP, /* 0 */
	KITH_A_GROUP,  /* -n */
	KITH_NOBODY,
	KITH_AN_EDGE,
	KITH_NR_WHOM
};

/* Which of these, by how likely each is: in 32 draws. */
static inline enum kith_whom kith_draw_whom(struct kith_tape *t,
					    const char *hint)
{
	static const uint8_t odds[3][KITH_NR_WHOM] = {
		{ 10, 10, 3, 1, 1, 2, 3, 1, 1 },
		{ 1, 9, 10, 5, 2, 1, 2, 1, 1 }, /* one */
		{ 1, 14, 6, 2, 1, 2, 1, 3, 2 }
	}; /* id */
	const uint8_t *of = odds[!strcmp(hint, "one")  ? 1
				 : !strcmp(hint, "id") ? 2
						       : 0];
	uint32_t n = kith_draw(t, 32);
	int whom = 0;

	while (n >= of[whom])
		n -= of[whom++];
	return (enum kith_whom)whom;
}

static inline int64_t kith_draw_pid(struct kith_generator *g,
				    struct kith_tape *t, const char *hint)
{
	switch (kith_draw_whom(t, hint)) {
	case KITH_ANY_CHILD:
		return -1;
	case KITH_A_CHILD:
		return kith_draw_seen(g, t, true)->tid;
	case KITH_A_PROCESS:
		return kith_draw_seen(g, t, false)->tgid;
	case KITH_A_THREAD:
		return kith_draw_seen(g, t, false)->tid;
	case KITH_MYSELF:
		return g->by->tgid;
	case KITH_MY_GROUP:
		return 0;
	case KITH_A_GROUP:
		return kith_seldom(t, 4)   ? -kith_draw_free(g, t)
		       : kith_seldom(t, 2) ? -kith_draw_seen(g, t, false)->tid
					   : -kith_draw_seen(g, t, false)->pgid;
	case KITH_NOBODY:
		return kith_draw_free(g, t);
	default:
		return kith_draw_edge(t);
	}
}

/* --- arguments ------------------------------------------------------------ */

/* An address with nothing behind it; rarely, NULL. */
static inline uint64_t kith_draw_bad(struct kith_tape *t)
{
	return kith_draw(t, 2) ? 0 : 1;
}

static inline uint64_t kith_draw_signal(struct kith_tape *t, const char *hint)
{
	uint64_t signal = 0;

	if (kith_seldom(t, 8))
		return kith_draw(t, KITH_NSIG + 2);
	if (kith_seldom(t, 32))
		return (uint64_t)(int64_t)-1;
	if (!kith_draw_usual(t, hint, &signal))
		kith_draw_usual(t, "signal", &signal);
	return signal;
}

/* A usual combination; rarely with one flag more, one less, or any of them. */
static inline uint64_t kith_draw_flags(struct kith_tape *t, const char *set,
				       const char *hint)
{
	uint64_t flags = 0, flag = 0;

	if (!kith_draw_usual(t, hint, &flags) &&
	    !kith_draw_usual(t, set, &flags))
		kith_draw_named(t, set, &flags);
	switch (kith_draw(t, 12)) {
	case 10:
		for (unsigned n = 2 + kith_draw(t, 3); n > 0; n--)
			if (kith_draw_named(t, set, &flag))
				flags |= flag;
		return flags;
	case 11:
		kith_draw_named(t, set, &flag);
		return flags ^ flag;
	case 9:
		return kith_seldom(t, 8)
			       ? flags | UINT64_C(1) << kith_draw(t, 32)
			       : flags;
	default:
		return flags;
	}
}

static inline uint64_t kith_draw_enum(struct kith_tape *t, const char *set,
				      const char *hint)
{
	uint64_t number = 0;

	if (kith_seldom(t, 32))
		return 1000 + kith_draw(t, 2);
	if (!kith_draw_usual(t, hint, &number) &&
	    !kith_draw_usual(t, set, &number))
		kith_draw_named(t, set, &number);
	return number;
}

static inline uint64_t kith_draw_int(struct kith_generator *g,
				     struct kith_tape *t, const char *hint)
{
	uint64_t number = 0;

	if (!strcmp(hint, "pid"))
		return (uint64_t)kith_draw_pid(g, t, "id");
	if (kith_seldom(t, 16) || !kith_draw_usual(t, hint, &number))
		kith_draw_usual(t, "int", &number);
	return number;
}

/* Mostly the default, where there is one. */
static inline uint64_t kith_draw_size(struct kith_tape *t,
				      const struct kith_arg *arg)
{
	uint64_t size = 0;

	if (arg->otherwise != KITH_REQUIRED && !kith_seldom(t, 8))
		return arg->otherwise;
	if (!kith_draw_usual(t, arg->hint, &size))
		kith_draw_usual(t, "size", &size);
	return size;
}

static inline uint64_t kith_draw_address(struct kith_tape *t,
					 const struct kith_arg *arg)
{
	uint64_t address = 0;

	if (arg->otherwise != KITH_REQUIRED && !kith_seldom(t, 16))
		return arg->otherwise;
	kith_draw_usual(t, "address", &address);
	return address;
}

/* Where an output goes: nearly always to where there is room. */
static inline uint64_t kith_draw_out(struct kith_tape *t,
				     const struct kith_arg *arg)
{
	switch (kith_draw(t, 16)) {
	case 15:
		return kith_draw_bad(t);
	case 14:
	case 13:
	case 12:
		return arg->otherwise ? 0 : KITH_HERE;
	default:
		return arg->otherwise == KITH_REQUIRED ? KITH_HERE
						       : arg->otherwise;
	}
}

static inline uint64_t kith_draw_text(struct kith_generator *g,
				      struct kith_tape *t, const char *hint,
				      const char **text)
{
	unsigned n, count = 0, i = 0, nr_own = 0;
	const struct kith_usual_text *texts = kith_usual_text(&n);
	static const char *const nothing_else[] = { "/bin/true", NULL };
	const char *const *own = g->programs ? g->programs : nothing_else;

	if (kith_seldom(t, 32))
		return kith_draw_bad(t);
	while (!strcmp(hint, "path") && own[nr_own])
		nr_own++;
	if (nr_own && !kith_seldom(t, 8)) {
		*text = own[kith_draw(t, nr_own)];
		return KITH_HERE;
	}
	for (unsigned j = 0; j < n; j++)
		count += !strcmp(texts[j].set, hint);
	for (count = kith_draw(t, count); i < n; i++)
		if (!strcmp(texts[i].set, hint) && !count--)
			break;
	*text = i < n ? texts[i].text : "";
	return KITH_HERE;
}

static inline uint64_t kith_draw_clone(struct kith_tape *t,
				       const struct kith_kind *kind)
{
	uint64_t flags = kith_draw_flags(t, kind->set, kind->set);

	return (flags & ~UINT64_C(0xff)) |
	       (kith_draw_signal(t, "exitsignal") & 0xff);
}

/* Numbers that a child asks for: one, most of the time. */
static inline void kith_draw_set_tid(struct kith_generator *g,
				     struct kith_tape *t,
				     struct kith_clone_args *a)
{
	a->set_tid = kith_seldom(t, 16) ? kith_draw_bad(t) : KITH_HERE;
	/* One, or what no namespace is deep enough for. */
	a->set_tid_size = kith_seldom(t, 16) ? 33 * kith_draw(t, 2) : 1;
	for (unsigned i = 0; i < a->set_tid_size && i < 4; i++)
		a->set_tid_numbers[i] =
			(int32_t)(kith_seldom(t, 4) ? kith_draw_pid(g, t, "id")
						    : kith_draw_free(g, t));
}

static inline void kith_draw_clone_args(struct kith_generator *g,
					struct kith_tape *t,
					struct kith_clone_args *a)
{
	memset(a, 0, sizeof(*a));
	a->flags = kith_draw_flags(t, kith_seldom(t, 8) ? "clone3" : "clone",
				   "any");
	if (!(a->flags & (KITH_CLONE_THREAD | KITH_CLONE_PARENT)) ||
	    kith_seldom(t, 16))
		a->exit_signal = kith_draw_signal(t, "exitsignal");
	if (kith_seldom(t, 3))
		kith_draw_set_tid(g, t, a);
	if (kith_seldom(t, 8))
		a->parent_tid = kith_seldom(t, 4) ? 1 : KITH_HERE;
	if (kith_seldom(t, 32))
		a->stack = 0x10000;
	if (kith_seldom(t, 32))
		a->stack_size = 0x1000;
	a->tail_is_dirty = kith_seldom(t, 32);
}

static inline void kith_draw_action(struct kith_tape *t,
				    struct kith_sigaction *a)
{
	memset(a, 0, sizeof(*a));
	a->handler = kith_draw(t, 4);
	a->flags = kith_draw_flags(t, "sa", "sa");
	if (kith_seldom(t, 4))
		for (unsigned n = 1 + kith_draw(t, 2); n > 0; n--)
			a->mask |= UINT64_C(1) << kith_draw(t, KITH_NSIG);
}

/* Memory rather than time, which somebody might have to wait for. */
static inline void kith_draw_spend(struct kith_tape *t, struct kith_spend *s)
{
	memset(s, 0, sizeof(*s));
	s->pages = kith_draw(t, kith_seldom(t, 4) ? 300 : 20);
	if (kith_seldom(t, 32))
		s->utime = kith_draw(t, 3) * UINT64_C(1000000);
	if (kith_seldom(t, 32))
		s->stime = kith_draw(t, 3) * UINT64_C(1000000);
}

/* A pointer to what is read: nearly always there. */
static inline uint64_t kith_draw_in(struct kith_tape *t)
{
	return kith_seldom(t, 48) ? kith_draw_bad(t) : KITH_HERE;
}

static inline void kith_draw_arg(struct kith_generator *g, struct kith_tape *t,
				 const struct kith_arg *arg,
				 struct kith_call *call)
{
	const struct kith_kind *kind = kith_kind(arg->kind);
	uint64_t *to = &call->arg[arg->slot];

	switch (kind->what) {
	case KITH_A_INT:
		*to = kith_draw_int(g, t, arg->hint);
		break;
	case KITH_A_PID:
		*to = (uint64_t)kith_draw_pid(g, t, arg->hint);
		break;
	case KITH_A_SIGNAL:
		*to = kith_draw_signal(t, arg->hint);
		break;
	case KITH_A_FD:
		*to = (uint64_t)(int32_t)kith_draw_int(g, t, "descriptor");
		break;
	case KITH_A_SIZE:
		*to = kith_draw_size(t, arg);
		break;
	case KITH_A_ADDRESS:
		*to = kith_draw_address(t, arg);
		break;
	case KITH_A_FLAGS:
		*to = kith_draw_flags(t, kind->set, arg->hint);
		break;
	case KITH_A_ENUM:
		*to = kith_draw_enum(t, kind->set, arg->hint);
		break;
	case KITH_A_CLONE:
		*to = kith_draw_clone(t, kind);
		break;
	case KITH_A_TEXT:
		*to = kith_draw_text(g, t, arg->hint, &call->in.text);
		break;
	case KITH_A_TEXTS:
	case KITH_A_OUT:
		*to = kith_draw_out(t, arg);
		break;
	case KITH_A_ACTION:
		*to = kith_draw_in(t);
		kith_draw_action(t, &call->in.action);
		break;
	case KITH_A_CLONE_ARGS:
		*to = kith_draw_in(t);
		kith_draw_clone_args(g, t, &call->in.clone);
		break;
	case KITH_A_SPEND:
		*to = kith_draw_in(t);
		kith_draw_spend(t, &call->in.spend);
		break;
	case KITH_A_NOTHING:
		break;
	}
}

/* --- calls ---------------------------------------------------------------- */

static inline unsigned kith_weight(const struct kith_generator *g, int family)
{
	static const uint8_t usual[KITH_NR_FAMILIES] = {
#define FAMILY(name, weight) weight,
#include <kith/calls.def>
	};

	for (int i = 0; i < KITH_NR_FAMILIES; i++)
		if (g->weight[i])
			return g->weight[family];
	return usual[family];
}

/*
 * Programs that do much of this and nothing of that find more than programs that
 * do a little of everything.  Draw how much.
 */
static inline void kith_draw_habits(struct kith_generator *g,
				    struct kith_tape *t)
{
	static const uint8_t times[] = { 2, 2, 2, 1, 0, 6 };
	unsigned n;

	kith_forms(&n);
	g->has_habits = true;
	for (unsigned i = 0; i < n && i < KITH_MOST_FORMS; i++)
		g->times[i] = times[kith_draw(t, sizeof(times))];
}

/* How likely a form is within its family: births and deaths make a program. */
static inline unsigned kith_form_weight(const struct kith_generator *g,
					const struct kith_form *form,
					unsigned i)
{
	const struct kith_row *row = kith_row(form->nr);
	unsigned weight = row->births || row->ends ? 4 : 1;

	return g->has_habits && i < KITH_MOST_FORMS ? weight * g->times[i]
						    : weight;
}

/* A family of which there are calls, by weight. */
static inline int kith_draw_family(const struct kith_generator *g,
				   struct kith_tape *t, const unsigned *in)
{
	unsigned sum = 0, n;
	int family = 0;

	for (int i = 0; i < KITH_NR_FAMILIES; i++)
		sum += in[i] ? kith_weight(g, i) : 0;
	n = kith_draw(t, sum);
	for (; family < KITH_NR_FAMILIES - 1; family++) {
		unsigned weight = in[family] ? kith_weight(g, family) : 0;

		if (n < weight)
			break;
		n -= weight;
	}
	return family;
}

/* One of the ways of writing one of a family's calls. */
static inline const struct kith_form *kith_draw_form(
	const struct kith_generator *g, struct kith_tape *t)
{
	unsigned in[KITH_NR_FAMILIES] = { 0 }, count, n;
	const struct kith_form *all = kith_forms(&count);
	int family;

	for (unsigned i = 0; i < count; i++)
		in[kith_row(all[i].nr)->family] +=
			kith_form_weight(g, &all[i], i);
	family = kith_draw_family(g, t, in);
	n = kith_draw(t, in[family]);
	for (unsigned i = 0; i < count; i++) {
		unsigned weight = kith_form_weight(g, &all[i], i);

		if (kith_row(all[i].nr)->family != family)
			continue;
		if (n < weight)
			return &all[i];
		n -= weight;
	}
	return all;
}

/* The way in which this one is written. */
static inline const struct kith_form *kith_form_of(const struct kith_call *call)
{
	unsigned n;
	const struct kith_form *all = kith_forms(&n), *other = all;

	for (unsigned i = n; i-- > 0;) {
		if (all[i].nr != (int)call->nr)
			continue;
		if (!all[i].is_keyed)
			other = &all[i];
		else if (all[i].key == call->arg[all[i].slot])
			return &all[i];
	}
	return other;
}

static inline void kith_draw_args(struct kith_generator *g, struct kith_tape *t,
				  const struct kith_form *form,
				  struct kith_call *call)
{
	memset(call, 0, sizeof(*call));
	call->nr = (enum kith_call_nr)form->nr;
	for (const struct kith_arg *a = form->args + 1; a->kind; a++)
		if (form->is_keyed && a->slot == form->slot)
			call->arg[a->slot] = form->key;
		else
			kith_draw_arg(g, t, a, call);
}

/* Any call, by g->by. */
static inline void kith_draw_call(struct kith_generator *g, struct kith_tape *t,
				  struct kith_call *call)
{
	const struct kith_form *form = kith_draw_form(g, t);

	kith_draw_args(g, t, form, call);
	if (kith_form_of(call) != form)
		kith_draw_args(g, t, kith_form_of(call), call);
}

/* Has the calling thread a child, or a zombie that it could collect? */
static inline bool kith_has_child(const struct kith_generator *g, bool zombie)
{
	for (unsigned i = 0; i < g->nr_seen; i++)
		if (g->seen[i].parent_thread == g->by->tid &&
		    g->seen[i].tid == g->seen[i].tgid &&
		    (g->seen[i].zombie || !zombie))
			return true;
	return false;
}

/*
 * Would this call spoil the program?  Too many may be born, init may end it, or
 * the last one who could do something may go to sleep.  Who has no child has
 * little to wait for.
 */
static inline bool kith_is_unwise(const struct kith_generator *g,
				  struct kith_tape *t,
				  const struct kith_call *call)
{
	const struct kith_row *row = kith_row(call->nr);

	if (row->births)
		return g->nr_seen >= (g->most ? g->most : 12);
	if (row->ends && g->by->tgid == 1)
		return !kith_seldom(t, 32);
	if (row->sleeps && g->nr_idle < 2)
		return !kith_has_child(g, true);
	if (row->sleeps && !kith_has_child(g, false))
		return !kith_seldom(t, 6);
	return false;
}

/*
 * A call for thread tid, which is idle, of those that kith_look_around() saw.
 * False: there were only calls that would not do.  What call->in.text points to
 * is static, or the generator's.
 */
static inline bool kith_generate_for(struct kith_generator *g,
				     struct kith_tape *t, pid_t tid,
				     struct kith_call *call)
{
	g->by = NULL;
	for (unsigned i = 0; i < g->nr_seen; i++)
		if (g->seen[i].tid == tid)
			g->by = &g->seen[i];
	for (int tries = 0; g->by && tries < 16; tries++) {
		kith_draw_call(g, t, call);
		if (!kith_unmodelled(call) && !kith_is_unwise(g, t, call))
			return true;
	}
	return false;
}

/* Who makes a call next, and which; false: nobody can, or there was none. */
static inline bool kith_generate(struct kith_generator *g, struct kith_tape *t,
				 pid_t *tid, struct kith_call *call)
{
	unsigned n = kith_draw(t, kith_look_around(g));

	if (!g->nr_idle)
		return false;
	for (unsigned i = 0; i < g->nr_seen; i++)
		if (g->seen[i].idle && !n--) {
			*tid = g->seen[i].tid;
			return kith_generate_for(g, t, *tid, call);
		}
	return false;
}

#ifdef __cplusplus
}
#endif
#endif

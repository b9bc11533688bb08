#include "pid1/readers.h"

#include <limits.h>
#include <string.h>

#include "pid1/limits.h"

static void *field(struct options *o, int offset)
{
	return (char *)o + offset;
}

const char *read_flag(struct options *o, const char *value, int offset)
{
	(void)value;
	*(bool *)field(o, offset) = true;
	return NULL;
}

const char *read_byte(struct options *o, const char *value, int what)
{
	(void)value;
	*(uint8_t *)field(o, what >> 8) = (uint8_t)what;
	return NULL;
}

const char *read_word(struct options *o, const char *value, int offset)
{
	*(const char **)field(o, offset) = value;
	return NULL;
}

const char *read_span(struct options *o, const char *value, int offset)
{
	return read_time(value, field(o, offset)) ? NULL : "is no time";
}

const char *read_signal(struct options *o, const char *value, int offset)
{
	int sig = signal_number(value, strlen(value));

	*(int *)field(o, offset) = sig;
	return sig ? NULL : "is no signal";
}

const char *read_errand(struct options *o, const char *value, int errand)
{
	(void)value;
	o->errand = (uint8_t)errand;
	return NULL;
}

const char *read_nothing(struct options *o, const char *value, int unused)
{
	(void)o;
	(void)value;
	(void)unused;
	return NULL;
}

/* Words separated by NUL; the number of the one it is, or -1. */
static int choose(const char *words, const char *value)
{
	int i;

	for (i = 0; *words; i++, words += strlen(words) + 1)
		if (strcmp(words, value) == 0)
			return i;
	return -1;
}

static const char *read_choice(struct options *o, const char *value, int offset,
			       const char *words)
{
	int i = choose(words, value);

	if (i < 0)
		return "is no choice";
	*(uint8_t *)field(o, offset) = (uint8_t)i;
	return NULL;
}

const char *read_scope(struct options *o, const char *value, int offset)
{
	return read_choice(o, value, offset,
			   "child\0group\0session\0cgroup\0tree\0all\0none\0");
}

const char *read_rest(struct options *o, const char *value, int offset)
{
	const char *wrong = read_scope(o, value, offset);

	/* The program itself is gone by then. */
	if (o->rest == SCOPE_CHILD)
		o->rest = SCOPE_NONE;
	return wrong;
}

const char *read_scope_is(struct options *o, const char *value, int scope)
{
	(void)value;
	o->scope = (uint8_t)scope;
	return NULL;
}

const char *read_reaping(struct options *o, const char *value, int offset)
{
	return read_choice(o, value, offset, "auto\0kernel\0each\0");
}

const char *read_place(struct options *o, const char *value, int offset)
{
	static const uint8_t places[] = { 0, APART, TOGETHER, GROUPED };
	const char *wrong =
		read_choice(o, value, offset, "auto\0session\0same\0group\0");

	if (!wrong)
		o->place = places[o->place];
	return wrong;
}

const char *read_level(struct options *o, const char *value, int offset)
{
	uint64_t n;

	if (read_number(value, strlen(value), NR_LEVELS - 1, &n)) {
		*(uint8_t *)field(o, offset) = (uint8_t)n;
		return NULL;
	}
	return read_choice(o, value, offset,
			   "quiet\0error\0warn\0info\0debug\0");
}

const char *read_louder(struct options *o, const char *value, int steps)
{
	(void)value;
	while (steps-- && o->level < NR_LEVELS - 1)
		o->level++;
	return NULL;
}

/* The next of a list with commas; 0 at its end, -1 for what is no signal. */
static int next_signal(const char **list)
{
	size_t len = before(*list, ",");
	int sig;

	if (!len)
		return **list ? -1 : 0;
	sig = signal_number(*list, len);
	*list += len;
	if (**list == ',')
		++*list;
	return sig ? sig : -1;
}

const char *read_signals(struct options *o, const char *value, int offset)
{
	uint64_t set = 0;
	int sig;

	while ((sig = next_signal(&value)) > 0)
		set |= UINT64_C(1) << (sig - 1);
	*(uint64_t *)field(o, offset) = set;
	return sig < 0 ? "has in it what is no signal" : NULL;
}

const char *read_drop(struct options *o, const char *value, int unused)
{
	uint64_t before = o->dropped;
	const char *wrong =
		read_signals(o, value, (int)offsetof(struct options, dropped));

	(void)unused;
	o->dropped |= before;
	return wrong;
}

/* "TERM=QUIT", "15:3"; to 0 is to drop. */
const char *read_rewrite(struct options *o, const char *value, int unused)
{
	size_t len = before(value, "=:");
	int from = signal_number(value, len), to;

	(void)unused;
	if (!from || !value[len])
		return "is not SIGNAL=SIGNAL";
	value += len + 1;
	to = signal_number(value, strlen(value));
	if (!to && strcmp(value, "0") != 0)
		return "is not SIGNAL=SIGNAL";
	if (!to)
		o->dropped |= UINT64_C(1) << (from - 1);
	else
		o->dropped &= ~(UINT64_C(1) << (from - 1));
	o->rewrite[from] = (uint8_t)to;
	o->rewrites = true;
	return NULL;
}

const char *read_delay(struct options *o, const char *value, int unused)
{
	size_t len = before(value, "=");
	int sig = signal_number(value, len);
	uint64_t ns;

	(void)unused;
	if (!sig || !value[len] || !read_time(value + len + 1, &ns) ||
	    ns == TIME_NEVER)
		return "is not SIGNAL=TIME";
	o->delay_ns[sig] = ns;
	o->delays = true;
	return NULL;
}

static bool read_code(const char *text, size_t len, uint8_t *code)
{
	uint64_t n;

	if (!read_number(text, len, 255, &n))
		return false;
	*code = (uint8_t)n;
	return true;
}

/* "143", "143=0", "1-9=1". */
const char *read_recode(struct options *o, const char *value, int unused)
{
	struct recode *r = &o->recode[o->recodes];
	size_t whole = before(value, "=:"), first = before(value, "-=:");

	(void)unused;
	if (o->recodes == MAX_RECODES)
		return "is one too many";
	r->code = 0;
	if (!read_code(value, first, &r->from))
		return "is no code from 0 to 255";
	r->to = r->from;
	if (first < whole &&
	    (!read_code(value + first + 1, whole - first - 1, &r->to) ||
	     r->to < r->from))
		return "is no code from 0 to 255";
	if (value[whole] &&
	    !read_code(value + whole + 1, strlen(value + whole + 1), &r->code))
		return "is no code from 0 to 255";
	o->recodes++;
	return NULL;
}

const char *read_fd(struct options *o, const char *value, int offset)
{
	uint64_t n;

	if (!read_number(value, strlen(value), INT_MAX - 1, &n))
		return "is no descriptor";
	*(int *)field(o, offset) = (int)n;
	return NULL;
}

const char *read_words(struct options *o, const char *value, int offset)
{
	struct words *w = field(o, offset);

	if (w->n == MAX_WORDS)
		return "is one too many";
	w->at[w->n++] = value;
	return NULL;
}

const char *read_env(struct options *o, const char *value, int unused)
{
	(void)unused;
	if (!*value || *value == '=')
		return "has no name";
	return read_words(o, value, (int)offsetof(struct options, env));
}

const char *read_limit(struct options *o, const char *value, int unused)
{
	size_t len = before(value, "=");

	(void)unused;
	if (!len || len > 32 || !value[len])
		return "is not NAME=VALUE";
	if (o->limits == MAX_LIMITS)
		return "is one too many";
	o->limit[o->limits] = (struct limit){ .name = value,
					      .name_len = (uint8_t)len,
					      .value = value + len + 1 };
	return limit_check(&o->limit[o->limits++]);
}

#include <stdlib.h>
#include <string.h>

#include "sim/until.h"

/*
 * A row says how a condition is written, word by word: P and Q are numbers of
 * processes, L is a line, E the name of an event; what is in brackets may be
 * left out.  Everything else stands for itself.
 */
struct until {
	const char *form;
	bool (*test)(const struct condition *c, const struct steps *s,
		     size_t step);
};

static bool look(const struct condition *c, const struct steps *s,
		 struct kith_look *l)
{
	return !kith_look(s->run.machine, c->pid, l);
}

static bool is_zombie(const struct condition *c, const struct steps *s,
		      size_t step)
{
	struct kith_look l;

	(void)step;
	return look(c, s, &l) && l.state == KITH_ZOMBIE && l.process_dead;
}

static bool is_asleep(const struct condition *c, const struct steps *s,
		      size_t step)
{
	struct kith_look l;

	(void)step;
	return look(c, s, &l) &&
	       (l.state == KITH_ASLEEP || l.state == KITH_BLOCKED);
}

static bool is_idle(const struct condition *c, const struct steps *s,
		    size_t step)
{
	struct kith_look l;

	(void)step;
	return look(c, s, &l) && l.state == KITH_IDLE;
}

static bool is_alive(const struct condition *c, const struct steps *s,
		     size_t step)
{
	struct kith_look l;

	(void)step;
	return look(c, s, &l) && l.state != KITH_ZOMBIE;
}

static bool is_orphan(const struct condition *c, const struct steps *s,
		      size_t step)
{
	struct kith_look l;

	(void)step;
	return look(c, s, &l) && history_was(&s->history, &l);
}

static bool is_gone(const struct condition *c, const struct steps *s,
		    size_t step)
{
	struct kith_look l;

	(void)step;
	return !look(c, s, &l) && history_birth(&s->history, c->pid);
}

static bool has_parent(const struct condition *c, const struct steps *s,
		       size_t step)
{
	(void)step;
	return kith_parent(s->run.machine, c->pid) == c->other;
}

static bool at_line(const struct condition *c, const struct steps *s,
		    size_t step)
{
	(void)step;
	return steps_reached(s, c->line);
}

/* Where the events begin that came since so many steps had been taken. */
static size_t happened_before(const struct steps *s, size_t step)
{
	return step < s->count ? s->marks[step].happened : s->history.count;
}

static bool event_came(const struct condition *c, const struct steps *s,
		       size_t step)
{
	size_t i = happened_before(s, step);

	for (; i < s->history.count; i++) {
		const struct kith_event *e = &s->history.list[i].event;

		if ((int)e->type == c->event &&
		    (!c->pid || e->actor == c->pid || e->subject == c->pid))
			return true;
	}
	return false;
}

static bool failure_came(const struct condition *c, const struct steps *s,
			 size_t step)
{
	(void)c;
	return step < s->count && s->run.now.failures > s->marks[step].failures;
}

static const struct until table[] = {
	{ "P [is] zombie", is_zombie }, { "P [is] asleep", is_asleep },
	{ "P [is] idle", is_idle },     { "P [is] alive", is_alive },
	{ "P [is] orphan", is_orphan }, { "P [is] gone", is_gone },
	{ "ppid P Q", has_parent },     { "line L", at_line },
	{ "event E", event_came },      { "event E P", event_came },
	{ "failure", failure_came },
};

enum { NR_CONDITIONS = sizeof(table) / sizeof(table[0]), MOST_WORDS = 6 };

static bool read_number(const char *word, long max, long *n)
{
	char *end;

	*n = strtol(word, &end, 10);
	return *word >= '0' && *word <= '9' && !*end && *n <= max;
}

static int event_named(const char *name)
{
	for (unsigned i = 0; i < KITH_NR_EVENTS; i++)
		if (!strcmp(kith_event_name(i), name))
			return (int)i;
	return -1;
}

/* Does a word of the command stand where the form has `want`? */
static bool fits(struct condition *c, const char *want, size_t len,
		 const char *word)
{
	long n = 0;

	if (len != 1)
		return strlen(word) == len && !strncmp(want, word, len);
	if (*want == 'E')
		return (c->event = event_named(word)) >= 0;
	if (!read_number(word, *want == 'L' ? UINT32_MAX : INT32_MAX, &n))
		return false;
	if (*want == 'P')
		c->pid = (pid_t)n;
	else if (*want == 'Q')
		c->other = (pid_t)n;
	else
		c->line = (uint32_t)n;
	return true;
}

static bool matches(struct condition *c, const char *form, char *const *word,
		    int words)
{
	int at = 0;

	for (const char *p = form; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (*p == '[') {
			if (at < words && strlen(word[at]) == len - 2 &&
			    !strncmp(p + 1, word[at], len - 2))
				at++;
		} else if (at == words || !fits(c, p, len, word[at++])) {
			return false;
		}
		p += len;
	}
	return at == words;
}

const char *read_condition(struct condition *c, char *text)
{
	char *word[MOST_WORDS], *save = NULL, *w;
	int words = 0;

	/* "ppid(4) == 2" is "ppid 4 2" */
	for (w = strtok_r(text, " \t()=", &save); w;
	     w = strtok_r(NULL, " \t()=", &save)) {
		if (words == MOST_WORDS)
			return "too many words";
		word[words++] = w;
	}
	for (int i = 0; i < NR_CONDITIONS; i++) {
		*c = (struct condition){ .until = &table[i] };
		if (matches(c, table[i].form, word, words))
			return NULL;
	}
	if (words > 1 && !strcmp(word[0], "event") && event_named(word[1]) < 0)
		return "there is no such event";
	return "no such condition";
}

bool is_so(const struct condition *c, const struct steps *s, size_t step)
{
	return c->until->test(c, s, step);
}

void list_conditions(struct out *o, const char *margin)
{
	for (int i = 0; i < NR_CONDITIONS; i++)
		out(o, "%s%s\n", margin, table[i].form);
}

#include "sim/rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/pair.h"
#include "sim/run.h"
#include "sim/show.h"
#include "sim/text.h"

const struct rule rules[] = {
#define GROUP(id, title)           { #id, title, "", NULL, NULL, true },
#define RULE(id, title, waits)     { #id, title, waits, NULL, NULL, false },
#define IN_C(id, title, why, test) { #id, title, "", why, test, false },
#include "sim/rules.def"
};

enum { NR_RULES = sizeof(rules) / sizeof(rules[0]) };

const int nr_rules = NR_RULES;

const char *verdict_text(enum verdict v)
{
	return v == HOLDS ? "holds" : v == FAILS ? "fails" : "not run";
}

/* --- citing ----------------------------------------------------------------
 */

static bool in_word(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '_';
}

/* The rule whose name is this word, or a negative number. */
static int rule_named(const char *word, size_t len)
{
	for (int i = 0; i < NR_RULES; i++)
		if (!rules[i].is_group && is_name(word, len, rules[i].id))
			return i;
	return -1;
}

static void cite(const struct source *src, unsigned *cites)
{
	const char *p = src->bytes, *end = p + src->len;

	while (p < end) {
		const char *word = p;
		int rule;

		while (p < end && in_word((unsigned char)*p))
			p++;
		if (p - word > 3 && p - word < 12) {
			rule = rule_named(word, (size_t)(p - word));
			if (rule >= 0)
				cites[rule]++;
		}
		p += p == word;
	}
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && !strcmp(text + len - n, end);
}

int witness_read(struct witness *w, const char *file)
{
	struct source src;
	int err;

	*w = (struct witness){ .file = file };
	w->cites = must_alloc(NR_RULES * sizeof(*w->cites));
	w->is_transcript = ends_in(file, ".kith");
	if (w->is_transcript) {
		err = script_read(&w->script, file);
		if (!err)
			cite(&w->script.source, w->cites);
		return err;
	}
	err = source_read(&src, file);
	if (!err)
		cite(&src, w->cites);
	source_free(&src);
	return err;
}

void witness_free(struct witness *w)
{
	if (w->is_transcript)
		script_free(&w->script);
	free(w->cites);
}

/* --- running ---------------------------------------------------------------
 */

static enum verdict verdict_of(int status)
{
	return status == 0   ? HOLDS
	       : status == 1 ? FAILS
			     : NOT_RUN; /* it needs what is not here */
}

void witness_run(struct witness *w)
{
	struct run run = { .failed = tell_failure };

	if (w->is_transcript)
		w->model = verdict_of(run_script(&run, &w->script, NULL));
}

static void tell_both(struct run *run, const struct line *line,
		      const struct difference *d)
{
	fprintf(stderr, "%s:%u: %s: the model says '%s', linux says '%s'\n",
		run->script->source.name, (unsigned)line->number,
		out_line(&d->what), out_line(&d->model),
		out_line(&d->on_linux));
}

void witness_run_on_linux(struct witness *w)
{
	struct run run = {
		.on_linux = true,
		.failed = tell_failure,
		.differs = tell_both,
	};

	if (w->is_transcript)
		w->on_linux = verdict_of(run_script(&run, &w->script, NULL));
}

/* One that fails is enough. */
static enum verdict together(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

struct standing rule_standing(int rule, const struct witness *w, int n)
{
	struct standing s = { 0 };

	for (int i = 0; i < n; i++)
		if (w[i].cites[rule]) {
			s.cited += w[i].cites[rule];
			s.model = together(s.model, w[i].model);
			s.on_linux = together(s.on_linux, w[i].on_linux);
		}
	return s;
}

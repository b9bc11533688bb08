/*
 * kith rules: how much of the rulebook is shown by what.
 *
 * A file cites a rule where its name stands in it, be it a transcript or a test
 * in C.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/out.h"
#include "sim/sim.h"
#include "sim/text.h"

struct rule {
	const char *id, *title, *waits;
	bool is_group;
};

static const struct rule rules[] = {
#define GROUP(id, title)       { #id, title, "", true },
#define RULE(id, title, waits) { #id, title, waits, false },
#include "sim/rules.def"
};

enum { NR_RULES = sizeof(rules) / sizeof(rules[0]) };

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

static void cite(const struct source *src, unsigned *cited)
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
				cited[rule]++;
		}
		p += p == word;
	}
}

/* --- telling ---------------------------------------------------------------
 */

struct sum {
	unsigned all, covered, reachable, covered_reachable;
};

/* Of the rules from the group at `group` up to the next. */
static struct sum sum_up(int group, const unsigned *cited, struct sum *total)
{
	struct sum sum = { 0 };

	for (int i = group + 1; i < NR_RULES && !rules[i].is_group; i++) {
		bool reachable = !*rules[i].waits;

		sum.all++;
		sum.covered += cited[i] > 0;
		sum.reachable += reachable;
		sum.covered_reachable += reachable && cited[i];
	}
	total->all += sum.all;
	total->covered += sum.covered;
	total->reachable += sum.reachable;
	total->covered_reachable += sum.covered_reachable;
	return sum;
}

static void print_sum(const char *id, const struct sum *sum, const char *title)
{
	printf("%-5s  %3u of %3u, %3u of %3u that can be shown   %s\n", id,
	       sum->covered, sum->all, sum->covered_reachable, sum->reachable,
	       title);
}

static void print_groups(const unsigned *cited)
{
	struct sum total = { 0 };

	for (int i = 0; i < NR_RULES; i++)
		if (rules[i].is_group) {
			struct sum sum = sum_up(i, cited, &total);

			print_sum(rules[i].id, &sum, rules[i].title);
		}
	print_sum("all", &total, "");
}

static void print_lists(const unsigned *cited)
{
	const char *heading = "\nnot cited, though they could be:\n";

	for (int i = 0; i < NR_RULES; i++)
		if (!rules[i].is_group && !*rules[i].waits && !cited[i]) {
			printf("%s  %-7s  %s\n", heading, rules[i].id,
			       rules[i].title);
			heading = "";
		}
	heading = "\nwaiting:\n";
	for (int i = 0; i < NR_RULES; i++)
		if (*rules[i].waits) {
			printf("%s  %-7s  for %s: %s\n", heading, rules[i].id,
			       rules[i].waits, rules[i].title);
			heading = "";
		}
}

static void print_json(const unsigned *cited)
{
	for (int i = 0; i < NR_RULES; i++) {
		struct out o = { 0 };

		if (rules[i].is_group)
			continue;
		out(&o, "{\"rule\":\"%s\",\"title\":", rules[i].id);
		out_json(&o, rules[i].title, strlen(rules[i].title));
		out(&o, ",\"cited\":%u", cited[i]);
		if (*rules[i].waits) {
			out_text(&o, ",\"waits\":");
			out_json(&o, rules[i].waits, strlen(rules[i].waits));
		}
		printf("%s}\n", out_line(&o));
		out_free(&o);
	}
}

int cmd_rules(const struct options *options, int files, char **file)
{
	unsigned cited[NR_RULES] = { 0 };
	int status = HELD;

	for (int i = 0; i < files; i++) {
		struct source src;

		if (source_read(&src, file[i]))
			status = USAGE;
		else
			cite(&src, cited);
		source_free(&src);
	}
	if (status)
		return status;
	if (options->json) {
		print_json(cited);
	} else {
		print_groups(cited);
		print_lists(cited);
	}
	return HELD;
}

/*
 * kith rules: what is known of each rule, and who says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/out.h"
#include "sim/rules.h"
#include "sim/show.h"
#include "sim/sim.h"

/* --- how many --------------------------------------------------------------
 */

struct sum {
	unsigned all, cited, reachable, cited_reachable;
};

static bool is_reachable(const struct rule *rule)
{
	return !*rule->waits && !rule->test;
}

/* Of the rules from the group at `group` up to the next. */
static struct sum sum_up(int group, const struct witness *w, int n,
			 struct sum *total)
{
	struct sum sum = { 0 };

	for (int i = group + 1; i < nr_rules && !rules[i].is_group; i++) {
		bool cited = rule_standing(i, w, n).cited > 0;
		bool reachable = is_reachable(&rules[i]);

		sum.all++;
		sum.cited += cited;
		sum.reachable += reachable;
		sum.cited_reachable += reachable && cited;
	}
	total->all += sum.all;
	total->cited += sum.cited;
	total->reachable += sum.reachable;
	total->cited_reachable += sum.cited_reachable;
	return sum;
}

static void print_sum(const char *id, const struct sum *sum, const char *title)
{
	printf("%-5s  %3u of %3u, %3u of %3u that can be shown   %s\n", id,
	       sum->cited, sum->all, sum->cited_reachable, sum->reachable,
	       title);
}

static void print_sums(const struct witness *w, int n)
{
	struct sum total = { 0 };

	for (int i = 0; i < nr_rules; i++)
		if (rules[i].is_group) {
			struct sum sum = sum_up(i, w, n, &total);

			print_sum(rules[i].id, &sum, rules[i].title);
		}
	print_sum("all", &total, "");
}

/* --- each ------------------------------------------------------------------
 */

static void print_witnesses(int rule, const struct witness *w, int n)
{
	enum { INDENT = 11, WIDTH = 79 };
	int at = 0;

	for (int i = 0; i < n; i++) {
		int len = (int)strlen(w[i].file);

		if (!w[i].cites[rule])
			continue;
		if (at && at + 1 + len > WIDTH) {
			putchar('\n');
			at = 0;
		}
		at += at ? printf(" %s", w[i].file)
			 : printf("%*s%s", INDENT, "", w[i].file);
	}
	if (at)
		putchar('\n');
}

static void print_rule(int rule, const struct witness *w, int n, bool on_linux)
{
	const struct rule *r = &rules[rule];
	struct standing s = rule_standing(rule, w, n);

	printf("  %-7s  %-7s  ", r->id, s.cited ? verdict_text(s.model) : "-");
	if (on_linux)
		printf("linux: %-7s  ",
		       s.cited ? verdict_text(s.on_linux) : "-");
	printf("%s\n", r->title);
	if (*r->waits)
		printf("%*swaits for %s\n", 11, "", r->waits);
	if (r->test)
		printf("%*sin %s: %s\n", 11, "", r->test, r->why);
	print_witnesses(rule, w, n);
}

static void print_rules(const struct witness *w, int n, bool on_linux)
{
	for (int i = 0; i < nr_rules; i++) {
		if (rules[i].is_group)
			printf("%s%s: %s\n", i ? "\n" : "", rules[i].id,
			       rules[i].title);
		else
			print_rule(i, w, n, on_linux);
	}
	putchar('\n');
	print_sums(w, n);
}

/* --- for programs ----------------------------------------------------------
 */

static void add_text(struct out *o, const char *key, const char *text)
{
	out(o, ",\"%s\":", key);
	out_json(o, text, strlen(text));
}

static void add_verdicts(struct out *o, enum verdict model,
			 enum verdict on_linux, bool both)
{
	out(o, ",\"model\":\"%s\"", verdict_text(model));
	if (both)
		out(o, ",\"linux\":\"%s\"", verdict_text(on_linux));
}

static void add_witnesses(struct out *o, int rule, const struct witness *w,
			  int n, bool both)
{
	const char *comma = "";

	out_text(o, ",\"shown\":[");
	for (int i = 0; i < n; i++) {
		if (!w[i].cites[rule])
			continue;
		out(o, "%s{\"file\":", comma);
		out_json(o, w[i].file, strlen(w[i].file));
		add_verdicts(o, w[i].model, w[i].on_linux, both);
		out_text(o, "}");
		comma = ",";
	}
	out_text(o, "]");
}

static void print_json(int rule, const struct witness *w, int n, bool both)
{
	const struct rule *r = &rules[rule];
	struct standing s = rule_standing(rule, w, n);
	struct out o = { 0 };

	out(&o, "{\"rule\":\"%s\"", r->id);
	add_text(&o, "title", r->title);
	out(&o, ",\"cited\":%u", s.cited);
	add_verdicts(&o, s.model, s.on_linux, both);
	if (*r->waits)
		add_text(&o, "waits", r->waits);
	if (r->test) {
		add_text(&o, "test", r->test);
		add_text(&o, "why", r->why);
	}
	add_witnesses(&o, rule, w, n, both);
	put_line(&o);
}

/* --- the command -----------------------------------------------------------
 */

/* All files are read before any is run. */
int cmd_rules(const struct options *options, int files, char **file)
{
	struct witness *w = must_alloc(((size_t)files + 1) * sizeof(*w));
	int status = HELD;

	for (int i = 0; i < files; i++)
		if (witness_read(&w[i], file[i]))
			status = USAGE;
	for (int i = 0; i < files && status != USAGE; i++) {
		witness_run(&w[i]);
		if (options->on_linux)
			witness_run_on_linux(&w[i]);
		if (w[i].model == FAILS || w[i].on_linux == FAILS)
			status = FAILED;
	}
	if (status != USAGE && options->json)
		for (int i = 0; i < nr_rules; i++) {
			if (!rules[i].is_group)
				print_json(i, w, files, options->on_linux);
		}
	else if (status != USAGE)
		print_rules(w, files, options->on_linux);
	for (int i = 0; i < files; i++)
		witness_free(&w[i]);
	free(w);
	return status;
}

/*
 * kith tree: who is whose, after each line.
 */
#include <stdio.h>

#include "sim/draw.h"
#include "sim/show.h"
#include "sim/sim.h"
#include "sim/trace.h"

struct tree {
	const struct options *options;
	struct history history; /* births only */
	const struct line
		*only; /* with --at: the call to draw after, or NULL */
	bool drew;
};

static void saw_event(struct run *run, const struct kith_event *e)
{
	struct tree *tree = run->context;

	if (e->type == KITH_EV_FORK)
		history_add(&tree->history, run->machine, e, run->now.line);
}

static void picture(struct out *o, const struct drawing *d,
		    const struct line *line, const char *text)
{
	if (line)
		out(o, "%5u  %s%s%s\n", (unsigned)line->number, d->paint->bold,
		    *text ? text : "(not made)", d->paint->off);
	draw(o, d, "       ");
}

static void stepped(struct run *run, const struct line *line, const char *text)
{
	struct tree *tree = run->context;
	struct drawing d;
	struct out o = { 0 };

	if (tree->options->has_at ? line != tree->only : !line)
		return;
	drawing_begin(&d, run->machine, &tree->history, tree->options->ascii);
	if (tree->options->json)
		draw_json(&o, &d, line ? line->number : 0, text);
	else
		picture(&o, &d, line, text);
	if (tree->drew && !tree->options->json)
		putchar('\n');
	tree->drew = true;
	fwrite(out_line(&o), 1, o.len, stdout);
	out_free(&o);
}

static const struct line *last_call(const struct script *script, uint32_t at)
{
	const struct line *last = NULL;

	for (const struct line *line = script->first; line; line = line->next)
		if (line->kind == LINE_CALL && line->number <= at)
			last = line;
	return last;
}

int cmd_tree(const struct options *options, int files, char **file)
{
	struct tree tree = { .options = options };
	struct run run = { .context = &tree,
			   .stepped = stepped,
			   .event = saw_event,
			   .failed = tell_failure };
	struct script script;
	int status = USAGE;

	(void)files;
	if (trace_is(file[0]))
		return trace_tree(options, file[0]);
	if (!script_read(&script, file[0])) {
		tree.only = last_call(&script, options->at);
		status = run_script(&run, &script,
				    options->has_seed ? &options->seed : NULL);
	}
	history_free(&tree.history);
	script_free(&script);
	return status;
}

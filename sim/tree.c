/*
 * kith tree: who is whose, after each line.
 *
 * The tree is drawn with a stack of our own, for a family may be a chain of a
 * hundred thousand.  Children hang below the thread whose children they are, in
 * the order in which wait looks at them.  Those who were adopted hang by a
 * dotted line and say whose they were.
 */
#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/print.h"
#include "sim/run.h"
#include "sim/sim.h"

struct strokes {
	const char *more, *last;                 /* ├── └── */
	const char *more_adopted, *last_adopted; /* ├╌╌ └╌╌ */
	const char *below, *nothing;             /* what stands below them */
};

static const struct strokes unicode = { "├── ", "└── ", "├╌╌ ",
					"└╌╌ ", "│   ", "    " };
static const struct strokes ascii = { "|-- ", "`-- ", "|.. ",
				      "`.. ", "|   ", "    " };

struct tree {
	const struct options *options;
	const struct strokes *strokes;
	const struct paint *paint;
	struct map born; /* a process's first parent, as an intptr_t */
	const struct line
		*only; /* with --at: the call to draw after, or NULL */
	bool drew;
};

/* --- what is known ---------------------------------------------------------
 */

static void saw_birth(struct run *run, const struct kith_event *e)
{
	struct tree *tree = run->context;
	struct kith_look look;

	if (e->type != KITH_EV_FORK || e->other ||
	    kith_look(run->machine, e->subject, &look))
		return;
	map_set(&tree->born, e->subject, (void *)(intptr_t)look.ppid);
}

/* Whose child it was at first, if that is not so any more; else 0. */
static pid_t was_whose(const struct tree *tree, const struct kith_look *look)
{
	pid_t first = (pid_t)(intptr_t)map_get(&tree->born, look->tid);

	return look->leader && first != look->ppid ? first : 0;
}

struct numbers {
	pid_t *tid;
	size_t count;
};

static struct numbers listed(struct kith_machine *m, pid_t tid,
			     long (*list)(struct kith_machine *, pid_t, pid_t *,
					  size_t))
{
	long n = list(m, tid, NULL, 0);
	struct numbers found = { NULL, 0 };

	if (n <= 0)
		return found;
	found.tid = must_alloc((size_t)n * sizeof(*found.tid));
	list(m, tid, found.tid, (size_t)n);
	found.count = (size_t)n;
	return found;
}

/* --- one of them -----------------------------------------------------------
 */

/* Text with a comma before it, unless it is the first. */
static const char *comma(bool *any)
{
	const char *text = *any ? ", " : "  ";

	*any = true;
	return text;
}

static void print_state(struct out *o, const struct kith_look *look, bool *any)
{
	switch (look->state) {
	case KITH_ASLEEP:
	case KITH_BLOCKED:
		out(o, "%sasleep in %s", comma(any),
		    kith_call_name((unsigned)look->call));
		break;
	case KITH_ZOMBIE:
		if (look->leader && !look->process_dead) {
			out(o, "%sgone, but its threads live", comma(any));
			break;
		}
		out(o, "%szombie: ", comma(any));
		print_death(o, look->status);
		break;
	default:
		break;
	}
}

static const char *colour(const struct tree *tree, const struct kith_look *look)
{
	if (look->state == KITH_ZOMBIE && look->process_dead)
		return tree->paint->red;
	if (look->state == KITH_ASLEEP || look->state == KITH_BLOCKED)
		return tree->paint->dim;
	return was_whose(tree, look) ? tree->paint->yellow : "";
}

static void print_one(struct out *o, const struct tree *tree,
		      const struct kith_look *look)
{
	const char *on = colour(tree, look);
	pid_t was = was_whose(tree, look);
	bool any = false;

	out(o, look->leader ? "%s%d" : "%s{%d}", on, (int)look->tid);
	if (look->leader && *look->name && strcmp(look->name, "init")) {
		out_text(o, " ");
		out_quoted(o, look->name, strlen(look->name));
	}
	if (look->leader && look->subreaper)
		out(o, "%ssubreaper", comma(&any));
	print_state(o, look, &any);
	if (was)
		out(o, "%swas %d's", comma(&any), (int)was);
	out(o, "%s\n", *on ? tree->paint->off : "");
}

/* --- all of them -----------------------------------------------------------
 */

struct node {
	pid_t tid;
	size_t depth; /* how long the strokes before it are */
	bool last, thread;
};

struct stack {
	struct node *nodes;
	size_t used, room;
};

static void push(struct stack *stack, struct node node)
{
	if (stack->used == stack->room) {
		stack->room = stack->room ? stack->room * 2 : 64;
		stack->nodes =
			must_grow(stack->nodes, stack->room * sizeof(node));
	}
	stack->nodes[stack->used++] = node;
}

/* What hangs below: its other threads, then its children; the last on top. */
static void push_below(struct stack *stack, struct kith_machine *m,
		       const struct node *node, size_t depth)
{
	struct numbers children = listed(m, node->tid, kith_children);
	struct numbers threads = { NULL, 0 };
	bool last = true;

	if (!node->thread)
		threads = listed(m, node->tid, kith_threads);
	for (size_t i = children.count; i-- > 0; last = false)
		push(stack,
		     (struct node){ children.tid[i], depth, last, false });
	for (size_t i = threads.count; i-- > 0;) {
		if (threads.tid[i] == node->tid)
			continue;
		push(stack, (struct node){ threads.tid[i], depth, last, true });
		last = false;
	}
	free(children.tid);
	free(threads.tid);
}

/* The strokes before a node; returns those that stand below it. */
static const char *print_strokes(struct out *o, const struct tree *tree,
				 const struct node *node, bool adopted)
{
	const struct strokes *s = tree->strokes;

	if (adopted)
		out_text(o, node->last ? s->last_adopted : s->more_adopted);
	else
		out_text(o, node->last ? s->last : s->more);
	return node->last ? s->nothing : s->below;
}

static void draw(struct out *o, struct run *run, const char *margin)
{
	const struct tree *tree = run->context;
	struct stack stack = { 0 };
	struct out before = { 0 };
	struct kith_look look;

	push(&stack, (struct node){ .tid = 1, .last = true });
	while (stack.used) {
		struct node node = stack.nodes[--stack.used];
		const char *below = "";

		if (kith_look(run->machine, node.tid, &look))
			continue;
		before.len = node.depth;
		out_text(o, margin);
		if (before.len)
			out_bytes(o, before.text, before.len);
		if (node.tid != 1)
			below = print_strokes(o, tree, &node,
					      was_whose(tree, &look));
		print_one(o, tree, &look);
		out_text(&before, below);
		push_below(&stack, run->machine, &node, before.len);
	}
	free(stack.nodes);
	out_free(&before);
}

/* --- for people ------------------------------------------------------------
 */

static void picture(struct out *o, struct run *run, const struct line *line,
		    const char *text)
{
	const struct tree *tree = run->context;

	if (line)
		out(o, "%5u  %s%s%s\n", (unsigned)line->number,
		    tree->paint->bold, *text ? text : "(not made)",
		    tree->paint->off);
	draw(o, run, "       ");
}

/* --- for programs ----------------------------------------------------------
 */

static const char *const state_names[] = {
	[KITH_IDLE] = "idle",     [KITH_RUNNING] = "running",
	[KITH_ASLEEP] = "asleep", [KITH_BLOCKED] = "blocked",
	[KITH_ZOMBIE] = "zombie",
};

static void thread_json(struct out *o, const struct tree *tree,
			const struct kith_look *look)
{
	pid_t was = was_whose(tree, look);

	out(o,
	    "{\"tid\":%d,\"tgid\":%d,\"ppid\":%d,\"parent_thread\":%d,"
	    "\"pgid\":%d,\"sid\":%d,\"state\":\"%s\"",
	    (int)look->tid, (int)look->tgid, (int)look->ppid,
	    (int)look->parent_thread, (int)look->pgid, (int)look->sid,
	    state_names[look->state]);
	if (look->call >= 0)
		out(o, ",\"call\":\"%s\"",
		    kith_call_name((unsigned)look->call));
	if (look->state == KITH_ZOMBIE)
		out(o, ",\"status\":%d,\"process_dead\":%s", look->status,
		    look->process_dead ? "true" : "false");
	if (look->subreaper)
		out_text(o, ",\"subreaper\":true");
	if (was)
		out(o, ",\"was\":%d", (int)was);
	out_text(o, ",\"name\":");
	out_json(o, look->name, strlen(look->name));
	out_text(o, "}");
}

static void tree_json(struct out *o, struct run *run, const struct line *line,
		      const char *text)
{
	const char *between = "";
	struct kith_look look;

	out(o, "{\"line\":%u,\"text\":", line ? (unsigned)line->number : 0);
	out_json(o, text, strlen(text));
	out_text(o, ",\"threads\":[");
	for (pid_t tid = 0; (tid = kith_next(run->machine, tid));) {
		if (kith_look(run->machine, tid, &look))
			continue;
		out_text(o, between);
		thread_json(o, run->context, &look);
		between = ",";
	}
	out_text(o, "]}\n");
}

/* --- the command -----------------------------------------------------------
 */

static void stepped(struct run *run, const struct line *line, const char *text)
{
	struct tree *tree = run->context;
	struct out o = { 0 };

	if (tree->options->has_at ? line != tree->only : !line)
		return;
	if (tree->options->json)
		tree_json(&o, run, line, text);
	else
		picture(&o, run, line, text);
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
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	struct tree tree = {
		.options = options,
		.strokes = utf8 && !options->ascii ? &unicode : &ascii,
		.paint = paint_for(stdout),
	};
	struct run run = { .context = &tree,
			   .stepped = stepped,
			   .event = saw_birth,
			   .failed = tell_failure };
	struct script script;
	int status = USAGE;

	(void)files;
	if (!script_read(&script, file[0])) {
		tree.only = last_call(&script, options->at);
		status = run_script(&run, &script,
				    options->has_seed ? &options->seed : NULL);
	}
	map_free(&tree.born);
	script_free(&script);
	return status;
}

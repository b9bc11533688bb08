#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "sim/draw.h"
#include "sim/memory.h"
#include "sim/print.h"

struct strokes {
	const char *more, *last;                 /* ├── └── */
	const char *more_adopted, *last_adopted; /* ├╌╌ └╌╌ */
	const char *below, *nothing;             /* what stands below them */
};

static const struct strokes unicode = { "├── ", "└── ", "├╌╌ ",
					"└╌╌ ", "│   ", "    " };
static const struct strokes ascii = { "|-- ", "`-- ", "|.. ",
				      "`.. ", "|   ", "    " };

void drawing_begin(struct drawing *d, struct kith_machine *m,
		   const struct history *history, bool plain)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");

	*d = (struct drawing){ .machine = m,
			       .history = history,
			       .strokes = utf8 && !plain ? &unicode : &ascii,
			       .paint = paint_for(stdout) };
}

/* --- what is known ---------------------------------------------------------
 */

struct numbers listed(struct kith_machine *m, pid_t tid,
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

static const char *colour(const struct drawing *d, const struct kith_look *look)
{
	if (look->state == KITH_ZOMBIE && look->process_dead)
		return d->paint->red;
	if (look->state == KITH_ASLEEP || look->state == KITH_BLOCKED)
		return d->paint->dim;
	return history_was(d->history, look) ? d->paint->yellow : "";
}

static void print_one(struct out *o, const struct drawing *d,
		      const struct kith_look *look)
{
	const char *on = colour(d, look);
	pid_t was = history_was(d->history, look);
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
	out(o, "%s\n", *on ? d->paint->off : "");
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
static const char *print_strokes(struct out *o, const struct drawing *d,
				 const struct node *node, bool adopted)
{
	const struct strokes *s = d->strokes;

	if (adopted)
		out_text(o, node->last ? s->last_adopted : s->more_adopted);
	else
		out_text(o, node->last ? s->last : s->more);
	return node->last ? s->nothing : s->below;
}

void draw(struct out *o, const struct drawing *d, const char *margin)
{
	struct stack stack = { 0 };
	struct out before = { 0 };
	struct kith_look look;

	push(&stack, (struct node){ .tid = 1, .last = true });
	while (stack.used) {
		struct node node = stack.nodes[--stack.used];
		const char *below = "";

		if (kith_look(d->machine, node.tid, &look))
			continue;
		before.len = node.depth;
		out_text(o, margin);
		if (before.len)
			out_bytes(o, before.text, before.len);
		if (node.tid != 1)
			below = print_strokes(o, d, &node,
					      history_was(d->history, &look));
		print_one(o, d, &look);
		out_text(&before, below);
		push_below(&stack, d->machine, &node, before.len);
	}
	free(stack.nodes);
	out_free(&before);
}

/* --- for programs ----------------------------------------------------------
 */

static const char *const state_names[] = {
	[KITH_IDLE] = "idle",     [KITH_RUNNING] = "running",
	[KITH_ASLEEP] = "asleep", [KITH_BLOCKED] = "blocked",
	[KITH_ZOMBIE] = "zombie",
};

const char *state_name(enum kith_state state)
{
	return state_names[state];
}

static void thread_json(struct out *o, const struct drawing *d,
			const struct kith_look *look)
{
	pid_t was = history_was(d->history, look);

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

void draw_json(struct out *o, const struct drawing *d, uint32_t line,
	       const char *text)
{
	const char *between = "";
	struct kith_look look;

	out(o, "{\"line\":%u,\"text\":", (unsigned)line);
	out_json(o, text, strlen(text));
	out_text(o, ",\"threads\":[");
	for (pid_t tid = 0; (tid = kith_next(d->machine, tid));) {
		if (kith_look(d->machine, tid, &look))
			continue;
		out_text(o, between);
		thread_json(o, d, &look);
		between = ",";
	}
	out_text(o, "]}\n");
}

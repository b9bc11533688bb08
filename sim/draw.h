/*
 * The tree of processes, drawn.
 *
 * It is drawn with a stack of our own, for a family may be a chain of a hundred
 * thousand.  Children hang below the thread whose children they are, in the
 * order in which wait looks at them.  Those who were adopted hang by a dotted
 * line and say whose they were.
 */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include "sim/history.h"
#include "sim/out.h"

struct drawing {
	struct kith_machine *machine;
	const struct history *history;
	const struct strokes *strokes;
	const struct paint *paint;
};

/* Plain: with ASCII, whatever the locale. */
void drawing_begin(struct drawing *d, struct kith_machine *m,
		   const struct history *history, bool plain);

void draw(struct out *o, const struct drawing *d, const char *margin);
void draw_json(struct out *o, const struct drawing *d, uint32_t line,
	       const char *text);

/* What kith_children() or kith_threads() list; tid is to be freed. */
struct numbers {
	pid_t *tid;
	size_t count;
};
struct numbers listed(struct kith_machine *m, pid_t tid,
		      long (*list)(struct kith_machine *, pid_t, pid_t *,
				   size_t));

const char *state_name(enum kith_state state); /* "idle", "zombie" */

#endif

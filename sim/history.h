/*
 * What has happened so far: every event, with the line of the script on which
 * it came.
 *
 * The machine knows what is; this knows how it came to be, and so whose child
 * an orphan was, who collected a process that is gone, and since when a
 * sleeper sleeps.  It only grows at its end, and can be cut there again.
 */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include <kith/kith.h>

#include "sim/map.h"

struct happening {
	struct kith_event event;
	uint32_t line;
	/* Of a birth: the process it belongs to, and whose child that is. */
	pid_t process, parent;
	size_t earlier; /* where the birth before it is under that number */
};

struct history {
	struct happening *list;
	size_t count, room;
	struct map births; /* where the last one is, from 1, as a pointer */
};

void history_add(struct history *h, struct kith_machine *m,
		 const struct kith_event *e, uint32_t line);
void history_cut(struct history *h, size_t count);
void history_free(struct history *h);

/* The last birth under this number; NULL for init and for nobody. */
const struct happening *history_birth(const struct history *h, pid_t tid);

/* The process of a thread that there is or was. */
pid_t history_process(const struct history *h, pid_t tid);

/* Whose child it was at first, if that is not so any more; else 0. */
pid_t history_was(const struct history *h, const struct kith_look *look);

/*
 * The last event of this type since the birth of tid, who is its actor or its
 * subject; NULL if there was none.
 */
const struct happening *history_of_actor(const struct history *h, pid_t tid,
					 enum kith_event_type type);
const struct happening *history_of_subject(const struct history *h, pid_t tid,
					   enum kith_event_type type);

#endif

/*
 * Taking back.
 *
 * Whoever is about to change something notes what is there; going back puts
 * the last noted back first, down to a mark.  That costs as much as was changed
 * and asks nothing of what the thing looks like, but for one condition: it
 * must still lie where it lay.
 */
#ifndef SIM_UNDO_H
#define SIM_UNDO_H

#include <stddef.h>

struct undo {
	unsigned char *bytes;
	size_t used, room;
};

void undo_note(struct undo *undo, void *thing, size_t size); /* NULL: no */
void undo_to(struct undo *undo, size_t mark); /* mark: what used was */
void undo_free(struct undo *undo);

#endif

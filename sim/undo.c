#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/undo.h"

/* What stands behind the bytes that are kept. */
struct note {
	void *thing;
	size_t size;
};

void undo_note(struct undo *undo, void *thing, size_t size)
{
	const struct note note = { thing, size };
	size_t more = size + sizeof(note);

	if (!undo)
		return;
	if (undo->room - undo->used < more) {
		undo->room = 2 * undo->room + more + 4096;
		undo->bytes = must_grow(undo->bytes, undo->room);
	}
	memcpy(undo->bytes + undo->used, thing, size);
	memcpy(undo->bytes + undo->used + size, &note, sizeof(note));
	undo->used += more;
}

void undo_to(struct undo *undo, size_t mark)
{
	struct note note;

	while (undo->used > mark) {
		undo->used -= sizeof(note);
		memcpy(&note, undo->bytes + undo->used, sizeof(note));
		undo->used -= note.size;
		memcpy(note.thing, undo->bytes + undo->used, note.size);
	}
}

void undo_free(struct undo *undo)
{
	free(undo->bytes);
	*undo = (struct undo){ 0 };
}

/*
 * Snapshots: an arena, copied.
 *
 * All of a machine lies in its arena, which never moves, so a copy of the part
 * that is in use is the machine; put back, every pointer in it is right again.
 * Outside lie only the event stream and what the host has given: those are not
 * the machine's state.
 */
#include <errno.h>
#include <stdlib.h>

#include "process/process.h"

struct kith_snapshot {
	const struct kith_machine *machine;
	const struct memory *memory;
	size_t size;
	unsigned char bytes[];
};

struct kith_snapshot *kith_save(struct kith_machine *m)
{
	struct memory *memory = m->ground.memory;
	struct kith_snapshot *s;

	if (m->ground.shared) {
		errno = ENOTSUP;
		return NULL;
	}
	s = malloc(sizeof(*s) + memory_used(memory));
	if (!s)
		return NULL;
	s->machine = m;
	s->memory = memory;
	s->size = memory_used(memory);
	memory_save(memory, s->bytes);
	return s;
}

int kith_restore(struct kith_machine *m, const struct kith_snapshot *s)
{
	if (s->machine != m || s->memory != m->ground.memory)
		return -EINVAL;
	memory_load(m->ground.memory, s->bytes, s->size);
	stream_forget(m->ground.stream);
	return 0;
}

void kith_snapshot_free(struct kith_snapshot *s)
{
	free(s);
}

size_t kith_snapshot_size(const struct kith_snapshot *s)
{
	return s->size;
}

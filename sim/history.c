#include <stdint.h>
#include <stdlib.h>

#include "sim/history.h"
#include "sim/memory.h"

static size_t birth_index(const struct history *h, pid_t tid)
{
	return (size_t)(uintptr_t)map_get(&h->births, tid);
}

static void set_birth(struct history *h, pid_t tid, size_t index)
{
	map_set(&h->births, tid, (void *)(uintptr_t)index);
}

void history_add(struct history *h, struct kith_machine *m,
		 const struct kith_event *e, uint32_t line)
{
	struct happening *happening;
	struct kith_look look;

	if (h->count == h->room) {
		h->room = h->room ? 2 * h->room : 256;
		h->list = must_grow(h->list, h->room * sizeof(*h->list));
	}
	happening = &h->list[h->count++];
	*happening = (struct happening){ .event = *e, .line = line };
	if (e->type != KITH_EV_FORK)
		return;
	happening->process = e->subject;
	if (!kith_look(m, e->subject, &look)) {
		happening->process = look.tgid;
		happening->parent = look.ppid;
	}
	happening->earlier = birth_index(h, e->subject);
	set_birth(h, e->subject, h->count);
}

void history_cut(struct history *h, size_t count)
{
	while (h->count > count) {
		const struct happening *last = &h->list[--h->count];

		if (last->event.type == KITH_EV_FORK)
			set_birth(h, last->event.subject, last->earlier);
	}
}

void history_free(struct history *h)
{
	free(h->list);
	map_free(&h->births);
	*h = (struct history){ 0 };
}

const struct happening *history_birth(const struct history *h, pid_t tid)
{
	size_t index = birth_index(h, tid);

	return index ? &h->list[index - 1] : NULL;
}

pid_t history_process(const struct history *h, pid_t tid)
{
	const struct happening *birth = history_birth(h, tid);

	return birth ? birth->process : tid;
}

pid_t history_was(const struct history *h, const struct kith_look *look)
{
	const struct happening *birth = history_birth(h, look->tgid);

	return look->leader && birth && birth->parent != look->ppid
		       ? birth->parent
		       : 0;
}

const struct happening *history_of_actor(const struct history *h, pid_t tid,
					 enum kith_event_type type)
{
	for (size_t i = h->count; i > birth_index(h, tid); i--)
		if (h->list[i - 1].event.type == type &&
		    h->list[i - 1].event.actor == tid)
			return &h->list[i - 1];
	return NULL;
}

const struct happening *history_of_subject(const struct history *h, pid_t tid,
					   enum kith_event_type type)
{
	size_t birth = birth_index(h, tid);

	for (size_t i = h->count; i > (birth ? birth - 1 : 0); i--)
		if (h->list[i - 1].event.type == type &&
		    h->list[i - 1].event.subject == tid)
			return &h->list[i - 1];
	return NULL;
}

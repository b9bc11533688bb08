#include "base/event.h"

#include <assert.h>
#include <stdlib.h>

struct stream *stream_new(struct mutexes *m)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s)
		lock_init(&s->lock, RANK_EVENT, m);
	return s;
}

void stream_destroy(struct stream *s)
{
	free(s->kept);
	free(s->spare);
	free(s);
}

void stream_watch(struct stream *s, struct kith_observer *o)
{
	struct kith_observer **end = &s->observers;

	while (*end)
		end = &(*end)->next;
	o->next = NULL;
	*end = o;
}

void stream_unwatch(struct stream *s, struct kith_observer *o)
{
	struct kith_observer **at = &s->observers;

	while (*at && *at != o)
		at = &(*at)->next;
	if (*at)
		*at = o->next;
	if (s->next == o)
		s->next = o->next;
}

static bool make_room(struct stream *s)
{
	size_t room = s->room ? 2 * s->room : 64;
	struct kith_event *kept;

	if (s->count < s->room)
		return true;
	kept = realloc(s->kept, room * sizeof(*kept));
	if (!kept)
		return false;
	s->kept = kept;
	s->room = room;
	return true;
}

void stream_append(struct ground *g, const struct kith_event *e)
{
	struct stream *s = g->stream;

	lock_acquire(&s->lock);
	if (make_room(s)) {
		s->kept[s->count] = *e;
		s->kept[s->count].seq = s->seq++;
		s->kept[s->count].time = clock_now(g);
		s->count++;
	} else {
		s->lost++;
	}
	lock_release(&s->lock);
}

/* An observer may dismiss itself, or whoever is next. */
static void show(struct stream *s, const struct kith_event *e)
{
	struct kith_observer *o;

	for (o = s->observers; o; o = s->next) {
		s->next = o->next;
		o->event(o, e);
	}
}

/* The events kept so far, taken out of the stream; the buffers change places. */
static struct kith_event *take_batch(struct stream *s, size_t *count)
{
	struct kith_event *batch = s->kept;
	size_t room = s->room;

	*count = s->count;
	s->kept = s->spare;
	s->room = s->spare_room;
	s->count = 0;
	s->spare = batch;
	s->spare_room = room;
	return batch;
}

static void show_loss(struct stream *s)
{
	struct kith_event e = { .type = KITH_EV_LOST };

	lock_acquire(&s->lock);
	e.value = (int64_t)s->lost;
	e.seq = s->seq;
	s->seq += s->lost > 0;
	s->lost = 0;
	lock_release(&s->lock);
	if (e.value)
		show(s, &e);
}

void stream_show(struct stream *s)
{
	struct kith_event *batch;
	size_t count;

	assert(lock_none());
	if (!s->observers)
		return;
	lock_acquire(&s->lock);
	if (s->showing) {
		lock_release(&s->lock);
		return;
	}
	s->showing = true;
	while (s->count > 0) {
		batch = take_batch(s, &count);
		lock_release(&s->lock);
		for (size_t i = 0; i < count; i++)
			show(s, &batch[i]);
		lock_acquire(&s->lock);
	}
	s->showing = false;
	lock_release(&s->lock);
	show_loss(s);
}

void stream_forget(struct stream *s)
{
	lock_acquire(&s->lock);
	s->count = 0;
	s->lost = 0;
	lock_release(&s->lock);
}

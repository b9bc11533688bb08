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

static void show(struct stream *s, const struct kith_event *e)
{
	struct kith_observer *o, *next;

	for (o = s->observers; o; o = next) {
		next = o->next;
		o->event(o, e);
	}
}

/* An observer may append, by entering a call; so count may grow meanwhile. */
void stream_show(struct stream *s)
{
	struct kith_event e;

	assert(lock_depth() == 0);
	for (size_t i = 0; i < s->count; i++) {
		e = s->kept[i];
		show(s, &e);
	}
	s->count = 0;
	if (s->lost) {
		e = (struct kith_event){ .seq = s->seq++,
					 .type = KITH_EV_LOST,
					 .value = (int64_t)s->lost };
		s->lost = 0;
		show(s, &e);
	}
}

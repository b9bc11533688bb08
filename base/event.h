/*
 * The event stream: everything a machine does that a reader might care about.
 *
 * An event is appended under the lock that makes it true, so that the order of
 * the stream is an order in which the machine's history can be told.  What only
 * its own thread knows of (it enters a call, returns from one, begins to exit)
 * needs no lock: nothing but that thread's other events orders it.  What was
 * appended during a step is shown to the observers after it, with no lock held.
 *
 * The stream is no part of a machine's state: it lies outside of the arena, and
 * a restored machine goes on with the event numbers where the stream is.  If
 * there is no memory to keep an event, it is counted and the loss is an event.
 */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include <kith/kith.h>

#include "base/ground.h"
#include "base/lock.h"

struct stream {
	struct lock lock;                /* RANK_EVENT */
	struct kith_observer *observers; /* in order of arrival; a step's end */
	struct kith_observer *next;      /* to be shown what is being shown */
	uint64_t seq;                    /* (e) of the next event */
	struct kith_event *kept;         /* (e) not shown yet */
	size_t count, room;              /* (e) */
	struct kith_event *spare;        /* (e) the other buffer, while ... */
	size_t spare_room;               /* (e) */
	bool showing;                    /* (e) ... somebody shows events */
	uint64_t lost;                   /* (e) not shown, and never will be */
};

struct stream *stream_new(struct mutexes *m);
void stream_destroy(struct stream *s);
void stream_watch(struct stream *s, struct kith_observer *o);
void stream_unwatch(struct stream *s, struct kith_observer *o);

/*
 * Show what was kept; no lock may be held.  Only one OS thread shows at a time,
 * so that the order is kept: the others leave what they have to that one.
 */
void stream_show(struct stream *s);

/* Forget what was not shown yet: it has been undone. */
void stream_forget(struct stream *s);

void stream_append(struct ground *g, const struct kith_event *e);

/* emit(g, .type = KITH_EV_..., .actor = ..., ...): for nobody, it is free. */
#define emit(g, ...) \
	do { \
		if ((g)->stream->observers) \
			stream_append(g, &(struct kith_event){ __VA_ARGS__ }); \
	} while (0)

#endif

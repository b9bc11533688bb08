/*
 * Wait queues.  A waiter is a parked step: it names no OS thread and owns no
 * stack, only a question: is this news for you?  If so, the function that asks
 * lets the thread's step run again, and the step looks for itself.
 *
 *	step: join the queue, look, nothing there     --->  park
 *	news: change what is looked at, then waitq_wake()   step runs again
 *	step: look, something there                   --->  leave the queue
 *
 * A queue has no lock of its own.  It is guarded by whatever guards that which
 * is waited for, and that rules out lost wake-ups: join and look under one
 * lock, change and wake under the same.
 */
#ifndef BASE_WAITQ_H
#define BASE_WAITQ_H

#include <stdbool.h>
#include <urcu/list.h>

struct waitq {
	struct cds_list_head waiters; /* who came last is first, as in Linux */
};

struct waiter {
	struct cds_list_head link; /* self-linked: on no queue */
	/* Wakes its thread if news concerns it. */
	void (*wake)(struct waiter *w, void *news);
};

void waitq_init(struct waitq *q);
void waiter_init(struct waiter *w, void (*wake)(struct waiter *, void *news));
void waitq_join(struct waitq *q, struct waiter *w); /* no-op if it is on it */
void waitq_leave(struct waiter *w);                 /* no-op if on none */
void waitq_wake(struct waitq *q, void *news);

#endif

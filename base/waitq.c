#include "base/waitq.h"

void waitq_init(struct waitq *q)
{
	CDS_INIT_LIST_HEAD(&q->waiters);
}

void waiter_init(struct waiter *w, void (*wake)(struct waiter *, void *news))
{
	CDS_INIT_LIST_HEAD(&w->link);
	w->wake = wake;
}

/* Linux: add_wait_queue() */
void waitq_join(struct waitq *q, struct waiter *w)
{
	if (cds_list_empty(&w->link))
		cds_list_add(&w->link, &q->waiters);
}

void waitq_leave(struct waiter *w)
{
	cds_list_del_init(&w->link);
}

void waitq_wake(struct waitq *q, void *news)
{
	struct waiter *w;

	cds_list_for_each_entry(w, &q->waiters, link)
		w->wake(w, news);
}

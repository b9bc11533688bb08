#include "signal/pending.h"

#include <assert.h>

void pending_init(struct pending *p)
{
	p->set = 0;
	CDS_INIT_LIST_HEAD(&p->queue);
}

/* Linux: __send_signal_locked(), the part about the queue. */
bool pending_add(struct ground *g, struct pending *p,
		 const struct kith_siginfo *info)
{
	struct queued *q;

	if (info->signo < 32 && (p->set & SIGBIT(info->signo)))
		return false;
	p->set |= SIGBIT(info->signo);
	if (info->signo == KITH_SIGKILL)
		return true;
	q = ground_alloc(g, struct queued);
	if (q) {
		q->info = *info;
		cds_list_add_tail(&q->link, &p->queue);
	}
	return true;
}

/* Linux: collect_signal() */
void pending_take(struct ground *g, struct pending *p, int sig,
		  struct kith_siginfo *info)
{
	struct queued *q, *next, *first = NULL;
	bool more = false;

	assert(p->set & SIGBIT(sig));
	*info = (struct kith_siginfo){ .signo = sig };
	cds_list_for_each_entry_safe(q, next, &p->queue, link) {
		if (q->info.signo != sig)
			continue;
		if (first) {
			more = true;
			break;
		}
		first = q;
	}
	if (!more)
		p->set &= ~SIGBIT(sig);
	if (first) {
		*info = first->info;
		cds_list_del(&first->link);
		ground_free(g, first);
	}
}

void pending_flush(struct ground *g, struct pending *p, sigbits which)
{
	struct queued *q, *next;

	if (!(p->set & which))
		return;
	p->set &= ~which;
	cds_list_for_each_entry_safe(q, next, &p->queue, link) {
		if (!(which & SIGBIT(q->info.signo)))
			continue;
		cds_list_del(&q->link);
		ground_free(g, q);
	}
}

/* Linux: next_signal() */
int pending_next(const struct pending *p, sigbits which)
{
	const sigbits faults = SIGBIT(KITH_SIGSEGV) | SIGBIT(KITH_SIGBUS) |
			       SIGBIT(KITH_SIGILL) | SIGBIT(KITH_SIGTRAP) |
			       SIGBIT(KITH_SIGFPE) | SIGBIT(KITH_SIGSYS);
	sigbits ready = p->set & which;

	if (ready & faults)
		ready &= faults;
	return ready ? __builtin_ctzll(ready) + 1 : 0;
}

/*
 * Pid namespaces: a table of numbers, each inside of its parent's.
 */
#include <errno.h>

#include "namespace/pid.h"

void pids_init(struct pids *p, struct ground *g)
{
	lock_init(&p->lock, RANK_PIDS, g->mutexes);
	p->ground = g;
}

int pidns_init(struct pidns *ns, struct pids *p, struct pidns *parent, int max)
{
	if (parent && parent->level == PIDNS_DEEPEST)
		return -ENOSPC;
	*ns = (struct pidns){
		.pids = p,
		.parent = parent,
		.level = parent ? parent->level + 1 : 0,
		.max = max ? max : PID_MAX_LIMIT,
	};
	numbers_init(&ns->numbers, p->ground);
	waitq_init(&ns->lonely);
	return 0;
}

void pidns_destroy(struct pidns *ns)
{
	numbers_destroy(&ns->numbers);
}

int pidns_set_max(struct pidns *ns, int max)
{
	struct ground *g = ns->pids->ground;

	if (max < PID_RESERVED + 1 - mutant(g, PID_02) || max > PID_MAX_LIMIT)
		return -EINVAL;
	lock_acquire(&ns->pids->lock);
	ns->max = max;
	lock_release(&ns->pids->lock);
	return 0;
}

int pidns_set_last(struct pidns *ns, int last)
{
	int err = 0;

	lock_acquire(&ns->pids->lock);
	if (last < 0 || (last > ns->max && !mutant(ns->pids->ground, PID_13)))
		err = -EINVAL;
	else
		ns->cursor = last + 1;
	lock_release(&ns->pids->lock);
	return err;
}

void pidns_close(struct pidns *ns)
{
	lock_acquire(&ns->pids->lock);
	ns->closed = true;
	lock_release(&ns->pids->lock);
}

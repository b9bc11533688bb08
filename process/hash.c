/*
 * What a machine is, in 64 bits, found by a walk that does not depend on where
 * anything lies: processes by number, threads and children in their lists'
 * order, and nothing of the host.
 */
#include "process/process.h"

static void mix(uint64_t *h, uint64_t word)
{
	*h = (*h ^ word) * 0x9e3779b97f4a7c15ull;
	*h ^= *h >> 32;
}

static void mix_usage(uint64_t *h, const struct usage *u)
{
	mix(h, u->utime);
	mix(h, u->stime);
	mix(h, u->minflt);
	mix(h, u->nvcsw);
	mix(h, u->maxrss);
}

static void mix_pending(uint64_t *h, const struct pending *p)
{
	struct queued *q;

	mix(h, p->set);
	cds_list_for_each_entry(q, &p->queue, link) {
		mix(h, (uint64_t)q->info.signo << 32 | (uint32_t)q->info.code);
		mix(h, (uint64_t)q->info.pid << 32 | (uint32_t)q->info.status);
	}
}

static void mix_actions(uint64_t *h, struct sighand *s)
{
	mix(h, (uint64_t)s->ref);
	for (int sig = 1; sig <= KITH_NSIG; sig++) {
		struct kith_sigaction a = action_get(s, sig);

		if (!a.handler && !a.flags && !a.mask)
			continue;
		mix(h, (uint64_t)sig);
		mix(h, a.handler);
		mix(h, a.flags);
		mix(h, a.mask);
	}
}

static void mix_files(uint64_t *h, const struct files *f)
{
	if (!f)
		return;
	mix(h, (uint64_t)f->users);
	for (int fd = 0; fd < f->room; fd++)
		if (f->slots[fd].kind)
			mix(h, (uint64_t)fd << 32 |
				       (uint64_t)f->slots[fd].kind << 1 |
				       f->slots[fd].on_exec);
}

/* A call that was entered and has not begun: its arguments, all of them. */
static void mix_arguments(uint64_t *h, const struct op *op)
{
	const unsigned char *in = (const unsigned char *)op->behind;

	for (int i = 0; i < 6; i++)
		mix(h, op->arg[i]);
	for (size_t i = 0; in && i < sizeof(op->behind->in); i++)
		mix(h, in[i]);
}

/* A call that has begun: what its step remembers. */
static void mix_progress(uint64_t *h, const struct op *op)
{
	if (op->step == wait_step) {
		mix(h, (uint64_t)op->wait.rq.who << 32 |
			       (uint32_t)pid_root_nr(op->wait.rq.pid));
		mix(h, op->wait.rq.options);
		mix(h, (uint64_t)op->wait.is_waitid << 24 |
			       (uint64_t)op->wait.status << 16 |
			       (uint64_t)op->wait.info << 8 | op->wait.usage);
	} else if (op->step == vfork_step) {
		mix(h, (uint64_t)op->value);
		mix(h, op->vfork.done);
	} else if (op->step == exec_step) {
		for (int i = 0; i < NAME_SIZE; i++)
			mix(h, (unsigned char)op->behind->in.program.name[i]);
	} else {
		mix(h, exit_progress(op));
	}
}

static void mix_op(uint64_t *h, const struct thread *t)
{
	const struct op *op = &t->op;

	mix(h, (uint64_t)t->run << 32 | (uint64_t)t->woken << 16 |
		       (uint64_t)op->parked << 8 | (op->step != NULL));
	if (!op->step)
		return;
	mix(h, op->nr);
	if (call_is_new(op))
		mix_arguments(h, op);
	else
		mix_progress(h, op);
}

static void mix_thread(uint64_t *h, struct thread *t)
{
	struct kin *k = &t->kin, *child;

	mix(h, (uint64_t)kin_nr(k) << 32 |
		       (uint32_t)(k->parent ? kin_nr(k->parent) : 0));
	mix(h, (uint64_t)k->state << 40 | (uint64_t)k->exiting << 32 |
		       (uint32_t)k->status);
	mix(h, (uint64_t)(uint16_t)k->exit_signal << 16 |
		       (uint16_t)k->death_signal);
	mix(h, (uint64_t)k->execs << 32 | k->parent_execs);
	mix(h, t->start);
	mix(h, t->vfork_parent ? (uint64_t)thread_nr(t->vfork_parent) : 0);
	for (int i = 0; i < NAME_SIZE; i += 4)
		mix(h, (uint64_t)(unsigned char)t->name[i] << 24 |
			       (uint64_t)(unsigned char)t->name[i + 1] << 16 |
			       (uint64_t)(unsigned char)t->name[i + 2] << 8 |
			       (unsigned char)t->name[i + 3]);
	mix_usage(h, &k->usage);
	cds_list_for_each_entry(child, &k->children, sibling)
		mix(h, (uint64_t)kin_nr(child));
	mix(h, (uint64_t)t->signals.outlived << 1 | t->signals.told);
	if (!t->signals.exiting)
		mix_pending(h, &t->signals.own);
	mix(h, t->cred->caps.effective);
	mix_files(h, t->files);
	if (t->space) {
		mix(h, (uint64_t)t->space->users << 32 | t->space->pages);
		mix(h, t->space->most);
	}
	mix_op(h, t);
}

static void mix_waiters(uint64_t *h, const struct waitq *q)
{
	struct waiter *w;

	cds_list_for_each_entry(w, &q->waiters, link)
		mix(h, (uint64_t)thread_nr(
			       caa_container_of(w, struct thread, op.waiter)));
}

static void mix_process(uint64_t *h, struct process *p)
{
	struct kin *k;

	mix(h, (uint64_t)pid_root_nr(p->kin.pgid.pid) << 32 |
		       (uint32_t)pid_root_nr(p->kin.sid.pid));
	mix(h, (uint64_t)p->signals.killed << 5 |
		       (uint64_t)p->kin.is_subreaper << 4 |
		       p->kin.has_subreaper << 3 | p->kin.has_execed << 2 |
		       p->kin.closing << 1 | p->signals.group_exit);
	mix(h,
	    (uint64_t)p->signals.group_status << 32 |
		    (uint32_t)(p->signals.exec_by ? thread_nr(thread_of_signals(
							    p->signals.exec_by))
						  : 0));
	mix_usage(h, &p->kin.gone);
	mix_usage(h, &p->kin.reaped);
	mix_waiters(h, &p->kin.waiters);
	mix_pending(h, &p->signals.shared);
	mix_actions(h, p->signals.sighand);
	cds_list_for_each_entry(k, &p->kin.threads, in_group)
		mix_thread(h, thread_of_kin(k));
}

uint64_t kith_hash_unqueued(struct kith_machine *m)
{
	uint64_t h = 0;
	struct process *p;

	mix(&h, m->ground.clock);
	mix(&h, m->ground.seed);
	mix(&h, (uint64_t)m->root.cursor << 32 | (uint32_t)m->root.max);
	mix(&h, (uint64_t)m->root.closed << 1 | m->halted);
	cds_list_for_each_entry(p, &m->processes, in_machine)
		mix_process(&h, p);
	return h;
}

uint64_t kith_hash(struct kith_machine *m)
{
	uint64_t h = kith_hash_unqueued(m);
	struct thread *t;

	cds_list_for_each_entry(t, &m->runq, on_runq)
		mix(&h, (uint64_t)thread_nr(t));
	return h;
}

/*
 * Threads and processes: how they come to be, and how they are taken away.
 */
#include "process/process.h"

#include <assert.h>

struct process *process_new(struct kith_machine *m, struct sighand *h,
			    struct pidns *ns)
{
	struct process *p = ground_alloc(&m->ground, struct process);

	if (!p)
		return NULL;
	CDS_INIT_LIST_HEAD(&p->in_machine);
	siggroup_init(&p->signals, &m->ground, h, thread_wake_by_signal);
	p->signals.dump_core = m->dump_core;
	kingroup_init(&p->kin, &m->family, &p->signals, ns);
	return p;
}

struct thread *thread_new(struct kith_machine *m, struct process *p,
			  struct cred *cred)
{
	struct thread *t = ground_alloc(&m->ground, struct thread);

	if (!t)
		return NULL;
	t->machine = m;
	t->cred = cred;
	t->start = clock_now(&m->ground);
	kin_init(&t->kin, &p->kin, &t->signals, &t->cred);
	waiter_init(&t->op.waiter, NULL);
	return t;
}

static void free_behind(struct thread *t)
{
	if (t->op.behind)
		ground_free(thread_ground(t), t->op.behind);
	t->op.behind = NULL;
}

void thread_discard(struct thread *t)
{
	files_put(t->files);
	space_put(t->space);
	cred_put(t->cred);
	free_behind(t);
	ground_free(thread_ground(t), t);
}

void process_discard(struct process *p)
{
	siggroup_destroy(&p->signals);
	ground_free(&process_machine(p)->ground, p);
}

static void thread_free(struct rcu_head *head)
{
	struct thread *t = caa_container_of(head, struct thread, dead);
	struct ground *g;

	deferred_begin(head);
	g = thread_ground(t);
	grace_passed(g);
	thread_discard(t);
	deferred_end(g);
}

static void process_free(struct rcu_head *head)
{
	struct process *p = caa_container_of(head, struct process, dead);
	struct ground *g;

	deferred_begin(head);
	g = &process_machine(p)->ground;
	grace_passed(g);
	process_discard(p);
	deferred_end(g);
}

/* Take one dead thread away; returns who is to go next because of that. */
static struct kin *release(struct kith_machine *m, struct kin *k)
{
	struct thread *t = thread_of_kin(k);
	struct process *p = thread_process(t);
	bool last = kin_is_leader(k);
	struct kin *next;

	lock_acquire(&m->family.lock);
	next = kin_release(k);
	if (last)
		cds_list_del(&p->in_machine);
	else
		exec_tell(p);
	lock_release(&m->family.lock);
	defer(&m->ground, &t->dead, thread_free);
	if (last)
		defer(&m->ground, &p->dead, process_free);
	return next;
}

void release_dead(struct kith_machine *m, struct dead *dead)
{
	struct kin *k;

	assert(lock_none());
	while ((k = dead_take(dead)))
		while (k)
			k = release(m, k);
}

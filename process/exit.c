/*
 * How a thread dies, and a process with its last.
 *
 *	a fatal signal is taken
 *	   |
 *	exit_decided      now the process ends of it, unless of another by now
 *	   |
 *	exit, exit_group
 *	   |
 *	exit_begin        from now on it takes no signals
 *	   |
 *	exit_release      address space and descriptors; wakes a vfork parent
 *	   |
 *	exit_namespace    an init only: everybody else must go first
 *	   |
 *	exit_family       give the children away, become a zombie, tell the
 *	   |              parent: together, under the family lock
 *	 (gone)
 *
 * Each line down is a boundary between steps: others may run there.  The last
 * step does three things and does them together, because nobody may ever see a
 * dead parent of a living child, nor a zombie that its parent was not told of.
 *
 * What is left, a zombie, belongs to the parent: process/wait.c collects it.
 */
#include "process/process.h"

#include <assert.h>

static step_fn exit_decided, exit_release, exit_namespace, exit_family;
static enum outcome exit_begin(struct thread *t, int status);

enum outcome sys_exit(struct thread *t)
{
	return exit_begin(t, status_of_exit((int)t->op.arg[0]));
}

enum outcome sys_exit_group(struct thread *t)
{
	int status = status_of_exit((int)t->op.arg[0]);

	return exit_begin(t, signal_group_exit(&t->signals, status));
}

/*
 * Linux: get_signal(), which lets go of the lock between taking a signal and
 * do_group_exit(): another that is sent then can be first.
 */
enum outcome exit_of_signal(struct thread *t, int status)
{
	t->op.exit.status = status;
	t->op.exit.told = false;
	t->op.exit.lonely = false;
	t->op.step = exit_decided;
	return STEP_NEXT;
}

static enum outcome exit_decided(struct thread *t)
{
	int status = t->op.exit.status;

	return exit_begin(t, signal_group_exit(&t->signals, status));
}

/* Linux: do_exit(), up to exit_signals() */
static enum outcome exit_begin(struct thread *t, int status)
{
	struct kith_machine *m = t->machine;
	struct kingroup *group = t->kin.group;

	emit(&m->ground, .type = KITH_EV_EXIT, .actor = thread_nr(t),
	     .value = status);
	lock_acquire(&m->family.lock);
	t->kin.exiting = true;
	t->kin.status = status;
	group->live--;
	if (group->live == 0 && !mutant(&m->ground, EXT_02))
		signal_last_exit(&thread_process(t)->signals, status);
	lock_release(&m->family.lock);
	sigthread_exit(&t->signals);
	t->op.exit.status = status;
	t->op.exit.told = false;
	t->op.exit.lonely = false;
	t->op.parked = true; /* should it park, that is not the call's sleep */
	t->op.step = exit_release;
	return STEP_NEXT;
}

uint64_t exit_progress(const struct op *op)
{
	uint64_t at = op->step == exit_release     ? 1
		      : op->step == exit_namespace ? 2
		      : op->step == exit_family    ? 3
		      : op->step == exit_decided   ? 4
						   : 0;

	return at << 34 | (uint64_t)op->exit.told << 33 |
	       (uint64_t)op->exit.lonely << 32 | (uint32_t)op->exit.status;
}

/* Linux: mm_release(), complete_vfork_done() */
void vfork_release(struct thread *t)
{
	struct thread *parent = t->vfork_parent;

	must_hold(&t->machine->family.lock);
	if (!parent)
		return;
	t->vfork_parent = NULL;
	parent->op.vfork.done = true;
	thread_wake(parent, WAKE_NEWS);
}

static enum outcome exit_release(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kingroup *group = t->kin.group;
	uint64_t rss = space_most_kib(t->space);
	struct space *space = t->space;
	struct files *files = t->files;
	bool last;

	lock_acquire(&m->family.lock);
	last = group->live == 0;
	if (last || !mutant(&m->ground, VFK_09))
		vfork_release(t);
	if (last && group->gone.maxrss < rss)
		group->gone.maxrss = rss;
	t->space = NULL;
	t->files = NULL;
	lock_release(&m->family.lock);
	space_put(space);
	files_put(files);
	t->op.step = exit_family;
	return STEP_NEXT;
}

/* The namespace is closed and all but init are told to end. */
static void begin_namespace_end(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kith_siginfo info = { .signo = KITH_SIGKILL,
				     .code = KITH_SI_KERNEL };
	struct sending how = { .from = thread_nr(t),
			       .force = true,
			       .rule = "PNS-11" };
	struct process *p;

	pidns_close(t->kin.group->ns);
	lock_acquire(&m->family.lock);
	t->kin.group->closing = true;
	cds_list_for_each_entry(p, &m->processes, in_machine)
		if (p != thread_process(t) && !mutant(&m->ground, PNS_11))
			signal_send(&p->signals, p->kin.leader->signals, &info,
				    &how);
	lock_release(&m->family.lock);
}

static void wake_always(struct waiter *w, void *news)
{
	(void)news;
	thread_wake(caa_container_of(w, struct thread, op.waiter), WAKE_NEWS);
}

/* Collect all zombies there are; true if there are no children left. */
static bool collect_all(struct thread *t)
{
	const struct wait_request any = { .who = WAIT_ANY,
					  .options =
						  KITH_WEXITED | KITH___WALL };
	struct kith_machine *m = t->machine;
	struct wait_report report;
	enum wait_result found;
	struct dead dead;

	dead_init(&dead);
	lock_acquire(&m->family.lock);
	waitq_join(&t->kin.group->waiters, &t->op.waiter);
	while ((found = wait_scan(&t->kin, &any, &report)) == WAIT_FOUND)
		dead_add(&dead, report.child);
	if (found == WAIT_NO_CHILD)
		waitq_leave(&t->op.waiter);
	lock_release(&m->family.lock);
	release_dead(m, &dead);
	return found == WAIT_NO_CHILD;
}

/* Is nobody's number taken but init's own?  If not, init is told of changes. */
static bool is_last_number(struct thread *t)
{
	struct pidns *ns = t->kin.group->ns;
	unsigned own = kin_is_leader(&t->kin) ? 1 : 2;
	bool last;

	lock_acquire(&ns->pids->lock);
	last = ns->allocated <= own;
	if (!last)
		waitq_join(&ns->lonely, &t->op.waiter);
	t->op.exit.lonely = !last;
	lock_release(&ns->pids->lock);
	return last;
}

/*
 * Init is the last one to go (PNS-11, PNS-20).  The waiter is on two queues one
 * after the other, never on both.  Linux: zap_pid_ns_processes().
 */
static enum outcome exit_namespace(struct thread *t)
{
	struct pids *pids = t->kin.group->ns->pids;

	if (!t->op.exit.told) {
		t->op.exit.told = true;
		waiter_init(&t->op.waiter, wake_always);
		begin_namespace_end(t);
	} else if (t->op.exit.lonely) {
		lock_acquire(&pids->lock);
		waitq_leave(&t->op.waiter);
		lock_release(&pids->lock);
	}
	if (!collect_all(t) || !is_last_number(t))
		return STEP_PARK;
	t->op.step = exit_family;
	return STEP_NEXT;
}

/* Init has no parent here that could collect it: with it the machine ends. */
static void halt_without_init(struct kith_machine *m)
{
	struct kin *init;

	lock_acquire(&m->family.lock);
	init = m->init->kin.leader;
	if (!m->halted && init->state == KIN_ZOMBIE && kin_alone(init)) {
		__atomic_store_n(&m->halted, true, __ATOMIC_RELAXED);
		emit(&m->ground, .type = KITH_EV_HALT, .actor = kin_nr(init),
		     .value = kingroup_status(&m->init->kin));
	}
	lock_release(&m->family.lock);
}

/*
 * Does the namespace lose its init with t?  Not if another of init's threads
 * can take over.  Linux: find_child_reaper()
 */
static bool is_last_of_init(struct thread *t)
{
	struct kingroup *group = t->kin.group;

	must_hold(&t->machine->family.lock);
	return group->ns->reaper == &t->kin && group->live == 0;
}

/* Linux: exit_notify(), release_task() */
static enum outcome exit_family(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct process *p = thread_process(t);
	bool is_init = p == m->init;
	struct dead dead;

	dead_init(&dead);
	lock_acquire(&m->family.lock);
	if (is_last_of_init(t) && !t->op.exit.told) {
		lock_release(&m->family.lock);
		t->op.step = exit_namespace;
		return STEP_NEXT;
	}
	kin_reparent_children(&t->kin, &dead);
	lock_acquire(&m->lock);
	t->run = RUN_GONE;
	lock_release(&m->lock);
	if (!kin_alone(&t->kin))
		exec_tell(p);
	kin_die(&t->kin, &dead);
	lock_release(&m->family.lock);
	release_dead(m, &dead); /* t may be in it, or be somebody else's */
	if (is_init)
		halt_without_init(m);
	return STEP_GONE;
}

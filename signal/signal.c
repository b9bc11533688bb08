/*
 * Who gets a signal, and what becomes of it.  Sending is in send.c.
 */
#include "signal/signal.h"

#include <assert.h>

#include "base/event.h"

void siggroup_init(struct siggroup *g, struct ground *ground, struct sighand *h,
		   void (*wake)(struct sigthread *, enum wake))
{
	*g = (struct siggroup){
		.ground = ground,
		.sighand = h,
		.wake = wake,
	};
	lock_init(&g->lock, RANK_SIGNAL, ground->mutexes);
	CDS_INIT_LIST_HEAD(&g->threads);
	pending_init(&g->shared);
}

void siggroup_destroy(struct siggroup *g)
{
	assert(cds_list_empty(&g->threads));
	pending_flush(g->ground, &g->shared, ~UINT64_C(0));
	sighand_put(g->sighand);
}

void sigthread_init(struct sigthread *t, struct siggroup *g,
		    struct pid *const *name)
{
	t->group = g;
	t->name = name;
	t->exiting = false;
	t->outlived = false;
	t->told = false;
	pending_init(&t->own);
	lock_acquire(&g->lock);
	cds_list_add_tail(&t->in_group, &g->threads);
	if (!g->next_target)
		g->next_target = t;
	lock_release(&g->lock);
}

/* The thread after t in the ring. */
struct sigthread *sigthread_after(struct sigthread *t)
{
	struct cds_list_head *next = t->in_group.next;

	if (next == &t->group->threads)
		next = next->next;
	return cds_list_entry(next, struct sigthread, in_group);
}

/*
 * What is pending for all has to be told to somebody else, beginning with t.
 * Linux: retarget_shared_pending().
 */
static void pass_on(struct sigthread *t)
{
	struct sigthread *first = t;

	do {
		if (!t->told) {
			sigthread_tell(t, WAKE_SIGNAL);
			return;
		}
		t = sigthread_after(t);
	} while (t != first);
}

void sigthread_exit(struct sigthread *t)
{
	struct siggroup *g = t->group;
	struct sigthread *after;

	lock_acquire(&g->lock);
	t->exiting = true;
	t->outlived = !g->group_exit;
	pending_flush(g->ground, &t->own, ~UINT64_C(0));
	after = sigthread_after(t);
	if (g->next_target == t)
		g->next_target = after == t ? NULL : after;
	cds_list_del_init(&t->in_group);
	if (t->told && g->shared.set && after != t)
		pass_on(after);
	lock_release(&g->lock);
}

uint64_t sigthread_shown(const struct sigthread *t)
{
	must_hold(&t->group->lock);
	if (!t->exiting)
		return t->own.set;
	if (mutant(t->group->ground, EXT_04_seen))
		return 0;
	return t->outlived && t->group->killed ? SIGBIT(KITH_SIGKILL) : 0;
}

bool signal_has_ended(struct siggroup *g, int *status)
{
	bool ended;

	lock_acquire(&g->lock);
	ended = g->group_exit;
	if (ended)
		*status = g->group_status;
	lock_release(&g->lock);
	return ended;
}

bool signal_is_told(struct sigthread *t)
{
	bool told;

	lock_acquire(&t->group->lock);
	told = t->told;
	lock_release(&t->group->lock);
	return told;
}

bool signal_recalc(struct sigthread *t)
{
	struct siggroup *g = t->group;
	bool told;

	lock_acquire(&g->lock);
	told = t->told = t->own.set || g->shared.set;
	lock_release(&g->lock);
	return told;
}

bool signal_is_pending(struct sigthread *t)
{
	struct siggroup *g = t->group;
	bool pending;

	lock_acquire(&g->lock);
	pending = t->own.set || g->shared.set;
	lock_release(&g->lock);
	return pending;
}

bool signal_is_fatal_pending(struct sigthread *t)
{
	bool fatal;

	lock_acquire(&t->group->lock);
	fatal = (t->own.set & SIGBIT(KITH_SIGKILL)) != 0;
	lock_release(&t->group->lock);
	return fatal;
}

/* Take the next signal, the thread's own before the group's (R014). */
static int dequeue(struct sigthread *t, struct kith_siginfo *info)
{
	struct siggroup *g = t->group;
	struct pending *from = &t->own;
	int sig = pending_next(from, ~UINT64_C(0));

	if (!sig) {
		from = &g->shared;
		sig = pending_next(from, ~UINT64_C(0));
	}
	if (sig)
		pending_take(g->ground, from, sig, info);
	return sig;
}

void signal_zap_others(struct sigthread *t)
{
	struct siggroup *g = t->group;
	struct sigthread *other;

	must_hold(&g->lock);
	cds_list_for_each_entry(other, &g->threads, in_group) {
		if (other == t)
			continue;
		other->own.set |= SIGBIT(KITH_SIGKILL);
		sigthread_tell(other, WAKE_FATAL);
	}
}

/* The wait status of a process that ends of sig. */
static int status_of(const struct siggroup *g, int sig)
{
	if (signal_default(sig) == DEFAULT_CORE &&
	    (g->dump_core || mutant(g->ground, EXT_05)))
		return sig | 0x80;
	return sig;
}

/* Linux: get_signal(), with what so far can come of a signal. */
enum verdict signal_take(struct sigthread *t, int *status,
			 struct kith_siginfo *info)
{
	struct siggroup *g = t->group;
	enum verdict verdict = VERDICT_NOTHING;
	struct kith_sigaction a;
	int sig;

	*info = (struct kith_siginfo){ .signo = 0 };
	lock_acquire(&g->lock);
	if (g->group_exit || (g->exec_by && g->exec_by != t)) {
		*status = g->group_exit ? g->group_status : 0;
		verdict = VERDICT_TERMINATE;
	}
	while (verdict == VERDICT_NOTHING && (sig = dequeue(t, info))) {
		a = action_get(g->sighand, sig);
		if (action_ignores(&a, sig) ||
		    (g->unkillable && !signal_is_kernels(sig)))
			continue;
		emit(g->ground, .type = KITH_EV_DELIVER,
		     .subject = pid_root_nr(fetch(t->name)), .actor = info->pid,
		     .value = sig, .other = info->code, .info = *info);
		*status = status_of(g, sig);
		verdict = VERDICT_TERMINATE;
	}
	t->told = verdict == VERDICT_TERMINATE && (t->own.set || g->shared.set);
	lock_release(&g->lock);
	return verdict;
}

int signal_group_exit(struct sigthread *t, int status)
{
	struct siggroup *g = t->group;

	lock_acquire(&g->lock);
	if (g->group_exit) {
		status = g->group_status; /* EXT-09: the first wins */
	} else if (g->exec_by) {
		status = 0;
	} else {
		g->group_exit = true;
		g->group_status = status;
		signal_zap_others(t);
	}
	lock_release(&g->lock);
	return status;
}

void signal_last_exit(struct siggroup *g, int status)
{
	lock_acquire(&g->lock);
	if (!g->group_exit) {
		g->group_exit = true;
		g->group_status = status;
	}
	lock_release(&g->lock);
}

int signal_action(struct siggroup *g, int sig, const struct kith_sigaction *act,
		  struct kith_sigaction *old)
{
	struct sigthread *t;
	int err = 0;

	lock_acquire(&g->lock);
	if (old)
		*old = action_get(g->sighand, sig);
	if (act)
		err = action_set(g->sighand, sig, act);
	if (act && !err && !mutant(g->ground, R024) &&
	    (action_ignores(act, sig) || mutant(g->ground, R025))) {
		pending_flush(g->ground, &g->shared, SIGBIT(sig));
		cds_list_for_each_entry(t, &g->threads, in_group)
			pending_flush(g->ground, &t->own, SIGBIT(sig));
	}
	lock_release(&g->lock);
	return err;
}

/*
 * Sending a signal: is it ignored, who takes it, does it end the group?
 */
#include <assert.h>

#include "base/event.h"
#include "signal/signal.h"

/*
 * Linux: sig_task_ignored().  An init is deaf to what it has no handler for,
 * KILL and STOP from inside of its namespace included (R106).
 */
static bool is_ignored(struct siggroup *g, int sig, bool force)
{
	struct kith_sigaction a = action_get(g->sighand, sig);

	if (g->unkillable && !mutant(g->ground, PNS_12) &&
	    a.handler == KITH_SIG_DFL && !(force && signal_is_kernels(sig)))
		return true;
	return action_ignores(&a, sig);
}

/*
 * Linux: wants_signal(); nothing blocks or stops yet.  Who has been told of a
 * signal and has not taken it is not told of another (R066), unless he is
 * running; SIGKILL is for everybody.
 */
static bool wants(const struct sigthread *t, int sig,
		  const struct sigthread *running)
{
	return t && !t->exiting &&
	       (sig == KITH_SIGKILL || !t->told || t == running ||
		mutant(t->group->ground, R066));
}

/* The thread that shall take it (R067), or NULL. */
static struct sigthread *choose_taker(struct siggroup *g, struct sigthread *to,
				      int sig, const struct sigthread *running)
{
	struct sigthread *t = g->next_target;

	if (wants(to, sig, running) && !mutant(g->ground, R067))
		return to;
	if (!t)
		return NULL;
	do {
		if (wants(t, sig, running))
			return g->next_target = t;
		t = sigthread_after(t);
	} while (t != g->next_target);
	return NULL;
}

/*
 * A signal that will end the group anyway ends it now, without waiting for a
 * thread to take it; only core signals wait, for the dump is taken by the
 * thread that they hit.  Linux: the middle of complete_signal(), R069b.
 */
static bool ends_group(struct siggroup *g, int sig)
{
	struct kith_sigaction a = action_get(g->sighand, sig);
	struct sigthread *t;

	if (a.handler != KITH_SIG_DFL ||
	    signal_default(sig) != DEFAULT_TERMINATE || g->group_exit ||
	    mutant(g->ground, R069b))
		return false;
	g->group_exit = g->killed = true;
	g->group_status = sig;
	if (mutant(g->ground, R069b_seen))
		pending_flush(g->ground, &g->shared, SIGBIT(sig));
	cds_list_for_each_entry(t, &g->threads, in_group) {
		t->own.set |= SIGBIT(KITH_SIGKILL);
		sigthread_tell(t, WAKE_FATAL);
	}
	return true;
}

/* Under the lock.  Linux: send_signal_locked(), prepare_signal() */
static enum sent send_locked(struct siggroup *g, struct sigthread *to,
			     const struct kith_siginfo *info,
			     const struct sending *how,
			     struct sigthread **taker)
{
	int sig = info->signo;

	if (g->group_exit ||
	    (is_ignored(g, sig, how->force) && !mutant(g->ground, R020)))
		return SENT_DROPPED; /* R026, R020 */
	if (!pending_add(g->ground, &g->shared, info))
		return SENT_DROPPED; /* R011 */
	*taker = choose_taker(g, to, sig, how->by);
	if (!*taker)
		return SENT_QUEUED;
	if (ends_group(g, sig))
		return SENT_FATAL;
	sigthread_tell(*taker, WAKE_SIGNAL);
	return SENT_QUEUED;
}

enum sent signal_send(struct siggroup *g, struct sigthread *to,
		      const struct kith_siginfo *info,
		      const struct sending *how)
{
	struct sigthread *taker = NULL;
	enum sent sent;

	assert(info->signo > 0 && info->signo <= KITH_NSIG);
	lock_acquire(&g->lock);
	sent = send_locked(g, to, info, how, &taker);
	emit(g->ground, .type = KITH_EV_SIGNAL, .actor = how->from,
	     .subject = pid_root_nr(fetch(to->name)), .value = info->signo,
	     .other = sent, .info = *info, .rule = how->rule);
	if (sent == SENT_FATAL && info->signo != KITH_SIGKILL)
		emit(g->ground, .type = KITH_EV_DELIVER, .actor = how->from,
		     .subject = pid_root_nr(fetch(taker->name)),
		     .value = info->signo, .other = info->code, .info = *info);
	lock_release(&g->lock);
	return sent;
}

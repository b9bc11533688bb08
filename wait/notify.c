/*
 * A parent is told of a death.
 */
#include <assert.h>

#include "wait/kin.h"

struct kith_siginfo kin_siginfo(const struct kin *k, const struct pidns *reader,
				int status)
{
	return (struct kith_siginfo){
		.signo = KITH_SIGCHLD,
		.code = status_is_exit(status)   ? KITH_CLD_EXITED
			: status_is_core(status) ? KITH_CLD_DUMPED
						 : KITH_CLD_KILLED,
		.pid = pid_nr(k->group->pid, reader),
		.uid = (int32_t)(*k->cred)->uid.real,
		.status = status_value(status),
	};
}

/* Send the parent what its child asked for; with the times, unlike waitid. */
static void send_death(struct kin *k, struct kin *parent, int sig)
{
	struct sending how = { .from = kin_nr(k) };
	struct usage usage = kingroup_usage(k->group);
	struct kith_siginfo info =
		kin_siginfo(k, parent->group->ns, kingroup_status(k->group));

	info.signo = sig;
	info.utime = usage.utime / USAGE_TICK;
	info.stime = usage.stime / USAGE_TICK;
	signal_send(parent->group->signals, parent->signals, &info, &how);
}

/*
 * Linux: do_notify_parent().  What the parent does about SIGCHLD at this moment
 * decides whether there will be a zombie (ARP-05), but only if SIGCHLD is what
 * it would be sent (EXS-05); and if it has become another program since k was
 * born, SIGCHLD is what it is sent (EXS-06).
 */
bool kin_notify_parent(struct kin *k, int sig)
{
	struct ground *g = kin_ground(k);
	struct kin *parent = k->parent;
	struct kith_sigaction a;
	bool nobody_waits = false;

	must_hold(&k->group->family->lock);
	assert(kin_is_leader(k) && kin_alone(k));
	if (!parent)
		return false; /* the first init's parent is not of this world */

	if (sig != KITH_SIGCHLD && k->parent_execs != parent->execs &&
	    !mutant(g, EXS_06))
		sig = KITH_SIGCHLD;
	signal_action(parent->group->signals, KITH_SIGCHLD, NULL, &a);
	if (parent->group->closing)
		a.handler = KITH_SIG_IGN;
	if (mutant(g, ARP_03))
		a.flags = 0;
	if ((sig == KITH_SIGCHLD || mutant(g, EXS_05)) &&
	    (a.handler == KITH_SIG_IGN || (a.flags & KITH_SA_NOCLDWAIT))) {
		nobody_waits = true;
		if (a.handler == KITH_SIG_IGN)
			sig = 0;
	}
	if (sig > 0 && signal_is_valid(sig))
		send_death(k, parent, sig);
	waitq_wake(&parent->group->waiters, k);
	return nobody_waits;
}

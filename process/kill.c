/*
 * kill: to a process, to a group, to everybody.
 */
#include "process/process.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

/* Linux: group_send_sig_info(), check_kill_permission() */
static int kill_one(struct thread *t, struct kin *target, int sig)
{
	struct kith_siginfo info = {
		.signo = sig,
		.code = KITH_SI_USER,
		.pid = pid_nr(t->kin.group->pid, target->group->ns),
		.uid = (int32_t)t->cred->uid.real,
	};
	struct sending how = { .by = &t->signals, .from = thread_nr(t) };

	assert(read_is_held() || lock_is_held(&t->machine->family.lock));
	if (!signal_is_valid(sig))
		return -EINVAL;
	if (target->group != t->kin.group &&
	    !cred_may_signal(t->cred, *target->cred))
		return -EPERM;
	if (mutant(thread_ground(t), R090))
		info.pid = thread_nr(t);
	if (sig)
		signal_send(target->group->signals, target->signals, &info,
			    &how);
	return 0;
}

/* Any thread's number will do (KIL-04).  Linux: kill_proc_info() */
static int kill_process(struct thread *t, int nr, int sig)
{
	struct ground *g = thread_ground(t);
	struct kin *target;
	int err = -ESRCH;

	read_begin(g);
	target = pid_thread(pid_find(t->kin.group->ns, nr));
	if (target)
		err = kill_one(t, target, sig);
	read_end(g);
	return err;
}

/* 0 if it reached anyone at all (KIL-07).  Linux: __kill_pgrp_info() */
static int kill_group(struct thread *t, struct pid *group, int sig)
{
	struct pid_use *use = group ? group->members[PID_GROUP] : NULL;
	int err, result = -ESRCH;
	bool reached = false;

	must_hold(&t->machine->family.lock);
	for (; use; use = use->next) {
		struct kingroup *k =
			caa_container_of(use, struct kingroup, pgid);

		if (mutant(thread_ground(t), R073) && k == t->kin.group)
			continue;
		err = kill_one(t, k->leader, sig);
		reached |= !err;
		result = err;
	}
	return reached ? 0 : result;
}

/* All but init and one's own (KIL-01, KIL-12).  Linux: kill_something_info() */
static int kill_everybody(struct thread *t, int sig)
{
	struct kith_machine *m = t->machine;
	struct process *p;
	int err, result = 0;
	bool any = false;

	must_hold(&m->family.lock);
	cds_list_for_each_entry(p, &m->processes, in_machine) {
		if ((p == thread_process(t) && !mutant(&m->ground, KIL_01)) ||
		    pid_nr(p->kin.pid, t->kin.group->ns) <= 1)
			continue;
		any = true;
		err = kill_one(t, p->kin.leader, sig);
		if (err != -EPERM)
			result = err;
	}
	return any ? result : -ESRCH;
}

enum outcome sys_kill(struct thread *t)
{
	struct kith_machine *m = t->machine;
	int nr = (int)t->op.arg[0], sig = (int)t->op.arg[1], err;

	if (mutant(&m->ground, R001))
		sig &= 0xff;
	if (mutant(&m->ground, KIL_02) && !signal_is_valid(sig))
		return done(t, -EINVAL);
	if (nr > 0)
		return done(t, kill_process(t, nr, sig));
	if (nr == INT_MIN)
		return done(t, -ESRCH);
	lock_acquire(&m->family.lock);
	if (nr == -1)
		err = kill_everybody(t, sig);
	else if (nr == 0)
		err = kill_group(t, t->kin.group->pgid.pid, sig);
	else
		err = kill_group(t, pid_find(t->kin.group->ns, -nr), sig);
	lock_release(&m->family.lock);
	return done(t, err);
}

/*
 * Who am I, whose child, in which group, and small things about myself: getpid,
 * gettid, getppid, getpgid, getsid, getpgrp, prctl, rt_sigaction.
 */
#include <errno.h>
#include <string.h>

#include "process/process.h"

enum outcome sys_getpid(struct thread *t)
{
	return done(t, pid_nr(t->kin.group->pid, t->kin.group->ns));
}

enum outcome sys_gettid(struct thread *t)
{
	return done(t, pid_nr(t->kin.pid, t->kin.group->ns));
}

/* The process of the parent thread, as seen from here; 0 if it is not. */
enum outcome sys_getppid(struct thread *t)
{
	struct ground *g = thread_ground(t);
	struct kin *parent;
	int nr = 0;

	read_begin(g);
	parent = fetch(&t->kin.parent);
	if (parent)
		nr = pid_nr(parent->group->pid, t->kin.group->ns);
	read_end(g);
	return done(t, nr);
}

/*
 * The group, or the session, of whoever is called nr; 0 is the caller himself.
 * Any thread will do (PGS-11), and so will a zombie (PGS-09).  Linux:
 * do_getpgid(), getsid()
 */
static enum outcome where_is(struct thread *t, int nr, bool session)
{
	struct kith_machine *m = t->machine;
	struct pidns *ns = t->kin.group->ns;
	struct kin *k = &t->kin;
	int err = -ESRCH;

	lock_acquire(&m->family.lock);
	if (nr)
		k = nr > 0 ? pid_thread(pid_find(ns, nr)) : NULL;
	if (k)
		err = pid_nr(session ? k->group->sid.pid : k->group->pgid.pid,
			     ns);
	lock_release(&m->family.lock);
	return done(t, err);
}

enum outcome sys_getpgid(struct thread *t)
{
	return where_is(t, (int)t->op.arg[0], false);
}

enum outcome sys_getsid(struct thread *t)
{
	return where_is(t, (int)t->op.arg[0], true);
}

enum outcome sys_getpgrp(struct thread *t)
{
	return where_is(t, 0, false);
}

/* put_user() of an int. */
static enum outcome put_number(struct thread *t, uint64_t pointer, int number)
{
	if (where_of(pointer) != WHERE_HERE)
		return done(t, -EFAULT);
	fill(t, KITH_OUT_NUMBER)->number = number;
	return done(t, 0);
}

static enum outcome set_death_signal(struct thread *t, uint64_t sig)
{
	if (sig > KITH_NSIG)
		return done(t, -EINVAL); /* PDS-03 */
	lock_acquire(&t->machine->family.lock);
	t->kin.death_signal = (int16_t)sig;
	lock_release(&t->machine->family.lock);
	return done(t, 0);
}

static enum outcome set_name(struct thread *t, uint64_t pointer)
{
	if (where_of(pointer) != WHERE_HERE)
		return done(t, -EFAULT);
	lock_acquire(&t->machine->family.lock);
	memcpy(t->name, t->op.behind->in.name, NAME_SIZE);
	lock_release(&t->machine->family.lock);
	return done(t, 0);
}

static enum outcome get_name(struct thread *t, uint64_t pointer)
{
	if (where_of(pointer) != WHERE_HERE)
		return done(t, -EFAULT);
	memcpy(fill(t, KITH_OUT_NAME)->name, t->name, NAME_SIZE);
	return done(t, 0);
}

static enum outcome set_subreaper(struct thread *t, uint64_t on)
{
	lock_acquire(&t->machine->family.lock);
	if (on)
		kin_make_subreaper(t->kin.group);
	else
		t->kin.group->is_subreaper = false; /* RPT-S2, RPT-05 */
	lock_release(&t->machine->family.lock);
	return done(t, 0);
}

enum outcome sys_prctl(struct thread *t)
{
	uint64_t arg = t->op.arg[1];

	switch (t->op.arg[0]) {
	case KITH_PR_SET_PDEATHSIG:
		return set_death_signal(t, arg);
	case KITH_PR_GET_PDEATHSIG:
		return put_number(t, arg, t->kin.death_signal);
	case KITH_PR_SET_NAME:
		return set_name(t, arg);
	case KITH_PR_GET_NAME:
		return get_name(t, arg);
	case KITH_PR_SET_CHILD_SUBREAPER:
		return set_subreaper(t, arg);
	case KITH_PR_GET_CHILD_SUBREAPER:
		return put_number(t, arg, t->kin.group->is_subreaper);
	default:
		return done(t, -EINVAL); /* PRC-02 */
	}
}

/*
 * Linux: rt_sigaction(), do_sigaction().  The new action is read before the
 * signal is checked (R041), and is in force even if the old one can't be
 * written (R043).
 */
enum outcome sys_rt_sigaction(struct thread *t)
{
	const uint64_t known =
		KITH_SA_NOCLDSTOP | KITH_SA_NOCLDWAIT | KITH_SA_SIGINFO |
		KITH_SA_EXPOSE_TAGBITS | KITH_SA_RESTORER | KITH_SA_ONSTACK |
		KITH_SA_RESTART | KITH_SA_NODEFER | KITH_SA_RESETHAND;
	const sigbits never = SIGBIT(KITH_SIGKILL) | SIGBIT(KITH_SIGSTOP);
	enum where act = where_of(t->op.arg[1]), old = where_of(t->op.arg[2]);
	int sig = (int)t->op.arg[0], err;
	struct kith_sigaction a = { .handler = KITH_SIG_DFL }, was;

	if (t->op.arg[3] != 8)
		return done(t, -EINVAL);
	if (act == WHERE_BAD)
		return done(t, -EFAULT);
	if (sig < 1 || sig > KITH_NSIG || (act && signal_is_kernels(sig)))
		return done(t, -EINVAL);
	if (mutant(thread_ground(t), R043) && old == WHERE_BAD)
		return done(t, -EFAULT);
	if (act) {
		a = t->op.behind->in.action;
		a.flags &= known;
		if (!mutant(thread_ground(t), R045))
			a.mask &= ~never;
	}
	err = signal_action(&thread_process(t)->signals, sig, act ? &a : NULL,
			    &was);
	if (err)
		return done(t, err);
	if (old == WHERE_BAD)
		return done(t, -EFAULT);
	if (old == WHERE_HERE)
		fill(t, KITH_OUT_ACTION)->action = was;
	return done(t, 0);
}

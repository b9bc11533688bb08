/*
 * How threads and processes are born: fork, vfork, clone, clone3.
 *
 *	check the flags ---> prepare ---> join the family, publish
 *	 (EINVAL ...)         everything    nothing can fail any more
 *	                      that can fail
 *
 * What is prepared is seen by nobody, and thrown away whole if a part of it
 * can't be had; a number that was taken is spent all the same (CLN-18).
 *
 * Some flags name things that no call of this model can see, and so do nothing
 * that could be seen: where the program is in the file tree (CLONE_FS), System
 * V semaphores, I/O contexts, tracers, and words in the program's own memory
 * (the thread pointer and the tid addresses).  What would be seen and is not
 * here yet is refused by kith_unmodelled().
 */
#include "process/process.h"

#include <assert.h>
#include <errno.h>

#define EXIT_SIGNAL_BITS UINT64_C(0xff)
#define TASK_SIZE        UINT64_C(0x7ffffffff000)

/* What clone3's caller did not send is zero. */
static void cut_to(struct kith_clone_args *a, uint64_t size)
{
	if (size < 72)
		a->set_tid = 0;
	if (size < 80)
		a->set_tid_size = 0;
	if (size < 88)
		a->cgroup = 0;
}

void clone_args_of(const struct kith_call *call, struct kith_clone_args *a)
{
	switch (call->nr) {
	case KITH_FORK:
		*a = (struct kith_clone_args){ .exit_signal = KITH_SIGCHLD };
		break;
	case KITH_VFORK:
		*a = (struct kith_clone_args){
			.flags = KITH_CLONE_VFORK | KITH_CLONE_VM,
			.exit_signal = KITH_SIGCHLD,
		};
		break;
	case KITH_CLONE: /* CLN-15: the upper half of the flags is ignored */
		*a = (struct kith_clone_args){
			.flags = call->arg[0] & 0xffffffff & ~EXIT_SIGNAL_BITS,
			.exit_signal = call->arg[0] & EXIT_SIGNAL_BITS,
			.stack = call->arg[1],
			.parent_tid = call->arg[2],
			.pidfd = call->arg[2],
			.child_tid = call->arg[3],
			.tls = call->arg[4],
		};
		break;
	default:
		*a = call->in.clone;
		cut_to(a, call->arg[1]);
		break;
	}
}

/* Linux: copy_clone_args_from_user(), clone3_args_valid(), in their order. */
int clone3_check(const struct kith_clone_args *sent, uint64_t size)
{
	const uint64_t known = UINT64_C(0xffffffff) | KITH_CLONE_CLEAR_SIGHAND |
			       KITH_CLONE_INTO_CGROUP;
	struct kith_clone_args args = *sent, *a = &args;

	cut_to(a, size);
	if (size > 4096)
		return -E2BIG; /* CL3-02 */
	if (size < 64)
		return -EINVAL; /* CL3-01 */
	if (size > 88 && a->tail_is_dirty)
		return -E2BIG;
	if (a->set_tid_size > PIDNS_DEEPEST || !a->set_tid != !a->set_tid_size)
		return -EINVAL; /* TID-01 */
	if ((a->exit_signal & ~EXIT_SIGNAL_BITS) ||
	    !signal_is_valid((int64_t)a->exit_signal))
		return -EINVAL; /* CL3-04 */
	if ((a->flags & KITH_CLONE_INTO_CGROUP) &&
	    (a->cgroup > INT32_MAX || size < 88))
		return -EINVAL; /* CL3-12 */
	if (a->set_tid && a->set_tid != KITH_HERE)
		return -EFAULT; /* TID-02 */
	if (a->flags & ~known)
		return -EINVAL; /* CL3-07 */
	if (a->flags &
	    (KITH_CLONE_DETACHED | (EXIT_SIGNAL_BITS & ~KITH_CLONE_NEWTIME)))
		return -EINVAL; /* CL3-05, CL3-06 */
	if ((a->flags & KITH_CLONE_SIGHAND) &&
	    (a->flags & KITH_CLONE_CLEAR_SIGHAND))
		return -EINVAL; /* CL3-08 */
	if ((a->flags & (KITH_CLONE_THREAD | KITH_CLONE_PARENT)) &&
	    a->exit_signal)
		return -EINVAL; /* CL3-09 */
	if (!a->stack != !a->stack_size || a->stack_size > TASK_SIZE ||
	    a->stack > TASK_SIZE - a->stack_size)
		return -EINVAL; /* CL3-10 */
	return 0;
}

static bool all_of(uint64_t flags, uint64_t these)
{
	return (flags & these) == these;
}

/*
 * Linux: kernel_clone(), copy_process(), copy_namespaces(), as far as they look
 * at nothing but the flags.
 */
int clone_check_flags(const struct kith_clone_args *a)
{
	uint64_t f = a->flags;

	if (all_of(f, KITH_CLONE_PIDFD | KITH_CLONE_PARENT_SETTID) &&
	    a->pidfd == a->parent_tid && a->pidfd != KITH_HERE)
		return -EINVAL; /* CLN-11, CL3-11 */
	if (all_of(f, KITH_CLONE_NEWNS | KITH_CLONE_FS) ||
	    all_of(f, KITH_CLONE_NEWUSER | KITH_CLONE_FS))
		return -EINVAL; /* CLN-01, CLN-02 */
	if ((f & KITH_CLONE_THREAD) && !(f & KITH_CLONE_SIGHAND))
		return -EINVAL; /* CLN-03 */
	if ((f & KITH_CLONE_SIGHAND) && !(f & KITH_CLONE_VM))
		return -EINVAL; /* CLN-04 */
	if ((f & KITH_CLONE_THREAD) &&
	    (f & (KITH_CLONE_NEWUSER | KITH_CLONE_NEWPID)))
		return -EINVAL; /* CLN-06 */
	if (all_of(f, KITH_CLONE_PIDFD | KITH_CLONE_DETACHED))
		return -EINVAL; /* CLN-10 */
	if (all_of(f, KITH_CLONE_NEWIPC | KITH_CLONE_SYSVSEM))
		return -EINVAL; /* CLN-14 */
	return 0;
}

/* What is prepared for a child, by the parent t. */
struct birth {
	struct thread *child;
	struct process *process; /* NULL for a thread of t's own */
	struct pid *pid;
};

static void undo_birth(struct birth *b)
{
	if (b->pid)
		pid_abandon(b->pid);
	if (b->child)
		thread_discard(b->child);
	if (b->process)
		process_discard(b->process);
}

static struct process *prepare_process(struct thread *t, uint64_t flags)
{
	struct sighand *theirs = thread_process(t)->signals.sighand, *h;
	bool clear = flags & KITH_CLONE_CLEAR_SIGHAND;
	struct process *p;

	if (mutant(thread_ground(t), CL3_13))
		clear = false;

	h = flags & KITH_CLONE_SIGHAND ? sighand_get(theirs)
				       : sighand_copy(theirs, clear);
	if (mutant(thread_ground(t), FRK_01))
		h = sighand_new(thread_ground(t));
	if (!h)
		return NULL;
	p = process_new(t->machine, h, t->kin.group->ns);
	if (!p)
		sighand_put(h);
	return p;
}

/* Linux: copy_process(), up to where the family lock is taken. */
static int prepare_birth(struct thread *t, const struct kith_clone_args *a,
			 struct birth *b)
{
	struct pid_wish wish = {
		.numbers = a->set_tid_numbers,
		.count = (unsigned)a->set_tid_size,
		.capable = cred_has(t->cred, CAP_KITH_SYS_ADMIN) ||
			   cred_has(t->cred, CAP_KITH_CHECKPOINT_RESTORE),
	};
	uint64_t f = a->flags;
	struct process *p = thread_process(t);

	*b = (struct birth){ .child = NULL };
	if (!(f & KITH_CLONE_THREAD)) {
		p = b->process = prepare_process(t, f);
		if (!p)
			return -ENOMEM;
	}
	b->child = thread_new(t->machine, p, cred_get(t->cred));
	if (!b->child) {
		cred_put(t->cred);
		return -ENOMEM;
	}
	b->child->files = f & KITH_CLONE_FILES ? files_share(t->files)
					       : files_copy(t->files);
	b->child->space = f & KITH_CLONE_VM ? space_share(t->space)
					    : space_copy(t->space);
	if (!b->child->files || !b->child->space)
		return -ENOMEM;
	return pid_new(t->kin.group->ns, wish.count ? &wish : NULL, &b->pid);
}

/* A child process's family is its own, or its parent's (CLN-19, CLN-20). */
static void join_family(struct thread *t, struct birth *b,
			const struct kith_clone_args *a)
{
	struct kin *child = &b->child->kin, *parent = &t->kin;
	struct kingroup *group = child->group, *mine = t->kin.group;
	struct ground *g = thread_ground(t);

	child->exit_signal = (int16_t)a->exit_signal;
	if ((a->flags & KITH_CLONE_PARENT) && !mutant(g, CLN_19)) {
		parent = t->kin.parent;
		child->parent_execs = t->kin.parent_execs;
		if (!mutant(g, CLN_20))
			child->exit_signal = mine->leader->exit_signal;
	} else {
		child->parent_execs = t->kin.execs;
	}
	kin_join(child);
	group->pid = b->pid;
	group->has_subreaper = (mine->has_subreaper && !mutant(g, RPT_S2)) ||
			       mine->is_subreaper;
	if (mutant(g, RPT_03))
		group->is_subreaper = mine->is_subreaper;
	pid_name_process(b->pid, group);
	pid_attach(mine->pgid.pid, &group->pgid, PID_GROUP);
	pid_attach(mine->sid.pid, &group->sid, PID_SESSION);
	kin_adopt(child, parent);
	cds_list_add_tail(&b->process->in_machine, &t->machine->processes);
}

/* Linux: copy_process(), from where the family lock is taken. */
static void be_born(struct thread *t, struct birth *b,
		    const struct kith_clone_args *a)
{
	struct thread *child = b->child;
	struct ground *g = thread_ground(t);

	must_hold(&t->machine->family.lock);
	if (mutant(g, PDS_03))
		child->kin.death_signal = t->kin.death_signal;
	child->kin.pid = b->pid;
	child->kin.execs = t->kin.execs;
	for (int i = 0; i < NAME_SIZE && !mutant(g, PRC_01); i++)
		child->name[i] = t->name[i];
	pid_name_thread(b->pid, &child->kin);
	sigthread_init(&child->signals, &thread_process(child)->signals,
		       &child->kin.pid);
	if (b->process) {
		join_family(t, b, a);
	} else {
		child->kin.parent = t->kin.parent;
		child->kin.parent_execs = t->kin.parent_execs;
		kin_join(&child->kin);
	}
	if (a->flags & KITH_CLONE_VFORK)
		child->vfork_parent = t;
	pid_publish(b->pid);
	emit(g, .type = KITH_EV_FORK, .actor = thread_nr(t),
	     .subject = thread_nr(child), .value = (int64_t)a->flags,
	     .other = !b->process);
	if (t->machine->program)
		thread_wake(child, WAKE_SIGNAL); /* to be asked for a call */
}

static enum outcome clone_as(struct thread *t, const struct kith_clone_args *a)
{
	struct kith_machine *m = t->machine;
	struct birth b;
	int err = clone_check_flags(a), nr;

	if (!err && (a->flags & KITH_CLONE_PARENT) &&
	    thread_process(t)->signals.unkillable)
		err = mutant(&m->ground, CLN_21) ? -EPERM : -EINVAL;
	if (err)
		return done(t, err);
	if (signal_recalc(&t->signals) && !mutant(&m->ground, CLN_S3))
		return STEP_SIGNAL; /* CLN-S3 */
	err = prepare_birth(t, a, &b);
	if (err) {
		undo_birth(&b);
		return done(t, err);
	}
	lock_acquire(&m->family.lock);
	be_born(t, &b, a);
	nr = pid_nr(b.pid, t->kin.group->ns);
	if (a->flags & KITH_CLONE_VFORK) {
		t->op.step = vfork_step;
		t->op.vfork.child = b.child;
		t->op.vfork.done = false;
	}
	lock_release(&m->family.lock);
	if ((a->flags & KITH_CLONE_PARENT_SETTID) && a->parent_tid == KITH_HERE)
		fill(t, KITH_OUT_PARENT_TID)->number = nr;
	t->op.value = nr;
	return a->flags & KITH_CLONE_VFORK ? STEP_NEXT : STEP_DONE;
}

/*
 * Asleep until the child lets go of our address space; nothing but a fatal
 * signal cuts that short (VFK-06, VFK-07).  Linux: wait_for_vfork_done().
 */
enum outcome vfork_step(struct thread *t)
{
	struct kith_machine *m = t->machine;
	enum outcome o = STEP_PARK;

	lock_acquire(&m->family.lock);
	if (t->op.vfork.done) {
		o = STEP_DONE;
	} else if (signal_is_fatal_pending(&t->signals) &&
		   !mutant(&m->ground, VFK_07)) {
		t->op.vfork.child->vfork_parent = NULL;
		o = STEP_SIGNAL;
	}
	lock_release(&m->family.lock);
	return o;
}

static enum outcome clone_call(struct thread *t, enum kith_call_nr nr)
{
	struct kith_call call = { .nr = nr };
	struct kith_clone_args args;

	for (int i = 0; i < 6; i++)
		call.arg[i] = t->op.arg[i];
	if (nr == KITH_CLONE3)
		call.in.clone = t->op.behind->in.clone;
	clone_args_of(&call, &args);
	return clone_as(t, &args);
}

enum outcome sys_fork(struct thread *t)
{
	const struct kith_clone_args args = { .exit_signal = KITH_SIGCHLD };

	return clone_as(t, &args);
}

enum outcome sys_vfork(struct thread *t)
{
	return clone_call(t, KITH_VFORK);
}

enum outcome sys_clone(struct thread *t)
{
	return clone_call(t, KITH_CLONE);
}

enum outcome sys_clone3(struct thread *t)
{
	uint64_t size = t->op.arg[1];
	struct kith_clone_args args;
	int err;

	if (size > 4096)
		return done(t, -E2BIG);
	if (size < 64)
		return done(t, -EINVAL);
	if (t->op.arg[0] != KITH_HERE)
		return done(t, -EFAULT); /* CL3-03 */
	args = t->op.behind->in.clone;
	if (mutant(thread_ground(t), CL3_02))
		args.tail_is_dirty = false;
	err = clone3_check(&args, size);
	if (err)
		return done(t, err);
	return clone_call(t, KITH_CLONE3);
}

/*
 * Entering calls, and their results.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "process/process.h"

static step_fn *const functions[KITH_NR_CALLS] = {
#define CALL(name, NAME, restart, result, family, number) \
	[KITH_##NAME] = sys_##name,
#include <kith/calls.def>
};

/* What is needed of what lies behind the pointers, copied. */
static void copy_in(struct behind *b, const struct kith_call *call)
{
	switch (call->nr) {
	case KITH_CLONE3:
		/* Not the bytes between and behind the fields. */
		memcpy(&b->in.clone, &call->in.clone,
		       offsetof(struct kith_clone_args, tail_is_dirty));
		b->in.clone.tail_is_dirty = call->in.clone.tail_is_dirty;
		break;
	case KITH_RT_SIGACTION:
		if (call->arg[1] == KITH_HERE)
			b->in.action = call->in.action;
		break;
	case KITH_SPEND:
		b->in.spend = call->in.spend;
		break;
	case KITH_EXECVE:
		if (call->arg[0] == KITH_HERE)
			b->in.program.err =
				program_name(call->in.text, b->in.program.name);
		break;
	case KITH_SYSCTL:
		if (call->arg[0] == KITH_HERE)
			b->in.sysctl = sysctl_find(call->in.text);
		break;
	case KITH_PRCTL:
		if (call->arg[0] == KITH_PR_SET_NAME &&
		    call->arg[1] == KITH_HERE)
			for (int i = 0; i < NAME_SIZE - 1 && call->in.text[i];
			     i++)
				b->in.name[i] = call->in.text[i];
		break;
	default:
		break;
	}
}

/* Text that is said to be there, and is not: the caller's mistake. */
static bool lacks_text(const struct kith_call *call)
{
	switch (call->nr) {
	case KITH_EXECVE:
	case KITH_SYSCTL:
		return call->arg[0] == KITH_HERE && !call->in.text;
	case KITH_PRCTL:
		return call->arg[0] == KITH_PR_SET_NAME &&
		       call->arg[1] == KITH_HERE && !call->in.text;
	default:
		return false;
	}
}

bool call_is_valid(const struct kith_call *call)
{
	return (unsigned)call->nr < KITH_NR_CALLS && !lacks_text(call);
}

static bool needs_behind(const struct kith_call *call)
{
	for (int i = 0; i < 6; i++)
		if (call->arg[i] == KITH_HERE)
			return true;
	return false;
}

/* The room behind the pointers, with the inputs in it; 0 or -ENOMEM. */
static int prepare_behind(struct thread *t, const struct kith_call *call)
{
	struct ground *g = thread_ground(t);

	if (!needs_behind(call)) {
		if (t->op.behind)
			ground_free(g, t->op.behind);
		t->op.behind = NULL;
		return 0;
	}
	if (!t->op.behind)
		t->op.behind = ground_alloc(g, struct behind);
	if (!t->op.behind)
		return -ENOMEM;
	memset(t->op.behind, 0, sizeof(*t->op.behind));
	copy_in(t->op.behind, call);
	return 0;
}

int call_enter(struct thread *t, const struct kith_call *call)
{
	struct kith_machine *m = t->machine;
	int err = prepare_behind(t, call);

	if (err)
		return err;
	t->op.nr = (uint8_t)call->nr;
	t->op.called = true;
	t->op.parked = false;
	memcpy(t->op.arg, call->arg, sizeof(t->op.arg));
	t->op.step = functions[call->nr];
	emit(&m->ground, .type = KITH_EV_CALL, .actor = thread_nr(t),
	     .value = call->nr);
	return 0;
}

/* The thread is taken out of user mode, if that is where it is. */
static int claim(struct kith_machine *m, struct thread *t)
{
	int err = 0;

	lock_acquire(&m->lock);
	if (t->run == RUN_GONE)
		err = -ESRCH;
	else if (t->run != RUN_IDLE)
		err = -EBUSY;
	else
		t->run = RUN_RUNNING;
	lock_release(&m->lock);
	return err;
}

static void let_run(struct kith_machine *m, struct thread *t, bool entered)
{
	lock_acquire(&m->lock);
	if (entered || t->woken) {
		thread_enqueue(m, t);
	} else {
		t->run = RUN_IDLE;
	}
	t->woken = false;
	lock_release(&m->lock);
}

int kith_call(struct kith_machine *m, pid_t tid, const struct kith_call *call)
{
	struct thread *t;
	int err;

	if (!call_is_valid(call))
		return -EINVAL;
	if (kith_unmodelled(call))
		return -EOPNOTSUPP;
	if (__atomic_load_n(&m->halted, __ATOMIC_RELAXED))
		return -ESHUTDOWN;
	read_begin(&m->ground);
	t = thread_find(m, tid);
	err = t ? claim(m, t) : -ESRCH;
	if (!err) {
		err = call_enter(t, call);
		let_run(m, t, !err);
	}
	read_end(&m->ground);
	return err;
}

bool call_is_new(const struct op *op)
{
	return op->step && op->called && op->step == functions[op->nr];
}

bool call_result(struct thread *t, struct kith_result *result)
{
	if (!t->op.called)
		return false;
	if (t->op.behind)
		*result = t->op.behind->out;
	else
		memset(result, 0, sizeof(*result));
	result->nr = (enum kith_call_nr)t->op.nr;
	result->value = t->op.value;
	return true;
}

static int get_result(struct thread *t, struct kith_result *result)
{
	if (t->run == RUN_GONE)
		return -ESRCH;
	if (t->run != RUN_IDLE)
		return -EBUSY;
	return call_result(t, result) ? 0 : -ENODATA;
}

int kith_result(struct kith_machine *m, pid_t tid, struct kith_result *result)
{
	struct thread *t;
	int err = -ESRCH;

	read_begin(&m->ground);
	t = thread_find(m, tid);
	if (t) {
		lock_acquire(&m->lock);
		err = get_result(t, result);
		lock_release(&m->lock);
	}
	read_end(&m->ground);
	return err;
}

/* --- what the model does not have yet ------------------------------------- */

static const char *unmodelled_signal(uint64_t sig)
{
	if (sig > 0 && sig <= KITH_NSIG &&
	    signal_default((int)sig) == DEFAULT_STOP)
		return "stopping is not modelled yet";
	return NULL;
}

/* Flags that are refused, unless they are wrong anyway. */
static const char *unmodelled_clone(const struct kith_call *call)
{
	static const struct {
		uint64_t flag;
		const char *text;
	} later[] = {
		{ KITH_CLONE_NEWUSER, "CLONE_NEWUSER is not modelled yet" },
		{ KITH_CLONE_NEWPID, "CLONE_NEWPID is not modelled yet" },
		{ KITH_CLONE_NEWNS, "CLONE_NEWNS is not modelled yet" },
		{ KITH_CLONE_NEWUTS, "CLONE_NEWUTS is not modelled yet" },
		{ KITH_CLONE_NEWIPC, "CLONE_NEWIPC is not modelled yet" },
		{ KITH_CLONE_NEWNET, "CLONE_NEWNET is not modelled yet" },
		{ KITH_CLONE_NEWCGROUP, "CLONE_NEWCGROUP is not modelled yet" },
		{ KITH_CLONE_NEWTIME, "CLONE_NEWTIME is not modelled yet" },
		{ KITH_CLONE_PIDFD, "CLONE_PIDFD is not modelled yet" },
		{ KITH_CLONE_INTO_CGROUP,
		  "CLONE_INTO_CGROUP is not modelled yet" },
	};
	struct kith_clone_args a;

	if (call->nr == KITH_CLONE3 &&
	    (call->arg[0] != KITH_HERE || call->arg[1] < 64 ||
	     clone3_check(&call->in.clone, call->arg[1])))
		return NULL;
	clone_args_of(call, &a);
	if (clone_check_flags(&a))
		return NULL;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (a.flags & later[i].flag)
			return later[i].text;
	if (a.set_tid_size > sizeof(a.set_tid_numbers) / sizeof(int32_t))
		return NULL; /* more than there are namespaces: EINVAL */
	return a.flags & KITH_CLONE_THREAD ? NULL
					   : unmodelled_signal(a.exit_signal);
}

static const char *unmodelled_prctl(const struct kith_call *call)
{
	switch (call->arg[0]) {
	case KITH_PR_SET_PDEATHSIG:
		return unmodelled_signal(call->arg[1]);
	case KITH_PR_GET_PDEATHSIG:
	case KITH_PR_SET_NAME:
	case KITH_PR_GET_NAME:
	case KITH_PR_SET_CHILD_SUBREAPER:
	case KITH_PR_GET_CHILD_SUBREAPER:
		return NULL;
	default: /* Linux has others; what it does not have is EINVAL */
		return call->arg[0] > 0 && call->arg[0] < 100
			       ? "this option of prctl is not modelled yet"
			       : NULL;
	}
}

static const char *unmodelled_sigaction(const struct kith_call *call)
{
	uint64_t sig = call->arg[0];

	if (call->arg[3] != 8 || sig < 1 || sig > KITH_NSIG ||
	    signal_is_kernels((int)sig) || call->arg[1] != KITH_HERE)
		return NULL; /* nothing is installed */
	return call->in.action.handler > KITH_SIG_IGN
		       ? "signal handlers are not modelled yet"
		       : NULL;
}

const char *kith_unmodelled(const struct kith_call *call)
{
	switch (call->nr) {
	case KITH_CLONE:
	case KITH_CLONE3:
		return unmodelled_clone(call);
	case KITH_PRCTL:
		return unmodelled_prctl(call);
	case KITH_RT_SIGACTION:
		return unmodelled_sigaction(call);
	case KITH_KILL:
		return unmodelled_signal((uint64_t)(int)call->arg[1]);
	case KITH_FCNTL:
		switch (call->arg[1]) {
		case KITH_F_DUPFD:
		case KITH_F_GETFD:
		case KITH_F_SETFD:
		case KITH_F_DUPFD_CLOEXEC:
			return NULL;
		default:
			return "this command of fcntl is not modelled yet";
		}
	default:
		return NULL;
	}
}

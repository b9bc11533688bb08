/*
 * wait4 and waitid: look; if there is no news yet, sleep until there may be;
 * look again.
 *
 * The waiter joins the queue and looks under the same lock under which a death
 * is made known, so it can't be slept through.
 */
#include "process/process.h"

#include <errno.h>
#include <limits.h>

static void wake_if_concerned(struct waiter *w, void *news)
{
	struct thread *t = caa_container_of(w, struct thread, op.waiter);

	if (wait_concerns(&t->kin, &t->op.wait.rq, news))
		thread_wake(t, WAKE_NEWS);
}

/* A reference to the pid of that number, as t's namespace has it, or NULL. */
static struct pid *get_pid(struct thread *t, int nr)
{
	struct ground *g = thread_ground(t);
	struct pid *pid;

	read_begin(g);
	pid = pid_find(t->kin.group->ns, nr);
	if (pid)
		pid_get(pid);
	read_end(g);
	return pid;
}

static struct pid *get_own_group(struct thread *t)
{
	struct pid *pid;

	lock_acquire(&t->machine->family.lock);
	pid = pid_get(t->kin.group->pgid.pid);
	lock_release(&t->machine->family.lock);
	return pid;
}

/* wait4's first argument.  Linux: kernel_wait4(). */
static void whom_wait4(struct thread *t, int nr, struct wait_request *rq)
{
	if (nr == -1) {
		rq->who = WAIT_ANY;
	} else if (nr > 0) {
		rq->who = WAIT_PID;
		rq->pid = get_pid(t, nr);
	} else {
		rq->who = WAIT_PGID;
		rq->pid = nr == 0 ? get_own_group(t) : get_pid(t, -nr);
	}
}

static enum outcome wait_begin(struct thread *t, const struct wait_request *rq,
			       bool is_waitid, const uint64_t pointer[3])
{
	enum where status = where_of(pointer[0]), info = where_of(pointer[1]),
		   usage = where_of(pointer[2]);

	t->op.wait.rq = *rq;
	t->op.wait.is_waitid = is_waitid;
	t->op.wait.status = (uint8_t)status;
	t->op.wait.info = (uint8_t)info;
	t->op.wait.usage = (uint8_t)usage;
	waiter_init(&t->op.waiter, wake_if_concerned);
	t->op.step = wait_step;
	return STEP_NEXT;
}

enum outcome sys_wait4(struct thread *t)
{
	const uint64_t allowed = KITH_WNOHANG | KITH_WUNTRACED |
				 KITH_WCONTINUED | KITH___WNOTHREAD |
				 KITH___WALL | KITH___WCLONE;
	const uint64_t pointer[3] = { t->op.arg[1], 0, t->op.arg[3] };
	uint64_t options = (uint32_t)t->op.arg[2];
	int nr = (int)t->op.arg[0];
	struct wait_request rq = { .options = options | KITH_WEXITED };

	if (options & ~allowed)
		return done(t, -EINVAL); /* WAI-02 */
	if (nr == INT_MIN)
		return done(t, -ESRCH); /* WAI-03 */
	whom_wait4(t, nr, &rq);
	return wait_begin(t, &rq, false, pointer);
}

/*
 * waitid's first two arguments: 0 or an error.  Linux: kernel_waitid_prepare()
 */
static int whom_waitid(struct thread *t, int type, int id,
		       struct wait_request *rq)
{
	switch (type) {
	case KITH_P_ALL:
		rq->who = WAIT_ANY;
		return 0;
	case KITH_P_PID:
		if (id <= 0)
			return -EINVAL;
		rq->who = WAIT_PID;
		rq->pid = get_pid(t, id);
		return 0;
	case KITH_P_PGID:
		if (id < 0)
			return -EINVAL;
		rq->who = WAIT_PGID;
		rq->pid = id == 0 ? get_own_group(t) : get_pid(t, id);
		return 0;
	case KITH_P_PIDFD: /* no descriptor of this model is a pidfd yet */
		return id < 0 ? -EINVAL : -EBADF;
	default:
		return -EINVAL;
	}
}

/*
 * The end of waitid.  Linux writes *info whatever the result, and says EFAULT
 * if it can't; a child that was collected stays collected (WAI-15).
 */
static enum outcome finish_waitid(struct thread *t, int err, bool found,
				  enum where info,
				  const struct kith_siginfo *what)
{
	if (info == WHERE_NULL)
		return done(t, err);
	if (info == WHERE_BAD)
		return done(t, -EFAULT);
	fill(t, KITH_OUT_SIGINFO)->info =
		found ? *what : (struct kith_siginfo){ .signo = 0 };
	return done(t, err);
}

enum outcome sys_waitid(struct thread *t)
{
	const uint64_t news = KITH_WEXITED | KITH_WUNTRACED | KITH_WCONTINUED;
	const uint64_t allowed = news | KITH_WNOHANG | KITH_WNOWAIT |
				 KITH___WNOTHREAD | KITH___WALL | KITH___WCLONE;
	const uint64_t pointer[3] = { 0, t->op.arg[2], t->op.arg[4] };
	struct wait_request rq = { .options = (uint32_t)t->op.arg[3] };
	int err = -EINVAL; /* WAI-05 */

	if (!(rq.options & ~allowed) && (rq.options & news))
		err = whom_waitid(t, (int)t->op.arg[0], (int)t->op.arg[1], &rq);
	if (err)
		return finish_waitid(t, err, false, where_of(t->op.arg[2]),
				     NULL);
	return wait_begin(t, &rq, true, pointer);
}

/* There is a child to report; it is in *r.  The order of faults is Linux's. */
static enum outcome report_child(struct thread *t, const struct wait_report *r)
{
	bool is_waitid = t->op.wait.is_waitid;
	enum where status = t->op.wait.status, info = t->op.wait.info,
		   usage = t->op.wait.usage;

	if (status == WHERE_BAD)
		return done(t, -EFAULT);
	if (status == WHERE_HERE)
		fill(t, KITH_OUT_STATUS)->status = r->status;
	if (usage == WHERE_BAD)
		return done(t, -EFAULT);
	if (usage == WHERE_HERE)
		fill(t, KITH_OUT_USAGE)->usage = usage_public(&r->usage);
	if (!is_waitid)
		return done(t, r->info.pid);
	return finish_waitid(t, 0, true, info, &r->info);
}

static enum outcome report_none(struct thread *t, int err)
{
	if (!t->op.wait.is_waitid)
		return done(t, err);
	return finish_waitid(t, err, false, t->op.wait.info, NULL);
}

void wait_abandon(struct thread *t)
{
	struct kith_machine *m = t->machine;

	lock_acquire(&m->family.lock);
	waitq_leave(&t->op.waiter);
	lock_release(&m->family.lock);
	pid_put(t->op.wait.rq.pid);
}

/* What is to be done with a look's result: is the call over? */
static bool is_over(struct thread *t, enum wait_result found)
{
	return found != WAIT_NOT_YET || (t->op.wait.rq.options & KITH_WNOHANG);
}

/* Linux: do_wait() */
enum outcome wait_step(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct wait_report report;
	enum wait_result found;
	struct dead dead;

	dead_init(&dead);
	lock_acquire(&m->family.lock);
	waitq_join(&t->kin.group->waiters, &t->op.waiter);
	found = wait_scan(&t->kin, &t->op.wait.rq, &report);
	if (!is_over(t, found)) {
		if (!t->op.parked)
			t->kin.usage.nvcsw++;
		lock_release(&m->family.lock);
		/* A death is news even if a signal came too: WAI-24. */
		return signal_is_told(&t->signals) ? STEP_SIGNAL : STEP_PARK;
	}
	if (found == WAIT_FOUND && report.child)
		dead_add(&dead, report.child);
	lock_release(&m->family.lock);
	release_dead(m, &dead);
	wait_abandon(t);
	if (found == WAIT_FOUND)
		return report_child(t, &report);
	return report_none(t, found == WAIT_NO_CHILD ? -ECHILD : 0);
}

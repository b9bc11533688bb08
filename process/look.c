/*
 * Looking at a machine from outside: plain copies, in numbers.
 */
#include <errno.h>
#include <string.h>

#include "process/process.h"

static enum kith_state state_of(struct thread *t)
{
	if (t->kin.state != KIN_ALIVE)
		return KITH_ZOMBIE;
	switch (t->run) {
	case RUN_ASLEEP:
		return KITH_ASLEEP;
	case RUN_BLOCKED:
		return KITH_BLOCKED;
	case RUN_IDLE:
		return KITH_IDLE;
	default:
		return KITH_RUNNING;
	}
}

/* The process's usage, with what memory it has at this moment. */
static struct kith_usage usage_now(struct thread *t)
{
	struct usage u = kingroup_usage(t->kin.group);

	if (t->space && u.maxrss < space_most_kib(t->space))
		u.maxrss = space_most_kib(t->space);
	return usage_public(&u);
}

/* What a sleeper waits for. */
static void look_at_sleep(struct thread *t, struct kith_look *l)
{
	const struct wait_request *rq = &t->op.wait.rq;

	if (t->op.step == vfork_step && !t->op.vfork.done)
		l->waits_for = thread_nr(t->op.vfork.child);
	if (t->op.step != wait_step)
		return;
	l->wait_options = rq->options;
	l->waits_for = rq->who == WAIT_ANY   ? -1
		       : rq->who == WAIT_PID ? pid_root_nr(rq->pid)
					     : -pid_root_nr(rq->pid);
}

/*
 * Where the thread is.  Its op is its runner's, so while it runs nobody else
 * reads of it which call it is in.
 */
static void look_at_run(struct thread *t, struct kith_look *l)
{
	struct kith_machine *m = t->machine;

	lock_acquire(&m->lock);
	l->state = state_of(t);
	l->call = -1;
	if (t->run != RUN_RUNNING && t->run != RUN_GONE && t->op.step &&
	    t->op.called)
		l->call = t->op.nr;
	if (t->run == RUN_ASLEEP || t->run == RUN_BLOCKED)
		look_at_sleep(t, l);
	lock_release(&m->lock);
}

static void look_at(struct thread *t, struct kith_look *l)
{
	struct kin *k = &t->kin;
	struct kingroup *group = k->group;

	*l = (struct kith_look){
		.tid = kin_nr(k),
		.tgid = kingroup_nr(group),
		.ppid = k->parent ? kingroup_nr(k->parent->group) : 0,
		.parent_thread = k->parent ? kin_nr(k->parent) : 0,
		.pgid = pid_root_nr(group->pgid.pid),
		.sid = pid_root_nr(group->sid.pid),
		.threads = (int)group->count,
		.status = kin_is_leader(k) ? kingroup_status(group) : k->status,
		.exit_signal = k->exit_signal,
		.pdeath_signal = k->death_signal,
		.leader = kin_is_leader(k),
		.process_dead =
			group->leader->state != KIN_ALIVE && group->count == 1,
		.subreaper = group->is_subreaper,
		.start = t->start,
		.self = usage_now(t),
		.children = usage_public(&group->reaped),
	};
	memcpy(l->name, t->name, NAME_SIZE);
	look_at_run(t, l);
}

int kith_look(struct kith_machine *m, pid_t tid, struct kith_look *look)
{
	struct thread *t;

	lock_acquire(&m->family.lock);
	t = thread_find(m, tid);
	if (t)
		look_at(t, look);
	lock_release(&m->family.lock);
	return t ? 0 : -ESRCH;
}

static long count_uses(const struct pid_use *use)
{
	long n = 0;

	for (; use; use = use->next)
		n++;
	return n;
}

void kith_number(struct kith_machine *m, pid_t nr, struct kith_number *number)
{
	struct pid *pid;

	*number = (struct kith_number){ .taken = false };
	lock_acquire(&m->family.lock);
	pid = pid_find(&m->root, nr);
	if (pid)
		*number = (struct kith_number){
			.taken = true,
			.thread = pid->thread,
			.process = pid->process,
			.members = count_uses(pid->members[PID_GROUP]),
			.followers = count_uses(pid->members[PID_SESSION]),
		};
	lock_release(&m->family.lock);
}

pid_t kith_heir(struct kith_machine *m, pid_t tid, const char **rule)
{
	const char *why = NULL;
	pid_t nr = -ESRCH;
	struct thread *t;
	struct kin *heir;

	lock_acquire(&m->family.lock);
	t = thread_find(m, tid);
	if (t) {
		heir = kingroup_heir(t->kin.group, &why);
		nr = heir ? kingroup_nr(heir->group) : 0;
	}
	lock_release(&m->family.lock);
	if (rule)
		*rule = why;
	return nr;
}

pid_t kith_parent(struct kith_machine *m, pid_t tid)
{
	struct kin *k, *parent;
	pid_t nr = -ESRCH;

	read_begin(&m->ground);
	k = pid_thread(pid_find(&m->root, tid));
	if (k) {
		parent = fetch(&k->parent);
		if (parent != k) /* else it is being taken away */
			nr = parent ? kingroup_nr(parent->group) : 0;
	}
	read_end(&m->ground);
	return nr;
}

/* Numbers of mere groups and sessions are passed over. */
pid_t kith_next(struct kith_machine *m, pid_t after)
{
	struct pid *pid;
	pid_t nr = after < 0 ? 0 : after;

	if (nr >= PID_MAX_LIMIT)
		return 0;
	read_begin(&m->ground);
	do {
		pid = pid_next(&m->root, nr + 1);
		nr = pid_root_nr(pid);
	} while (pid && !pid_thread(pid));
	read_end(&m->ground);
	return nr;
}

/* One more number, stored if there is room for it. */
static void store(pid_t nr, pid_t *buf, size_t n, long *count)
{
	if ((size_t)*count < n)
		buf[*count] = nr;
	++*count;
}

long kith_children(struct kith_machine *m, pid_t tid, pid_t *buf, size_t n)
{
	struct thread *t;
	struct kin *k;
	long count = 0;

	lock_acquire(&m->family.lock);
	t = thread_find(m, tid);
	if (t) {
		cds_list_for_each_entry(k, &t->kin.children, sibling)
			store(kin_nr(k), buf, n, &count);
	}
	lock_release(&m->family.lock);
	return t ? count : -ESRCH;
}

long kith_threads(struct kith_machine *m, pid_t tid, pid_t *buf, size_t n)
{
	struct thread *t;
	struct kin *k;
	long count = 0;

	lock_acquire(&m->family.lock);
	t = thread_find(m, tid);
	if (t) {
		cds_list_for_each_entry(k, &thread_process(t)->kin.threads,
					in_group)
			store(kin_nr(k), buf, n, &count);
	}
	lock_release(&m->family.lock);
	return t ? count : -ESRCH;
}

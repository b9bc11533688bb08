#include "namespace/pid.h"

#include <assert.h>
#include <errno.h>

#include "base/event.h"
#include "base/ref.h"

size_t pid_size(unsigned level)
{
	return sizeof(struct pid) + (level + 1) * sizeof(struct upid);
}

struct pid *pid_get(struct pid *pid)
{
	ref_get(pid_ns(pid)->pids->ground, &pid->ref);
	return pid;
}

static void pid_free(struct rcu_head *head)
{
	struct pid *pid = caa_container_of(head, struct pid, dead);
	struct ground *g;

	deferred_begin(head);
	g = pid_ns(pid)->pids->ground;
	grace_passed(g);
	memory_free(g->memory, pid, pid_size(pid->level));
	deferred_end(g);
}

void pid_put(struct pid *pid)
{
	struct ground *g = pid ? pid_ns(pid)->pids->ground : NULL;

	if (pid && ref_put(g, &pid->ref))
		defer(g, &pid->dead, pid_free);
}

/*
 * A wished-for number in one namespace; the order of the checks is Linux's.
 * The cursor stays where it is (TID-06).
 */
static int reserve_wish(struct pidns *ns, int nr, bool capable)
{
	struct ground *g = ns->pids->ground;

	if (mutant(g, TID_09) && !capable)
		return -EPERM;
	if (nr < 1 || nr >= ns->max + mutant(g, TID_03))
		return -EINVAL;
	if (nr != 1 && !fetch(&ns->reaper))
		return -EINVAL;
	if (!capable)
		return -EPERM;
	if (mutant(g, TID_06))
		ns->cursor = nr + 1;
	return numbers_reserve(&ns->numbers, nr);
}

/* The next number in the cycle (Linux: idr_alloc_cyclic). */
static int reserve_next(struct pidns *ns, int *nr)
{
	struct ground *g = ns->pids->ground;
	int min = ns->cursor > PID_RESERVED && !mutant(g, PID_04) ? PID_RESERVED
								  : 1;
	int from = ns->cursor > min && !mutant(g, PID_01) ? ns->cursor : min;
	int err;

	*nr = numbers_free_from(&ns->numbers, from, ns->max);
	if (*nr < 0 && from > min)
		*nr = numbers_free_from(&ns->numbers, min, ns->max);
	if (*nr < 0)
		return -EAGAIN;
	err = numbers_reserve(&ns->numbers, *nr);
	if (!err)
		ns->cursor = *nr + 1;
	return err;
}

/* One number in each namespace, innermost first. */
static int reserve_all(struct pid *pid, struct pidns *innermost,
		       const struct pid_wish *wish)
{
	unsigned wished = wish ? wish->count : 0;
	struct pidns *ns;
	int err = 0;

	for (ns = innermost; ns; ns = ns->parent) {
		struct upid *u = &pid->numbers[ns->level];

		if (innermost->level - ns->level < wished) {
			u->nr = wish->numbers[innermost->level - ns->level];
			err = reserve_wish(ns, u->nr, wish->capable);
		} else {
			err = reserve_next(ns, &u->nr);
		}
		if (err)
			break;
		u->ns = ns;
	}
	if (!err && innermost->closed) {
		err = -ENOMEM;
		ns = NULL;
	}
	if (err) {
		for (unsigned i = ns ? ns->level + 1 : 0; i <= pid->level; i++)
			numbers_release(&pid->numbers[i].ns->numbers,
					pid->numbers[i].nr);
		if (innermost->allocated == 0 && !innermost->closed)
			innermost->cursor = 0; /* PID-17 */
		return err;
	}
	for (ns = innermost; ns; ns = ns->parent)
		ns->allocated++;
	return 0;
}

/* Linux: alloc_pid() */
int pid_new(struct pidns *ns, const struct pid_wish *wish, struct pid **out)
{
	struct ground *g = ns->pids->ground;
	struct pid *pid;
	int err;

	if (wish && wish->count > ns->level + 1)
		return -EINVAL;
	pid = memory_alloc(g->memory, pid_size(ns->level));
	if (!pid)
		return -ENOMEM;
	pid->ref = 1;
	pid->level = ns->level;
	lock_acquire(&ns->pids->lock);
	err = reserve_all(pid, ns, wish);
	lock_release(&ns->pids->lock);
	if (err) {
		memory_free(g->memory, pid, pid_size(ns->level));
		return err;
	}
	*out = pid;
	return 0;
}

void pid_publish(struct pid *pid)
{
	struct pids *pids = pid_ns(pid)->pids;

	lock_acquire(&pids->lock);
	for (unsigned i = 0; i <= pid->level; i++)
		numbers_publish(&pid->numbers[i].ns->numbers,
				pid->numbers[i].nr, pid);
	lock_release(&pids->lock);
}

static bool is_used(const struct pid *pid)
{
	return pid->thread || pid->process || pid->members[PID_GROUP] ||
	       pid->members[PID_SESSION];
}

/*
 * Its numbers are free.  Linux: free_pid(); a namespace that loses its first
 * and only number before it had an init is closed for good (PNS-29).
 */
static void unname(struct pid *pid)
{
	struct pids *pids = pid_ns(pid)->pids;

	lock_acquire(&pids->lock);
	for (unsigned i = 0; i <= pid->level; i++) {
		struct pidns *ns = pid->numbers[i].ns;

		numbers_release(&ns->numbers, pid->numbers[i].nr);
		ns->allocated--;
		if (ns->allocated == 0 && !fetch(&ns->reaper))
			ns->closed = true;
		if (ns->allocated <= 2)
			waitq_wake(&ns->lonely, ns);
	}
	lock_release(&pids->lock);
	emit(pids->ground, .type = KITH_EV_FREE, .subject = pid_root_nr(pid));
	pid_put(pid);
}

void pid_abandon(struct pid *pid)
{
	assert(!is_used(pid));
	unname(pid);
}

void pid_name_thread(struct pid *pid, void *thread)
{
	publish(&pid->thread, thread);
	if (!is_used(pid))
		unname(pid);
}

void pid_name_process(struct pid *pid, void *process)
{
	publish(&pid->process, process);
	if (!is_used(pid))
		unname(pid);
}

/* Linux: attach_pid() */
void pid_attach(struct pid *pid, struct pid_use *use, enum pid_membership m)
{
	struct pid_use *first = pid->members[m];

	assert(!use->pid);
	use->pid = pid;
	use->next = first;
	use->where = &pid->members[m];
	if (first)
		first->where = &use->next;
	publish(&pid->members[m], use);
}

/* Linux: detach_pid() */
void pid_detach(struct pid_use *use)
{
	struct pid *pid = use->pid;

	assert(pid && *use->where == use);
	publish(use->where, use->next);
	if (use->next)
		use->next->where = use->where;
	publish(&use->pid, NULL);
	use->where = NULL;
	if (!is_used(pid))
		unname(pid);
}

int pid_nr(const struct pid *pid, const struct pidns *ns)
{
	if (!pid || ns->level > pid->level || pid->numbers[ns->level].ns != ns)
		return 0;
	return pid->numbers[ns->level].nr;
}

struct pid *pid_find(struct pidns *ns, int nr)
{
	return numbers_find(&ns->numbers, nr);
}

struct pid *pid_next(struct pidns *ns, int nr)
{
	void *pid;

	return numbers_next(&ns->numbers, nr, &pid) < 0 ? NULL : pid;
}

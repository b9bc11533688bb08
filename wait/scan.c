#include "wait/wait.h"

#include <assert.h>

/* Linux: eligible_pid() */
static bool pid_matches(const struct wait_request *rq, const struct kin *child)
{
	switch (rq->who) {
	case WAIT_PID:
		return child->group->pid == rq->pid;
	case WAIT_PGID:
		return child->group->pgid.pid == rq->pid ||
		       mutant(kin_ground(child), WAI_20);
	default:
		return true;
	}
}

/* Which classes the options ask for: a bit each. */
static unsigned classes(const struct wait_request *rq)
{
	if (rq->options & KITH___WALL)
		return 1u << CLASS_CHILD | 1u << CLASS_CLONE;
	return 1u << (rq->options & KITH___WCLONE ? CLASS_CLONE : CLASS_CHILD);
}

/* Linux: eligible_child() */
static bool matches(const struct wait_request *rq, const struct kin *child)
{
	struct ground *g = kin_ground(child);
	bool its_class = classes(rq) >> kin_class(child) & 1;

	if (mutant(g, WAI_26) && rq->who == WAIT_PID)
		its_class = true;
	return its_class && pid_matches(rq, child);
}

bool wait_concerns(const struct kin *me, const struct wait_request *rq,
		   const struct kin *child)
{
	if (!pid_matches(rq, child))
		return false;
	return !(rq->options & KITH___WNOTHREAD) || child->parent == me;
}

/* Linux: wait_task_zombie() */
static enum wait_result take(struct kin *me, struct kin *child,
			     const struct wait_request *rq,
			     struct wait_report *report)
{
	struct kingroup *group = child->group;

	report->status = kingroup_status(group);
	report->usage = kingroup_usage(group);
	if (!mutant(group->family->ground, STA_02))
		usage_add(&report->usage, &group->reaped);
	report->info = kin_siginfo(child, me->group->ns, report->status);
	report->child = NULL;
	if ((rq->options & KITH_WNOWAIT) &&
	    !mutant(group->family->ground, WAI_10))
		return WAIT_FOUND;
	report->child = child;
	usage_add(&me->group->reaped, &report->usage);
	emit(group->family->ground, .type = KITH_EV_REAP, .actor = kin_nr(me),
	     .subject = kin_nr(child), .value = report->status);
	kin_bury(child);
	return WAIT_FOUND;
}

/* Could a child of parent that has no news yet match one day? */
static bool may_have_news(const struct kin *parent,
			  const struct wait_request *rq)
{
	const struct kin *child;

	if (rq->who == WAIT_ANY)
		return ((classes(rq) >> CLASS_CHILD & 1) &&
			parent->quiet[CLASS_CHILD]) ||
		       ((classes(rq) >> CLASS_CLONE & 1) &&
			parent->quiet[CLASS_CLONE]);
	cds_list_for_each_entry(child, &parent->children, sibling)
		if (!tree_has(&child->in_news) && matches(rq, child))
			return true;
	return false;
}

/*
 * One thread's children.  A zombie is no candidate for a wait that does not ask
 * for the dead (WAI-11).  Linux: do_wait_thread(), wait_consider_task().
 */
static enum wait_result scan_thread(struct kin *me, struct kin *parent,
				    const struct wait_request *rq,
				    struct wait_report *report)
{
	struct tree_node *n;

	if (rq->options & KITH_WEXITED) {
		tree_for_each(n, &parent->news) {
			struct kin *child =
				caa_container_of(n, struct kin, in_news);

			if (matches(rq, child))
				return take(me, child, rq, report);
		}
	}
	if (mutant(kin_ground(me), WAI_11) &&
	    !cds_list_empty(&parent->children))
		return WAIT_NOT_YET;
	return may_have_news(parent, rq) ? WAIT_NOT_YET : WAIT_NO_CHILD;
}

/* The one that is asked for by number need not be searched (do_wait_pid). */
static enum wait_result scan_pid(struct kin *me, const struct wait_request *rq,
				 struct wait_report *report)
{
	struct kingroup *group = pid_process(rq->pid);
	struct kin *child;

	if (!group)
		return WAIT_NO_CHILD;
	child = group->leader;
	if (!child->parent || !matches(rq, child) || child->state == KIN_DEAD)
		return WAIT_NO_CHILD;
	if (child->parent != me && (child->parent->group != me->group ||
				    ((rq->options & KITH___WNOTHREAD) &&
				     !mutant(kin_ground(me), WMT_01))))
		return WAIT_NO_CHILD;
	if (!tree_has(&child->in_news))
		return WAIT_NOT_YET;
	if (!(rq->options & KITH_WEXITED))
		return WAIT_NO_CHILD;
	return take(me, child, rq, report);
}

static struct kin *thread_after(struct kin *k)
{
	struct cds_list_head *next = k->in_group.next;

	if (next == &k->group->threads)
		next = next->next;
	return cds_list_entry(next, struct kin, in_group);
}

enum wait_result wait_scan(struct kin *me, const struct wait_request *rq,
			   struct wait_report *report)
{
	enum wait_result found, result = WAIT_NO_CHILD;
	struct kin *parent = me;

	must_hold(&me->group->family->lock);
	if (rq->who != WAIT_ANY && !rq->pid)
		return WAIT_NO_CHILD;
	if (rq->who == WAIT_PID)
		return scan_pid(me, rq, report);
	do {
		found = scan_thread(me, parent, rq, report);
		if (found == WAIT_FOUND)
			return found;
		if (found == WAIT_NOT_YET)
			result = found;
		parent = thread_after(parent);
	} while (parent != me && !(rq->options & KITH___WNOTHREAD));
	return result;
}

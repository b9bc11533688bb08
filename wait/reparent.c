/*
 * Who gets the children of the dead.
 */
#include <assert.h>

#include "wait/kin.h"
#include "wait/lists.h"

/* Linux: find_alive_thread() */
static struct kin *living_thread(struct kingroup *group)
{
	struct kin *k;

	cds_list_for_each_entry(k, &group->threads, in_group)
		if (!k->exiting)
			return k;
	return NULL;
}

/*
 * The namespace's init; if it is k itself that dies, another of its threads
 * takes over (RPT-S3).  Linux: find_child_reaper(); ending the namespace is for
 * process/ to do, before it comes to this.
 */
static struct kin *find_init(struct kin *k)
{
	struct pidns *ns = k->group->ns;
	struct kin *other;

	if (ns->reaper == k && !mutant(ns->pids->ground, RPT_S3)) {
		other = living_thread(k->group);
		if (other)
			publish(&ns->reaper, other);
	}
	return ns->reaper;
}

/*
 * The nearest ancestor that asked for orphans.  The walk up does not leave k's
 * namespace: levels differ at its border (RPT-S1).
 */
static struct kin *find_subreaper(const struct kin *k)
{
	struct ground *g = kin_ground(k);
	unsigned level = k->pid->level;
	struct kin *a, *heir;

	if (!k->group->has_subreaper || mutant(g, RPT_02))
		return NULL;
	for (a = k->parent; a && a->pid->level == level; a = a->parent) {
		if (!a->group->is_subreaper)
			continue;
		if (mutant(g, RPT_11) && a->group->leader->exiting)
			continue;
		heir = living_thread(a->group);
		if (heir)
			return heir;
	}
	return NULL;
}

/* Linux: find_new_reaper() */
static struct kin *find_heir(struct kin *k, struct kin *init, const char **rule)
{
	struct kin *heir = living_thread(k->group);

	*rule = "WMT-04";
	if (heir && !mutant(kin_ground(k), WMT_04))
		return heir;
	*rule = "RPT-02";
	heir = find_subreaper(k);
	if (heir)
		return heir;
	*rule = "RPT-01";
	return init;
}

struct kin *kingroup_heir(struct kingroup *group, const char **rule)
{
	struct kin *heir = find_subreaper(group->leader);
	struct kin *init = group->ns->reaper;

	must_hold(&group->family->lock);
	*rule = heir ? "RPT-02" : "RPT-01";
	if (heir)
		return heir;
	return init->group == group ? NULL : init;
}

/* PR_SET_PDEATHSIG: sent to the child's process, by the one that dies. */
static void death_signal(struct kin *child, struct kin *dying)
{
	struct ground *g = kin_ground(dying);
	struct sending how = { .from = kin_nr(dying), .rule = "PDS-01" };
	struct kith_siginfo info = {
		.signo = child->death_signal,
		.code = KITH_SI_USER,
		.pid = pid_nr(dying->group->pid, child->group->ns),
		.uid = (int32_t)(*dying->cred)->uid.real,
	};

	if (mutant(g, PDS_04) && dying->group->live)
		return;
	if (mutant(g, PDS_05) && !kin_is_leader(child))
		return;
	if (mutant(g, PDS_02))
		child->death_signal = 0;
	if (info.signo && cred_may_signal(*dying->cred, *child->cred))
		signal_send(child->group->signals, child->signals, &info, &how);
}

/*
 * A child has gone to another process: it is an ordinary child now (RPT-09),
 * and if it is dead already that is news to its new parent (RPT-08), who may
 * not want to hear of it (RPT-10).  Linux: reparent_leader().
 */
static void meet_new_parent(struct kin *child, struct dead *dead)
{
	struct ground *g = kin_ground(child);

	if (!mutant(g, RPT_09))
		kin_set_exit_signal(child, KITH_SIGCHLD);
	if (mutant(g, RPT_08))
		return;
	if (child->state != KIN_ZOMBIE || !kin_alone(child) ||
	    !kin_notify_parent(child, KITH_SIGCHLD))
		return;
	emit(g, .type = KITH_EV_AUTOREAP,
	     .actor = kingroup_nr(child->parent->group),
	     .subject = kin_nr(child), .value = kingroup_status(child->group),
	     .rule = "RPT-10");
	kin_bury(child);
	dead_add(dead, child);
}

static void give_away(struct kin *child, struct kin *k, struct kin *heir,
		      const char *rule, struct dead *dead)
{
	struct ground *g = kin_ground(k);
	struct kin *thread;

	emit(g, .type = KITH_EV_REPARENT, .actor = kin_nr(k),
	     .subject = kin_nr(child), .value = kingroup_nr(heir->group),
	     .other = kin_nr(heir), .rule = rule);
	children_remove(child);
	cds_list_for_each_entry(thread, &child->group->threads, in_group)
		publish(&thread->parent, heir);
	children_add(heir, child);
	cds_list_for_each_entry(thread, &child->group->threads, in_group)
		death_signal(thread, k);
	if (heir->group != k->group || mutant(g, WMT_06))
		meet_new_parent(child, dead);
}

/* Linux: forget_original_parent() */
void kin_reparent_children(struct kin *k, struct dead *dead)
{
	struct kin *init, *heir;
	const char *rule;

	must_hold(&k->group->family->lock);
	assert(k->exiting);
	init = find_init(k);
	if (cds_list_empty(&k->children))
		return;
	heir = find_heir(k, init, &rule);
	assert(heir != k);
	while (!cds_list_empty(&k->children))
		give_away(
			cds_list_first_entry(&k->children, struct kin, sibling),
			k, heir, rule, dead);
}

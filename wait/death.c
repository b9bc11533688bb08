/*
 * From exit to release.
 */
#include <assert.h>

#include "wait/kin.h"
#include "wait/lists.h"

void dead_init(struct dead *d)
{
	CDS_INIT_LIST_HEAD(&d->list);
}

void dead_add(struct dead *d, struct kin *k)
{
	assert(k->state == KIN_DEAD && cds_list_empty(&k->sibling));
	cds_list_add_tail(&k->sibling, &d->list);
}

struct kin *dead_take(struct dead *d)
{
	struct kin *k;

	if (cds_list_empty(&d->list))
		return NULL;
	k = cds_list_first_entry(&d->list, struct kin, sibling);
	cds_list_del_init(&k->sibling);
	return k;
}

/* Linux: wait_task_zombie(), where it reads the status. */
int kingroup_status(const struct kingroup *group)
{
	int status;

	return signal_has_ended(group->signals, &status)
		       ? status
		       : group->leader->status;
}

void kin_bury(struct kin *k)
{
	must_hold(&k->group->family->lock);
	assert(k->state == KIN_ZOMBIE);
	k->state = KIN_DEAD;
	if (!cds_list_empty(&k->sibling))
		children_remove(k);
	/*
	 * Off the list, it would not be told if its parent went: so it forgets
	 * the parent now, before a reader follows it to one who is freed.  Who
	 * is his own parent is being taken away.
	 */
	publish(&k->parent, k);
}

/*
 * The group has come to its end: its parent is told.  True if nobody will wait
 * for it, and it is buried.
 */
static bool group_ends(struct kin *leader)
{
	struct ground *g = kin_ground(leader);

	emit(g, .type = KITH_EV_DEAD, .actor = kin_nr(leader),
	     .value = kingroup_status(leader->group), .other = 1);
	children_has_news(leader);
	if (!kin_notify_parent(leader, leader->exit_signal))
		return false;
	if (mutant(g, STA_03))
		usage_add(&leader->parent->group->reaped, &leader->usage);
	emit(g, .type = KITH_EV_AUTOREAP,
	     .value = kingroup_status(leader->group),
	     .actor = kingroup_nr(leader->parent->group),
	     .subject = kin_nr(leader), .rule = "ARP-01");
	kin_bury(leader);
	return true;
}

/* Linux: exit_notify(), from where the children are gone. */
void kin_die(struct kin *k, struct dead *dead)
{
	struct ground *g = kin_ground(k);

	must_hold(&k->group->family->lock);
	assert(k->state == KIN_ALIVE && k->exiting);
	assert(cds_list_empty(&k->children));
	k->state = KIN_ZOMBIE;
	if (!kin_is_leader(k)) {
		emit(g, .type = KITH_EV_DEAD, .actor = kin_nr(k),
		     .value = k->status);
		k->state = KIN_DEAD;
		dead_add(dead, k);
	} else if (!kin_alone(k)) {
		emit(g, .type = KITH_EV_LINGER, .actor = kin_nr(k),
		     .value = k->status, .rule = "EXT-06");
	} else if (group_ends(k)) {
		dead_add(dead, k);
	}
}

/* Linux: release_task(), __exit_signal(), __unhash_process() */
struct kin *kin_release(struct kin *k)
{
	struct kingroup *group = k->group;
	struct kin *leader = group->leader;

	must_hold(&group->family->lock);
	assert(k->state == KIN_DEAD && cds_list_empty(&k->sibling));
	emit(group->family->ground, .type = KITH_EV_RELEASE,
	     .actor = kin_nr(k));
	if (!mutant(group->family->ground, STA_08))
		usage_add(&group->gone, &k->usage);
	if (group->ns->reaper == k)
		publish(&group->ns->reaper, leader);
	cds_list_del_init(&k->in_group);
	group->count--;
	if (k == leader) {
		pid_detach(&group->pgid);
		pid_detach(&group->sid);
		publish(&k->pid->process, NULL);
	}
	pid_name_thread(k->pid, NULL);
	if (k == leader)
		return NULL;
	if (kin_alone(leader) && leader->state == KIN_ZOMBIE &&
	    group_ends(leader))
		return leader;
	return NULL;
}

/* The names of two threads, exchanged.  Linux: exchange_tids(). */
static void exchange_names(struct kin *a, struct kin *b)
{
	struct pid *name = a->pid;

	publish(&a->pid, b->pid);
	publish(&b->pid, name);
	pid_name_thread(a->pid, a);
	pid_name_thread(b->pid, b);
}

/*
 * Linux: de_thread(), the part under tasklist_lock.  The old leader goes like
 * any other thread; nobody is told, since the process lives on.
 */
void kin_take_lead(struct kin *k, struct dead *dead)
{
	struct kingroup *group = k->group;
	struct kin *old = group->leader, *parent = old->parent;
	struct cds_list_head *place = &old->sibling;

	must_hold(&group->family->lock);
	assert(old != k && old->state == KIN_ZOMBIE && group->count == 2);
	emit(group->family->ground, .type = KITH_EV_SUPERSEDE,
	     .actor = kin_nr(old), .subject = kin_nr(k), .rule = "EXE-01");
	exchange_names(k, old);
	if (parent) {
		parent->quiet[kin_class(old)]--;
		k->in_news.key = old->in_news.key;
		if (mutant(kin_ground(k), EXE_S1))
			place = parent->children.prev;
		cds_list_add(&k->sibling, place);
		cds_list_del_init(&old->sibling);
	}
	group->leader = k;
	k->exit_signal = KITH_SIGCHLD;
	if (parent)
		parent->quiet[kin_class(k)]++;
	old->exit_signal = -1;
	old->state = KIN_DEAD;
	if (group->ns->reaper == old)
		publish(&group->ns->reaper, k);
	dead_add(dead, old);
}

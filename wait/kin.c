/*
 * Birth, and the lists.  Death is in wait/death.c, inheritance in
 * wait/reparent.c, telling in wait/notify.c, looking in wait/scan.c.
 */
#include "wait/kin.h"

#include <assert.h>

#include "wait/lists.h"

void family_init(struct family *f, struct ground *g)
{
	lock_init(&f->lock, RANK_FAMILY, g->mutexes);
	f->ground = g;
	f->places = 0;
}

void kingroup_init(struct kingroup *group, struct family *f,
		   struct siggroup *signals, struct pidns *ns)
{
	*group = (struct kingroup){
		.family = f,
		.signals = signals,
		.ns = ns,
	};
	CDS_INIT_LIST_HEAD(&group->threads);
	waitq_init(&group->waiters);
}

void kin_init(struct kin *k, struct kingroup *group, struct sigthread *signals,
	      struct cred *const *cred)
{
	*k = (struct kin){ .group = group, .signals = signals, .cred = cred };
	CDS_INIT_LIST_HEAD(&k->children);
	CDS_INIT_LIST_HEAD(&k->sibling);
	CDS_INIT_LIST_HEAD(&k->in_group);
	tree_node_init(&k->in_news);
}

void kin_join(struct kin *k)
{
	struct kingroup *group = k->group;

	must_hold(&group->family->lock);
	if (!group->leader)
		group->leader = k;
	else
		k->exit_signal = mutant(group->family->ground, CLN_23) ? 0 : -1;
	cds_list_add_tail(&k->in_group, &group->threads);
	group->count++;
	group->live++;
}

void children_add(struct kin *parent, struct kin *k)
{
	k->in_news.key = parent->group->family->places++;
	if (mutant(kin_ground(parent), OBS_01))
		cds_list_add(&k->sibling, &parent->children);
	else
		cds_list_add_tail(&k->sibling, &parent->children);
	if (k->state == KIN_ZOMBIE && kin_alone(k))
		tree_insert(&parent->news, &k->in_news);
	else
		parent->quiet[kin_class(k)]++;
}

void children_remove(struct kin *k)
{
	struct kin *parent = k->parent;

	cds_list_del_init(&k->sibling);
	if (tree_has(&k->in_news))
		tree_remove(&parent->news, &k->in_news);
	else
		parent->quiet[kin_class(k)]--;
}

void children_has_news(struct kin *k)
{
	if (!k->parent || tree_has(&k->in_news))
		return;
	k->parent->quiet[kin_class(k)]--;
	if (mutant(kin_ground(k), WAI_17))
		k->in_news.key = k->group->family->places++;
	tree_insert(&k->parent->news, &k->in_news);
}

void kin_adopt(struct kin *k, struct kin *parent)
{
	must_hold(&k->group->family->lock);
	assert(kin_is_leader(k) && cds_list_empty(&k->sibling));
	publish(&k->parent, parent);
	children_add(parent, k);
}

void kin_set_exit_signal(struct kin *k, int sig)
{
	bool counted = kin_is_leader(k) && k->parent &&
		       !tree_has(&k->in_news) && !cds_list_empty(&k->sibling);

	must_hold(&k->group->family->lock);
	if (counted)
		k->parent->quiet[kin_class(k)]--;
	k->exit_signal = (int16_t)sig;
	if (counted)
		k->parent->quiet[kin_class(k)]++;
}

struct usage kingroup_usage(const struct kingroup *group)
{
	struct usage sum = group->gone;
	struct kin *k;

	cds_list_for_each_entry(k, &group->threads, in_group)
		usage_add(&sum, &k->usage);
	return sum;
}

static struct kin *first_thread(struct kingroup *group)
{
	return cds_list_first_entry(&group->threads, struct kin, in_group);
}

/*
 * The child of parent's group that follows `after`, a child of parent or NULL.
 */
static struct kin *child_after(struct kin *parent, struct kin *after)
{
	struct cds_list_head *next =
		after ? after->sibling.next : parent->children.next;

	while (next == &parent->children) {
		if (parent->in_group.next == &parent->group->threads)
			return NULL;
		parent = cds_list_entry(parent->in_group.next, struct kin,
					in_group);
		next = parent->children.next;
	}
	return cds_list_entry(next, struct kin, sibling);
}

/* True if those below group are still to be told. */
static bool tell_of_subreaper(struct kingroup *group)
{
	struct pid *pid = group->pid;

	if (group->has_subreaper || pid->numbers[pid->level].nr == 1)
		return false;
	group->has_subreaper = true;
	return true;
}

/*
 * Linux: propagate_has_child_subreaper(), in a walk of all descendants that
 * needs no stack, for families are deep.
 */
void kin_make_subreaper(struct kingroup *group)
{
	struct kingroup *at = group;
	struct kin *c, *up;

	must_hold(&group->family->lock);
	if (group->is_subreaper)
		return;
	group->is_subreaper = true;
	if (group->has_subreaper || mutant(group->family->ground, RPT_06))
		return; /* then all below know of one already */
	for (c = child_after(first_thread(group), NULL);;) {
		if (c && tell_of_subreaper(c->group)) {
			at = c->group;
			c = child_after(first_thread(at), NULL);
		} else if (c) {
			c = child_after(c->parent, c);
		} else if (at == group) {
			break;
		} else {
			up = at->leader;
			at = up->parent->group;
			c = child_after(up->parent, up);
		}
	}
}

/*
 * Invariants, as code.
 *
 * The walk goes through everything there is, and says of the first thing that
 * does not fit what is wrong with it.  It also counts the blocks of memory
 * that it meets: an arena has no leak checker, but if more blocks are in use
 * than the walk has met, something was lost.  What several share is met by
 * each of them: they are walked twice, once to count and once to compare that
 * count with the references that the thing thinks it has.
 *
 * In a shared machine no worker may be at work meanwhile.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "process/process.h"

struct walk {
	struct kith_machine *machine;
	char *buf;
	size_t len;
	bool broken;
	uint64_t blocks; /* met so far */
	bool settling;   /* the second walk over what is shared */
};

static void __attribute__((format(printf, 2, 3)))
wrong(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	if (w->broken)
		return;
	w->broken = true;
	va_start(ap, fmt);
	vsnprintf(w->buf, w->len, fmt, ap);
	va_end(ap);
}

#define expect(w, cond, ...) \
	do { \
		if (!(cond)) \
			wrong(w, __VA_ARGS__); \
	} while (0)

static void count_pending(struct walk *w, const struct pending *p)
{
	struct queued *q;

	cds_list_for_each_entry(q, &p->queue, link) {
		w->blocks++;
		expect(w, p->set & SIGBIT(q->info.signo),
		       "signal %d is queued but not pending", q->info.signo);
	}
}

/* The children of one thread: list, tree and counts must agree. */
static void check_children(struct walk *w, struct kin *k)
{
	unsigned quiet[NR_CLASSES] = { 0, 0 };
	uint64_t place = 0;
	bool first = true;
	struct kin *c;

	cds_list_for_each_entry(c, &k->children, sibling) {
		bool news = c->state == KIN_ZOMBIE && kin_alone(c);

		expect(w, c->parent == k,
		       "%d is on the list of %d, not its child", kin_nr(c),
		       kin_nr(k));
		expect(w, kin_is_leader(c), "%d, no leader, is a child",
		       kin_nr(c));
		expect(w, c->state != KIN_DEAD, "%d is dead, and still a child",
		       kin_nr(c));
		expect(w, first || c->in_news.key > place,
		       "the places of the children of %d are out of order",
		       kin_nr(k));
		expect(w, news == tree_has(&c->in_news), "%d %s", kin_nr(c),
		       news ? "can be waited for, but is not in the tree"
			    : "is in the tree of those to wait for");
		if (!news)
			quiet[kin_class(c)]++;
		place = c->in_news.key;
		first = false;
	}
	for (int i = 0; i < NR_CLASSES; i++)
		expect(w, quiet[i] == k->quiet[i],
		       "%d has %u quiet children of class %d, counted as %u",
		       kin_nr(k), quiet[i], i, k->quiet[i]);
}

static void check_number(struct walk *w, struct kin *k)
{
	struct pid *pid = k->pid;

	expect(w, pid && pid->thread == k,
	       "a thread has a name that is not its");
	for (unsigned i = 0; pid && i <= pid->level; i++)
		expect(w,
		       pid_find(pid->numbers[i].ns, pid->numbers[i].nr) == pid,
		       "%d does not find its own number", kin_nr(k));
}

/* Nobody sleeps through what he waits for: a look would find nothing. */
static void check_sleeper(struct walk *w, struct thread *t)
{
	struct wait_report report;
	struct wait_request rq;

	if (t->run == RUN_ASLEEP && t->op.step == wait_step &&
	    t->op.wait.rq.who != WAIT_PGID && /* there, one may: WAI-21 */
	    /* and nobody is told of zombies that a thread leaves: WMT-06 */
	    !(t->op.wait.rq.options & KITH___WNOTHREAD)) {
		rq = t->op.wait.rq;
		rq.options |= KITH_WNOWAIT;
		expect(w, wait_scan(&t->kin, &rq, &report) != WAIT_FOUND,
		       "%d sleeps in wait, and does not know that %d is dead",
		       thread_nr(t), report.info.pid);
	}
	if (t->run == RUN_BLOCKED && t->op.step == vfork_step)
		expect(w, !t->op.vfork.done,
		       "%d sleeps in vfork, and its child has let go",
		       thread_nr(t));
}

static void check_thread(struct walk *w, struct thread *t)
{
	struct kin *k = &t->kin;
	int nr = kin_nr(k);

	w->blocks += 1 + (t->op.behind != NULL);
	check_number(w, k);
	check_children(w, k);
	expect(w, k->group == &thread_process(t)->kin,
	       "%d is in a strange group", nr);
	expect(w, k->state == KIN_ALIVE || t->run == RUN_GONE,
	       "%d is dead, and may still run", nr);
	expect(w, k->state == KIN_ALIVE || cds_list_empty(&k->children),
	       "%d is dead, and has children", nr);
	expect(w, k->state == KIN_ALIVE || (!t->space && !t->files),
	       "%d is dead, and holds memory or descriptors", nr);
	expect(w, k->state != KIN_DEAD, "%d is dead, and not released", nr);
	expect(w, k->state != KIN_ZOMBIE || kin_is_leader(k),
	       "%d is a zombie, and no leader", nr);
	expect(w, !k->parent || k->parent->state == KIN_ALIVE,
	       "the parent of %d is dead", nr);
	if (!t->signals.exiting)
		count_pending(w, &t->signals.own);
	check_sleeper(w, t);
}

/*
 * One of the users of a shared thing.  True for the first of them, who counts
 * its block, or settles the account.
 */
static bool meet(struct walk *w, int *seen, int ref, const char *what)
{
	bool first = w->settling ? *seen != 0 : (*seen)++ == 0;

	if (!first)
		return false;
	if (w->settling) {
		expect(w, *seen == ref, "%s has %d users, counted as %d", what,
		       *seen, ref);
		*seen = 0;
	} else {
		w->blocks++;
	}
	return true;
}

static void meet_sighand(struct walk *w, struct sighand *h)
{
	if (meet(w, &h->seen, h->ref, "a sighand") && h->actions)
		meet(w, &h->actions->seen, h->actions->ref,
		     "a table of actions");
}

static void meet_files(struct walk *w, struct files *f)
{
	if (meet(w, &f->seen, f->users, "a descriptor table") && !w->settling &&
	    f->slots != f->few)
		w->blocks++;
}

static void meet_of_thread(struct walk *w, struct thread *t)
{
	meet(w, &t->cred->seen, t->cred->ref, "a cred");
	if (t->space)
		meet(w, &t->space->seen, t->space->users, "an address space");
	if (t->files)
		meet_files(w, t->files);
	if (t->op.step == wait_step && t->op.wait.rq.pid)
		meet(w, &t->op.wait.rq.pid->seen, t->op.wait.rq.pid->ref,
		     "a pid");
	if (t->op.step == exec_step) {
		meet_sighand(w, t->op.exec.sighand);
		meet(w, &t->op.exec.space->seen, t->op.exec.space->users,
		     "an address space");
		meet_files(w, t->op.exec.files);
	}
}

static void meet_shared(struct walk *w, bool settling)
{
	struct kith_machine *m = w->machine;
	struct process *p;
	struct pid *pid;
	struct kin *k;
	int nr = 0;

	w->settling = settling;
	cds_list_for_each_entry(p, &m->processes, in_machine) {
		meet_sighand(w, p->signals.sighand);
		cds_list_for_each_entry(k, &p->kin.threads, in_group)
			meet_of_thread(w, thread_of_kin(k));
	}
	while ((pid = pid_next(&m->root, nr + 1))) {
		nr = pid_root_nr(pid);
		meet(w, &pid->seen, pid->ref, "a pid");
	}
}

static void check_process(struct walk *w, struct process *p)
{
	struct kingroup *group = &p->kin;
	unsigned count = 0, live = 0;
	struct kin *k;
	int nr = kingroup_nr(group);

	w->blocks++;
	cds_list_for_each_entry(k, &group->threads, in_group) {
		count++;
		live += !k->exiting;
		check_thread(w, thread_of_kin(k));
	}
	expect(w, count == group->count, "%d has %u threads, counted as %u", nr,
	       count, group->count);
	expect(w, live == group->live,
	       "%d has %u living threads, counted as %u", nr, live,
	       group->live);
	expect(w, group->leader && group->leader->group == group,
	       "%d has no leader of its own", nr);
	expect(w, group->pid->process == group, "%d has a strange name", nr);
	expect(w, group->pid == group->leader->pid,
	       "%d is not called as its leader is", nr);
	expect(w, group->pgid.pid && group->sid.pid,
	       "%d has no group or no session", nr);
	expect(w, p == w->machine->init || group->leader->parent,
	       "%d has no parent", nr);
	expect(w,
	       !group->leader->parent ||
		       !cds_list_empty(&group->leader->sibling),
	       "%d is not on its parent's list", nr);
	count_pending(w, &p->signals.shared);
}

/* Every number is held by someone. */
static void check_numbers(struct walk *w)
{
	struct pidns *ns = &w->machine->root;
	struct pid *pid;
	unsigned taken = 0;
	int nr = 0;

	while ((pid = pid_next(ns, nr + 1))) {
		nr = pid_root_nr(pid);
		taken++;
		expect(w,
		       pid->thread || pid->process || pid->members[PID_GROUP] ||
			       pid->members[PID_SESSION],
		       "number %d is taken by nobody", nr);
	}
	expect(w, taken == ns->allocated, "%u numbers are taken, counted as %u",
	       taken, ns->allocated);
	w->blocks += numbers_nodes(&ns->numbers);
}

static void check_queue(struct walk *w)
{
	uint32_t queued = 0;
	struct thread *t;

	cds_list_for_each_entry(t, &w->machine->runq, on_runq) {
		queued++;
		expect(w, t->run == RUN_QUEUED, "%d is queued by mistake",
		       thread_nr(t));
	}
	expect(w, queued == w->machine->queued, "the run queue is miscounted");
}

bool kith_check(struct kith_machine *m, char *buf, size_t len)
{
	struct walk w = { .machine = m, .buf = buf, .len = len };
	struct process *p;

	grace_wait(&m->ground); /* what is to be freed is no longer in use */
	lock_acquire(&m->family.lock);
	cds_list_for_each_entry(p, &m->processes, in_machine)
		check_process(&w, p);
	check_numbers(&w);
	check_queue(&w);
	meet_shared(&w, false);
	meet_shared(&w, true);
	lock_release(&m->family.lock);
	w.blocks++; /* the machine itself */
	expect(&w, w.blocks == m->ground.memory->blocks,
	       "%" PRIu64 " blocks of memory are in use, %" PRIu64
	       " are accounted for",
	       m->ground.memory->blocks, w.blocks);
	return !w.broken;
}

/*
 * Families alone: wait/ without a process around it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "tests/tap.h"
#include "wait/lists.h"
#include "wait/wait.h"

/* --- people --------------------------------------------------------------- */

/* A thread, and what threads share; neither is a process's. */
struct body {
	struct kin kin;
	struct sigthread signals;
	struct cred *cred;
	struct body *next; /* of all there ever were */
};

struct house {
	struct kingroup kin;
	struct siggroup signals;
	struct house *next;
};

static struct ground ground;
static struct family family;
static struct pids pids;
static struct pidns root;
static struct cred *cred;
static struct body *bodies, *init;
static struct house *houses;
static struct kith_observer observer;
static char told[4096]; /* events, in few words */

static void no_wake(struct sigthread *t, enum wake how)
{
	(void)t;
	(void)how;
}

static void note(struct kith_observer *o, const struct kith_event *e)
{
	size_t at = strlen(told);
	char *to = told + at;
	size_t room = sizeof(told) - at;

	(void)o;
	if (e->type == KITH_EV_SIGNAL)
		snprintf(to, room, "%d:%s->%d ", e->actor,
			 kith_signal_name((int)e->value), e->subject);
	if (e->type == KITH_EV_REPARENT)
		snprintf(to, room, "%d=>%d ", e->subject, (int)e->other);
	if (e->type == KITH_EV_DEAD && e->other)
		snprintf(to, room, "%d+ ", e->actor);
	if (e->type == KITH_EV_AUTOREAP)
		snprintf(to, room, "(%d) ", e->subject);
}

/* What happened since this was last asked. */
static const char *news(void)
{
	static char copy[sizeof(told)];

	told[0] = '\0';
	stream_show(ground.stream);
	strcpy(copy, told);
	if (copy[0])
		copy[strlen(copy) - 1] = '\0';
	return copy;
}

static struct house *settle(struct pidns *ns)
{
	struct house *h = calloc(1, sizeof(*h));

	siggroup_init(&h->signals, &ground, sighand_new(&ground), no_wake);
	kingroup_init(&h->kin, &family, &h->signals, ns);
	h->next = houses;
	houses = h;
	return h;
}

static struct body *body_in(struct house *h)
{
	struct body *b = calloc(1, sizeof(*b));

	b->cred = cred;
	kin_init(&b->kin, &h->kin, &b->signals, &b->cred);
	pid_new(h->kin.ns, NULL, &b->kin.pid);
	pid_name_thread(b->kin.pid, &b->kin);
	sigthread_init(&b->signals, &h->signals, &b->kin.pid);
	b->next = bodies;
	bodies = b;
	return b;
}

/* A process, the child of thread p; in Linux's copy_process. */
static struct body *birth_in(struct body *p, struct pidns *ns, int exit_signal)
{
	struct house *h = settle(ns);
	struct body *b;

	lock_acquire(&family.lock);
	b = body_in(h);
	b->kin.exit_signal = (int16_t)exit_signal;
	kin_join(&b->kin);
	h->kin.pid = b->kin.pid;
	pid_name_process(b->kin.pid, &h->kin);
	pid_attach(b->kin.pid, &h->kin.pgid, PID_GROUP);
	pid_attach(b->kin.pid, &h->kin.sid, PID_SESSION);
	if (p) {
		h->kin.has_subreaper = p->kin.group->has_subreaper ||
				       p->kin.group->is_subreaper;
		b->kin.execs = p->kin.execs;
		b->kin.parent_execs = p->kin.execs;
		kin_adopt(&b->kin, &p->kin);
	}
	pid_publish(b->kin.pid);
	lock_release(&family.lock);
	return b;
}

static struct body *birth(struct body *p)
{
	return birth_in(p, &root, KITH_SIGCHLD);
}

static struct body *thread(struct body *p)
{
	struct body *b;

	lock_acquire(&family.lock);
	b = body_in(caa_container_of(p->kin.group, struct house, kin));
	b->kin.parent = p->kin.parent;
	b->kin.execs = p->kin.execs;
	kin_join(&b->kin);
	pid_publish(b->kin.pid);
	lock_release(&family.lock);
	return b;
}

static void release(struct dead *dead)
{
	struct kin *k;

	while ((k = dead_take(dead)))
		while (k) {
			lock_acquire(&family.lock);
			k = kin_release(k);
			lock_release(&family.lock);
		}
	grace_end(&ground);
}

static void begin_exit(struct body *b, int status)
{
	struct kingroup *group = b->kin.group;

	lock_acquire(&family.lock);
	b->kin.exiting = true;
	b->kin.status = status;
	if (--group->live == 0)
		signal_last_exit(group->signals, status);
	lock_release(&family.lock);
	sigthread_exit(&b->signals);
}

static void end_exit(struct body *b)
{
	struct dead dead;

	dead_init(&dead);
	lock_acquire(&family.lock);
	kin_reparent_children(&b->kin, &dead);
	kin_die(&b->kin, &dead);
	lock_release(&family.lock);
	release(&dead);
}

static void die(struct body *b)
{
	begin_exit(b, 0);
	end_exit(b);
}

static void make_subreaper(struct body *b)
{
	lock_acquire(&family.lock);
	kin_make_subreaper(b->kin.group);
	lock_release(&family.lock);
}

static enum wait_result scan(struct body *b, struct wait_request rq,
			     struct wait_report *report)
{
	enum wait_result found;
	struct dead dead;

	dead_init(&dead);
	lock_acquire(&family.lock);
	found = wait_scan(&b->kin, &rq, report);
	if (found == WAIT_FOUND && report->child)
		dead_add(&dead, report->child);
	lock_release(&family.lock);
	release(&dead);
	return found;
}

/* The number of the child that was collected; 0 not yet, -1 no child. */
static int reap_as(struct body *b, struct wait_request rq)
{
	struct wait_report report;

	switch (scan(b, rq, &report)) {
	case WAIT_FOUND:
		return report.info.pid;
	case WAIT_NOT_YET:
		return 0;
	default:
		return -1;
	}
}

static int reap(struct body *b, uint64_t options)
{
	return reap_as(b, (struct wait_request){ .options = options });
}

static void begin(void)
{
	ground = (struct ground){ .memory = memory_new(0, false),
				  .stream = stream_new(NULL) };
	observer = (struct kith_observer){ .event = note };
	family_init(&family, &ground);
	pids_init(&pids, &ground);
	pidns_init(&root, &pids, NULL, 0);
	cred = cred_new_root(&ground, 0);
	bodies = NULL;
	houses = NULL;
	init = birth(NULL);
	init->kin.exit_signal = KITH_SIGCHLD;
	root.reaper = &init->kin;
	stream_watch(ground.stream, &observer);
}

/* All of it lies in the arena but the people. */
static void end(void)
{
	struct house *h;
	struct body *b;

	while ((b = bodies)) {
		bodies = b->next;
		free(b);
	}
	while ((h = houses)) {
		houses = h->next;
		free(h);
	}
	stream_destroy(ground.stream);
	memory_destroy(ground.memory);
}

static struct kingroup *of(struct body *b)
{
	return b->kin.group;
}

static int nr(const struct body *b)
{
	return kin_nr(&b->kin);
}

static int parent_of(const struct body *b)
{
	return kin_nr(b->kin.parent);
}

/* The children of one thread, as "2 3 4". */
static const char *children(const struct body *b)
{
	static char text[400];
	struct kin *k;

	text[0] = '\0';
	cds_list_for_each_entry(k, &b->kin.children, sibling)
		sprintf(text + strlen(text), "%s%d", text[0] ? " " : "",
			kin_nr(k));
	return text;
}

static void set_sigchld(struct body *b, uint64_t handler, uint64_t flags)
{
	const struct kith_sigaction a = { .handler = handler, .flags = flags };

	signal_action(of(b)->signals, KITH_SIGCHLD, &a, NULL);
}

/* --- lists ---------------------------------------------------------------- */

static void children_are_listed_in_order_of_arrival(void)
{
	struct body *a, *b;

	begin();
	a = birth(init); /* 2 */
	b = birth(init); /* 3 */
	birth(a);        /* 4 */
	birth(b);        /* 5 */
	birth(a);        /* 6 */
	is_str(children(a), "4 6", "WAI-17 in order of birth");
	die(a);
	is_str(children(init), "2 3 4 6", "WAI-19 adopted ones at the tail");
	die(b);
	is_str(children(init), "2 3 4 6 5", "WAI-19 in order of adoption");
	is(reap(init, KITH_WEXITED), 2, "the first dead one is the first");
	is(reap(init, KITH_WEXITED), 3, "then the other");
	is_str(children(init), "4 6 5", "those who live are left");
	end();
}

static void the_oldest_with_news_is_found(void)
{
	struct body *child[50];
	unsigned wrong = 0;
	int number[50];

	begin();
	for (int i = 0; i < 50; i++) {
		child[i] = birth(init);
		number[i] = nr(child[i]);
	}
	for (int i = 49; i >= 0; i -= 3) /* 49 46 ... 1 */
		die(child[i]);
	for (int i = 1; i < 50; i += 3)
		wrong += reap(init, KITH_WEXITED) != number[i];
	is(wrong, 0, "WAI-17 not the first who died, but the oldest");
	is(reap(init, KITH_WEXITED), 0, "the others live");
	end();
}

static void classes_are_told_apart(void)
{
	struct body *a, *b;

	begin();
	a = birth_in(init, &root, KITH_SIGUSR1); /* 2 */
	b = birth(init);                         /* 3 */
	is(reap(init, KITH_WEXITED), 0, "an ordinary child lives");
	is(reap(init, KITH_WEXITED | KITH___WCLONE), 0, "a clone child lives");
	die(a);
	is(reap(init, KITH_WEXITED), 0,
	   "WAI-26 a clone child is not looked at");
	is(reap(init, KITH_WEXITED | KITH___WCLONE | KITH_WNOWAIT), 2,
	   "WAI-27 by those who ask, it is");
	die(b);
	is(reap(init, KITH_WEXITED | KITH___WALL | KITH_WNOWAIT), 2,
	   "WAI-28 by those who ask for all, too");
	is(reap(init, KITH_WEXITED), 3, "WAI-26 others pass it over");
	is(reap(init, KITH_WEXITED), -1, "WAI-26 and then there is no child");
	is(reap(init, KITH_WEXITED | KITH___WALL | KITH___WCLONE), 2,
	   "WAI-28 __WALL overrides __WCLONE");
	is(reap(init, KITH_WEXITED | KITH___WALL), -1, "nobody is left");
	end();
}

static void a_child_may_change_its_class(void)
{
	struct body *a, *b;

	begin();
	a = birth_in(init, &root, 0);
	b = birth_in(init, &root, 99);
	is(init->kin.quiet[CLASS_CLONE], 2, "EXS-02 EXS-03 two clone children");
	lock_acquire(&family.lock);
	kin_set_exit_signal(&a->kin, KITH_SIGCHLD);
	lock_release(&family.lock);
	ok(init->kin.quiet[CLASS_CLONE] == 1 &&
		   init->kin.quiet[CLASS_CHILD] == 1,
	   "EXS-04 one becomes ordinary");
	die(a);
	die(b);
	ok(init->kin.quiet[CLASS_CLONE] == 0 &&
		   init->kin.quiet[CLASS_CHILD] == 0,
	   "who has news is not counted");
	lock_acquire(&family.lock);
	kin_set_exit_signal(&b->kin, KITH_SIGCHLD);
	lock_release(&family.lock);
	is(reap(init, KITH_WEXITED), 2, "the news of one");
	is(reap(init, KITH_WEXITED), 3, "and of the other");
	end();
}

/* --- looking -------------------------------------------------------------- */

static void only_the_dead_are_no_candidates_for_other_news(void)
{
	struct body *a;

	begin();
	a = birth(init);
	is(reap(init, KITH_WUNTRACED), 0, "a living child may stop one day");
	die(a);
	is(reap(init, KITH_WUNTRACED), -1, "WAI-11 a zombie won't");
	is(reap(init, KITH_WCONTINUED), -1, "WAI-11 nor continue");
	is(reap(init, KITH_WEXITED), 2, "but it can be collected");
	a = birth(init);
	thread(a);
	die(a);
	is(reap(init, KITH_WUNTRACED), 0,
	   "EXT-06 a dead leader with a living thread is a candidate");
	is(reap(init, KITH_WEXITED), 0, "EXT-06 for its end, too");
	end();
}

static void one_may_wait_for_one(void)
{
	struct wait_request rq = { .who = WAIT_PID, .options = KITH_WEXITED };
	struct body *a, *b, *c;

	begin();
	a = birth(init);
	b = birth(a);
	c = thread(a);
	is(reap_as(init, rq), -1, "WAI-04 a number that nobody has");
	rq.pid = a->kin.pid;
	is(reap_as(init, rq), 0, "a child");
	is(reap_as(b, rq), -1, "WAI-04 a parent");
	is(reap_as(a, rq), -1, "WAI-04 oneself");
	rq.pid = c->kin.pid;
	is(reap_as(init, rq), -1, "WMT-07 a thread of a child");
	rq.pid = pid_get(b->kin.pid);
	is(reap_as(init, rq), -1, "WAI-04 a grandchild");
	is(reap_as(c, rq), 0, "WMT-02 a child of another thread of mine");
	rq.options |= KITH___WNOTHREAD;
	is(reap_as(c, rq), -1, "WMT-01 unless that is not wanted");
	is(reap_as(a, rq), 0, "WMT-01 then only one's own");
	die(b);
	rq.options = KITH_WEXITED | KITH___WCLONE;
	is(reap_as(c, rq), -1, "WAI-26 of the class that is asked for");
	rq.options = KITH_WUNTRACED;
	is(reap_as(c, rq), -1, "WAI-11 a zombie, for other news");
	rq.options = KITH_WEXITED;
	is(reap_as(c, rq), 3, "and it is collected");
	is(reap_as(c, rq), -1, "WAI-12 once");
	end();
}

static void threads_children_come_in_ring_order(void)
{
	struct body *a, *b, *c, *child[3];

	begin();
	a = birth(init);     /* 2 */
	b = thread(a);       /* 3 */
	c = thread(a);       /* 4 */
	child[0] = birth(a); /* 5 */
	child[1] = birth(b); /* 6 */
	child[2] = birth(c); /* 7 */
	is(reap(b, KITH_WEXITED | KITH___WNOTHREAD), 0, "one has a child");
	for (int i = 0; i < 3; i++)
		die(child[i]);
	is(reap(b, KITH_WEXITED | KITH_WNOWAIT), 6,
	   "WMT-03 own children first");
	is(reap(b, KITH_WEXITED | KITH___WNOTHREAD), 6, "WMT-01 and only them");
	is(reap(b, KITH_WEXITED | KITH___WNOTHREAD), -1, "WMT-01 no others");
	is(reap(b, KITH_WEXITED), 7, "WMT-03 then the next thread's");
	is(reap(b, KITH_WEXITED), 5, "WMT-03 and round");
	end();
}

static void a_wait_is_woken_by_what_matches_now(void)
{
	struct wait_request rq = { .who = WAIT_PID };
	struct body *a, *b, *c;

	begin();
	a = birth(init);
	b = thread(a);
	c = birth(a);
	rq.pid = c->kin.pid;
	ok(wait_concerns(&a->kin, &rq, &c->kin), "the one waited for");
	rq.pid = a->kin.pid;
	ok(!wait_concerns(&a->kin, &rq, &c->kin), "another is not");
	rq = (struct wait_request){ .who = WAIT_PGID, .pid = c->kin.pid };
	ok(wait_concerns(&a->kin, &rq, &c->kin), "one of its group");
	rq.pid = a->kin.pid;
	ok(!wait_concerns(&a->kin, &rq, &c->kin), "WAI-21 no longer of it");
	rq = (struct wait_request){ .options = KITH___WNOTHREAD };
	ok(wait_concerns(&a->kin, &rq, &c->kin) &&
		   !wait_concerns(&b->kin, &rq, &c->kin),
	   "WMT-11 with __WNOTHREAD a sibling's child is not");
	end();
}

/* --- inheritance ---------------------------------------------------------- */

static void orphans_go_to_init_without_a_subreaper(void)
{
	struct body *a, *b, *c;

	begin();
	a = birth(init);
	b = birth(a);
	c = birth(b);
	die(b);
	is(parent_of(c), 1, "RPT-01 to init, not to the grandparent");
	is_str(news(), "4=>1 3+ 3:SIGCHLD->2", "and before the death is told");
	end();
}

static void orphans_go_to_the_nearest_subreaper(void)
{
	struct body *a, *b, *c, *d, *e;

	begin();
	a = birth(init);
	b = birth(a);
	c = birth(b);
	d = birth(c);
	e = birth(d);
	make_subreaper(a);
	make_subreaper(b);
	die(d);
	is(parent_of(e), nr(b), "RPT-02 RPT-04 RPT-06 to the nearest");
	of(b)->is_subreaper = false;
	is(parent_of(e), nr(b), "RPT-05 where it stays");
	die(b);
	is(parent_of(e), nr(a), "RPT-05 until that one dies");
	is(parent_of(c), nr(a), "with its other children");
	die(a);
	is(parent_of(e), 1, "RPT-07 a dying subreaper adopts nobody");
	end();
}

static void the_living_thread_is_the_first_heir(void)
{
	struct body *a, *b, *c, *child;

	begin();
	make_subreaper(init);
	a = birth_in(init, &root, KITH_SIGCHLD);
	b = thread(a);
	c = thread(a);
	child = birth_in(a, &root, KITH_SIGUSR1);
	begin_exit(b, 0);
	die(a);
	is(parent_of(child), nr(c), "WMT-10 RPT-S2 the first that is alive");
	is(child->kin.exit_signal, KITH_SIGUSR1,
	   "WMT-05 its exit signal is the same");
	end_exit(b);
	die(child);
	news();
	die(c);
	is_str(news(), "5=>1 5:SIGCHLD->1 2+ 2:SIGCHLD->1",
	       "RPT-08 a zombie is news to init, before its parent's end");
	is(child->kin.exit_signal, KITH_SIGCHLD, "RPT-09 of the usual sort");
	end();
}

static void a_zombie_is_told_of_once_in_a_group(void)
{
	struct body *a, *child;

	begin();
	a = birth(init);
	thread(a);
	child = birth(a);
	die(child);
	news();
	die(a);
	is_str(news(), "4=>3", "WMT-06 threads do not tell each other");
	end();
}

static void a_subreaper_adopts_by_a_living_thread(void)
{
	struct body *a, *b, *c, *d, *e;

	begin();
	a = birth(init);
	b = thread(a);
	make_subreaper(a);
	c = birth(b);
	d = birth(c);
	e = birth(c);
	die(a);
	die(c);
	is(parent_of(d), nr(b), "RPT-11 its leader is dead, it adopts");
	begin_exit(b, 0);
	die(d);
	end_exit(b);
	is(parent_of(e), 1, "RPT-S1 with no thread alive it does not");
	end();
}

static void the_walk_stays_inside_a_namespace(void)
{
	struct body *a, *b, *c, *d;
	struct pidns ns;

	begin();
	a = birth(init);
	make_subreaper(a);
	pidns_init(&ns, &pids, &root, 0);
	b = birth_in(a, &ns, KITH_SIGCHLD);
	ns.reaper = &b->kin;
	c = birth_in(b, &ns, KITH_SIGCHLD);
	d = birth_in(c, &ns, KITH_SIGCHLD);
	die(c);
	is(parent_of(d), nr(b), "RPT-S1 to the namespace's init");
	ok(of(d)->has_subreaper, "though it knows of a subreaper outside");
	end();
}

static void a_thread_takes_over_from_a_dying_init(void)
{
	struct body *b, *c, *d;

	begin();
	b = thread(init);
	c = birth(init);
	d = birth(c);
	die(init);
	ok(root.reaper == &b->kin, "RPT-S3 the namespace has a reaper");
	is(parent_of(c), nr(b), "WMT-04 who gets the children");
	die(c);
	is(parent_of(d), nr(b), "RPT-01 and the orphans");
	end();
}

/* Who dies may leave zombies, living, and groups without a leader. */
static void adopted_zombies_vanish_if_ignored(void)
{
	struct body *a, *b, *c, *d;

	begin();
	set_sigchld(init, KITH_SIG_IGN, 0);
	a = birth(init);
	b = birth(a);
	c = birth_in(a, &root, 0);
	d = birth(a);
	thread(d);
	die(b);
	die(c);
	die(d);
	ok(of(b)->pid && b->kin.state == KIN_ZOMBIE &&
		   c->kin.state == KIN_ZOMBIE,
	   "EXS-05 two zombies, and a dead leader");
	news();
	die(a);
	is_str(news(), "3=>1 (3) 4=>1 (4) 5=>1 2+ (2)",
	       "RPT-10 zombies vanish, exit signal 0 or not; the third stays");
	is_str(children(init), "5", "alone");
	end();
}

/* --- telling -------------------------------------------------------------- */

static void a_death_is_told(uint64_t handler, uint64_t flags, int exit_signal,
			    bool exec, const char *want)
{
	struct body *a;

	begin();
	set_sigchld(init, handler, flags);
	a = birth_in(init, &root, exit_signal);
	init->kin.execs += exec;
	die(a);
	is_str(news(), want, "%s %s, exit signal %d%s",
	       handler == KITH_SIG_IGN ? "SIG_IGN" : "default",
	       flags ? "and SA_NOCLDWAIT" : "", exit_signal,
	       exec ? ", after an exec" : "");
	end();
}

static void deaths_are_told(void)
{
	a_death_is_told(KITH_SIG_DFL, 0, KITH_SIGCHLD, 0, "2+ 2:SIGCHLD->1");
	a_death_is_told(KITH_SIG_IGN, 0, KITH_SIGCHLD, 0, "2+ (2)");
	a_death_is_told(KITH_SIG_DFL, KITH_SA_NOCLDWAIT, KITH_SIGCHLD, 0,
			"2+ 2:SIGCHLD->1 (2)");
	a_death_is_told(KITH_SIG_IGN, KITH_SA_NOCLDWAIT, KITH_SIGCHLD, 0,
			"2+ (2)");
	a_death_is_told(KITH_SIG_DFL, 0, KITH_SIGUSR1, 0, "2+ 2:SIGUSR1->1");
	a_death_is_told(KITH_SIG_IGN, 0, KITH_SIGUSR1, 0, "2+ 2:SIGUSR1->1");
	a_death_is_told(KITH_SIG_IGN, 0, 0, 0, "2+");
	a_death_is_told(KITH_SIG_DFL, 0, 65, 0, "2+");
	a_death_is_told(KITH_SIG_DFL, 0, 255, 0, "2+");
	a_death_is_told(KITH_SIG_DFL, 0, KITH_SIGUSR1, 1, "2+ 2:SIGCHLD->1");
	a_death_is_told(KITH_SIG_DFL, 0, 0, 1, "2+ 2:SIGCHLD->1");
	a_death_is_told(KITH_SIG_IGN, 0, KITH_SIGUSR1, 1, "2+ (2)");
}

static void what_is_told_of_a_death(int status, int code, int value)
{
	struct wait_report report;
	struct body *a;

	begin();
	a = birth(init);
	a->kin.usage.utime = 3 * USAGE_TICK + 1;
	begin_exit(a, status);
	end_exit(a);
	scan(init,
	     (struct wait_request){ .options = KITH_WEXITED | KITH_WNOWAIT },
	     &report);
	ok(report.status == status && report.info.code == code &&
		   report.info.status == value && report.info.pid == 2 &&
		   report.info.signo == KITH_SIGCHLD && !report.child,
	   "WAI-S2 EXT-05 status %#x", (unsigned)status);
	is((long)report.usage.utime, (long)(3 * USAGE_TICK + 1),
	   "with what it used");
	is((long)of(init)->reaped.utime, 0, "STA-01 WNOWAIT adds up nothing");
	reap(init, KITH_WEXITED);
	is((long)of(init)->reaped.utime, (long)(3 * USAGE_TICK + 1),
	   "STA-02 a wait does");
	end();
}

static void statuses_read_as_they_should(void)
{
	unsigned wrong = 0;

	for (int code = 0; code < 1024; code++)
		wrong +=
			!status_is_exit(status_of_exit(code)) ||
			status_value(status_of_exit(code)) != (code & 0xff) ||
			status_for_shell(status_of_exit(code)) != (code & 0xff);
	for (int sig = 1; sig <= 64; sig++)
		wrong += status_is_exit(sig) || status_value(sig) != sig ||
			 status_is_core(sig) || !status_is_core(sig | 0x80) ||
			 status_value(sig | 0x80) != sig ||
			 status_for_shell(sig) != 128 + sig;
	is(wrong, 0, "EXT-01 WAI-S2 all codes and all signals");
}

static void death_signals_are_sent(void)
{
	struct body *a, *b, *c, *d;

	begin();
	a = birth(init);
	b = thread(a);
	c = birth(b);
	d = thread(c);
	c->kin.death_signal = KITH_SIGUSR1;
	d->kin.death_signal = KITH_SIGUSR2;
	set_sigchld(init, KITH_SIG_DFL, 0);
	for (int i = 0; i < 2; i++) {
		const struct kith_sigaction h = { .handler = 77 };

		signal_action(of(c)->signals, i ? KITH_SIGUSR1 : KITH_SIGUSR2,
			      &h, NULL);
	}
	news();
	die(b);
	is_str(news(), "4=>2 3:SIGUSR1->4 3:SIGUSR2->5",
	       "PDS-04 PDS-05 a thread's death, told to each thread that asks");
	lock_acquire(&of(c)->signals->lock);
	pending_flush(&ground, &of(c)->signals->shared, ~UINT64_C(0));
	lock_release(&of(c)->signals->lock);
	die(a);
	is_str(news(), "4=>1 2:SIGUSR1->4 2:SIGUSR2->5 2+ 2:SIGCHLD->1",
	       "PDS-01 PDS-02 and again when the adopter dies");
	end();
}

static void death_signals_need_a_right(void)
{
	struct cred *other = NULL;
	struct body *a, *b;

	begin();
	a = birth(init);
	b = birth(a);
	b->kin.death_signal = KITH_SIGTERM;
	other = cred_new_root(&ground, ~UINT64_C(0));
	other->uid = (struct id){ 1000, 1000, 1000, 1000 };
	a->cred = other;
	news();
	die(a);
	is_str(news(), "3=>1 2+ 2:SIGCHLD->1",
	       "PDS-08 a dying parent that may not, does not");
	end();
}

/* --- a new leader --------------------------------------------------------- */

static void who_takes_the_lead_takes_the_place(void)
{
	struct body *a, *b, *c;
	struct dead dead;

	begin();
	birth(init);                             /* 2 */
	a = birth_in(init, &root, KITH_SIGUSR1); /* 3 */
	birth(init);                             /* 4 */
	b = thread(a);                           /* 5 */
	c = birth(a);                            /* 6 */
	die(a);
	dead_init(&dead);
	lock_acquire(&family.lock);
	kin_take_lead(&b->kin, &dead);
	lock_release(&family.lock);
	release(&dead);
	is(nr(b), 3, "EXE-01 it has the number");
	is_str(children(init), "2 3 4", "and the place among the children");
	is(parent_of(c), 3, "WMT-09 children stay in the family");
	ok(init->kin.quiet[CLASS_CHILD] == 3 &&
		   init->kin.quiet[CLASS_CLONE] == 0,
	   "EXE-S1 it is an ordinary child now");
	ok(!pid_find(&root, 5), "EXE-01 its old number is free");
	die(b);
	is(reap(init, KITH_WEXITED), 3, "EXE-06 it dies under that number");
	end();
}

/* --- deep and bushy families ---------------------------------------------- */

enum { CHAIN = 100000 };

/* On a small stack: whatever is recursive would end it. */
static void *deep_families(void *arg)
{
	struct body **chain = calloc(CHAIN, sizeof(*chain));
	unsigned told_of = 0, wrong = 0;

	(void)arg;
	begin();
	stream_unwatch(ground.stream, &observer);
	chain[0] = birth(init);
	for (int i = 1; i < CHAIN; i++)
		chain[i] = birth(chain[i - 1]);
	make_subreaper(chain[0]);
	for (int i = 0; i < CHAIN; i++)
		told_of += of(chain[i])->has_subreaper;
	is(told_of, CHAIN - 1, "RPT-06 all %d in a chain are told", CHAIN - 1);
	for (int i = 1; i < CHAIN - 1; i++) {
		die(chain[i]);
		wrong += chain[i + 1]->kin.parent != &chain[0]->kin;
	}
	is(wrong, 0, "RPT-02 and go to the top, one after the other");
	while (reap(chain[0], KITH_WEXITED) > 0)
		told_of--;
	is(told_of, 1, "where %d are collected", CHAIN - 2);
	end();
	free(chain);
	return NULL;
}

static void deep_families_need_no_stack(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	err = pthread_create(&t, &attr, deep_families, NULL);
	if (!err)
		pthread_join(t, NULL);
	is(err, 0, "a small stack was enough"); /* one thread at a time */
	pthread_attr_destroy(&attr);
}

/* What Linux's own recursion would say. */
static void tell_descendants(const int *up, bool *has, int n, int from)
{
	for (int i = from + 1; i < n; i++) {
		int a = i;

		while (a > from)
			a = up[a];
		if (a == from)
			has[i] = true;
	}
}

static void bushy_families_are_told(unsigned seed)
{
	enum { PEOPLE = 150 };
	struct body *p[PEOPLE];
	bool has[PEOPLE] = { false }, is_one[PEOPLE] = { false };
	unsigned wrong = 0, s = seed;
	int up[PEOPLE];

	begin();
	p[0] = birth(init);
	for (int i = 1; i < PEOPLE; i++) {
		up[i] = rand_r(&s) % i;
		p[i] = birth(rand_r(&s) % 3 ? p[up[i]] : thread(p[up[i]]));
		has[i] = has[up[i]] || is_one[up[i]];
		if (rand_r(&s) % 12 == 0) {
			int who = rand_r(&s) % (i + 1);

			make_subreaper(p[who]);
			is_one[who] = true;
			tell_descendants(up, has, i + 1, who);
		}
		if (rand_r(&s) % 12 == 0) {
			int who = rand_r(&s) % (i + 1);

			of(p[who])->is_subreaper = is_one[who] = false;
		}
		for (int k = 0; k <= i; k++)
			wrong += of(p[k])->has_subreaper != has[k];
	}
	is(wrong, 0, "RPT-06 RPT-S2 150 people, with threads, seed %u", seed);
	end();
}

int main(void)
{
	children_are_listed_in_order_of_arrival();
	the_oldest_with_news_is_found();
	classes_are_told_apart();
	a_child_may_change_its_class();
	only_the_dead_are_no_candidates_for_other_news();
	one_may_wait_for_one();
	threads_children_come_in_ring_order();
	a_wait_is_woken_by_what_matches_now();
	orphans_go_to_init_without_a_subreaper();
	orphans_go_to_the_nearest_subreaper();
	the_living_thread_is_the_first_heir();
	a_zombie_is_told_of_once_in_a_group();
	a_subreaper_adopts_by_a_living_thread();
	the_walk_stays_inside_a_namespace();
	a_thread_takes_over_from_a_dying_init();
	adopted_zombies_vanish_if_ignored();
	deaths_are_told();
	what_is_told_of_a_death(0x700, KITH_CLD_EXITED, 7);
	what_is_told_of_a_death(9, KITH_CLD_KILLED, 9);
	what_is_told_of_a_death(0x83, KITH_CLD_DUMPED, 3);
	statuses_read_as_they_should();
	death_signals_are_sent();
	death_signals_need_a_right();
	who_takes_the_lead_takes_the_place();
	deep_families_need_no_stack();
	for (unsigned seed = 1; seed <= 10; seed++)
		bushy_families_are_told(seed);
	return done_testing();
}

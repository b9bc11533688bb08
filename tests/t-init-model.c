/*
 * kith-init's policy over the model's Linux: the loop that serves containers
 * serves init of a machine of libkith here, in which a thousand families live
 * and die at random.  What init decides and what the model says must agree: the
 * code is how main died, nobody is passed a signal who is not main, and when it
 * is over nobody is left who should not be.
 */
#include <signal.h>
#include <string.h>

#include <kith/kith.h>

#include "pid1/facts.h"
#include "tests/tap.h"
#include "wait/status.h"

struct world {
	struct kith_observer observer; /* must be the first */
	struct kith_machine *machine;
	uint32_t random;
	bool sigchld;       /* is pending; a second one changes nothing */
	pid_t named;        /* by the last one */
	bool directed;      /* who was named is asked for first */
	bool deaf;          /* TERM is not passed to those who are to leave */
	uint64_t now;       /* seconds go by when nothing happens */
	unsigned asked;     /* stops that were asked for */
	unsigned reaped;    /* by init, as the model tells it */
	int main_status;    /* as the model tells it, or -1 */
	unsigned strangers; /* signals to somebody who is not main */
	unsigned happened;
};

enum { MAIN = 2 };

static uint32_t below(struct world *w, uint32_t n)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)w->random * n >> 32);
}

static void watch(struct kith_observer *self, const struct kith_event *e)
{
	struct world *w = (struct world *)self;

	if (e->type == KITH_EV_SIGNAL && e->subject == 1 &&
	    e->value == KITH_SIGCHLD) {
		/* What is pending already keeps its siginfo. */
		if (!w->sigchld)
			w->named = e->info.pid;
		w->sigchld = true;
	}
	if (e->type == KITH_EV_REAP && e->actor == 1) {
		w->reaped++;
		if (e->subject == MAIN && w->main_status < 0)
			w->main_status = (int)e->value;
	}
}

static struct kith_result ask(struct world *w, pid_t tid, struct kith_call call)
{
	struct kith_result result = { .value = -KITH_ESRCH };

	kith_call(w->machine, tid, &call);
	kith_run(w->machine);
	kith_result(w->machine, tid, &result);
	return result;
}

/* Somebody forks, exits, is killed, or waits for a child; but not init. */
static void something_happens(struct world *w)
{
	pid_t alive[64], n = 0, who;
	struct kith_look look;

	for (pid_t t = 1; (t = kith_next(w->machine, t)) && n < 64;)
		if (!kith_look(w->machine, t, &look) && look.state == KITH_IDLE)
			alive[n++] = t;
	w->happened++;
	if (!n)
		return;
	who = alive[below(w, (uint32_t)n)];
	switch (below(w, w->happened > 60 ? 4 : 7)) {
	case 0:
	case 1:
		ask(w, who,
		    (struct kith_call){ .nr = KITH_EXIT_GROUP,
					.arg = { below(w, 256) } });
		break;
	case 2:
		ask(w, who,
		    (struct kith_call){
			    .nr = KITH_KILL,
			    .arg = { (uint64_t)alive[below(w, (uint32_t)n)],
				     1 + below(w, 15) } });
		break;
	case 3:
		ask(w, who,
		    (struct kith_call){
			    .nr = KITH_WAIT4,
			    .arg = { (uint64_t)-1, KITH_HERE, KITH_WNOHANG } });
		break;
	default:
		ask(w, who, (struct kith_call){ .nr = KITH_FORK });
	}
}

/* --- the facts -------------------------------------------------------------
 */

static bool hear(void *world, uint64_t until, struct heard *h)
{
	struct world *w = world;
	static const int signals[] = { SIGUSR1, SIGTERM, SIGCONT, SIGWINCH };

	memset(h, 0, sizeof(*h));
	h->sender = BY_OTHERS;
	do {
		if (w->sigchld) {
			w->sigchld = false;
			h->sig = SIGCHLD;
			h->sender = BY_KERNEL;
			return true;
		}
		if (until && !below(w, 12)) {
			h->sig = signals[below(w, 4)];
			w->asked += h->sig == SIGTERM;
			return true;
		}
		if (until && until != NO_TIME && !below(w, 10)) {
			w->now = until > w->now ? until : w->now;
			return false;
		}
		if (until)
			something_happens(w);
	} while (until);
	return false;
}

static pid_t collect(struct world *w, pid_t who, struct death *death)
{
	struct kith_result r =
		ask(w, 1,
		    (struct kith_call){ .nr = KITH_WAIT4,
					.arg = { (uint64_t)(int64_t)who,
						 KITH_HERE, KITH_WNOHANG } });

	*death = (struct death){ .pid = (pid_t)r.value, .status = r.status };
	return death->pid;
}

static bool reap(void *world, struct death *death, bool *any_left)
{
	struct world *w = world;
	pid_t named = w->directed ? w->named : 0;

	w->named = 0;
	*any_left = true;
	if (named && collect(w, named, death) > 0)
		return true;
	*any_left = collect(w, -1, death) == 0;
	return death->pid > 0;
}

static int send(struct world *w, pid_t to, int sig)
{
	return (int)-ask(w, 1,
			 (struct kith_call){ .nr = KITH_KILL,
					     .arg = { (uint64_t)(int64_t)to,
						      (uint64_t)sig } })
		.value;
}

static int pass_on(void *world, pid_t main, int sig, const struct heard *h)
{
	struct world *w = world;
	struct kith_look look;

	(void)h;
	/* It may be a zombie, but not gone. */
	w->strangers += main != MAIN || w->main_status >= 0 ||
			kith_look(w->machine, main, &look) || look.ppid != 1;
	return send(w, main, sig);
}

static void stop(void *world, int sig)
{
	(void)world;
	(void)sig;
}

static void tell_rest(void *world, int sig)
{
	struct world *w = world;

	if (sig == SIGKILL || !w->deaf)
		send(w, -1, sig);
}

static void kill_main(void *world, pid_t main)
{
	send(world, main, SIGKILL);
}

static uint64_t now(void *world)
{
	return ((struct world *)world)->now;
}

static const struct facts facts = { hear,      reap,      pass_on, stop,
				    tell_rest, kill_main, now };

/* --- a life ----------------------------------------------------------------
 */

struct outcome {
	unsigned codes, counts, left, strangers, unsound; /* what was wrong */
	unsigned killed, drained, orphans;                /* what happened */
};

static unsigned children_of_init(struct world *w)
{
	pid_t list[4];
	long n = kith_children(w->machine, 1, list, 4);

	return n > 0 ? (unsigned)n : 0;
}

static void live(uint32_t seed, struct outcome *o)
{
	static struct options options;
	static struct journal journal;
	static struct delays delays;
	struct world w = { .observer.event = watch,
			   .random = seed * 2654435761u + 1,
			   .main_status = -1 };
	struct wishes wishes;
	struct policy p;
	char why[200];
	int code;

	memset(&options, 0, sizeof(options));
	memset(&journal, 0, sizeof(journal));
	delays.n = 0;
	options.dialect = &own_dialect;
	options_defaults(&options);
	options.level = LOG_QUIET;
	w.directed = seed & 1;
	w.deaf = seed & 2;
	if (seed & 4)
		options.deadline_ns = UINT64_C(10000000000);
	wishes = (struct wishes){ .place = APART,
				  .drains = true,
				  .deadline = options.deadline_ns != TIME_NEVER,
				  .stops = options.stops };
	w.machine = kith_new(NULL);
	kith_watch(w.machine, &w.observer);
	ask(&w, 1, (struct kith_call){ .nr = KITH_FORK });
	journal_begin(&journal, &options, 1);
	policy_init(&p, &wishes);
	code = serve(&p, &options, MAIN, &facts, &w, &journal, &delays);

	o->codes +=
		w.main_status < 0 || code != status_for_shell(w.main_status);
	o->counts += journal.tally.orphans != w.reaped - 1 ||
		     journal.tally.stops != w.asked;
	o->left += children_of_init(&w);
	o->strangers += w.strangers;
	o->unsound += !kith_check(w.machine, why, sizeof(why));
	o->killed += journal.tally.killed_ns || p.killed;
	o->drained += p.main_gone && !p.killed && journal.tally.orphans;
	o->orphans += (unsigned)journal.tally.orphans;
	kith_free(w.machine);
}

int main(void)
{
	struct outcome o = { 0 };
	uint32_t seed;

	for (seed = 1; seed <= 1000; seed++)
		live(seed, &o);
	is(o.codes, 0, "in a thousand lives the code is how main died");
	is(o.counts, 0, "and the journal has counted what the model tells of");
	is(o.left, 0, "no child of init is left, dead or alive");
	is(o.strangers, 0, "no signal went to anybody who was not main");
	is(o.unsound, 0, "and the machine makes sense");
	ok(o.killed > 50 && o.drained > 50 && o.orphans > 1000,
	   "some had to be killed (%u), some left (%u), many were orphans (%u)",
	   o.killed, o.drained, o.orphans);
	return done_testing();
}

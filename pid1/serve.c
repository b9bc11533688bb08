/*
 * The loop: what happens, what the policy says to it, doing that.
 *
 * The dead are reaped in small lots, with a look at the signals in between, so
 * that a signal sent into a storm of ten thousand orphans waits for a lot and
 * not for the storm.
 */
#include "pid1/facts.h"

#include <sys/wait.h>

enum {
	LOT = 32,

	/*
	 * Those who are dead when main dies are reaped before init ends.  More
	 * may die meanwhile; there must be an end to it.
	 */
	FAREWELLS = 1 << 15,
};

struct service {
	struct policy *policy;
	pid_t main;
	const struct facts *facts;
	void *world;
	struct tally *tally;
	int stop;           /* what stopped main last */
	unsigned int after; /* deaths since main's */
	bool reaping;
	bool over;
};

static void act(struct service *s, unsigned int actions)
{
	if (actions & PASS_ON)
		tally_signal(s->tally, s->facts->pass_on(s->world, s->main));
	if (actions & PAUSE)
		s->facts->pause(s->world, s->stop);
	if (actions & REAP)
		s->reaping = true;
	if (actions & REST)
		s->reaping = false;
	if (actions & QUIT)
		s->over = true;
}

static void listen(struct service *s)
{
	enum sender sender;
	int sig = s->facts->hear(s->world, !s->reaping, &sender);

	if (sig)
		act(s, policy_step(s->policy,
				   policy_hear(s->policy->place, sig, sender)));
}

static void take_note(struct service *s, const struct death *death)
{
	bool is_main = death->pid == s->main && s->policy->state == SERVING;

	if (WIFSTOPPED(death->status)) {
		s->stop = WSTOPSIG(death->status);
		if (is_main)
			act(s, policy_stopped(s->policy, s->stop));
		return;
	}
	tally_death(s->tally, death, is_main);
	if (is_main)
		act(s, policy_died(s->policy, death->status));
	else
		act(s, policy_step(s->policy, ORPHAN_DIED));
}

static void reap_lot(struct service *s)
{
	struct death death;
	bool any_left;
	int i;

	for (i = 0; i < LOT && s->reaping && !s->over; i++) {
		if (s->facts->reap(s->world, &death, &any_left)) {
			take_note(s, &death);
			if (s->policy->state != LEAVING ||
			    ++s->after < FAREWELLS)
				continue;
			any_left = true;
		}
		act(s, policy_step(s->policy,
				   any_left ? NOBODY_DEAD : NOBODY_LEFT));
	}
}

int serve(struct policy *p, pid_t main, const struct facts *facts, void *world,
	  struct tally *tally)
{
	struct service s = { .policy = p,
			     .main = main,
			     .facts = facts,
			     .world = world,
			     .tally = tally,
			     .reaping = true };

	/* Whoever was init before us may have left some dead: look first. */
	for (;;) {
		reap_lot(&s);
		if (s.over)
			break;
		listen(&s);
	}
	return p->code;
}

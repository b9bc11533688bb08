/*
 * The loop: what happens, what the policy says to it, doing that.
 *
 * The dead are reaped in small lots, with a look at the signals in between, so
 * that a signal sent into a storm of ten thousand orphans waits for a lot and
 * not for the storm.
 *
 * Time is kept here: one last moment for all, once a stop was asked; one moment
 * for the state that the policy is in; and one for each signal that is held back.
 */
#include "pid1/facts.h"
#include "pid1/rare.h"

#include <sys/wait.h>

enum {
	LOT = 32,

	/*
	 * Those who are dead when main dies are reaped before init asks the
	 * others to leave.  More may die meanwhile; there must be an end to it.
	 */
	FAREWELLS = 1 << 15,

	/* Between two attempts to kill, in nanoseconds. */
	AGAIN = 100000000,
};

struct service {
	struct policy *policy;
	const struct options *options;
	pid_t main;
	const struct facts *facts;
	void *world;
	struct journal *journal;
	int stop;           /* what stopped main last */
	unsigned int after; /* deaths since main's */
	bool reaping;
	bool over;
	uint64_t end;   /* the last moment for all, or NO_TIME */
	uint64_t until; /* of this state, or NO_TIME */
	struct delays *delays;
};

/* How many there is room for. */
#define MOST_HELD (sizeof(((struct delays *)0)->held) / sizeof(struct held))

/* --- time ------------------------------------------------------------------
 */

static uint64_t now(const struct service *s)
{
	return s->facts->now(s->world);
}

static uint64_t later(uint64_t from, uint64_t by)
{
	return by < NO_TIME - from ? from + by : NO_TIME;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct held *next_held(struct service *s)
{
	struct held *next = NULL;
	unsigned int i;

	for (i = 0; i < s->delays->n; i++)
		if (!next || s->delays->held[i].due < next->due)
			next = &s->delays->held[i];
	return next;
}

static uint64_t half_of(uint64_t at, uint64_t from)
{
	return at == NO_TIME || at < from ? at : from + (at - from) / 2;
}

RARE static void shorten(struct service *s)
{
	uint64_t from = now(s);

	s->end = half_of(s->end, from);
	s->until = sooner(half_of(s->until, from), s->end);
}

RARE static void set_deadline(struct service *s)
{
	s->end = later(now(s), s->options->deadline_ns);
	s->until = sooner(s->until, s->end);
}

/* --- signals ---------------------------------------------------------------
 */

RARE static void pass_on(struct service *s, const struct heard *heard)
{
	int sig = s->options->rewrite[heard->sig];

	if (!sig)
		sig = heard->sig;
	journal_passed(s->journal, heard, sig,
		       s->facts->pass_on(s->world, s->main, sig, heard));
}

/*
 * True if it has to wait.  Like any blocked signal of the old kind, one that is
 * held already comes once.
 */
RARE static bool hold(struct service *s, const struct heard *heard)
{
	uint64_t delay = s->options->delay_ns[heard->sig];
	unsigned int i;

	if (!delay || s->delays->n == MOST_HELD)
		return false;
	for (i = 0; i < s->delays->n; i++)
		if (heard->sig < 32 &&
		    s->delays->held[i].heard.sig == heard->sig)
			return true;
	s->delays->held[s->delays->n++] =
		(struct held){ .due = later(now(s), delay), .heard = *heard };
	return true;
}

RARE static void let_go(struct service *s, struct held *held)
{
	struct heard heard = held->heard;

	*held = s->delays->held[--s->delays->n];
	if (!s->policy->main_gone)
		pass_on(s, &heard);
}

/* --- acting ----------------------------------------------------------------
 */

RARE static void end_rest(struct service *s)
{
	journal_asked(s->journal, SIGTERM);
	s->facts->tell_rest(s->world, SIGTERM);
	s->until = sooner(later(now(s), s->options->grace_ns), s->end);
}

RARE static void kill_rest(struct service *s)
{
	journal_asked(s->journal, SIGKILL);
	s->facts->tell_rest(s->world, SIGKILL);
	s->until = later(now(s), AGAIN);
}

static bool stops_jobs(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

RARE static void act_out(struct service *s, unsigned int actions,
			 const struct heard *heard)
{
	if (actions & PASS_ON &&
	    !(s->options->dropped >> (heard->sig - 1) & 1) && !hold(s, heard))
		pass_on(s, heard);
	if (actions & PASS_ON && s->options->stops_too &&
	    stops_jobs(heard->sig))
		s->facts->pause(s->world, SIGSTOP);
	if (actions & PAUSE)
		s->facts->pause(s->world, s->stop);
	if (actions & DEADLINE)
		set_deadline(s);
	if (actions & END_REST)
		end_rest(s);
	if (actions & SHORTEN)
		shorten(s);
	if (actions & KILL_MAIN && !s->policy->main_gone)
		s->facts->kill_main(s->world, s->main);
	if (actions & KILL_REST)
		kill_rest(s);
}

static void act_on(struct service *s, unsigned int actions,
		   const struct heard *heard)
{
	/* Most of the time there is nothing to do but to reap and to sleep. */
	if (actions & ~(unsigned int)(KEEP_CODE | REAP | REST | QUIT))
		act_out(s, actions, heard);
	if (actions & REAP)
		s->reaping = true;
	if (actions & REST)
		s->reaping = false;
	if (actions & QUIT)
		s->over = true;
}

RARE static void time_came(struct service *s)
{
	struct held *held = next_held(s);

	if (held && held->due <= s->until) {
		let_go(s, held);
		return;
	}
	s->until = NO_TIME;
	act_on(s, policy_step(s->policy, TIME_UP), NULL);
}

static void listen(struct service *s)
{
	/* None is held, mostly: then the room for them is not even read. */
	const struct held *held = s->options->delays ? next_held(s) : NULL;
	uint64_t until = held ? sooner(held->due, s->until) : s->until;
	enum happening what;
	struct heard heard;

	if (!s->facts->hear(s->world, s->reaping ? 0 : until, &heard)) {
		if (until != NO_TIME && now(s) >= until)
			time_came(s);
		return;
	}
	what = policy_hear(&s->policy->wishes, heard.sig, heard.sender);
	if (what == STOP_ASKED)
		s->policy->asked_by = heard.sig;
	journal_heard(s->journal, &heard, what);
	act_on(s, policy_step(s->policy, what), &heard);
}

static void take_note(struct service *s, struct death *death)
{
	bool is_main = death->pid == s->main && !s->policy->main_gone;

	if (WIFSTOPPED(death->status)) {
		s->stop = WSTOPSIG(death->status);
		if (is_main)
			act_on(s, policy_stopped(s->policy, s->stop), NULL);
		return;
	}
	journal_death(s->journal, death, is_main);
	if (is_main)
		act_on(s, policy_died(s->policy, death->status), NULL);
	else
		act_on(s, policy_step(s->policy, ORPHAN_DIED), NULL);
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
		act_on(s,
		       policy_step(s->policy,
				   any_left ? NOBODY_DEAD : NOBODY_LEFT),
		       NULL);
	}
}

int serve(struct policy *p, const struct options *o, pid_t main,
	  const struct facts *facts, void *world, struct journal *journal,
	  struct delays *delays)
{
	struct service s = { .policy = p,
			     .options = o,
			     .main = main,
			     .facts = facts,
			     .world = world,
			     .journal = journal,
			     .reaping = true,
			     .end = NO_TIME,
			     .until = NO_TIME,
			     .delays = delays };

	for (;;) {
		reap_lot(&s);
		if (s.over)
			break;
		listen(&s);
	}
	return p->code;
}

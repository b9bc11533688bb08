/*
 * What the loop hears, reaps and sends, as supervision lets it; and what is due
 * in between.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>

#include "pid1/supervisor.h"

/* When there was no descriptor for a client: again after so long. */
#define AGAIN_NS UINT64_C(100000000)

/* --- the dead -------------------------------------------------------------- */

/* A helper, or main who is started again: none of the loop's business. */
static bool keep_back(struct supervisor *v, const struct death *d)
{
	if (d->pid == v->health.pid) {
		checked(v, d->status);
		return true;
	}
	if (d->pid == v->pre_stop.pid) {
		v->pre_stop.pid = 0;
		v->pre_stop.until = NO_TIME;
		return true;
	}
	if (d->pid == v->c.main) {
		main_died(v, d);
		return true;
	}
	return false;
}

static bool reap(void *world, struct death *d, bool *any_left)
{
	struct supervisor *v = world;
	bool some = true;

	while (!v->last && (some = v->facts->reap(v->world, d, any_left))) {
		if (WIFSTOPPED(d->status)) {
			if (d->pid == v->c.main)
				d->pid = v->first;
			return true;
		}
		if (keep_back(v, d))
			continue;
		v->c.orphans++;
		if (d->pid == v->first)
			d->pid = INT_MAX; /* a namesake of the first main */
		return true;
	}
	/* While there is a main to come, nobody may think that it is over. */
	*any_left = v->last || *any_left || v->c.super.state != SUPER_OVER;
	if (!v->last)
		return some;
	v->last = false;
	*d = v->death;
	/* It may have died long ago: who else is there is to be found out now. */
	v->world->owed = true;
	v->world->scan_at = 0;
	return true;
}

/* --- hearing --------------------------------------------------------------- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The next thing that is due; 0: something is already. */
static uint64_t next_due(const struct supervisor *v)
{
	if (v->sweep || v->new_file >= 0)
		return 0;
	return sooner(v->knock,
		      sooner(sooner(v->c.due, v->c.health_due),
			     sooner(v->health.until, v->pre_stop.until)));
}

static bool is_due(uint64_t at, uint64_t now)
{
	return at != NO_TIME && at <= now;
}

/* The kernel says that one of our descriptors has something. */
static void look_around(struct supervisor *v)
{
	v->knock = NO_TIME;
	if (ctl_serve(&v->control, answer, v))
		v->knock = linux_now() + AGAIN_NS;
	v->sweep = output_drain(&v->output);
}

/* Whatever is due, is done.  Returns whether anything was. */
static bool do_due(struct supervisor *v)
{
	uint64_t now = linux_now();
	bool any = v->sweep;

	if (v->sweep)
		v->sweep = output_drain(&v->output);
	if (is_due(v->knock, now)) {
		look_around(v);
		any = true;
	}
	if (is_due(v->c.due, now)) {
		v->c.due = NO_TIME;
		act(v, super_step(&v->c.super, SUPER_TIME_UP));
		any = true;
	}
	if (is_due(v->health.until, now)) {
		v->c.overdue++;
		kill_aid(&v->health);
		any = true;
	}
	if (is_due(v->pre_stop.until, now)) {
		kill_aid(&v->pre_stop);
		any = true;
	}
	if (is_due(v->c.health_due, now)) {
		check_health(v);
		any = true;
	}
	return any;
}

/* Was that for us?  A stop is for the loop, but we have to know. */
static bool take(struct supervisor *v, const struct heard *h)
{
	const struct supervise_options *o = v->asked;
	const char *why;

	if (h->sig == SIGIO && h->sender == BY_KERNEL) {
		look_around(v);
		return true;
	}
	if (h->sender != BY_INIT && o->softly && h->sig == o->restart_on) {
		restart_softly(v);
		return true;
	}
	if (h->sender != BY_INIT && o->update && h->sig == o->update_on) {
		why = update(v, NULL);
		if (why)
			say_line(v, LOG_ERROR, "no update", why);
		return true;
	}
	if (policy_hear(&v->wishes, h->sig, h->sender) == STOP_ASKED)
		act(v, super_step(&v->c.super, SUPER_STOP));
	return false;
}

/* A stop that came over the socket is like one that came as a signal. */
static int stop_signal(const struct supervisor *v)
{
	uint64_t stops = v->options->stops;

	if (!stops || stops >> (SIGTERM - 1) & 1)
		return SIGTERM;
	return __builtin_ctzll(stops) + 1;
}

static bool make_up(struct heard *h, int sig, enum sender sender)
{
	memset(h, 0, sizeof(*h));
	h->sig = h->info.si_signo = sig;
	h->sender = sender;
	return true;
}

static bool hear(void *world, uint64_t until, struct heard *h)
{
	struct supervisor *v = world;
	bool some;

	for (;;) {
		if (v->new_file >= 0)
			become_new(v);
		if (v->last)
			return make_up(h, SIGCHLD, BY_KERNEL);
		if (v->stop_asked) {
			v->stop_asked = false;
			make_up(h, stop_signal(v), BY_OTHERS);
			take(v, h);
			return true;
		}
		some = v->facts->hear(v->world, sooner(until, next_due(v)), h);
		if (some && !take(v, h))
			return true;
		/*
		 * Not only when nothing comes: signals may never end.  And not
		 * for ever: nor may the output, and the loop has its own times.
		 */
		if ((!do_due(v) || is_due(until, linux_now())) && !some)
			return false;
	}
}

static int pass_on(void *world, pid_t main, int sig, const struct heard *h)
{
	struct supervisor *v = world;
	int err = ESRCH;

	(void)main;
	if (v->c.main)
		err = v->facts->pass_on(v->world, v->c.main, sig, h);
	if (err)
		v->c.refused++;
	else
		v->c.passed_on++;
	return err;
}

static void pause_too(void *world, int sig)
{
	struct supervisor *v = world;

	v->facts->pause(v->world, sig);
}

static void tell_rest(void *world, int sig)
{
	struct supervisor *v = world;

	v->facts->tell_rest(v->world, sig);
}

static void kill_main(void *world, pid_t main)
{
	struct supervisor *v = world;

	(void)main;
	if (v->c.main)
		v->facts->kill_main(v->world, v->c.main);
}

static uint64_t now(void *world)
{
	struct supervisor *v = world;

	return v->facts->now(v->world);
}

const struct facts supervised = {
	.hear = hear,
	.reap = reap,
	.pass_on = pass_on,
	.pause = pause_too,
	.tell_rest = tell_rest,
	.kill_main = kill_main,
	.now = now,
};

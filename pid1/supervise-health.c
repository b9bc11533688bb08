/*
 * Is it well?  A command is asked, now and then; and when it says no too often
 * something is done.  The same kind of helper tells main to come to an end.
 */
#include <signal.h>
#include <string.h>

#include "pid1/supervisor.h"

void start_aid(struct supervisor *v, struct aid *a, uint64_t time)
{
	const struct aid_place place = {
		.mask = v->launch->mask,
		.chld = v->c.chld,
		.env = v->launch->child->env,
		.out = v->output.path ? v->output.out : v->c.std[2],
	};
	int err = aid_start(a, &place, v->c.main);

	a->until = err ? NO_TIME : linux_now() + time;
	if (err)
		say_line(v, LOG_ERROR, a->argv[0], strerror(err));
}

/* It leads a session; what it has started goes with it. */
void kill_aid(struct aid *a)
{
	if (a->pid)
		kill(-a->pid, SIGKILL);
	a->until = NO_TIME;
}

void expect_check(struct supervisor *v)
{
	v->c.health_due = v->asked->health
				  ? v->c.main_since + v->asked->health_every_ns
				  : NO_TIME;
}

static void too_unwell(struct supervisor *v)
{
	v->c.unwell = 0;
	say_line(v, LOG_WARN, "health check", "failed too often");
	if (v->asked->unwell == UNWELL_RESTART)
		restart_softly(v);
	else if (v->asked->unwell == UNWELL_STOP)
		v->stop_asked = true;
}

void checked(struct supervisor *v, int status)
{
	v->health.pid = 0;
	v->health.until = NO_TIME;
	if (status == 0) {
		v->c.healthy++;
		v->c.unwell = 0;
		return;
	}
	v->c.unhealthy++;
	/* It may have been asked of one who is gone by now. */
	if (v->c.super.state == SUPER_RUNNING &&
	    ++v->c.unwell >= v->asked->health_retries)
		too_unwell(v);
}

void check_health(struct supervisor *v)
{
	v->c.health_due = linux_now() + v->asked->health_every_ns;
	if (v->c.super.state != SUPER_RUNNING || v->health.pid)
		return;
	start_aid(v, &v->health, v->asked->health_time_ns);
	/* A check that cannot be made has failed. */
	if (!v->health.pid)
		checked(v, 1);
}

/*
 * Main is started, asked to end, and dies.
 *
 * It is always born in the same place: the folder, the three descriptors and the
 * signals that init was given.  Init itself keeps away from those meanwhile.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pid1/journal.h"
#include "pid1/supervisor.h"
#include "wait/status.h"

static void put_std(struct supervisor *v)
{
	for (int i = 0; i < 3; i++) {
		int fd = i && v->output.path ? v->output.out : v->c.std[i];

		if (fd < 0)
			close(i);
		else
			dup2(fd, i);
	}
}

/* 0 and 1 are of no use to init, but nothing else may get those numbers. */
void take_back_std(struct supervisor *v)
{
	dup2(v->c.cwd, 0);
	dup2(v->c.cwd, 1);
	dup2(v->c.std[2] >= 0 ? v->c.std[2] : v->c.cwd, 2);
}

pid_t launch_main(struct supervisor *v)
{
	pid_t pid;

	put_std(v);
	pid = launch(v->launch);
	take_back_std(v);
	v->launch->looked = true;
	v->launch->tty = -1; /* launch() has closed it */
	if (pid > 0) {
		v->c.main = pid;
		v->c.main_since = linux_now();
	}
	return pid;
}

/* As if it had died of that. */
static void not_started(struct supervisor *v, pid_t pid)
{
	v->c.failures++;
	say_line(v, LOG_ERROR, v->launch->argv[0],
		 strerror(pid < 0 ? -pid : v->launch->err));
	v->death = (struct death){
		.pid = v->first,
		.status = status_of_exit(
			pid < 0 ? CODE_FAILED
				: policy_exec_code(v->launch->err)),
	};
	v->c.last_status = v->death.status;
	act(v, super_failed(&v->c.super));
}

/* Not the first: init has let go of the folder and of 0 and 1. */
static void start_again(struct supervisor *v)
{
	struct reach *r = &v->world->reach;
	int here = fchdir(v->c.cwd);
	pid_t pid = launch_main(v);

	here = chdir("/");
	(void)here; /* a folder may be gone, and it is no disaster */
	if (pid <= 0) {
		not_started(v, pid);
		return;
	}
	r->main = r->group = pid;
	journal_again(v->core.journal, pid, v->launch->argv[0]);
	expect_check(v);
}

static void request_end(struct supervisor *v)
{
	int sig = v->pre_stop_sig;

	if (!sig) {
		start_aid(v, &v->pre_stop, v->asked->pre_stop_ns);
		if (!v->pre_stop.pid)
			sig = SIGTERM;
	}
	if (sig)
		kill(v->c.main, sig);
	v->c.due = linux_now() + v->asked->pre_stop_ns;
}

void act(struct supervisor *v, unsigned int actions)
{
	if (actions & SUPER_CANCEL)
		v->c.due = NO_TIME;
	if (actions & SUPER_REQUEST)
		request_end(v);
	if (actions & SUPER_KILL && v->c.main)
		kill(v->c.main, SIGKILL);
	if (actions & SUPER_PAUSE)
		v->c.due = linux_now() + super_pause(&v->c.super);
	if (actions & SUPER_LAST)
		v->last = true;
	if (actions & SUPER_START)
		start_again(v);
}

void restart_softly(struct supervisor *v)
{
	act(v, super_step(&v->c.super, SUPER_RESTART));
}

void main_died(struct supervisor *v, const struct death *d)
{
	uint64_t lived = linux_now() - v->c.main_since;
	unsigned int actions;
	pid_t pid = v->c.main;

	v->death = *d;
	v->death.pid = v->first;
	v->c.last_status = d->status;
	v->c.deaths++;
	usage_add(&v->c.used, &d->used);
	v->c.main = 0;
	v->world->reach.main = v->world->reach.group = 0;
	v->c.unwell = 0;
	actions = super_died(&v->c.super, status_for_shell(d->status), lived);
	/* The last one's the loop will tell. */
	if (!(actions & SUPER_LAST))
		journal_ended(v->core.journal, d);
	act(v, actions);
	say_end_of(v, pid, d->status);
}

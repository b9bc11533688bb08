/*
 * Supervision begins: what is asked for is read, what it needs is opened, or
 * taken over from who init was before; and the loop and the facts get it between
 * them.  The part of kith-init that this is: see parts.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pid1/ctl-socket.h"
#include "pid1/journal.h"
#include "pid1/names.h"
#include "pid1/rare.h"
#include "pid1/supervise-part.h"
#include "pid1/supervisor.h"

#define DEFAULT_SOCKET "/run/kith-init.sock"

static struct supervisor supervisor;

/* Of init itself.  Apart: most runs touch nothing else of all this. */
static char **words;

static pid_t start(struct launch *l)
{
	struct supervisor *v = &supervisor;

	v->launch = l;
	v->health.until = v->pre_stop.until = v->knock = NO_TIME;
	if (v->resumed)
		return resume(v);
	v->c.mask = l->mask;
	v->c.chld.sa_handler = l->chld_ignored ? SIG_IGN : SIG_DFL;
	v->c.since = linux_now();
	v->c.due = v->c.health_due = NO_TIME;
	v->c.last_status = -1;
	return launch_main(v);
}

static void between(const struct facts **facts, void **world)
{
	struct supervisor *v = &supervisor;

	v->facts = *facts;
	v->world = *world;
	*facts = &supervised;
	*world = v;
	take_back_std(v);
	v->first = v->world->reach.main;
	v->world->details = true; /* what everybody used */
	if (v->resumed) {
		/* What died while there was nobody to hear of it. */
		v->world->owed = true;
		v->world->reach.main = v->world->reach.group = v->c.main;
		resume_journal(v);
		v->sweep = true;
	} else {
		v->c.place = v->launch->place;
		journal_started(v->core.journal, v->c.main, v->launch->argv[0]);
		expect_check(v);
	}
	v->wishes = (struct wishes){ .place = v->launch->place,
				     .stops = v->options->stops,
				     .dropped = v->options->dropped };
}

static void remember(const struct remembered *core)
{
	resume_core(&supervisor, core);
}

static const struct conductor conductor = {
	.remember = remember,
	.start = start,
	.between = between,
};

static int fail(const struct options *o, const char *about, const char *why,
		int err)
{
	struct complaint c = { .trouble = CANNOT_START,
			       .about = about,
			       .why = why || !err ? why : strerror(err),
			       .error = err };

	return o->dialect->complain(o, &c);
}

/* 0, or the exit status of a complaint that was made. */
static int read_commands(struct supervisor *v, const struct options *o)
{
	const char *wrong = NULL;

	if (v->asked->health) {
		wrong = aid_read(&v->health, v->asked->health);
		if (wrong)
			return fail(o, "--health", wrong, 0);
	}
	v->pre_stop_sig =
		signal_number(v->asked->pre_stop, strlen(v->asked->pre_stop));
	if (!v->pre_stop_sig)
		wrong = aid_read(&v->pre_stop, v->asked->pre_stop);
	return wrong ? fail(o, "--pre-stop", wrong, 0) : 0;
}

/*
 * What the program began with, for those that follow it.  If any of the first
 * three is closed, nothing of ours may come to be there.
 */
static bool hold_on(struct supervisor *v)
{
	int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), i;

	if (here < 0)
		return false;
	for (i = 0; i < 3; i++)
		v->c.std[i] = i == here ? -1 : fcntl(i, F_DUPFD_CLOEXEC, 3);
	v->c.cwd = fcntl(here, F_DUPFD_CLOEXEC, 3);
	if (v->c.cwd < 0)
		return false;
	if (here > 2)
		close(here);
	for (i = 0; i < 3; i++)
		if (v->c.std[i] < 0)
			dup2(v->c.cwd, i);
	return true;
}

static int open_new(struct supervisor *v, const struct options *o)
{
	int err = 0;

	v->control.fd = -1;
	if (!hold_on(v))
		return fail(o, "the working directory", NULL, errno);
	if (v->asked->control)
		err = ctl_listen(&v->control, v->asked->control);
	if (err)
		return fail(o, v->asked->control, NULL, err);
	if (v->asked->output)
		err = output_open(&v->output, v->c.cwd, v->asked->output,
				  v->asked->output_limit);
	return err ? fail(o, v->asked->output, NULL, err) : 0;
}

RARE static int begin_supervising(struct options *o)
{
	struct supervisor *v = &supervisor;
	const struct super_rules rules = {
		.restart = (enum restart)v->asked->restart,
		.pause_ns = v->asked->pause_ns,
		.pause_max_ns = v->asked->pause_max_ns,
		.well_ns = v->asked->well_ns,
		.most = (uint32_t)v->asked->most,
	};
	int code = read_commands(v, o);

	if (code)
		return code;
	v->options = o;
	v->argv = words;
	v->new_file = -1;
	v->report_was = o->report_fd;
	if (take_over(v)) {
		v->c.super.rules = rules;
	} else {
		memset(&v->c, 0, sizeof(v->c));
		super_init(&v->c.super, &rules);
		code = open_new(v, o);
	}
	find_oneself(v);
	o->conductor = &conductor;
	return code;
}

/* --- the part -------------------------------------------------------------- */

static const char *socket_path(const struct supervise_options *o)
{
	const char *path =
		o->control ? o->control : getenv("KITH_INIT_CONTROL");

	return path ? path : DEFAULT_SOCKET;
}

/* A program of that name is still to be had, behind "--". */
static bool is_ctl(const struct options *o)
{
	return o->program[0] && strcmp(o->program[0], OFTEN("ctl")) == 0 &&
	       strcmp(o->program[-1], "--") != 0;
}

/*
 * What was said last is written, too; and nobody is to knock at a door with
 * nothing behind it.
 */
RARE static void last_words(struct supervisor *v)
{
	while (output_drain(&v->output))
		;
	if (v->asked && v->asked->control && v->control.fd > 0)
		unlinkat(v->c.cwd, v->asked->control, 0);
}

static void end(int code, int asked_by)
{
	(void)code;
	(void)asked_by;
	if (supervise_options.wanted)
		last_words(&supervisor);
}

static void begin(char ***argv)
{
	words = *argv;
}

RARE static bool supervise(struct options *o, int *code)
{
	const char *wrong = supervise_check(o);

	supervisor.asked = &supervise_options;
	if (wrong) {
		struct complaint c = { .trouble = BAD_USE, .about = wrong };

		*code = o->dialect->complain(o, &c);
		return true;
	}
	if (!o->program[0])
		return false;
	*code = begin_supervising(o);
	return *code != 0;
}

static bool run(struct options *o, int *code)
{
	if (is_ctl(o)) {
		*code = ctl_ask(socket_path(&supervise_options),
				o->program + 1);
		return true;
	}
	return supervise_options.wanted && supervise(o, code);
}

const struct part supervise_first = { .begin = begin };

const struct part supervise_part = {
	.rows = supervise_rows,
	.run = run,
	.end = end,
};

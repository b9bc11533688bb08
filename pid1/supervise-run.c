/*
 * Supervision, at work: between the loop and the facts.
 *
 *	serve.c  --- hear, reap, pass on --->  here  --->  linux.c
 *
 * The loop knows of one main child that has not died yet.  What is heard, reaped
 * and sent goes through here, where the death of a program that is started again
 * is kept back, and the last one is given the number that the loop knows.  So
 * everything that the core can do goes on as it does without: who is asked to
 * end, who is waited for, what is said of it.
 *
 * There is nothing to poll.  A control socket and a pipe say by SIGIO that they
 * want something, which is one more signal to hear; and time is what is left
 * until the next thing that is due.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pid1/ctl-socket.h"
#include "pid1/ctl.h"
#include "pid1/facts.h"
#include "pid1/linux.h"
#include "pid1/names.h"
#include "pid1/parts.h"
#include "pid1/spawn.h"
#include "pid1/supervise-aid.h"
#include "pid1/supervise-options.h"
#include "pid1/supervise-output.h"
#include "pid1/supervise-part.h"
#include "pid1/supervise-update.h"
#include "pid1/supervise.h"
#include "wait/status.h"

/* When there was no descriptor for a client: again after so long. */
#define AGAIN_NS UINT64_C(100000000)

#define DEFAULT_SOCKET "/run/kith-init.sock"

/*
 * What goes over to whoever init becomes.  Newer ones may have more at the end,
 * which an older one has as zero; so nothing here is ever moved.
 */
struct carried {
	char magic[8];
	struct super super;
	pid_t main, health_pid, pre_stop_pid;
	int std[3], cwd, control;
	int output_in, output_out;
	uint64_t mask;
	struct sigaction chld;
	enum place place;
	uint64_t since, main_since; /* init; main */
	uint64_t due;               /* of super: a pause, a request */
	uint64_t health_due;        /* the next check */
	uint64_t health_until;      /* of the one that runs */
	int last_status;
	uint64_t deaths, failures, orphans, passed_on, refused, updates;
	uint64_t healthy, unhealthy, overdue;
	uint32_t unwell; /* failed checks in a row */
	uint64_t written, lost, turned;
	struct usage used;
};

static const char magic[8] = "KITHINI1";

struct supervisor {
	const struct supervise_options *asked;
	const struct options *options;
	char **argv; /* of init itself */
	struct launch *launch;
	const struct facts *facts; /* of Linux */
	struct linux_world *world;
	struct wishes wishes;
	char self[PATH_MAX]; /* the file that init is run from */

	struct carried c;
	bool resumed;
	pid_t first; /* what the loop thinks main's number is */
	bool last;   /* the last main died: the loop is to be told */
	struct death death;
	bool stop_asked;  /* over the socket, or by a health check */
	bool sweep;       /* something is left to be read */
	uint64_t knock;   /* then somebody at the socket is let in, perhaps */
	int new_file;     /* to become, or -1 */
	int report_was;   /* the number of --report before it was moved */
	int pre_stop_sig; /* or 0: a command */
	struct aid health, pre_stop;
	struct ctl_socket control;
	struct output output;
};

/* --- words ----------------------------------------------------------------- */

static bool speaks(const struct supervisor *v, enum level level)
{
	return v->options->level >= level;
}

static void say_line(struct supervisor *v, enum level level, const char *what,
		     const char *why)
{
	struct say s = SAY(2);

	if (!speaks(v, level))
		return;
	say_text(&s, "kith-init: ");
	say_text(&s, what);
	say_text(&s, why ? ": " : "");
	say_text(&s, why ? why : "");
	say_text(&s, "\n");
	say_end(&s);
}

static void say_end_of(struct supervisor *v, pid_t pid, int status)
{
	struct say s = SAY(2);

	if (!speaks(v, LOG_INFO))
		return;
	say_text(&s, "kith-init: ");
	say_number(&s, (uint64_t)pid);
	say_text(&s, " ended with ");
	say_number(&s, (uint64_t)status_for_shell(status));
	if (v->c.main) {
		say_text(&s, "; started again as ");
		say_number(&s, (uint64_t)v->c.main);
	}
	say_text(&s, "\n");
	say_end(&s);
}

/* --- starting main --------------------------------------------------------- */

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

/*
 * Our own words do not go where the program's do.  0 and 1 are of no use to
 * init, but nothing else may get those numbers.
 */
static void take_back_std(struct supervisor *v)
{
	dup2(v->c.cwd, 0);
	dup2(v->c.cwd, 1);
	dup2(v->c.std[2] >= 0 ? v->c.std[2] : v->c.cwd, 2);
}

static pid_t launch_main(struct supervisor *v)
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

static void act(struct supervisor *v, unsigned int actions);

/* Not the first: init has let go of the folder and of 0 and 1. */
static void start_again(struct supervisor *v)
{
	struct reach *r = &v->world->reach;
	int here = fchdir(v->c.cwd);
	pid_t pid = launch_main(v);

	here = chdir("/");
	(void)here; /* a folder may be gone, and it is no disaster */
	if (pid > 0) {
		r->main = r->group = pid;
		v->c.health_due =
			v->asked->health
				? v->c.main_since + v->asked->health_every_ns
				: NO_TIME;
		return;
	}
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

/* --- the two helpers ------------------------------------------------------- */

static void start_aid(struct supervisor *v, struct aid *a, uint64_t time)
{
	const struct aid_place place = {
		.mask = v->launch->mask,
		.chld = v->launch->chld,
		.env = v->launch->child->env,
		.out = v->output.path ? v->output.out : v->c.std[2],
	};
	int err = aid_start(a, &place, v->c.main);

	a->until = err ? NO_TIME : linux_now() + time;
	if (err)
		say_line(v, LOG_ERROR, a->argv[0], strerror(err));
}

/* It leads a session; what it has started goes with it. */
static void kill_aid(struct aid *a)
{
	if (a->pid)
		kill(-a->pid, SIGKILL);
	a->until = NO_TIME;
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

static void act(struct supervisor *v, unsigned int actions)
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

static void restart_softly(struct supervisor *v)
{
	act(v, super_step(&v->c.super, SUPER_RESTART));
}

/* --- health ---------------------------------------------------------------- */

static void too_unwell(struct supervisor *v)
{
	v->c.unwell = 0;
	say_line(v, LOG_WARN, "health check", "failed too often");
	if (v->asked->unwell == UNWELL_RESTART)
		restart_softly(v);
	else if (v->asked->unwell == UNWELL_STOP)
		v->stop_asked = true;
}

static void checked(struct supervisor *v, int status)
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

static void check_health(struct supervisor *v)
{
	v->c.health_due = linux_now() + v->asked->health_every_ns;
	if (v->c.super.state != SUPER_RUNNING || v->health.pid)
		return;
	start_aid(v, &v->health, v->asked->health_time_ns);
	/* A check that cannot be made has failed. */
	if (!v->health.pid)
		checked(v, 1);
}

/* --- the dead -------------------------------------------------------------- */

static void main_died(struct supervisor *v, const struct death *d)
{
	uint64_t lived = linux_now() - v->c.main_since;
	pid_t pid = v->c.main;

	v->death = *d;
	v->death.pid = v->first;
	v->c.last_status = d->status;
	v->c.deaths++;
	usage_add(&v->c.used, &d->used);
	v->c.main = 0;
	v->world->reach.main = v->world->reach.group = 0;
	v->c.unwell = 0;
	act(v, super_died(&v->c.super, status_for_shell(d->status), lived));
	say_end_of(v, pid, d->status);
}

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

/* --- replacing oneself ----------------------------------------------------- */

static void find_oneself(struct supervisor *v)
{
	ssize_t n = readlink("/proc/self/exe", v->self, sizeof(v->self) - 1);

	v->self[n > 0 ? n : 0] = '\0';
	if (n <= 0 && v->argv[0][0] == '/' &&
	    strlen(v->argv[0]) < sizeof(v->self))
		strcpy(v->self, v->argv[0]);
}

/* NULL, or why not.  If all is well, the next hear() does the rest. */
static const char *update(struct supervisor *v, const uint8_t *digest)
{
	const char *why = NULL;

	if (!v->asked->update)
		return "was not allowed with --update";
	if (v->c.super.state == SUPER_ENDING || v->c.super.state == SUPER_OVER)
		return "everything is coming to an end";
	if (v->new_file >= 0)
		return "is being done";
	if (!v->self[0])
		return "nobody knows where kith-init is";
	v->new_file = update_install(v->self, digest, &why);
	return why;
}

static void carry(struct supervisor *v)
{
	memcpy(v->c.magic, magic, sizeof(magic));
	v->c.health_pid = v->health.pid;
	v->c.health_until = v->health.until;
	v->c.pre_stop_pid = v->pre_stop.pid;
	v->c.control = v->control.fd;
	v->c.output_in = v->output.in;
	v->c.output_out = v->output.out;
	v->c.written = v->output.written;
	v->c.lost = v->output.lost;
	v->c.turned = v->output.turned;
	v->c.updates++;
}

/* Returns only if nothing came of it. */
static void become_new(struct supervisor *v)
{
	extern char **environ;
	int report = v->options->report_fd, err;

	carry(v);
	/* By its old number, for the command line says that again. */
	if (report >= 0 && v->report_was != report)
		dup2(report, v->report_was);
	err = update_exec(v->new_file, v->argv, environ, &v->c, sizeof(v->c),
			  (int[]){ v->c.std[0], v->c.std[1], v->c.std[2],
				   v->c.cwd, v->c.control, v->c.output_in,
				   v->c.output_out, v->report_was },
			  8);
	if (report >= 0 && v->report_was != report)
		close(v->report_was);
	close(v->new_file);
	v->new_file = -1;
	v->c.updates--;
	update_undo(v->self);
	say_line(v, LOG_ERROR, "cannot become the new file", strerror(err));
}

/* --- what is asked over the socket ----------------------------------------- */

/* Fields 14, 15 and 24 of /proc/PID/stat, counted behind the name. */
static bool look_at_main(const struct supervisor *v, struct figures *f)
{
	char path[32] = "/proc/", digits[12], text[1024];
	char *p = path + strlen(path), *d = digits, *at;
	uint64_t field[25] = { 0 };
	ssize_t n = -1;
	pid_t pid;
	int fd, i;

	for (pid = v->c.main; pid; pid /= 10)
		*d++ = (char)('0' + pid % 10);
	while (d > digits)
		*p++ = *--d;
	memcpy(p, "/stat", sizeof("/stat"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	/* Another namespace's /proc would tell of a stranger. */
	at = strrchr(text, ')');
	if (!v->c.main || !at || strtoll(text, NULL, 10) != v->c.main)
		return false;
	at += 2;
	for (i = 3; i < 25 && *at; i++, at += strspn(at, " ")) {
		field[i] = strtoull(at, NULL, 10);
		at += strcspn(at, " ");
	}
	f->cpu_ns = (field[14] + field[15]) *
		    (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
	f->rss_bytes = field[24] * (uint64_t)sysconf(_SC_PAGESIZE);
	return i == 25 && field[4] == (uint64_t)v->launch->self;
}

static void count_all(const struct supervisor *v, struct figures *f)
{
	const struct carried *c = &v->c;
	uint64_t now = linux_now();

	*f = (struct figures){
		.program = v->launch->argv[0],
		.init = v->launch->self,
		.main = c->main,
		.state = c->super.state,
		.up_ns = now - c->since,
		.main_up_ns = now - c->main_since,
		.starts = c->super.starts,
		.deaths = c->deaths,
		.failures = c->failures,
		.last_status = c->last_status,
		.used = c->used,
		.orphans = c->orphans,
		.passed_on = c->passed_on,
		.refused = c->refused,
		.updates = c->updates,
		.checks = v->asked->health != NULL,
		.healthy = c->healthy,
		.unhealthy = c->unhealthy,
		.overdue = c->overdue,
		.in_a_row = c->unwell,
		.writes = v->output.path != NULL,
		.written = v->output.written,
		.lost = v->output.lost,
		.turned = v->output.turned,
	};
}

static void answer(void *who, const struct ctl_request *r, struct say *s)
{
	struct supervisor *v = who;
	const char *why = NULL;
	struct figures f;

	switch (r->what) {
	case CTL_RESTART:
		if (v->c.super.state == SUPER_ENDING ||
		    v->c.super.state == SUPER_OVER)
			why = "everything is coming to an end";
		else
			restart_softly(v);
		break;
	case CTL_STOP:
		v->stop_asked = true;
		break;
	case CTL_UPDATE:
		why = update(v, r->has_digest ? r->digest : NULL);
		break;
	default:
		count_all(v, &f);
		f.known = r->what == CTL_METRICS && look_at_main(v, &f);
		ctl_tell(&f, r->what, s);
		return;
	}
	if (why)
		ctl_refuse(s, why);
	else
		ctl_done(s);
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

static const struct facts supervised = {
	.hear = hear,
	.reap = reap,
	.pass_on = pass_on,
	.pause = pause_too,
	.tell_rest = tell_rest,
	.kill_main = kill_main,
	.now = now,
};

/* --- the beginning --------------------------------------------------------- */

static struct supervisor supervisor;

/* Of init itself.  Apart: most runs touch nothing else of all this. */
static char **words;

static pid_t resume(struct supervisor *v)
{
	struct launch *l = v->launch;

	l->mask = v->c.mask;
	l->chld = v->c.chld;
	l->place = v->c.place;
	l->looked = true;
	v->health.pid = v->c.health_pid;
	v->health.until = v->c.health_pid ? v->c.health_until : NO_TIME;
	v->pre_stop.pid = v->c.pre_stop_pid;
	say_line(v, LOG_INFO, "replaced by a new one", NULL);
	/* There may be none just now; the loop wants a number all the same. */
	return v->c.main ? v->c.main : INT_MAX;
}

static pid_t start(struct launch *l)
{
	struct supervisor *v = &supervisor;

	v->launch = l;
	v->health.until = v->pre_stop.until = v->knock = NO_TIME;
	if (v->resumed)
		return resume(v);
	v->c.mask = l->mask;
	v->c.chld = l->chld;
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
		v->sweep = true;
	} else {
		v->c.place = v->launch->place;
		if (v->asked->health)
			v->c.health_due =
				v->c.main_since + v->asked->health_every_ns;
	}
	v->wishes = (struct wishes){ .place = v->launch->place,
				     .stops = v->options->stops,
				     .dropped = v->options->dropped };
}

static const struct conductor conductor = {
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

static void open_again(struct supervisor *v)
{
	v->control.fd = v->c.control;
	if (!v->asked->output)
		return;
	v->output = (struct output){ .folder = v->c.cwd,
				     .path = v->asked->output,
				     .limit = v->asked->output_limit,
				     .in = v->c.output_in,
				     .out = v->c.output_out,
				     .written = v->c.written,
				     .lost = v->c.lost,
				     .turned = v->c.turned };
	output_resume(&v->output);
}

static int begin_supervising(struct options *o)
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
	v->resumed = update_resumed(&v->c, sizeof(v->c)) &&
		     memcmp(v->c.magic, magic, sizeof(magic)) == 0;
	if (v->resumed) {
		v->c.super.rules = rules;
		open_again(v);
	} else {
		memset(&v->c, 0, sizeof(v->c));
		super_init(&v->c.super, &rules);
		code = open_new(v, o);
	}
	find_oneself(v);
	/* Each of them is of interest; and mains come and go. */
	o->reaping = REAP_EACH;
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
	return o->program[0] && strcmp(o->program[0], "ctl") == 0 &&
	       strcmp(o->program[-1], "--") != 0;
}

/*
 * What was said last is written, too; and nobody is to knock at a door with
 * nothing behind it.
 */
static void end(int code, int asked_by)
{
	struct supervisor *v = &supervisor;

	(void)code;
	(void)asked_by;
	if (!supervise_options.wanted)
		return;
	while (output_drain(&v->output))
		;
	if (v->asked && v->asked->control && v->control.fd > 0)
		unlinkat(v->c.cwd, v->asked->control, 0);
}

static void begin(char ***argv)
{
	words = *argv;
}

static bool run(struct options *o, int *code)
{
	const struct supervise_options *asked = &supervise_options;
	const char *wrong;

	if (is_ctl(o)) {
		*code = ctl_ask(socket_path(asked), o->program + 1);
		return true;
	}
	if (!asked->wanted)
		return false;
	supervisor.asked = asked;
	wrong = supervise_check(o);
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

const struct part supervise_first = { .begin = begin };

const struct part supervise_part = {
	.rows = supervise_rows,
	.run = run,
	.end = end,
};

/*
 * What supervision says: words for its own stderr, answers over the socket.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pid1/ctl.h"
#include "pid1/files.h"
#include "pid1/names.h"
#include "pid1/say.h"
#include "pid1/supervisor.h"
#include "wait/status.h"

/* --- words ----------------------------------------------------------------- */

static bool speaks(const struct supervisor *v, enum level level)
{
	return v->options->level >= level;
}

void say_line(struct supervisor *v, enum level level, const char *what,
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

void say_end_of(struct supervisor *v, pid_t pid, int status)
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

/* --- what is asked over the socket ----------------------------------------- */

/* Fields 14, 15 and 24 of /proc/PID/stat, counted behind the name. */
static bool look_at_main(const struct supervisor *v, struct figures *f)
{
	char path[32], text[1024], *at;
	uint64_t field[25] = { 0 };
	int i;

	memcpy(numbered(path, "/proc/", (uint64_t)v->c.main), "/stat",
	       sizeof("/stat"));
	slurp(AT_FDCWD, path, text, sizeof(text));
	/* Another namespace's /proc would tell of a stranger. */
	at = strrchr(text, ')');
	if (!v->c.main || !at || leading_number(text) != (uint64_t)v->c.main)
		return false;
	at += 2;
	for (i = 3; i < 25 && *at; i++, at += strspn(at, " ")) {
		field[i] = leading_number(at);
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

void answer(void *who, const struct ctl_request *r, struct say *s)
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

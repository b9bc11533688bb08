#include "pid1/report.h"

#include "pid1/cgroup.h"
#include "pid1/say.h"
#include "wait/status.h"

static void add(struct say *s, const char *name, uint64_t n)
{
	say_text(s, ",\"");
	say_text(s, name);
	say_text(s, "\":");
	say_number(s, n);
}

static void add_seconds(struct say *s, const char *name, uint64_t ns)
{
	say_text(s, ",\"");
	say_text(s, name);
	say_text(s, "\":");
	say_seconds(s, ns);
}

static void add_main(struct say *s, const struct journal *j)
{
	const struct death *d = &j->tally.main;

	if (!d->pid)
		return;
	add(s, "pid", (uint64_t)d->pid);
	if (status_is_exit(d->status)) {
		add(s, "exit", (uint64_t)status_value(d->status));
	} else {
		say_text(s, ",\"signal\":\"");
		say_signal(s, status_value(d->status));
		say_text(s, status_is_core(d->status) ? "\",\"core\":true"
						      : "\",\"core\":false");
	}
	add_seconds(s, "seconds", d->when_ns - j->tally.born_ns);
	add_seconds(s, "user", d->used.utime);
	add_seconds(s, "system", d->used.stime);
	add(s, "maxrss_kib", d->used.maxrss);
}

static const char *drain(const struct tally *t, const struct policy *p)
{
	if (p->gave_up)
		return "stuck";
	if (t->killed_ns)
		return "killed";
	if (t->asked_ns)
		return "ended";
	return p->left ? "left" : "nobody";
}

bool report(const struct journal *j, const struct policy *p, int code,
	    uint64_t now)
{
	const struct tally *t = &j->tally;
	struct say s = SAY(j->options->report_fd);
	uint64_t kills, from = t->asked_ns ? t->asked_ns : t->killed_ns;

	say_text(&s, "{\"code\":");
	say_number(&s, (uint64_t)code);
	add_main(&s, j);
	if (t->again)
		add(&s, "restarts", t->again);
	add(&s, "orphans", t->orphans);
	add(&s, "orphans_killed", t->killed);
	add(&s, "forwarded", t->passed_on);
	add(&s, "refused", t->refused);
	add(&s, "stops", t->stops);
	say_text(&s, ",\"drain\":\"");
	say_text(&s, drain(t, p));
	say_text(&s, "\"");
	if (from)
		add_seconds(&s, "drain_seconds", now - from);
	kills = j->oom < 0 ? 0
			   : cgroup_count(j->oom, "memory.events", "oom_kill");
	if (j->oom >= 0 && kills >= j->oom_kills) /* it can be read no more */
		add(&s, "oom", kills - j->oom_kills);
	say_text(&s, "}\n");
	return say_end(&s);
}

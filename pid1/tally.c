#include "pid1/tally.h"

#include <signal.h>

#include "pid1/say.h"
#include "wait/status.h"
#include "wait/usage.h"

RARE static void tally_orphan(struct tally *t, const struct death *death)
{
	t->last[t->orphans++ % REMEMBERED] = *death;
	t->killed += !status_is_exit(death->status);
	usage_add(&t->used, &death->used);
}

void tally_death(struct tally *t, const struct death *death, bool is_main)
{
	if (is_main)
		t->main = *death;
	else
		tally_orphan(t, death);
}

void tally_signal(struct tally *t, bool passed_on)
{
	if (passed_on)
		t->passed_on++;
	else
		t->refused++;
}

static void say_used(struct say *s, const struct usage *used)
{
	say_text(s, "user ");
	say_seconds(s, used->utime);
	say_text(s, " s, system ");
	say_seconds(s, used->stime);
	say_text(s, " s, at most ");
	say_number(s, used->maxrss);
	say_text(s, " kB\n");
}

static void say_death(struct say *s, const struct death *d)
{
	say_number(s, (uint64_t)d->pid);
	if (d->name[0]) {
		say_text(s, " (");
		say_text(s, d->name);
		say_text(s, ")");
	}
	say_text(s, ": ");
	say_ending(s, d->status);
}

static void say_main(struct say *s, const struct tally *t, bool idle)
{
	say_text(s, "kith-init: direct children: ");
	if (idle) {
		say_text(s, "0\n");
		return;
	}
	say_number(s, 1 + t->again);
	if (!t->main.pid) {
		say_text(s, ", never heard of again\n");
		return;
	}
	say_text(s, t->again ? ", the last of them\n  " : "\n  ");
	say_death(s, &t->main);
	say_text(s, " after ");
	say_seconds(s, t->main.when_ns - t->born_ns);
	say_text(s, " s; ");
	say_used(s, &t->main.used);
}

static void say_orphans(struct say *s, const struct tally *t)
{
	uint64_t i = t->orphans > REMEMBERED ? t->orphans - REMEMBERED : 0;

	say_text(s, "kith-init: adopted orphans: ");
	say_number(s, t->orphans);
	if (!t->orphans) {
		say_text(s, "\n");
		return;
	}
	say_text(s, ", of them exited ");
	say_number(s, t->orphans - t->killed);
	say_text(s, ", killed ");
	say_number(s, t->killed);
	say_text(s, "; ");
	say_used(s, &t->used);
	if (i)
		say_text(s, "  ... and the last of them:\n");
	for (; i < t->orphans; i++) {
		const struct death *d = &t->last[i % REMEMBERED];

		say_text(s, "  ");
		say_death(s, d);
		say_text(s, "; ");
		say_used(s, &d->used);
	}
}

void tally_print(const struct tally *t, bool idle, int fd)
{
	struct say s = SAY(fd);

	say_main(&s, t, idle);
	say_orphans(&s, t);
	say_text(&s, "kith-init: signals passed on: ");
	say_number(&s, t->passed_on);
	if (t->refused) {
		say_text(&s, ", refused: ");
		say_number(&s, t->refused);
	}
	say_text(&s, "\n");
	say_end(&s);
}

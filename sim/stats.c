/*
 * kith stats: what became of everyone.
 *
 * Counted from the events alone, so that whatever writes the same events can be
 * counted in the same way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/print.h"
#include "sim/show.h"
#include "sim/sim.h"
#include "sim/table.h"
#include "sim/trace.h"

struct moment {
	uint32_t line;
	uint64_t time;
};

/* A process that is dead and was not, or is not yet, collected. */
struct zombie {
	struct zombie *next;
	pid_t pid, parent, reaper; /* reaper 0: nobody, yet */
	int status;
	struct moment from, to;
};

struct adoption {
	struct adoption *next;
	pid_t child, from, to;
	const char *rule;
	uint32_t line;
};

struct tally {
	struct tally *next, *next_of_target;
	pid_t target;
	int signal;
	unsigned sent, killed;
};

struct stats {
	struct pool pool;
	uint64_t now_ns;
	unsigned processes, threads, deaths, reaps, autoreaps;
	unsigned zombies, now, most;
	unsigned waits, slept, failed_waits;
	struct map is_zombie, tallies, asleep;
	struct zombie *first_zombie, **last_zombie;
	struct adoption *first_adoption, **last_adoption;
	unsigned adoptions, signals;
	struct tally *first_tally, **last_tally;
};

/* --- counting --------------------------------------------------------------
 */

static void begin_zombie(struct run *run, struct stats *st,
			 const struct kith_event *e)
{
	struct zombie *z = pool_alloc(&st->pool, sizeof(*z));
	struct kith_look look;

	z->pid = e->actor;
	z->status = (int)e->value;
	z->from = (struct moment){ run->now.line, e->time };
	if (!kith_look(run->machine, e->actor, &look)) {
		z->parent = look.ppid;
		z->status = look.status;
	}
	*st->last_zombie = z;
	st->last_zombie = &z->next;
	map_set(&st->is_zombie, e->actor, z);
	st->zombies++;
	if (++st->now > st->most)
		st->most = st->now;
}

static void end_zombie(struct run *run, struct stats *st,
		       const struct kith_event *e)
{
	struct zombie *z = map_get(&st->is_zombie, e->subject);

	if (!z)
		return;
	z->reaper = e->actor;
	z->to = (struct moment){ run->now.line, e->time };
	map_set(&st->is_zombie, e->subject, NULL);
	st->now--;
}

static pid_t process_of(struct run *run, pid_t tid)
{
	struct kith_look look;

	return kith_look(run->machine, tid, &look) ? tid : look.tgid;
}

/* From thread to thread of one process is no adoption. */
static void add_adoption(struct run *run, struct stats *st,
			 const struct kith_event *e)
{
	pid_t from = process_of(run, e->actor);
	pid_t to = process_of(run, (pid_t)e->value);
	struct adoption *a;

	if (from == to)
		return;
	a = pool_alloc(&st->pool, sizeof(*a));
	*a = (struct adoption){ NULL, e->subject, from,
				to,   e->rule,    run->now.line };
	*st->last_adoption = a;
	st->last_adoption = &a->next;
	st->adoptions++;
}

static struct tally *tally_for(struct stats *st, pid_t target, int signal)
{
	struct tally *first = map_get(&st->tallies, target), *t = first;

	while (t && t->signal != signal)
		t = t->next_of_target;
	if (t)
		return t;
	t = pool_alloc(&st->pool, sizeof(*t));
	t->target = target;
	t->signal = signal;
	t->next_of_target = first;
	map_set(&st->tallies, target, t);
	*st->last_tally = t;
	st->last_tally = &t->next;
	return t;
}

static void count_wait(struct stats *st, const struct kith_event *e)
{
	if (!call_is_wait(e->value))
		return;
	if (e->type == KITH_EV_CALL) {
		st->waits++;
		map_set(&st->asleep, e->actor, NULL);
	} else if (e->type == KITH_EV_PARK) {
		st->slept += !map_get(&st->asleep, e->actor);
		map_set(&st->asleep, e->actor, st);
	} else {
		st->failed_waits += e->other < 0;
	}
}

static void count(struct run *run, const struct kith_event *e)
{
	struct stats *st = run->context;

	switch (e->type) {
	case KITH_EV_CALL:
	case KITH_EV_PARK:
	case KITH_EV_RETURN:
		count_wait(st, e);
		break;
	case KITH_EV_FORK:
		st->processes += !e->other;
		st->threads += e->other != 0;
		break;
	case KITH_EV_DEAD:
		st->deaths++;
		if (e->other)
			begin_zombie(run, st, e);
		break;
	case KITH_EV_REPARENT:
		add_adoption(run, st, e);
		break;
	case KITH_EV_REAP:
		st->reaps++;
		end_zombie(run, st, e);
		break;
	case KITH_EV_AUTOREAP:
		st->autoreaps++;
		end_zombie(run, st, e);
		break;
	case KITH_EV_SIGNAL:
		st->signals++;
		tally_for(st, process_of(run, e->subject), (int)e->value)
			->sent++;
		break;
	case KITH_EV_DELIVER:
		tally_for(st, process_of(run, e->subject), (int)e->value)
			->killed++;
		break;
	default:
		break;
	}
}

/* --- for people ------------------------------------------------------------
 */

static const char *many(unsigned n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

static void print_zombies(const struct stats *st, const struct run *run,
			  uint64_t end)
{
	struct out how = { 0 };

	printf("zombies    %u", st->zombies);
	if (st->zombies)
		printf(", at most %u at once, %u not collected", st->most,
		       st->now);
	putchar('\n');
	for (const struct zombie *z = st->first_zombie; z; z = z->next) {
		bool open = !z->reaper;
		unsigned lines =
			(open ? run->now.line : z->to.line) - z->from.line;
		uint64_t ns = (open ? end : z->to.time) - z->from.time;

		out_clear(&how);
		print_death(&how, z->status);
		printf("           %d, child of %d, %s: line %u to ",
		       (int)z->pid, (int)z->parent, out_line(&how),
		       (unsigned)z->from.line);
		if (open)
			printf("the end, ");
		else
			printf("%u, ", (unsigned)z->to.line);
		printf("%u line%s", lines, many(lines, "", "s"));
		if (ns)
			printf(", %.3f ms", (double)ns / 1e6);
		if (!open)
			printf(", reaped by %d", (int)z->reaper);
		putchar('\n');
	}
	out_free(&how);
}

static void print_adoptions(const struct stats *st)
{
	printf("adoptions  %u\n", st->adoptions);
	for (const struct adoption *a = st->first_adoption; a; a = a->next)
		printf("           %d: from %d to %d, line %u%s%s\n",
		       (int)a->child, (int)a->from, (int)a->to,
		       (unsigned)a->line, a->rule ? ", " : "",
		       a->rule ? a->rule : "");
}

static void print_signals(const struct stats *st)
{
	struct out name = { 0 };

	printf("signals    %u sent\n", st->signals);
	for (const struct tally *t = st->first_tally; t; t = t->next) {
		out_clear(&name);
		print_signal(&name, t->signal);
		printf("           %s to %d: %u%s\n", out_line(&name),
		       (int)t->target, t->sent, t->killed ? ", killed it" : "");
	}
	out_free(&name);
}

static void print_stats(const struct stats *st, const struct run *run,
			uint64_t end)
{
	printf("born       %u process%s, %u thread%s\n", st->processes,
	       many(st->processes, "", "es"), st->threads,
	       many(st->threads, "", "s"));
	printf("died       %u\n", st->deaths);
	print_zombies(st, run, end);
	print_adoptions(st);
	printf("reaps      %u by wait, %u without\n", st->reaps, st->autoreaps);
	printf("waits      %u call%s, %u slept, %u failed\n", st->waits,
	       many(st->waits, "", "s"), st->slept, st->failed_waits);
	print_signals(st);
}

/* --- for programs ----------------------------------------------------------
 */

static void json_zombies(const struct stats *st)
{
	for (const struct zombie *z = st->first_zombie; z; z = z->next) {
		printf("{\"what\":\"zombie\",\"pid\":%d,\"parent\":%d,"
		       "\"status\":%d,\"from_line\":%u,\"from_ns\":%llu",
		       (int)z->pid, (int)z->parent, z->status,
		       (unsigned)z->from.line,
		       (unsigned long long)z->from.time);
		if (z->reaper)
			printf(",\"to_line\":%u,\"to_ns\":%llu,\"reaper\":%d",
			       (unsigned)z->to.line,
			       (unsigned long long)z->to.time, (int)z->reaper);
		puts("}");
	}
}

static void json_stats(const struct stats *st)
{
	struct out name = { 0 };

	json_zombies(st);
	for (const struct adoption *a = st->first_adoption; a; a = a->next) {
		printf("{\"what\":\"adoption\",\"child\":%d,\"from\":%d,"
		       "\"to\":%d,\"line\":%u",
		       (int)a->child, (int)a->from, (int)a->to,
		       (unsigned)a->line);
		if (a->rule)
			printf(",\"rule\":\"%s\"", a->rule);
		puts("}");
	}
	for (const struct tally *t = st->first_tally; t; t = t->next) {
		out_clear(&name);
		print_signal(&name, t->signal);
		printf("{\"what\":\"signal\",\"signal\":\"%s\",\"target\":%d,"
		       "\"sent\":%u,\"killed\":%u}\n",
		       out_line(&name), (int)t->target, t->sent, t->killed);
	}
	printf("{\"what\":\"total\",\"processes\":%u,\"threads\":%u,"
	       "\"deaths\":%u,\"zombies\":%u,\"most_zombies\":%u,"
	       "\"uncollected\":%u,\"adoptions\":%u,\"reaps\":%u,"
	       "\"autoreaps\":%u,\"waits\":%u,\"slept\":%u,"
	       "\"failed_waits\":%u,\"signals\":%u}\n",
	       st->processes, st->threads, st->deaths, st->zombies, st->most,
	       st->now, st->adoptions, st->reaps, st->autoreaps, st->waits,
	       st->slept, st->failed_waits, st->signals);
	out_free(&name);
}

/* --- the command -----------------------------------------------------------
 */

static void remember_time(struct run *run, const struct line *line,
			  const char *text)
{
	struct stats *st = run->context;

	(void)line;
	(void)text;
	st->now_ns = kith_clock(run->machine);
}

int cmd_stats(const struct options *options, int files, char **file)
{
	struct stats st = { 0 };
	struct run run = { .context = &st,
			   .event = count,
			   .stepped = remember_time,
			   .failed = tell_failure };
	struct script script;
	int status = USAGE;

	(void)files;
	if (trace_is(file[0]))
		return trace_stats(options, file[0]);
	st.last_zombie = &st.first_zombie;
	st.last_adoption = &st.first_adoption;
	st.last_tally = &st.first_tally;
	if (!script_read(&script, file[0]))
		status = run_script(&run, &script,
				    options->has_seed ? &options->seed : NULL);
	if (status == HELD || status == FAILED) {
		if (options->json)
			json_stats(&st);
		else
			print_stats(&st, &run, st.now_ns);
	}
	map_free(&st.is_zombie);
	map_free(&st.tallies);
	map_free(&st.asleep);
	pool_free(&st.pool);
	script_free(&script);
	return status;
}

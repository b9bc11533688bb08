#include "sim/trace.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/print.h"

/* --- reading ---------------------------------------------------------------
 */

struct event {
	char what[12], name[64];
	uint64_t time;
	int64_t actor, subject, value, utime, stime;
	uint32_t line;
};

struct trace {
	const char *path;
	struct event *events;
	size_t count, room;
};

static const char first[] = "{\"event\":\"start\",";

bool trace_is(const char *path)
{
	char text[sizeof(first)] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return strcmp(text, first) == 0;
}

/* A quoted text, of which as much is kept as fits.  NULL: it is none. */
static const char *read_text(const char *at, char *to, size_t room)
{
	unsigned c;

	for (at++; *at && *at != '"'; at++) {
		c = (unsigned char)*at;
		if (c == '\\') {
			if (sscanf(at, "\\u%4x", &c) != 1)
				return NULL;
			at += 5;
		}
		if (room > 1) {
			*to++ = (char)c;
			room--;
		}
	}
	*to = '\0';
	return *at ? at + 1 : NULL;
}

static const char *read_value(const char *at, const char *key, struct event *e)
{
	const struct {
		const char *key;
		int64_t *to;
	} numbers[] = {
		{ "actor", &e->actor }, { "subject", &e->subject },
		{ "value", &e->value }, { "utime", &e->utime },
		{ "stime", &e->stime }, { "time", (int64_t *)&e->time },
	};
	char unused[2];
	char *end;
	int64_t n;
	size_t i;

	if (*at == '"') {
		if (!strcmp(key, "event"))
			return read_text(at, e->what, sizeof(e->what));
		if (!strcmp(key, "name"))
			return read_text(at, e->name, sizeof(e->name));
		return read_text(at, unused, sizeof(unused));
	}
	n = strtoll(at, &end, 10);
	if (end == at)
		return NULL;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(numbers[i].key, key))
			*numbers[i].to = n;
	return end;
}

/* NULL, or where it goes wrong. */
static const char *read_event(const char *at, struct event *e)
{
	const char *from;
	char key[16];

	*e = (struct event){ .time = 0 };
	if (*at != '{')
		return at;
	do {
		from = ++at;
		at = *at == '"' ? read_text(at, key, sizeof(key)) : NULL;
		if (!at || *at != ':')
			return from;
		from = ++at;
		at = read_value(at, key, e);
		if (!at)
			return from;
	} while (*at == ',');
	return *at == '}' && e->what[0] ? NULL : at;
}

static void keep(struct trace *t, const struct event *e)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->events = must_grow(t->events, t->room * sizeof(*e));
	}
	t->events[t->count++] = *e;
}

/* 0, or the exit status of a complaint. */
static int read_trace(struct trace *t, const char *path)
{
	FILE *f = fopen(path, "r");
	uint32_t number = 0;
	const char *wrong = NULL;
	struct event e;
	char *text = NULL;
	size_t size = 0;

	*t = (struct trace){ .path = path };
	if (!f) {
		fprintf(stderr, "kith: %s: %s\n", path, strerror(errno));
		return USAGE;
	}
	while (getline(&text, &size, f) > 0) {
		number++;
		wrong = read_event(text, &e);
		if (wrong) {
			fprintf(stderr, "%s:%u:%u: no event of a trace\n", path,
				(unsigned)number, (unsigned)(wrong - text) + 1);
			break;
		}
		e.line = number;
		keep(t, &e);
	}
	fclose(f);
	free(text);
	return wrong ? USAGE : HELD;
}

/* --- who there is ----------------------------------------------------------
 */

struct person {
	pid_t pid, parent;
	bool orphan, dead, gone;
	int status;
	uint64_t born, died, utime, stime;
	const char *name;
};

struct people {
	pid_t init;
	struct person *list;
	size_t count, room;
};

static struct person *find(struct people *p, int64_t pid)
{
	size_t i = p->count;

	while (i-- > 0)
		if (p->list[i].pid == pid && !p->list[i].gone)
			return &p->list[i];
	return NULL;
}

static struct person *add(struct people *p, const struct event *e, pid_t parent)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 64;
		p->list = must_grow(p->list, p->room * sizeof(*p->list));
	}
	p->list[p->count] = (struct person){ .pid = (pid_t)e->subject,
					     .parent = parent,
					     .born = e->time,
					     .name = e->name };
	return &p->list[p->count++];
}

static void die(struct person *who, const struct event *e)
{
	if (!who)
		return;
	who->dead = true;
	who->died = e->time;
	who->status = (int)e->value;
}

static void reap(struct person *who, const struct event *e)
{
	if (!who)
		return;
	who->gone = true;
	who->utime = (uint64_t)e->utime;
	who->stime = (uint64_t)e->stime;
}

static void happened(struct people *p, const struct event *e)
{
	struct person *who;

	if (!strcmp(e->what, "start")) {
		p->init = (pid_t)e->actor;
	} else if (!strcmp(e->what, "fork")) {
		add(p, e, (pid_t)e->actor);
	} else if (!strcmp(e->what, "seen")) {
		add(p, e, p->init)->orphan = true;
	} else if (!strcmp(e->what, "exec")) {
		who = find(p, e->actor);
		if (who)
			who->name = e->name;
	} else if (!strcmp(e->what, "dead")) {
		die(find(p, e->actor), e);
	} else if (!strcmp(e->what, "reap")) {
		reap(find(p, e->subject), e);
	}
}

/* --- kith tree -------------------------------------------------------------
 */

/* An event, as a person reads it. */
static void say(struct out *o, const struct event *e)
{
	out(o, "%10.6f  %s", (double)e->time / 1e9, e->what);
	if (!strcmp(e->what, "signal")) {
		out_text(o, " ");
		print_signal(o, (int)e->value);
		if (e->subject > 0)
			out(o, " to %d", (int)e->subject);
		else
			out_text(o, " to the rest");
		return;
	}
	if (e->subject)
		out(o, " %d", (int)e->subject);
	else if (strcmp(e->what, "start"))
		out(o, " %d", (int)e->actor);
	if (!strcmp(e->what, "dead") || !strcmp(e->what, "exit")) {
		out_text(o, " ");
		print_death(o, (int)e->value);
	}
}

static void draw_person(struct out *o, const struct person *p, bool last,
			bool utf8)
{
	const char *stroke =
		p->orphan ? (last ? "`.. " : "|.. ") : (last ? "`-- " : "|-- ");

	if (utf8)
		stroke = p->orphan ? (last ? "└╌╌ " : "├╌╌ ")
				   : (last ? "└── " : "├── ");
	out(o, "       %s%d", stroke, (int)p->pid);
	if (*p->name) {
		out_text(o, " ");
		out_quoted(o, p->name, strlen(p->name));
	}
	if (p->dead) {
		out_text(o, "  zombie: ");
		print_death(o, p->status);
	}
	out_text(o, "\n");
}

static void draw(struct out *o, const struct people *p, bool utf8)
{
	size_t i, last = 0;

	for (i = 0; i < p->count; i++)
		if (!p->list[i].gone)
			last = i;
	out(o, "       %d\n", (int)p->init);
	for (i = 0; i < p->count; i++)
		if (!p->list[i].gone)
			draw_person(o, &p->list[i], i == last, utf8);
}

static void draw_json(struct out *o, const struct people *p,
		      const struct event *e)
{
	const char *comma = "";
	size_t i;

	out(o, "{\"line\":%u,\"time_ns\":%llu,\"event\":\"%s\",\"processes\":[",
	    (unsigned)e->line, (unsigned long long)e->time, e->what);
	for (i = 0; i < p->count; i++) {
		const struct person *who = &p->list[i];

		if (who->gone)
			continue;
		out(o, "%s{\"pid\":%d,\"parent\":%d,\"orphan\":%s,", comma,
		    (int)who->pid, (int)who->parent,
		    who->orphan ? "true" : "false");
		out_text(o, "\"name\":");
		out_json(o, who->name, strlen(who->name));
		if (who->dead)
			out(o, ",\"status\":%d", who->status);
		out_text(o, "}");
		comma = ",";
	}
	out_text(o, "]}\n");
}

int trace_tree(const struct options *options, const char *path)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8") && !options->ascii;
	struct people people = { .init = 0 };
	struct out o = { 0 };
	struct trace t;
	int status = read_trace(&t, path);
	size_t i;

	for (i = 0; i < t.count && !status; i++) {
		const struct event *e = &t.events[i];
		bool last =
			i + 1 == t.count || t.events[i + 1].line > options->at;

		happened(&people, e);
		if (options->has_at && !last)
			continue;
		out_clear(&o);
		if (options->json) {
			draw_json(&o, &people, e);
		} else {
			out(&o, "%5u  ", (unsigned)e->line);
			say(&o, e);
			out_text(&o, "\n");
			draw(&o, &people, utf8);
			if (!options->has_at && i + 1 < t.count)
				out_text(&o, "\n");
		}
		fwrite(out_line(&o), 1, o.len, stdout);
		if (options->has_at)
			break;
	}
	out_free(&o);
	free(people.list);
	free(t.events);
	return status;
}

/* --- kith stats ------------------------------------------------------------
 */

static void print_people(const struct people *p)
{
	struct out o = { 0 };
	size_t i;

	for (i = 0; i < p->count; i++) {
		const struct person *who = &p->list[i];

		out_clear(&o);
		out(&o, "           %d", (int)who->pid);
		if (*who->name) {
			out_text(&o, " ");
			out_quoted(&o, who->name, strlen(who->name));
		}
		out_text(&o, who->orphan ? ", orphan: " : ": ");
		if (who->dead)
			print_death(&o, who->status);
		else
			out_text(&o, "alive at the end");
		if (!who->orphan && who->dead)
			out(&o, " after %.3f ms",
			    (double)(who->died - who->born) / 1e6);
		if (who->gone)
			out(&o, "; user %.3f ms, system %.3f ms",
			    (double)who->utime / 1e6, (double)who->stime / 1e6);
		puts(out_line(&o));
	}
	out_free(&o);
}

struct counts {
	unsigned births, orphans, deaths, reaps, signals;
};

static void count(struct counts *c, const struct event *e)
{
	c->births += !strcmp(e->what, "fork");
	c->orphans += !strcmp(e->what, "seen");
	c->deaths += !strcmp(e->what, "dead");
	c->reaps += !strcmp(e->what, "reap");
	c->signals += !strcmp(e->what, "signal");
}

static void print_signals(const struct trace *t)
{
	struct out o = { 0 };
	size_t i;

	for (i = 0; i < t->count; i++)
		if (!strcmp(t->events[i].what, "signal")) {
			out_clear(&o);
			say(&o, &t->events[i]);
			printf(" %s\n", out_line(&o));
		}
	out_free(&o);
}

int trace_stats(const struct options *options, const char *path)
{
	struct people people = { .init = 0 };
	struct counts c = { 0 };
	struct trace t;
	int status = read_trace(&t, path);
	size_t i;

	for (i = 0; i < t.count && !status; i++) {
		happened(&people, &t.events[i]);
		count(&c, &t.events[i]);
	}
	if (!status && options->json) {
		printf("{\"what\":\"total\",\"processes\":%u,\"deaths\":%u,"
		       "\"orphans\":%u,\"reaps\":%u,\"signals\":%u}\n",
		       c.births + c.orphans, c.deaths, c.orphans, c.reaps,
		       c.signals);
	} else if (!status) {
		printf("born       %u\n", c.births);
		printf("orphans    %u, first seen when they were dead\n",
		       c.orphans);
		printf("died       %u\n", c.deaths);
		print_people(&people);
		printf("reaps      %u by wait\n", c.reaps);
		printf("signals    %u sent\n", c.signals);
		print_signals(&t);
	}
	free(people.list);
	free(t.events);
	return status;
}

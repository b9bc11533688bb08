/*
 * kith step: a transcript at one's own pace, forward and back.
 *
 * Commands come from a terminal, with a prompt, or through a pipe, without; in
 * both cases what is printed is what the commands have to say and nothing else,
 * so that a session can be written down, piped and compared.  A command that
 * cannot be done is told in one line on stderr, and the session goes on; at
 * its end the exit status is 1 if there was one, or if an expectation of the
 * script has failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/draw.h"
#include "sim/say.h"
#include "sim/show.h"
#include "sim/sim.h"
#include "sim/steps.h"
#include "sim/until.h"
#include "sim/why.h"

struct session {
	struct steps steps;
	const struct options *options;
	struct script script;
	bool terminal, over;
	unsigned errors;
};

/* Text is the rest of the line, without space around it. */
struct command {
	const char *name, *letter, *words, *summary;
	void (*run)(struct session *s, char *text);
	bool needs_text;
};

static void error(struct session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void error(struct session *s, const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("kith step: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	s->errors++;
}

static void put(struct out *o)
{
	fwrite(out_line(o), 1, o->len, stdout);
	out_free(o);
}

static void begin_json(struct session *s, struct out *o, const char *what)
{
	json_begin(o, s->script.source.name, what);
	out(o, ",\"after\":%u", (unsigned)s->steps.run.now.done);
}

static bool read_number(struct session *s, const char *text, const char *what,
			long max, long *n)
{
	char *end;

	errno = 0;
	*n = strtol(text, &end, 10);
	if (!errno && *text >= '0' && *text <= '9' && !*end && *n <= max)
		return true;
	error(s, "'%s' is not %s", text, what);
	return false;
}

/* --- where we are ----------------------------------------------------------
 */

/* The next line that does something, or NULL. */
static const struct line *next_line(const struct session *s)
{
	const struct line *line = run_acts(s->steps.run.now.next);

	return line && line->kind > LINE_ORDER ? line : NULL;
}

static void where_json(struct session *s)
{
	const struct line *next = next_line(s);
	struct out o = { 0 };

	begin_json(s, &o, "at");
	out(&o, ",\"step\":%zu,\"failures\":%u", s->steps.count,
	    s->steps.run.now.failures);
	if (s->steps.run.now.inside)
		out_text(&o, ",\"inside\":true");
	if (next) {
		out(&o, ",\"next\":%u,\"text\":", (unsigned)next->number);
		out_json(&o, next->text, next->len);
	}
	put_line(&o);
}

static void where(struct session *s, char *text)
{
	const struct progress *now = &s->steps.run.now;
	const struct line *next = next_line(s);

	(void)text;
	if (s->options->json) {
		where_json(s);
		return;
	}
	if (now->inside)
		printf("in line %u: %.*s\n", (unsigned)now->line,
		       (int)now->own.line->len, now->own.line->text);
	else if (next)
		printf("%s%.0u, next is %u: %.*s\n",
		       now->done ? "after line " : "at the beginning",
		       (unsigned)now->done, (unsigned)next->number,
		       (int)next->len, next->text);
	else
		printf("after line %u, the last\n", (unsigned)now->done);
}

/* --- going -----------------------------------------------------------------
 */

static void say_json(struct session *s, pid_t who, const struct out *said)
{
	struct out o = { 0 };

	begin_json(s, &o, "step");
	out(&o, ",\"tid\":%d,\"text\":", (int)who);
	out_json(&o, out_line(said), said->len);
	put_line(&o);
}

/* In micro mode: what it was that happened. */
static void show_step(struct run *run, pid_t who)
{
	struct session *s = run->context;
	struct steps *steps = &s->steps;
	struct out o = { 0 };

	say_step(&o, run->machine, &steps->history,
		 steps->marks[steps->count - 1].happened, who,
		 steps_exits(steps, who));
	if (s->options->json)
		say_json(s, who, &o);
	else
		printf("  %s\n", out_line(&o));
	out_free(&o);
}

static pid_t step(struct session *s, pid_t pick, bool quiet)
{
	s->steps.printed = quiet              ? NULL
			   : s->options->json ? show_json
					      : show_text;
	s->steps.run.moved = quiet ? NULL : show_step;
	return steps_next(&s->steps, pick);
}

static void next(struct session *s, char *text)
{
	long n = 1;

	if (*text && !read_number(s, text, "a number of steps", INT32_MAX, &n))
		return;
	while (n-- > 0)
		if (step(s, 0, false) == -ENODATA) {
			error(s, "there is nothing after line %u",
			      (unsigned)s->steps.run.now.done);
			return;
		}
}

static void back(struct session *s, char *text)
{
	size_t count = s->steps.count;
	long n = 1;

	if (*text && !read_number(s, text, "a number of steps", INT32_MAX, &n))
		return;
	if ((size_t)n > count) {
		error(s,
		      count ? "this is only step %zu" : "this is the beginning",
		      count);
		return;
	}
	steps_back(&s->steps, count - (size_t)n);
	where(s, text);
}

static void go_to(struct session *s, char *text)
{
	long line;

	if (!read_number(s, text, "a line", UINT32_MAX, &line))
		return;
	while (!steps_reached(&s->steps, (uint32_t)line))
		step(s, 0, true);
	steps_back(&s->steps, steps_when(&s->steps, (uint32_t)line));
	where(s, text);
}

static void until(struct session *s, char *text)
{
	struct steps *steps = &s->steps;
	struct condition condition;
	const char *wrong;
	char *asked = *text ? strdup(text) : NULL;

	if (!*text) {
		while (step(s, 0, false) != -ENODATA)
			;
		where(s, text);
		return;
	}
	wrong = asked ? read_condition(&condition, text) : "out of memory";
	if (wrong) {
		error(s, "until %s: %s; help lists them", asked ? asked : "",
		      wrong);
		free(asked);
		return;
	}
	while (!is_so(&condition, steps, steps->count)) {
		size_t before = steps->count;

		if (step(s, 0, false) == -ENODATA) {
			error(s, "until %s: it never came to that", asked);
			free(asked);
			return;
		}
		if (is_so(&condition, steps, before))
			break;
	}
	free(asked);
	where(s, text);
}

/* --- choices ---------------------------------------------------------------
 */

static struct numbers runnable(struct session *s)
{
	struct kith_machine *m = s->steps.run.machine;
	long n = kith_runnable(m, NULL, 0);
	struct numbers r = { NULL, n > 0 ? (size_t)n : 0 };

	r.tid = must_alloc(r.count * sizeof(*r.tid));
	kith_runnable(m, r.tid, r.count);
	return r;
}

static void choices_json(struct session *s, const struct numbers *r)
{
	struct out o = { 0 };

	begin_json(s, &o, "choices");
	out_text(&o, ",\"threads\":[");
	for (size_t i = 0; i < r->count; i++)
		out(&o, "%s%d", i ? "," : "", (int)r->tid[i]);
	out_text(&o, "]");
	put_line(&o);
}

static void choices(struct session *s, char *text)
{
	struct numbers r = runnable(s);
	struct kith_look l;

	if (s->options->json) {
		choices_json(s, &r);
	} else if (!r.count) {
		puts("nobody has anything to do");
		where(s, text);
	} else {
		for (size_t i = 0; i < r.count; i++) {
			kith_look(s->steps.run.machine, r.tid[i], &l);
			printf("%d%s%s\n", (int)r.tid[i],
			       l.call < 0 ? "" : ", in ",
			       l.call < 0 ? ""
					  : kith_call_name((unsigned)l.call));
		}
	}
	free(r.tid);
}

static void pick(struct session *s, char *text)
{
	long tid;

	if (!read_number(s, text, "a thread's number", INT32_MAX, &tid))
		return;
	if (!s->steps.run.micro)
		error(s, "only with --micro can one choose");
	else if (!tid || step(s, (pid_t)tid, false) < 0)
		error(s, "%ld cannot take a step now", tid);
}

/* --- looking ---------------------------------------------------------------
 */

static void tree(struct session *s, char *text)
{
	struct drawing d;
	struct out o = { 0 };

	(void)text;
	drawing_begin(&d, s->steps.run.machine, &s->steps.history,
		      s->options->ascii);
	if (s->options->json)
		draw_json(&o, &d, s->steps.run.now.done, "");
	else
		draw(&o, &d, "");
	put(&o);
}

static bool read_pid(struct session *s, const char *text, pid_t *pid)
{
	long n;

	if (!read_number(s, text, "a process's number", INT32_MAX, &n))
		return false;
	*pid = (pid_t)n;
	return true;
}

static void status(struct session *s, char *text)
{
	struct out o = { 0 };
	char proc[4096];
	pid_t pid;

	if (!read_pid(s, text, &pid))
		return;
	if (kith_proc(s->steps.run.machine, pid, "status", proc, sizeof(proc)) <
	    0) {
		error(s, "there is no %d now; 'why %d' says why", (int)pid,
		      (int)pid);
		return;
	}
	if (!s->options->json) {
		fputs(proc, stdout);
		return;
	}
	begin_json(s, &o, "status");
	out(&o, ",\"tid\":%d,\"text\":", (int)pid);
	out_json(&o, proc, strlen(proc));
	put_line(&o);
}

static void why_pid(struct session *s, char *text)
{
	struct question q = { .machine = s->steps.run.machine,
			      .history = &s->steps.history,
			      .line = s->steps.run.now.done };
	struct out o = { 0 };
	bool any;

	if (!read_pid(s, text, &q.pid))
		return;
	any = s->options->json ? why_json(&o, &q, s->script.source.name)
			       : why(&o, &q);
	if (any)
		put(&o);
	else
		error(s, "up to line %u there has been no %d", (unsigned)q.line,
		      (int)q.pid);
}

/* --- the script ------------------------------------------------------------
 */

enum { AROUND = 5 };

static void list_line(struct session *s, long n, const char *line, size_t len)
{
	const struct line *next = next_line(s);
	struct out o = { 0 };

	if (!s->options->json) {
		printf("%s%4ld  %.*s\n",
		       next && n == (long)next->number ? ">" : " ", n, (int)len,
		       line);
		return;
	}
	begin_json(s, &o, "script");
	out(&o, ",\"line\":%ld,\"text\":", n);
	out_json(&o, line, len);
	put_line(&o);
}

static void list(struct session *s, char *text)
{
	const struct source *src = &s->script.source;
	const char *p = src->bytes, *end = p + src->len;
	const struct line *next = next_line(s);
	long here = next ? (long)next->number : s->steps.run.now.done;

	if (*text && !read_number(s, text, "a line", UINT32_MAX, &here))
		return;
	for (long n = 1; p < end; n++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (!nl)
			nl = end;
		if (n >= here - AROUND && n <= here + AROUND)
			list_line(s, n, p, (size_t)(nl - p));
		p = nl + 1;
	}
}

static void transcript(struct session *s, char *text)
{
	const struct out *all = &s->steps.text;
	struct out o = { 0 };

	(void)text;
	if (!s->options->json) {
		fwrite(out_line(all), 1, all->len, stdout);
		return;
	}
	begin_json(s, &o, "transcript");
	out_text(&o, ",\"text\":");
	out_json(&o, out_line(all), all->len);
	put_line(&o);
}

static void quit(struct session *s, char *text)
{
	(void)text;
	s->over = true;
}

/* --- commands --------------------------------------------------------------
 */

static void help(struct session *s, char *text);

static const struct command commands[] = {
	{ "next", "n", " [N]", "the next line, or with --micro the next step",
	  next, false },
	{ "back", "b", " [N]", "undo it", back, false },
	{ "goto", "g", " LINE", "to where the script up to LINE has run", go_to,
	  true },
	{ "until", "r", " [CONDITION]",
	  "run until it is so, or to the end (also: run)", until, false },
	{ "run", "r", " [CONDITION]", NULL, until, false },
	{ "tree", "t", "", "the tree of processes", tree, false },
	{ "why", "w", " PID",
	  "why it is a zombie, an orphan, asleep, gone, still there", why_pid,
	  true },
	{ "status", "s", " PID", "its /proc/PID/status", status, true },
	{ "choices", "c", "", "who could take a step now", choices, false },
	{ "pick", "p", " TID", "with --micro: let this one take it", pick,
	  true },
	{ "list", "l", " [LINE]", "the script around here", list, false },
	{ "transcript", "a", "", "all that was printed up to here", transcript,
	  false },
	{ "where", ".", "", "where we are", where, false },
	{ "help", "h", "", "this", help, false },
	{ "quit", "q", "", "end; so does the end of input", quit, false },
};

enum { NR_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void help(struct session *s, char *text)
{
	struct out o = { 0 };

	(void)s;
	(void)text;
	for (int i = 0; i < NR_COMMANDS; i++) {
		const struct command *c = &commands[i];
		size_t start = o.len;

		if (!c->summary)
			continue;
		out(&o, "%s  %s%s", c->letter, c->name, c->words);
		out_pad(&o, start + 26);
		out(&o, "%s\n", c->summary);
	}
	out_text(&o, "CONDITION is one of:\n");
	list_conditions(&o, "   ");
	put(&o);
}

static void obey(struct session *s, char *line)
{
	char *end = line + strcspn(line, " \t");
	char *text = end + strspn(end, " \t");

	*end = '\0';
	for (int i = 0; i < NR_COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (strcmp(line, c->name) && strcmp(line, c->letter))
			continue;
		if (c->needs_text && !*text)
			error(s, "%s%s: what?", c->name, c->words);
		else if (!*c->words && *text)
			error(s, "%s takes nothing, not '%s'", c->name, text);
		else
			c->run(s, text);
		return;
	}
	error(s, "there is no command '%s'; help lists them", line);
}

/* --- the session -----------------------------------------------------------
 */

static void interrupted(int signo)
{
	(void)signo;
}

/*
 * A line of input, or NULL: there are no more.  An interrupt while waiting for
 * one is the end of the session, and not of the program.
 */
static char *read_line(struct session *s, char **line, size_t *room)
{
	struct sigaction quietly = { .sa_handler = interrupted }, before;
	ssize_t len;

	if (s->terminal) {
		printf("(%u) ", (unsigned)s->steps.run.now.done);
		sigaction(SIGINT, &quietly, &before);
	}
	fflush(stdout);
	len = getline(line, room, stdin);
	if (s->terminal)
		sigaction(SIGINT, &before, NULL);
	if (len < 0) {
		if (s->terminal)
			putchar('\n');
		return NULL;
	}
	while (len > 0 && strchr(" \t\r\n", (*line)[len - 1]))
		(*line)[--len] = '\0';
	return *line + strspn(*line, " \t");
}

static void converse(struct session *s)
{
	char *line = NULL, *last = strdup(""), *command;
	size_t room = 0;

	if (s->terminal)
		where(s, last);
	while (!s->over && (command = read_line(s, &line, &room))) {
		if (*command) {
			free(last);
			last = strdup(command);
		}
		if (!last)
			out_of_memory();
		if (*command == '#' || (!*command && !s->terminal))
			continue;
		if (*last) {
			char *copy = strdup(last);

			if (!copy)
				out_of_memory();
			obey(s, copy);
			free(copy);
		}
	}
	free(line);
	free(last);
}

int cmd_step(const struct options *options, int files, char **file)
{
	struct session s = { .options = options,
			     .terminal = isatty(0) && isatty(1) };
	struct run *run = &s.steps.run;
	int status = USAGE;

	(void)files;
	run->context = &s;
	run->paint = paint_for(stdout);
	run->micro = options->micro;
	run->failed = options->json ? show_failure_json : tell_failure;
	if (!strcmp(file[0], "-")) {
		fputs("kith step: the commands come from standard input; the "
		      "script needs a file\n",
		      stderr);
		return USAGE;
	}
	if (!script_read(&s.script, file[0]))
		status = steps_begin(&s.steps, &s.script,
				     options->has_seed ? &options->seed : NULL);
	if (!status) {
		converse(&s);
		status = steps_end(&s.steps);
		if (s.errors)
			status = FAILED;
	}
	script_free(&s.script);
	return status;
}

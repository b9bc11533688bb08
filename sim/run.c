#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/call.h"
#include "sim/needs.h"
#include "sim/pair.h"
#include "sim/print.h"
#include "sim/run.h"
#include "sim/shape.h"

/*
 * What happened to a thread, other than that it made a call which returned at
 * once.  Entries are in order of time, each also among those of its thread
 * that no line of the script has claimed yet.
 */
struct entry {
	struct entry *next, *next_unclaimed;
	enum line_kind kind; /* RESUMED, SIGNAL, ENDED or SUPERSEDED */
	pid_t tid;
	uint32_t line;           /* where it was written */
	const struct line *call; /* that was in progress, or NULL */
	struct kith_result result;
	struct kith_siginfo info;
	int status;
	pid_t by;
};

struct actor {
	const struct line *call; /* in which it sleeps, or NULL */
	uint32_t died;           /* on which line; 0: it lives */
	struct entry *unclaimed, *unclaimed_last;
};

/* Whoever asks is about to change it. */
static struct actor *actor_of(struct run *run, pid_t tid)
{
	struct actor *actor = map_get(&run->actors, tid);

	if (!actor) {
		actor = pool_alloc(&run->actor_pool, sizeof(*actor));
		map_set(&run->actors, tid, actor);
	}
	undo_note(run->undo, actor, sizeof(*actor));
	return actor;
}

static void set_link(struct run *run, struct entry **link, struct entry *to)
{
	undo_note(run->undo, link, sizeof(*link));
	*link = to;
}

/* --- failures --------------------------------------------------------------
 */

static void failed(struct run *run, uint32_t line, uint32_t column,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void failed(struct run *run, uint32_t line, uint32_t column,
		   const char *fmt, ...)
{
	struct failure f = { run->script->source.name, line, column, NULL };
	char text[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	f.text = text;
	run->now.failures++;
	if (run->failed)
		run->failed(run, &f);
}

/* What there is to say of a thread that did not do what a line says. */
static const char *situation(struct run *run, pid_t tid, char *buf, size_t size)
{
	const struct actor *actor = map_get(&run->actors, tid);
	struct kith_look look;

	if (run->now.halted)
		snprintf(buf, size, "init is dead, and with it everything");
	else if (actor && actor->call)
		snprintf(buf, size, "%d is asleep in %s since line %u",
			 (int)tid, kith_call_name(actor->call->call->form->nr),
			 (unsigned)actor->call->number);
	else if (actor && actor->died)
		snprintf(buf, size, "%d is dead since line %u", (int)tid,
			 (unsigned)actor->died);
	else if (kith_look(run->machine, tid, &look))
		snprintf(buf, size, "there is no thread %d", (int)tid);
	else if (look.state == KITH_ZOMBIE)
		snprintf(buf, size, "%d is dead", (int)tid);
	else
		snprintf(buf, size, "%d is in user mode", (int)tid);
	return buf;
}

/* --- what the machine says -------------------------------------------------
 */

static struct entry *add_entry(struct run *run, enum line_kind kind, pid_t tid)
{
	struct actor *actor = actor_of(run, tid);
	struct entry *entry = pool_alloc(&run->pool, sizeof(*entry));

	entry->kind = kind;
	entry->tid = tid;
	entry->call = actor->call;
	if (run->now.last)
		set_link(run, &run->now.last->next, entry);
	else
		run->now.first = entry;
	run->now.last = entry;
	if (!run->now.unprinted)
		run->now.unprinted = entry;
	if (actor->unclaimed)
		set_link(run, &actor->unclaimed_last->next_unclaimed, entry);
	else
		actor->unclaimed = entry;
	actor->unclaimed_last = entry;
	return entry;
}

static bool is_own(const struct run *run, pid_t tid)
{
	return run->now.own.line && run->now.own.line->tid == tid &&
	       run->now.own.state == PENDING;
}

static int result_of(struct run *run, pid_t tid, struct kith_result *result)
{
	return run->pair ? pair_result(run->pair, tid, result)
			 : kith_result(run->machine, tid, result);
}

static void saw_return(struct run *run, const struct kith_event *e)
{
	struct actor *actor = actor_of(run, e->actor);
	struct kith_result result = { 0 };

	if (result_of(run, e->actor, &result)) {
		result.nr = (enum kith_call_nr)e->value;
		result.value = e->other;
	}
	if (is_own(run, e->actor)) {
		run->now.own.state = RETURNED;
		run->now.own.result = result;
	} else if (actor->call) {
		add_entry(run, LINE_RESUMED, e->actor)->result = result;
		actor->call = NULL;
	}
}

static void saw_park(struct run *run, const struct kith_event *e)
{
	if (!is_own(run, e->actor))
		return;
	run->now.own.state = BEGUN;
	actor_of(run, e->actor)->call = run->now.own.line;
}

/* The call of thread `by` goes on under another number. */
static void saw_supersede(struct run *run, const struct kith_event *e)
{
	pid_t by = e->subject;
	struct actor *taken, *taker = actor_of(run, by);
	const struct line *call = taker->call;

	if (is_own(run, by)) {
		run->now.own.state = BEGUN;
		call = run->now.own.line;
	}
	add_entry(run, LINE_SUPERSEDED, e->actor)->by = by;
	taker->call = NULL;
	taker->died = run->now.line;
	taken = actor_of(run, e->actor);
	taken->call = call;
	taken->died = 0;
}

static void saw_death(struct run *run, const struct kith_event *e)
{
	struct actor *actor = actor_of(run, e->actor);

	add_entry(run, LINE_ENDED, e->actor)->status = (int)e->value;
	actor->call = NULL;
	actor->died = run->now.line;
}

static void saw_birth(struct run *run, const struct kith_event *e)
{
	*actor_of(run, e->subject) = (struct actor){ 0 };
}

static void saw(struct kith_observer *self, const struct kith_event *e)
{
	struct run *run =
		(struct run *)((char *)self - offsetof(struct run, observer));

	switch (e->type) {
	case KITH_EV_RETURN:
		saw_return(run, e);
		break;
	case KITH_EV_PARK:
		saw_park(run, e);
		break;
	case KITH_EV_FORK:
		saw_birth(run, e);
		break;
	case KITH_EV_DELIVER:
		add_entry(run, LINE_SIGNAL, e->subject)->info = e->info;
		run->now.last->info.signo = (int32_t)e->value;
		break;
	case KITH_EV_DEAD:
		saw_death(run, e);
		break;
	case KITH_EV_SUPERSEDE:
		saw_supersede(run, e);
		break;
	case KITH_EV_HALT:
		run->now.halted = true;
		break;
	default:
		break;
	}
	if (run->event)
		run->event(run, e);
}

/* --- printing --------------------------------------------------------------
 */

static void emit(struct run *run, struct printed *p, struct out *o)
{
	p->text = out_line(o);
	p->len = o->len;
	if (run->printed)
		run->printed(run, p);
	out_free(o);
}

static void print_entry(struct run *run, const struct entry *e)
{
	struct printed p = { .line = e->line, .tid = e->tid, .call = -1 };
	struct out o = { 0 };

	switch (e->kind) {
	case LINE_RESUMED:
		p.what = "resumed";
		p.call = (int)e->result.nr;
		p.has_value = true;
		p.value = e->result.value;
		print_resumed(&o, e->tid, e->call->call, &e->result);
		break;
	case LINE_SIGNAL:
		p.what = "signal";
		print_signal_line(&o, e->tid, e->info.signo, &e->info);
		break;
	case LINE_ENDED:
		p.what = "ended";
		p.has_value = true;
		p.value = e->status;
		print_death_line(&o, e->tid, e->status);
		break;
	default:
		p.what = "superseded";
		print_superseded_line(&o, e->tid, e->by);
		break;
	}
	emit(run, &p, &o);
}

/* Print what happened, up to and with this entry; NULL: all of it. */
static void print_up_to(struct run *run, const struct entry *end)
{
	while (run->now.unprinted) {
		struct entry *e = run->now.unprinted;

		run->now.unprinted = e->next;
		print_entry(run, e);
		if (e == end)
			break;
	}
}

static bool is_printed(const struct run *run, const struct entry *entry)
{
	for (const struct entry *e = run->now.unprinted; e; e = e->next)
		if (e == entry)
			return false;
	return true;
}

static void print_as_written(struct run *run, const struct line *line,
			     const char *what)
{
	struct printed p = {
		.what = what, .line = line->number, .tid = line->tid, .call = -1
	};
	struct out o = { 0 };

	out_bytes(&o, line->text, line->len);
	emit(run, &p, &o);
}

/* --- comparing -------------------------------------------------------------
 */

/*
 * What was written of an output, and what came.  A result that is missing has
 * been complained about already.
 */
static void check_output(struct run *run, uint32_t line,
			 const struct call_text *call, int i,
			 const struct kith_result *result)
{
	const struct kind *kind = &kinds[call->form->args[i].kind];
	const struct value *want = &call->args[i];
	const void *data = (const char *)result + kind->offset;
	struct value got = { .num = KITH_HERE,
			     .data = data,
			     .checked = want->checked };
	struct out expected_ = { 0 }, came = { 0 };
	bool filled = result->filled & kind->filled;
	struct value part = *want;

	if (run->pair)
		part.checked &= ~kind->by_load;
	if (!part.checked || (filled && !kind->differs(&part, data)))
		return;
	if (kind->role == BOTH) {
		const struct clone_text *clone = want->data;

		kind->print_after(&expected_, &clone->parent_tid);
		if (filled)
			kind->print_after(&came, data);
	} else {
		kind->print(&expected_, kind, want);
		if (filled)
			kind->print(&came, kind, &got);
	}
	failed(run, line, want->column, "%s: expected%s%s, got%s%s",
	       kith_call_name(call->form->nr), kind->role == BOTH ? "" : " ",
	       out_line(&expected_), kind->role == BOTH && filled ? "" : " ",
	       filled ? out_line(&came) : "nothing there");
	out_free(&expected_);
	out_free(&came);
}

static void check_result(struct run *run, uint32_t line,
			 const struct call_text *call,
			 const struct kith_result *result)
{
	const struct outcome *want = &call->outcome;
	const char *name = kith_call_name(call->form->nr);
	struct out expected_ = { 0 }, came = { 0 };

	print_result(&came, call->form, result->value);
	if (want->what == A_VALUE && want->value != result->value &&
	    !(run->pair && result_kind(call->form->nr) == RESULT_TICKS)) {
		print_result(&expected_, call->form, want->value);
		failed(run, line, want->column,
		       "%s: expected %s, got %s; continuing with that", name,
		       out_line(&expected_), out_line(&came));
	} else if (want->what == NO_RETURN) {
		failed(run, line, want->column,
		       "%s: expected it not to return, got %s; continuing with "
		       "that",
		       name, out_line(&came));
	} else {
		for (int i = 0; call->form->args[i].kind != KIND_NONE; i++)
			check_output(run, line, call, i, result);
	}
	out_free(&expected_);
	out_free(&came);
}

static bool expects_result(const struct call_text *call)
{
	if (call->outcome.what == A_VALUE)
		return true;
	for (int i = 0; call->form->args[i].kind != KIND_NONE; i++)
		if (call->args[i].checked)
			return true;
	return false;
}

/* A call came to an end because its thread did. */
static void check_death_in_call(struct run *run, const struct entry *e)
{
	const struct line *line = e->call;
	struct out how = { 0 };

	if (!line || line->call->unfinished || !expects_result(line->call))
		return;
	if (e->kind == LINE_ENDED)
		print_death(&how, e->status);
	else
		out_text(&how, "superseded");
	failed(run, line->number, line->call->outcome.column,
	       "%s: expected it to return, but %d was %s in it",
	       kith_call_name(line->call->form->nr), (int)e->tid,
	       out_line(&how));
	out_free(&how);
}

/* Calls that were written on one line, and ended on a later one. */
static void check_entries(struct run *run)
{
	for (const struct entry *e = run->now.unprinted; e; e = e->next) {
		if (e->kind == LINE_RESUMED && !e->call->call->unfinished)
			check_result(run, e->call->number, e->call->call,
				     &e->result);
		else if (e->kind != LINE_RESUMED && e->kind != LINE_SIGNAL)
			check_death_in_call(run, e);
	}
}

/* --- calls -----------------------------------------------------------------
 */

static void not_made(struct run *run, const struct line *line, int err)
{
	char why[120];

	if (err == -EOPNOTSUPP)
		snprintf(why, sizeof(why), "the model does not have this yet");
	else if (err == -ESHUTDOWN)
		snprintf(why, sizeof(why), "init is dead");
	else
		situation(run, line->tid, why, sizeof(why));
	failed(run, line->number, 1, "%s is not made: %s",
	       kith_call_name(line->call->form->nr), why);
	print_as_written(run, line, "not made");
}

static void check_own(struct run *run, const struct line *line)
{
	const struct call_text *call = line->call;
	const char *name = kith_call_name(call->form->nr);
	struct out came = { 0 };

	if (run->now.own.state == RETURNED && call->unfinished) {
		print_result(&came, call->form, run->now.own.result.value);
		failed(run, line->number, 1,
		       "%s: expected it to sleep, got %s; continuing with that",
		       name, out_line(&came));
		out_free(&came);
	} else if (run->now.own.state == RETURNED) {
		check_result(run, line->number, call, &run->now.own.result);
	} else if (run->now.own.state == PENDING &&
		   (call->unfinished || expects_result(call))) {
		failed(run, line->number,
		       call->outcome.column ? call->outcome.column : 1,
		       "%s: expected it to %s, but it never returns", name,
		       call->unfinished ? "sleep" : "return");
	}
}

static void print_own(struct run *run, const struct line *line, struct out *o)
{
	struct printed p = { .what = "call",
			     .line = line->number,
			     .tid = line->tid,
			     .call = (int)line->call->form->nr };

	if (run->now.own.state == RETURNED) {
		p.has_value = true;
		p.value = run->now.own.result.value;
		print_call(o, line->tid, line->call, &run->now.own.result);
	} else if (run->now.own.state == BEGUN) {
		p.what = "unfinished";
		print_unfinished(o, line->tid, line->call);
	} else {
		print_call(o, line->tid, line->call, NULL);
	}
	p.text = out_line(o);
	p.len = o->len;
	if (run->printed)
		run->printed(run, &p);
}

static void stop(struct run *run)
{
	run->now.stopped = true;
	run->now.own.line = NULL;
	run->now.next = NULL;
}

static void lost(struct run *run, const struct line *line)
{
	fflush(stdout);
	fprintf(stderr, "%s:%u: %s\n", run->script->source.name,
		(unsigned)line->number, pair_why(run->pair));
	run->now.lost = true;
	stop(run);
}

/* 0, or what kith_call() says to it.  What came of it is shown later. */
static int call_on_both(struct run *run, const struct line *line,
			const struct kith_call *call)
{
	struct difference d = { 0 };
	int err = 0;

	switch (pair_call(run->pair, line->tid, call, &d)) {
	case PAIR_DIFFER:
		run->now.failures++;
		if (run->differs)
			run->differs(run, line, &d);
		if (run->until_differs)
			stop(run);
		break;
	case PAIR_REFUSED:
		err = kith_call(run->machine, line->tid, call);
		err = err ? err : -ESRCH;
		break;
	case PAIR_LOST:
		lost(run, line);
		break;
	default:
		break;
	}
	difference_free(&d);
	return err;
}

/* The thread enters its call; nothing has run yet. */
static void enter_call(struct run *run, const struct line *line)
{
	struct kith_call call = call_of(line->call);
	int err;

	run->now.line = line->number;
	run->now.own.line = line;
	run->now.own.state = PENDING;
	err = run->pair ? call_on_both(run, line, &call)
			: kith_call(run->machine, line->tid, &call);
	if (run->now.stopped)
		return;
	if (err) {
		run->now.own.line = NULL;
		not_made(run, line, err);
		if (run->stepped)
			run->stepped(run, line, "");
		return;
	}
	run->now.inside = true;
	run->entered = line;
	actor_of(run, line->tid)->unclaimed = NULL;
}

/* Nothing more can happen: what came of the call? */
static void settle(struct run *run)
{
	const struct line *line = run->now.own.line;
	struct out text = { 0 };

	print_own(run, line, &text);
	check_own(run, line);
	check_entries(run);
	run->now.own.line = NULL;
	run->now.inside = false;
	if (run->stepped)
		run->stepped(run, line, out_line(&text));
	out_free(&text);
}

/* --- lines that say what shall have happened -------------------------------
 */

static void compare_signal(struct run *run, const struct line *line,
			   const struct entry *e)
{
	const struct kind *kind = &kinds[KIND_OUT_SIGINFO];
	struct value got = { .num = KITH_HERE,
			     .data = &e->info,
			     .checked = line->info.checked };
	struct out want = { 0 }, came = { 0 };

	if (line->signo != e->info.signo) {
		print_signal(&want, line->signo);
		print_signal(&came, e->info.signo);
	} else if (line->info.checked && kind->differs(&line->info, &e->info)) {
		kind->print(&want, kind, &line->info);
		kind->print(&came, kind, &got);
	}
	if (want.len)
		failed(run, line->number,
		       line->info.column ? line->info.column : 1,
		       "expected %s, got %s", out_line(&want), out_line(&came));
	out_free(&want);
	out_free(&came);
}

static void compare_end(struct run *run, const struct line *line,
			const struct entry *e)
{
	struct out want = { 0 }, came = { 0 };

	if (e->kind == LINE_ENDED && line->status != e->status) {
		print_death(&want, line->status);
		print_death(&came, e->status);
	} else if (e->kind == LINE_SUPERSEDED && line->by != e->by) {
		out(&want, "superseded by %d", (int)line->by);
		out(&came, "by %d", (int)e->by);
	}
	if (want.len)
		failed(run, line->number, 1, "%d: expected %s, got %s",
		       (int)line->tid, out_line(&want), out_line(&came));
	out_free(&want);
	out_free(&came);
}

static void compare_resumed(struct run *run, const struct line *line,
			    const struct entry *e)
{
	if (line->call->form->nr != e->call->call->form->nr)
		failed(run, line->number, 1,
		       "expected %s to be resumed, got %s",
		       kith_call_name(line->call->form->nr),
		       kith_call_name(e->call->call->form->nr));
	else
		check_result(run, line->number, line->call, &e->result);
}

static const char *wanted(const struct line *line)
{
	switch (line->kind) {
	case LINE_RESUMED:
		return "to return from a call";
	case LINE_SIGNAL:
		return "to take a signal";
	case LINE_STOPPED:
		return "to stop";
	case LINE_SUPERSEDED:
		return "to be superseded";
	default:
		return "to have died";
	}
}

/* What happened to a thread is claimed in order; what is passed over is not. */
static struct entry *claim(struct run *run, const struct line *line)
{
	struct actor *actor = actor_of(run, line->tid);
	struct entry *e = actor->unclaimed;

	while (e && e->kind != line->kind)
		e = e->next_unclaimed;
	if (e)
		actor->unclaimed = e->next_unclaimed;
	return e;
}

static void expect(struct run *run, const struct line *line)
{
	struct entry *e = claim(run, line);
	char why[120];

	if (!e) {
		failed(run, line->number, 1, "expected %d %s, but %s",
		       (int)line->tid, wanted(line),
		       situation(run, line->tid, why, sizeof(why)));
		return;
	}
	undo_note(run->undo, e, sizeof(*e));
	e->line = line->number;
	if (!is_printed(run, e))
		print_up_to(run, e);
	if (e->kind == LINE_SIGNAL)
		compare_signal(run, line, e);
	else if (e->kind == LINE_RESUMED)
		compare_resumed(run, line, e);
	else
		compare_end(run, line, e);
}

/* --- lines about /proc -----------------------------------------------------
 */

/* The text of a file of /proc; NULL if the thread is gone. */
static int read_proc(struct run *run, pid_t tid, const char *file, char *buf,
		     size_t len)
{
	return run->pair ? pair_proc(run->pair, tid, file, buf, len)
			 : kith_proc(run->machine, tid, file, buf, len);
}

static char *proc_file(struct run *run, pid_t tid, const char *file)
{
	int len = read_proc(run, tid, file, NULL, 0);
	char *text;

	if (len < 0)
		return NULL;
	text = must_alloc((size_t)len + 1);
	read_proc(run, tid, file, text, (size_t)len + 1);
	return text;
}

/* Words, with one space between them. */
static void tidy(char *text)
{
	char *to = text;

	for (char *p = text; *p; p++) {
		if (!strchr(" \t\n", *p))
			*to++ = *p;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

/* The value behind "Name:" in a text of lines; it is cut out of the text. */
static char *status_value(char *text, const char *name)
{
	size_t len = strlen(name);

	while (text) {
		char *nl = strchr(text, '\n');

		if (!strncmp(text, name, len) && text[len] == ':') {
			if (nl)
				*nl = '\0';
			return text + len + 1;
		}
		text = nl ? nl + 1 : NULL;
	}
	return NULL;
}

/* The nth word of stat; the name, which is the second, may have spaces. */
static char *stat_value(char *text, int n)
{
	char *close = strrchr(text, ')'), *open = strchr(text, '('), *word;

	if (!close || !open)
		return NULL;
	if (n == 0) {
		*open = '\0';
		return text;
	}
	if (n == 1) {
		close[1] = '\0';
		return open;
	}
	word = strtok(close + 1, " \n");
	while (word && n-- > 2)
		word = strtok(NULL, " \n");
	return word;
}

static const char *file_of(const char *field)
{
	if (!strcmp(field, "children") || !strcmp(field, "comm"))
		return field;
	return strncmp(field, "stat.", 5) ? "status" : "stat";
}

static char *field_value(const char *field, char *text)
{
	const char *file = file_of(field);

	if (!strcmp(file, "stat"))
		return stat_value(text, stat_field(field, strlen(field)));
	return strcmp(file, "status") ? text : status_value(text, field);
}

static void print_field(struct run *run, const struct line *line,
			const char *value)
{
	struct printed p = { .what = "proc",
			     .line = line->number,
			     .tid = line->tid,
			     .call = -1 };
	struct out o = { 0 };

	out(&o, "@ %d %s:%s%s", (int)line->tid, line->field->name,
	    *value ? " " : "", value);
	emit(run, &p, &o);
}

static void check_field(struct run *run, const struct line *line)
{
	const struct field_text *field = line->field;
	char *text = proc_file(run, line->tid, file_of(field->name));
	char *value = text ? field_value(field->name, text) : NULL;
	char *want = must_alloc(strlen(field->value) + 1);

	strcpy(want, field->value);
	tidy(want);
	if (value)
		tidy(value);
	if (!text) {
		failed(run, line->number, 1, "expected %s, but %d is gone",
		       field->name, (int)line->tid);
		print_as_written(run, line, "proc");
	} else if (!value) {
		failed(run, line->number, 1, "there is no %s in /proc/%d/%s",
		       field->name, (int)line->tid, file_of(field->name));
		print_as_written(run, line, "proc");
	} else {
		print_field(run, line, value);
		if (!field->open && strcmp(value, want))
			failed(run, line->number, 1,
			       "%s of %d: expected '%s', got '%s'", field->name,
			       (int)line->tid, want, value);
	}
	free(want);
	free(text);
}

static void check_gone(struct run *run, const struct line *line)
{
	char *text = proc_file(run, line->tid, "status");

	print_as_written(run, line, "proc");
	if (text)
		failed(run, line->number, 1,
		       "expected %d to be gone, but it is there",
		       (int)line->tid);
	free(text);
}

/* --- the whole -------------------------------------------------------------
 */

static bool is_expectation(const struct line *line)
{
	return line && line->kind >= LINE_RESUMED &&
	       line->kind <= LINE_SUPERSEDED;
}

/* Does it belong to what stands before it?  Comments go with what follows. */
static bool goes_with_last(const struct line *line)
{
	return is_expectation(line) ||
	       (line->kind == LINE_TEXT && is_expectation(line->next));
}

static void run_line(struct run *run, const struct line *line)
{
	switch (line->kind) {
	case LINE_TEXT:
		print_as_written(run, line, "text");
		break;
	case LINE_ORDER: /* Linux has one of its own */
		if (!run->pair)
			print_as_written(run, line, "text");
		break;
	case LINE_CALL:
		enter_call(run, line);
		break;
	case LINE_FIELD:
		check_field(run, line);
		break;
	case LINE_GONE:
		check_gone(run, line);
		break;
	default:
		expect(run, line);
		break;
	}
	run->now.done = line->number;
	run->now.next = line->next;
}

static void check_open(struct run *run)
{
	char why[120];

	for (const struct line *line = run->script->first; line;
	     line = line->next) {
		const struct actor *actor;

		if (line->kind != LINE_CALL || line->call->unfinished ||
		    (!expects_result(line->call) &&
		     line->call->outcome.what != NO_RETURN))
			continue;
		actor = map_get(&run->actors, line->tid);
		if (actor && actor->call == line)
			failed(run, line->number, line->call->outcome.column,
			       "%s: expected it to end, but %s",
			       kith_call_name(line->call->form->nr),
			       situation(run, line->tid, why, sizeof(why)));
	}
}

const struct line *run_acts(const struct line *line)
{
	while (line && (line->kind <= LINE_ORDER || is_expectation(line)) &&
	       line->next)
		line = line->next;
	return line;
}

/* Up to the next line that does something; if that is a call, it is entered. */
static void begin(struct run *run)
{
	const struct line *last = run_acts(run->now.next);

	undo_note(run->undo, &run->now, sizeof(run->now));
	run->entered = NULL;
	while (!run->now.stopped && run->now.done < last->number)
		run_line(run, run->now.next);
}

/* What is said of it behind it. */
static void finish(struct run *run)
{
	while (run->now.next && goes_with_last(run->now.next))
		run_line(run, run->now.next);
	print_up_to(run, NULL);
	if (!run->now.next)
		check_open(run);
}

/* So many steps of one thread, or 0: as many as it can take. */
static void take_turn(struct kith_machine *m, pid_t who, unsigned steps)
{
	do {
		if (kith_step_thread(m, who) <= 0)
			return;
	} while (!steps || --steps);
}

/*
 * Until nobody can run any more.  A machine that takes small steps only because
 * the script has orders takes as many of them at once as another would.
 */
static void go(struct run *run, const struct line *line)
{
	const struct order *order = line ? line->order : NULL;
	struct kith_machine *m = run->machine;
	pid_t who;

	if (!run->small_steps) {
		kith_run(m);
		return;
	}
	for (unsigned i = 0; order && i < order->count; i++)
		take_turn(m, order->turn[i].who, order->turn[i].steps);
	while ((who = kith_step_thread(m, 0)) > 0)
		take_turn(m, who, 0);
}

/* What both have done already; and in which order, if Linux chose another. */
static void show_both(struct run *run)
{
	struct printed p = { .what = "text", .call = -1 };
	struct out order = { 0 }, o = { 0 };

	pair_order(run->pair, &order);
	if (order.len) {
		out(&o, "# order: %s", out_line(&order));
		emit(run, &p, &o);
	}
	out_free(&order);
	pair_show(run->pair, &run->observer);
}

bool run_next(struct run *run)
{
	if (!run->now.next)
		return false;
	begin(run);
	if (run->now.stopped)
		return false;
	if (run->now.inside) {
		if (run->pair)
			show_both(run);
		else
			go(run, run->now.own.line);
		settle(run);
	}
	finish(run);
	return true;
}

pid_t run_step(struct run *run, pid_t tid)
{
	pid_t who;

	if (run->now.inside) {
		undo_note(run->undo, &run->now, sizeof(run->now));
		run->entered = NULL;
	} else if (run->now.next) {
		begin(run);
	} else {
		return 0;
	}
	if (!run->now.inside) {
		finish(run);
		return 0;
	}
	who = kith_step_thread(run->machine, tid);
	if (who > 0 && run->moved)
		run->moved(run, who);
	if (who >= 0 && !kith_runnable(run->machine, NULL, 0)) {
		settle(run);
		finish(run);
	}
	return who;
}

void run_again(struct run *run, const struct line *entered, bool steps,
	       pid_t tid)
{
	if (entered) {
		struct kith_call call = call_of(entered->call);

		kith_call(run->machine, entered->tid, &call);
	}
	if (steps)
		kith_step_thread(run->machine, tid);
	else
		go(run, entered);
}

/* Whatever execve is told to run shall be there. */
static const char **programs_of(const struct script *script)
{
	const char **list = must_alloc(sizeof(*list));
	size_t n = 0;

	for (const struct line *l = script->first; l; l = l->next) {
		struct kith_call call;

		if (l->kind != LINE_CALL)
			continue;
		call = call_of(l->call);
		if (call.nr != KITH_EXECVE || !call.in.text)
			continue;
		list = must_grow(list, (n + 2) * sizeof(*list));
		list[n++] = call.in.text;
		list[n] = NULL;
	}
	return list;
}

static bool begin_both(struct run *run, const struct kith_config *config)
{
	const char **programs = programs_of(run->script);
	char why[256];

	run->pair = pair_new(config, programs, -1, why, sizeof(why));
	free(programs);
	if (!run->pair) {
		fflush(stdout);
		fprintf(stderr, "%s: cannot be run on linux here: %s\n",
			run->script->source.name, why);
		return false;
	}
	run->machine = pair_model(run->pair);
	return true;
}

int run_begin(struct run *run, const struct script *script,
	      const uint64_t *seed)
{
	struct kith_config config = script->machine;

	run->script = script;
	run->now.next = script->first;
	if (!needs_are_met(script, run->on_linux))
		return 3;
	if (seed)
		config.seed = *seed;
	run->small_steps = script->has_orders && !run->micro && !config.micro;
	config.micro = config.micro || run->micro || run->small_steps;
	run->observer.event = saw;
	if (run->on_linux) {
		if (!begin_both(run, &config))
			return 3;
	} else {
		run->machine = kith_new(&config);
		if (!run->machine) {
			fprintf(stderr, "kith: no memory for a machine: %s\n",
				strerror(errno));
			return 3;
		}
		kith_watch(run->machine, &run->observer);
	}
	if (run->stepped)
		run->stepped(run, NULL, "");
	return 0;
}

int run_end(struct run *run)
{
	if (run->pair) {
		pair_free(run->pair);
	} else {
		kith_unwatch(run->machine, &run->observer);
		kith_free(run->machine);
	}
	map_free(&run->actors);
	pool_free(&run->actor_pool);
	pool_free(&run->pool);
	return run->now.failures ? 1 : run->now.lost ? 3 : 0;
}

int run_script(struct run *run, const struct script *script,
	       const uint64_t *seed)
{
	int err = run_begin(run, script, seed);

	if (err)
		return err;
	while (run_next(run))
		;
	return run_end(run);
}

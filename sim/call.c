#include <string.h>

#include "sim/call.h"

int args_at_entry(const struct form *form)
{
	int i = 0;

	while (form->args[i].kind != KIND_NONE) {
		enum role role = kinds[form->args[i].kind].role;

		if (role == OUT)
			break;
		i++;
		if (role == BOTH)
			break;
	}
	return i;
}

struct kith_call call_of(const struct call_text *text)
{
	struct kith_call call = { .nr = text->form->nr };

	for (int i = 0; text->form->args[i].kind != KIND_NONE; i++) {
		const struct arg *arg = &text->form->args[i];
		const struct value *v = &text->args[i];

		call.arg[arg->slot] = v->num;
		if (!v->data)
			continue;
		if (arg->kind == KIND_STRING)
			call.in.text = ((const struct string *)v->data)->text;
		else if (arg->kind == KIND_CLONEARGS)
			call.in.clone =
				((const struct clone_text *)v->data)->args;
		else if (arg->kind == KIND_SIGACTION)
			call.in.action =
				*(const struct kith_sigaction *)v->data;
		else if (arg->kind == KIND_SPEND)
			call.in.spend = *(const struct kith_spend *)v->data;
	}
	return call;
}

/* --- arguments -------------------------------------------------------------
 */

struct reading {
	const struct form *form;
	int next; /* argument */
	struct value args[MAX_ARGS];
};

static bool required(const struct arg *arg)
{
	return arg->otherwise == REQ;
}

static bool too_many(struct scan *s, const struct reading *r)
{
	int n = form_args(r->form);

	if (!n)
		return expected(s, "')', as there are no arguments");
	return fail(s, "expected ')' after %d argument%s", n, n > 1 ? "s" : "");
}

/*
 * Arguments with labels may be left out between others.  On success r->next is
 * the argument whose value comes now.
 */
static bool take_label(struct scan *s, struct reading *r)
{
	const struct arg *args = r->form->args;
	struct out want = { 0 };
	bool found = false;

	for (int i = r->next; args[i].kind != KIND_NONE && *args[i].label;
	     i++) {
		found = take_name(s, args[i].label);
		if (found)
			r->next = i;
		out(&want, "%s%s=", want.len ? " or " : "", args[i].label);
		if (found || required(&args[i]))
			break;
	}
	if (!found)
		expected(s, out_line(&want));
	out_free(&want);
	return found && must_take(s, "=");
}

/* Once the argument is known that decides which form this is, it is. */
static void choose_form(struct reading *r, int slot)
{
	if (r->form->slot == slot)
		r->form = form_for(r->form->nr, r->args[r->next].num);
}

static bool read_arg(struct scan *s, struct reading *r)
{
	const struct arg *arg = &r->form->args[r->next];
	const struct kind *kind;
	struct value *v;

	if (arg->kind == KIND_NONE)
		return too_many(s, r);
	if (*arg->label) {
		if (!take_label(s, r))
			return false;
		arg = &r->form->args[r->next];
	}
	kind = &kinds[arg->kind];
	v = &r->args[r->next];
	skip_space(s);
	v->column = column_of(s, s->p);
	if (kind->role == IN && looking_at(s, "..."))
		return expected(s, kind->what);
	if (!kind->parse(s, kind, v))
		return false;
	choose_form(r, arg->slot);
	r->next++;
	return true;
}

static const char unfinished[] = "<unfinished ...>";

/* Up to and with ")", or up to "<unfinished". */
static bool read_args(struct scan *s, struct reading *r)
{
	if (looking_at(s, unfinished) || take(s, ")"))
		return true;
	for (;;) {
		if (!read_arg(s, r))
			return false;
		if (take(s, ")"))
			return true;
		if (take(s, ",")) {
			if (looking_at(s, unfinished))
				return true;
		} else if (looking_at(s, unfinished)) {
			return true;
		} else {
			return expected(s, "',' or ')'");
		}
	}
}

const struct kind *first_gap(const struct call_text *text)
{
	const struct arg *arg = text->form->args;

	for (int i = 0; arg[i].kind != KIND_NONE; i++)
		if (required(&arg[i]) && !text->args[i].column)
			return &kinds[arg[i].kind];
	return NULL;
}

/* Keep what was read, with defaults for what was not. */
static struct call_text *keep(struct scan *s, const struct reading *r)
{
	int n = form_args(r->form);
	struct call_text *text = pool_alloc(
		s->pool, sizeof(*text) + (size_t)n * sizeof(r->args[0]));

	text->form = r->form;
	for (int i = 0; i < n; i++) {
		text->args[i] = r->args[i];
		if (!r->args[i].column && !required(&r->form->args[i]))
			text->args[i].num = r->form->args[i].otherwise;
	}
	return text;
}

void join_calls(struct call_text *begun, const struct call_text *resumed)
{
	if (begun->form != resumed->form)
		return;
	for (int i = 0; begun->form->args[i].kind != KIND_NONE; i++) {
		enum role role = kinds[begun->form->args[i].kind].role;

		if (begun->args[i].column || !resumed->args[i].column)
			continue;
		begun->args[i] = resumed->args[i];
		/* What comes is compared where it is written. */
		if (role == OUT) {
			begun->args[i].checked = 0;
			begun->args[i].column = 0;
		}
	}
}

/* --- results ---------------------------------------------------------------
 */

/* The words in parentheses after a result only say it again. */
static bool skip_words(struct scan *s)
{
	const char *close;

	if (!take(s, "("))
		return true;
	close = memchr(s->p, ')', (size_t)(s->end - s->p));
	if (!close)
		return expected(s, "')'");
	s->p = close + 1;
	return true;
}

static bool read_error(struct scan *s, int64_t *value)
{
	size_t len = name_here(s);
	const struct named *error = named("error", s->p, len);

	if (!error)
		return expected(s, "an error, like ECHILD");
	s->p += len;
	*value = -(int64_t)error->number;
	return skip_words(s);
}

static bool read_value(struct scan *s, int64_t *value)
{
	const char *start;
	uint64_t n;

	skip_space(s);
	start = s->p;
	if (looking_at(s, "0x")) {
		if (!read_hex(s, "a result", &n))
			return false;
		*value = (int64_t)n;
		return skip_words(s);
	}
	if (!read_decimal(s, "a result", INT64_MIN, INT64_MAX, value))
		return false;
	if (*value == -1)
		return read_error(s, value);
	if (*value < 0)
		return fail_at(s, start,
			       "expected -1 and an error, or a number");
	return skip_words(s);
}

/* What follows "= ?" in strace's logs when a signal came in between. */
static bool no_restarts(struct scan *s)
{
	size_t len = name_here(s);

	if (!len)
		return true;
	if (len > 8 && !memcmp(s->p, "ERESTART", 8))
		return fail(s, "%.*s: restarted calls are not modelled yet",
			    (int)len, s->p);
	return expected(s, "the end of the line");
}

/* "= 3", "= -1 ECHILD", "= ?", or nothing. */
static bool read_outcome(struct scan *s, enum kith_call_nr nr,
			 struct outcome *outcome)
{
	if (at_end(s))
		return true;
	if (!must_take(s, "="))
		return false;
	skip_space(s);
	outcome->column = column_of(s, s->p);
	if (take(s, "?")) {
		outcome->what = NO_RETURN;
		return no_restarts(s);
	}
	if (result_kind(nr) == RESULT_NEVER)
		return expected(s, "'?', as the call never returns");
	outcome->what = A_VALUE;
	return read_value(s, &outcome->value);
}

/* --- calls -----------------------------------------------------------------
 */

/* The end of a call's line: how it ends, if it does. */
static struct call_text *finish(struct scan *s, const struct reading *r)
{
	struct call_text *text = keep(s, r);

	if (take(s, unfinished)) {
		text->unfinished = true;
		return text;
	}
	return read_outcome(s, text->form->nr, &text->outcome) ? text : NULL;
}

static bool read_name(struct scan *s, const char *what, struct reading *r)
{
	size_t len = name_here(s);
	int nr = len ? call_named(s->p, len) : -1;

	if (!len)
		return expected(s, what);
	if (nr < 0)
		return fail(s, "the model has no call '%.*s'",
			    (int)(len > 40 ? 40 : len), s->p);
	s->p += len;
	r->form = first_form((enum kith_call_nr)nr);
	return true;
}

struct call_text *read_call(struct scan *s)
{
	struct reading r = { .next = 0 };
	struct call_text *text;
	const struct kind *gap;
	const char *close, *name, *why;
	struct kith_call call;

	skip_space(s);
	name = s->p;
	if (!read_name(s, "a call, <..., --- or +++", &r) ||
	    !must_take(s, "(") || !read_args(s, &r))
		return NULL;
	close = s->p - 1;
	text = finish(s, &r);
	if (!text)
		return NULL;
	gap = first_gap(text);
	if (gap && !text->unfinished) {
		fail_at(s, close, "expected %s, got ')'", gap->what);
		return NULL;
	}
	text->has_gaps = gap;
	call = call_of(text);
	why = gap ? NULL : kith_unmodelled(&call);
	if (why) {
		fail_at(s, name, "%s: %s", kith_call_name(call.nr), why);
		return NULL;
	}
	return text;
}

/* What the last argument that was read at the start has been filled with. */
static bool read_after(struct scan *s, struct reading *r)
{
	const struct kind *kind;
	struct value *v;

	if (!r->next || !looking_at(s, "=>"))
		return true;
	kind = &kinds[r->form->args[r->next - 1].kind];
	v = &r->args[r->next - 1];
	v->column = column_of(s, s->p);
	return kind->parse_after ? kind->parse_after(s, v) : true;
}

struct call_text *read_resumed(struct scan *s)
{
	struct reading r = { .next = 0 };
	struct call_text *text;

	if (!read_name(s, "a call", &r) || !must_take(s, "resumed") ||
	    !must_take(s, ">"))
		return NULL;
	r.next = args_at_entry(r.form);
	if (!read_after(s, &r))
		return NULL;
	take(s, ",");
	if (!read_args(s, &r))
		return NULL;
	text = finish(s, &r);
	if (text && text->unfinished) {
		fail(s, "expected a result");
		return NULL;
	}
	return text;
}

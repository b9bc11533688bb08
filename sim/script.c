#include <stdio.h>
#include <string.h>

#include "sim/call.h"
#include "sim/map.h"
#include "sim/script.h"

#define MOST_COMPLAINTS 10

struct reader {
	struct script *script;
	struct scan scan;
	uint32_t number;       /* of this line */
	struct line *last;     /* the one before */
	struct map unfinished; /* a thread's call that has not ended */
	bool begun;            /* there has been a call */
	struct order *order;   /* for the call that comes next */
};

static void complain(struct reader *r)
{
	struct script *script = r->script;

	if (script->complaints++ < MOST_COMPLAINTS)
		fprintf(stderr, "%s:%u:%u: %s\n", script->source.name,
			(unsigned)r->number, (unsigned)r->scan.column,
			r->scan.complaint);
}

static struct line *add_line(struct reader *r, enum line_kind kind)
{
	struct line *line = pool_alloc(&r->script->pool, sizeof(*line));

	line->kind = kind;
	line->number = r->number;
	line->text = r->scan.line;
	line->len = (size_t)(r->scan.end - r->scan.line);
	while (line->len && line->text[line->len - 1] == '\r')
		line->len--;
	if (r->last)
		r->last->next = line;
	else
		r->script->first = line;
	r->last = line;
	return line;
}

/* --- comments --------------------------------------------------------------
 */

/* linux=6.1 */
static bool read_linux(struct scan *s, int *version)
{
	int64_t level;

	if (!must_take(s, "=") || !must_take(s, "6") || !must_take(s, ".") ||
	    !read_decimal(s, "a version, 6.1 to 6.18", 1, 18, &level))
		return false;
	*version = KITH_LINUX(6, (int)level);
	return true;
}

static bool read_config(struct scan *s, struct kith_config *config)
{
	uint64_t n;

	if (take_name(s, "micro")) {
		config->micro = true;
		return true;
	}
	if (take_name(s, "dump_core")) {
		config->dump_core = true;
		return true;
	}
	if (take_name(s, "pid_max")) {
		int64_t max;

		if (!must_take(s, "=") ||
		    !read_decimal(s, "a number, 301 to 4194304", 301, 4194304,
				  &max))
			return false;
		config->pid_max = (pid_t)max;
		return true;
	}
	if (take_name(s, "linux"))
		return read_linux(s, &config->linux_version);
	if (take_name(s, "seed"))
		return must_take(s, "=") &&
		       read_unsigned(s, "a number", &config->seed);
	if (take_name(s, "lacks_caps"))
		return must_take(s, "=") &&
		       read_unsigned(s, "a number", &config->lacks_caps);
	if (take_name(s, "memory")) {
		if (!must_take(s, "=") || !read_unsigned(s, "bytes", &n))
			return false;
		config->memory = (size_t)n;
		return true;
	}
	return expected(
		s, "linux=, pid_max=, seed=, memory=, lacks_caps=, micro or "
		   "dump_core");
}

/* # machine: pid_max=310 micro */
static bool read_machine(struct reader *r)
{
	struct scan *s = &r->scan;

	if (r->begun)
		return fail(s, "the machine has begun to run by now");
	while (!at_end(s)) {
		if (!read_config(s, &r->script->machine))
			return false;
		take(s, ",");
	}
	return true;
}

/* 3, or 3:2 */
static bool read_turn(struct scan *s, struct turn_text *turn)
{
	int64_t who, steps = 0;

	if (!read_decimal(s, "a thread's number", 1, INT32_MAX, &who) ||
	    (take(s, ":") &&
	     !read_decimal(s, "a number of steps, 1 to 9999", 1, 9999, &steps)))
		return false;
	turn->who = (pid_t)who;
	turn->steps = (unsigned)steps;
	return true;
}

/* # order: 3 2:1 4 2 */
static bool read_order(struct reader *r)
{
	struct scan *s = &r->scan;
	struct order *order = pool_alloc(s->pool, sizeof(*order));
	struct turn_text *old;

	while (!at_end(s)) {
		if (order->count == order->room) {
			old = order->turn;
			order->room = order->room ? 2 * order->room : 8;
			order->turn = pool_alloc(
				s->pool, order->room * sizeof(*order->turn));
			if (old)
				memcpy(order->turn, old,
				       order->count * sizeof(*old));
		}
		if (!read_turn(s, &order->turn[order->count++]))
			return false;
	}
	r->order = order;
	r->script->has_orders = true;
	add_line(r, LINE_ORDER);
	return true;
}

static bool read_comment(struct reader *r)
{
	struct scan *s = &r->scan;

	if (take(s, "machine:"))
		return read_machine(r);
	if (take(s, "needs:"))
		return read_needs(s, &r->script->needs, r->number);
	return true;
}

/* Comments and blank lines that follow each other are kept as one. */
static void keep_text(struct reader *r)
{
	if (r->last && r->last->kind == LINE_TEXT)
		r->last->len = (size_t)(r->scan.end - r->last->text);
	else
		add_line(r, LINE_TEXT);
}

/* --- what happens to a thread ----------------------------------------------
 */

static bool read_signal_line(struct reader *r, pid_t tid)
{
	const struct kind *info = &kinds[KIND_OUT_SIGINFO];
	struct scan *s = &r->scan;
	struct value v = { 0 };
	struct line *line;
	int64_t signo;
	bool stopped = take(s, "stopped by");

	if (!name_here(s) || !read_signal(s, &signo))
		return expected(s, "a signal, or 'stopped by'");
	if (!stopped && looking_at(s, "{")) {
		skip_space(s);
		v.column = column_of(s, s->p);
		if (!info->parse(s, info, &v))
			return false;
	}
	if (!must_take(s, "---"))
		return false;
	line = add_line(r, stopped ? LINE_STOPPED : LINE_SIGNAL);
	line->tid = tid;
	line->signo = (int)signo;
	line->info = v;
	return true;
}

static bool read_exited(struct scan *s, int *status)
{
	int64_t n;

	if (!must_take(s, "with") ||
	    !read_decimal(s, "an exit status, 0 to 255", 0, 255, &n))
		return false;
	*status = (int)n << 8;
	return true;
}

static bool read_killed(struct scan *s, int *status)
{
	int64_t n;

	if (!must_take(s, "by") || !name_here(s) || !read_signal(s, &n))
		return expected(s, "a signal, like SIGKILL");
	*status = (int)n;
	if (take(s, "(")) {
		if (!must_take(s, "core") || !must_take(s, "dumped") ||
		    !must_take(s, ")"))
			return false;
		*status |= 0x80;
	}
	return true;
}

static bool read_superseded(struct scan *s, pid_t *by)
{
	int64_t n;

	if (!must_take(s, "by") || !must_take(s, "execve") ||
	    !must_take(s, "in") || !must_take(s, "pid") ||
	    !read_decimal(s, "a thread's number", 1, INT32_MAX, &n))
		return false;
	*by = (pid_t)n;
	return true;
}

static bool read_end_line(struct reader *r, pid_t tid)
{
	struct scan *s = &r->scan;
	struct line *line;
	pid_t by = 0;
	int status = 0;

	if (take_name(s, "exited")   ? !read_exited(s, &status)
	    : take_name(s, "killed") ? !read_killed(s, &status)
	    : take_name(s, "superseded")
		    ? !read_superseded(s, &by)
		    : !expected(
			      s,
			      "'exited with', 'killed by' or 'superseded by'"))
		return false;
	if (!must_take(s, "+++"))
		return false;
	line = add_line(r, by ? LINE_SUPERSEDED : LINE_ENDED);
	line->tid = tid;
	if (by)
		line->by = by;
	else
		line->status = status;
	return true;
}

/* --- calls -----------------------------------------------------------------
 */

static bool read_call_line(struct reader *r, pid_t tid)
{
	struct call_text *call = read_call(&r->scan);
	struct line *line;

	if (!call)
		return false;
	line = add_line(r, LINE_CALL);
	line->tid = tid;
	line->call = call;
	line->order = r->order;
	r->order = NULL;
	r->begun = true;
	if (call->unfinished)
		map_set(&r->unfinished, tid, line);
	return true;
}

static bool read_resumed_line(struct reader *r, pid_t tid)
{
	struct call_text *call = read_resumed(&r->scan);
	struct line *line, *begun = map_get(&r->unfinished, tid);

	if (!call)
		return false;
	line = add_line(r, LINE_RESUMED);
	line->tid = tid;
	line->call = call;
	if (begun) {
		join_calls(begun->call, call);
		map_set(&r->unfinished, tid, NULL);
	}
	return true;
}

/*
 * Calls whose arguments were to stand on the line on which they end have
 * either found them by now or never will.
 */
static void check_gaps(struct reader *r)
{
	for (struct line *line = r->script->first; line; line = line->next) {
		const struct kind *gap;

		if (line->kind != LINE_CALL || !line->call->has_gaps)
			continue;
		gap = first_gap(line->call);
		if (!gap)
			continue;
		r->number = line->number;
		r->scan.failed = false;
		r->scan.line = line->text;
		fail_at(&r->scan, memmem(line->text, line->len, "<unf", 4),
			"expected %s, here or where the call is resumed",
			gap->what);
		complain(r);
	}
}

/* --- expectations of /proc -------------------------------------------------
 */

static const char *const status_names[] = {
	"Name",    "Umask",     "State",    "Tgid",   "Ngid",    "Pid",
	"PPid",    "TracerPid", "Uid",      "Gid",    "FDSize",  "Groups",
	"NStgid",  "NSpid",     "NSpgid",   "NSsid",  "Kthread", "Threads",
	"SigQ",    "SigPnd",    "ShdPnd",   "SigBlk", "SigIgn",  "SigCgt",
	"CapInh",  "CapPrm",    "CapEff",   "CapBnd", "CapAmb",  "NoNewPrivs",
	"Seccomp", "comm",      "children", NULL
};

static bool known_field(const char *name, size_t len)
{
	for (const char *const *n = status_names; *n; n++)
		if (is_name(name, len, *n))
			return true;
	return stat_field(name, len) >= 0;
}

/* "State: Z (zombie)", "children: 4 5", "stat.ppid: 1" */
static bool read_field(struct reader *r, pid_t tid)
{
	struct scan *s = &r->scan;
	size_t len = name_here(s);
	struct field_text *field;
	const char *end;
	struct line *line;

	if (looking_at(s, "stat.")) {
		s->p += 5;
		len = 5 + name_here(s);
		s->p -= 5;
	}
	if (!known_field(s->p, len))
		return expected(s, "a field of /proc (State, PPid, Threads, "
				   "children, stat.NAME ...) or 'gone'");
	field = pool_alloc(s->pool, sizeof(*field));
	field->name = pool_text(s->pool, s->p, len);
	s->p += len;
	if (!must_take(s, ":"))
		return false;
	field->open = take(s, "...");
	skip_space(s);
	for (end = s->end; end > s->p && strchr(" \t\r", end[-1]); end--)
		;
	if (field->open && end > s->p)
		return expected(s, "the end of the line");
	field->value = pool_text(s->pool, s->p, (size_t)(end - s->p));
	s->p = s->end;
	line = add_line(r, LINE_FIELD);
	line->tid = tid;
	line->field = field;
	return true;
}

static bool read_proc_line(struct reader *r)
{
	struct scan *s = &r->scan;
	int64_t tid;

	if (!read_decimal(s, "a thread's number", 1, INT32_MAX, &tid))
		return false;
	if (!take_name(s, "gone"))
		return read_field(r, (pid_t)tid);
	add_line(r, LINE_GONE)->tid = (pid_t)tid;
	return true;
}

/* --- lines -----------------------------------------------------------------
 */

static bool read_thread_line(struct reader *r)
{
	struct scan *s = &r->scan;
	int64_t tid;

	if (!read_decimal(s, "a thread's number, '#' or '@'", 1, INT32_MAX,
			  &tid))
		return false;
	if (take(s, "<..."))
		return read_resumed_line(r, (pid_t)tid);
	if (take(s, "---"))
		return read_signal_line(r, (pid_t)tid);
	if (take(s, "+++"))
		return read_end_line(r, (pid_t)tid);
	return read_call_line(r, (pid_t)tid);
}

static bool read_line(struct reader *r)
{
	struct scan *s = &r->scan;
	const char *nul = memchr(s->line, '\0', (size_t)(s->end - s->line));

	if (nul)
		return fail_at(s, nul, "a NUL byte: this is no text");
	if (at_end(s)) {
		keep_text(r);
		return true;
	}
	if (take(s, "#")) {
		if (take(s, "order:"))
			return read_order(r);
		keep_text(r);
		return read_comment(r);
	}
	if (!(take(s, "@") ? read_proc_line(r) : read_thread_line(r)))
		return false;
	return at_end(s) ? true : expected(s, "the end of the line");
}

static void read_lines(struct reader *r)
{
	const struct source *src = &r->script->source;
	const char *p = src->bytes, *end = src->bytes + src->len;

	if (src->len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		r->number++;
		r->scan = (struct scan){ .line = p,
					 .p = p,
					 .end = nl ? nl : end,
					 .pool = &r->script->pool };
		if (!read_line(r))
			complain(r);
		p = r->scan.end + 1;
	}
}

int script_read(struct script *script, const char *path)
{
	struct reader r = { .script = script };

	*script = (struct script){ 0 };
	if (source_read(&script->source, path))
		return -1;
	read_lines(&r);
	if (!script->complaints)
		check_gaps(&r);
	map_free(&r.unfinished);
	if (script->complaints > MOST_COMPLAINTS)
		fprintf(stderr, "%s: and %u more errors\n", script->source.name,
			script->complaints - MOST_COMPLAINTS);
	return script->complaints ? -1 : 0;
}

void script_free(struct script *script)
{
	pool_free(&script->pool);
	source_free(&script->source);
}

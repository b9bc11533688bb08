/*
 * How kith-init itself is spoken to, and how it answers.
 */
#include <signal.h>
#include <string.h>

#include "pid1/names.h"
#include "pid1/options.h"
#include "pid1/parts.h"
#include "pid1/readers.h"
#include "pid1/say.h"

#ifndef KITH_VERSION
#define KITH_VERSION "0.1.0"
#endif

static const struct option_row own_rows[] = {
	{ 'g', NULL, NULL, read_scope_is, SCOPE_GROUP, "as --scope group" },
	{ 0, "scope", "WHOM", read_scope, AT(scope),
	  "signals go to: child, group, session, cgroup, tree, all" },
	{ 0, "rewrite", "SIG=SIG", read_rewrite, 0,
	  "send another signal than the one that came" },
	{ 0, "drop", "SIG,...", read_drop, 0, "do not pass these on" },
	{ 0, "delay", "SIG=TIME", read_delay, 0, "pass it on so much later" },
	{ 0, "stop-on", "SIG,...", read_signals, AT(stops),
	  "what asks it to end (TERM,INT)" },
	{ 0, "rest", "WHOM", read_rest, AT(rest),
	  "who else has to leave in the end (all)" },
	{ 0, "grace", "TIME", read_span, AT(grace_ns),
	  "for them, between TERM and KILL (5s)" },
	{ 0, "deadline", "TIME", read_span, AT(deadline_ns),
	  "KILL for all, from the first request (never)" },
	{ 'e', "code", "N[-M][=N]", read_recode, 0,
	  "another code, or 0, if the program's is N" },
	{ 0, "report", "FD", read_fd, AT(report_fd),
	  "write how it ended there, as JSON" },
	{ 0, "trace", "FILE", read_word, AT(trace),
	  "write what happens there, for kith" },
	{ 0, "stats", NULL, read_flag, AT(stats),
	  "in the end, tell on stderr of all children" },
	{ 'w', "warn", NULL, read_flag, AT(warn_reaped),
	  "tell on stderr of every orphan" },
	{ 0, "reap", "HOW", read_reaping, AT(reaping),
	  "kernel, each or auto (auto)" },
	{ 0, "place", "PLACE", read_place, AT(place),
	  "session, group, same or auto (auto)" },
	{ 'p', "parent-death", "SIG", read_signal, AT(parent_death),
	  "a signal when the parent dies" },
	{ 's', "subreaper", NULL, read_nothing, 0, NULL },
	{ 0, "user", "USER[:GROUP,...]", read_word, AT(user),
	  "by names or numbers" },
	{ 0, "dir", "FOLDER", read_word, AT(dir), "where it runs" },
	{ 0, "env", "NAME[=VALUE]", read_env, 0,
	  "set a variable, or take it away" },
	{ 0, "clear-env", NULL, read_flag, AT(clear_env), "none at first" },
	{ 0, "limit", "NAME=VALUE", read_limit, 0,
	  "memory, cpu, pids, nofile, ..." },
	{ 0, "pause", NULL, read_flag, AT(pause),
	  "no program: reap until a stop is asked" },
	{ 'v', "verbose", NULL, read_louder, 1, "say more" },
	{ 0, "log", "LEVEL", read_level, AT(level),
	  "quiet, error, warn, info, debug (error)" },
	{ 0, "explain", NULL, read_errand, ERRAND_EXPLAIN,
	  "say what would be done, and why" },
	{ 'h', "help", NULL, read_errand, ERRAND_HELP, "this" },
	{ 0, "version", NULL, read_errand, ERRAND_VERSION, "the version" },
	{ 'l', "license", NULL, read_errand, ERRAND_LICENSE, "under which" },
	{ 0 },
};

static const struct option_row *const own_tables[] = { own_rows, NULL };

static const char often_log[] = "KITH_INIT_LOG";
static const struct option_env own_env[] = {
	{ often_log, read_level, AT(level) },
	{ 0 },
};

void options_defaults(struct options *o)
{
	const uint64_t one = 1;

	o->report_fd = -1;
	o->level = LOG_ERROR;
	o->scope = SCOPE_CHILD;
	o->rest = SCOPE_ALL;
	o->grace_ns = 5 * UINT64_C(1000000000);
	o->deadline_ns = TIME_NEVER;
	o->stops = one << (SIGTERM - 1) | one << (SIGINT - 1);
}

/* --- answers --------------------------------------------------------------- */

static void say_row(struct say *s, const struct option_row *r)
{
	char letter[] = { '-', r->letter, '\0' };
	size_t before = s->used, width;

	say_text(s, r->letter ? "  " : "      ");
	if (r->letter)
		say_text(s, letter);
	if (r->letter && r->name)
		say_text(s, ", ");
	if (r->name) {
		say_text(s, "--");
		say_text(s, r->name);
	}
	if (r->value) {
		say_text(s, r->name ? " " : "");
		say_text(s, r->value);
	}
	for (width = s->used - before; width < 28; width++)
		say_text(s, " ");
	say_text(s, " ");
	say_text(s, r->help);
	say_text(s, "\n");
}

static void say_rows(struct say *s, const struct option_row *r)
{
	for (; r && (r->letter || r->name); r++)
		if (r->help)
			say_row(s, r);
}

static void say_help(struct say *s)
{
	size_t i;

	say_text(s,
		 "usage: kith-init [option ...] [--] program [argument ...]\n"
		 "\n"
		 "Runs it, passes signals on, reaps orphans, ends with its "
		 "code.\n"
		 "\n");
	say_rows(s, own_rows);
	for (i = 0; parts[i]; i++)
		say_rows(s, parts[i]->rows);
}

static int answer(const struct options *o)
{
	struct say s = SAY(1);

	if (o->errand == ERRAND_HELP)
		say_help(&s);
	else if (o->errand == ERRAND_VERSION)
		say_text(&s, "kith-init " KITH_VERSION "\n");
	else
		say_text(&s, "MIT licence\n");
	return say_end(&s) ? 0 : CODE_FAILED;
}

/* --- complaints ------------------------------------------------------------ */

static const char see_help[] = " (see kith-init --help)";

/* Without the value that may be behind it. */
static void say_option(struct say *s, const char *word)
{
	char one[2] = "";

	for (; *word && *word != '='; word++) {
		one[0] = *word;
		say_text(s, one);
	}
}

static int code_for(const struct complaint *c)
{
	switch (c->trouble) {
	case NOT_FOUND:
		return CODE_NOT_FOUND;
	case CANNOT_RUN:
		return CODE_CANNOT;
	case CANNOT_START:
		return CODE_FAILED;
	default:
		return CODE_USAGE;
	}
}

static void say_trouble(struct say *s, const struct complaint *c)
{
	switch (c->trouble) {
	case BAD_OPTION:
		say_text(s, "unknown option ");
		say_text(s, c->about);
		say_text(s, see_help);
		break;
	case NO_VALUE:
		say_text(s, "a value is missing after ");
		say_text(s, c->about);
		say_text(s, see_help);
		break;
	case NO_PROGRAM:
		say_text(s, "no program given");
		say_text(s, see_help);
		break;
	case BAD_VALUE:
		say_option(s, c->about);
		say_text(s, ": ");
		if (c->value) {
			say_text(s, c->value);
			say_text(s, " ");
		}
		say_text(s, c->why);
		break;
	case BAD_USE:
		say_text(s, c->about);
		break;
	case NOT_FOUND:
		say_text(s, c->about);
		say_text(s, ": not found");
		break;
	case CANNOT_RUN:
		say_text(s, c->about);
		say_text(s, ": cannot be run: ");
		say_text(s, c->why ? c->why : error_text(c->error));
		break;
	case CANNOT_START:
		say_text(s, c->about);
		say_text(s, ": ");
		say_text(s, c->why ? c->why : error_text(c->error));
		break;
	}
}

int complain(const struct options *o, const struct complaint *c)
{
	struct say s = SAY(2);

	if (o->level >= LOG_ERROR) {
		say_text(&s, o->dialect->name);
		say_text(&s, ": ");
		say_trouble(&s, c);
		say_text(&s, "\n");
		say_end(&s);
	}
	return code_for(c);
}

/* --- remarks ---------------------------------------------------------------
 */

static void say_remark(struct say *s, const struct remarked *r)
{
	switch (r->remark) {
	case STARTED:
		say_text(s, "the program is ");
		say_number(s, (uint64_t)r->pid);
		break;
	case PASSED_ON:
		say_text(s, "passed on ");
		say_signal(s, r->sig);
		if (r->sent != r->sig) {
			say_text(s, " as ");
			say_signal(s, r->sent);
		}
		break;
	case REFUSED:
		say_signal(s, r->sig);
		say_text(s, " could not be passed on: ");
		say_text(s, error_text(r->error));
		break;
	case REAPED:
		say_text(s, "orphan ");
		say_number(s, (uint64_t)r->pid);
		say_text(s, ": ");
		say_ending(s, r->status);
		break;
	case MAIN_ENDED:
		say_text(s, "the program: ");
		say_ending(s, r->status);
		break;
	}
}

static bool worth_saying(const struct options *o, enum remark what)
{
	static const uint8_t levels[] = { [STARTED] = LOG_INFO,
					  [PASSED_ON] = LOG_INFO,
					  [REFUSED] = LOG_WARN,
					  [REAPED] = LOG_DEBUG,
					  [MAIN_ENDED] = LOG_INFO };

	return o->level >= levels[what] || (what == REAPED && o->warn_reaped);
}

static void say_aloud(const struct remarked *r)
{
	struct say s = SAY(2);

	say_text(&s, "kith-init: ");
	say_remark(&s, r);
	say_text(&s, "\n");
	say_end(&s);
}

static void own_remark(const struct options *o, const struct remarked *r)
{
	if (worth_saying(o, r->remark))
		say_aloud(r);
}

static const char often_name[] = "kith-init";

const struct dialect own_dialect = {
	.name = often_name,
	.tables = own_tables,
	.env = own_env,
	.defaults = options_defaults,
	.complain = complain,
	.remark = own_remark,
	.answer = answer,
};

/*
 * As tini 0.19.  Fatal errors and warnings go to stderr, the rest to stdout.
 */
#include "pid1/as-others.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pid1/readers.h"
#include "pid1/say.h"

/* Docker looks for the first two words; who cares for more sees whose it is. */
#define VERSION "tini version 0.19.0_kith-init"

enum { FATAL = 1 };

/* --- what is asked --------------------------------------------------------- */

/* One code, which becomes 0. */
static const char *read_expected(struct options *o, const char *value, int what)
{
	uint64_t n;

	(void)what;
	if (!read_number(value, strlen(value), 255, &n))
		return "is no code from 0 to 255";
	if (o->recodes == MAX_RECODES)
		return "is one too many";
	o->recode[o->recodes++] =
		(struct recode){ .from = (uint8_t)n, .to = (uint8_t)n };
	return NULL;
}

static const struct option_row rows[] = {
	{ 'h', NULL, NULL, read_errand, ERRAND_HELP, NULL },
	{ 'l', NULL, NULL, read_errand, ERRAND_LICENSE, NULL },
	{ 0, "version", NULL, read_errand, ERRAND_VERSION, NULL },
	{ 's', NULL, NULL, read_nothing, 0, NULL },
	{ 'v', NULL, NULL, read_louder, 1, NULL },
	{ 'w', NULL, NULL, read_flag, AT(warn_reaped), NULL },
	{ 'g', NULL, NULL, read_scope_is, SCOPE_GROUP, NULL },
	{ 'p', NULL, "SIGNAL", read_signal, AT(parent_death), NULL },
	{ 'e', NULL, "CODE", read_expected, 0, NULL },
	{ 0 },
};

static const struct option_row *const tables[] = { rows, NULL };

static void defaults(struct options *o)
{
	options_defaults(o);
	o->level = LOG_WARN;
	o->rest = SCOPE_NONE;
	o->stops = 0;
	o->try_shell = true;
}

/* As atoi() reads it, within what there is. */
static uint8_t verbosity(const char *text)
{
	int n = LOG_ERROR + atoi(text);

	return (uint8_t)(n < LOG_ERROR   ? LOG_ERROR
			 : n > LOG_DEBUG ? LOG_DEBUG
					 : n);
}

/* The environment has the last word. */
static const char *check(struct options *o)
{
	const char *level = getenv("TINI_VERBOSITY");

	if (level)
		o->level = verbosity(level);
	if (getenv("TINI_KILL_PROCESS_GROUP"))
		o->scope = SCOPE_GROUP;
	if (o->program[0] && o->program[1] &&
	    strcmp(o->program[1], "--") == 0) {
		o->program[1] = o->program[0];
		o->program++;
	}
	o->keep_stdout = o->level >= LOG_INFO;
	return NULL;
}

/* --- what is said ---------------------------------------------------------- */

/* The beginning of a line: "[WARN  tini (1)] ". */
static void begin(struct say *s, const char *kind)
{
	say_text(s, "[");
	say_text(s, kind);
	say_text(s, " tini (");
	say_number(s, (uint64_t)getpid());
	say_text(s, ")] ");
}

static void say_quoted(struct say *s, const char *before, const char *what)
{
	say_text(s, before);
	say_text(s, " '");
	say_text(s, what);
	say_text(s, "'");
}

static void say_quoted_number(struct say *s, const char *before, int n)
{
	say_text(s, before);
	say_text(s, " '");
	say_number(s, (uint64_t)n);
	say_text(s, "'");
}

static void say_usage(struct say *s)
{
	say_text(
		s,
		"tini (" VERSION ")\n"
		"Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version\n"
		"\n"
		"This is kith-init, which answers to tini's name and options:\n"
		"\n"
		"  --version  the version, and nothing else\n"
		"  -h         this\n"
		"  -s         be a subreaper; kith-init always is, unless PID "
		"1\n"
		"  -p SIGNAL  take this signal when the parent dies\n"
		"  -v         say more; up to three times\n"
		"  -w         tell of every orphan that is reaped\n"
		"  -g         signals go to the program's process group\n"
		"  -e CODE    end with 0 instead of this code; may be "
		"repeated\n"
		"  -l         the license\n"
		"\n"
		"Environment:\n"
		"\n"
		"  TINI_SUBREAPER           as -s\n"
		"  TINI_VERBOSITY           0 to 4 instead of 1\n"
		"  TINI_KILL_PROCESS_GROUP  as -g\n"
		"\n");
}

static int answer(const struct options *o)
{
	struct say s = SAY(1);

	if (o->errand == ERRAND_HELP)
		say_usage(&s);
	else if (o->errand == ERRAND_VERSION)
		say_text(&s, VERSION "\n");
	else
		say_text(&s, "The MIT License (MIT)\n\n"
			     "This is kith-init; tini, by Thomas Orozco, has "
			     "the same "
			     "license.\n");
	return say_end(&s) ? 0 : FATAL;
}

/* "-sx": which of these is it that is none of tini's?  "-se": which wants more? */
static void say_letter(struct say *s, const char *what, const char *letter)
{
	char text[2] = { *letter, '\0' };

	say_text(s, "tini: ");
	say_text(s, what);
	say_text(s, " -- '");
	say_text(s, text);
	say_text(s, "'\n");
}

static int exec_code(int error)
{
	return error == ENOENT   ? CODE_NOT_FOUND
	       : error == EACCES ? CODE_CANNOT
				 : FATAL;
}

static int complain_as_tini(const struct options *o, const struct complaint *c)
{
	struct say s = SAY(2);
	int code = FATAL;

	(void)o;
	switch (c->trouble) {
	case BAD_OPTION:
		say_letter(&s, "invalid option",
			   c->about + 1 + strspn(c->about + 1, "hlsvwgpe"));
		say_usage(&s);
		break;
	case NO_VALUE:
		say_letter(&s, "option requires an argument",
			   c->about + strlen(c->about) - 1);
		say_usage(&s);
		break;
	case NO_PROGRAM:
		say_usage(&s);
		break;
	case BAD_VALUE:
		begin(&s, "FATAL");
		say_text(&s, "Not a valid option for -");
		say_text(&s, strchr(c->about, 'e') ? "e: " : "p: ");
		say_text(&s, c->value);
		say_text(&s, "\n");
		break;
	case NOT_FOUND:
	case CANNOT_RUN:
		begin(&s, "FATAL");
		say_text(&s, "exec ");
		say_text(&s, c->about);
		say_text(&s, " failed: ");
		say_text(&s, strerror(c->error));
		say_text(&s, "\n");
		code = exec_code(c->error);
		break;
	case CANNOT_START:
	case BAD_USE:
		begin(&s, "FATAL");
		say_text(&s, c->about);
		say_text(&s, " failed: ");
		say_text(&s, strerror(c->error));
		say_text(&s, "\n");
		break;
	}
	say_end(&s);
	return code;
}

static void say_main_ended(struct say *s, int status)
{
	if (WIFEXITED(status)) {
		say_text(s, "Main child exited normally (with status '");
		say_number(s, (uint64_t)WEXITSTATUS(status));
	} else {
		say_text(s, "Main child exited with signal (with signal '");
		say_text(s, strsignal(WTERMSIG(status)));
	}
	say_text(s, "')");
}

/* Which level a remark is of. */
static enum level level_of(const struct options *o, const struct remarked *r)
{
	switch (r->remark) {
	case REFUSED:
		return LOG_WARN;
	case REAPED:
		return o->warn_reaped ? LOG_WARN : LOG_DEBUG;
	case STARTED:
	case MAIN_ENDED:
		return LOG_INFO;
	default:
		return LOG_DEBUG;
	}
}

static void say_remark(struct say *s, const struct options *o,
		       const struct remarked *r)
{
	switch (r->remark) {
	case STARTED:
		say_quoted(s, "Spawned child process", o->program[0]);
		say_quoted_number(s, " with pid", r->pid);
		break;
	case PASSED_ON:
		say_quoted(s, "Passing signal:", strsignal(r->sig));
		break;
	case REFUSED:
		if (r->error == ESRCH)
			say_text(s, "Child was dead when forwarding signal");
		else
			say_quoted(s,
				   "Unexpected error when forwarding signal:",
				   strerror(r->error));
		break;
	case REAPED:
		if (o->warn_reaped) {
			say_text(s, "Reaped zombie process with pid=");
			say_number(s, (uint64_t)r->pid);
		} else {
			say_quoted_number(s, "Reaped child with pid:", r->pid);
		}
		break;
	case MAIN_ENDED:
		say_main_ended(s, r->status);
		break;
	default:
		break;
	}
}

static void remark(const struct options *o, const struct remarked *r)
{
	enum level level = level_of(o, r);
	struct say s = SAY(level <= LOG_WARN ? 2 : 1);

	if (level > o->level)
		return;
	begin(&s, level == LOG_WARN   ? "WARN "
		  : level == LOG_INFO ? "INFO "
				      : "DEBUG");
	say_remark(&s, o, r);
	say_text(&s, "\n");
	say_end(&s);
}

const struct dialect tini_dialect = {
	.name = "tini",
	.tables = tables,
	.defaults = defaults,
	.check = check,
	.complain = complain_as_tini,
	.remark = remark,
	.answer = answer,
};

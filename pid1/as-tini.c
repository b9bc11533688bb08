/*
 * As tini 0.19.  Fatal errors and warnings go to stderr, the rest to stdout.
 */
#include "pid1/as-others.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pid1/readers.h"
#include "pid1/say.h"
#include "pid1/spawn.h"

/* Docker looks for the first two words; who cares for more sees whose it is. */
#define VERSION "tini version 0.19.0_kith-init"

enum { FATAL = 1 };

/* --- what is asked --------------------------------------------------------- */

/* One code, which becomes 0. */
static const char *read_expected(struct options *o, const char *value, int what)
{
	/* No number at all is 0 to strtol(3), and to tini. */
	int n = *value ? scan_number(&value, 255) : 0;

	(void)what;
	if (n < 0 || *value)
		return "is no code from 0 to 255";
	if (o->recodes == MAX_RECODES)
		return "is one too many";
	o->recode[o->recodes++] =
		(struct recode){ .from = (uint8_t)n, .to = (uint8_t)n };
	return NULL;
}

/* Those that tini knows, and as it writes them. */
static const char *read_parent_death(struct options *o, const char *value,
				     int unused)
{
	const int sig = signal_number(value, strlen(value));
	const char *name = sig ? signal_name(sig) : NULL;

	(void)unused;
	if (!name || strcmp(name, value) != 0 || sig == SIGSTKFLT ||
	    sig == SIGIO || sig == SIGPWR)
		return "is no signal";
	o->parent_death = sig;
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
	{ 'p', NULL, "SIGNAL", read_parent_death, 0, NULL },
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
	/* What it ignores, so that it may write to any terminal. */
	o->dropped = UINT64_C(1) << (SIGTTIN - 1) | UINT64_C(1)
							    << (SIGTTOU - 1);
}

/* As atoi() reads it.  It has no sign in tini, so that -1 is a great deal. */
static uint8_t verbosity(const char *text)
{
	const unsigned int n = (unsigned int)atoi(text);
	const unsigned int most = LOG_DEBUG - LOG_ERROR;

	return (uint8_t)(LOG_ERROR + (n < most ? n : most));
}

/* Its own, or one that is to be had. */
static bool has_terminal(void)
{
	int fd = find_terminal();

	if (fd >= 0)
		close(fd);
	return fd >= 0 || isatty(0);
}

/* "sh -- -c ...", as the usage has it. */
static void take_dashes_away(struct options *o)
{
	char **program = o->program;

	if (!program[0] || !program[1] || strcmp(program[1], "--") != 0 ||
	    strcmp(program[-1], "--") == 0) /* it was there already */
		return;
	program[1] = program[0];
	o->program++;
}

/* The environment has the last word. */
static const char *check(struct options *o)
{
	const char *level = getenv("TINI_VERBOSITY");

	/* The only long option there is, if there is no other. */
	if (o->errand == ERRAND_VERSION && o->words[2])
		return "--version";
	if (level)
		o->level = verbosity(level);
	if (getenv("TINI_KILL_PROCESS_GROUP"))
		o->scope = SCOPE_GROUP;
	if (!has_terminal())
		o->place = GROUPED;
	take_dashes_away(o);
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

/* As it was called, without the folder. */
static const char *name_of(const struct options *o)
{
	const char *slash = strrchr(o->words[0], '/');

	return slash ? slash + 1 : o->words[0];
}

static void say_usage(struct say *s, const struct options *o)
{
	say_text(s, name_of(o));
	say_text(s, " (" VERSION ")\nUsage: ");
	say_text(s, name_of(o));
	say_text(
		s,
		" [OPTIONS] PROGRAM -- [ARGS] | --version\n"
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
		say_usage(&s, o);
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
static void say_letter(struct say *s, const struct options *o, const char *what,
		       const char *letter)
{
	char text[2] = { *letter, '\0' };

	say_text(s, o->words[0]);
	say_text(s, ": ");
	say_text(s, what);
	say_text(s, " -- '");
	say_text(s, text);
	say_text(s, "'\n");
	say_usage(s, o);
}

/* It is a child of tini's that fails, and ends with a code like any other. */
static int exec_code(const struct options *o, int error)
{
	const int code = error == ENOENT   ? CODE_NOT_FOUND
			 : error == EACCES ? CODE_CANNOT
					   : FATAL;
	unsigned int i;

	for (i = 0; i < o->recodes; i++)
		if (o->recode[i].from == code)
			return 0;
	return code;
}

static int complain_as_tini(const struct options *o, const struct complaint *c)
{
	struct say s = SAY(2);
	int code = FATAL;

	switch (c->trouble) {
	case BAD_OPTION:
	case BAD_USE:
		say_letter(&s, o, "invalid option",
			   c->about + 1 + strspn(c->about + 1, "hlsvwgpe"));
		break;
	case NO_VALUE:
		say_letter(&s, o, "option requires an argument",
			   c->about + strlen(c->about) - 1);
		break;
	case NO_PROGRAM:
		say_usage(&s, o);
		break;
	case BAD_VALUE:
		begin(&s, "FATAL");
		say_text(&s, "Not a valid option for -");
		/* The first that takes a value takes all that is behind. */
		say_text(&s, c->about[strcspn(c->about, "ep")] == 'e' ? "e: "
								      : "p: ");
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
		code = exec_code(o, c->error);
		break;
	case CANNOT_START:
		begin(&s, "FATAL");
		/* Nothing else can be asked for that may fail. */
		say_text(&s, c->error == ECHILD ? c->about : "fork");
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
static enum level level_of(const struct remarked *r)
{
	switch (r->remark) {
	case REFUSED:
	case REAPED:
		return LOG_WARN;
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
		say_text(s, "Reaped zombie process with pid=");
		say_number(s, (uint64_t)r->pid);
		break;
	case MAIN_ENDED:
		say_main_ended(s, r->status);
		break;
	default:
		break;
	}
}

static void say_reaped(pid_t pid)
{
	struct say s = SAY(1);

	begin(&s, "DEBUG");
	say_text(&s, "Received SIGCHLD\n");
	begin(&s, "DEBUG");
	say_quoted_number(&s, "Reaped child with pid:", pid);
	say_text(&s, "\n");
	say_end(&s);
}

static void remark(const struct options *o, const struct remarked *r)
{
	enum level level = level_of(r);
	struct say s = SAY(level <= LOG_WARN ? 2 : 1);
	const bool died = r->remark == REAPED || r->remark == MAIN_ENDED;

	if (died && o->level >= LOG_DEBUG)
		say_reaped(r->pid);
	if (level > o->level || (r->remark == REAPED && !o->warn_reaped))
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

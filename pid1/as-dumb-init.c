/*
 * As dumb-init 1.2.5.  All that it says goes to stderr, help as well.
 */
#include "pid1/as-others.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "pid1/readers.h"
#include "pid1/say.h"

enum { WRONG = 1, NO_EXEC = 2, LAST_SIGNAL = 31 };

/* --- what is asked --------------------------------------------------------- */

int scan_number(const char **text, int most)
{
	const char *p = *text + strspn(*text, " \t\n\v\f\r");
	const bool below = *p == '-';
	size_t len;
	uint64_t n;

	p += below || *p == '+';
	len = strspn(p, "0123456789");
	*text = p + len;
	if (!len || !read_number(p, len, (uint64_t)most, &n) || (below && n))
		return -1;
	return (int)n;
}

static const char *read_pair(struct options *o, const char *value, int unused)
{
	int from = scan_number(&value, LAST_SIGNAL), to;

	(void)unused;
	if (from < 1 || *value++ != ':')
		return "is not SIGNAL:SIGNAL";
	to = scan_number(&value, LAST_SIGNAL);
	if (to < 0)
		return "is not SIGNAL:SIGNAL";
	o->rewrites = true;
	o->rewrite[from] = (uint8_t)to;
	if (to)
		o->dropped &= ~(UINT64_C(1) << (from - 1));
	else
		o->dropped |= UINT64_C(1) << (from - 1);
	return NULL;
}

static const struct option_row rows[] = {
	{ 'h', "help", NULL, read_errand, ERRAND_HELP, NULL },
	{ 'V', "version", NULL, read_errand, ERRAND_VERSION, NULL },
	{ 'v', "verbose", NULL, read_louder, LOG_DEBUG, NULL },
	{ 'c', "single-child", NULL, read_scope_is, SCOPE_CHILD, NULL },
	{ 'r', "rewrite", "S:R", read_pair, 0, NULL },
	{ 0 },
};

static const struct option_row *const tables[] = { rows, NULL };

static void defaults(struct options *o)
{
	options_defaults(o);
	o->scope = SCOPE_GROUP;
	o->rest = SCOPE_NONE;
	o->stops_too = true;
	o->stops = 0;
	o->try_shell = true;
}

static bool is(const char *name, const char *value)
{
	const char *is = getenv(name);

	return is && strcmp(is, value) == 0;
}

static void note(const char *text)
{
	struct say s = SAY(2);

	say_text(&s, "[dumb-init] ");
	say_text(&s, text);
	say_end(&s);
}

/* What becomes of a signal: another, or 0, or the same. */
static int sent_as(const struct options *o, int sig)
{
	if (o->dropped & UINT64_C(1) << (sig - 1))
		return 0;
	return o->rewrite[sig] ? o->rewrite[sig] : sig;
}

/* A session that nobody stops by a key stops for good, or not at all. */
static void stop_for_good(struct options *o, int sig)
{
	if (sent_as(o, sig) != sig || o->rewrite[sig])
		return;
	o->rewrite[sig] = SIGSTOP;
	o->rewrites = true;
}

static const char *check(struct options *o)
{
	if (o->errand != ERRAND_RUN || !o->program[0])
		return NULL;
	if (is("DUMB_INIT_DEBUG", "1")) {
		o->level = LOG_DEBUG;
		note("Running in debug mode.\n");
	}
	if (is("DUMB_INIT_SETSID", "0")) {
		o->scope = SCOPE_CHILD;
		if (o->level >= LOG_DEBUG)
			note("Not running in setsid mode.\n");
	}
	o->place = o->scope == SCOPE_GROUP ? APART : TOGETHER;
	if (o->scope == SCOPE_GROUP) {
		o->parting = sent_as(o, SIGTERM);
		stop_for_good(o, SIGTSTP);
		stop_for_good(o, SIGTTIN);
		stop_for_good(o, SIGTTOU);
	}
	return NULL;
}

/* --- what is said ---------------------------------------------------------- */

/* As it was called. */
static void say_name(struct say *s, const struct options *o, const char *after)
{
	say_text(s, o->words[0]);
	say_text(s, after);
}

static void say_help(struct say *s, const struct options *o)
{
	say_text(s, "Usage: ");
	say_name(s, o, " [option] command [[arg] ...]\n");
	say_text(
		s,
		"\n"
		"This is kith-init, which answers to dumb-init's name and "
		"options:\n"
		"\n"
		"  -c, --single-child  signals go to the command only; it gets "
		"no session\n"
		"  -r, --rewrite s:r   send r instead of signal s, by number; "
		"0: nothing\n"
		"  -v, --verbose       tell what is going on\n"
		"  -h, --help          this\n"
		"  -V, --version       the version\n"
		"\n"
		"Environment:\n"
		"\n"
		"  DUMB_INIT_DEBUG=1   as -v\n"
		"  DUMB_INIT_SETSID=0  as -c\n");
}

static int answer(const struct options *o)
{
	struct say s = SAY(2);

	say_text(&s, "dumb-init v1.2.5_kith-init\n");
	if (o->errand == ERRAND_HELP)
		say_help(&s, o);
	return say_end(&s) ? 0 : WRONG;
}

static void say_long(struct say *s, const char *word)
{
	/* One of ours, with a value that it does not take? */
	const bool much = options_has(&dumb_init_dialect, word + 2,
				      before(word + 2, "="));
	char one[2] = "";

	say_text(s, much ? "option '" : "unrecognized option '");
	for (; *word && !(much && *word == '='); word++) {
		one[0] = *word;
		say_text(s, one);
	}
	say_text(s, much ? "' doesn't allow an argument\n" : "'\n");
}

static void say_bad_option(struct say *s, const char *word)
{
	char letter[2] = { 0, 0 };

	if (word[1] == '-') {
		say_long(s, word);
	} else {
		letter[0] = word[1 + strspn(word + 1, "hVvcr")];
		say_text(s, "invalid option -- '");
		say_text(s, letter);
		say_text(s, "'\n");
	}
}

static void say_no_value(struct say *s, const char *word)
{
	say_text(s, word[1] == '-' ? "option '--rewrite' requires an argument\n"
				   : "option requires an argument -- 'r'\n");
}

static int complain_as_dumb_init(const struct options *o,
				 const struct complaint *c)
{
	struct say s = SAY(2);
	int code = WRONG;

	switch (c->trouble) {
	case BAD_OPTION:
		say_name(&s, o, ": ");
		say_bad_option(&s, c->about);
		break;
	case NO_VALUE:
		say_name(&s, o, ": ");
		say_no_value(&s, c->about);
		break;
	case BAD_VALUE:
	case BAD_USE:
		say_text(&s, "Usage: -r option takes <signum>:<signum>, where "
			     "<signum> is between 1 and 31.\n"
			     "This option can be specified multiple times.\n"
			     "Use --help for full usage.\n");
		break;
	case NO_PROGRAM:
		say_text(&s, "Usage: ");
		say_name(&s, o, " [option] program [args]\nTry ");
		say_name(&s, o, " --help for full usage.\n");
		break;
	case NOT_FOUND:
	case CANNOT_RUN:
		say_text(&s, "[dumb-init] ");
		say_text(&s, c->about);
		say_text(&s, ": ");
		say_text(&s, strerror(c->error));
		say_text(&s, "\n");
		code = NO_EXEC;
		break;
	case CANNOT_START:
		say_text(&s, "[dumb-init] Unable to fork. Exiting.\n");
		break;
	}
	say_end(&s);
	return code;
}

static void line(struct say *s, const char *before, int n, const char *after)
{
	say_text(s, "[dumb-init] ");
	say_text(s, before);
	say_number(s, (uint64_t)n);
	say_text(s, after);
}

static void say_ended(struct say *s, const struct remarked *r)
{
	bool exited = WIFEXITED(r->status);

	line(s, "Received signal ", SIGCHLD, ".\n");
	line(s, "A child with PID ", r->pid,
	     exited ? " exited with exit status "
		    : " was terminated by signal ");
	say_number(s, (uint64_t)(exited ? WEXITSTATUS(r->status)
					: WTERMSIG(r->status)));
	say_text(s, ".\n");
}

static void say_forwarded(struct say *s, const struct options *o, int sig)
{
	int sent = sent_as(o, sig);

	if (sent != sig) {
		line(s, "Translating signal ", sig, " to ");
		say_number(s, (uint64_t)sent);
		say_text(s, ".\n");
	}
	if (sent)
		line(s, "Forwarded signal ", sent, " to children.\n");
	else
		line(s, "Not forwarding signal ", sent,
		     " to children (ignored).\n");
}

static void remark(const struct options *o, const struct remarked *r)
{
	struct say s = SAY(2);

	if (o->level < LOG_DEBUG)
		return;
	switch (r->remark) {
	case STARTED:
		line(&s, "Child spawned with PID ", r->pid, ".\n");
		if (o->place == APART)
			say_text(&s, "[dumb-init] setsid complete.\n");
		break;
	case PASSED_ON:
	case REFUSED:
		line(&s, "Received signal ", r->sig, ".\n");
		say_forwarded(&s, o, r->sig);
		if (r->sig == SIGTSTP || r->sig == SIGTTIN || r->sig == SIGTTOU)
			say_text(&s, "[dumb-init] Suspending self due to TTY "
				     "signal.\n");
		break;
	case REAPED:
		say_ended(&s, r);
		break;
	case MAIN_ENDED:
		say_ended(&s, r);
		say_forwarded(&s, o, SIGTERM);
		line(&s, "Child exited with status ",
		     WIFEXITED(r->status) ? WEXITSTATUS(r->status)
					  : CODE_SIGNAL + WTERMSIG(r->status),
		     ". Goodbye.\n");
		break;
	default:
		break;
	}
	say_end(&s);
}

const struct dialect dumb_init_dialect = {
	.name = "dumb-init",
	.tables = tables,
	.defaults = defaults,
	.check = check,
	.complain = complain_as_dumb_init,
	.remark = remark,
	.answer = answer,
};

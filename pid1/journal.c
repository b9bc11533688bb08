#include "pid1/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/facts.h"
#include "pid1/files.h"
#include "pid1/linux.h"
#include "pid1/report.h"
#include "pid1/say.h"
#include "pid1/trace.h"

static uint64_t now(const struct journal *j)
{
	return j->clocked ? linux_now() : 0;
}

static uint64_t since(const struct journal *j)
{
	return now(j) - j->tally.started_ns;
}

static void remark_on(const struct journal *j, const struct remarked *r)
{
	if (j->options->dialect->remark)
		j->options->dialect->remark(j->options, r);
}

/*
 * A disk that is full is no reason for anybody to end.  It is said once; and no
 * more is written, since a trace with a hole in it is worse than half a trace.
 */
RARE static void lose(struct journal *j)
{
	struct say s = SAY(2);
	int error = errno, nothing;

	if (j->options->level >= LOG_ERROR) {
		say_text(&s, "kith-init: ");
		say_text(&s, j->options->trace);
		say_text(&s, ": the trace ends here: ");
		say_text(&s, error_text(error));
		say_text(&s, "\n");
		say_end(&s);
	}
	nothing = open_at(AT_FDCWD, "/dev/null", O_WRONLY);
	if (nothing >= 0)
		syscall(SYS_dup3, nothing, j->trace, O_CLOEXEC);
	close(nothing >= 0 ? nothing : j->trace);
	if (nothing < 0)
		j->trace = -1;
}

static void kept(struct journal *j, bool written)
{
	if (!written)
		lose(j);
}

void journal_begin(struct journal *j, const struct options *o, pid_t self)
{
	j->options = o;
	j->self = self;
	j->trace = j->oom = -1;
	j->clocked = o->stats || o->report_fd >= 0 || o->trace;
	j->tally.started_ns = j->tally.born_ns = now(j);
}

void journal_traced(struct journal *j, int fd)
{
	j->trace = fd;
	kept(j, trace_start(fd, j->self));
}

void journal_started(struct journal *j, pid_t main, const char *name)
{
	remark_on(j, &(struct remarked){ .remark = STARTED, .pid = main });
	if (j->trace >= 0)
		kept(j, trace_born(j->trace, since(j), j->self, main, name));
	j->main = main;
}

RARE static void trace_the_death(struct journal *j, const struct death *death,
				 bool is_main)
{
	kept(j, trace_death(j->trace, since(j), j->self, death, is_main));
}

void journal_ended(struct journal *j, const struct death *death)
{
	tally_death(&j->tally, death, true);
	if (j->trace >= 0)
		trace_the_death(j, death, true);
	j->main = 0;
}

void journal_again(struct journal *j, pid_t main, const char *name)
{
	j->tally.again++;
	j->tally.born_ns = now(j);
	j->main = main;
	if (j->trace >= 0)
		kept(j, trace_born(j->trace, since(j), j->self, main, name));
}

void journal_replaced(struct journal *j, const char *name)
{
	kept(j, trace_exec(j->trace, since(j), j->self, name));
}

void journal_heard(struct journal *j, const struct heard *h,
		   enum happening what)
{
	(void)h;
	j->tally.stops += what == STOP_ASKED;
}

void journal_passed(struct journal *j, const struct heard *h, int sig, int err)
{
	struct remarked r = { .remark = err ? REFUSED : PASSED_ON,
			      .pid = j->main,
			      .sig = h->sig,
			      .sent = sig,
			      .error = err };

	tally_signal(&j->tally, !err);
	remark_on(j, &r);
	if (j->trace >= 0 && !err)
		kept(j,
		     trace_signal(j->trace, since(j),
				  h->sender == BY_OTHERS ? h->info.si_pid : 0,
				  j->main, sig));
}

void journal_asked(struct journal *j, int sig)
{
	uint64_t *when =
		sig == SIGKILL ? &j->tally.killed_ns : &j->tally.asked_ns;

	if (!*when)
		*when = now(j);
	if (j->trace >= 0)
		kept(j, trace_signal(j->trace, since(j), j->self, -1, sig));
}

void journal_death(struct journal *j, struct death *death, bool is_main)
{
	/* Of one who is kept from being started again, all is told already. */
	bool told = is_main && !j->main;
	struct remarked r = { .remark = is_main ? MAIN_ENDED : REAPED,
			      .status = death->status };

	/* The loop has one number for all mains that follow each other. */
	if (is_main && (!told || j->tally.main.pid))
		death->pid = told ? j->tally.main.pid : j->main;
	r.pid = death->pid;
	tally_death(&j->tally, death, is_main);
	remark_on(j, &r);
	if (j->trace >= 0 && !told)
		trace_the_death(j, death, is_main);
}

RARE static void say_last_words(struct journal *j, const struct policy *p,
				int code)
{
	if (j->options->report_fd >= 0 && !report(j, p, code, now(j)))
		complain(j->options,
			 &(struct complaint){ .trouble = CANNOT_START,
					      .about = "--report",
					      .error = errno });
	if (j->options->stats)
		tally_print(&j->tally, j->options->pause, 2);
	if (j->trace >= 0)
		kept(j, trace_end(j->trace, since(j), j->self, code));
}

void journal_end(struct journal *j, const struct policy *p, int code)
{
	if (j->clocked) /* as it is if there is anybody to be told */
		say_last_words(j, p, code);
}

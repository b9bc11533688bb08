/*
 * What happened, for those who want to know: the tally, the remarks on stderr,
 * the trace, the report.
 *
 * The loop tells the journal of everything; in the plain case nobody asked, and
 * counting is all that is done.
 */
#ifndef PID1_JOURNAL_H
#define PID1_JOURNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/options.h"
#include "pid1/policy.h"
#include "pid1/rare.h"
#include "pid1/tally.h"

struct heard;

struct journal {
	const struct options *options;
	pid_t self, main;
	bool clocked; /* times are of interest */
	bool resumed; /* init was replaced: what follows is no beginning */
	int trace;    /* descriptor of the event stream, or -1 */
	int oom;      /* folder of a cgroup to ask about OOM, or -1 */
	uint64_t oom_kills; /* before we began */
	struct tally tally; /* last, for it is large */
};

void journal_begin(struct journal *j, const struct options *o, pid_t self);
/* To this file, from here on. */
RARE void journal_traced(struct journal *j, int fd);
void journal_started(struct journal *j, pid_t main, const char *name);

/* Of a main that is started again: it has ended, another was born. */
void journal_ended(struct journal *j, const struct death *death);
void journal_again(struct journal *j, pid_t main, const char *name);

/* Init is another file now, which goes on with the same journal. */
void journal_replaced(struct journal *j, const char *name);

void journal_heard(struct journal *j, const struct heard *h,
		   enum happening what);
/* Passed on as `sig`; err: 0 or why not. */
void journal_passed(struct journal *j, const struct heard *h, int sig, int err);
/* The rest was sent this signal. */
void journal_asked(struct journal *j, int sig);
/* Puts the number of this main in, if there were others before. */
void journal_death(struct journal *j, struct death *death, bool is_main);

/* All is over, and this will be the exit code: the last words. */
void journal_end(struct journal *j, const struct policy *p, int code);

#endif

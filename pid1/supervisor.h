/*
 * Supervision, at work: between the loop and the facts.
 *
 *	serve.c  --- hear, reap, pass on --->  here  --->  linux.c
 *
 * The loop knows of one main child that has not died yet.  What is heard, reaped
 * and sent goes through here, where the death of a program that is started again
 * is kept back, and the last one is given the number that the loop knows.  So
 * everything that the core can do goes on as it does without: who is asked to
 * end, who is waited for, what is said of it.
 *
 * There is nothing to poll.  A control socket and a pipe say by SIGIO that they
 * want something, which is one more signal to hear; and time is what is left
 * until the next thing that is due.
 *
 * One struct, and a file for each thing that is done with it:
 *
 *	supervise-begin.c	what is asked for is read, opened, or taken over
 *	supervise-facts.c	what the loop hears and does, and what is due
 *	supervise-birth.c	main is started, asked to end, and dies
 *	supervise-health.c	is it well?
 *	supervise-tell.c	words, and answers over the socket
 *	supervise-become.c	init is replaced by a newer one
 *
 * They know the rest by what is told below of it: supervise.h decides, aid.h,
 * output.h, ctl-socket.h and update.h of the same beginning do one thing each.
 */
#ifndef PID1_SUPERVISOR_H
#define PID1_SUPERVISOR_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pid1/cgroup.h"
#include "pid1/ctl-socket.h"
#include "pid1/facts.h"
#include "pid1/linux.h"
#include "pid1/parts.h"
#include "pid1/spawn.h"
#include "pid1/supervise-aid.h"
#include "pid1/supervise-options.h"
#include "pid1/supervise-output.h"
#include "pid1/supervise.h"
#include "pid1/tally.h"
#include "wait/usage.h"

/*
 * What goes over to whoever init becomes.  Newer ones may have more at the end,
 * which an older one has as zero; so nothing here is ever moved, nor in what it
 * is made of.
 */
struct carried {
	char magic[8];
	struct super super;
	pid_t main, health_pid, pre_stop_pid;
	int std[3], cwd, control;
	int output_in, output_out;
	uint64_t mask;
	struct sigaction chld;
	enum place place;
	uint64_t since, main_since; /* init; main */
	uint64_t due;               /* of super: a pause, a request */
	uint64_t health_due;        /* the next check */
	uint64_t health_until;      /* of the one that runs */
	int last_status;
	uint64_t deaths, failures, orphans, passed_on, refused, updates;
	uint64_t healthy, unhealthy, overdue;
	uint32_t unwell; /* failed checks in a row */
	uint64_t written, lost, turned;
	struct usage used;

	/* What the core remembers: see struct remembered. */
	bool remembers;
	int trace;
	uint64_t oom_kills;
	struct cgroup cgroup;
	struct delays delays;
	struct tally tally;
	uint64_t pre_stop_until;
	unsigned int clients;
	int client[CTL_SLOTS];
};

struct supervisor {
	const struct supervise_options *asked;
	const struct options *options;
	char **argv; /* of init itself */
	struct launch *launch;
	const struct facts *facts; /* of Linux */
	struct linux_world *world;
	struct remembered core;
	struct wishes wishes;
	char self[PATH_MAX]; /* the file that init is run from */

	struct carried c;
	bool resumed;
	bool sockets; /* LISTEN_PID was us: the program is told that it is */
	pid_t first;  /* what the loop thinks main's number is */
	bool last;    /* the last main died: the loop is to be told */
	struct death death;
	bool stop_asked;  /* over the socket, or by a health check */
	bool sweep;       /* something is left to be read */
	uint64_t knock;   /* then somebody at the socket is let in, perhaps */
	int new_file;     /* to become, or -1 */
	int report_was;   /* the number of --report before it was moved */
	int pre_stop_sig; /* or 0: a command */
	struct aid health, pre_stop;
	struct ctl_socket control;
	struct output output;
};

/* --- supervise-birth.c ----------------------------------------------------- */

/* The first one, with the standard descriptors that were kept for it. */
pid_t launch_main(struct supervisor *v);

/* Our own words do not go where the program's do. */
void take_back_std(struct supervisor *v);

/* What super_step() and its kind said is to be done. */
void act(struct supervisor *v, unsigned int actions);

void restart_softly(struct supervisor *v);

/* It has ended: what follows is decided, and done. */
void main_died(struct supervisor *v, const struct death *d);

/* --- supervise-health.c ---------------------------------------------------- */

/* A helper is started, to be killed after so long.  pid 0: it could not be. */
void start_aid(struct supervisor *v, struct aid *a, uint64_t time);
void kill_aid(struct aid *a);

/* The next check is one whole time after the start of main. */
void expect_check(struct supervisor *v);

/* It is time for one; one has ended with this status. */
void check_health(struct supervisor *v);
void checked(struct supervisor *v, int status);

/* --- supervise-tell.c ------------------------------------------------------ */

void say_line(struct supervisor *v, enum level level, const char *what,
	      const char *why);

/* Main has ended, and perhaps was started again. */
void say_end_of(struct supervisor *v, pid_t pid, int status);

/* To a request over the socket; `who` is the supervisor. */
void answer(void *who, const struct ctl_request *r, struct say *s);

/* --- supervise-facts.c ----------------------------------------------------- */

/* The facts as the loop is to see them; the first argument is the supervisor. */
extern const struct facts supervised;

/* --- supervise-become.c ---------------------------------------------------- */

/* Where the new file will be looked for. */
void find_oneself(struct supervisor *v);

/* NULL, or why not.  If all is well, become_new() is to be called. */
const char *update(struct supervisor *v, const uint8_t *digest);

/* Returns only if nothing came of it. */
void become_new(struct supervisor *v);

/*
 * Are we what somebody became?  Then what he knew is known; descriptors, helpers
 * and signals are as they were with him.
 */
bool take_over(struct supervisor *v);
pid_t resume(struct supervisor *v);

/* What the core remembers is put in its place, or kept to be carried. */
void resume_core(struct supervisor *v, const struct remembered *core);
void resume_journal(struct supervisor *v);

#endif

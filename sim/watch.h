/*
 * Watching a stage from outside: when is it quiet, and what can be seen then?
 *
 * Everybody in the stage is one of
 *
 *	UNBORN ---> ALIVE ---> ZOMBIE ---> GONE
 *	   |           +---------------------^
 *	   +--> GONE: the call that should have made it failed
 *
 * and someone alive is at rest (an agent that waits for its next call: user
 * mode, as far as a scenario is concerned), or asleep in a call, or running.
 *
 * Quiet means that nobody runs, and that nobody will before the next call.  It
 * is found by looking, without time-outs: all letters of /proc are read, then
 * for how long each has run, then everything that shall be shown, then both
 * again.  If all slept at the beginning and at the end, and nobody ran in
 * between, then nothing moved, and what was read is one picture.
 *
 *	letters    ran     status, children     letters    ran
 *	   |--------|--------------|----------------|-------|
 *	   all asleep                               the same
 *
 * One who is about to sleep has the letter already, while he looks one last time
 * whether he must.  So of those asleep in a call /proc/PID/syscall is read, too:
 * it waits until they are off the processor, or says that they run.
 *
 * A sleep that is only passing does not count: in the kernel's own locks (D,
 * unless it is vfork's), or on the way out (PF_EXITING; an init that waits for
 * its namespace to be empty does so, for nobody in a stage has a parent outside).
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include <kith/kith.h>

#include "sim/stage.h"

enum life { UNBORN, ALIVE, ZOMBIE, GONE };

enum proc_file {
	PROC_STAT,
	PROC_STATUS,
	PROC_CHILDREN,
	PROC_RAN,
	PROC_SYSCALL,
	PROC_FILES
};

/* A thread of the stage. */
struct person {
	uint32_t slot;
	pid_t tid; /* 0: not known yet */
	enum life life;
	struct person *parent; /* UNBORN: who is making it */

	bool in_call; /* told a call that has not returned */
	struct kith_call call;
	uint32_t results; /* that were seen */
	bool returned;    /* since the last call was posted by anyone */
	struct kith_result result;

	bool born;       /* since then */
	bool ended;      /* since then */
	bool superseded; /* its number is another's now */
	pid_t renamed;   /* the number it had until then, or 0 */
	bool knows_status;
	int status; /* as wait4 would tell it */
	int pidfd;
	pid_t outside; /* its number in our own namespace */
	bool leaving;  /* gone, but is the number free? */

	int fd[PROC_FILES];
	char letter;
	char stat[400], ran[64], ran_before[64];
	char *status_text, *children_text;
	size_t status_room, children_room;
};

struct watch {
	struct stage *stage;
	struct person *person[SLOTS]; /* init first; all but the long gone */
	uint32_t count;
	uint32_t spare;   /* a slot whose child was never born, plus one */
	uint64_t changes; /* of lives, that were seen */
	bool ends_known;  /* this kernel tells how the released died */
	char why[200];
};

/* Both are 0; or -1: w->why says what became of the stage. */
int watch_begin(struct watch *w, struct stage *s);
void watch_end(struct watch *w);

/* The one of that number who is not gone; NULL if there is none. */
struct person *watch_find(const struct watch *w, pid_t tid);

/*
 * p, who is at rest, begins a call; and all moves until all is quiet.  -1 if it
 * cannot be: no slot is left, or somebody never comes to rest.
 */
int watch_post(struct watch *w, struct person *p, const struct kith_call *call);
int watch_settle(struct watch *w);

/* At rest: it could be told something. */
bool person_is_idle(const struct person *p);

/* A thread that is asleep, dead leader included, or at rest, as /proc has it
 * but for those at rest, who are said to run. */
char person_letter(const struct person *p);

#endif

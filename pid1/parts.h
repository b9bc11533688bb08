/*
 * What can be left out of a build: supervision, the duties of a machine's first
 * process.
 *
 * kith-init and kith-init-core are linked from the same objects but for one:
 * parts_all.c lists the parts there are, parts_none.c lists none.  A part has
 * its own options, in a struct of its own behind its own rows, and may take the
 * run over once the command line is read.
 */
#ifndef PID1_PARTS_H
#define PID1_PARTS_H

#include <stdbool.h>

#include "pid1/options.h"

struct part {
	const struct option_row *rows; /* may be NULL */

	/*
	 * First of all, before anything is read: may put another argv in the
	 * place of this one.  May be NULL.
	 */
	void (*begin)(char ***argv);

	/*
	 * After the options were read, before anything is done: may change them
	 * (another program, more environment), or do all that is to be done;
	 * then it returns true, and the exit status in *code.
	 */
	bool (*run)(struct options *o, int *code);

	/*
	 * Last of all, whatever came of it: with the exit status, and the signal
	 * that asked for the end, or 0.  Need not return.  May be NULL.
	 */
	void (*end)(int code, int asked_by);
};

extern const struct part *const parts[]; /* ended by NULL */

struct launch;
struct facts;
struct journal;
struct delays;
struct cgroup;

/* What the core keeps while it serves. */
struct remembered {
	struct journal *journal;
	struct delays *delays;
	struct cgroup *cgroup;
};

/*
 * Who starts the main child in the place of launch(), and stands between the
 * loop and the facts from then on.  Since it may start others, init lets go of
 * no descriptor.  A part's run() names it in the options.
 */
struct conductor {
	/*
	 * Before anything of it is opened or made: these are empty, and are
	 * filled in if init was replaced by itself.  They stay where they are.
	 */
	void (*remember)(const struct remembered *core);

	pid_t (*start)(struct launch *l); /* returns as launch() does */

	/*
	 * Other facts in the place of these, which are of Linux.  It is also to
	 * tell the journal of the start.
	 */
	void (*between)(const struct facts **facts, void **world);
};

#endif

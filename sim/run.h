/*
 * Running a transcript on the model.
 *
 * Each line that is a call is made and everything runs until nothing more can
 * happen.  What came of it, for this thread and for others, is printed as
 * lines of the same format; what was written is compared with them, thread by
 * thread.  Where the two differ the run says so and goes on with what the model
 * did.
 *
 * Who wants to see more than the lines hangs into the run: the tree and the
 * statistics look at the machine after each call.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/map.h"
#include "sim/out.h"
#include "sim/script.h"
#include "sim/undo.h"

/* A line of the transcript as it came out. */
struct printed {
	const char *what; /* "call", "unfinished", "resumed", "signal", ... */
	const char *text;
	size_t len;
	uint32_t line; /* of the script; 0: it was not written there */
	pid_t tid;
	int call;       /* enum kith_call_nr, or -1 */
	bool has_value; /* of the call */
	int64_t value;
};

struct failure {
	const char *file;
	uint32_t line, column;
	const char *text; /* "expected ..., got ..." */
};

struct entry;
struct pair;
struct difference;
struct run {
	struct kith_machine *machine;
	const struct script *script;
	bool micro;         /* a call is several steps: run_step() */
	bool on_linux;      /* run it on this kernel, beside the model */
	struct pair *pair;  /* of the two, if so */
	bool until_differs; /* and no further */
	bool small_steps;   /* the script has orders, which need them */

	/* For whoever looks on; any may be NULL. */
	void *context;
	const struct paint *paint; /* of what is printed */
	void (*printed)(struct run *run, const struct printed *p);
	void (*failed)(struct run *run, const struct failure *f);
	void (*event)(struct run *run, const struct kith_event *e);
	/*
	 * A call was made, or with no text could not be made.  Line NULL: the
	 * machine has just been born.
	 */
	void (*stepped)(struct run *run, const struct line *line,
			const char *text);

	/* With on_linux: this kernel and the model are not the same. */
	void (*differs)(struct run *run, const struct line *line,
			const struct difference *d);

	/* run_step(): thread who took a step; nothing is said of it yet. */
	void (*moved)(struct run *run, pid_t who);

	/*
	 * How far it is.  This, and what hangs from it, is all of the run that
	 * ever changes; what is changed is noted in undo, unless that is NULL.
	 */
	struct undo *undo;
	struct progress {
		const struct line *next; /* to be run; NULL: that was all */
		uint32_t done;           /* the last line that was run, */
		uint32_t line;           /* and the last call among them */
		unsigned failures;
		bool inside; /* a call was entered and may go on */
		bool halted;
		bool stopped; /* no more lines */
		bool lost;    /* because Linux cannot be driven any further */
		struct entry *first, *last, *unprinted;
		struct {
			const struct line *line;
			enum { PENDING, RETURNED, BEGUN } state;
			struct kith_result result;
		} own;
	} now;
	struct pool pool; /* of entries */

	/* The run's own. */
	struct kith_observer observer;
	struct pool actor_pool;
	struct map actors;
	const struct line *entered; /* the call that the last step made */
};

/*
 * All of it.  0; 1 if expectations failed, or Linux and the model differ; 3 if
 * the machine, or Linux, cannot be had.
 */
int run_script(struct run *run, const struct script *script,
	       const uint64_t *seed);

/*
 * The same in pieces.  run_begin() returns 0 or 3; run_next() runs the next
 * line that does something, with the comments before it and what is expected of
 * it behind it, and returns false if there was none; run_end() returns 0 or 1.
 */
int run_begin(struct run *run, const struct script *script,
	      const uint64_t *seed);
bool run_next(struct run *run);
int run_end(struct run *run);

/*
 * Where run->micro: a single step of the machine, by thread tid or, if that is
 * 0, by the one that the seed chooses.  Returns whose step it was; 0 if the
 * line needed none.
 */
pid_t run_step(struct run *run, pid_t tid);

/*
 * What a step did to the machine, once more, and nothing else: nobody may be
 * watching.
 */
void run_again(struct run *run, const struct line *entered, bool steps,
	       pid_t tid);

/* The line from here on that does something; if none does, the last. */
const struct line *run_acts(const struct line *line);

#endif

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
struct run {
	struct kith_machine *machine;
	const struct script *script;
	unsigned failures;
	uint32_t line; /* that is being run */

	/* For whoever looks on; any may be NULL. */
	void *context;
	void (*printed)(struct run *run, const struct printed *p);
	void (*failed)(struct run *run, const struct failure *f);
	void (*event)(struct run *run, const struct kith_event *e);
	/*
	 * A call was made, or with no text could not be made.  Line NULL: the
	 * machine has just been born.
	 */
	void (*stepped)(struct run *run, const struct line *line,
			const char *text);

	/* The run's own. */
	struct kith_observer observer;
	struct pool pool;
	struct map actors;
	struct entry *first, *last, *unprinted;
	struct {
		const struct line *line;
		enum { PENDING, RETURNED, BEGUN } state;
		struct kith_result result;
	} own;
	bool halted;
};

/* 0; 1 if expectations failed; 3 if the machine cannot be had. */
int run_script(struct run *run, const struct script *script,
	       const uint64_t *seed);

#endif

/*
 * kith fuzz: random programs, and what came of them.
 *
 *	            programs 1, 2, 3 ... that are this shard's
 *	cmd_fuzz ---+--> worker on processor 0   draw, run, compare; shrink, save
 *	(prints)    +--> worker on processor 1       |
 *	    ^       +--> ...                         | what is to be said
 *	    +----------------------------------------+
 *
 * A program is a function of the seed and of its number, whoever runs it, so
 * that shards and workers can be as many as one likes.
 */
#ifndef SIM_FUZZ_H
#define SIM_FUZZ_H

#include "sim/program.h"

struct fuzzing {
	uint64_t seed;
	unsigned programs;
	unsigned shard, shards; /* 1 to shards */
	struct habits habits;
	const struct engine *engine;
	const char *out; /* folder for transcripts; NULL: they are printed */
	unsigned jobs;
	unsigned long patience; /* runs for each shrinking */
};

enum { MOST_JOBS = 256 };

/* All of it; the exit status. */
int fuzz(const struct fuzzing *f);

/* How it stands, in memory that all workers share. */
struct tally {
	unsigned programs, divergences;
	unsigned long steps;
	bool stop;
};

/* What one program has come to. */
struct worker {
	const struct fuzzing *fuzzing;
	struct tally *tally;
	struct rig rig;
	struct program program;
	struct slot *slot; /* cmd_fuzz's */
	unsigned number;   /* of the program */
	struct out report; /* to be said of it; empty if all went well */
	bool lacking;      /* it cannot be run here: report says why */
	/* Differences that have been shrunk, by kind, so as not to do it often. */
	struct kind_seen {
		struct kind_seen *next;
		unsigned times;
		struct difference what;
	} * seen;
};

/* Program number n, and all that follows from it. */
void fuzz_program(struct worker *w, unsigned n);
/*
 * Of w->number it is known only that it made w->program, and died: of which
 * signal, or 0.
 */
void fuzz_crashed(struct worker *w, int sig);
void worker_free(struct worker *w);

#endif

/*
 * What a pair is made of, for the two files that are about it: pair.c, which
 * makes calls and finds out whether the two agree, and pair_show.c, which tells
 * others of it.
 */
#ifndef SIM_PAIR_OWN_H
#define SIM_PAIR_OWN_H

#include "sim/compare.h"
#include "sim/pair.h"

enum {
	MOST_RUNNABLE = 256, /* among whom may be chosen */
	MOST_CHOICES = 256,  /* in one line */
	MOST_RUNS = 20000,   /* orders that are tried */
	SEEN = 1 << 15,      /* states that are remembered; a power of two */
};

/* The choices of one run of the model: among how many, and which. */
struct path {
	int length, forced; /* the first so many are given */
	bool dead_end;      /* it came to a state that was tried before */
	uint16_t among[MOST_CHOICES], pick[MOST_CHOICES];
	uint16_t ran[MOST_CHOICES]; /* as the model numbers them */
};

struct pair {
	struct stage stage;
	struct watch linux;
	struct kith_machine *model;
	struct kith_observer observer;
	struct kith_snapshot *before; /* the call */
	struct comparison compare;
	struct said *said;
	size_t said_room;
	struct path path;
	bool by_evidence; /* choices are numbered by what Linux shows */
	bool searching;   /* states that were tried are not tried again */
	uint64_t *seen;   /* hashes, by open addressing */
	size_t seen_count;
	bool halted, lost;
	bool alone;            /* there was a difference: only Linux goes on */
	pid_t actor;           /* of the last call, */
	struct kith_call call; /* which is this */
	char why[200];
};

/* The last call, on the model, along the path. */
void pair_run_model(struct pair *p, pid_t tid, const struct kith_call *call);

/* The model is as it was before the last call. */
void pair_put_back(struct pair *p);

#endif

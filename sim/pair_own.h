/*
 * What a pair is made of, for the files that are about it: pair.c, which makes
 * calls and asks whether the two agree; search.c, which looks among the model's
 * orders for Linux's; clues.c, which says where to look; and pair_show.c, which
 * tells others of it.
 *
 * The model of a pair takes small steps.  Of the orders in which they can be
 * taken there are three levels:
 *
 *	PLAIN   whoever is at it goes on as long as he can; then the one that
 *	        has waited longest.  This is what `kith run` does
 *	COARSE  whoever is at it goes on; then anyone
 *	FINE    anyone, at each step
 */
#ifndef SIM_PAIR_OWN_H
#define SIM_PAIR_OWN_H

#include "sim/compare.h"
#include "sim/draw.h"
#include "sim/pair.h"

enum {
	MOST_RUNNABLE = 256,   /* among whom may be chosen */
	MOST_CHOICES = 1024,   /* in one line */
	MOST_TURNS = 512,      /* that can be told of */
	MOST_TRIED = 4000000,  /* steps of the model that a search may take, */
	MOST_HURRIED = 100000, /* and if there are many to be made */
	FIRST_TRY = 4000,
	SEEN = 1 << 12, /* states that are remembered at first */
};

enum level { PLAIN, COARSE, FINE };

/* The choices of one run of the model. */
struct path {
	int length, forced; /* the first so many are given */
	bool dead_end;      /* this cannot be Linux's */
	int turns;
	uint16_t pick[MOST_CHOICES];
	/* Who went, how many steps, and whether he could have gone on. */
	struct turn {
		pid_t who;
		uint16_t steps;
		bool broken;
	} turn[MOST_TURNS];
};

/*
 * Somebody is on his way out, in the model: he has taken the signal that ends
 * him; has begun to exit, and is told of nothing more; has let go of his memory,
 * so that nothing is left but to die.
 */
enum { NOT_YET = -1, STRUCK, BEGUN, LET_GO };
struct leaving {
	pid_t tid;
	int steps;
	bool unseen; /* nobody waits for it to let go of its memory */
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
	pid_t actor;           /* of the last call, */
	struct kith_call call; /* which is this */
	enum level level;
	struct path path;
	struct leaving leaving[MOST_RUNNABLE]; /* in this run */
	int nr_leaving;
	pid_t last;     /* who has just taken a step */
	bool searching; /* states that were tried are not tried again */
	uint64_t *seen; /* hashes, by open addressing */
	size_t seen_count, seen_room;
	long patience, tried;             /* in steps */
	struct fork *forks[MOST_CHOICES]; /* of a search, along the path */
	int nr_forks;
	bool halted, lost;
	bool disturbed; /* and that is nobody's fault here */
	bool alone;     /* there was a difference: only Linux goes on */
	char why[200];
};

/* An event of the model's is what it says, and may end a search. */
void pair_hear(struct kith_observer *o, const struct kith_event *e);

/* The model is as it was before the last call. */
void pair_put_back(struct pair *p);
void pair_restore(struct pair *p, const struct kith_snapshot *s);
/* What the model has come to is what Linux shows. */
bool pair_agrees(const struct pair *p);

/* The last call, on the model, along the path, as the level has it. */
void search_run(struct pair *p);
/* True if an order was found that is Linux's; the model has taken it. */
bool search(struct pair *p);

/* An event of the model's; it may show that this order is not Linux's. */
void search_hear(struct pair *p, const struct kith_event *e);
/* The n in who who may go next, the likeliest first. */
void sort_by_turn(const struct pair *p, pid_t *who, long n);
/* Is tid's next step one that nobody else can notice? */
bool is_unseen(const struct pair *p, pid_t tid);

#endif

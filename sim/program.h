/*
 * A program of the fuzzer's: who made which call, in order.
 *
 * It is made by drawing calls while it runs, and from then on it is a list that
 * can be run again, made smaller, renumbered and written down as a transcript.
 */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include <kith/property.h>

#include "sim/engine.h"

struct deed {
	pid_t tid;
	pid_t born; /* who was there after it that had not been before, or 0 */
	struct kith_call call; /* its text is static */
};

struct program {
	struct kith_config machine;
	struct deed *deeds;
	size_t count, room;
};

void program_free(struct program *p);
void program_clear(struct program *p);
void program_add(struct program *p, const struct deed *deed);
void program_copy(struct program *to, const struct program *from);

/* Where and how a program is run. */
struct rig {
	const struct engine *engine;
	int cpu; /* as pair_new() */
	/* If not NULL: whether to stop; then a program ends where it is. */
	bool (*stopped)(void *ctx);
	/*
	 * If not NULL: told before each call, which may be the last that anybody
	 * hears of this.  p is how far it got.
	 */
	void (*about_to)(void *ctx, const struct program *p,
			 const struct deed *deed);
	void *ctx;
	bool hurry;     /* as pair_hurry() */
	uint64_t calls; /* made so far */
};

enum ending {
	ENDED_WELL,
	ENDED_DIFFERENTLY, /* the last deed made the difference */
	ENDED_LOST,        /* Linux was lost: difference.on_linux says how */
	ENDED_LACKING, /* this machine cannot do it: difference.on_linux says why */
};

/* What the random ones are like. */
struct habits {
	unsigned steps; /* at most */
	unsigned weight[KITH_NR_FAMILIES];
	bool any_machine; /* micro steps, seeds, cores: what Linux has not */
};

/* Draw a program from the tape while it runs; p is what was drawn. */
enum ending program_draw(struct rig *rig, const struct habits *habits,
			 struct kith_tape *tape, struct program *p,
			 struct difference *d);

/* Run it.  Deeds that cannot be done any more are dropped from it. */
enum ending program_run(struct rig *rig, struct program *p,
			struct difference *d);

/* The transcript: "# machine:" if it is a special one, and the lines. */
void program_write(struct out *o, const struct program *p);

/* Is it the same in both, but for whom it happened to? */
bool same_kind(const struct difference *a, const struct difference *b);
void difference_clear(struct difference *d);

#endif

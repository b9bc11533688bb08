/*
 * Making a program that fails smaller, by what it is made of.
 *
 * The tape's shrinker (<kith/tape.h>) knows nothing of programs, and gets stuck
 * where two things must change at once: a fork that nobody needs cannot be left
 * out alone, because then everybody who is born later has another number.  Here
 * lines go, people go, with all that names them, while the rest are numbered
 * anew, and arguments become what they would be if they were left out.
 */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "sim/program.h"

struct smaller {
	/*
	 * Does it fail, and in the same way?  It may drop deeds from p that do
	 * nothing, and says in each who was born of it.
	 */
	bool (*fails)(void *ctx, struct program *p);
	void *ctx;
	unsigned patience; /* so often is it asked, at most */
};

/* p fails, and does still when this is done. */
void program_shrink(struct smaller *s, struct program *p);

/*
 * As if nobody had been born of deed i: those who would be called otherwise
 * are, and what the unborn does and what is done to it is left out.
 */
void program_unbear(struct program *to, const struct program *from, size_t i);

#endif

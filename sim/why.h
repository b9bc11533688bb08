/*
 * Why is it so?
 *
 * Of a number: who goes by it and how it came to that; if it is a zombie, who
 * could collect it, why nobody has, and what would change that; if an orphan,
 * whose it was; if asleep, what for; if gone, how it went; and why the number
 * is still taken.  The answer is a list of clauses, each with its rule.
 */
#ifndef SIM_WHY_H
#define SIM_WHY_H

#include "sim/history.h"
#include "sim/out.h"

/* What is asked; line is the last one that was run. */
struct question {
	struct kith_machine *machine;
	const struct history *history;
	pid_t pid;
	uint32_t line;
};

/* False if there never was such a number; then there is no answer. */
bool why(struct out *o, const struct question *q);
bool why_json(struct out *o, const struct question *q, const char *file);

#endif

/*
 * What one can run up to.
 */
#ifndef SIM_UNTIL_H
#define SIM_UNTIL_H

#include "sim/steps.h"

struct condition {
	const struct until *until; /* its row of the table */
	pid_t pid, other;
	uint32_t line;
	int event;
};

/*
 * From words, such as "4 is zombie"; NULL, or what is wrong with it.
 */
const char *read_condition(struct condition *c, char *text);

/*
 * Is it so?  What is about something that happens asks whether it did since
 * `step` steps had been taken.
 */
bool is_so(const struct condition *c, const struct steps *s, size_t step);

/* Each way of writing one, for the help. */
void list_conditions(struct out *o, const char *margin);

#endif

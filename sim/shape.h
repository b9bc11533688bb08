/*
 * Structures in a transcript: {si_signo=SIGCHLD, si_code=CLD_EXITED, ...}.
 *
 * A shape is a list of fields, each with its name, its place and its type; one
 * function reads any structure, one prints it, one compares two.
 */
#ifndef SIM_SHAPE_H
#define SIM_SHAPE_H

#include "sim/kinds.h"

struct field;
struct shape {
	const char *name;
	size_t size;
	const struct field *fields;
	unsigned count; /* at most 31 */
	/* What may follow the fields. */
	bool (*parse_tail)(struct scan *s, void *data);
	void (*print_tail)(struct out *o, const void *data);
};

extern const struct shape siginfo_shape, usage_shape, tms_shape, action_shape,
	clone_shape, spend_shape;

#define ALL_FIELDS UINT32_MAX

/*
 * At "{".  The fields that are there go into data and are marked in *present;
 * "{}" is all of them, and zero.  May_be_open: "..." may stand for the rest.
 */
bool shape_parse(struct scan *s, const struct shape *shape, void *data,
		 uint32_t *present, bool may_be_open);

/* Those fields that strace would show and that are in mask; "..." for others.
 */
void shape_print(struct out *o, const struct shape *shape, const void *data,
		 uint32_t mask);

bool shape_differs(const struct shape *shape, const void *expected,
		   const void *got, uint32_t mask);

#endif

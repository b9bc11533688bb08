/*
 * Reading "name(arguments) = result".
 */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "sim/script.h"

/* At the name; NULL after a complaint. */
struct call_text *read_call(struct scan *s);

/* After "<... ": "name resumed>rest) = result". */
struct call_text *read_resumed(struct scan *s);

/*
 * What the line on which a call began leaves out may stand on the one on which
 * it ends.
 */
void join_calls(struct call_text *begun, const struct call_text *resumed);

/* The first required argument that is still missing, or NULL. */
const struct kind *first_gap(const struct call_text *text);

#endif

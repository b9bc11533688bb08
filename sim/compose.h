/*
 * A call in words: what was made by a program becomes a line of a transcript.
 *
 * It is sim/call.c the other way round.  A line says no more than it must:
 * arguments that are what they would be if they were left out, at the end, are
 * left out, and what the call fills in is not shown.
 */
#ifndef SIM_COMPOSE_H
#define SIM_COMPOSE_H

#include "sim/script.h"

/* The call as if it had been read; it borrows from the call and the pool. */
struct call_text *text_of(struct pool *pool, const struct kith_call *call);

/* "2 wait4(-1)" */
void compose(struct out *o, pid_t tid, const struct kith_call *call);

#endif

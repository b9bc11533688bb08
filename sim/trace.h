/*
 * A trace: what kith-init --trace wrote of a real run.
 *
 * It is a file with a JSON object on each line, an event of the model's with its
 * fields by name; pid1/trace.h has the list.  Two are a real init's only:
 * "start", and "seen", an orphan that was first met when it was dead.  What was
 * before is not in it, and is not made up here.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "sim/sim.h"

/* Is this file one?  A file that cannot be read is not. */
bool trace_is(const char *path);

/* kith tree and kith stats, of a trace. */
int trace_tree(const struct options *options, const char *path);
int trace_stats(const struct options *options, const char *path);

#endif

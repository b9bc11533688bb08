/*
 * --explain: what would be done here, and why, on stdout.  Nothing is started.
 */
#ifndef PID1_EXPLAIN_H
#define PID1_EXPLAIN_H

#include "pid1/options.h"
#include "pid1/rare.h"

RARE int explain(const struct options *o);

#endif

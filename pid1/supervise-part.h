/*
 * Supervision as a part of kith-init: see parts.h.
 */
#ifndef PID1_SUPERVISE_PART_H
#define PID1_SUPERVISE_PART_H

#include "pid1/parts.h"

/* Before any other: sees the command line as it was. */
extern const struct part supervise_first;
extern const struct part supervise_part;

#endif

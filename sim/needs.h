/*
 * What a scenario needs to be true: "# needs: root, linux >= 6.14".
 *
 * The model is of one kernel, has all privileges, and looks at the version
 * alone; Linux, where the scenario runs on it, must have everything.
 */
#ifndef SIM_NEEDS_H
#define SIM_NEEDS_H

#include "sim/text.h"

struct needs {
	uint32_t line;     /* the last that said something; 0: none did */
	int linux_version; /* KITH_LINUX(); 0: any */
	bool root, userns;
	uint64_t caps;
};

/* What stands behind "needs:"; adds to what is there. */
bool read_needs(struct scan *s, struct needs *needs, uint32_t line);

/* If not, stderr has been told what is missing. */
struct script;
bool needs_are_met(const struct script *script, bool on_linux);

#endif

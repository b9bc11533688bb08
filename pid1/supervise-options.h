/*
 * What can be asked of supervision.  Nothing asked: it is not there.
 */
#ifndef PID1_SUPERVISE_OPTIONS_H
#define PID1_SUPERVISE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "pid1/options.h"
#include "pid1/rare.h"

/* What follows when the health check has failed often enough. */
enum unwell { UNWELL_RESTART, UNWELL_STOP, UNWELL_TELL };

struct supervise_options {
	bool wanted; /* any of these options was given */

	uint8_t restart; /* enum restart */
	uint64_t pause_ns, pause_max_ns, well_ns;
	uint64_t most;
	int restart_on;       /* signal that asks for a soft restart */
	bool softly;          /* that signal is ours to take */
	const char *pre_stop; /* signal or command */
	uint64_t pre_stop_ns; /* then KILL */

	const char *health; /* command, or NULL */
	uint64_t health_every_ns, health_time_ns;
	uint64_t health_retries;
	uint8_t unwell; /* enum unwell */

	const char *output; /* file, or NULL */
	uint64_t output_limit;

	const char *control; /* path of the socket, or NULL */
	bool update;         /* may replace itself */
	int update_on;       /* signal that asks for that */
};

extern struct supervise_options supervise_options;
extern const struct option_row supervise_rows[];

/* What does not go together, or NULL. */
RARE const char *supervise_check(const struct options *o);

#endif

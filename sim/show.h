/*
 * What a run has to say, on standard output or where complaints go: lines for
 * people, or an object of JSON for each.
 */
#ifndef SIM_SHOW_H
#define SIM_SHOW_H

#include "sim/run.h"

void show_text(struct run *run, const struct printed *p);
void show_json(struct run *run, const struct printed *p);
void tell_failure(struct run *run, const struct failure *f); /* on stderr */
void show_failure_json(struct run *run, const struct failure *f);

/* An object about a file, to be gone on with; and its end. */
void json_begin(struct out *o, const char *file, const char *what);
void put_line(struct out *o);

/* The first difference between the model and Linux, on stdout. */
void tell_difference(struct run *run, const struct line *line,
		     const struct difference *d);
void show_difference_json(struct run *run, const struct line *line,
			  const struct difference *d);

#endif

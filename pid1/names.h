/*
 * Signals by name and number, times and codes, as people write them.
 *
 * A signal is a number, 1 to 64; or a name, with or without SIG: TERM, SIGHUP;
 * or RTMIN+n and RTMAX-n, where RTMIN is 34, as for programs of glibc, and
 * RTMAX is 64.  Small and capital letters are the same.
 */
#ifndef PID1_NAMES_H
#define PID1_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NR_SIGNALS = 64, FIRST_RT = 34 };

/* The number, or 0 if that is no signal.  `len` characters of text count. */
int signal_number(const char *text, size_t len);

/* "SIGTERM", or NULL for one that has no name of its own. */
const char *signal_name(int sig);

/* A number without a sign, up to `most`; false if it is none. */
bool read_number(const char *text, size_t len, uint64_t most, uint64_t *n);

/* What an errno means, in the words of strerror(3); "unknown error". */
const char *error_text(int err);

/* How much of the text is before the first of these characters, or its end. */
size_t before(const char *text, const char *any);

/* Where the text has this character, or NULL. */
char *find_character(const char *text, char c);

/*
 * Write a number behind what comes before it, which may be "".  Returns where the
 * text ends, with a '\0'.
 */
char *numbered(char *to, const char *prefix, uint64_t n);

/* The number that the text begins with, after blanks; 0 if with none. */
uint64_t leading_number(const char *text);

/*
 * A time: 90, 1.5, 200ms, 10s, 2m, 1h; without a unit, seconds.  In
 * nanoseconds, at most a year.  "never" is TIME_NEVER.
 */
#define TIME_NEVER UINT64_MAX
bool read_time(const char *text, uint64_t *ns);

#endif

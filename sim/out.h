/*
 * One line of output, while it is being put together.
 *
 * strace lines its results up in a column, so whoever prints must know how
 * long the line is already; and the same words go to a terminal, into a
 * complaint or into JSON.  Hence text first, and a file later.
 */
#ifndef SIM_OUT_H
#define SIM_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct out {
	char *text; /* ends in NUL, unless it is NULL */
	size_t len, room;
};

void out_bytes(struct out *o, const char *s, size_t len);
void out_text(struct out *o, const char *s);
void out(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_pad(struct out *o, size_t column);
void out_cut(struct out *o, size_t len);
void out_clear(struct out *o);
void out_free(struct out *o);

/* The line, as a C string; never NULL. */
const char *out_line(const struct out *o);

/* Quoted as JSON wants it; bytes that are not UTF-8 become U+FFFD. */
void out_json(struct out *o, const char *s, size_t len);

/* Quoted as strace does it, with C's escapes. */
void out_quoted(struct out *o, const char *s, size_t len);

/* What terminals do with colour; all empty where there shall be none. */
struct paint {
	const char *dim, *red, *green, *yellow, *bold, *off;
};
const struct paint *paint_for(FILE *f);

#endif

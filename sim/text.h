/*
 * Reading text, and saying where it is wrong.
 *
 * A scanner walks over one line.  Whoever finds what it cannot use calls
 * fail() with what it expected there, and returns false; so do its callers, up
 * to the one that reads lines, which goes on with the next.  The first
 * complaint about a line is the one that counts: the rest would be its
 * consequences.
 */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
	const char *name; /* for people: "-" is called <stdin> */
	char *bytes;
	size_t len;
};

/* 0, or -1 after having said on stderr what is wrong. */
int source_read(struct source *src, const char *path);
void source_free(struct source *src);

struct scan {
	const char *line; /* where it begins */
	const char *p;    /* where we are */
	const char *end;  /* where it ends */
	struct pool *pool;
	bool failed;
	uint32_t column;     /* of the failure */
	char complaint[320]; /* "expected ..." */
};

/* The column of p, from 1, in characters of UTF-8. */
uint32_t column_of(const struct scan *s, const char *p);

bool fail(struct scan *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
bool fail_at(struct scan *s, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * expected() is fail("expected %s, got ...") with what stands there instead.
 */
bool expected(struct scan *s, const char *what);

void skip_space(struct scan *s); /* and comments like this one */
bool at_end(struct scan *s);     /* of the line, but for space */
bool looking_at(struct scan *s, const char *word);
bool take(struct scan *s, const char *word); /* if it is there */
bool must_take(struct scan *s, const char *word);

/* A name: a letter or _, then letters, digits, _.  Its length, or 0. */
size_t name_here(struct scan *s);
bool take_name(struct scan *s, const char *name); /* this one, whole */
bool is_name(const char *s, size_t len, const char *name);

/* Numbers; what says what was expected. */
bool read_decimal(struct scan *s, const char *what, int64_t min, int64_t max,
		  int64_t *n);
bool read_unsigned(struct scan *s, const char *what, uint64_t *n);
bool read_hex(struct scan *s, const char *what, uint64_t *n);

/* "text", unquoted into the scanner's pool. */
bool read_quoted(struct scan *s, char **text, size_t *len);

#endif

/*
 * Kinds of arguments: how each is read and how it is printed.
 *
 * calls.def gives every argument a kind; each kind is one row of the table
 * here.  A value is what a transcript says about an argument: what is passed
 * to the call, and, for what the call fills in, what is expected there.
 *
 * Pointers in a transcript.  NULL is NULL.  A structure, a list or a string is
 * memory that is there.  So is `...`, and so is an address that a program might
 * really have: strace prints that much of an output which a failed call did
 * not fill in.  An address where no program has memory (the first 64 KiB,
 * and everything above user space) is one with nothing behind it.
 */
#ifndef SIM_KINDS_H
#define SIM_KINDS_H

#include <kith/kith.h>

#include "sim/out.h"
#include "sim/table.h"
#include "sim/text.h"

struct value {
	uint64_t num;     /* for kith_call's arg[] */
	uint32_t column;  /* where it is written; 0: it is not */
	uint32_t checked; /* outputs: a bit for each field that is compared */
	const void *data; /* what it points to, or what is expected there */
};

/* What data points to, where it is not a struct of kith.h's. */
struct clone_text {
	struct kith_clone_args args;
	unsigned numbers;   /* how many of set_tid are written */
	int32_t parent_tid; /* expected: what follows "=>" */
};
struct string {
	const char *text;
	size_t len;
};
struct strings {
	size_t count;
	struct string *list;
};

enum role {
	IN,
	BOTH, /* read at the start of the call, and filled in at its end */
	OUT,
};

struct kind {
	const char *what; /* for "expected ..." */
	enum role role;
	uint32_t filled;  /* outputs: enum kith_filled */
	size_t offset;    /* outputs: where in struct kith_result */
	uint32_t by_load; /* fields that on Linux nobody can foretell */
	const char *set;  /* of names */
	const char *unknown;
	bool (*parse)(struct scan *s, const struct kind *k, struct value *v);
	void (*print)(struct out *o, const struct kind *k,
		      const struct value *v);
	/* Outputs: does what came differ from what was expected? */
	bool (*differs)(const struct value *expected, const void *got);
	/* BOTH: what was filled in, as it follows the value: " => {...}". */
	bool (*parse_after)(struct scan *s, struct value *v);
	void (*print_after)(struct out *o, const void *got);
};

extern const struct kind kinds[NR_KINDS];

/* NULL, KITH_HERE or an address with nothing behind it, from what is written.
 */
uint64_t pointer_from(uint64_t address);
bool read_pointer(struct scan *s, uint64_t *pointer);
void print_pointer(struct out *o, uint64_t pointer);

/* Bits with names. */
bool read_flags(struct scan *s, const char *const *sets, const char *what,
		uint64_t *flags);
void print_flags(struct out *o, const char *const *sets, const char *unknown,
		 uint64_t flags);

bool read_signal(struct scan *s, int64_t *signal);
void print_signal(struct out *o, int64_t signal);

void print_wait_status(struct out *o, int status);

#endif

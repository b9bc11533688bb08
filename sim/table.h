/*
 * The tables of <kith/...>, as data: which calls there are and how each is
 * written, and which numbers have names.
 *
 * Nothing else in sim/ knows a call by name.  A call that learns a new
 * argument, or a new call, is a row there and nothing here.
 */
#ifndef SIM_TABLE_H
#define SIM_TABLE_H

#include <kith/kith.h>

enum kind_nr {
	KIND_NONE, /* ends the list of a form's arguments */
#define KIND(NAME, what, set) KIND_##NAME,
#include <kith/kinds.def>
	NR_KINDS
};

#define MAX_ARGS 6
#define REQ      (UINT64_MAX - 1) /* in place of a default: there is none */

struct arg {
	enum kind_nr kind;
	int slot;
	const char *label;
	uint64_t otherwise; /* what it is if left out, or REQ */
};

/* One way of writing a call. */
struct form {
	enum kith_call_nr nr;
	int slot; /* argument that tells this form from others; -1: none */
	uint64_t key;
	struct arg args[MAX_ARGS + 1];
};

enum result_kind {
	RESULT_PID,
	RESULT_CHILD,
	RESULT_INT,
	RESULT_FDFLAGS,
	RESULT_TICKS,
	RESULT_NEVER
};

extern const struct form forms[];
extern const unsigned nr_forms;

enum result_kind result_kind(enum kith_call_nr nr);
bool call_is_wait(int64_t nr); /* one of those that collect the dead */

/* The form for which argument `slot` is `key`; else the one for all others. */
const struct form *form_for(enum kith_call_nr nr, uint64_t key);
const struct form *first_form(enum kith_call_nr nr);
const struct form *form_of(const struct kith_call *call);
int form_args(const struct form *form);

/* The call whose name this is, or -1. */
int call_named(const char *name, size_t len);

/* Names of numbers: sets are those of values.def, "signal" and "error". */
struct named {
	const char *set, *name;
	uint64_t number;
};
extern const struct named names[]; /* in the order of the tables */
extern const unsigned nr_names;

const struct named *named(const char *set, const char *name, size_t len);
const struct named *numbered(const char *set, uint64_t number);

/* Where a field of /proc/PID/stat stands, from 0; -1: no such name. */
int stat_field(const char *name, size_t len); /* "stat.ppid" */

#endif

/*
 * A transcript that has been read: a list of lines.
 *
 * What can be told before running is told here: every line is either understood
 * whole or complained about.  kith-transcript(5) is the format's description;
 * the calls, their arguments and the numbers' names are the tables' business
 * (see sim/table.h and sim/kinds.h), not the reader's.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "sim/kinds.h"
#include "sim/memory.h"
#include "sim/needs.h"

enum line_kind {
	LINE_TEXT,       /* blank lines and comments, as many as follow */
	LINE_ORDER,      /* # order: 3 2:1 4 2 */
	LINE_CALL,       /* 1 fork() = 2 */
	LINE_RESUMED,    /* 1 <... wait4 resumed>[...], 0, NULL) = 2 */
	LINE_SIGNAL,     /* 2 --- SIGTERM {...} --- */
	LINE_STOPPED,    /* 2 --- stopped by SIGSTOP --- */
	LINE_ENDED,      /* 2 +++ exited with 7 +++ */
	LINE_SUPERSEDED, /* 2 +++ superseded by execve in pid 3 +++ */
	LINE_FIELD,      /* @ 2 State: Z (zombie) */
	LINE_GONE,       /* @ 2 gone */
};

/* What a line says that a call returns. */
struct outcome {
	enum { ANYTHING, A_VALUE, NO_RETURN } what;
	int64_t value;   /* or -errno */
	uint32_t column; /* 0: not written */
};

/* Where Linux may choose who goes next: these, one after the other. */
struct order {
	unsigned count, room;
	struct turn_text {
		pid_t who;
		unsigned steps; /* 0: as many as he can take */
	} * turn;
};

struct call_text {
	const struct form *form;
	bool unfinished; /* it shall sleep */
	bool has_gaps;   /* required arguments stand on the resumed line */
	struct outcome outcome;
	struct value args[]; /* as many as the form has */
};

struct field_text {
	const char *name, *value;
	bool open; /* ... */
};

struct line {
	struct line *next;
	uint32_t number;
	enum line_kind kind;
	pid_t tid;
	const char *text; /* as it is written, without its end */
	size_t len;
	union {
		struct {
			struct call_text *call;    /* CALL, RESUMED */
			const struct order *order; /* CALL; NULL: none */
		};
		struct { /* SIGNAL, STOPPED */
			int signo;
			struct value info;
		};
		int status;               /* ENDED */
		pid_t by;                 /* SUPERSEDED */
		struct field_text *field; /* FIELD */
	};
};

struct script {
	struct source source;
	struct pool pool;
	struct line *first;
	struct kith_config machine; /* what "# machine:" asks for */
	bool has_orders;
	struct needs needs; /* what "# needs:" asks for */
	unsigned complaints;
};

/*
 * Read a file.  0; or -1 if it cannot be read or is not a transcript, and
 * that has been said on stderr.
 */
int script_read(struct script *script, const char *path);
void script_free(struct script *script);

/* The call that a line makes.  The result borrows from the line. */
struct kith_call call_of(const struct call_text *text);

/* How many arguments are printed when the call begins: up to the first output.
 */
int args_at_entry(const struct form *form);

#endif

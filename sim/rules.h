/*
 * The rules of the rulebook, and what shows them.
 *
 * A file cites a rule where its name stands in it, be it a transcript or a test
 * in C.  A transcript, a file whose name ends in .kith, can also be run, on the
 * model and on this kernel: then the rules that it cites hold there, as far as
 * it shows them, or do not.
 */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/script.h"

struct rule {
	const char *id, *title;
	const char *waits;      /* what must come before; "": nothing */
	const char *why, *test; /* it is shown in C only; NULL: not so */
	bool is_group;
};

extern const struct rule rules[];
extern const int nr_rules;

/* What became of a transcript on one of the kernels. */
enum verdict { NOT_RUN, HOLDS, FAILS };
const char *verdict_text(enum verdict v);

/* A file, with how often it cites each of the rules. */
struct witness {
	const char *file;
	unsigned *cites;
	bool is_transcript;
	struct script script;
	enum verdict model, on_linux;
};

/* 0; -1 if it cannot be read, or is no transcript, and that has been said. */
int witness_read(struct witness *w, const char *file);
void witness_free(struct witness *w);

/*
 * Run it, if it is a transcript, on the model, and then on Linux beside the
 * model; what fails or differs is told on stderr.
 */
void witness_run(struct witness *w);
void witness_run_on_linux(struct witness *w);

/* What all of them together say of a rule. */
struct standing {
	unsigned cited;
	enum verdict model, on_linux;
};
struct standing rule_standing(int rule, const struct witness *w, int n);

#endif

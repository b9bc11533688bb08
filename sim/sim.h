/*
 * kith: processes, as Linux has them, on paper.
 *
 * main() chooses one of these.  Each gets the words behind its name and returns
 * the program's exit status: 0 if all held, 1 if an expectation failed, 2 for
 * bad usage or syntax, 3 if this machine lacks something.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

enum { HELD = 0, FAILED = 1, USAGE = 2, LACKING = 3 };

struct fuzz_options {
	uint64_t programs, steps, shard, shards, jobs; /* 0: not said */
	const char *family, *out;
	bool model_only;
};

struct options {
	bool json, ascii, micro, on_linux;
	bool has_seed, has_at;
	uint64_t seed;
	uint32_t at; /* a line */
	struct fuzz_options fuzz;
};

int cmd_conform(const struct options *options, int files, char **file);
int cmd_run(const struct options *options, int files, char **file);
int cmd_tree(const struct options *options, int files, char **file);
int cmd_step(const struct options *options, int files, char **file);
int cmd_why(const struct options *options, int words, char **word);
int cmd_stats(const struct options *options, int files, char **file);
int cmd_fuzz(const struct options *options, int words, char **word);
int cmd_rules(const struct options *options, int files, char **file);

/* One of kith fuzz's own options; NULL, or what is wrong with it. */
const char *fuzz_option(struct fuzz_options *fuzz, int letter, const char *arg);

#endif

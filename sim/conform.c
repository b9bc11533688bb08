/*
 * kith conform: does Linux say the same?
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/memory.h"
#include "sim/pair.h"
#include "sim/show.h"
#include "sim/sim.h"

/* What one file came to. */
struct tally {
	unsigned calls, files, differ, skipped;
};

struct conforming {
	struct tally *tally;
	bool json;
};

static void count_call(struct run *run, const struct line *line,
		       const char *text)
{
	struct conforming *c = run->context;

	(void)text;
	c->tally->calls += line != NULL;
}

static int conform_one(const struct options *options,
		       const struct script *script, struct tally *tally)
{
	struct conforming c = { .tally = tally, .json = options->json };
	struct run run = {
		.on_linux = true,
		.until_differs = true,
		.context = &c,
		.stepped = count_call,
		.failed = options->json ? show_failure_json : tell_failure,
		.differs =
			options->json ? show_difference_json : tell_difference,
	};
	int status = run_script(&run, script,
				options->has_seed ? &options->seed : NULL);

	tally->files++;
	tally->differ += status == FAILED;
	tally->skipped += status == LACKING;
	return status;
}

static void print_tally(const struct tally *t, bool json)
{
	if (json)
		printf("{\"what\":\"end\",\"files\":%u,\"calls\":%u,"
		       "\"differ\":%u,\"skipped\":%u}\n",
		       t->files, t->calls, t->differ, t->skipped);
	else
		printf("%u files, %u calls on both, %u differ, %u not run\n",
		       t->files, t->calls, t->differ, t->skipped);
}

int cmd_conform(const struct options *options, int files, char **file)
{
	struct script *scripts = must_alloc((size_t)files * sizeof(*scripts));
	struct tally tally = { 0 };
	int status = HELD;

	for (int i = 0; i < files; i++)
		if (script_read(&scripts[i], file[i]))
			status = USAGE;
	for (int i = 0; i < files && status != USAGE; i++) {
		int one = conform_one(options, &scripts[i], &tally);

		if (!status || one == FAILED)
			status = one;
	}
	if (status != USAGE)
		print_tally(&tally, options->json);
	for (int i = 0; i < files; i++)
		script_free(&scripts[i]);
	free(scripts);
	return status;
}

#include <stdio.h>
#include <stdlib.h>

#include "sim/pair.h"
#include "sim/show.h"
#include "sim/sim.h"

/* --- the command -----------------------------------------------------------
 */

/* stdout is the transcript's; what differs is said as a comment there. */
static void tell_aside(struct run *run, const struct line *line,
		       const struct difference *d)
{
	(void)run;
	(void)line;
	printf("# %s: the model says '%s', linux says '%s'\n",
	       out_line(&d->what), out_line(&d->model), out_line(&d->on_linux));
}

static int run_one(const struct options *options, const struct script *script)
{
	struct run run = {
		.on_linux = options->on_linux,
		.paint = paint_for(stdout),
		.printed = options->json ? show_json : show_text,
		.failed = options->json ? show_failure_json : tell_failure,
		.differs = options->json ? show_difference_json : tell_aside,
	};
	struct out o = { 0 };
	int status = run_script(&run, script,
				options->has_seed ? &options->seed : NULL);

	if (options->json) {
		json_begin(&o, script->source.name, "end");
		out(&o, ",\"status\":%d,\"failures\":%u", status,
		    run.now.failures);
		put_line(&o);
	} else if (!script->source.len) {
		fprintf(stderr, "%s: nothing to run: the file is empty\n",
			script->source.name);
	}
	return status;
}

/* All files are read before any is run: a mistake in one stops all of them. */
int cmd_run(const struct options *options, int files, char **file)
{
	struct script *scripts = calloc((size_t)files, sizeof(*scripts));
	int status = HELD;

	if (!scripts)
		out_of_memory();
	for (int i = 0; i < files; i++)
		if (script_read(&scripts[i], file[i]))
			status = USAGE;
	for (int i = 0; i < files && status != USAGE; i++) {
		int one;

		if (files > 1 && !options->json)
			printf("%s# file: %s\n", i ? "\n" : "", file[i]);
		one = run_one(options, &scripts[i]);
		if (!status || one == FAILED)
			status = one;
	}
	for (int i = 0; i < files; i++)
		script_free(&scripts[i]);
	free(scripts);
	return status;
}

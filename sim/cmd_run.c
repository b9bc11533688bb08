#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run.h"
#include "sim/sim.h"

void tell_failure(struct run *run, const struct failure *f)
{
	const struct paint *paint = paint_for(stderr);

	(void)run;
	fflush(stdout);
	fprintf(stderr, "%s%s:%u:%u:%s %s%s%s\n", paint->bold, f->file,
		(unsigned)f->line, (unsigned)(f->column ? f->column : 1),
		paint->off, paint->red, f->text, paint->off);
}

/* --- for people ------------------------------------------------------------
 */

static const char *colour_of(const struct paint *paint, const char *what)
{
	if (!strcmp(what, "text"))
		return *paint->dim ? paint->dim : NULL;
	if (!strcmp(what, "signal") || !strcmp(what, "ended") ||
	    !strcmp(what, "superseded"))
		return *paint->yellow ? paint->yellow : NULL;
	return NULL;
}

static void print_text(struct run *run, const struct printed *p)
{
	const struct paint *paint = run->context;
	const char *colour = colour_of(paint, p->what);

	if (!strcmp(p->what, "not made"))
		fputs("# not made: ", stdout);
	if (colour)
		fputs(colour, stdout);
	fwrite(p->text, 1, p->len, stdout);
	if (colour)
		fputs(paint->off, stdout);
	putchar('\n');
}

/* --- for programs ----------------------------------------------------------
 */

static void put_line(struct out *o)
{
	out_text(o, "}\n");
	fwrite(o->text, 1, o->len, stdout);
	out_free(o);
}

static void json_begin(struct out *o, const char *file, const char *what)
{
	out_text(o, "{\"file\":");
	out_json(o, file, strlen(file));
	out(o, ",\"what\":\"%s\"", what);
}

static void print_json(struct run *run, const struct printed *p)
{
	struct out o = { 0 };

	if (!strcmp(p->what, "text"))
		return;
	json_begin(&o, run->script->source.name, p->what);
	if (p->line)
		out(&o, ",\"line\":%u", (unsigned)p->line);
	out(&o, ",\"after\":%u,\"tid\":%d", (unsigned)run->now.line,
	    (int)p->tid);
	if (p->call >= 0)
		out(&o, ",\"call\":\"%s\"", kith_call_name((unsigned)p->call));
	if (p->has_value)
		out(&o, ",\"%s\":%lld",
		    strcmp(p->what, "ended") ? "result" : "status",
		    (long long)p->value);
	out_text(&o, ",\"text\":");
	out_json(&o, p->text, p->len);
	put_line(&o);
}

static void failure_json(struct run *run, const struct failure *f)
{
	struct out o = { 0 };

	(void)run;
	json_begin(&o, f->file, "failed");
	out(&o, ",\"line\":%u,\"column\":%u,\"text\":", (unsigned)f->line,
	    (unsigned)(f->column ? f->column : 1));
	out_json(&o, f->text, strlen(f->text));
	put_line(&o);
}

/* --- the command -----------------------------------------------------------
 */

static int run_one(const struct options *options, const struct script *script)
{
	struct paint paint = *paint_for(stdout);
	struct run run = {
		.context = &paint,
		.printed = options->json ? print_json : print_text,
		.failed = options->json ? failure_json : tell_failure,
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

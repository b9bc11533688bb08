#include <stdio.h>
#include <string.h>

#include "sim/pair.h"
#include "sim/show.h"

void tell_failure(struct run *run, const struct failure *f)
{
	const struct paint *paint = paint_for(stderr);

	(void)run;
	fflush(stdout);
	fprintf(stderr, "%s%s:%u:%u:%s %s%s%s\n", paint->bold, f->file,
		(unsigned)f->line, (unsigned)(f->column ? f->column : 1),
		paint->off, paint->red, f->text, paint->off);
}

/* Lines of a text, each behind so many spaces. */
static void print_indented(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("    %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

void tell_difference(struct run *run, const struct line *line,
		     const struct difference *d)
{
	const struct paint *paint = paint_for(stdout);

	printf("%s%s:%u:%s %.*s\n", paint->bold, run->script->source.name,
	       (unsigned)line->number, paint->off, (int)line->len, line->text);
	printf("  %s%s%s: the model says '%s', linux says '%s'\n", paint->red,
	       out_line(&d->what), paint->off, out_line(&d->model),
	       out_line(&d->on_linux));
	print_indented(out_line(&d->trees));
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

void show_text(struct run *run, const struct printed *p)
{
	const struct paint *paint = run->paint;
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

void put_line(struct out *o)
{
	out_text(o, "}\n");
	fwrite(o->text, 1, o->len, stdout);
	out_free(o);
}

void json_begin(struct out *o, const char *file, const char *what)
{
	out_text(o, "{\"file\":");
	out_json(o, file, strlen(file));
	out(o, ",\"what\":\"%s\"", what);
}

void show_json(struct run *run, const struct printed *p)
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

void show_failure_json(struct run *run, const struct failure *f)
{
	struct out o = { 0 };

	(void)run;
	json_begin(&o, f->file, "failed");
	out(&o, ",\"line\":%u,\"column\":%u,\"text\":", (unsigned)f->line,
	    (unsigned)(f->column ? f->column : 1));
	out_json(&o, f->text, strlen(f->text));
	put_line(&o);
}

void show_difference_json(struct run *run, const struct line *line,
			  const struct difference *d)
{
	struct out o = { 0 };

	json_begin(&o, run->script->source.name, "differs");
	out(&o, ",\"line\":%u,\"of\":", (unsigned)line->number);
	out_json(&o, d->what.text ? d->what.text : "", d->what.len);
	out_text(&o, ",\"model\":");
	out_json(&o, out_line(&d->model), d->model.len);
	out_text(&o, ",\"linux\":");
	out_json(&o, out_line(&d->on_linux), d->on_linux.len);
	out_text(&o, ",\"families\":");
	out_json(&o, out_line(&d->trees), d->trees.len);
	put_line(&o);
}

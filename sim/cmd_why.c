/*
 * kith why: one question, after one line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/show.h"
#include "sim/sim.h"
#include "sim/why.h"

struct asking {
	struct run run;
	struct history history;
};

static void saw(struct run *run, const struct kith_event *e)
{
	struct asking *asking = run->context;

	history_add(&asking->history, run->machine, e, run->now.line);
}

static int ask(struct asking *asking, const struct options *options, pid_t pid)
{
	struct question q = { .machine = asking->run.machine,
			      .history = &asking->history,
			      .pid = pid,
			      .line = asking->run.now.done };
	struct out o = { 0 };
	bool any = options->json
			   ? why_json(&o, &q, asking->run.script->source.name)
			   : why(&o, &q);

	if (any)
		fwrite(o.text, 1, o.len, stdout);
	else
		fprintf(stderr,
			"kith why: up to line %u there has been no %d\n",
			(unsigned)q.line, (int)pid);
	out_free(&o);
	return any ? HELD : FAILED;
}

static int ask_after(struct asking *asking, const struct options *options,
		     const struct script *script, pid_t pid)
{
	struct run *run = &asking->run;
	uint32_t last = options->has_at ? options->at : UINT32_MAX;
	int status = run_begin(run, script,
			       options->has_seed ? &options->seed : NULL);

	if (status)
		return status;
	while (run->now.next && run_acts(run->now.next)->number <= last)
		run_next(run);
	status = ask(asking, options, pid);
	return run_end(run) ? FAILED : status;
}

int cmd_why(const struct options *options, int words, char **word)
{
	struct asking asking = { .run = { .event = saw,
					  .failed = tell_failure } };
	struct script script;
	int status = USAGE;
	char *end;
	long pid;

	(void)words;
	asking.run.context = &asking;
	errno = 0;
	pid = strtol(word[0], &end, 10);
	if (errno || *end || end == word[0] || pid < 1 || pid > INT32_MAX) {
		fprintf(stderr, "kith why: '%s' is not a process's number\n",
			word[0]);
		return USAGE;
	}
	if (!script_read(&script, word[1]))
		status = ask_after(&asking, options, &script, (pid_t)pid);
	history_free(&asking.history);
	script_free(&script);
	return status;
}

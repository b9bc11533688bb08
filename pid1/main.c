/*
 * kith-init: run one program, reap whoever else there is, and be gone with it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/as.h"
#include "pid1/facts.h"
#include "pid1/linux.h"
#include "pid1/options.h"
#include "pid1/parts.h"
#include "pid1/policy.h"
#include "pid1/spawn.h"
#include "pid1/tally.h"

static int not_started(const struct options *o, const struct launch *l,
		       pid_t pid)
{
	struct complaint c = { .about = l->argv[0], .error = l->err };

	if (pid < 0) {
		c.trouble = CANNOT_START;
		c.about = "cannot make a child";
		c.error = -pid;
	} else if (policy_exec_code(l->err) == CODE_NOT_FOUND && !l->torn) {
		c.trouble = NOT_FOUND;
	} else {
		c.trouble = CANNOT_RUN;
		c.why = l->torn ? "its interpreter is missing" : NULL;
	}
	return o->dialect->complain(o, &c);
}

/*
 * Init outlives the start of its child by years.  Holding a folder keeps a file
 * system busy; holding a pipe keeps its other end waiting.  stderr is kept for
 * --stats and as a place for complaints.
 */
static void let_go(void)
{
	int kept = chdir("/");

	(void)kept; /* there is always one, and it is no disaster */
	syscall(SYS_close_range, 0, 1, 0);
	syscall(SYS_close_range, 3, ~0U, 0);
}

static int run(const struct options *o)
{
	static struct linux_world world;
	static struct tally tally;
	struct launch l = { .argv = o->program };
	struct policy policy;
	pid_t pid;
	int code;

	launch_prepare(&l);
	if (o->stats)
		tally.started_ns = linux_now();
	pid = launch(&l);
	if (pid <= 0)
		return not_started(o, &l, pid);
	let_go();
	linux_init(&world, l.self, l.place, o->stats);
	policy_init(&policy, l.place);
	code = serve(&policy, pid, &linux_facts, &world, &tally);
	if (o->stats)
		tally_print(&tally, 2);
	return code;
}

/* True if a part did all there was to do. */
static bool taken_over(struct options *o, int *code)
{
	size_t i;

	for (i = 0; parts[i]; i++)
		if (parts[i]->run && parts[i]->run(o, code))
			return true;
	return false;
}

static int whole(char **argv)
{
	static struct options o;
	const struct complaint none = { .trouble = NO_PROGRAM };
	const struct complaint whom = { .trouble = BAD_VALUE,
					.about = "--as",
					.value = "NAME",
					.why = "is nobody that is known" };
	const struct dialect *d = as_called(argv);
	int code;

	if (!d) {
		o.dialect = &own_dialect;
		options_defaults(&o);
		return complain(&o, &whom);
	}
	code = options_read(&o, d, argv);
	if (code)
		return code;
	if (o.errand != ERRAND_RUN)
		return o.dialect->answer(&o);
	if (taken_over(&o, &code))
		return code;
	if (!o.program[0])
		return o.dialect->complain(&o, &none);
	return run(&o);
}

int main(int argc, char **argv)
{
	int code;
	size_t i;

	(void)argc;
	for (i = 0; parts[i]; i++)
		if (parts[i]->begin)
			parts[i]->begin(&argv);
	code = whole(argv);
	for (i = 0; parts[i]; i++)
		if (parts[i]->end)
			parts[i]->end(code, 0);
	return code;
}

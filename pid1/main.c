/*
 * kith-init: run one program, reap whoever else there is, and be gone with it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pid1/facts.h"
#include "pid1/linux.h"
#include "pid1/policy.h"
#include "pid1/say.h"
#include "pid1/spawn.h"
#include "pid1/tally.h"

#ifndef KITH_VERSION
#define KITH_VERSION "0.1.0"
#endif

static const char help[] =
	"usage: kith-init [--stats] [--] program [argument ...]\n"
	"\n"
	"Runs the program, as PID 1 or below one; passes signals on to it,\n"
	"reaps every orphan, and ends with its code.\n"
	"\n"
	"  --stats    in the end, tell on stderr of all children\n"
	"  --help     this\n"
	"  --version  which kith-init this is\n"
	"\n"
	"exit status: the program's; 128 + n if signal n killed it; 127 if it\n"
	"was not found, 126 if it cannot be run; 125 if kith-init failed,\n"
	"2 if its command line is wrong\n";

/* Say it, and return the code, or 125 if it could not be said. */
static int answer(const char *text)
{
	struct say s = SAY(1);

	say_text(&s, text);
	return say_end(&s) ? 0 : CODE_FAILED;
}

static int complain(int code, const char *about, const char *what,
		    const char *why)
{
	struct say s = SAY(2);

	say_text(&s, "kith-init: ");
	say_text(&s, about);
	say_text(&s, what);
	say_text(&s, why);
	say_text(&s, "\n");
	say_end(&s);
	return code;
}

static int not_started(const struct launch *l, pid_t pid)
{
	const char *name = l->argv[0];

	if (pid < 0)
		return complain(CODE_FAILED, "cannot make a child: ", "",
				strerror(-pid));
	if (l->torn)
		return complain(CODE_CANNOT, name, ": cannot be run: ",
				"its interpreter is missing");
	if (policy_exec_code(l->err) == CODE_NOT_FOUND)
		return complain(CODE_NOT_FOUND, name, ": not found", "");
	return complain(policy_exec_code(l->err), name,
			": cannot be run: ", strerror(l->err));
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

static int run(char **argv, bool stats)
{
	static struct linux_world world;
	static struct tally tally;
	struct launch l = { .argv = argv };
	struct policy policy;
	pid_t pid;
	int code;

	launch_prepare(&l);
	if (stats)
		tally.started_ns = linux_now();
	pid = launch(&l);
	if (pid <= 0)
		return not_started(&l, pid);
	let_go();
	linux_init(&world, l.self, l.place, stats);
	policy_init(&policy, l.place);
	code = serve(&policy, pid, &linux_facts, &world, &tally);
	if (stats)
		tally_print(&tally, 2);
	return code;
}

int main(int argc, char **argv)
{
	bool stats = false;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(argv[i], "--help") == 0)
			return answer(help);
		if (strcmp(argv[i], "--version") == 0)
			return answer("kith-init " KITH_VERSION "\n");
		if (strcmp(argv[i], "--stats") != 0)
			return complain(CODE_USAGE, "unknown option ", argv[i],
					" (see kith-init --help)");
		stats = true;
	}
	if (i >= argc)
		return complain(CODE_USAGE, "no program given", "",
				" (see kith-init --help)");
	return run(argv + i, stats);
}

/*
 * kith-init: run one program, reap whoever else there is, and be gone with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pid1/as.h"
#include "pid1/cgroup.h"
#include "pid1/child.h"
#include "pid1/explain.h"
#include "pid1/facts.h"
#include "pid1/files.h"
#include "pid1/journal.h"
#include "pid1/kernel.h"
#include "pid1/linux.h"
#include "pid1/options.h"
#include "pid1/parts.h"
#include "pid1/policy.h"
#include "pid1/rare.h"
#include "pid1/spawn.h"
#include "pid1/trace.h"

/* Higher numbers of descriptors than this are not asked for. */
enum { LIKELY = 65536 };

static int not_started(const struct options *o, const struct launch *l,
		       pid_t pid)
{
	struct complaint c = { .about = l->argv[0], .error = l->err };

	if (pid < 0) {
		c.trouble = CANNOT_START;
		c.about = "cannot make a child";
		c.error = -pid;
	} else if (l->step) {
		c.trouble = CANNOT_START;
		c.about = l->step;
	} else if (policy_exec_code(l->err) == CODE_NOT_FOUND && !l->torn) {
		c.trouble = NOT_FOUND;
	} else {
		c.trouble = CANNOT_RUN;
		c.why = l->torn ? "its interpreter is missing" : NULL;
	}
	return o->dialect->complain(o, &c);
}

/* --- what init holds -------------------------------------------------------
 */

static void leave_folder(void)
{
	int gone = chdir(OFTEN("/"));

	(void)gone; /* there is always one, and it is no disaster */
}

struct range {
	int folder, from, to;
};

static bool close_one(void *range, int fd)
{
	const struct range *r = range;

	if (fd >= r->from && fd <= r->to && fd != r->folder)
		close(fd);
	return true;
}

/* Before Linux 5.9, or where a filter was made that had not heard of the call. */
RARE static void close_each(int from, int to)
{
	struct range r = { .from = from, .to = to };
	int fd = 0;

	r.folder = open_at(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
	/* Without a /proc, those that there may be. */
	if (r.folder < 0 || numbers_in(r.folder, close_one, &r) != 0)
		while (fd < LIKELY)
			close_one(&r, fd++);
	close(r.folder);
}

/*
 * Init outlives the start of its child by years.  Holding a folder keeps a file
 * system busy; holding a pipe keeps its other end waiting.  stderr is kept as a
 * place for complaints; and by PID 1 all three, which others in its container
 * know as /proc/1/fd/1: what cron runs there writes its log to it.
 */
static void let_go(const int *kept, int n)
{
	int at = 0, next, i;

	leave_folder();
	/* In the order of their numbers, everything but those. */
	for (;; at = next + 1) {
		next = INT_MAX;
		for (i = 0; i < n; i++)
			if (kept[i] >= at && kept[i] < next)
				next = kept[i];
		if (next > at && syscall(SYS_close_range, at, next - 1, 0) < 0)
			close_each(at, next - 1);
		if (next == INT_MAX)
			return;
	}
}

/*
 * Descriptors of ours must not be among those of stdin to stderr, which may be
 * closed and which we close, and are not the child's.
 */
static int lift(int fd)
{
	int lifted;

	if (fd < 0 || fd > 2) {
		if (fd > 2)
			syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	lifted = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
	return lifted < 0 ? fd : lifted;
}

/* --- the run ---------------------------------------------------------------
 */

static struct wishes wishes_of(const struct options *o, enum place place)
{
	return (struct wishes){
		.place = place,
		.drains = o->rest != SCOPE_NONE,
		.deadline = o->deadline_ns != TIME_NEVER,
		.idle = o->pause,
		.stops = o->stops,
		.dropped = o->dropped,
	};
}

static int cannot(const struct options *o, const char *what, int error)
{
	const struct complaint c = { .trouble = CANNOT_START,
				     .about = what,
				     .error = error };

	return o->dialect->complain(o, &c);
}

/* What goes wrong while the program runs is told in our own words. */
RARE static void tell(const struct options *o, const char *what, int error)
{
	complain(o,
		 &(struct complaint){ .trouble = error ? CANNOT_START : BAD_USE,
				      .about = what,
				      .error = error });
}

/* Not all is as it should be, in the end. */
RARE static void tell_of_end(const struct options *o, const struct policy *p)
{
	if (p->gave_up)
		tell(o, "somebody is left whom KILL does not end", 0);
	else /* there is no child, and its status is not ours: it was taken */
		tell(o, "cannot learn how the program ended", ECHILD);
}

RARE static int recode(const struct options *o, int code)
{
	unsigned int i;

	for (i = 0; i < o->recodes; i++)
		if (code >= o->recode[i].from && code <= o->recode[i].to)
			return o->recode[i].code;
	return code;
}

/* The signal for when our parent dies; who died meanwhile sends none. */
static bool watch_parent(const struct options *o)
{
	pid_t parent = getppid();

	if (syscall(SYS_prctl, PR_SET_PDEATHSIG, o->parent_death, 0, 0, 0) < 0)
		return false;
	if (getppid() != parent)
		kill(getpid(), o->parent_death);
	return true;
}

/*
 * What is to be heard of our parent; another descriptor for the report, and the
 * trace: or the complaint made.
 */
RARE static int open_papers(struct options *o, struct journal *j)
{
	int fd;

	if (o->parent_death && !watch_parent(o))
		return cannot(o, "--parent-death", errno);
	if (o->report_fd >= 0) {
		if (syscall(SYS_fcntl, o->report_fd, F_GETFD) < 0)
			return cannot(o, "--report", errno);
		/* The program does not have it, and its own 1 and 2 stay. */
		o->report_fd = lift(o->report_fd);
	}
	if (o->trace && j->trace < 0) {
		fd = lift(trace_open(o->trace));
		if (fd < 0)
			return cannot(o, o->trace, -fd);
		journal_traced(j, fd);
	}
	return 0;
}

static bool tells_oom(int cgroup)
{
	return cgroup >= 0 &&
	       syscall(SYS_faccessat, cgroup, "memory.events", F_OK) == 0;
}

RARE static void watch_oom(struct journal *j, struct cgroup *cgroup)
{
	if (cgroup->ours < 0)
		cgroup_find(cgroup); /* to read, not to make one there */
	j->oom = tells_oom(cgroup->main)   ? cgroup->main
		 : tells_oom(cgroup->ours) ? cgroup->ours
					   : -1;
	if (j->oom >= 0)
		j->oom_kills =
			cgroup_count(j->oom, "memory.events", "oom_kill");
}

/* Only a part names one: where there is none, this is nothing, to the compiler. */
static const struct conductor *conductor_of(const struct options *o)
{
	return parts[0] ? o->conductor : NULL;
}

/* Those who hold what is kept. */
struct keepers {
	const struct options *options;
	const struct journal *journal;
	const struct cgroup *cgroup;
};

static void let_go_of_others(const void *keepers)
{
	const struct keepers *k = keepers;
	const bool first = k->journal->self == 1;
	const int kept[] = { 2,
			     first ? 0 : 2,
			     first || k->options->keep_stdout ? 1 : 2,
			     k->journal->trace,
			     k->options->report_fd,
			     k->cgroup->ours,
			     k->cgroup->main };

	let_go(kept, sizeof(kept) / sizeof(*kept));
}

/* Nobody is to be started; or it is somebody else who starts. */
RARE static pid_t begin_otherwise(struct launch *l,
				  const struct conductor *conductor,
				  const struct keepers *k)
{
	pid_t pid;

	if (!conductor) {
		launch_nobody(l);
		let_go_of_others(k);
		return 0;
	}
	pid = conductor->start(l);
	if (pid > 0)
		leave_folder(); /* but who is started next has the rest */
	return pid;
}

RARE static int give_up(const struct options *o, const struct launch *l,
			struct cgroup *cgroup, pid_t pid)
{
	if (cgroup->main >= 0)
		cgroup_end(cgroup, false);
	return not_started(o, l, pid);
}

static int run(struct options *o, uint64_t mask, int *asked_by)
{
	static struct journal journal;
	static struct delays delays;
	static struct ids ids;
	/* Small, and on pages that the kernel has filled already. */
	struct linux_world world = { .options = o };
	struct cgroup cgroup = { .ours = -1, .main = -1 };
	const struct keepers keepers = { o, &journal, &cgroup };
	struct launch l = { .options = o, .mask = mask };
	struct complaint wrong;
	struct policy policy;
	struct child child;
	struct wishes w;
	const struct conductor *conductor = conductor_of(o);
	const struct facts *facts = &linux_facts;
	const bool plain = !conductor && !o->pause;
	void *at = &world;
	pid_t pid;
	int code;

	launch_prepare(&l, o);
	journal_begin(&journal, o, l.self);
	if (conductor)
		conductor->remember(
			&(struct remembered){ &journal, &delays, &cgroup });
	if (o->report_fd >= 0 || o->trace || o->parent_death) {
		code = open_papers(o, &journal);
		if (code)
			return code;
	}
	if (child_plan(&child, o, &cgroup, &ids, l.self, &wrong))
		return o->dialect->complain(o, &wrong);
	if (o->report_fd >= 0)
		watch_oom(&journal, &cgroup);
	l.child = &child;
	pid = plain ? launch(&l) : begin_otherwise(&l, conductor, &keepers);
	if (pid <= 0 && !o->pause)
		return give_up(o, &l, &cgroup, pid);
	if (l.lone)
		tell(o, "cannot adopt orphans", l.lone);
	if (plain)
		world.let_go = let_go_of_others; /* when there is time */

	world.reach = (struct reach){ .self = l.self,
				      .main = pid,
				      .group = pid,
				      .place = l.place,
				      .pidfd = -1,
				      .cgroup = cgroup.main };
	world.held = &keepers;
	world.leaves = l.leaves;
	world.details = journal.clocked;
	/* Of a job at a terminal: elsewhere nobody would tell init to go on. */
	world.stops = l.place == TOGETHER && l.terminal ? WUNTRACED : 0;
	/* The second of a namespace is the first child of its init. */
	linux_init(&world, l.self == 1 && pid == 2);
	if (plain)
		journal_started(&journal, pid, l.argv[0]);
	w = wishes_of(o, l.place);
	w.leads = l.leader;
	policy_init(&policy, &w);
	if (conductor)
		conductor->between(&facts, &at);
	code = serve(&policy, o, pid, facts, at, &journal, &delays);
	if (policy.gave_up || !policy.main_gone)
		tell_of_end(o, &policy);
	if (o->recodes && (policy.main_gone || code != CODE_FAILED))
		code = recode(o, code);
	if (o->parting)
		scope_send(&world.reach, (enum scope)o->scope, o->parting,
			   NULL);
	*asked_by = policy.asked_by;
	journal_end(&journal, &policy, code);
	if (cgroup.main >= 0)
		cgroup_end(&cgroup, l.self == 1);
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

RARE static int unknown(struct options *o, char **argv)
{
	const char *name = argv[1][4] ? argv[1] + 5 : argv[2];
	const struct complaint whom = { .trouble = name ? BAD_VALUE : NO_VALUE,
					.about = "--as",
					.value = name,
					.why = "is nobody that is known" };

	o->dialect = &own_dialect;
	options_defaults(o);
	return complain(o, &whom);
}

RARE static int none_or_both(const struct options *o)
{
	const struct complaint none = { .trouble = NO_PROGRAM };
	const struct complaint both = { .trouble = BAD_USE,
					.about = "--pause runs no program" };

	return o->dialect->complain(o, o->pause ? &both : &none);
}

static int whole(char **argv, uint64_t mask, int *asked_by)
{
	static struct options o;
	const struct dialect *d = as_called(argv);
	int code;

	if (!d)
		return unknown(&o, argv);
	code = options_read(&o, d, argv);
	if (code)
		return code;
	if (o.errand == ERRAND_EXPLAIN)
		return explain(&o);
	if (o.errand != ERRAND_RUN)
		return o.dialect->answer(&o);
	if (taken_over(&o, &code))
		return code;
	if (!o.program[0] == !o.pause)
		return none_or_both(&o);
	return run(&o, mask, asked_by);
}

int main(int argc, char **argv)
{
	/* Before anything: what comes from now on waits. */
	const uint64_t mask = linux_block(ALL_SIGNALS);
	int asked_by = 0, code;
	size_t i;

	(void)argc;
	for (i = 0; parts[i]; i++)
		if (parts[i]->begin)
			parts[i]->begin(&argv);
	code = whole(argv, mask, &asked_by);
	for (i = 0; parts[i]; i++)
		if (parts[i]->end)
			parts[i]->end(code, asked_by);
	/* Nothing was opened, allocated or registered with the C library. */
	_exit(code);
}

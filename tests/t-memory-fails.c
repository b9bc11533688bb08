/*
 * Memory that runs out: in each of these programs, for every n, the nth
 * allocation fails.  The call that it hits says ENOMEM or EAGAIN, or could not
 * be entered; or it does not need the memory.  In any case all fits together,
 * the machine goes on, and nothing is lost.
 */
#include "tests/rig.h"

/*
 * A program is written as steps: "2 fork" and so on; see words[].  A step that
 * cannot be done, because of what failed before, is passed over.
 */
static const char *const programs[] = {
	"1 fork",
	"1 fork; 1 fork; 2 fork; 3 fork",
	"1 vfork; 2 exec; 2 exit; 1 wait",
	"1 thread; 2 thread; 3 fork; 1 wait",
	"1 fork; 2 exit; 1 wait",
	"1 fork; 1 wait; 2 exit",
	"1 fork; 1 status; 2 exit",
	"1 fork; 2 fork; 2 exit; 1 wait; 3 exit; 1 wait",
	"1 fork; 2 thread; 2 leave; 3 leave; 1 wait",
	"1 fork; 2 thread; 3 exec; 2 exit; 1 wait",
	"1 fork; 2 thread; 2 thread; 2 exec; 2 fork",
	"1 fork; 2 thread; 2 leave; 3 exec; 2 exit; 1 wait",
	"1 exec; 1 exec; 1 fork; 2 exec",
	"1 ignore; 1 fork; 2 exit; 1 fork",
	"1 ignore; 1 fork; 2 ignore; 2 fork; 3 ignore; 1 default",
	"1 fork; 1 ignore; 2 ignore; 1 exec; 2 exec",
	"1 sighand; 2 ignore; 1 default; 2 exec; 2 default",
	"1 clear; 1 ignore; 1 clear; 2 clear",
	"1 dup; 1 dup; 1 dup; 1 dup; 1 dup; 1 dup; 1 fork; 2 dup",
	"1 high; 1 fork; 2 exec; 2 high; 1 files; 3 high",
	"1 fork; 1 abort; 1 wait",
	"1 fork; 1 term; 1 wait",
	"1 fork; 2 thread; 1 abort; 1 status",
	"1 fork; 2 vfork; 1 term; 3 exit; 1 wait",
	"1 usage; 1 spend; 1 usage; 1 times; 1 fork; 2 usage",
	"1 name; 1 fork; 2 name; 2 exec; 1 nosuch",
	"1 far; 2 far; 1 fork; 1 far",
	"1 limit; 1 fork; 1 fork",
	"1 settid; 1 fork; 1 settid",
	"1 fork; 2 fork; 3 fork; 4 reaper; 2 reaper; 3 exit; 2 exit; 1 wait",
	"1 fork; 2 die; 3 fork; 1 clone; 1 any; 2 exit; 1 any",
	"1 fork; 2 fork; 2 thread; 1 exit",
	"1 thread; 2 fork; 1 leave; 2 leave",
	"1 waitid; 1 fork; 1 waitid; 2 exit; 1 waitid",
	"1 fork; 1 fork; 2 fork; 1 all; 1 wait; 1 wait; 1 wait",
};

/* What a step may be. */
static const struct {
	const char *word;
	struct kith_call call;
} words[] = {
	{ "fork", { .nr = KITH_FORK } },
	{ "vfork", { .nr = KITH_VFORK } },
	{ "thread", { .nr = KITH_CLONE, .arg = { THREAD_FLAGS } } },
	{ "clone", { .nr = KITH_CLONE, .arg = { 0 } } },
	{ "sighand",
	  { .nr = KITH_CLONE,
	    .arg = { KITH_CLONE_SIGHAND | KITH_CLONE_VM | KITH_SIGCHLD } } },
	{ "files",
	  { .nr = KITH_CLONE, .arg = { KITH_CLONE_FILES | KITH_SIGCHLD } } },
	{ "settid",
	  { .nr = KITH_CLONE,
	    .arg = { KITH_CLONE_PARENT_SETTID | KITH_SIGCHLD, 0, HERE } } },
	{ "clear",
	  { .nr = KITH_CLONE3,
	    .arg = { HERE, 88 },
	    .in.clone = { .flags = KITH_CLONE_CLEAR_SIGHAND,
			  .exit_signal = KITH_SIGCHLD } } },
	{ "far",
	  { .nr = KITH_CLONE3,
	    .arg = { HERE, 88 },
	    .in.clone = { .set_tid = HERE,
			  .set_tid_size = 1,
			  .set_tid_numbers = { 3000000 },
			  .exit_signal = KITH_SIGCHLD } } },
	{ "exec", { .nr = KITH_EXECVE, .arg = { HERE }, .in.text = "prog" } },
	{ "nosuch", { .nr = KITH_EXECVE, .arg = { HERE }, .in.text = "" } },
	{ "exit", { .nr = KITH_EXIT_GROUP, .arg = { 1 } } },
	{ "leave", { .nr = KITH_EXIT, .arg = { 2 } } },
	{ "wait", { .nr = KITH_WAIT4, .arg = { UINT32_MAX } } },
	{ "any", { .nr = KITH_WAIT4, .arg = { UINT32_MAX, 0, KITH___WALL } } },
	{ "status", { .nr = KITH_WAIT4, .arg = { ANY, HERE, 0, HERE } } },
	{ "waitid",
	  { .nr = KITH_WAITID, .arg = { 0, 0, HERE, KITH_WEXITED, HERE } } },
	{ "ignore",
	  { .nr = KITH_RT_SIGACTION,
	    .arg = { KITH_SIGCHLD, HERE, HERE, 8 },
	    .in.action.handler = KITH_SIG_IGN } },
	{ "default",
	  { .nr = KITH_RT_SIGACTION, .arg = { KITH_SIGCHLD, HERE, 0, 8 } } },
	{ "abort", { .nr = KITH_KILL, .arg = { 2, KITH_SIGABRT } } },
	{ "term", { .nr = KITH_KILL, .arg = { 2, KITH_SIGTERM } } },
	{ "all", { .nr = KITH_KILL, .arg = { UINT32_MAX, KITH_SIGQUIT } } },
	{ "die",
	  { .nr = KITH_PRCTL,
	    .arg = { KITH_PR_SET_PDEATHSIG, KITH_SIGABRT } } },
	{ "reaper",
	  { .nr = KITH_PRCTL, .arg = { KITH_PR_SET_CHILD_SUBREAPER, 1 } } },
	{ "name",
	  { .nr = KITH_PRCTL,
	    .arg = { KITH_PR_SET_NAME, HERE },
	    .in.text = "name" } },
	{ "dup", { .nr = KITH_DUP, .arg = { 0 } } },
	{ "high", { .nr = KITH_FCNTL, .arg = { 0, KITH_F_DUPFD, 500 } } },
	{ "usage", { .nr = KITH_GETRUSAGE, .arg = { 0, HERE } } },
	{ "times", { .nr = KITH_TIMES, .arg = { HERE } } },
	{ "spend",
	  { .nr = KITH_SPEND, .arg = { HERE }, .in.spend = { 1, 2, 3 } } },
	{ "limit",
	  { .nr = KITH_SYSCTL,
	    .arg = { HERE, 400 },
	    .in.text = "kernel.pid_max" } },
};

static const struct kith_call *call_named(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len &&
		    !strncmp(words[i].word, word, len))
			return &words[i].call;
	diag("what is %.*s?", (int)len, word);
	abort();
}

/* Which errors may come of a missing allocation? */
static bool is_excused(long value)
{
	return value == -KITH_ENOMEM || value == -KITH_EAGAIN;
}

struct run {
	unsigned wrong;   /* what should not have been */
	unsigned refused; /* calls that failed for want of memory */
	uint64_t tries;   /* allocations, successful or not */
};

static bool is_shared; /* the machines of this round */

/* A shared machine has to wait for others before it is checked: that takes. */
static bool looks_sound(struct kith_machine *m)
{
	return is_shared || sound(m);
}

static void one_step(struct kith_machine *m, struct run *run, pid_t tid,
		     const struct kith_call *c)
{
	struct kith_result r;
	int err = kith_call(m, tid, c);

	run->wrong += !looks_sound(m);
	run->refused += err == -KITH_ENOMEM;
	if (err) {
		run->wrong += err != -KITH_ENOMEM && err != -KITH_ESRCH &&
			      err != -KITH_EBUSY && err != -108;
		return;
	}
	while (kith_step(m))
		run->wrong += !looks_sound(m);
	if (kith_result(m, tid, &r) == 0)
		run->refused += is_excused((long)r.value);
}

static struct run run_with(struct kith_machine *m, const char *program)
{
	struct run run = { .wrong = 0 };
	struct kith_memory before, after;
	char *word;
	pid_t tid;

	kith_memory(m, &before);
	for (;;) {
		tid = (pid_t)strtol(program, &word, 10);
		word += strspn(word, " ");
		one_step(m, &run, tid, call_named(word, strcspn(word, ";")));
		program = word + strcspn(word, ";");
		if (!*program)
			break;
		program++;
	}
	kith_memory(m, &after);
	run.tries = after.allocations - before.allocations;
	return run;
}

static long run_call(struct kith_machine *m, pid_t tid, enum kith_call_nr nr,
		     uint64_t arg)
{
	struct kith_call c = { .nr = nr, .arg = { arg } };
	int err = kith_call(m, tid, &c);

	if (err)
		return err;
	kith_run(m);
	return result(m, tid);
}

/* Can the machine still do something? */
static unsigned cannot_go_on(struct kith_machine *m)
{
	unsigned wrong = 0;

	kith_fail_allocation(m, 0);
	for (pid_t tid = kith_next(m, 0); tid; tid = kith_next(m, tid)) {
		struct kith_look l = look(m, tid);

		if (l.state != KITH_IDLE)
			continue;
		wrong += run_call(m, tid, KITH_GETPID, 0) != l.tgid;
		wrong += run_call(m, tid, KITH_FORK, 0) <= 0;
		break;
	}
	return wrong + !sound(m);
}

static void whatever_fails(const char *program, bool shared, uint64_t first)
{
	/* Waiting again: not every n, but others for each program. */
	const uint64_t stride = shared && !getenv("KITH_SOAK") ? 7 : 1;
	struct kith_config config = { .shared = shared };
	unsigned wrong = 0, harmless = 0;
	uint64_t n = shared ? first % stride : 0, tries;
	struct run run;

	is_shared = shared;
	for (n++;; n += stride) {
		struct kith_machine *m = kith_new(&config);

		kith_fail_allocation(m, n);
		run = run_with(m, program);
		tries = run.tries;
		wrong += run.wrong + cannot_go_on(m) + (run.refused > 1);
		harmless += !run.refused && n <= tries;
		kith_free(m);
		if (n > tries)
			break;
	}
	if (wrong)
		diag("%s", rig_complaint);
	rig_complaint[0] = '\0';
	is(wrong, 0, "%s: \"%s\": %d allocations, %d of which may be missing",
	   shared ? "shared" : "single", program, (int)tries, (int)harmless);
}

/* Without failures the programs do what they are meant to. */
static void the_programs_are_fine(const char *program)
{
	struct kith_machine *m = kith_new(NULL);
	struct run run = run_with(m, program);

	ok(!run.wrong && !run.refused, "\"%s\" can be run", program);
	kith_free(m);
}

/* With a limit, more and more fail, and not only one. */
static void a_limit_is_met_gracefully(bool shared)
{
	struct kith_config config = { .shared = shared, .memory = 1 << 20 };
	struct kith_machine *m = rig_new(&config);
	unsigned wrong = 0;
	long nr, last = 1;

	while ((nr = run_call(m, (pid_t)last, KITH_FORK, 0)) > 0)
		last = nr;
	is(nr, -KITH_ENOMEM, "after %ld forks there is no memory", last);
	for (pid_t tid = 1; tid < 20; tid++)
		wrong += run_call(m, tid, KITH_FORK, 0) != -KITH_ENOMEM;
	is(wrong, 0, "for nobody");
	ok(sound(m), "which is nothing to be upset about");
	run_call(m, 2, KITH_EXIT_GROUP, 0);
	is(run_call(m, 1, KITH_WAIT4, UINT32_MAX), 2, "a child goes");
	ok(sound(m) && run_call(m, 1, KITH_FORK, 0) > 0,
	   "and makes room for another");
	rig_free(m);
}

int main(void)
{
	kith_worker_begin();
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		the_programs_are_fine(programs[i]);
		whatever_fails(programs[i], false, 0);
		whatever_fails(programs[i], true, i);
	}
	a_limit_is_met_gracefully(false);
	a_limit_is_met_gracefully(true);
	kith_worker_end();
	return done_testing();
}

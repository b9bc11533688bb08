/*
 * Calls, argument by argument: what each refuses, and in which order.
 */
#include "tests/rig.h"

static struct kith_machine *m;

enum {
	VM = KITH_CLONE_VM,
	FS = KITH_CLONE_FS,
	SIGHAND = KITH_CLONE_SIGHAND,
	THREAD = KITH_CLONE_THREAD,
	PARENT = KITH_CLONE_PARENT,
	PIDFD = KITH_CLONE_PIDFD,
	DETACHED = KITH_CLONE_DETACHED,
	SETTID = KITH_CLONE_PARENT_SETTID,
	NEWNS = KITH_CLONE_NEWNS,
	NEWUSER = KITH_CLONE_NEWUSER,
	NEWPID = KITH_CLONE_NEWPID,
	NEWIPC = KITH_CLONE_NEWIPC,
	SYSVSEM = KITH_CLONE_SYSVSEM,
	CHILD = KITH_SIGCHLD,
	BORN = 1, /* a number, whichever */
};

static void answers(long got, long want, const char *claim)
{
	if (want == BORN)
		ok(got > 0, "%s: a child", claim);
	else
		is(got, want, "%s: %s", claim,
		   want < 0 ? kith_errno_name((int)-want) : "fine");
}

/* --- clone ---------------------------------------------------------------- */

static const struct {
	const char *claim;
	uint64_t flags;
	long want;
} clones[] = {
	{ "CLN-01 NEWNS|FS", NEWNS | FS | CHILD, -KITH_EINVAL },
	{ "CLN-02 NEWUSER|FS", NEWUSER | FS | CHILD, -KITH_EINVAL },
	{ "CLN-03 THREAD alone", THREAD, -KITH_EINVAL },
	{ "CLN-03 THREAD|VM", THREAD | VM, -KITH_EINVAL },
	{ "CLN-04 SIGHAND alone", SIGHAND | CHILD, -KITH_EINVAL },
	{ "CLN-04 THREAD|SIGHAND", THREAD | SIGHAND, -KITH_EINVAL },
	{ "CLN-05 THREAD|SIGHAND|VM", THREAD | SIGHAND | VM, BORN },
	{ "CLN-05 SIGHAND|VM", SIGHAND | VM | CHILD, BORN },
	{ "CLN-05 VM", VM | CHILD, BORN },
	{ "CLN-06 a thread with NEWPID", THREAD | SIGHAND | VM | NEWPID,
	  -KITH_EINVAL },
	{ "CLN-06 a thread with NEWUSER", THREAD | SIGHAND | VM | NEWUSER,
	  -KITH_EINVAL },
	{ "CLN-10 PIDFD|DETACHED", PIDFD | DETACHED | CHILD, -KITH_EINVAL },
	{ "CLN-10 DETACHED alone is ignored", DETACHED | CHILD, BORN },
	{ "CLN-11 PIDFD|PARENT_SETTID", PIDFD | SETTID | CHILD, -KITH_EINVAL },
	{ "CLN-13 an exit signal of 65", 65, BORN },
	{ "CLN-13 an exit signal of 255", 255, BORN },
	{ "CLN-14 NEWIPC|SYSVSEM", NEWIPC | SYSVSEM | CHILD, -KITH_EINVAL },
	{ "CLN-15 bits above 32 are ignored", UINT64_C(0xabcd00000000) | CHILD,
	  BORN },
	{ "CLN-20 PARENT", PARENT | CHILD, BORN },
	{ "CLN-23 a thread with a signal", THREAD | SIGHAND | VM | CHILD,
	  BORN },
	{ "PARENT|THREAD", PARENT | THREAD | SIGHAND | VM, BORN },
	{ "an exit signal of 0", 0, BORN },
	{ "all that nobody can see",
	  FS | SYSVSEM | KITH_CLONE_FILES | KITH_CLONE_PTRACE |
		  KITH_CLONE_UNTRACED | KITH_CLONE_SETTLS |
		  KITH_CLONE_CHILD_SETTID | KITH_CLONE_CHILD_CLEARTID |
		  (uint64_t)KITH_CLONE_IO | CHILD,
	  BORN },
};

static void clone_has_its_table(void)
{
	long next;

	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		answers(call(m, 2, KITH_CLONE, clones[i].flags), clones[i].want,
			clones[i].claim);
	next = call(m, 1, KITH_FORK);
	is(call(m, 2, KITH_CLONE, THREAD), -KITH_EINVAL, "one more that fails");
	is(call(m, 1, KITH_FORK), next + 1,
	   "CLN-18 one that fails early burns no number");
	rig_free(m);
}

static void init_has_no_siblings(void)
{
	m = rig_new(NULL);
	is(call(m, 1, KITH_CLONE, PARENT | CHILD), -KITH_EINVAL,
	   "CLN-21 PARENT by init");
	is(call(m, 1, KITH_CLONE, PARENT | THREAD | SIGHAND | VM), -KITH_EINVAL,
	   "CLN-21 even for a thread");
	is(call(m, 1, KITH_CLONE, THREAD | SIGHAND | VM), 2,
	   "CLN-21 a thread alone is fine");
	is(call(m, 2, KITH_CLONE, PARENT | CHILD), -KITH_EINVAL,
	   "CLN-21 init's threads are init");
	rig_free(m);
}

static void a_sibling_is_the_parents(void)
{
	m = rig_new(NULL);
	is(call(m, 1, KITH_CLONE, KITH_SIGUSR1), 2, "a clone child");
	is(call(m, 2, KITH_CLONE, PARENT | CHILD), 3, "makes a sibling");
	is_str(children(m, 1), "2 3", "CLN-19 which is its parent's child");
	is(call(m, 2, KITH_WAIT4, ANY, 0, KITH___WALL), -KITH_ECHILD,
	   "CLN-19 not its own");
	is(look(m, 3).exit_signal, KITH_SIGUSR1, "CLN-20 of its own sort");
	thread_of(m, 3);
	call(m, 3, KITH_EXIT, 0);
	is(call(m, 4, KITH_CLONE, PARENT | KITH_SIGUSR2), 5, "by a thread");
	is(look(m, 5).exit_signal, KITH_SIGUSR1,
	   "CLN-20 the leader counts, be it dead");
	is(look(m, 5).ppid, 1, "CLN-19 of the same parent");
	rig_free(m);
}

static void tid_pointers_may_be_bad(void)
{
	struct kith_result r;

	m = rig_new(NULL);
	is(call(m, 1, KITH_CLONE, SETTID | CHILD, 0, BAD), 2,
	   "CLN-16 PARENT_SETTID nowhere is ignored");
	is(call(m, 1, KITH_CLONE, SETTID | CHILD, 0, HERE), 3, "CLN-16 here");
	kith_result(m, 1, &r);
	ok((r.filled & KITH_OUT_PARENT_TID) && r.number == 3, "it is written");
	is(call(m, 1, KITH_CLONE, CHILD, 0, HERE), 4, "unless not asked for");
	kith_result(m, 1, &r);
	is(r.filled, 0, "then nothing is");
	is(call(m, 1, KITH_CLONE,
		KITH_CLONE_CHILD_SETTID | KITH_CLONE_CHILD_CLEARTID | CHILD, 0,
		0, BAD),
	   5, "CLN-16 CHILD_SETTID and CLEARTID nowhere");
	rig_free(m);
}

/* --- clone3 --------------------------------------------------------------- */

#define NO_SIZE 0
static const struct {
	const char *claim;
	struct kith_clone_args a;
	uint64_t size; /* NO_SIZE: 88 */
	long want;
} clone3s[] = {
	{ "CL3-01 63 bytes", { 0 }, 63, -KITH_EINVAL },
	{ "CL3-01 none", { 0 }, 1, -KITH_EINVAL },
	{ "CL3-01 64 bytes", { 0 }, 64, BORN },
	{ "CL3-01 65 bytes", { 0 }, 65, BORN },
	{ "CL3-01 80 bytes", { 0 }, 80, BORN },
	{ "CL3-02 89 bytes, zero", { 0 }, 89, BORN },
	{ "CL3-02 4096 bytes, zero", { 0 }, 4096, BORN },
	{ "CL3-02 89 bytes, not", { .tail_is_dirty = true }, 89, -KITH_E2BIG },
	{ "CL3-02 dirt behind is not read",
	  { .tail_is_dirty = true },
	  88,
	  BORN },
	{ "CL3-02 4097 bytes", { 0 }, 4097, -KITH_E2BIG },
	{ "CL3-04 exit signal 64", { .exit_signal = 64 }, 0, BORN },
	{ "CL3-04 exit signal 65", { .exit_signal = 65 }, 0, -KITH_EINVAL },
	{ "CL3-04 256", { .exit_signal = 256 }, 0, -KITH_EINVAL },
	{ "CL3-04 2^32 and 17",
	  { .exit_signal = UINT64_C(0x100000011) },
	  0,
	  -KITH_EINVAL },
	{ "CL3-04 exit signal 0", { 0 }, 0, BORN },
	{ "CL3-05 a signal among the flags",
	  { .flags = CHILD },
	  0,
	  -KITH_EINVAL },
	{ "CL3-05 0x01", { .flags = 1 }, 0, -KITH_EINVAL },
	{ "CL3-06 DETACHED", { .flags = DETACHED }, 0, -KITH_EINVAL },
	{ "CL3-07 2^34", { .flags = UINT64_C(1) << 34 }, 0, -KITH_EINVAL },
	{ "CL3-07 2^63", { .flags = UINT64_C(1) << 63 }, 0, -KITH_EINVAL },
	{ "CL3-08 CLEAR_SIGHAND|SIGHAND",
	  { .flags = KITH_CLONE_CLEAR_SIGHAND | SIGHAND | VM },
	  0,
	  -KITH_EINVAL },
	{ "CL3-08 CLEAR_SIGHAND",
	  { .flags = KITH_CLONE_CLEAR_SIGHAND },
	  0,
	  BORN },
	{ "CL3-09 THREAD with a signal",
	  { .flags = THREAD | SIGHAND | VM, .exit_signal = CHILD },
	  0,
	  -KITH_EINVAL },
	{ "CL3-09 THREAD without",
	  { .flags = THREAD | SIGHAND | VM },
	  0,
	  BORN },
	{ "CL3-09 PARENT with a signal",
	  { .flags = PARENT, .exit_signal = CHILD },
	  0,
	  -KITH_EINVAL },
	{ "CL3-09 PARENT without", { .flags = PARENT }, 0, BORN },
	{ "CL3-10 a stack of no size", { .stack = 4096 }, 0, -KITH_EINVAL },
	{ "CL3-10 a size of no stack",
	  { .stack_size = 4096 },
	  0,
	  -KITH_EINVAL },
	{ "CL3-10 a stack", { .stack = 4096, .stack_size = 4096 }, 0, BORN },
	{ "CL3-10 a stack out of bounds",
	  { .stack = UINT64_C(0x7ffffffff000), .stack_size = 1 },
	  0,
	  -KITH_EINVAL },
	{ "CL3-10 a stack around the world",
	  { .stack = UINT64_MAX - 1, .stack_size = 4 },
	  0,
	  -KITH_EINVAL },
	{ "CL3-11 PIDFD and SETTID at the same place",
	  { .flags = PIDFD | SETTID, .pidfd = 4096, .parent_tid = 4096 },
	  0,
	  -KITH_EINVAL },
	{ "CL3-12 a cgroup above INT_MAX",
	  { .flags = KITH_CLONE_INTO_CGROUP, .cgroup = UINT64_C(1) << 31 },
	  0,
	  -KITH_EINVAL },
	{ "CL3-12 a cgroup that was not sent",
	  { .flags = KITH_CLONE_INTO_CGROUP },
	  80,
	  -KITH_EINVAL },
	{ "CL3-12 a cgroup that is not asked for",
	  { .cgroup = UINT64_MAX },
	  0,
	  BORN },
	{ "TID-01 set_tid without a size",
	  { .set_tid = HERE },
	  0,
	  -KITH_EINVAL },
	{ "TID-01 a size without set_tid",
	  { .set_tid_size = 1 },
	  0,
	  -KITH_EINVAL },
	{ "TID-01 a size of 33",
	  { .set_tid = HERE, .set_tid_size = 33 },
	  0,
	  -KITH_EINVAL },
	{ "TID-01 set_tid that was not sent",
	  { .set_tid = HERE, .set_tid_size = 33 },
	  64,
	  BORN },
	{ "TID-01 of which the size was not sent",
	  { .set_tid = HERE, .set_tid_size = 1 },
	  72,
	  -KITH_EINVAL },
	{ "TID-02 more than namespaces",
	  { .set_tid = HERE, .set_tid_size = 2, .set_tid_numbers = { 88, 88 } },
	  0,
	  -KITH_EINVAL },
	{ "TID-02 many more",
	  { .set_tid = HERE, .set_tid_size = 32 },
	  0,
	  -KITH_EINVAL },
	{ "TID-02 nowhere",
	  { .set_tid = BAD, .set_tid_size = 1 },
	  0,
	  -KITH_EFAULT },
	{ "TID-03 0", { .set_tid = HERE, .set_tid_size = 1 }, 0, -KITH_EINVAL },
	{ "TID-03 -1",
	  { .set_tid = HERE, .set_tid_size = 1, .set_tid_numbers = { -1 } },
	  0,
	  -KITH_EINVAL },
	{ "TID-03 pid_max",
	  { .set_tid = HERE,
	    .set_tid_size = 1,
	    .set_tid_numbers = { 4194304 } },
	  0,
	  -KITH_EINVAL },
	{ "TID-04 1",
	  { .set_tid = HERE, .set_tid_size = 1, .set_tid_numbers = { 1 } },
	  0,
	  -KITH_EEXIST },
	{ "TID-05 4000",
	  { .set_tid = HERE, .set_tid_size = 1, .set_tid_numbers = { 4000 } },
	  0,
	  4000 },
	{ "TID-04 4000 again",
	  { .set_tid = HERE, .set_tid_size = 1, .set_tid_numbers = { 4000 } },
	  0,
	  -KITH_EEXIST },
	/* Which of two errors is told? */
	{ "order: E2BIG before set_tid",
	  { .tail_is_dirty = true, .set_tid_size = 1 },
	  89,
	  -KITH_E2BIG },
	{ "order: a wrong signal before EFAULT",
	  { .set_tid = BAD, .set_tid_size = 1, .exit_signal = 65 },
	  0,
	  -KITH_EINVAL },
	{ "order: EFAULT before wrong flags",
	  { .set_tid = BAD, .set_tid_size = 1, .flags = DETACHED },
	  0,
	  -KITH_EFAULT },
	{ "order: wrong flags before a wrong number",
	  { .set_tid = HERE,
	    .set_tid_size = 1,
	    .flags = THREAD,
	    .set_tid_numbers = { 1 } },
	  0,
	  -KITH_EINVAL },
};

static void clone3_has_its_table(void)
{
	struct kith_call c = { .nr = KITH_CLONE3, .arg = { 0, 88 } };

	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	for (size_t i = 0; i < sizeof(clone3s) / sizeof(clone3s[0]); i++)
		answers(clone3(m, 2, &clone3s[i].a,
			       clone3s[i].size ? clone3s[i].size : 88),
			clone3s[i].want, clone3s[i].claim);
	is(enter(m, 2, &c), -KITH_EFAULT, "CL3-03 NULL");
	c.arg[0] = BAD;
	is(enter(m, 2, &c), -KITH_EFAULT, "CL3-03 nowhere");
	c.arg[1] = 63;
	is(enter(m, 2, &c), -KITH_EINVAL, "CL3-03 the size is looked at first");
	c.arg[1] = 4097;
	is(enter(m, 2, &c), -KITH_E2BIG, "CL3-03 be it too large");
	rig_free(m);
}

static void clear_sighand_keeps_what_is_ignored(void)
{
	struct kith_clone_args a = { .flags = KITH_CLONE_CLEAR_SIGHAND };
	struct kith_result r;

	m = rig_new(NULL);
	sigaction_as(m, 1, KITH_SIGUSR1, KITH_SIG_IGN, KITH_SA_RESTART);
	sigaction_as(m, 1, KITH_SIGCHLD, KITH_SIG_DFL, KITH_SA_NOCLDWAIT);
	is(clone3(m, 1, &a, 88), 2, "CL3-13 a child");
	call(m, 2, KITH_RT_SIGACTION, KITH_SIGUSR1, 0, HERE, 8);
	kith_result(m, 2, &r);
	ok(r.action.handler == KITH_SIG_IGN && r.action.flags == 0,
	   "CL3-13 ignores what its parent does, without flags");
	call(m, 2, KITH_RT_SIGACTION, KITH_SIGCHLD, 0, HERE, 8);
	kith_result(m, 2, &r);
	is((long)r.action.flags, 0, "CL3-13 and the rest is default");
	rig_free(m);
}

static void a_number_is_busy_as_long_as_it_is_used(void)
{
	struct kith_clone_args a = { .set_tid = HERE,
				     .set_tid_size = 1,
				     .exit_signal = CHILD };

	m = rig_new(NULL);
	call(m, 1, KITH_FORK); /* 2 */
	thread_of(m, 2);       /* 3 */
	for (int nr = 1; nr <= 3; nr++) {
		a.set_tid_numbers[0] = nr;
		is(clone3(m, 1, &a, 88), -KITH_EEXIST, "TID-04 %d", nr);
	}
	call(m, 3, KITH_EXIT, 0);
	is(clone3(m, 1, &a, 88), 3, "TID-04 PID-06 a thread's, gone, is free");
	call(m, 2, KITH_EXIT_GROUP, 0);
	a.set_tid_numbers[0] = 2;
	is(clone3(m, 1, &a, 88), -KITH_EEXIST, "TID-04 PID-07 a zombie's not");
	call(m, 1, KITH_WAIT4, 2);
	is(clone3(m, 1, &a, 88), 2, "TID-04 until it is collected");
	is(call(m, 1, KITH_FORK), 4, "TID-06 the cursor has not moved");
	rig_free(m);
}

/* --- wait4, waitid -------------------------------------------------------- */

static void wait4_has_its_options(void)
{
	const uint64_t good[] = { KITH_WNOHANG,    KITH_WUNTRACED,
				  KITH_WCONTINUED, KITH___WNOTHREAD,
				  KITH___WALL,     KITH___WCLONE };
	uint64_t all = 0;
	unsigned wrong = 0;

	m = rig_new(NULL);
	for (int i = 0; i < 6; i++)
		all |= good[i];
	for (int bit = 0; bit < 32; bit++)
		wrong += call(m, 1, KITH_WAIT4, ANY, 0, UINT64_C(1) << bit) !=
			 (all >> bit & 1 ? -KITH_ECHILD : -KITH_EINVAL);
	is(wrong, 0, "WAI-02 of 32 bits, six are allowed");
	is(call(m, 1, KITH_WAIT4, ANY, 0, all), -KITH_ECHILD,
	   "WAI-02 all six at once");
	is(call(m, 1, KITH_WAIT4, (uint64_t)INT32_MIN), -KITH_ESRCH,
	   "WAI-03 INT_MIN");
	is(call(m, 1, KITH_WAIT4, (uint64_t)INT32_MIN + 1), -KITH_ECHILD,
	   "WAI-03 INT_MIN + 1");
	is(call(m, 1, KITH_WAIT4, (uint64_t)INT32_MIN, 0, KITH_WEXITED),
	   -KITH_EINVAL, "WAI-02 EINVAL precedes ESRCH");
	is(call(m, 1, KITH_WAIT4, 0, BAD, 0, BAD), -KITH_ECHILD,
	   "with no child, pointers are not looked at");
	rig_free(m);
}

static const struct {
	const char *claim;
	uint64_t type, id, options;
	long want;
} waitids[] = {
	{ "WAI-05 no news asked for", KITH_P_ALL, 0, 0, -KITH_EINVAL },
	{ "WAI-05 WNOHANG alone", KITH_P_ALL, 0, KITH_WNOHANG, -KITH_EINVAL },
	{ "WAI-05 an unknown bit", KITH_P_ALL, 0, KITH_WEXITED | 0x10,
	  -KITH_EINVAL },
	{ "WAI-05 all that are known", KITH_P_ALL, 0,
	  KITH_WEXITED | KITH_WSTOPPED | KITH_WCONTINUED | KITH_WNOHANG |
		  KITH_WNOWAIT | KITH___WALL | KITH___WCLONE | KITH___WNOTHREAD,
	  0 },
	{ "WAI-06 P_PID 0", KITH_P_PID, 0, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-06 P_PID -1", KITH_P_PID, ANY, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-06 P_PID 2", KITH_P_PID, 2, KITH_WEXITED | KITH_WNOHANG, 0 },
	{ "WAI-06 P_PID 99", KITH_P_PID, 99, KITH_WEXITED, -KITH_ECHILD },
	{ "WAI-06 P_PGID -1", KITH_P_PGID, ANY, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-06 P_PGID 0 is one's own", KITH_P_PGID, 0,
	  KITH_WEXITED | KITH_WNOHANG, 0 },
	{ "WAI-06 P_PGID 1", KITH_P_PGID, 1, KITH_WEXITED | KITH_WNOHANG, 0 },
	{ "WAI-30 P_PGID 2, no group", KITH_P_PGID, 2, KITH_WEXITED,
	  -KITH_ECHILD },
	{ "WAI-06 P_ALL ignores the number", KITH_P_ALL, 99,
	  KITH_WEXITED | KITH_WNOHANG, 0 },
	{ "WAI-06 another type", 4, 0, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-06 a negative type", ANY, 0, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-07 P_PIDFD -1", KITH_P_PIDFD, ANY, KITH_WEXITED, -KITH_EINVAL },
	{ "WAI-07 P_PIDFD that is closed", KITH_P_PIDFD, 9, KITH_WEXITED,
	  -KITH_EBADF },
	{ "WAI-07 P_PIDFD that is none", KITH_P_PIDFD, 0, KITH_WEXITED,
	  -KITH_EBADF },
	{ "order: options before the type", 4, 0, 0, -KITH_EINVAL },
};

static void waitid_has_its_table(void)
{
	struct kith_result r;

	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	for (size_t i = 0; i < sizeof(waitids) / sizeof(waitids[0]); i++) {
		answers(call(m, 1, KITH_WAITID, waitids[i].type, waitids[i].id,
			     0, waitids[i].options),
			waitids[i].want, waitids[i].claim);
		is(call(m, 1, KITH_WAITID, waitids[i].type, waitids[i].id, HERE,
			waitids[i].options),
		   waitids[i].want, "the same with room for a siginfo");
		kith_result(m, 1, &r);
		ok((r.filled & KITH_OUT_SIGINFO) && !r.info.signo &&
			   !r.info.code && !r.info.pid && !r.info.uid &&
			   !r.info.status,
		   "WAI-09 which is zeroed");
		is(call(m, 1, KITH_WAITID, waitids[i].type, waitids[i].id, BAD,
			waitids[i].options),
		   -KITH_EFAULT, "WAI-15 and is a fault if it can't be");
	}
	rig_free(m);
}

/* A child with a status of 7, dead; what a wait with these pointers says. */
static void a_fault_collects_all_the_same(bool is_waitid, uint64_t one,
					  uint64_t usage, long want,
					  uint32_t filled)
{
	struct kith_result r;

	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	spend(m, 2, 50000000, 0, 3);
	call(m, 2, KITH_EXIT_GROUP, 7);
	if (is_waitid)
		is(call(m, 1, KITH_WAITID, KITH_P_ALL, 0, one, KITH_WEXITED,
			usage),
		   want, "WAI-15 waitid");
	else
		is(call(m, 1, KITH_WAIT4, ANY, one, 0, usage), want,
		   "WAI-15 wait4");
	kith_result(m, 1, &r);
	is(r.filled, filled, "WAI-15 fills in what it can");
	is(call(m, 1, KITH_WAIT4, ANY), -KITH_ECHILD,
	   "WAI-15 the child is gone anyway");
	is((long)look(m, 1).children.utime, 50000000, "STA-04 and counted");
	rig_free(m);
}

static void faults_come_in_linuxs_order(void)
{
	const uint32_t status = KITH_OUT_STATUS, usage = KITH_OUT_USAGE,
		       info = KITH_OUT_SIGINFO;

	a_fault_collects_all_the_same(false, 0, 0, 2, 0);
	a_fault_collects_all_the_same(false, HERE, HERE, 2, status | usage);
	a_fault_collects_all_the_same(false, BAD, HERE, -KITH_EFAULT, 0);
	a_fault_collects_all_the_same(false, HERE, BAD, -KITH_EFAULT, status);
	a_fault_collects_all_the_same(true, 0, 0, 0, 0);
	a_fault_collects_all_the_same(true, HERE, HERE, 0, info | usage);
	a_fault_collects_all_the_same(true, BAD, HERE, -KITH_EFAULT, usage);
	a_fault_collects_all_the_same(true, HERE, BAD, -KITH_EFAULT, 0);
}

static void what_is_reported(void)
{
	struct kith_result r;

	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	spend(m, 2, 50000000, 20000000, 3);
	call(m, 2, KITH_EXIT_GROUP, 0x1207);
	is(call(m, 1, KITH_WAIT4, ANY, HERE, KITH_WNOHANG, HERE), 2, "wait4");
	kith_result(m, 1, &r);
	is(r.status, 0x700, "EXT-01 the status has eight bits of the code");
	ok(r.usage.utime == 50000000 && r.usage.stime == 20000000 &&
		   r.usage.minflt == 3 && r.usage.maxrss == 12,
	   "STA-06 what it used");
	call(m, 1, KITH_FORK);
	is(call(m, 1, KITH_WAIT4, ANY, HERE, KITH_WNOHANG, HERE), 0,
	   "WAI-08 nobody yet");
	kith_result(m, 1, &r);
	is(r.filled, 0, "WAI-16 then nothing is touched");
	call(m, 3, KITH_KILL, 3, KITH_SIGTERM);
	for (int i = 0; i < 2; i++) {
		is(call(m, 1, KITH_WAITID, KITH_P_PID, 3, HERE,
			KITH_WEXITED | (i ? 0 : KITH_WNOWAIT)),
		   0, "WAI-10 waitid");
		kith_result(m, 1, &r);
		ok(r.info.signo == KITH_SIGCHLD &&
			   r.info.code == KITH_CLD_KILLED && r.info.pid == 3 &&
			   r.info.uid == 0 && r.info.status == KITH_SIGTERM,
		   "WAI-13 killed by SIGTERM");
		ok(r.info.utime == 0 && r.info.stime == 0,
		   "waitid leaves the times out");
	}
	is(call(m, 1, KITH_WAITID, KITH_P_PID, 3, HERE, KITH_WEXITED),
	   -KITH_ECHILD, "WAI-12 once");
	is(call(m, 1, KITH_KILL, 3, 0), -KITH_ESRCH, "WAI-12 and it is gone");
	rig_free(m);
}

/* --- small calls ---------------------------------------------------------- */

static void who_am_i(void)
{
	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	thread_of(m, 2);
	is(call(m, 1, KITH_GETPPID), 0, "PNS-03 init's parent is 0");
	is(call(m, 3, KITH_GETPID), 2, "a thread has its process's number");
	is(call(m, 3, KITH_GETTID), 3, "and its own");
	is(call(m, 3, KITH_GETPPID), 1, "and its process's parent");
	rig_free(m);
}

static void prctl_has_its_options(void)
{
	struct kith_result r;

	m = rig_new(NULL);
	is(call(m, 1, KITH_PRCTL, 0), -KITH_EINVAL, "PRC-02 option 0");
	is(call(m, 1, KITH_PRCTL, 12345), -KITH_EINVAL, "PRC-02 option 12345");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, 65), -KITH_EINVAL,
	   "PDS-03 65 is no signal");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, ANY), -KITH_EINVAL,
	   "PDS-03 nor is -1");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, 64), 0,
	   "PDS-03 64 is");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_PDEATHSIG, HERE), 0,
	   "it is told");
	kith_result(m, 1, &r);
	ok((r.filled & KITH_OUT_NUMBER) && r.number == 64, "64");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_PDEATHSIG, BAD), -KITH_EFAULT,
	   "unless there is no room");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_PDEATHSIG, 0), -KITH_EFAULT,
	   "or NULL");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, 0), 0, "PDS-03 0");
	is(look(m, 1).pdeath_signal, 0, "PDS-03 clears it");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_CHILD_SUBREAPER, 5), 0,
	   "RPT-03 5");
	call(m, 1, KITH_PRCTL, KITH_PR_GET_CHILD_SUBREAPER, HERE);
	kith_result(m, 1, &r);
	is(r.number, 1, "RPT-03 is 1");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_CHILD_SUBREAPER, BAD),
	   -KITH_EFAULT, "RPT-03 a fault");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_CHILD_SUBREAPER, 1, 2, 3, 4), 0,
	   "other arguments are ignored");
	call(m, 1, KITH_FORK);
	ok(look(m, 1).subreaper && !look(m, 2).subreaper,
	   "RPT-03 it is not inherited");
	rig_free(m);
}

static void names_are_short(void)
{
	struct kith_call c = { .nr = KITH_PRCTL,
			       .arg = { KITH_PR_SET_NAME, HERE },
			       .in.text = "a name of more than 15" };
	struct kith_result r;

	m = rig_new(NULL);
	is(enter(m, 1, &c), 0, "PRC-01 a long name");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_NAME, HERE), 0, "PRC-01 is told");
	kith_result(m, 1, &r);
	ok(r.filled & KITH_OUT_NAME, "in the place for it");
	is_str(r.name, "a name of more ", "PRC-01 by its first 15 bytes");
	is(call(m, 1, KITH_PRCTL, KITH_PR_GET_NAME, BAD), -KITH_EFAULT,
	   "PRC-01 or not at all");
	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_NAME, BAD), -KITH_EFAULT,
	   "PRC-01 a name from nowhere");
	call(m, 1, KITH_FORK);
	is_str(look(m, 2).name, "a name of more ", "PRC-01 it is inherited");
	c.in.text = "";
	enter(m, 2, &c);
	is_str(look(m, 2).name, "", "no name is one");
	is_str(look(m, 1).name, "a name of more ", "of one's own");
	rig_free(m);
}

static void rt_sigaction_checks_in_linuxs_order(void)
{
	struct kith_call c = { .nr = KITH_RT_SIGACTION,
			       .in.action.handler = KITH_SIG_IGN };
	const struct {
		uint64_t sig, act, old, size;
		long want;
	} table[] = {
		{ 99, BAD, BAD, 4, -KITH_EINVAL },
		{ 99, BAD, BAD, 8, -KITH_EFAULT },
		{ 99, HERE, BAD, 8, -KITH_EINVAL },
		{ 0, 0, 0, 8, -KITH_EINVAL },
		{ 65, 0, 0, 8, -KITH_EINVAL },
		{ ANY, 0, 0, 8, -KITH_EINVAL },
		{ KITH_SIGKILL, HERE, 0, 8, -KITH_EINVAL },
		{ KITH_SIGSTOP, HERE, 0, 8, -KITH_EINVAL },
		{ KITH_SIGKILL, 0, HERE, 8, 0 },
		{ KITH_SIGUSR1, 0, BAD, 8, -KITH_EFAULT },
		{ KITH_SIGUSR1, 0, 0, 8, 0 },
		{ KITH_SIGUSR1, HERE, BAD, 8, -KITH_EFAULT },
		{ 64, HERE, HERE, 8, 0 },
		{ 64, HERE, HERE, 0, -KITH_EINVAL },
		{ 64, HERE, HERE, 16, -KITH_EINVAL },
	};
	struct kith_result r;

	m = rig_new(NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		c.arg[0] = table[i].sig;
		c.arg[1] = table[i].act;
		c.arg[2] = table[i].old;
		c.arg[3] = table[i].size;
		is(enter(m, 1, &c), table[i].want, "rt_sigaction, row %d",
		   (int)i);
	}
	call(m, 1, KITH_RT_SIGACTION, KITH_SIGUSR1, 0, HERE, 8);
	kith_result(m, 1, &r);
	ok((r.filled & KITH_OUT_ACTION) && r.action.handler == KITH_SIG_IGN,
	   "R043 installed, though the old one could not be told");
	rig_free(m);
}

static void actions_are_cleaned(void)
{
	struct kith_call c = {
		.nr = KITH_RT_SIGACTION,
		.arg = { KITH_SIGCHLD, HERE, 0, 8 },
		.in.action = { .handler = KITH_SIG_IGN,
			       .flags = UINT64_C(0xffffffff),
			       .mask = ~UINT64_C(0) },
	};
	struct kith_result r;

	m = rig_new(NULL);
	enter(m, 1, &c);
	call(m, 1, KITH_RT_SIGACTION, KITH_SIGCHLD, 0, HERE, 8);
	kith_result(m, 1, &r);
	is((long)r.action.flags, 0xdc000807,
	   "flags that Linux does not know are gone");
	is((long)~r.action.mask, 0x40100, "KILL and STOP can't be in a mask");
	rig_free(m);
}

static void kill_has_its_targets(void)
{
	m = rig_new(NULL);
	call(m, 1, KITH_FORK); /* 2 */
	thread_of(m, 2);       /* 3 */
	call(m, 1, KITH_FORK); /* 4 */
	is(call(m, 1, KITH_KILL, 99, 0), -KITH_ESRCH, "nobody");
	is(call(m, 1, KITH_KILL, 99, 65), -KITH_ESRCH, "before a wrong signal");
	is(call(m, 1, KITH_KILL, 2, 65), -KITH_EINVAL, "which is EINVAL");
	is(call(m, 1, KITH_KILL, 2, ANY), -KITH_EINVAL, "as is -1");
	is(call(m, 1, KITH_KILL, 2, 0), 0, "0 only asks");
	is(call(m, 1, KITH_KILL, 3, 0), 0, "KIL-04 any thread will do");
	is(call(m, 1, KITH_KILL, (uint64_t)INT32_MIN, 9), -KITH_ESRCH,
	   "KIL-02 INT_MIN");
	is(call(m, 1, KITH_KILL, (uint64_t)-2, 9), -KITH_ESRCH,
	   "a process that is no group");
	is(call(m, 1, KITH_KILL, (uint64_t)-1, 0), 0, "all others");
	is(call(m, 1, KITH_KILL, (uint64_t)-1, 65), -KITH_EINVAL, "wrongly");
	is(call(m, 1, KITH_KILL, 0, 65), -KITH_EINVAL, "one's group, wrongly");
	is(call(m, 1, KITH_KILL, (uint64_t)-1, KITH_SIGTERM), 0, "to all");
	ok(look(m, 1).state == KITH_IDLE && look(m, 2).status == 15 &&
		   look(m, 4).status == 15,
	   "KIL-01 but init and oneself");
	is(call(m, 1, KITH_KILL, 2, KITH_SIGKILL), 0, "EXT-S2 to a zombie: 0");
	is(look(m, 2).status, 15, "EXT-S2 and nothing changes");
	is(call(m, 1, KITH_KILL, (uint64_t)-1, 0), 0, "zombies are somebody");
	call(m, 1, KITH_WAIT4, ANY);
	call(m, 1, KITH_WAIT4, ANY);
	is(call(m, 1, KITH_KILL, (uint64_t)-1, 0), -KITH_ESRCH,
	   "KIL-12 until nobody is left");
	is(call(m, 1, KITH_KILL, 1, KITH_SIGKILL), 0, "init itself");
	is(look(m, 1).state, KITH_IDLE, "PNS-12 lives on");
	is(call(m, 1, KITH_KILL, 0, KITH_SIGTERM), 0, "with its group");
	rig_free(m);
}

static void descriptors_are_numbers(void)
{
	m = rig_new(NULL);
	is(call(m, 1, KITH_DUP, 0), 3, "0, 1 and 2 are open, 3 is next");
	is(call(m, 1, KITH_DUP, 9), -KITH_EBADF, "9 is not");
	is(call(m, 1, KITH_DUP, ANY), -KITH_EBADF, "nor is -1");
	is(call(m, 1, KITH_CLOSE, 1), 0, "1 is closed");
	is(call(m, 1, KITH_CLOSE, 1), -KITH_EBADF, "once");
	is(call(m, 1, KITH_DUP, 0), 1, "the lowest is taken");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 100), 100,
	   "or a higher one");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 100), 101, "then the next");
	is(call(m, 1, KITH_FCNTL, 9, KITH_F_DUPFD, 5000), -KITH_EBADF,
	   "EBADF before EINVAL");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 1024), -KITH_EINVAL,
	   "the limit is 1024");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, ANY), -KITH_EINVAL,
	   "below 0 is above it");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 1023), 1023, "the last");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 1023), -KITH_EMFILE,
	   "and no more");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_GETFD), 0, "no flag");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_SETFD, 0xff), 0, "all flags");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_GETFD), 1, "are one");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD, 10), 10, "a copy");
	is(call(m, 1, KITH_FCNTL, 10, KITH_F_GETFD), 0, "does not have it");
	is(call(m, 1, KITH_FCNTL, 0, KITH_F_DUPFD_CLOEXEC, 10), 11, "but here");
	is(call(m, 1, KITH_FCNTL, 11, KITH_F_GETFD), 1, "it does");
	is(call(m, 1, KITH_FCNTL, 99, KITH_F_GETFD), -KITH_EBADF, "99, get");
	is(call(m, 1, KITH_FCNTL, 99, KITH_F_SETFD, 1), -KITH_EBADF, "99, set");
	for (int i = 0; i < 1024; i++)
		call(m, 1, KITH_DUP, 10);
	is(call(m, 1, KITH_DUP, 0), -KITH_EMFILE, "full");
	rig_free(m);
}

static void usage_is_asked_for(void)
{
	struct kith_result r;

	m = rig_new(NULL);
	is(call(m, 1, KITH_GETRUSAGE, 2, BAD), -KITH_EINVAL,
	   "STA-10 who is looked at before where");
	is(call(m, 1, KITH_GETRUSAGE, (uint64_t)-2, HERE), -KITH_EINVAL,
	   "STA-10 -2");
	for (int who = -1; who <= 1; who++) {
		is(call(m, 1, KITH_GETRUSAGE, (uint64_t)who, HERE), 0,
		   "STA-10 %d", who);
		is(call(m, 1, KITH_GETRUSAGE, (uint64_t)who, 0), -KITH_EFAULT,
		   "STA-10 NULL");
		is(call(m, 1, KITH_GETRUSAGE, (uint64_t)who, BAD), -KITH_EFAULT,
		   "STA-10 nowhere");
	}
	is(call(m, 1, KITH_SPEND, 0), -KITH_EFAULT, "nothing to spend");
	spend(m, 1, 129999999, 30000000, 5);
	is(call(m, 1, KITH_TIMES, 0), 15, "STA-10 times, NULL: the time only");
	is(call(m, 1, KITH_TIMES, BAD), -KITH_EFAULT, "STA-10 nowhere");
	is(call(m, 1, KITH_TIMES, HERE), 15, "STA-10 here");
	kith_result(m, 1, &r);
	ok((r.filled & KITH_OUT_TMS) && r.tms.utime == 12 && r.tms.stime == 3 &&
		   !r.tms.cutime,
	   "in ticks of 10 ms");
	rig_free(m);
}

static void sysctl_reaches_two_files(void)
{
	m = rig_new(NULL);
	is(sysctl(m, 1, "kernel.osrelease", 1), -KITH_ENOENT, "no such file");
	is(sysctl(m, 1, "kernel.pid_max", 300), -KITH_EINVAL, "PID-02 300");
	is(sysctl(m, 1, "kernel.pid_max", INT64_C(1) << 32), -KITH_EINVAL,
	   "PID-02 2^32");
	is(sysctl(m, 1, "kernel.pid_max", 301), 0, "PID-02 301");
	is(sysctl(m, 1, "kernel.ns_last_pid", 302), -KITH_EINVAL,
	   "PID-13 302 of 301");
	is(sysctl(m, 1, "kernel.ns_last_pid", 298), 0, "PID-03 298");
	is(call(m, 1, KITH_FORK), 299, "PID-03 then 299");
	is(call(m, 1, KITH_SYSCTL, 0, 5), -KITH_EFAULT, "no name");
	rig_free(m);
}

static void paths_are_checked(void)
{
	static char long_name[5000];

	m = rig_new(NULL);
	is(exec(m, 1, ""), -KITH_ENOENT, "an empty path");
	is(exec(m, 1, "/"), -KITH_EACCES, "a directory");
	is(exec(m, 1, "/bin/.."), -KITH_EACCES, "another");
	is(exec(m, 1, "./."), -KITH_EACCES, "and another");
	is(exec(m, 1, "/bin/true/"), -KITH_ENOTDIR, "a program with a slash");
	memset(long_name, 'x', sizeof(long_name) - 1);
	is(exec(m, 1, long_name), -KITH_ENAMETOOLONG, "a long path");
	long_name[256] = '\0';
	is(exec(m, 1, long_name), -KITH_ENAMETOOLONG, "a long name");
	long_name[255] = '\0';
	is(exec(m, 1, long_name), 0, "255 is not too long");
	is_str(look(m, 1).name, "xxxxxxxxxxxxxxx", "but cut to 15");
	is(exec(m, 1, "/usr//bin/env"), 0, "a program");
	is_str(look(m, 1).name, "env", "is called by its last part");
	is(call(m, 1, KITH_EXECVE, 0), -KITH_EFAULT, "NULL");
	is(call(m, 1, KITH_EXECVE, BAD), -KITH_EFAULT, "nowhere");
	is(enter(m, 1,
		 &(struct kith_call){ .nr = KITH_EXECVE,
				      .arg = { HERE, BAD },
				      .in.text = "x" }),
	   -KITH_EFAULT, "arguments from nowhere");
	is(enter(m, 1,
		 &(struct kith_call){ .nr = KITH_EXECVE,
				      .arg = { HERE, BAD },
				      .in.text = "" }),
	   -KITH_ENOENT, "R394 are looked at after the file");
	rig_free(m);
}

int main(void)
{
	clone_has_its_table();
	init_has_no_siblings();
	a_sibling_is_the_parents();
	tid_pointers_may_be_bad();
	clone3_has_its_table();
	clear_sighand_keeps_what_is_ignored();
	a_number_is_busy_as_long_as_it_is_used();
	wait4_has_its_options();
	waitid_has_its_table();
	faults_come_in_linuxs_order();
	what_is_reported();
	who_am_i();
	prctl_has_its_options();
	names_are_short();
	rt_sigaction_checks_in_linuxs_order();
	actions_are_cleaned();
	kill_has_its_targets();
	descriptors_are_numbers();
	usage_is_asked_for();
	sysctl_reaches_two_files();
	paths_are_checked();
	return done_testing();
}

/*
 * Exec with several threads, in every combination.
 */
#include "tests/rig.h"

static struct kith_machine *m;

static const char *const programs[] = { "first", "other" };

static struct kith_call execve_of(const char *path)
{
	return (struct kith_call){ .nr = KITH_EXECVE,
				   .arg = { HERE },
				   .in.text = path };
}

/* --- one process, all its threads ----------------------------------------- */

enum { FIRST = 2, THREADS = 3 }; /* threads 2, 3 and 4 */

struct setting {
	int caller;       /* which of the threads execs */
	bool leader_died; /* before that */
	bool asleep;      /* the others are, in a wait */
	bool micro;
	uint64_t seed;
};

static void make(const struct setting *s)
{
	struct kith_config config = { .micro = s->micro, .seed = s->seed };

	m = rig_new(&config);
	call(m, 1, KITH_CLONE, KITH_SIGUSR1); /* 2 */
	thread_of(m, 2);                      /* 3 */
	thread_of(m, 2);                      /* 4 */
	for (int tid = 2; tid <= 4; tid++)
		call(m, tid, KITH_FORK); /* 5, 6, 7: children of each */
	spend(m, 3, 10, 0, 9);
	if (s->leader_died)
		call(m, 2, KITH_EXIT, 9);
	for (int tid = 2; s->asleep && tid <= 4; tid++)
		if (tid != s->caller && !(tid == 2 && s->leader_died))
			call(m, tid, KITH_WAIT4, ANY);
}

static void who_execs_becomes_the_process(const struct setting *s)
{
	pid_t threads[4];
	struct kith_look l;

	make(s);
	call(m, s->caller, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, KITH_SIGCONT);
	diag("%d execs, leader %s, others %s, %s", s->caller,
	     s->leader_died ? "dead" : "alive", s->asleep ? "asleep" : "idle",
	     s->micro ? "micro" : "normal");
	exec(m, s->caller, "/bin/prog");
	is(result(m, 2), 0, "EXE-03 the exec returns to the process's number");
	l = look(m, 2);
	ok(l.tid == 2 && l.tgid == 2 && l.leader && l.threads == 1 &&
		   l.state == KITH_IDLE,
	   "EXE-01 it is the only thread, under the leader's number");
	is(kith_threads(m, 2, threads, 4), 1, "EXE-03 there is no other");
	ok(look(m, 3).tid == 0 && look(m, 4).tid == 0,
	   "EXE-01 numbers 3 and 4 are gone");
	ok(l.exit_signal == KITH_SIGCHLD && l.ppid == 1,
	   "EXS-04 EXE-S1 an ordinary child of the same parent");
	is(l.pdeath_signal, KITH_SIGCONT,
	   "EXE-04 the death signal is that of who called");
	is_str(l.name, "prog", "and its name is that of the program");
	is((long)l.self.utime, 10, "STA-11 what all threads used is kept");
	is_str(children(m, 1), "2", "EXE-02 its parent has one child");
	is(kith_children(m, 2, NULL, 0), 3,
	   "WMT-09 the children of all threads are its own");
	for (int child = 5; child <= 7; child++)
		ok(look(m, child).ppid == 2 &&
			   look(m, child).parent_thread == 2,
		   "WMT-09 %d, too", child);
	call(m, 5, KITH_EXIT_GROUP, 0);
	is(call(m, 2, KITH_WAIT4, ANY), 5, "and can be waited for");
	call(m, 2, KITH_EXIT_GROUP, 3);
	is(look(m, 2).status, 0x300, "EXE-06 it dies as any other");
	is(call(m, 1, KITH_WAIT4, ANY), 2, "EXE-02 and its parent is told");
	rig_free(m);
}

static void in_every_combination(void)
{
	for (unsigned bits = 0; bits < 48; bits++) {
		struct setting s = { .caller = 2 + (int)(bits % 3),
				     .leader_died = bits / 3 & 1,
				     .asleep = bits / 6 & 1,
				     .micro = bits / 12 & 1,
				     .seed = bits / 24 ? bits : 0 };

		if (s.caller == 2 && s.leader_died)
			continue;
		who_execs_becomes_the_process(&s);
	}
}

/*
 * Its own come first, then those of the others: here 2 dies first, and gives 5
 * to 3, which dies next.
 */
static void children_keep_an_order(void)
{
	struct setting s = { .caller = 4 };

	make(&s);
	exec(m, 4, "prog");
	is_str(children(m, 2), "7 6 5",
	       "WMT-09 own children first, then those of the threads that "
	       "died");
	rig_free(m);
}

static void siblings_children_get_their_death_signals(void)
{
	struct setting s = { .caller = 3 };

	make(&s);
	for (int child = 5; child <= 7; child++)
		call(m, child, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, KITH_SIGTERM);
	exec(m, 3, "prog");
	ok(look(m, 5).state == KITH_ZOMBIE && look(m, 7).state == KITH_ZOMBIE,
	   "PDS-12 an exec kills the threads that forked 5 and 7");
	is(look(m, 6).state, KITH_IDLE, "PDS-11 not the one that forked 6");
	rig_free(m);
}

/* --- execs that fail ------------------------------------------------------ */

static void a_failed_exec_leaves_all_alone(void)
{
	struct setting s = { .caller = 3 };
	uint64_t hash;

	make(&s);
	call(m, 3, KITH_GETPID);
	hash = kith_hash(m);
	is(exec(m, 3, ""), -KITH_ENOENT, "EXE-05 no such program");
	is(exec(m, 3, "/"), -KITH_EACCES, "EXE-05 nor this");
	is(look(m, 2).threads, 3, "EXE-05 the others live");
	ok(kith_hash(m) == hash, "EXE-05 nothing has changed");
	rig_free(m);
}

static void an_exec_without_memory_changes_nothing(void)
{
	struct setting s = { .caller = 3 };
	struct kith_memory before, after;
	struct kith_call c = execve_of("prog");
	unsigned failed = 0;
	uint64_t hash;
	long r;

	make(&s);
	call(m, 3, KITH_EXECVE, HERE); /* so that there is room for it */
	for (uint64_t nth = 1;; nth++) {
		hash = kith_hash(m);
		kith_memory(m, &before);
		kith_fail_allocation(m, nth);
		r = enter(m, 3, &c);
		kith_fail_allocation(m, 0);
		kith_memory(m, &after);
		if (r != -KITH_ENOMEM && r != REFUSED - KITH_ENOMEM)
			break;
		failed++;
		ok(kith_hash(m) == hash && before.blocks == after.blocks,
		   "allocation %d fails: ENOMEM, and nothing has changed",
		   (int)nth);
	}
	ok(failed >= 3, "%u allocations may fail", failed);
	is(result(m, 2), 0, "then it succeeds");
	rig_free(m);
}

/* --- killed while waiting to be alone ------------------------------------- */

/*
 * In micro steps: some steps into the exec of 3, the process is killed; in the
 * end it must be dead of that, or have exec'ed and be dead of that.
 */
static void killed_after(int steps, uint64_t seed, bool by_signal)
{
	struct kith_call exec_call = execve_of("prog");
	struct kith_call kill = { .nr = KITH_KILL, .arg = { 2, KITH_SIGTERM } };
	struct kith_call exit = { .nr = KITH_EXIT_GROUP, .arg = { 4 } };
	struct setting s = { .caller = 3, .micro = true, .seed = seed };
	unsigned wrong = 0;
	int want = KITH_SIGTERM;

	make(&s);
	kith_call(m, 3, &exec_call);
	for (int i = 0; i < steps; i++)
		wrong += kith_step(m) && !sound(m);
	if (by_signal)
		kith_call(m, 1, &kill);
	else if (kith_call(m, 4, &exit) == 0)
		want = 0x400;
	else
		kith_call(m, 1, &kill);
	while (kith_step(m))
		wrong += !sound(m);
	if (!by_signal && look(m, 2).state == KITH_IDLE)
		wrong += result(m, 2) != 0; /* the exec was first */
	else
		wrong += look(m, 2).status != want || !look(m, 2).process_dead;
	wrong += kith_next(m, 2) != 5;
	for (int child = 5; child <= 7; child++)
		wrong += look(m, child).ppid !=
			 (look(m, 2).process_dead ? 1 : 2);
	if (wrong)
		diag("%d steps, seed %d", steps, (int)seed);
	is(wrong, 0, "EXE %s after %d steps",
	   by_signal ? "killed" : "told to exit", steps);
	rig_free(m);
}

static void who_waits_to_be_alone_can_be_killed(void)
{
	for (int steps = 0; steps < 12; steps++) {
		for (uint64_t seed = 1; seed <= (uint64_t)rounds(8); seed++) {
			killed_after(steps, seed * 77, true);
			killed_after(steps, seed * 77, false);
		}
	}
}

/* --- two at once ---------------------------------------------------------- */

static void of_two_execs_one_wins(void)
{
	unsigned wins[2] = { 0, 0 };

	for (uint64_t seed = 0; seed < 32; seed++) {
		struct kith_call one = execve_of(programs[0]);
		struct kith_call two = execve_of(programs[1]);
		struct setting s = { .caller = 3,
				     .micro = seed & 1,
				     .seed = seed };

		make(&s);
		kith_call(m, 3, &one);
		kith_call(m, 4, &two);
		while (kith_step(m))
			sound(m);
		for (int i = 0; i < 2; i++)
			wins[i] += !strcmp(look(m, 2).name, programs[i]);
		ok(look(m, 2).threads == 1 && result(m, 2) == 0,
		   "EXE-08 there is one thread, and it has exec'ed");
		rig_free(m);
	}
	ok(wins[0] + wins[1] == 32 && wins[0] && wins[1],
	   "EXE-08 R386 exactly one wins, whichever: %u and %u", wins[0],
	   wins[1]);
}

/* --- what else an exec does ----------------------------------------------- */

static void marked_descriptors_are_closed(void)
{
	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	call(m, 2, KITH_FCNTL, 0, KITH_F_DUPFD_CLOEXEC, 10);
	call(m, 2, KITH_FCNTL, 0, KITH_F_DUPFD, 11);
	call(m, 2, KITH_CLONE, KITH_CLONE_FILES | KITH_SIGCHLD); /* 3 */
	exec(m, 3, "prog");
	is(call(m, 3, KITH_FCNTL, 10, KITH_F_GETFD), -KITH_EBADF,
	   "EXE-07 one that is marked is closed");
	is(call(m, 3, KITH_FCNTL, 11, KITH_F_GETFD), 0, "one that is not, not");
	is(call(m, 2, KITH_FCNTL, 10, KITH_F_GETFD), 1,
	   "EXE-07 in a table of its own");
	rig_free(m);
}

static void handlers_are_ones_own(void)
{
	m = rig_new(NULL);
	call(m, 1, KITH_CLONE,
	     KITH_CLONE_SIGHAND | KITH_CLONE_VM | KITH_SIGCHLD); /* 2 */
	sigaction_as(m, 1, KITH_SIGUSR1, KITH_SIG_IGN, 0);
	exec(m, 2, "prog");
	sigaction_as(m, 1, KITH_SIGUSR2, KITH_SIG_IGN, 0);
	call(m, 1, KITH_KILL, 2, KITH_SIGUSR1);
	is(look(m, 2).state, KITH_IDLE, "EXE-09 what was ignored still is");
	call(m, 1, KITH_KILL, 2, KITH_SIGUSR2);
	is(look(m, 2).status, KITH_SIGUSR2,
	   "EXE-07 what the other ignores later is not");
	rig_free(m);
}

static void init_may_exec(void)
{
	m = rig_new(NULL);
	thread_of(m, 1);       /* 2 */
	thread_of(m, 1);       /* 3 */
	call(m, 3, KITH_FORK); /* 4 */
	call(m, 4, KITH_FORK); /* 5 */
	call(m, 1, KITH_EXIT, 0);
	exec(m, 3, "init2");
	is(look(m, 1).threads, 1, "PNS-25 init execs, by a thread");
	is(call(m, 1, KITH_GETPID), 1, "PNS-25 and stays 1");
	call(m, 4, KITH_EXIT_GROUP, 0);
	is(look(m, 5).ppid, 1, "RPT-01 it still adopts");
	call(m, 5, KITH_KILL, 1, KITH_SIGKILL);
	is(look(m, 1).state, KITH_IDLE, "PNS-12 and cannot be killed");
	rig_free(m);
}

/* A zombie leader is revived, and its parent never knew that it was dead. */
static void a_dead_leader_is_revived(void)
{
	m = rig_new(NULL);
	call(m, 1, KITH_FORK);
	thread_of(m, 2);
	call(m, 2, KITH_EXIT, 7);
	is(look(m, 2).state, KITH_ZOMBIE, "EXE-06 the leader is dead");
	is(call(m, 1, KITH_WAIT4, 2, HERE), ASLEEP, "EXT-06 waited for");
	exec(m, 3, "prog");
	is(look(m, 2).state, KITH_IDLE, "EXE-06 and alive again");
	is(result(m, 1), ASLEEP, "EXE-06 which the waiter does not notice");
	call(m, 2, KITH_EXIT_GROUP, 8);
	is(result(m, 1), 2, "EXE-06 it is told of the end");
	rig_free(m);
}

/* A vfork child that execs by another thread has released its parent. */
static void a_vforks_leader_releases(void)
{
	m = rig_new(NULL);
	is(call(m, 1, KITH_VFORK), ASLEEP, "1 waits for 2");
	thread_of(m, 2);
	exec(m, 3, "prog");
	is(result(m, 1), 2, "VFK-09 2, a task that dies of 3's exec");
	ok(look(m, 2).threads == 1, "and 2 is 3 now");
	rig_free(m);
}

int main(void)
{
	in_every_combination();
	children_keep_an_order();
	siblings_children_get_their_death_signals();
	a_failed_exec_leaves_all_alone();
	an_exec_without_memory_changes_nothing();
	who_waits_to_be_alone_can_be_killed();
	of_two_execs_one_wins();
	marked_descriptors_are_closed();
	handlers_are_ones_own();
	init_may_exec();
	a_dead_leader_is_revived();
	a_vforks_leader_releases();
	return done_testing();
}

/*
 * Lives: small scenarios, rule by rule.
 */
#include "tests/rig.h"

static struct kith_machine *m;
static struct kith_observer observer;
static char told[4096];

/* The events that a parent, or a reader of the log, cares about. */
static void note(struct kith_observer *o, const struct kith_event *e)
{
	char *to = told + strlen(told);
	size_t room = sizeof(told) - strlen(told);

	(void)o;
	if (e->type == KITH_EV_SIGNAL)
		snprintf(to, room, "%s%d>%d/%d ",
			 kith_signal_name((int)e->value) + 3, e->actor,
			 e->subject, (int)e->other);
	if (e->type == KITH_EV_REPARENT)
		snprintf(to, room, "%d=>%d ", e->subject, (int)e->other);
	if (e->type == KITH_EV_DEAD && e->other)
		snprintf(to, room, "%d+ ", e->actor);
	if (e->type == KITH_EV_AUTOREAP)
		snprintf(to, room, "(%d) ", e->subject);
}

static const char *news(void)
{
	static char copy[sizeof(told)];

	strcpy(copy, told);
	if (copy[0])
		copy[strlen(copy) - 1] = '\0';
	told[0] = '\0';
	return copy;
}

static void begin_with(const struct kith_config *config)
{
	m = rig_new(config);
	observer.event = note;
	kith_watch(m, &observer);
	told[0] = '\0';
}

static void begin(void)
{
	begin_with(NULL);
}

static void end(void)
{
	rig_free(m);
}

/* --- short words ---------------------------------------------------------- */

static long fork_of(pid_t tid)
{
	return call(m, tid, KITH_FORK);
}

static long quit(pid_t tid, int code)
{
	return call(m, tid, KITH_EXIT_GROUP, (uint64_t)code);
}

static long quit_thread(pid_t tid, int code)
{
	return call(m, tid, KITH_EXIT, (uint64_t)code);
}

static long shoot(pid_t by, pid_t whom, int sig)
{
	return call(m, by, KITH_KILL, (uint64_t)whom, (uint64_t)sig);
}

static long wait_for(pid_t tid, int whom)
{
	return call(m, tid, KITH_WAIT4, (uint64_t)whom, HERE);
}

static long glance(pid_t tid, int whom)
{
	return call(m, tid, KITH_WAIT4, (uint64_t)whom, HERE, KITH_WNOHANG);
}

static int status_seen(pid_t tid)
{
	struct kith_result r;

	if (kith_result(m, tid, &r) || !(r.filled & KITH_OUT_STATUS))
		return -1;
	return r.status;
}

static long set_subreaper(pid_t tid, int on)
{
	return call(m, tid, KITH_PRCTL, KITH_PR_SET_CHILD_SUBREAPER,
		    (uint64_t)on);
}

static long set_death_signal(pid_t tid, int sig)
{
	return call(m, tid, KITH_PRCTL, KITH_PR_SET_PDEATHSIG, (uint64_t)sig);
}

static long ignore_sigchld(pid_t tid)
{
	return sigaction_as(m, tid, KITH_SIGCHLD, KITH_SIG_IGN, 0);
}

/* --- FRK ------------------------------------------------------------------ */

static void a_fork_is_a_copy_of_one_thread(void)
{
	struct kith_look l;

	begin();
	sigaction_as(m, 1, KITH_SIGUSR1, KITH_SIG_IGN, 0);
	set_death_signal(1, KITH_SIGUSR2);
	spend(m, 1, 1000, 1000, 7);
	thread_of(m, 1); /* 2 */
	is(fork_of(2), 3, "FRK-03 a thread forks");
	l = look(m, 3);
	ok(l.threads == 1 && l.leader && l.tgid == 3,
	   "FRK-03 the child has one thread");
	ok(l.ppid == 1 && l.pgid == 1 && l.sid == 1 && l.parent_thread == 2,
	   "FRK-02 its parent is the process, its group and session the same");
	is(l.pdeath_signal, 0, "PDS-03 its death signal is none");
	ok(l.self.utime == 0 && l.self.minflt == 0 && l.children.utime == 0,
	   "STA-09 it has used nothing");
	is((long)l.self.maxrss, 28, "its memory is a copy of its parent's");
	is(shoot(1, 3, KITH_SIGUSR1), 0, "FRK-01 it ignores what its parent");
	is(look(m, 3).state, KITH_IDLE, "FRK-01 ignored");
	is_str(news(), "USR11>3/0", "and lives");
	end();
}

static void a_pending_signal_is_not_inherited(void)
{
	struct kith_call kill = { .nr = KITH_KILL, .arg = { 2, KITH_SIGQUIT } };
	struct kith_call fork = { .nr = KITH_FORK };

	begin();
	fork_of(1);
	kith_call(m, 1, &kill);
	kith_call(m, 2, &fork);
	kith_run(m);
	is(look(m, 2).state, KITH_ZOMBIE, "CLN-S3 killed at the entry");
	is(kith_next(m, 2), 0, "CLN-S3 there is no child then");
	is(fork_of(1), 3, "and no number is lost");
	end();
}

/* --- VFK ------------------------------------------------------------------ */

static void a_vfork_waits_for_exec_or_exit(void)
{
	begin();
	is(call(m, 1, KITH_VFORK), ASLEEP, "VFK-01 the parent blocks");
	is(look(m, 1).state, KITH_BLOCKED, "VFK-02 in D");
	is(exec(m, 2, ""), -KITH_ENOENT, "an exec that fails");
	is(result(m, 1), ASLEEP, "VFK-05 does not release it");
	is(exec(m, 2, "true"), 0, "one that does not");
	is(result(m, 1), 2, "VFK-04 does");
	is(call(m, 1, KITH_CLONE, KITH_CLONE_VFORK | KITH_SIGCHLD), ASLEEP,
	   "VFK-03 without CLONE_VM");
	quit(3, 0);
	is(result(m, 1), 3, "VFK-01 until it exits");
	is(glance(1, -1), 3, "and is a zombie");
	end();
}

static void only_death_wakes_a_vfork_parent(void)
{
	begin();
	fork_of(1); /* 2 */
	is(call(m, 2, KITH_VFORK), ASLEEP, "VFK-01 2 waits for 3");
	is(shoot(1, 2, KITH_SIGQUIT), 0, "SIGQUIT");
	is(look(m, 2).state, KITH_BLOCKED, "waits, for it is a core signal");
	exec(m, 3, "true");
	is(look(m, 2).state, KITH_ZOMBIE, "VFK-06 until the release");
	is(look(m, 2).status, KITH_SIGQUIT, "and then kills");
	fork_of(1); /* 4 */
	is(call(m, 4, KITH_VFORK), ASLEEP, "VFK-01 4 waits for 5");
	shoot(1, 4, KITH_SIGTERM);
	is(look(m, 4).state, KITH_ZOMBIE, "VFK-07 SIGTERM kills at once");
	is(look(m, 5).ppid, 1, "VFK-07 the child goes on as an orphan");
	is(exec(m, 5, "true"), 0, "and may exec, with nobody to release");
	end();
}

static void a_vfork_is_of_the_child_task(void)
{
	begin();
	is(call(m, 1, KITH_VFORK), ASLEEP, "VFK-01 1 waits for 2");
	thread_of(m, 2); /* 3 */
	quit_thread(2, 0);
	is(result(m, 1), 2, "VFK-09 the leader goes, the parent resumes");
	is(look(m, 3).threads, 2, "VFK-09 while a thread lives");
	thread_of(m, 1); /* 4 */
	is(call(m, 4, KITH_VFORK), ASLEEP, "VFK-10 a thread waits");
	is(call(m, 1, KITH_GETPID), 1, "VFK-10 the others do not");
	end();
}

/* --- PID ------------------------------------------------------------------ */

static void groups_outlive_their_leader(void)
{
	begin();
	is(fork_of(1), 2, "2");
	is(thread_of(m, 2), 3, "PID-06 threads draw from the same numbers");
	is(fork_of(2), 4, "4");
	is(quit_thread(3, 0), GONE, "a thread goes");
	is(fork_of(1), 5, "PID-01 its number is not the next");
	quit(2, 0);
	is(look(m, 2).state, KITH_ZOMBIE, "PID-07 a zombie keeps its number");
	is(shoot(1, 2, 0), 0, "and can be asked for");
	wait_for(1, 2);
	is(shoot(1, 2, 0), -KITH_ESRCH, "until it is collected");
	end();
}

/* --- EXT ------------------------------------------------------------------ */

static void exit_codes_have_eight_bits(void)
{
	unsigned wrong = 0;

	begin();
	for (int code = -300; code <= 300; code += 50) {
		long child = fork_of(1);

		quit((pid_t)child, code);
		wrong += wait_for(1, -1) != child;
		wrong += status_seen(1) != (code & 0xff) << 8;
	}
	is(wrong, 0, "EXT-01 and stand in the second byte");
	end();
}

static void the_last_thread_decides(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 2); /* 3 */
	thread_of(m, 2); /* 4 */
	quit_thread(3, 3);
	quit_thread(2, 2);
	is(glance(1, 2), 0, "EXT-06 a dead leader with live threads: 0");
	ok(look(m, 2).state == KITH_ZOMBIE && !look(m, 2).process_dead &&
		   look(m, 2).threads == 2,
	   "EXT-06 is a zombie, and counted");
	is(shoot(1, 2, 0), 0, "EXT-06 kill works");
	is(call(m, 4, KITH_GETPID), 2, "EXT-11 the others keep its number");
	is(call(m, 4, KITH_GETPPID), 1, "EXT-11 and its parent");
	news();
	quit_thread(4, 4);
	is_str(news(), "2+ CHLD2>1/0", "EXT-08 one SIGCHLD, at the end");
	is(wait_for(1, -1), 2, "then it can be waited for");
	is(status_seen(1), 0x400, "EXT-02 with the code of the last thread");
	end();
}

static void exit_group_overrides(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 2); /* 3 */
	thread_of(m, 2); /* 4 */
	quit_thread(2, 2);
	quit(3, 9);
	is(wait_for(1, -1), 2, "EXT-03 all end");
	is(status_seen(1), 0x900, "EXT-03 with its code");
	fork_of(1);      /* 5 */
	thread_of(m, 5); /* 6 */
	quit_thread(5, 7);
	shoot(1, 5, KITH_SIGKILL);
	wait_for(1, -1);
	is(status_seen(1), KITH_SIGKILL, "EXT-04 and a kill overrides an exit");
	end();
}

static void the_first_exit_group_wins(void)
{
	struct kith_call four = { .nr = KITH_EXIT_GROUP, .arg = { 4 } };
	struct kith_call five = { .nr = KITH_EXIT_GROUP, .arg = { 5 } };
	unsigned seen[2] = { 0, 0 };

	for (uint64_t seed = 0; seed < 16; seed++) {
		struct kith_config config = { .seed = seed, .micro = seed & 1 };

		begin_with(&config);
		fork_of(1);
		thread_of(m, 2);
		kith_call(m, 2, &four);
		kith_call(m, 3, &five);
		kith_run(m);
		seen[look(m, 2).status == 0x400]++;
		ok(look(m, 2).status == 0x400 || look(m, 2).status == 0x500,
		   "EXT-09 one of two");
		end();
	}
	ok(seen[0] && seen[1], "EXT-09 either may be: %u and %u", seen[0],
	   seen[1]);
}

static void a_signal_and_an_exit_group_race(void)
{
	struct kith_call kill = { .nr = KITH_KILL, .arg = { 2, KITH_SIGTERM } };
	struct kith_call five = { .nr = KITH_EXIT_GROUP, .arg = { 5 } };
	unsigned seen[2] = { 0, 0 };

	for (uint64_t seed = 0; seed < 16; seed++) {
		struct kith_config config = { .seed = seed, .micro = seed & 1 };
		int status;

		begin_with(&config);
		fork_of(1);
		thread_of(m, 2);
		kith_call(m, 1, &kill);
		kith_call(m, 3, &five);
		kith_run(m);
		status = look(m, 2).status;
		seen[status == 0x500]++;
		ok(status == KITH_SIGTERM || status == 0x500,
		   "R302 killed, or exited");
		end();
	}
	ok(seen[0] && seen[1], "R302 either may be: %u and %u", seen[0],
	   seen[1]);
}

static void every_signal_that_terminates_is_the_status(void)
{
	unsigned wrong = 0;
	long child;

	begin();
	for (int sig = 1; sig <= KITH_NSIG; sig++) {
		if (sig >= KITH_SIGCHLD && sig <= KITH_SIGTTOU)
			continue;
		if (sig == KITH_SIGURG || sig == KITH_SIGWINCH)
			continue;
		child = fork_of(1);
		shoot(1, (pid_t)child, sig);
		wrong += glance(1, -1) != child || status_seen(1) != sig;
	}
	is(wrong, 0, "EXT-10 all that terminate, and all real-time signals");
	child = fork_of(1);
	for (int sig = KITH_SIGCHLD; sig <= KITH_SIGCONT; sig++)
		shoot(1, (pid_t)child, sig);
	shoot(1, (pid_t)child, KITH_SIGURG);
	shoot(1, (pid_t)child, KITH_SIGWINCH);
	is(look(m, (pid_t)child).state, KITH_IDLE, "the others do not");
	end();
}

/* --- EXS ------------------------------------------------------------------ */

static void an_exit_signal_is_what_is_sent(void)
{
	begin();
	is(call(m, 1, KITH_CLONE, KITH_SIGUSR1), 2, "with SIGUSR1");
	is(call(m, 1, KITH_CLONE, 0), 3, "with none");
	is(call(m, 1, KITH_CLONE, 200), 4, "with 200");
	news();
	quit(2, 0);
	is_str(news(), "2+ USR12>1/0", "EXS-01 N is sent");
	quit(3, 0);
	is_str(news(), "3+", "EXS-02 nothing is sent");
	quit(4, 0);
	is_str(news(), "4+", "EXS-03 nothing is sent");
	is(glance(1, -1), -KITH_ECHILD, "WAI-26 none is an ordinary child");
	is(glance(1, 3), -KITH_ECHILD, "WAI-26 not even by its number");
	is(call(m, 1, KITH_WAIT4, ANY, 0, KITH___WCLONE), 2,
	   "WAI-27 as clone children they are found");
	is(call(m, 1, KITH_WAIT4, 4, 0, KITH___WALL), 4, "WAI-28 or by __WALL");
	end();
}

static void an_exec_makes_an_ordinary_child(void)
{
	begin();
	is(call(m, 1, KITH_CLONE, KITH_SIGUSR1), 2, "a clone child");
	is(exec(m, 2, "true"), 0, "execs");
	is(look(m, 2).exit_signal, KITH_SIGCHLD,
	   "EXS-04 its signal is SIGCHLD");
	news();
	quit(2, 0);
	is_str(news(), "2+ CHLD2>1/0", "EXS-04 that is sent");
	is(glance(1, -1), 2, "EXS-04 and it is an ordinary child");
	end();
}

static void autoreaping_needs_sigchld(void)
{
	begin();
	ignore_sigchld(1);
	call(m, 1, KITH_CLONE, KITH_SIGUSR1); /* 2 */
	call(m, 1, KITH_CLONE, 0);            /* 3 */
	quit(2, 0);
	quit(3, 0);
	ok(look(m, 2).state == KITH_ZOMBIE && look(m, 3).state == KITH_ZOMBIE,
	   "EXS-05 other children leave zombies");
	is(call(m, 1, KITH_CLONE, KITH_SIGUSR1), 4, "another");
	is(exec(m, 1, "init2"), 0, "the parent execs");
	news();
	quit(4, 0);
	is_str(news(), "4+ (4)",
	       "EXS-06 now SIGCHLD would be sent, and that is ignored");
	end();
}

static void a_parents_exec_changes_the_signal_sent(void)
{
	begin();
	call(m, 1, KITH_CLONE, KITH_SIGUSR1); /* 2 */
	exec(m, 1, "init2");
	news();
	quit(2, 0);
	is_str(news(), "2+ CHLD2>1/0", "EXS-06 SIGCHLD is sent");
	is(look(m, 2).exit_signal, KITH_SIGUSR1,
	   "EXS-06 its signal is as ever");
	is(glance(1, -1), -KITH_ECHILD, "EXS-06 so is its class");
	is(call(m, 1, KITH_WAIT4, ANY, 0, KITH___WCLONE), 2, "a clone child's");
	end();
}

/* --- WAI ------------------------------------------------------------------ */

static void waits_need_a_child(void)
{
	begin();
	is(wait_for(1, -1), -KITH_ECHILD, "WAI-01 no child");
	is(glance(1, -1), -KITH_ECHILD, "WAI-01 nor with WNOHANG");
	fork_of(1);
	fork_of(2);
	is(wait_for(1, 3), -KITH_ECHILD, "WAI-04 a grandchild");
	is(wait_for(2, 2), -KITH_ECHILD, "WAI-04 oneself");
	is(wait_for(2, 1), -KITH_ECHILD, "WAI-04 the parent");
	is(wait_for(1, 77), -KITH_ECHILD, "WAI-04 nobody");
	is(wait_for(1, -77), -KITH_ECHILD, "WAI-04 no group");
	is(wait_for(1, -2), -KITH_ECHILD, "WAI-30 nor one without my children");
	is(wait_for(1, -1), ASLEEP, "WAI-08 a living child is waited for");
	quit(2, 1);
	is(result(m, 1), 2, "until it dies");
	is(status_seen(1), 0x100, "of this");
	end();
}

static void groups_are_waited_for(void)
{
	begin();
	fork_of(1);
	is(wait_for(1, 0), ASLEEP, "WAI-20 one's own group");
	quit(2, 0);
	is(result(m, 1), 2, "WAI-20 finds a child in it");
	fork_of(1);
	is(wait_for(1, -1), ASLEEP, "-1 is anybody");
	quit(3, 0);
	is(result(m, 1), 3, "here");
	end();
}

static void a_waiter_sleeps_through_what_is_not_for_it(void)
{
	begin();
	fork_of(1);                /* 2 */
	fork_of(1);                /* 3 */
	call(m, 1, KITH_CLONE, 0); /* 4 */
	thread_of(m, 1);           /* 5 */
	is(wait_for(1, 3), ASLEEP, "waits for 3");
	quit(2, 0);
	is(result(m, 1), ASLEEP, "WAI-25 the death of 2 is not its news");
	is(call(m, 5, KITH_WAIT4, ANY, HERE, KITH___WCLONE), ASLEEP,
	   "another waits for clone children");
	quit(3, 0);
	is(result(m, 1), 3, "3 is");
	is(result(m, 5), ASLEEP, "WAI-27 but not the other's");
	quit(4, 0);
	is(result(m, 5), 4, "WAI-27 4 is");
	end();
}

static void two_wait_for_one(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 1); /* 3 */
	is(wait_for(1, -1), ASLEEP, "one waits");
	is(wait_for(3, -1), ASLEEP, "another, too");
	quit(2, 0);
	ok((result(m, 1) == 2) != (result(m, 3) == 2),
	   "WMT-08 exactly one of them collects");
	ok((result(m, 1) == -KITH_ECHILD) != (result(m, 3) == -KITH_ECHILD),
	   "WMT-08 the other is told that nobody is left");
	end();
}

static void zombies_survive_an_exec(void)
{
	begin();
	fork_of(1);
	fork_of(1);
	quit(2, 5);
	exec(m, 1, "init2");
	is(glance(1, -1), 2, "WAI-29 a zombie");
	is(glance(1, -1), 0, "WAI-29 and a living child");
	end();
}

/* --- WMT ------------------------------------------------------------------ */

static void threads_have_their_own_children(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 2); /* 3 */
	thread_of(m, 2); /* 4 */
	fork_of(3);      /* 5 */
	fork_of(4);      /* 6 */
	fork_of(2);      /* 7 */
	is(call(m, 2, KITH_WAIT4, 5, 0, KITH___WNOTHREAD), -KITH_ECHILD,
	   "WMT-01 5 is another thread's");
	is(call(m, 3, KITH_WAIT4, 5, 0, KITH___WNOTHREAD), ASLEEP,
	   "WMT-01 namely this one's");
	is(call(m, 4, KITH_WAIT4, ANY, 0, KITH___WNOTHREAD), ASLEEP,
	   "WMT-11 one waits for its own");
	quit(5, 0);
	ok(result(m, 3) == 5 && result(m, 4) == ASLEEP,
	   "WMT-11 each its own only");
	is(call(m, 2, KITH_WAIT4, 3, 0, KITH___WALL), -KITH_ECHILD,
	   "WMT-07 a thread is nobody's child");
	is(call(m, 1, KITH_WAIT4, 3, 0, KITH___WALL), -KITH_ECHILD,
	   "WMT-07 not even its parent's");
	quit_thread(3, 0);
	fork_of(2); /* 8 */
	quit_thread(2, 0);
	is_str(children(m, 4), "6 7 8",
	       "WMT-04 WMT-10 children move, in order");
	is(look(m, 7).ppid, 2, "WMT-04 their parent's number does not");
	quit(6, 0);
	is(result(m, 4), 6, "and 4 has its child");
	is(wait_for(4, 7), ASLEEP, "WMT-02 and waits for another's");
	quit(7, 0);
	is(result(m, 4), 7, "WMT-02 successfully");
	end();
}

static void a_thread_sleeps_through_what_it_inherits(void)
{
	begin();
	thread_of(m, 1); /* 2 */
	fork_of(1);      /* 3 */
	fork_of(2);      /* 4 */
	is(call(m, 1, KITH_WAIT4, ANY, 0, KITH___WNOTHREAD), ASLEEP,
	   "WMT-11 one waits for its own children");
	quit(4, 0);
	is(result(m, 1), ASLEEP, "WMT-11 4 is another thread's");
	quit_thread(2, 0);
	is_str(children(m, 1), "3 4", "WMT-04 until that thread dies");
	is(result(m, 1), ASLEEP, "WMT-06 but of that zombie nobody is told");
	quit(3, 0);
	is(result(m, 1), 3, "and the next one to die is found first");
	is(glance(1, -1), 4, "then the other");
	end();
}

/* --- ARP ------------------------------------------------------------------ */

static void ignored_children_vanish(void)
{
	begin();
	ignore_sigchld(1);
	fork_of(1);
	fork_of(1);
	news();
	is(wait_for(1, -1), ASLEEP, "ARP-02 a wait sleeps");
	quit(2, 0);
	is_str(news(), "2+ (2)", "ARP-01 no zombie, no signal");
	is(look(m, 2).tid, 0, "ARP-01 nothing is left");
	is(result(m, 1), ASLEEP, "ARP-02 until all children are gone");
	quit(3, 0);
	is(result(m, 1), -KITH_ECHILD, "ARP-02 and then it says so");
	sigaction_as(m, 1, KITH_SIGCHLD, KITH_SIG_DFL, KITH_SA_NOCLDWAIT);
	fork_of(1);
	news();
	quit(4, 0);
	is_str(news(), "4+ CHLD4>1/0 (4)",
	       "ARP-03 SA_NOCLDWAIT: told, no zombie");
	is(glance(1, -1), -KITH_ECHILD, "ARP-03 nobody");
	end();
}

static void the_moment_of_death_decides(void)
{
	begin();
	fork_of(1);
	fork_of(1);
	quit(2, 0);
	ignore_sigchld(1);
	is(look(m, 2).state, KITH_ZOMBIE, "ARP-04 a zombie stays one");
	quit(3, 0);
	is(look(m, 3).tid, 0, "ARP-05 the next death leaves none");
	is(glance(1, -1), 2, "ARP-04 it can be collected");
	is((long)look(m, 1).children.utime, 0, "nothing was used");
	end();
}

static void threads_may_delay_it(void)
{
	begin();
	ignore_sigchld(1);
	fork_of(1);
	thread_of(m, 2);
	quit_thread(2, 0);
	is(look(m, 2).state, KITH_ZOMBIE, "ARP-07 the leader is dead");
	news();
	quit_thread(3, 0);
	is_str(news(), "2+ (2)", "ARP-07 with its last thread it goes");
	is(kith_next(m, 1), 0, "ARP-07 wholly");
	end();
}

/* --- RPT ------------------------------------------------------------------ */

static void orphans_are_adopted(void)
{
	begin();
	fork_of(1); /* 2 */
	fork_of(2); /* 3 */
	fork_of(3); /* 4 */
	fork_of(4); /* 5 */
	set_subreaper(2, 1);
	is(wait_for(3, 4), ASLEEP, "3 waits");
	quit(4, 0);
	is(look(m, 5).ppid, 2, "RPT-02 RPT-06 the nearest subreaper");
	is(result(m, 3), 4, "RPT-13 and 3 has its child");
	quit(3, 0);
	set_subreaper(2, 0);
	is(look(m, 5).ppid, 2, "RPT-05 an adopted child stays");
	fork_of(5); /* 6 */
	quit(5, 0);
	is(look(m, 6).ppid, 1, "RPT-05 later ones go to init");
	end();
}

static void adopted_zombies_are_told_of_first(void)
{
	begin();
	fork_of(1);                /* 2 */
	fork_of(2);                /* 3 */
	call(m, 2, KITH_CLONE, 0); /* 4 */
	quit(3, 3);
	quit(4, 4);
	news();
	quit(2, 2);
	is_str(news(), "3=>1 CHLD3>1/0 4=>1 CHLD4>1/0 2+ CHLD2>1/0",
	       "RPT-08 zombies are news to the new parent, before 2 is");
	is(glance(1, -1), 2, "WAI-19 but come after it in the list");
	is(glance(1, -1), 3, "then 3");
	is(glance(1, -1), 4, "RPT-09 then 4, an ordinary child now");
	end();
}

static void a_subreaper_is_a_process(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 2); /* 3 */
	set_subreaper(3, 1);
	ok(look(m, 2).subreaper && look(m, 3).subreaper,
	   "RPT-12 set by a thread, it is the process's");
	fork_of(3); /* 4 */
	fork_of(4); /* 5 */
	quit_thread(2, 0);
	quit(4, 0);
	ok(look(m, 5).ppid == 2 && look(m, 5).parent_thread == 3,
	   "RPT-11 its leader dead, a thread adopts");
	exec(m, 3, "sub");
	ok(look(m, 2).subreaper, "RPT-03 it is kept over exec");
	fork_of(2);
	ok(!look(m, 6).subreaper, "RPT-03 and not inherited");
	quit(2, 0);
	is(look(m, 5).ppid, 1, "RPT-07 then init");
	end();
}

/* --- PDS ------------------------------------------------------------------ */

static void a_parents_death_is_told(void)
{
	begin();
	fork_of(1); /* 2 */
	set_subreaper(1, 1);
	fork_of(2); /* 3 */
	fork_of(3); /* 4 */
	set_death_signal(4, KITH_SIGCONT);
	set_subreaper(2, 1);
	news();
	quit(3, 0);
	is_str(news(), "4=>2 CONT3>4/0 3+ CHLD3>2/0",
	       "PDS-01 it is told, and adopted already");
	quit(2, 0);
	is_str(news(), "3=>1 CHLD3>1/0 4=>1 CONT2>4/0 2+ CHLD2>1/0",
	       "PDS-02 and told again, at the adopter's death");
	is(look(m, 4).pdeath_signal, KITH_SIGCONT, "PDS-02 it stays");
	exec(m, 4, "true");
	is(look(m, 4).pdeath_signal, KITH_SIGCONT, "PDS-07 over an exec, too");
	end();
}

static void a_death_signal_may_kill(void)
{
	begin();
	fork_of(1); /* 2 */
	fork_of(2); /* 3 */
	set_death_signal(3, KITH_SIGKILL);
	exec(m, 2, "true");
	is(look(m, 3).state, KITH_IDLE, "PDS-11 an exec is no death");
	quit(2, 0);
	is(look(m, 3).status, KITH_SIGKILL, "PDS-10 SIGKILL is allowed");
	is(look(m, 3).state, KITH_ZOMBIE, "and obeyed");
	fork_of(1); /* 4 */
	fork_of(4); /* 5 */
	quit(4, 0);
	set_death_signal(5, KITH_SIGKILL);
	is(look(m, 5).state, KITH_IDLE, "PDS-09 armed too late: nothing");
	end();
}

static void a_death_signal_is_of_threads(void)
{
	begin();
	fork_of(1);      /* 2 */
	thread_of(m, 2); /* 3 */
	fork_of(3);      /* 4 */
	thread_of(m, 4); /* 5 */
	is(look(m, 5).pdeath_signal, 0, "PDS-05 a new thread has none");
	set_death_signal(5, KITH_SIGTERM);
	is(look(m, 4).pdeath_signal, 0, "PDS-05 each has its own");
	quit_thread(3, 0);
	is(look(m, 4).status, KITH_SIGTERM,
	   "PDS-04 the thread that forked is dead, the process gets the "
	   "signal");
	is(look(m, 2).state, KITH_IDLE, "PDS-04 whose parent lives");
	end();
}

/* --- STA ------------------------------------------------------------------ */

static struct kith_usage usage_of(pid_t tid, int who)
{
	struct kith_result r;

	call(m, tid, KITH_GETRUSAGE, (uint64_t)who, HERE);
	kith_result(m, tid, &r);
	return r.usage;
}

static void what_is_waited_for_is_counted(void)
{
	begin();
	fork_of(1); /* 2 */
	fork_of(2); /* 3 */
	fork_of(2); /* 4 */
	spend(m, 3, 10, 100, 5);
	spend(m, 4, 20, 200, 10);
	quit(3, 0);
	quit(4, 0);
	is((long)usage_of(2, -1).utime, 0, "a zombie counts for nobody");
	call(m, 2, KITH_WAITID, KITH_P_ALL, 0, 0, KITH_WEXITED | KITH_WNOWAIT);
	is((long)usage_of(2, -1).utime, 0, "STA-01 looked at, neither");
	wait_for(2, 3);
	wait_for(2, 4);
	is((long)usage_of(2, -1).utime, 30, "STA-02 collected, it does");
	is((long)usage_of(2, -1).minflt, 15, "STA-02 in everything");
	is((long)usage_of(2, -1).maxrss, 40, "STA-12 of memory, the most");
	spend(m, 2, 1000, 0, 0);
	quit(2, 0);
	wait_for(1, -1);
	is((long)usage_of(1, -1).utime, 1030,
	   "STA-05 grandchildren count, if their parent waited");
	is((long)usage_of(1, -1).maxrss, 40, "STA-12 the most of all");
	is((long)usage_of(1, 0).utime, 0, "STA-08 it is not one's own");
	exec(m, 1, "init2");
	is((long)usage_of(1, -1).utime, 1030, "STA-13 an exec changes nothing");
	end();
}

static void what_nobody_waits_for_is_lost(void)
{
	begin();
	fork_of(1); /* 2 */
	fork_of(2); /* 3 */
	fork_of(2); /* 4 */
	ignore_sigchld(2);
	spend(m, 3, 10, 100, 5);
	spend(m, 4, 20, 200, 10);
	quit(3, 0);
	is((long)usage_of(2, -1).utime, 0, "STA-03 autoreaped: nothing");
	quit(2, 0);
	quit(4, 0);
	wait_for(1, 2);
	is((long)usage_of(1, -1).utime, 0, "STA-03 nothing of 3");
	wait_for(1, 4);
	is((long)usage_of(1, -1).utime, 20,
	   "STA-07 4 counts for who adopted it");
	end();
}

static void threads_are_counted_together(void)
{
	begin();
	thread_of(m, 1); /* 2 */
	thread_of(m, 1); /* 3 */
	spend(m, 2, 10, 1, 1);
	spend(m, 3, 20, 2, 2);
	is((long)usage_of(3, 1).utime, 20, "STA-08 a thread alone");
	is((long)usage_of(3, 0).utime, 30, "STA-08 all threads");
	quit_thread(2, 0);
	is((long)usage_of(3, 0).utime, 30, "STA-08 the dead ones, too");
	is((long)usage_of(3, -1).utime, 0, "STA-08 threads are no children");
	exec(m, 3, "init2");
	ok(usage_of(1, 0).utime == 30 && usage_of(1, 0).maxrss == 12,
	   "STA-11 it survives an exec, with the most memory");
	end();
}

/* --- EXE-S1, and birth order --------------------------------------------- */

static void a_stat_of_an_exec_is_the_leaders(void)
{
	char text[1024], *at;

	begin();
	fork_of(1); /* 2 */
	spend(m, 1, 1000000000, 0, 0);
	thread_of(m, 2); /* 3 */
	is((long)look(m, 3).start, 1000000000, "a thread is younger");
	exec(m, 3, "true");
	is((long)look(m, 2).start, 0, "EXE-S1 an exec makes it as old");
	kith_proc(m, 2, "stat", text, sizeof(text));
	at = strrchr(text, ')') + 2;
	for (int field = 3; field < 22; field++)
		at = strchr(at, ' ') + 1;
	is(atol(at), 0, "EXE-S1 as the process is");
	end();
}

static void the_stopped_parent_of_sch_04_is_one_who_sleeps(void)
{
	begin();
	fork_of(1); /* 2 */
	fork_of(2); /* 3 */
	fork_of(2); /* 4 */
	news();
	quit(3, 0);
	quit(4, 0);
	is_str(news(), "3+ CHLD3>2/0 4+ CHLD4>2/0",
	       "R020 SIGCHLD, ignored by default, is not kept");
	is(glance(2, 4), 4, "SCH-04 the zombies are");
	is(glance(2, 3), 3, "SCH-04 both");
	end();
}

int main(void)
{
	a_fork_is_a_copy_of_one_thread();
	a_pending_signal_is_not_inherited();
	a_vfork_waits_for_exec_or_exit();
	only_death_wakes_a_vfork_parent();
	a_vfork_is_of_the_child_task();
	groups_outlive_their_leader();
	exit_codes_have_eight_bits();
	the_last_thread_decides();
	exit_group_overrides();
	the_first_exit_group_wins();
	a_signal_and_an_exit_group_race();
	every_signal_that_terminates_is_the_status();
	an_exit_signal_is_what_is_sent();
	an_exec_makes_an_ordinary_child();
	autoreaping_needs_sigchld();
	a_parents_exec_changes_the_signal_sent();
	waits_need_a_child();
	groups_are_waited_for();
	a_waiter_sleeps_through_what_is_not_for_it();
	two_wait_for_one();
	zombies_survive_an_exec();
	threads_have_their_own_children();
	a_thread_sleeps_through_what_it_inherits();
	ignored_children_vanish();
	the_moment_of_death_decides();
	threads_may_delay_it();
	orphans_are_adopted();
	adopted_zombies_are_told_of_first();
	a_subreaper_is_a_process();
	a_parents_death_is_told();
	a_death_signal_may_kill();
	a_death_signal_is_of_threads();
	what_is_waited_for_is_counted();
	what_nobody_waits_for_is_lost();
	threads_are_counted_together();
	a_stat_of_an_exec_is_the_leaders();
	the_stopped_parent_of_sch_04_is_one_who_sleeps();
	return done_testing();
}

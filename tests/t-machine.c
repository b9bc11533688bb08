/*
 * Machines, as a user of the library has them.
 */
#include <errno.h>
#include <pthread.h>

#include "tests/rig.h"

/* --- birth and end -------------------------------------------------------- */

static void a_machine_has_an_init(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct kith_look l = look(m, 1);

	ok(l.tid == 1 && l.tgid == 1 && l.ppid == 0 && l.pgid == 1 &&
		   l.sid == 1 && l.parent_thread == 0,
	   "init is 1, its own group and session, and nobody's child");
	ok(l.state == KITH_IDLE && l.call == -1 && l.threads == 1 && l.leader &&
		   !l.process_dead && !l.subreaper,
	   "alive, alone and at rest");
	is_str(l.name, "init", "called init");
	is((long)kith_run(m), 0, "by itself it does nothing");
	is((long)kith_clock(m), 0, "and takes no time for that");
	rig_free(m);
	kith_free(NULL);
}

static void many_machines_do_not_know_of_each_other(void)
{
	enum { MACHINES = 40 };
	struct kith_config config = { .memory = 64 << 20 };
	struct kith_machine *m[MACHINES];
	unsigned wrong = 0;

	for (int i = 0; i < MACHINES; i++) {
		m[i] = kith_new(&config);
		for (int n = 0; n <= i; n++)
			wrong += call(m[i], 1, KITH_FORK) != n + 2;
	}
	for (int i = 0; i < MACHINES; i++) {
		wrong += kith_children(m[i], 1, NULL, 0) != i + 1;
		wrong += !sound(m[i]);
	}
	for (int i = 0; i < MACHINES; i += 2)
		kith_free(m[i]);
	for (int i = 1; i < MACHINES; i += 2) {
		wrong += call(m[i], 1, KITH_FORK) != i + 3;
		kith_free(m[i]);
	}
	is(wrong, 0, "%d machines, each with so many processes", MACHINES);
}

/* A step here, a step there, until both are at rest. */
static void alternate(struct kith_machine *a, struct kith_machine *b)
{
	bool more = true;

	while (more) {
		more = kith_step(a);
		more |= kith_step(b);
		ok(sound(a) && sound(b), "a step here, a step there");
	}
}

static void steps_of_two_machines_may_alternate(void)
{
	struct kith_config micro = { .micro = true };
	struct kith_machine *a = rig_new(&micro), *b = rig_new(&micro);
	struct kith_call fork = { .nr = KITH_FORK };
	struct kith_call exit = { .nr = KITH_EXIT_GROUP, .arg = { 3 } };

	kith_call(a, 1, &fork);
	kith_call(b, 1, &fork);
	alternate(a, b);
	kith_call(a, 2, &exit);
	kith_call(b, 2, &exit);
	alternate(a, b);
	ok(look(a, 2).state == KITH_ZOMBIE && look(b, 2).status == 0x300,
	   "and both come to the same");
	is((long)(kith_hash(a) - kith_hash(b)), 0, "exactly");
	rig_free(a);
	rig_free(b);
}

static void *lives(void *arg)
{
	struct kith_machine *m = kith_new(NULL);
	long *sum = arg;

	for (int i = 0; i < 100; i++) {
		*sum += call(m, 1, KITH_FORK);
		call(m, i + 2, KITH_EXIT_GROUP, 0);
		*sum -= call(m, 1, KITH_WAIT4, ANY);
	}
	kith_free(m);
	return NULL;
}

static void each_thread_may_have_its_own(void)
{
	pthread_t t[4];
	long sum[4] = { 0 };

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, lives, &sum[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	is(sum[0] | sum[1] | sum[2] | sum[3], 0,
	   "four OS threads, a machine each");
}

static void a_machine_needs_memory(bool shared)
{
	struct kith_config config = { .shared = shared, .memory = 1 };
	struct kith_machine *m;
	int tries = 0;

	do {
		errno = 0;
		m = kith_new(&config);
		if (!m && errno != ENOMEM)
			break;
		config.memory += 64;
	} while (!m && ++tries < 1000);
	ok(m && (tries > 20 || !shared),
	   "%s: with so little none is made, with more one is: %d tries",
	   shared ? "shared" : "single", tries);
	kith_free(m);
}

/* --- calls ---------------------------------------------------------------- */

static int try_call(struct kith_machine *m, pid_t tid, enum kith_call_nr nr)
{
	struct kith_call c = { .nr = nr, .arg = { ANY } };

	return kith_call(m, tid, &c);
}

static void a_call_may_be_refused(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct kith_call newns = { .nr = KITH_CLONE,
				   .arg = { KITH_CLONE_NEWPID } };
	struct kith_result r;

	is(kith_result(m, 1, &r), -ENODATA, "no call yet, no result");
	is(kith_result(m, 2, &r), -ESRCH, "no thread, no result");
	is(try_call(m, 2, KITH_FORK), -ESRCH, "nobody forks");
	is(try_call(m, 0, KITH_FORK), -ESRCH, "0 is nobody");
	is(try_call(m, -1, KITH_FORK), -ESRCH, "nor is -1");
	is(try_call(m, 1, KITH_NR_CALLS), -EINVAL, "there is no such call");
	is(try_call(m, 1, (enum kith_call_nr) - 1), -EINVAL, "nor this");
	is(try_call(m, 1, KITH_FORK), 0, "init enters a call");
	is(try_call(m, 1, KITH_FORK), -EBUSY, "and is in it");
	is(kith_result(m, 1, &r), -EBUSY, "with no result");
	is(kith_call(m, 1, &newns), -EOPNOTSUPP,
	   "what is not modelled is refused, whoever asks");
	kith_run(m);
	is(try_call(m, 1, KITH_WAIT4), 0, "then in another");
	kith_run(m);
	is(try_call(m, 1, KITH_GETPID), -EBUSY, "asleep is in it, too");
	is(look(m, 1).state, KITH_ASLEEP, "as it looks");
	is(look(m, 1).call, KITH_WAIT4, "and in which");
	is(call(m, 2, KITH_EXIT, 0), GONE, "its child goes");
	is(result(m, 1), 2, "which wakes it");
	is(call(m, 1, KITH_FORK), 3, "a child again");
	is(call(m, 3, KITH_EXIT, 0), GONE, "that becomes a zombie");
	is(try_call(m, 3, KITH_GETPID), -ESRCH, "which makes no calls");
	is(kith_result(m, 3, &r), -ESRCH, "and has no results");
	rig_free(m);
}

static const char *unmodelled(struct kith_call c)
{
	const char *why = kith_unmodelled(&c);

	return why ? why : "";
}

static void what_is_not_modelled_is_said(void)
{
	const struct kith_call usual = { .nr = KITH_CLONE,
					 .arg = { THREAD_FLAGS } };
	unsigned wrong = 0;

	is_str(unmodelled(usual), "", "a thread is modelled");
	ok(strstr(unmodelled((struct kith_call){ .nr = KITH_CLONE,
						 .arg = { 0x20000000 } }),
		  "CLONE_NEWPID"),
	   "CLONE_NEWPID is not");
	is_str(unmodelled((struct kith_call){
		       .nr = KITH_CLONE, .arg = { 0x20000000 | 0x10000 } }),
	       "", "but what is wrong with it anyway can be told");
	for (int sig = 0; sig <= 65; sig++)
		wrong += !!*unmodelled((struct kith_call){
				 .nr = KITH_KILL,
				 .arg = { 1, (uint64_t)sig } }) !=
			 (sig >= KITH_SIGSTOP && sig <= KITH_SIGTTOU);
	is(wrong, 0, "of the signals, four are not yet");
	ok(*unmodelled((struct kith_call){ .nr = KITH_PRCTL,
					   .arg = { KITH_PR_SET_DUMPABLE } }),
	   "an option that Linux has and the model has not");
	is_str(unmodelled((struct kith_call){ .nr = KITH_PRCTL,
					      .arg = { 12345 } }),
	       "", "one that Linux has not");
	ok(*unmodelled((struct kith_call){ .nr = KITH_FCNTL, .arg = { 0, 3 } }),
	   "F_GETFL");
	ok(*unmodelled((struct kith_call){ .nr = KITH_RT_SIGACTION,
					   .arg = { KITH_SIGUSR1, HERE, 0, 8 },
					   .in.action.handler = 4711 }),
	   "handlers");
}

static void names_are_what_they_should_be(void)
{
	ok(!strcmp(kith_call_name(KITH_WAIT4), "wait4") &&
		   !strcmp(kith_call_name(KITH_NR_CALLS), "?"),
	   "of calls");
	ok(!strcmp(kith_event_name(KITH_EV_REPARENT), "reparent") &&
		   !strcmp(kith_event_name(KITH_NR_EVENTS), "?"),
	   "of events");
	ok(!strcmp(kith_errno_name(10), "ECHILD") && !kith_errno_name(0) &&
		   !strcmp(kith_errno_text(10), "No child processes") &&
		   !kith_errno_text(9999),
	   "of errors");
	ok(kith_version()[0] >= '0' && kith_version()[0] <= '9', "version %s",
	   kith_version());
}

/* A call is copied before kith_call() returns. */
static void what_is_behind_a_pointer_is_copied(void)
{
	struct kith_machine *m = rig_new(NULL);
	char name[] = "first";
	struct kith_call c = { .nr = KITH_PRCTL,
			       .arg = { KITH_PR_SET_NAME, HERE },
			       .in.text = name };

	kith_call(m, 1, &c);
	strcpy(name, "other");
	memset(&c, 0xff, sizeof(c));
	kith_run(m);
	is_str(look(m, 1).name, "first", "a name");
	rig_free(m);
}

static void a_pointer_alone_is_followed(void)
{
	struct kith_machine *m = rig_new(NULL);

	is(call(m, 1, KITH_PRCTL, KITH_PR_SET_NAME, 0, HERE), -KITH_EFAULT,
	   "PRC-01 a NULL name, and something else that looks like HERE");
	is(call(m, 1, KITH_EXECVE, 0, HERE, HERE), -KITH_EFAULT,
	   "nor is there a path where there is none");
	is(call(m, 1, KITH_RT_SIGACTION, KITH_SIGUSR1, 0, HERE, 8), 0,
	   "nor an action");
	rig_free(m);
}

/* --- the end of init ------------------------------------------------------ */

static int halts, halt_status;

static void note_halt(struct kith_observer *o, const struct kith_event *e)
{
	(void)o;
	if (e->type == KITH_EV_HALT) {
		halts++;
		halt_status = (int)e->value;
	}
}

static void with_init_the_machine_ends(bool micro)
{
	struct kith_config config = { .micro = micro, .seed = micro };
	struct kith_machine *m = rig_new(&config);
	struct kith_observer o = { .event = note_halt };

	halts = 0;
	kith_watch(m, &o);
	call(m, 1, KITH_FORK);
	thread_of(m, 2);
	call(m, 2, KITH_FORK);
	call(m, 3, KITH_WAIT4, ANY);
	is(call(m, 1, KITH_EXIT_GROUP, 7), GONE, "init exits");
	ok(halts == 1 && halt_status == 0x700, "PNS-11 that is the end, once");
	is(try_call(m, 1, KITH_FORK), -ESHUTDOWN, "nobody does anything");
	is(try_call(m, 2, KITH_FORK), -ESHUTDOWN, "any more");
	ok(!kith_step(m), "nothing happens either");
	is(kith_next(m, 0), 1, "PNS-20 init's number is left");
	is(kith_next(m, 1), 0, "PNS-11 and no other");
	rig_free(m);
}

static void init_is_as_its_threads(void)
{
	struct kith_config config = { .micro = true };
	struct kith_observer o = { .event = note_halt };
	unsigned wrong = 0;

	halts = 0;
	for (uint64_t seed = 1; seed <= (uint64_t)rounds(60); seed++) {
		struct kith_machine *m;
		struct kith_call c = { .nr = KITH_EXIT, .arg = { seed & 7 } };

		config.seed = seed;
		m = kith_new(&config);
		kith_watch(m, &o);
		thread_of(m, 1);
		thread_of(m, 1);
		for (int i = 0; i < 5; i++)
			call(m, 1 + i % 3, KITH_FORK);
		for (int tid = 3; tid > 0; tid--) {
			kith_call(m, tid, &c);
			for (uint64_t i = seed % 4; i > 0; i--)
				wrong += kith_step(m) && !sound(m);
		}
		while (kith_step(m))
			wrong += !sound(m);
		wrong += halts != 1 || kith_next(m, 1) != 0;
		halts = 0;
		kith_free(m);
	}
	is(wrong, 0, "PNS-24 three threads of an init go, step by step");
}

/* --- looking -------------------------------------------------------------- */

static void everybody_can_be_seen(void)
{
	struct kith_machine *m = rig_new(NULL);
	pid_t buf[4] = { 0, 0, 0, 77 };

	call(m, 1, KITH_FORK);  /* 2 */
	thread_of(m, 2);        /* 3 */
	call(m, 3, KITH_FORK);  /* 4 */
	call(m, 1, KITH_VFORK); /* 5 */
	is(kith_children(m, 1, buf, 1), 2, "init has two children");
	ok(buf[0] == 2 && buf[1] == 0, "of whom one was asked for");
	is(kith_children(m, 3, buf, 4), 1, "a thread has its own");
	is(kith_children(m, 2, NULL, 0), 0, "its leader none");
	is(kith_children(m, 9, buf, 4), -ESRCH, "nobody none");
	is(kith_threads(m, 3, buf, 3), 2, "a thread knows the others");
	ok(buf[0] == 2 && buf[1] == 3, "in order of creation");
	is(kith_threads(m, 9, buf, 3), -ESRCH, "nobody does not");
	ok(kith_next(m, 0) == 1 && kith_next(m, 3) == 4 &&
		   kith_next(m, 5) == 0 && kith_next(m, -7) == 1 &&
		   kith_next(m, INT32_MAX) == 0,
	   "one after the other");
	is(look(m, 1).state, KITH_BLOCKED, "VFK-02 init waits for its vfork");
	ok(look(m, 4).ppid == 2 && look(m, 4).parent_thread == 3,
	   "a thread's child is the process's");
	ok(look(m, 3).tgid == 2 && !look(m, 3).leader &&
		   look(m, 3).threads == 2,
	   "and what a thread is");
	is(kith_look(m, 9, &(struct kith_look){ 0 }), -ESRCH, "9 is not there");
	rig_free(m);
}

static void groups_without_a_process_are_passed_over(void)
{
	struct kith_machine *m = rig_new(NULL);

	call(m, 1, KITH_FORK);
	call(m, 2, KITH_FORK);
	is(kith_next(m, 1), 2, "a process is seen");
	call(m, 2, KITH_EXIT_GROUP, 0);
	is(kith_next(m, 1), 2, "a zombie, too");
	call(m, 1, KITH_WAIT4, ANY);
	is(kith_next(m, 1), 3, "what was collected is not");
	rig_free(m);
}

/* The line of a status file that begins with this, or "". */
static const char *status_line(struct kith_machine *m, pid_t tid,
			       const char *key)
{
	static char text[4096];
	char *line;

	kith_proc(m, tid, "status", text, sizeof(text));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, key, strlen(key)))
			return line;
	return "";
}

static void proc_reads_as_linuxs_does(void)
{
	struct kith_config config = { .lacks_caps = 1 << 24 };
	struct kith_machine *m = rig_new(&config);

	call(m, 1, KITH_FORK);
	thread_of(m, 2);
	call(m, 2, KITH_FORK);
	sigaction_as(m, 2, KITH_SIGHUP, KITH_SIG_IGN, 0);
	is_str(status_line(m, 2, "Tgid"), "Tgid:\t2", "Tgid");
	is_str(status_line(m, 3, "Tgid"), "Tgid:\t2", "of a thread");
	is_str(status_line(m, 3, "Pid"), "Pid:\t3", "whose Pid is its own");
	is_str(status_line(m, 4, "PPid"), "PPid:\t2", "PPid");
	is_str(status_line(m, 4, "NSpgid"), "NSpgid:\t1", "NSpgid");
	is_str(status_line(m, 2, "Threads"), "Threads:\t2", "Threads");
	is_str(status_line(m, 2, "State"), "State:\tR (running)", "State");
	is_str(status_line(m, 2, "SigIgn"), "SigIgn:\t0000000000000001",
	       "SigIgn");
	is_str(status_line(m, 2, "CapEff"), "CapEff:\t000001fffeffffff",
	       "CapEff of a root that lacks a capability");
	is_str(status_line(m, 2, "Uid"), "Uid:\t0\t0\t0\t0", "Uid");
	call(m, 4, KITH_WAIT4, ANY);
	call(m, 2, KITH_WAIT4, ANY);
	is_str(status_line(m, 2, "State"), "State:\tS (sleeping)", "asleep");
	call(m, 4, KITH_EXIT_GROUP, 0);
	call(m, 2, KITH_EXIT, 0);
	is_str(status_line(m, 2, "State"), "State:\tZ (zombie)",
	       "EXT-06 a leader that is dead");
	is_str(status_line(m, 2, "Threads"), "Threads:\t2",
	       "EXT-06 is counted");
	rig_free(m);
}

/* Field n of stat, counted from 1 as proc(5) does. */
static long stat_field(struct kith_machine *m, pid_t tid, int n)
{
	static char text[1024];
	char *at;

	kith_proc(m, tid, "stat", text, sizeof(text));
	at = strrchr(text, ')') + 2;
	for (int field = 3; field < n; field++)
		at = strchr(at, ' ') + 1;
	return n == 3 ? *at : atol(at);
}

static void stat_has_its_fields(void)
{
	struct kith_machine *m = rig_new(NULL);
	char text[1024];
	int spaces = 0;

	call(m, 1, KITH_CLONE, KITH_SIGUSR1);
	thread_of(m, 2);
	kith_proc(m, 2, "stat", text, sizeof(text));
	for (char *c = text; *c; c++)
		spaces += *c == ' ';
	is(spaces, 51, "stat has 52 fields");
	is(stat_field(m, 2, 3), 'R', "3: state");
	is(stat_field(m, 2, 4), 1, "4: ppid");
	is(stat_field(m, 2, 5), 1, "5: pgrp");
	is(stat_field(m, 2, 6), 1, "6: session");
	is(stat_field(m, 2, 20), 2, "20: threads");
	is(stat_field(m, 2, 38), KITH_SIGUSR1, "OBS-01 38: exit signal");
	is(stat_field(m, 3, 38), -1, "of a thread");
	spend(m, 2, 70000000, 30000000, 12);
	is(stat_field(m, 2, 10), 12, "10: minor faults");
	is(stat_field(m, 2, 14), 7, "14: user time");
	is(stat_field(m, 2, 15), 3, "15: system time");
	call(m, 2, KITH_FORK);
	is(stat_field(m, 4, 22), 10, "22: start time");
	call(m, 4, KITH_EXIT_GROUP, 3);
	is(stat_field(m, 4, 3), 'Z', "3: a zombie");
	is(stat_field(m, 4, 52), 0x300, "52: exit code");
	call(m, 2, KITH_WAIT4, ANY);
	rig_free(m);
}

static void proc_may_be_cut_off(void)
{
	static const char *const files[] = { "status", "stat", "children",
					     "comm" };
	struct kith_machine *m = rig_new(NULL);
	char full[4096], buf[4096];
	unsigned wrong = 0;
	int len;

	for (int i = 0; i < 4; i++)
		call(m, 1, KITH_FORK);
	for (int f = 0; f < 4; f++) {
		len = kith_proc(m, 1, files[f], full, sizeof(full));
		wrong += len <= 0 || len != (int)strlen(full);
		wrong += kith_proc(m, 1, files[f], NULL, 0) != len;
		for (int room = 1; room <= len + 1; room += 3) {
			memset(buf, '#', sizeof(buf));
			wrong += kith_proc(m, 1, files[f], buf, (size_t)room) !=
				 len;
			wrong += strncmp(buf, full, (size_t)room - 1) != 0;
			wrong += buf[room - 1] != '\0' || buf[room] != '#';
		}
	}
	is(wrong, 0, "into any room, with the length it would have");
	is(kith_proc(m, 1, "maps", buf, 10), -ENOENT, "there is no maps");
	is(kith_proc(m, 77, "stat", buf, 10), -ESRCH, "there is no 77");
	rig_free(m);
}

/* --- observers ------------------------------------------------------------ */

struct scribe {
	struct kith_observer observer;
	struct kith_machine *machine;
	int seen, budget;
	uint64_t next_seq;
	unsigned wrong;
};

static void write_down(struct kith_observer *o, const struct kith_event *e)
{
	struct scribe *s = (struct scribe *)(void *)o;

	s->wrong += e->seq != s->next_seq++;
	s->seen++;
}

static void an_event_has_the_next_number(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct scribe s = { .observer.event = write_down };

	call(m, 1, KITH_FORK);
	kith_watch(m, &s.observer);
	for (int i = 0; i < 50; i++)
		call(m, 1, KITH_FORK);
	for (int i = 2; i < 50; i++)
		call(m, i, KITH_EXIT_GROUP, 0);
	ok(s.seen > 300 && !s.wrong, "%d events, one after the other", s.seen);
	kith_unwatch(m, &s.observer);
	s.seen = 0;
	call(m, 1, KITH_FORK);
	is(s.seen, 0, "none for who does not watch any more");
	rig_free(m);
}

static void dismiss_oneself(struct kith_observer *o, const struct kith_event *e)
{
	struct scribe *s = (struct scribe *)(void *)o;

	(void)e;
	s->seen++;
	kith_unwatch(s->machine, o);
}

static void an_observer_may_dismiss_itself(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct scribe a = { .observer.event = dismiss_oneself, .machine = m };
	struct scribe b = { .observer.event = write_down };

	kith_watch(m, &a.observer);
	kith_watch(m, &b.observer);
	call(m, 1, KITH_FORK);
	is(a.seen, 1, "after its first event");
	ok(b.seen > 2 && !b.wrong, "the other goes on");
	kith_watch(m, &a.observer);
	call(m, 1, KITH_FORK);
	is(a.seen, 2, "it may come back");
	rig_free(m);
}

/* Whoever is born is told to fork, or to go, as soon as it is seen. */
static void breed(struct kith_observer *o, const struct kith_event *e)
{
	struct scribe *s = (struct scribe *)(void *)o;
	struct kith_call fork = { .nr = KITH_FORK };
	struct kith_call exit = { .nr = KITH_EXIT_GROUP, .arg = { 5 } };

	if (e->type != KITH_EV_FORK)
		return;
	s->seen++;
	s->wrong += kith_call(s->machine, e->subject,
			      s->seen < s->budget ? &fork : &exit) != 0;
}

static void an_observer_may_enter_calls(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct scribe s = { .observer.event = breed,
			    .machine = m,
			    .budget = 20 };

	kith_watch(m, &s.observer);
	call(m, 1, KITH_FORK);
	is(s.seen, 20, "each child is told to fork as it is born");
	is(s.wrong, 0, "no call is refused");
	ok(look(m, 21).state == KITH_ZOMBIE && look(m, 21).status == 0x500,
	   "the last one to go");
	rig_free(m);
}

/* --- configuration -------------------------------------------------------- */

static void pid_max_is_configured(void)
{
	struct kith_config config = { .pid_max = 302 };
	struct kith_machine *m = rig_new(&config);

	for (int i = 2; i < 302; i++)
		call(m, 1, KITH_FORK);
	is(look(m, 301).tid, 301, "PID-04 301 is the last");
	is(call(m, 1, KITH_FORK), -KITH_EAGAIN, "PID-11 there is no 302");
	rig_free(m);
	config.pid_max = -1;
	errno = 0;
	ok(!kith_new(&config) && errno == EINVAL, "a negative one is EINVAL");
	config.pid_max = 4194305;
	errno = 0;
	ok(!kith_new(&config) && errno == EINVAL, "as is one above the limit");
}

static void capabilities_may_be_missing(void)
{
	const uint64_t admin = 1 << 21, restore = UINT64_C(1) << 40;
	struct kith_config config = { .lacks_caps = admin };
	struct kith_clone_args a = { .set_tid = HERE,
				     .set_tid_size = 1,
				     .set_tid_numbers = { 50 } };
	struct kith_machine *m = rig_new(&config);

	is(clone3(m, 1, &a, 88), 50, "TID-09 one of two is enough");
	rig_free(m);
	config.lacks_caps = admin | restore;
	m = rig_new(&config);
	is(clone3(m, 1, &a, 88), -KITH_EPERM, "TID-09 without both: EPERM");
	is(call(m, 1, KITH_FORK), 2, "which costs no number");
	rig_free(m);
}

static void cores_are_dumped_if_configured(bool dump)
{
	struct kith_config config = { .dump_core = dump };
	struct kith_machine *m = rig_new(&config);
	struct kith_result r;

	call(m, 1, KITH_FORK);
	call(m, 1, KITH_WAIT4, ANY, HERE);
	is(call(m, 2, KITH_KILL, 2, KITH_SIGABRT), GONE, "SIGABRT");
	kith_result(m, 1, &r);
	is(r.status, 6 | (dump ? 0x80 : 0), "EXT-05 %s a core dump",
	   dump ? "with" : "without");
	rig_free(m);
}

static void a_seed_decides_who_runs(void)
{
	struct kith_config config = { .seed = 0 };
	uint64_t hash[3][8];
	unsigned same = 0, other = 0;

	for (int round = 0; round < 3; round++) {
		for (uint64_t seed = 0; seed < 8; seed++) {
			struct kith_machine *m;
			struct kith_call fork = { .nr = KITH_FORK };

			config.seed = round == 2 ? 0 : seed;
			m = kith_new(&config);
			for (int i = 0; i < 6; i++)
				call(m, 1, KITH_FORK);
			for (int tid = 1; tid < 7; tid++)
				kith_call(m, tid, &fork);
			kith_run(m);
			hash[round][seed] = (uint64_t)look(m, 8).ppid << 32 |
					    (uint64_t)look(m, 9).ppid << 16 |
					    (uint64_t)look(m, 12).ppid;
			kith_free(m);
		}
	}
	for (int seed = 0; seed < 8; seed++) {
		same += hash[0][seed] == hash[1][seed];
		other += hash[0][seed] != hash[2][seed];
	}
	is(same, 8, "the same seed, the same order");
	ok(other > 3, "other seeds, other orders: %u of 8", other);
}

static void microsteps_are_smaller(void)
{
	struct kith_config config = { .micro = false };
	uint64_t steps[2];

	for (int micro = 0; micro < 2; micro++) {
		struct kith_call exit = { .nr = KITH_EXIT_GROUP };
		struct kith_machine *m;

		config.micro = micro;
		m = rig_new(&config);
		call(m, 1, KITH_FORK);
		kith_call(m, 2, &exit);
		steps[micro] = kith_run(m);
		is(look(m, 2).state, KITH_ZOMBIE, "the same end");
		rig_free(m);
	}
	is((long)steps[0], 1, "an exit is one step");
	ok(steps[1] > 2, "or several");
}

enum { RT_7 = 39 };

/*
 * 2 sends SIGQUIT to its group, and before it takes its own, the child of its
 * thread 3 has died of it; the signal of that death finds 3 free to be told.
 */
static void others_run_before_signals_are_taken(void)
{
	struct kith_machine *m =
		rig_new(&(struct kith_config){ .micro = true });
	struct kith_call quit = { .nr = KITH_KILL, .arg = { 0, KITH_SIGQUIT } };
	const uint64_t thread =
		KITH_CLONE_VM | KITH_CLONE_SIGHAND | KITH_CLONE_THREAD;

	call(m, 1, KITH_FORK);
	call(m, 2, KITH_CLONE, thread);
	call(m, 3, KITH_CLONE, RT_7);
	kith_call(m, 2, &quit);
	kith_step_thread(m, 2);
	is(look(m, 2).state, KITH_RUNNING, "the call is over, but 2 is not");
	while (kith_step_thread(m, 4) == 4)
		;
	is(look(m, 4).state, KITH_ZOMBIE, "its thread's child can die first");
	kith_run(m);
	is(look(m, 2).status, RT_7, "and that ends 2");
	rig_free(m);
}

/* --- hashes --------------------------------------------------------------- */

static void a_call_under_way_is_part_of_the_hash(void)
{
	struct kith_machine *a = rig_new(NULL), *b = rig_new(NULL);
	struct kith_call one = { .nr = KITH_EXIT, .arg = { 1 } };
	struct kith_call two = { .nr = KITH_EXIT, .arg = { 2 } };

	is((long)(kith_hash(a) - kith_hash(b)), 0, "two machines, alike");
	call(a, 1, KITH_FORK);
	ok(kith_hash(a) != kith_hash(b), "not any more");
	call(b, 1, KITH_FORK);
	is((long)(kith_hash(a) - kith_hash(b)), 0, "alike again");
	kith_call(a, 2, &one);
	kith_call(b, 2, &two);
	ok(kith_hash(a) != kith_hash(b),
	   "one is about to exit with 1, the other with 2");
	rig_free(a);
	rig_free(b);
}

static void queues_count_or_not(void)
{
	struct kith_machine *a = rig_new(NULL), *b = rig_new(NULL);
	struct kith_call call_of = { .nr = KITH_GETPID };

	for (int i = 0; i < 2; i++) {
		struct kith_machine *m = i ? a : b;

		call(m, 1, KITH_FORK);
		kith_call(m, 1 + i, &call_of);
		kith_call(m, 2 - i, &call_of);
	}
	ok(kith_hash(a) != kith_hash(b), "who is first in the queue counts,");
	ok(kith_hash_unqueued(a) == kith_hash_unqueued(b),
	   "but not for kith_hash_unqueued()");
	kith_step_thread(a, 1);
	ok(kith_hash_unqueued(a) != kith_hash_unqueued(b), "who is in it does");
	rig_free(a);
	rig_free(b);
}

static void memory_is_counted(void)
{
	struct kith_machine *m = rig_new(NULL);
	struct kith_memory before, more, after;

	call(m, 1, KITH_FORK);
	call(m, 2, KITH_EXIT_GROUP, 0);
	call(m, 1, KITH_WAIT4, ANY);
	kith_memory(m, &before);
	for (int i = 0; i < 20; i++)
		call(m, 1, KITH_FORK);
	kith_memory(m, &more);
	for (int i = 0; i < 20; i++)
		call(m, 3 + i, KITH_EXIT_GROUP, 0);
	for (int i = 0; i < 20; i++)
		call(m, 1, KITH_WAIT4, ANY);
	kith_memory(m, &after);
	ok(more.bytes > before.bytes && more.blocks > before.blocks &&
		   more.peak >= more.bytes &&
		   more.allocations > before.allocations,
	   "20 processes take some");
	ok(after.bytes == before.bytes && after.blocks == before.blocks &&
		   after.peak >= more.bytes &&
		   after.allocations > more.allocations,
	   "and give all of it back");
	rig_free(m);
}

/* Linux 6.11 has a line in /proc/PID/status that 6.1 does not. */
static void a_machine_is_of_a_version(void)
{
	struct kith_config config = { .linux_version = KITH_LINUX(6, 1) };
	struct kith_machine *old = kith_new(&config), *new = kith_new(NULL);
	char text[4096];

	kith_proc(old, 1, "status", text, sizeof(text));
	ok(!strstr(text, "Kthread:"), "a machine of 6.1 is as 6.1 was");
	kith_proc(new, 1, "status", text, sizeof(text));
	ok(strstr(text, "\nKthread:\t0\n"), "by itself it is of 6.18");
	kith_free(old);
	kith_free(new);
	config.linux_version = KITH_LINUX(5, 15);
	errno = 0;
	ok(!kith_new(&config) && errno == EINVAL, "there is none of 5.15");
	config.linux_version = KITH_LINUX(6, 19);
	errno = 0;
	ok(!kith_new(&config) && errno == EINVAL, "nor of 6.19");
}

int main(void)
{
	kith_worker_begin(); /* for one machine that is shared */
	a_machine_needs_memory(true);
	a_machine_needs_memory(false);
	a_machine_has_an_init();
	many_machines_do_not_know_of_each_other();
	steps_of_two_machines_may_alternate();
	each_thread_may_have_its_own();
	a_call_may_be_refused();
	what_is_not_modelled_is_said();
	names_are_what_they_should_be();
	what_is_behind_a_pointer_is_copied();
	a_pointer_alone_is_followed();
	with_init_the_machine_ends(false);
	with_init_the_machine_ends(true);
	init_is_as_its_threads();
	everybody_can_be_seen();
	groups_without_a_process_are_passed_over();
	proc_reads_as_linuxs_does();
	stat_has_its_fields();
	proc_may_be_cut_off();
	an_event_has_the_next_number();
	an_observer_may_dismiss_itself();
	an_observer_may_enter_calls();
	pid_max_is_configured();
	a_machine_is_of_a_version();
	capabilities_may_be_missing();
	cores_are_dumped_if_configured(false);
	cores_are_dumped_if_configured(true);
	a_seed_decides_who_runs();
	microsteps_are_smaller();
	others_run_before_signals_are_taken();
	a_call_under_way_is_part_of_the_hash();
	queues_count_or_not();
	memory_is_counted();
	kith_worker_end();
	return done_testing();
}

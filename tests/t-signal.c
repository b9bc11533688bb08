/*
 * Signals alone: pending sets, dispositions, sending and taking.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "signal/signal.h"
#include "tests/tap.h"

static struct ground ground;

static void begin(void)
{
	ground = (struct ground){ .memory = memory_new(0, false),
				  .stream = stream_new(NULL) };
}

static void end(void)
{
	is((long)ground.memory->blocks, 0, "nothing is left");
	stream_destroy(ground.stream);
	memory_destroy(ground.memory);
}

static struct kith_siginfo info_of(int sig, int from)
{
	return (struct kith_siginfo){ .signo = sig, .pid = from };
}

/* --- the signals ---------------------------------------------------------- */

static void each_signal_has_its_default(void)
{
	const sigbits ignored = SIGBIT(KITH_SIGCHLD) | SIGBIT(KITH_SIGCONT) |
				SIGBIT(KITH_SIGURG) | SIGBIT(KITH_SIGWINCH);
	const sigbits stop = SIGBIT(KITH_SIGSTOP) | SIGBIT(KITH_SIGTSTP) |
			     SIGBIT(KITH_SIGTTIN) | SIGBIT(KITH_SIGTTOU);
	const sigbits core = SIGBIT(KITH_SIGQUIT) | SIGBIT(KITH_SIGILL) |
			     SIGBIT(KITH_SIGTRAP) | SIGBIT(KITH_SIGABRT) |
			     SIGBIT(KITH_SIGBUS) | SIGBIT(KITH_SIGFPE) |
			     SIGBIT(KITH_SIGSEGV) | SIGBIT(KITH_SIGXCPU) |
			     SIGBIT(KITH_SIGXFSZ) | SIGBIT(KITH_SIGSYS);
	unsigned wrong = 0;

	for (int sig = 1; sig <= KITH_NSIG; sig++)
		wrong += signal_default(sig) !=
			 (SIGBIT(sig) & ignored ? DEFAULT_IGNORE
			  : SIGBIT(sig) & stop  ? DEFAULT_STOP
			  : SIGBIT(sig) & core  ? DEFAULT_CORE
						: DEFAULT_TERMINATE);
	is(wrong, 0, "R001..R005 the defaults of all 64");
	ok(signal_is_valid(0) && signal_is_valid(64) && !signal_is_valid(65) &&
		   !signal_is_valid(-1),
	   "0 to 64 are valid");
}

static void each_signal_has_a_name(void)
{
	unsigned wrong = 0;

	for (int sig = 1; sig <= KITH_NSIG; sig++)
		for (int other = 1; other <= sig; other++)
			wrong += !strcmp(kith_signal_name(sig),
					 kith_signal_name(other)) !=
				 (sig == other);
	is(wrong, 0, "of its own");
	is_str(kith_signal_name(17), "SIGCHLD", "17 is SIGCHLD");
	is_str(kith_signal_name(34), "SIGRT_2",
	       "34 is SIGRT_2, as strace says");
	ok(!kith_signal_name(0) && !kith_signal_name(65) &&
		   !kith_signal_name(-3),
	   "other numbers have none");
}

/* --- pending sets --------------------------------------------------------- */

static bool add(struct pending *p, int sig, int from)
{
	struct kith_siginfo info = info_of(sig, from);

	return pending_add(&ground, p, &info);
}

/* Who sent the instance of sig that is taken. */
static int take(struct pending *p, int sig)
{
	struct kith_siginfo info;

	pending_take(&ground, p, sig, &info);
	return info.signo == sig ? info.pid : -1;
}

static void standard_signals_coalesce(void)
{
	struct pending p;

	begin();
	pending_init(&p);
	ok(add(&p, KITH_SIGUSR1, 2), "the first is pending");
	ok(!add(&p, KITH_SIGUSR1, 3), "R011 SCH-01 the second is dropped");
	ok(add(&p, KITH_SIGUSR2, 4), "another signal is not");
	is(take(&p, KITH_SIGUSR1), 2, "R011 the first siginfo survives");
	is((long)p.set, (long)SIGBIT(KITH_SIGUSR2), "taken, it is gone");
	ok(add(&p, KITH_SIGUSR1, 5), "and may come again");
	pending_flush(&ground, &p, ~UINT64_C(0));
	end();
}

static void realtime_signals_queue(void)
{
	struct pending p;

	begin();
	pending_init(&p);
	for (int from = 2; from < 5; from++) {
		ok(add(&p, 40, from) && add(&p, 32, from + 10),
		   "R013 one more of each");
	}
	is(take(&p, 40), 2, "R013 first come");
	is(take(&p, 40), 3, "R013 first served");
	is(take(&p, 32), 12, "R013 each number by itself");
	is(take(&p, 40), 4, "the last");
	is((long)p.set, (long)SIGBIT(32), "is the last");
	pending_flush(&ground, &p, SIGBIT(40));
	is(take(&p, 32), 13, "flushing another leaves it");
	pending_flush(&ground, &p, SIGBIT(32));
	is((long)p.set, 0, "flushing takes all instances");
	end();
}

static void without_memory_a_signal_says_nothing_of_its_sender(void)
{
	struct pending p;

	begin();
	pending_init(&p);
	ground.memory->fail_at = 1;
	ok(add(&p, KITH_SIGUSR1, 2), "it is pending all the same");
	is(take(&p, KITH_SIGUSR1), 0, "R097 from nobody");
	ok(add(&p, KITH_SIGKILL, 2) && ground.memory->blocks == 0,
	   "R028 SIGKILL never has a siginfo");
	is(take(&p, KITH_SIGKILL), 0, "R028 from nobody, always");
	end();
}

static void the_next_signal_is_linuxs(void)
{
	struct pending p = { .set = 0 };
	const int order[] = { KITH_SIGILL, KITH_SIGTRAP, KITH_SIGBUS,
			      KITH_SIGFPE, KITH_SIGSEGV, KITH_SIGSYS,
			      KITH_SIGHUP, KITH_SIGKILL, KITH_SIGTERM,
			      32,          63,           64 };
	unsigned wrong = 0;

	for (int i = 0; i < 12; i++)
		p.set |= SIGBIT(order[i]);
	is(pending_next(&p, 0), 0, "none of none");
	for (int i = 0; i < 12; i++) {
		wrong += pending_next(&p, ~UINT64_C(0)) != order[i];
		p.set &= ~SIGBIT(order[i]);
	}
	is(wrong, 0, "R015 faults first, then by number");
	p.set = SIGBIT(3) | SIGBIT(5);
	is(pending_next(&p, SIGBIT(3)), 3, "only of those that are asked for");
}

/* Against arrays: for each number, who sent the instances. */
static void it_is_64_queues(unsigned seed)
{
	static int from[KITH_NSIG + 1][3000];
	int head[KITH_NSIG + 1] = { 0 }, tail[KITH_NSIG + 1] = { 0 };
	struct pending p;
	unsigned wrong = 0;

	begin();
	pending_init(&p);
	for (int i = 1; i < 3000; i++) {
		int sig = 1 + rand_r(&seed) % KITH_NSIG;
		bool is_pending = head[sig] != tail[sig];

		wrong += !(p.set & SIGBIT(sig)) == is_pending;
		if (rand_r(&seed) % 50 == 0) {
			pending_flush(&ground, &p, SIGBIT(sig));
			head[sig] = tail[sig];
		} else if (is_pending && (rand_r(&seed) & 1)) {
			int want = from[sig][head[sig]++];

			wrong += take(&p, sig) !=
				 (sig == KITH_SIGKILL ? 0 : want);
		} else {
			bool kept = sig >= 32 || !is_pending;

			wrong += add(&p, sig, i) != kept;
			if (kept)
				from[sig][tail[sig]++] = i;
		}
	}
	is(wrong, 0, "R011 R013 at random, seed %u", seed);
	pending_flush(&ground, &p, ~UINT64_C(0));
	end();
}

/* --- dispositions --------------------------------------------------------- */

static const struct kith_sigaction ignore = { .handler = KITH_SIG_IGN };
static const struct kith_sigaction standard = { .handler = KITH_SIG_DFL };
static const struct kith_sigaction handler = { .handler = 4711,
					       .flags = KITH_SA_RESTART,
					       .mask = 5 };

static bool same(struct kith_sigaction a, const struct kith_sigaction *b)
{
	return a.handler == b->handler && a.flags == b->flags &&
	       a.mask == b->mask;
}

static void a_copy_is_equal_until_either_changes(void)
{
	struct sighand *parent, *child;

	begin();
	parent = sighand_new(&ground);
	ok(!parent->actions, "all default: there is no table at all");
	action_set(parent, KITH_SIGUSR1, &handler);
	child = sighand_copy(parent, false);
	ok(child->actions == parent->actions, "forked, they share a table");
	ok(same(action_get(child, KITH_SIGUSR1), &handler), "FRK-01 equal");
	action_set(child, KITH_SIGUSR2, &ignore);
	ok(child->actions != parent->actions, "until one changes");
	ok(same(action_get(parent, KITH_SIGUSR2), &standard),
	   "which the other does not see");
	ok(same(action_get(child, KITH_SIGUSR1), &handler),
	   "the rest was taken along");
	action_set(parent, KITH_SIGUSR1, &ignore);
	ok(same(action_get(child, KITH_SIGUSR1), &handler),
	   "nor the other way round");
	sighand_put(parent);
	ok(same(action_get(child, KITH_SIGUSR2), &ignore),
	   "one outlives the other");
	sighand_put(child);
	end();
}

static void a_shared_one_is_the_same(void)
{
	struct sighand *h, *other;

	begin();
	h = sighand_new(&ground);
	other = sighand_get(h);
	action_set(h, KITH_SIGUSR1, &handler);
	ok(same(action_get(other, KITH_SIGUSR1), &handler),
	   "R061 CLONE_SIGHAND: what one changes has changed for both");
	sighand_put(h);
	ok(same(action_get(other, KITH_SIGUSR1), &handler),
	   "and it lasts as long as either");
	sighand_put(other);
	end();
}

static void a_reset_keeps_what_is_ignored(void)
{
	const struct kith_sigaction flagged = { .handler = KITH_SIG_IGN,
						.flags = KITH_SA_NOCLDWAIT };
	struct sighand *h, *copy;

	begin();
	h = sighand_new(&ground);
	copy = sighand_copy(h, true);
	ok(!copy->actions, "of nothing, a reset is nothing");
	sighand_put(copy);
	action_set(h, KITH_SIGUSR2, &ignore);
	copy = sighand_copy(h, true);
	ok(copy->actions == h->actions,
	   "nothing to reset: the table is shared");
	sighand_put(copy);
	action_set(h, KITH_SIGUSR1, &handler);
	action_set(h, KITH_SIGCHLD, &flagged);
	copy = sighand_copy(h, true);
	ok(same(action_get(copy, KITH_SIGUSR1), &standard),
	   "R377 CL3-13 handlers are default again");
	ok(same(action_get(copy, KITH_SIGUSR2), &ignore),
	   "CL3-13 what is ignored stays so");
	ok(same(action_get(copy, KITH_SIGCHLD), &ignore),
	   "R377 flags and masks are gone");
	ok(same(action_get(h, KITH_SIGUSR1), &handler), "of the copy only");
	sighand_put(copy);
	sighand_put(h);
	end();
}

static void tables_may_fail_to_be_had(void)
{
	struct sighand *h, *copy;
	sigbits ignored, caught;

	begin();
	ground.memory->fail_at = 1;
	ok(!sighand_new(&ground), "no memory for a sighand");
	h = sighand_new(&ground);
	ground.memory->fail_at = ground.memory->allocations + 1;
	is(action_set(h, KITH_SIGUSR1, &handler), -ENOMEM, "nor for a table");
	action_sets(h, &ignored, &caught);
	is((long)(ignored | caught), 0, "nothing has changed");
	action_set(h, KITH_SIGUSR1, &handler);
	action_set(h, KITH_SIGUSR2, &ignore);
	for (unsigned n = 1; n <= 2; n++) {
		ground.memory->fail_at = ground.memory->allocations + n;
		ok(!sighand_copy(h, true), "nor for a copy: %u", n);
	}
	copy = sighand_copy(h, false);
	ground.memory->fail_at = ground.memory->allocations + 1;
	is(action_set(copy, KITH_SIGTERM, &ignore), -ENOMEM,
	   "nor for a table of its own");
	ok(copy->actions == h->actions && h->actions->ref == 2,
	   "they go on sharing");
	action_sets(copy, &ignored, &caught);
	ok(ignored == SIGBIT(KITH_SIGUSR2) && caught == SIGBIT(KITH_SIGUSR1),
	   "what is ignored and caught is told apart");
	sighand_put(copy);
	sighand_put(h);
	sighand_put(NULL);
	end();
}

/* --- sending and taking --------------------------------------------------- */

enum { THREADS = 3 };

static struct siggroup group;
static struct sigthread thread[THREADS];
static struct pid *nobody; /* a name that is none */
static enum wake woken[THREADS];
static bool is_woken[THREADS];
static struct kith_observer observer;
static int delivered; /* the last signal that was */

static void wake(struct sigthread *t, enum wake how)
{
	is_woken[t - thread] = true;
	woken[t - thread] = how;
}

static void note(struct kith_observer *o, const struct kith_event *e)
{
	(void)o;
	if (e->type == KITH_EV_DELIVER)
		delivered = (int)e->value;
}

static void begin_group(void)
{
	begin();
	observer = (struct kith_observer){ .event = note };
	stream_watch(ground.stream, &observer);
	siggroup_init(&group, &ground, sighand_new(&ground), wake);
	for (int i = 0; i < THREADS; i++) {
		sigthread_init(&thread[i], &group, &nobody);
		is_woken[i] = false;
	}
	delivered = 0;
}

static void end_group(void)
{
	for (int i = 0; i < THREADS; i++)
		if (!thread[i].exiting)
			sigthread_exit(&thread[i]);
	siggroup_destroy(&group);
	end();
}

static enum sent send_as(int to, int sig, bool force)
{
	struct kith_siginfo info = info_of(sig, 99);
	struct sending how = { .from = 99, .force = force };
	enum sent sent;

	sent = signal_send(&group, &thread[to], &info, &how);
	stream_show(ground.stream);
	return sent;
}

static enum sent send_to(int to, int sig)
{
	return send_as(to, sig, false);
}

/* The status that t is to end with; -1: it is not to end. */
static int taken_by(int t)
{
	struct kith_siginfo info;
	int status = 0;
	enum verdict v = signal_take(&thread[t], &status, &info);

	stream_show(ground.stream);
	return v == VERDICT_TERMINATE ? signal_group_exit(&thread[t], status)
				      : -1;
}

static int how_many_woken(void)
{
	int n = 0;

	for (int i = 0; i < THREADS; i++)
		n += is_woken[i];
	return n;
}

static void a_fatal_signal_ends_the_group_when_sent(void)
{
	begin_group();
	is(send_to(0, KITH_SIGTERM), SENT_FATAL, "R069b SIGTERM is fatal");
	ok(group.group_exit && group.group_status == KITH_SIGTERM,
	   "R069b the end is decided at once");
	is(how_many_woken(), THREADS, "all threads are told");
	ok(woken[2] == WAKE_FATAL && signal_is_fatal_pending(&thread[2]),
	   "whatever they sleep in");
	is(delivered, KITH_SIGTERM, "it counts as delivered");
	is(send_to(0, KITH_SIGKILL), SENT_DROPPED,
	   "R026 what comes later is dropped, even SIGKILL");
	for (int i = 0; i < THREADS; i++)
		is(taken_by(i), KITH_SIGTERM, "EXT-05 thread %d ends of it", i);
	end_group();
}

static void a_core_signal_ends_it_when_taken(bool dump)
{
	begin_group();
	group.dump_core = dump;
	is(send_to(0, KITH_SIGQUIT), SENT_QUEUED, "R069b SIGQUIT is pending");
	ok(!group.group_exit && how_many_woken() == 1, "one thread is woken");
	is(woken[0], WAKE_SIGNAL, "unless it is deaf to that");
	ok(!signal_is_fatal_pending(&thread[0]) &&
		   signal_is_pending(&thread[0]),
	   "it is not fatal yet");
	is(send_to(0, KITH_SIGQUIT), SENT_DROPPED, "R011 another is dropped");
	is(taken_by(1), KITH_SIGQUIT | (dump ? 0x80 : 0),
	   "R069 EXT-05 whoever comes first takes it, %s a dump",
	   dump ? "with" : "without");
	is(delivered, KITH_SIGQUIT, "now it is delivered");
	ok(signal_is_fatal_pending(&thread[0]) &&
		   signal_is_fatal_pending(&thread[2]),
	   "and the others are told");
	is(taken_by(0), KITH_SIGQUIT | (dump ? 0x80 : 0), "the same status");
	end_group();
}

static void core_signals_are_told_by_number(void)
{
	begin_group();
	send_to(0, KITH_SIGABRT);
	send_to(0, KITH_SIGSEGV);
	send_to(0, KITH_SIGQUIT);
	is(taken_by(0), KITH_SIGSEGV, "R019 of ABRT, SEGV and QUIT, SEGV wins");
	end_group();
	begin_group();
	send_to(0, KITH_SIGABRT);
	is(send_to(0, KITH_SIGTERM), SENT_FATAL, "TERM after ABRT");
	is(taken_by(0), KITH_SIGTERM, "R069b wins, for it is decided at once");
	end_group();
}

static void ignored_signals_are_dropped(void)
{
	begin_group();
	is(send_to(0, KITH_SIGCHLD), SENT_DROPPED, "R020 by default");
	signal_action(&group, KITH_SIGTERM, &ignore, NULL);
	is(send_to(0, KITH_SIGTERM), SENT_DROPPED, "R020 explicitly");
	is(how_many_woken(), 0, "nobody is woken for that");
	ok(!signal_is_pending(&thread[0]), "nor is it pending");
	is(taken_by(0), -1, "nothing is taken");
	is(send_to(0, KITH_SIGKILL), SENT_FATAL, "SIGKILL never is");
	end_group();
}

static void becoming_ignored_flushes(void)
{
	struct kith_sigaction old;

	begin_group();
	send_to(0, KITH_SIGQUIT);
	signal_action(&group, KITH_SIGQUIT, NULL, &old);
	ok(same(old, &standard) && signal_is_pending(&thread[0]),
	   "R025 reading an action flushes nothing");
	signal_action(&group, KITH_SIGQUIT, &standard, NULL);
	ok(signal_is_pending(&thread[0]), "R025 nor does the default");
	signal_action(&group, KITH_SIGQUIT, &ignore, &old);
	ok(same(old, &standard) && !signal_is_pending(&thread[0]),
	   "R024 ignoring does");
	signal_action(&group, KITH_SIGQUIT, &standard, &old);
	ok(same(old, &ignore), "the old action is told");
	is(taken_by(0), -1, "there is nothing to be taken");
	end_group();
}

static void an_init_is_deaf(void)
{
	unsigned wrong = 0;

	begin_group();
	group.unkillable = true;
	for (int sig = 1; sig <= KITH_NSIG; sig++)
		wrong += send_to(0, sig) != SENT_DROPPED;
	is(wrong, 0, "R106 PNS-12 an init is deaf to all 64 from inside");
	for (int sig = 1; sig <= KITH_NSIG; sig++)
		if (!signal_is_kernels(sig))
			wrong += send_as(0, sig, true) != SENT_DROPPED;
	is(wrong, 0, "R106 and from outside to all but two");
	is(send_as(0, KITH_SIGKILL, true), SENT_FATAL,
	   "R106 SIGKILL from outside is one of these");
	is(taken_by(0), KITH_SIGKILL, "and ends it");
	end_group();
	begin_group();
	group.unkillable = true;
	group.shared.set = SIGBIT(KITH_SIGQUIT);
	is(taken_by(0), -1, "R106 what is pending it lets pass");
	ok(!signal_is_pending(&thread[0]), "for good");
	end_group();
}

static void the_addressed_thread_is_woken_if_it_can_be(void)
{
	begin_group();
	send_to(1, KITH_SIGQUIT);
	ok(is_woken[1] && how_many_woken() == 1, "R067 the one addressed");
	end_group();
	begin_group();
	sigthread_exit(&thread[0]);
	send_to(0, KITH_SIGQUIT);
	ok(!is_woken[0] && how_many_woken() == 1,
	   "R067 if that one is exiting, another");
	end_group();
	begin_group();
	for (int i = 0; i < THREADS; i++)
		sigthread_exit(&thread[i]);
	is(send_to(0, KITH_SIGQUIT), SENT_QUEUED, "R068 nobody: it is pending");
	is(send_to(0, KITH_SIGTERM), SENT_QUEUED, "R068 even a fatal one");
	is(how_many_woken(), 0, "and nobody is woken");
	end_group();
}

static void own_signals_go_with_their_thread(void)
{
	struct kith_siginfo info = info_of(KITH_SIGQUIT, 7);

	begin_group();
	pending_add(&ground, &thread[1].own, &info);
	pending_add(&ground, &group.shared, &info);
	ok(signal_is_pending(&thread[0]) && signal_is_pending(&thread[1]),
	   "R012 one for the thread, one for all");
	sigthread_exit(&thread[1]);
	is((long)ground.memory->blocks, 2,
	   "R031 the thread's is forgotten when it exits");
	ok(signal_is_pending(&thread[0]), "R031 the other stays");
	end_group();
}

static void own_signals_come_first(void)
{
	struct kith_siginfo high = info_of(KITH_SIGSYS, 7);
	struct kith_siginfo low = info_of(KITH_SIGQUIT, 7);

	begin_group();
	pending_add(&ground, &thread[1].own, &high);
	pending_add(&ground, &group.shared, &low);
	is(taken_by(1), KITH_SIGSYS, "R014 though its number is higher");
	end_group();
}

static void the_first_group_exit_wins(void)
{
	begin_group();
	is(signal_group_exit(&thread[1], 0x700), 0x700, "exit_group(7)");
	is(signal_group_exit(&thread[0], 0x900), 0x700,
	   "EXT-09 a later exit_group(9) ends with 7");
	ok(signal_is_fatal_pending(&thread[0]) &&
		   !signal_is_fatal_pending(&thread[1]),
	   "the others are told to end");
	is(taken_by(2), 0x700, "and do, with the same status");
	signal_last_exit(&group, 0x100);
	is(group.group_status, 0x700, "EXT-03 the last exit() changes nothing");
	end_group();
	begin_group();
	signal_last_exit(&group, 0x100);
	is(group.group_status, 0x100, "EXT-02 unless nothing was decided");
	is(signal_group_exit(&thread[1], 0x700), 0x100, "then that is it");
	end_group();
}

static void an_exec_ends_the_others(void)
{
	begin_group();
	lock_acquire(&group.lock);
	group.exec_by = &thread[1];
	signal_zap_others(&thread[1]);
	lock_release(&group.lock);
	is(taken_by(0), 0, "the others end, with nothing to say");
	is(signal_group_exit(&thread[2], 0x700), 0,
	   "their exit_group does not count");
	is(taken_by(1), -1, "who execs does not end");
	is(send_to(1, KITH_SIGKILL), SENT_FATAL, "but can be killed");
	is(taken_by(1), KITH_SIGKILL, "and then it does");
	is(taken_by(0), KITH_SIGKILL, "with the others");
	end_group();
}

static void threads_stand_in_a_ring(void)
{
	begin_group();
	ok(sigthread_after(&thread[0]) == &thread[1] &&
		   sigthread_after(&thread[2]) == &thread[0],
	   "in order of creation, and round");
	is(group.next_target == &thread[0], true, "the first is the target");
	sigthread_exit(&thread[0]);
	ok(group.next_target == &thread[1], "when it goes, the next one is");
	sigthread_exit(&thread[2]);
	sigthread_exit(&thread[1]);
	ok(!group.next_target, "and nobody in the end");
	end_group();
}

int main(void)
{
	each_signal_has_its_default();
	each_signal_has_a_name();
	standard_signals_coalesce();
	realtime_signals_queue();
	without_memory_a_signal_says_nothing_of_its_sender();
	the_next_signal_is_linuxs();
	for (unsigned seed = 1; seed <= 3; seed++)
		it_is_64_queues(seed);
	a_copy_is_equal_until_either_changes();
	a_shared_one_is_the_same();
	a_reset_keeps_what_is_ignored();
	tables_may_fail_to_be_had();
	a_fatal_signal_ends_the_group_when_sent();
	a_core_signal_ends_it_when_taken(false);
	a_core_signal_ends_it_when_taken(true);
	core_signals_are_told_by_number();
	ignored_signals_are_dropped();
	becoming_ignored_flushes();
	an_init_is_deaf();
	the_addressed_thread_is_woken_if_it_can_be();
	own_signals_go_with_their_thread();
	own_signals_come_first();
	the_first_group_exit_wins();
	an_exec_ends_the_others();
	threads_stand_in_a_ring();
	return done_testing();
}

/*
 * Names: how numbers are given out, at every level, and how long they last.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "namespace/pid.h"
#include "tests/rig.h"

static struct ground ground;
static struct pids pids;
static struct pidns root;
static struct kith_observer observer;
static int freed, last_freed; /* events */
static char someone;          /* a thread, a process: nobody looks inside */

static void note(struct kith_observer *o, const struct kith_event *e)
{
	(void)o;
	freed += e->type == KITH_EV_FREE;
	last_freed = e->subject;
}

static void begin_with(int max)
{
	ground = (struct ground){ .memory = memory_new(0, false),
				  .stream = stream_new(NULL) };
	observer = (struct kith_observer){ .event = note };
	stream_watch(ground.stream, &observer);
	pids_init(&pids, &ground);
	pidns_init(&root, &pids, NULL, max);
	root.reaper = &someone;
	freed = 0;
}

static void begin(void)
{
	begin_with(0);
}

static void end(void)
{
	pidns_destroy(&root);
	grace_end(&ground);
	stream_destroy(ground.stream);
	memory_destroy(ground.memory);
}

static void tick(void)
{
	grace_end(&ground);
	stream_show(ground.stream);
}

/* A name that is in use by a thread. */
static struct pid *take_in(struct pidns *ns)
{
	struct pid *pid = NULL;

	if (pid_new(ns, NULL, &pid))
		return NULL;
	pid_name_thread(pid, &someone);
	pid_publish(pid);
	return pid;
}

static int take(void)
{
	struct pid *pid = take_in(&root);

	return pid ? pid_root_nr(pid) : -1;
}

static int wish(struct pidns *ns, bool capable, unsigned count,
		const int32_t *numbers)
{
	struct pid_wish w = { .numbers = numbers,
			      .count = count,
			      .capable = capable };
	struct pid *pid;
	int err = pid_new(ns, &w, &pid);

	if (err)
		return err;
	pid_name_thread(pid, &someone);
	pid_publish(pid);
	return pid_nr(pid, ns);
}

static int wish_for(int nr)
{
	const int32_t number = nr;

	return wish(&root, true, 1, &number);
}

static void leave(int nr)
{
	pid_name_thread(pid_find(&root, nr), NULL);
	tick();
}

/* --- giving out ----------------------------------------------------------- */

static void numbers_are_cyclic(void)
{
	begin_with(310);
	is(take(), 1, "PID-01 the first number is 1");
	is(take(), 2, "PID-01 then 2");
	leave(2);
	is(take(), 3, "PID-01 a number just freed is not the next");
	is(pidns_set_last(&root, 307), 0, "PID-03 the last number is set");
	is(take(), 308, "PID-03 the next is one more");
	is(take(), 309, "PID-04 the highest is pid_max - 1");
	is(take(), 300, "PID-04 after that comes 300");
	is(pidns_set_last(&root, 307), 0, "again");
	is(take(), 301, "PID-05 numbers in use are skipped, over the end too");
	end();
}

static void low_numbers_come_before_a_wrap_only(void)
{
	begin_with(301);
	for (int i = 1; i < 300; i++)
		take();
	leave(7);
	is(take(), 300, "PID-13 the last one");
	is(take(), -1, "PID-11 300 is taken, 7 is free, there is none");
	is(pidns_set_last(&root, 2), 0, "the cursor goes back to 3");
	is(take(), 7, "PID-13 a cursor up to 300 finds what is free below");
	leave(299);
	is(pidns_set_last(&root, 299), 0, "the cursor is 300");
	is(take(), 299, "PID-13 300 is not above 300: low numbers, too");
	end();
}

static void limits_of_the_two_settings(void)
{
	begin();
	is(root.max, 4194304, "PID-02 a new namespace's pid_max");
	is(pidns_set_max(&root, 300), -EINVAL, "PID-02 300 is too low");
	is(pidns_set_max(&root, 301), 0, "PID-02 301 is not");
	is(pidns_set_max(&root, 4194304), 0, "PID-02 4194304 is the most");
	is(pidns_set_max(&root, 4194305), -EINVAL, "PID-02 4194305 too much");
	pidns_set_max(&root, 400);
	is(pidns_set_last(&root, -1), -EINVAL, "PID-13 last pid below 0");
	is(pidns_set_last(&root, 401), -EINVAL, "PID-13 or above pid_max");
	is(pidns_set_last(&root, 400), 0, "PID-13 pid_max itself is fine");
	is(take(), 300, "and leads to 300");
	end();
}

static void pid_max_may_be_lowered_below_the_living(void)
{
	begin();
	is(wish_for(5000), 5000, "a high number");
	is(pidns_set_max(&root, 301), 0, "PID-12 pid_max below it");
	ok(pid_find(&root, 5000), "PID-12 it stays valid");
	is(pidns_set_last(&root, 299), 0, "next is 300");
	is(take(), 300, "a new one obeys");
	leave(5000);
	ok(!pid_find(&root, 5000), "and it can go");
	end();
}

/* rules/lifecycle.md 1.5, word for word, over an array. */
struct cycle {
	bool used[700];
	int cursor, max;
};

static int cycle_next(struct cycle *c)
{
	int min = c->cursor > 300 ? 300 : 1;
	int from = c->cursor > min ? c->cursor : min;

	for (int nr = from; nr < c->max; nr++)
		if (!c->used[nr])
			return c->cursor = nr + 1, nr;
	for (int nr = min; nr < c->max && nr < from; nr++)
		if (!c->used[nr])
			return c->cursor = nr + 1, nr;
	return -1;
}

static unsigned cycle_change(struct cycle *c, unsigned *seed)
{
	int nr = 1 + rand_r(seed) % 699, want, got;

	switch (rand_r(seed) % 8) {
	case 0:
		if (pidns_set_last(&root, nr) == 0)
			c->cursor = nr + 1;
		return 0;
	case 1:
		c->max = 301 + rand_r(seed) % 380;
		return pidns_set_max(&root, c->max) != 0;
	case 2:
		want = nr >= c->max ? -EINVAL : c->used[nr] ? -EEXIST : nr;
		got = wish_for(nr);
		if (got == nr)
			c->used[nr] = true;
		return got != want;
	case 3:
	case 4:
	case 5:
		if (c->used[nr])
			leave(nr);
		c->used[nr] = false;
		return pid_find(&root, nr) != NULL;
	default:
		want = cycle_next(c);
		got = take();
		if (got > 0)
			c->used[got] = true;
		return got != want;
	}
}

static void it_is_linuxs_algorithm(unsigned seed)
{
	struct cycle c = { .max = 400 };
	unsigned wrong = 0, s = seed, used = 0;

	begin_with(400);
	for (int i = 0; i < rounds(20000); i++)
		wrong += cycle_change(&c, &s);
	for (int nr = 0; nr < 700; nr++)
		used += c.used[nr];
	is(wrong, 0, "PID-01..13 changes at random, as rule 1.5 says, seed %u",
	   seed);
	is(root.allocated, used, "and the count is right");
	end();
}

/* --- wishes --------------------------------------------------------------- */

static void a_wish_is_checked_in_linuxs_order(void)
{
	const int32_t zero[] = { 0, 0 }, one[] = { 1 }, seven[] = { 7, 7 };

	begin_with(1000);
	take();
	is(wish(&root, true, 2, seven), -EINVAL,
	   "TID-02 more numbers than namespaces");
	is(wish_for(0), -EINVAL, "TID-03 0");
	is(wish_for(-1), -EINVAL, "TID-03 -1");
	is(wish_for(1000), -EINVAL, "TID-03 pid_max");
	is(wish_for(999), 999, "TID-03 pid_max - 1");
	is(wish_for(1), -EEXIST, "TID-04 in use");
	is(wish(&root, false, 1, seven), -EPERM, "TID-09 without the right");
	is(wish(&root, false, 1, zero), -EINVAL, "TID-09 EINVAL before EPERM");
	is(wish(&root, false, 1, one), -EPERM, "TID-09 EPERM before EEXIST");
	is(wish(&root, false, 0, NULL), 2, "no wish needs no right");
	is(wish_for(7), 7, "TID-05 a free one is granted");
	is(take(), 3, "TID-06 the cursor stays where it was");
	leave(7);
	is(wish_for(7), 7, "TID-04 it can be had again once it is free");
	end();
}

static void a_wish_may_name_some_levels_only(void)
{
	const int32_t both[] = { 1, 77 }, inner[] = { 50 }, bad[] = { 50, 77 };
	struct pidns ns;

	begin();
	take();
	pidns_init(&ns, &pids, &root, 0);
	is(wish(&ns, true, 1, inner), -EINVAL,
	   "TID-07 the first in a namespace must be 1");
	is(wish(&ns, true, 2, both), 1, "TID-07 as it is here");
	ns.reaper = &someone;
	is(pid_root_nr(pid_find(&ns, 1)), 77, "TID-08 the outer one is second");
	is(wish(&ns, true, 1, inner), 50, "TID-08 the inner one alone");
	is(pid_root_nr(pid_find(&ns, 50)), 2, "TID-08 then the outer is any");
	is(wish(&ns, true, 2, bad), -EEXIST, "50 is taken");
	pid_name_thread(pid_find(&ns, 50), NULL);
	is(wish(&ns, true, 2, bad), -EEXIST, "77 is taken, outside");
	is(wish(&ns, true, 1, inner), 50, "and so 50 has been given back");
	pid_name_thread(pid_find(&ns, 50), NULL);
	pid_name_thread(pid_find(&ns, 1), NULL);
	pidns_destroy(&ns);
	end();
}

/* --- levels --------------------------------------------------------------- */

enum { DEEP = PIDNS_DEEPEST };
static struct pidns nested[DEEP + 1]; /* [0] stays empty: that is root */

static void nest(void)
{
	begin();
	for (int i = 1; i <= DEEP; i++)
		pidns_init(&nested[i], &pids, i > 1 ? &nested[i - 1] : &root,
			   0);
}

static void unnest(void)
{
	for (int i = DEEP; i > 0; i--)
		pidns_destroy(&nested[i]);
	end();
}

static void every_level_gives_a_number(void)
{
	unsigned wrong = 0;
	struct pidns more;
	struct pid *pid;

	nest();
	is(pidns_init(&more, &pids, &nested[DEEP], 0), -ENOSPC,
	   "namespaces are nested 32 deep and no deeper");
	pid = take_in(&nested[DEEP]);
	is(pid->level, DEEP, "a pid made in the deepest");
	for (int i = 1; i <= DEEP; i++)
		wrong += pid_nr(pid, &nested[i]) != 1 ||
			 pid_find(&nested[i], 1) != pid ||
			 nested[i].allocated != 1;
	is(wrong, 0, "PID-15 has a number in each");
	is(pid_nr(pid, &root), 1, "PID-15 and in the root");
	is(pid_root_nr(pid), 1, "which is the first");
	ok(pid_ns(pid) == &nested[DEEP], "its own is the deepest");
	pid = take_in(&nested[3]);
	is(pid_nr(pid, &nested[3]), 2, "one made further up");
	is(pid_nr(pid, &nested[4]), 0, "has none below");
	is(pid_nr(NULL, &root), 0, "nobody has none anywhere");
	pid_name_thread(pid_find(&nested[3], 2), NULL);
	pid_name_thread(pid_find(&root, 1), NULL);
	tick();
	is(freed, 2, "each is freed once");
	is(root.allocated + nested[DEEP].allocated, 0, "on all levels");
	unnest();
}

static void a_namesake_in_another_namespace_is_somebody_else(void)
{
	struct pidns a, b;
	struct pid *in_a, *in_b;

	begin();
	pidns_init(&a, &pids, &root, 0);
	pidns_init(&b, &pids, &root, 0);
	in_a = take_in(&a);
	in_b = take_in(&b);
	ok(pid_find(&a, 1) == in_a && pid_find(&b, 1) == in_b,
	   "two with the number 1");
	is(pid_nr(in_a, &b), 0, "are not seen by each other");
	is(pid_nr(in_b, &root), 2, "but by their parent");
	pid_name_thread(in_a, NULL);
	pid_name_thread(in_b, NULL);
	pidns_destroy(&a);
	pidns_destroy(&b);
	end();
}

static void a_full_ancestor_is_enough_to_fail(void)
{
	struct pidns ns;

	begin_with(301);
	pidns_init(&ns, &pids, &root, 0);
	while (take() > 0)
		;
	ok(!take_in(&ns), "PID-16 a number inside needs one outside");
	is(ns.cursor, 0, "PID-17 the first one that fails");
	leave(300);
	pidns_set_last(&root, 299);
	is(pid_nr(take_in(&ns), &ns), 1, "PID-17 leaves 1 for the next try");
	ns.reaper = &someone;
	ok(!take_in(&ns), "PID-16 full again");
	leave(299);
	pidns_set_last(&root, 298);
	is(pid_nr(take_in(&ns), &ns), 3, "later ones burn their number: 2 is");
	pid_name_thread(pid_find(&ns, 1), NULL);
	pid_name_thread(pid_find(&ns, 3), NULL);
	pidns_destroy(&ns);
	end();
}

static void a_namespace_that_never_had_an_init_is_closed(void)
{
	struct pidns ns;
	struct pid *pid;

	begin();
	take();
	pidns_init(&ns, &pids, &root, 0);
	is(pid_new(&ns, NULL, &pid), 0, "a first number");
	pid_abandon(pid);
	is(pid_new(&ns, NULL, &pid), -ENOMEM,
	   "PNS-29 given up again: there will never be another");
	is(take(), 4, "CLN-18 both tries have cost a number outside");
	pidns_destroy(&ns);
	end();
}

static void a_closed_namespace_gives_nothing(void)
{
	struct pid *pid;

	begin();
	take();
	pidns_close(&root);
	is(pid_new(&root, NULL, &pid), -ENOMEM, "PNS-09 closed");
	is(root.allocated, 1, "nothing is taken");
	is(root.cursor, 3, "but the cursor has moved");
	is(wish_for(99), -ENOMEM, "PNS-09 a wish does not help");
	is(wish_for(1), -EEXIST, "but what is wrong with it is told first");
	end();
}

/* --- lifetime ------------------------------------------------------------- */

enum use { AS_THREAD, AS_PROCESS, AS_GROUP, AS_SESSION, NR_USES };

static void set_use(struct pid *pid, struct pid_use use[2], enum use what,
		    bool on)
{
	switch (what) {
	case AS_THREAD:
		pid_name_thread(pid, on ? &someone : NULL);
		break;
	case AS_PROCESS:
		pid_name_process(pid, on ? &someone : NULL);
		break;
	default:
		if (on)
			pid_attach(pid, &use[what - AS_GROUP], what - AS_GROUP);
		else
			pid_detach(&use[what - AS_GROUP]);
	}
}

/* The uses in `which`, given up in the order that `order` stands for. */
static bool lasts_for_all_uses(unsigned which, unsigned order)
{
	struct pid_use use[2] = { { .pid = NULL }, { .pid = NULL } };
	struct pid *pid;
	int nr, before = freed;
	bool right = true;

	pid_new(&root, NULL, &pid);
	nr = pid_root_nr(pid);
	for (int i = 0; i < NR_USES; i++)
		if (which >> i & 1)
			set_use(pid, use, (enum use)i, true);
	pid_publish(pid);
	for (int i = 0; i < NR_USES; i++, order /= NR_USES) {
		enum use what = (enum use)(order % NR_USES);

		if (!(which >> what & 1))
			continue;
		right &= pid_find(&root, nr) == pid && freed == before;
		set_use(pid, use, what, false);
		which &= ~(1u << what);
		tick();
	}
	return right && !which && !pid_find(&root, nr) && freed == before + 1 &&
	       last_freed == nr;
}

static bool is_permutation(unsigned order)
{
	unsigned seen = 0;

	for (int i = 0; i < NR_USES; i++, order /= NR_USES)
		seen |= 1u << order % NR_USES;
	return seen == (1 << NR_USES) - 1;
}

static void a_number_lasts_as_long_as_anybody_uses_it(void)
{
	unsigned wrong = 0, tried = 0;

	begin();
	for (unsigned order = 0; order < 256; order++) {
		for (unsigned which = 1; which < 16; which++) {
			if (!is_permutation(order))
				continue;
			wrong += !lasts_for_all_uses(which, order);
			tried++;
		}
	}
	is(wrong, 0, "PID-07..10 as thread, process, group, session: %u ways",
	   tried);
	is(root.allocated, 0, "all given back");
	end();
}

static void members_are_listed_latest_first(void)
{
	struct pid_use use[3] = { { .pid = NULL } };
	struct pid *pid;

	begin();
	pid_new(&root, NULL, &pid);
	for (int i = 0; i < 3; i++)
		pid_attach(pid, &use[i], PID_GROUP);
	pid_publish(pid);
	ok(pid->members[PID_GROUP] == &use[2] && use[2].next == &use[1] &&
		   use[1].next == &use[0] && !use[0].next,
	   "KIL order: the latest member is first");
	pid_detach(&use[1]);
	ok(use[2].next == &use[0] && !use[1].pid, "one in the middle leaves");
	pid_detach(&use[2]);
	ok(pid->members[PID_GROUP] == &use[0], "then the first");
	ok(!pid_thread(pid) && !pid_process(pid),
	   "PID-08 a group's name need not be a process's");
	pid_attach(pid, &use[1], PID_SESSION);
	pid_detach(&use[0]);
	ok(pid_find(&root, 1), "PID-09 a session alone keeps it");
	pid_detach(&use[1]);
	ok(!pid_find(&root, 1), "until it is gone");
	end();
}

static void who_has_a_reference_is_not_fooled(void)
{
	uint64_t blocks;
	struct pid *old, *new;

	begin();
	old = pid_get(take_in(&root));
	pid_name_thread(old, NULL);
	tick();
	ok(!pid_find(&root, 1), "PID-S1 a reference does not keep the number");
	is(wish_for(1), 1, "which is somebody else's now");
	new = pid_find(&root, 1);
	ok(new != old &&pid_root_nr(old) == 1, "PFD-23 two of the same number");
	ok(!pid_thread(old) && pid_thread(new), "and one of them is nobody");
	blocks = ground.memory->blocks;
	pid_put(old);
	is((long)ground.memory->blocks, (long)blocks,
	   "put, it stays to the end of the step");
	tick();
	is((long)ground.memory->blocks, (long)blocks - 1, "and no longer");
	pid_put(NULL);
	leave(1);
	end();
}

static void what_is_not_published_is_not_found(void)
{
	struct pid *pid;

	begin();
	pid_new(&root, NULL, &pid);
	ok(!pid_find(&root, 1) && !pid_next(&root, 0), "reserved: not found");
	is(wish_for(1), -EEXIST, "but taken");
	pid_name_thread(pid, &someone);
	pid_publish(pid);
	ok(pid_find(&root, 1) == pid && pid_next(&root, 1) == pid,
	   "published: found");
	ok(!pid_next(&root, 2), "nothing is above it");
	end();
}

/* --- memory --------------------------------------------------------------- */

static void without_memory_nobody_is_named(unsigned nth)
{
	const int32_t far[] = { 1, 2000000 };
	struct pid_wish w = { .numbers = far, .count = 2, .capable = true };
	struct pid *pid;
	struct pidns ns;
	int err;

	begin();
	take();
	pidns_init(&ns, &pids, &root, 0);
	ground.memory->fail_at = ground.memory->allocations + nth;
	err = pid_new(&ns, &w, &pid);
	tick();
	is(err, nth > 8 ? 0 : -ENOMEM, "allocation %u fails", nth);
	if (err) {
		is(root.allocated + ns.allocated, 1, "nobody was counted");
		is(numbers_free_from(&root.numbers, 2000000, 2000001), 2000000,
		   "nothing is taken");
		is(pid_new(&ns, &w, &pid), 0, "the next try works");
	}
	pid_name_thread(pid, &someone);
	pid_publish(pid);
	is(pid_nr(pid, &ns), 1, "and is the first");
	pid_name_thread(pid, NULL);
	leave(1);
	pidns_destroy(&ns);
	pidns_destroy(&root);
	tick();
	is((long)ground.memory->blocks, 0, "nothing is left of all that");
	end();
}

int main(void)
{
	numbers_are_cyclic();
	low_numbers_come_before_a_wrap_only();
	limits_of_the_two_settings();
	pid_max_may_be_lowered_below_the_living();
	for (unsigned seed = 1; seed <= 5; seed++)
		it_is_linuxs_algorithm(seed);
	a_wish_is_checked_in_linuxs_order();
	a_wish_may_name_some_levels_only();
	every_level_gives_a_number();
	a_namesake_in_another_namespace_is_somebody_else();
	a_full_ancestor_is_enough_to_fail();
	a_namespace_that_never_had_an_init_is_closed();
	a_closed_namespace_gives_nothing();
	a_number_lasts_as_long_as_anybody_uses_it();
	members_are_listed_latest_first();
	who_has_a_reference_is_not_fooled();
	what_is_not_published_is_not_found();
	for (unsigned nth = 1; nth <= 9; nth++)
		without_memory_nobody_is_named(nth);
	return done_testing();
}

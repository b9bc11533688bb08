/*
 * <kith/property.h>: tapes repeat themselves, failures shrink and shrinking
 * ends, every way of writing a call is generated, and what is generated never
 * breaks the machine.
 */
#include <kith/property.h>

#include "tests/rig.h"

/* --- tapes ---------------------------------------------------------------- */

static uint64_t sum_of(struct kith_tape *t)
{
	uint64_t sum = 0;

	for (int i = 0; kith_more(t, i < 20); i++)
		sum = sum * 31 + kith_draw(t, 1 + (uint32_t)i * 1000003);
	return sum;
}

static void a_tape_repeats_itself(void)
{
	struct kith_tape t = { 0 }, again = { 0 };
	uint64_t first, second;

	kith_tape_random(&t, 5);
	first = sum_of(&t);
	kith_tape_given(&again, t.choice, t.length);
	is(sum_of(&again) == first, 1, "what was drawn can be drawn again");
	is(again.length, t.length, "and is as long");
	kith_tape_random(&again, 5);
	is(sum_of(&again) == first, 1, "the same seed draws the same");
	kith_tape_random(&again, 6);
	second = sum_of(&again);
	is(second != first, 1, "another one does not");
	kith_tape_free(&t);
	kith_tape_free(&again);
}

static void a_tape_may_be_short_or_wrong(void)
{
	static const uint32_t choice[] = { 1, 99, 1 };
	struct kith_tape t = { 0 };

	kith_tape_given(&t, choice, 3);
	is(kith_more(&t, true), 1, "a round that is there");
	is(kith_draw(&t, 10), 9, "what is too large is as large as may be");
	is(kith_more(&t, false), 0, "no round that should not be");
	is(kith_draw(&t, 10), 0, "behind its end all is 0");
	is(kith_more(&t, true), 0, "and there are no more rounds");
	is(kith_draw(&t, 0), 0, "nothing to choose from: 0");
	kith_tape_free(&t);
}

static void draws_are_fair(void)
{
	unsigned count[7] = { 0 }, worst = 0;
	struct kith_tape t = { 0 };

	kith_tape_random(&t, 1);
	for (int i = 0; i < 70000; i++)
		count[kith_draw(&t, 7)]++;
	for (int i = 0; i < 7; i++) {
		unsigned off = (unsigned)abs((int)count[i] - 10000);

		worst = off > worst ? off : worst;
	}
	ok(worst < 500, "seven are drawn about equally often (off by %u)",
	   worst);
	kith_tape_free(&t);
}

/* --- shrinking ------------------------------------------------------------ */

/* Holds unless three numbers above 500 are among the first ones drawn. */
static bool few_are_large(void *runs, struct kith_tape *t)
{
	int large = 0;

	++*(unsigned *)runs;
	for (int i = 0; kith_more(t, i < 50); i++)
		large += kith_draw(t, 1000) > 500;
	return large < 3;
}

static void what_does_not_matter_goes(void)
{
	unsigned runs = 0;
	struct kith_property p = { .holds = few_are_large, .ctx = &runs };
	struct kith_tape found = { 0 };

	is(kith_try(&p, 1, 100, &found), 0, "a failure is found");
	is(found.length, 7, "of fifty rounds three are left, and an end");
	is(found.choice[1], 501, "the first is as small as it can be");
	is(found.choice[3], 501, "the second is");
	is(found.choice[5], 501, "the third is");
	is(kith_replay(&p, &found), 0, "and it fails still");
	ok(runs < 500, "that took %u runs", runs);
	p.patience = 10;
	runs = 0;
	kith_try(&p, 1, 100, &found);
	ok(runs <= 11, "who has less patience gets an answer earlier");
	kith_tape_free(&found);
}

static bool never(void *runs, struct kith_tape *t)
{
	++*(unsigned *)runs;
	sum_of(t);
	return false;
}

static bool always(void *runs, struct kith_tape *t)
{
	++*(unsigned *)runs;
	sum_of(t);
	return true;
}

/* Whether it fails depends on what nobody told the tape. */
static bool moody(void *runs, struct kith_tape *t)
{
	sum_of(t);
	return ++*(unsigned *)runs % 3 == 0;
}

static void it_ends(void)
{
	unsigned runs = 0;
	struct kith_property p = { .holds = never, .ctx = &runs };
	struct kith_tape found = { 0 };

	kith_try(&p, 1, 100, &found);
	is(found.length, 1, "what fails always fails with nothing");
	p.holds = always;
	runs = 0;
	is(kith_try(&p, 1, 100, &found), 1, "what holds holds");
	is(runs, 100, "in so many programs");
	p.holds = moody;
	runs = 0;
	kith_try(&p, 1, 100, &found);
	ok(runs <= 20100, "what holds now and then ends, too");
	kith_tape_free(&found);
}

/* --- the generator -------------------------------------------------------- */

static unsigned calls_made[KITH_NR_CALLS], forms_made[100];
static unsigned steps_made, slept, broken, most_alive;

static void note_form(const struct kith_call *call)
{
	unsigned n;
	const struct kith_form *forms = kith_forms(&n);

	for (unsigned i = 0; i < n; i++)
		if (forms[i].nr == (int)call->nr &&
		    (!forms[i].is_keyed ||
		     forms[i].key == call->arg[forms[i].slot])) {
			forms_made[i]++;
			return;
		}
}

static void one_step(struct kith_generator *g, struct kith_tape *t)
{
	struct kith_call call;
	struct kith_result result;
	pid_t tid;

	if (!kith_generate(g, t, &tid, &call))
		return;
	steps_made++;
	calls_made[call.nr]++;
	note_form(&call);
	slept += kith_make(g->machine, tid, &call, &result) == -KITH_EBUSY;
	most_alive = g->nr_seen > most_alive ? g->nr_seen : most_alive;
}

static void all_is_generated(void)
{
	struct kith_tape t = { 0 };
	unsigned nr_forms, made = 0;

	for (int i = 0; i < rounds(400); i++) {
		struct kith_generator g = { .machine = kith_new(NULL) };

		kith_tape_random(&t, (uint64_t)i);
		for (int j = 0; kith_more(&t, j < 100); j++)
			one_step(&g, &t);
		broken += !sound(g.machine);
		kith_free(g.machine);
	}
	is_str(rig_complaint, "", "machines stay whole");
	is(broken, 0, "all of them");
	for (int nr = 0; nr < KITH_NR_CALLS; nr++)
		ok(calls_made[nr] > 0, "%s is generated (%u times)",
		   kith_call_name((unsigned)nr), calls_made[nr]);
	kith_forms(&nr_forms);
	for (unsigned i = 0; i < nr_forms; i++)
		made += forms_made[i] > 0;
	is(made, nr_forms, "so is each way of writing it");
	ok(slept * 50 > steps_made, "some fall asleep (%u of %u)", slept,
	   steps_made);
	ok(most_alive > 8 && most_alive <= 12, "up to %u are alive",
	   most_alive);
	kith_tape_free(&t);
}

static void families_are_chosen_by_weight(void)
{
	struct kith_generator g = { .machine = kith_new(NULL) };
	struct kith_tape t = { 0 };
	struct kith_call call;
	unsigned time = 0, life = 0;
	pid_t tid;

	g.weight[KITH_FAMILY_time] = 3;
	g.weight[KITH_FAMILY_life] = 1;
	kith_tape_random(&t, 1);
	for (int i = 0; i < 4000; i++)
		if (kith_generate(&g, &t, &tid, &call)) {
			int family = kith_row((int)call.nr)->family;

			time += family == KITH_FAMILY_time;
			life += family == KITH_FAMILY_life;
		}
	is(time + life, 4000, "no other family than those that were asked for");
	ok(time > 2 * life, "three of one for one of the other: %u, %u", time,
	   life);
	g.yours = 1;
	is(kith_generate(&g, &t, &tid, &call), 0,
	   "nobody speaks for a process that is yours");
	kith_free(g.machine);
	kith_tape_free(&t);
}

/* --- a property of somebody's --------------------------------------------- */

struct loop {
	void (*reap)(struct kith_machine *m);
	int calls;
};

static pid_t wait_now(struct kith_machine *m)
{
	struct kith_call wait = { .nr = KITH_WAIT4,
				  .arg = { ANY, 0, KITH_WNOHANG } };
	struct kith_result r = { .value = 0 };

	kith_make(m, 1, &wait, &r);
	return (pid_t)r.value;
}

static void reap_one(struct kith_machine *m)
{
	wait_now(m);
}

static void reap_all(struct kith_machine *m)
{
	while (wait_now(m) > 0)
		;
}

static bool no_zombie_is_left(void *ctx, struct kith_tape *t)
{
	struct loop *loop = ctx;
	struct kith_generator g = { .machine = kith_new(NULL), .yours = 1 };
	struct kith_call fork = { .nr = KITH_FORK };
	struct kith_result r;
	pid_t child[64];
	bool good = true;

	loop->calls = 0;
	for (int i = 0; kith_more(t, i < 40); i++, loop->calls++)
		if (kith_seldom(t, 4) || !kith_take_turn(&g, t))
			kith_make(g.machine, 1, &fork, &r);
	loop->reap(g.machine);
	for (long n = kith_children(g.machine, 1, child, 64); n-- > 0;)
		good = good && !look(g.machine, child[n]).process_dead;
	kith_free(g.machine);
	return good;
}

static void a_reaping_loop_is_tested(void)
{
	struct loop loop = { .reap = reap_one };
	struct kith_property p = { .holds = no_zombie_is_left, .ctx = &loop };
	struct kith_tape found = { 0 };

	is(kith_try(&p, 1, 200, &found), 0, "a loop that waits once is caught");
	kith_replay(&p, &found);
	ok(loop.calls <= 4, "with two who are born and die (%d calls)",
	   loop.calls);
	loop.reap = reap_all;
	is(kith_try(&p, 1, (unsigned)rounds(200), &found), 1,
	   "one that waits for all is not");
	kith_tape_free(&found);
}

int main(void)
{
	a_tape_repeats_itself();
	a_tape_may_be_short_or_wrong();
	draws_are_fair();
	what_does_not_matter_goes();
	it_ends();
	all_is_generated();
	families_are_chosen_by_weight();
	a_reaping_loop_is_tested();
	return done_testing();
}

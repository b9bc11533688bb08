/*
 * What a supervisor decides: the table of pid1/supervise.c, cell by cell, and
 * the pauses.
 */
#include "pid1/supervise.h"

#include "tests/tap.h"

static const struct super_rules usual = {
	.restart = RESTART_ALWAYS,
	.pause_ns = 100,
	.pause_max_ns = 1000,
	.well_ns = 5000,
};

static void the_first_new_start_is_at_once_and_then_there_are_pauses(void)
{
	static const uint64_t pauses[] = { 0, 100, 200, 400, 800, 1000, 1000 };
	struct super s;

	super_init(&s, &usual);
	for (unsigned i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		unsigned what = super_died(&s, 1, 10);

		is(super_pause(&s), pauses[i], "pause %u", i);
		is(what, pauses[i] ? SUPER_PAUSE : SUPER_START,
		   "which is a start or a pause");
		is(s.state, pauses[i] ? SUPER_WAITING : SUPER_RUNNING,
		   "and the state is that");
		if (pauses[i])
			is(super_step(&s, SUPER_TIME_UP), SUPER_START,
			   "and then it starts");
	}
	is(super_died(&s, 1, 5000), SUPER_START,
	   "who lived for a while is started at once");
	is(super_died(&s, 1, 10), SUPER_PAUSE, "and then it begins again");
}

static void a_rule_says_who_is_started_again(void)
{
	static const struct {
		enum restart restart;
		int code;
		unsigned what;
	} cases[] = {
		{ RESTART_NEVER, 0, SUPER_LAST },
		{ RESTART_NEVER, 1, SUPER_LAST },
		{ RESTART_ON_FAILURE, 0, SUPER_LAST },
		{ RESTART_ON_FAILURE, 1, SUPER_START },
		{ RESTART_ON_FAILURE, 137, SUPER_START },
		{ RESTART_ALWAYS, 0, SUPER_START },
		{ RESTART_ALWAYS, 1, SUPER_START },
	};
	struct super_rules rules = usual;
	struct super s;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rules.restart = cases[i].restart;
		super_init(&s, &rules);
		is(super_died(&s, cases[i].code, 10), cases[i].what,
		   "rule %d, code %d", cases[i].restart, cases[i].code);
	}
}

static void there_may_be_too_many(void)
{
	struct super_rules rules = usual;
	struct super s;

	rules.most = 3;
	super_init(&s, &rules);
	is(super_died(&s, 1, 1), SUPER_START, "one");
	for (int i = 2; i <= 3; i++) {
		is(super_died(&s, 1, 1), SUPER_PAUSE, "and %d", i);
		super_step(&s, SUPER_TIME_UP);
	}
	is(super_died(&s, 1, 1), SUPER_LAST, "and that was the last");
	is(s.state, SUPER_OVER, "it is over");
	is(s.starts, 3, "all of them are counted");

	super_init(&s, &rules);
	for (int i = 0; i < 20; i++)
		is(super_died(&s, 1, 6000), SUPER_START,
		   "who does well in between may die any number of times");
}

static void what_cannot_be_started_is_tried_again(void)
{
	struct super_rules rules = usual;
	struct super s;

	super_init(&s, &rules);
	super_died(&s, 1, 1);
	is(super_failed(&s), SUPER_PAUSE, "after a pause");
	is(super_step(&s, SUPER_TIME_UP), SUPER_START, "it is");
	rules.most = 2;
	super_init(&s, &rules);
	super_died(&s, 1, 1);
	super_failed(&s);
	super_step(&s, SUPER_TIME_UP);
	is(super_failed(&s), SUPER_LAST, "but not more often than others");
	rules.restart = RESTART_NEVER;
	super_init(&s, &rules);
	super_step(&s, SUPER_RESTART);
	super_died(&s, 0, 1);
	is(super_failed(&s), SUPER_LAST, "and not if nothing is");
}

static void what_is_asked_for_is_no_failure(void)
{
	struct super s;

	super_init(&s, &usual);
	for (int i = 0; i < 5; i++) {
		is(super_step(&s, SUPER_RESTART), SUPER_REQUEST, "asked");
		is(super_died(&s, 143, 1), SUPER_CANCEL | SUPER_START,
		   "died, and started at once");
	}
	is(s.in_a_row, 0, "nothing is held against it");
	super_step(&s, SUPER_RESTART);
	is(super_step(&s, SUPER_TIME_UP), SUPER_KILL, "the time is up: KILL");
	is(super_died(&s, 137, 1), SUPER_START, "and a new start");
	super_step(&s, SUPER_RESTART);
	is(super_step(&s, SUPER_RESTART), SUPER_CANCEL | SUPER_KILL,
	   "whoever asks twice does not want to wait");
	super_died(&s, 137, 1);
	super_died(&s, 1, 1);
	super_died(&s, 1, 1);
	is(s.state, SUPER_WAITING, "in a pause");
	is(super_step(&s, SUPER_RESTART), SUPER_CANCEL | SUPER_START,
	   "whoever asks ends it");
}

static void a_stop_is_the_end_in_every_state(void)
{
	struct super s;

	for (int state = 0; state < NR_SUPER_STATES; state++) {
		unsigned what;

		super_init(&s, &usual);
		s.state = (enum super_state)state;
		what = super_step(&s, SUPER_STOP);
		ok(!(what & (SUPER_START | SUPER_PAUSE | SUPER_REQUEST)),
		   "in state %d nothing is begun", state);
		if (s.state == SUPER_ENDING)
			what = super_died(&s, 1, 1);
		is(s.state, SUPER_OVER, "and it ends");
		if (state != SUPER_OVER)
			ok(what & SUPER_LAST, "and that is told");
	}
}

/* Every cell: what it says fits to whether there is a main child. */
static bool has_main(enum super_state state)
{
	return state == SUPER_RUNNING || state == SUPER_ASKED ||
	       state == SUPER_KILLED || state == SUPER_ENDING;
}

static bool fits(enum super_state from, enum super_happening what,
		 unsigned action, enum super_state to)
{
	bool dead = what <= SUPER_NOT_EVER;

	if (action & SUPER_START)
		return has_main(to) && (dead || !has_main(from));
	if (action & SUPER_PAUSE)
		return to == SUPER_WAITING;
	if (action & SUPER_LAST)
		return to == SUPER_OVER && (dead || !has_main(from));
	if (action & (SUPER_KILL | SUPER_REQUEST))
		return has_main(from) && has_main(to);
	return dead || has_main(from) == has_main(to);
}

static void no_cell_contradicts_another(void)
{
	int wrong = 0;

	for (int from = 0; from < NR_SUPER_STATES; from++)
		for (int what = 0; what < NR_SUPER_HAPPENINGS; what++)
			for (unsigned row = 0; row < 6; row++) {
				struct super s;
				unsigned action;

				super_init(&s, &usual);
				s.state = (enum super_state)from;
				s.in_a_row = row;
				action = super_step(&s,
						    (enum super_happening)what);
				wrong += !fits((enum super_state)from,
					       (enum super_happening)what,
					       action, s.state);
			}
	is(wrong, 0,
	   "there is a main child when a state says so, and only then");
}

int main(void)
{
	the_first_new_start_is_at_once_and_then_there_are_pauses();
	a_rule_says_who_is_started_again();
	there_may_be_too_many();
	what_cannot_be_started_is_tried_again();
	what_is_asked_for_is_no_failure();
	a_stop_is_the_end_in_every_state();
	no_cell_contradicts_another();
	return done_testing();
}

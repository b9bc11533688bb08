/*
 * What kith-init decides, without Linux: its table cell by cell, its ear signal
 * by signal, and its loop over worlds that are lists.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "pid1/facts.h"
#include "pid1/policy.h"
#include "pid1/tally.h"
#include "tests/tap.h"

/* --- the table ----------------------------------------------------------- */

static const char *const states[] = { "serving", "leaving", "over" };
static const char *const happenings[] = {
	"signalled",   "stop asked",   "own echo",
	"child news",  "main stopped", "main died",
	"orphan died", "nobody dead",  "nobody left",
};

/* Said twice on purpose: once by the program, once here. */
static const char *const answers[NR_STATES][NR_HAPPENINGS] = {
	{ "pass on, serving", "pass on, serving", "serving", "reap, serving",
	  "pause, serving", "keep code, reap, leaving", "reap, serving",
	  "rest, serving", "quit, over" },
	{ "leaving", "leaving", "leaving", "reap, leaving", "leaving",
	  "leaving", "reap, leaving", "quit, over", "quit, over" },
	{ "quit, over", "quit, over", "quit, over", "quit, over", "quit, over",
	  "quit, over", "quit, over", "quit, over", "quit, over" },
};

static const char *in_words(unsigned int actions, enum state next)
{
	static const char *const words[] = { "pass on", "pause", "keep code",
					     "reap",    "rest",  "quit" };
	static char text[100];
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (actions & 1U << i)
			strcat(strcat(text, words[i]), ", ");
	return strcat(text, states[next]);
}

static void every_happening_has_its_answer_in_every_state(void)
{
	struct policy p;
	unsigned int s, h, actions;

	for (s = 0; s < NR_STATES; s++)
		for (h = 0; h < NR_HAPPENINGS; h++) {
			policy_init(&p, APART);
			p.state = (enum state)s;
			actions = policy_step(&p, (enum happening)h);
			is_str(in_words(actions, p.state), answers[s][h],
			       "%s, %s: %s", states[s], happenings[h],
			       answers[s][h]);
		}
}

static void nothing_is_passed_on_to_a_number_that_is_free(void)
{
	unsigned int s, h, wrong = 0;
	struct policy p;

	for (s = LEAVING; s < NR_STATES; s++)
		for (h = 0; h < NR_HAPPENINGS; h++) {
			p.state = (enum state)s;
			wrong += !!(policy_step(&p, (enum happening)h) &
				    (PASS_ON | PAUSE));
		}
	is(wrong, 0, "nothing is passed on once the main child is gone");
}

/* --- codes --------------------------------------------------------------- */

static int code_of(int status)
{
	struct policy p;

	policy_init(&p, APART);
	policy_died(&p, status);
	return p.code;
}

static void the_code_says_how_main_ended(void)
{
	int status, wrong = 0;

	for (status = 0; status <= 0xffff; status++) {
		if (WIFEXITED(status))
			wrong += code_of(status) != WEXITSTATUS(status);
		else if (WIFSIGNALED(status))
			wrong += code_of(status) != 128 + WTERMSIG(status);
	}
	is(wrong, 0, "codes are kept, and death by signal n is 128 + n");
	is(code_of(0x7f00), 127, "127 is a code like any other");
	is(code_of(SIGSEGV | 0x80), 139, "a core changes nothing");

	is(policy_exec_code(ENOENT), 127, "no such program is 127");
	is(policy_exec_code(ENOTDIR), 127, "nor such a folder is 127");
	is(policy_exec_code(EACCES), 126, "not executable is 126");
	is(policy_exec_code(ENOEXEC), 126, "of no known format is 126");
	is(policy_exec_code(E2BIG), 126, "too long a command line is 126");
}

static void a_second_death_of_main_changes_nothing(void)
{
	struct policy p;

	policy_init(&p, APART);
	is(p.code, CODE_FAILED, "before main died the code is our failure");
	policy_died(&p, 3 << 8);
	policy_died(&p, 4 << 8);
	is(p.code, 3, "the code is from the first time that main died");
}

/* --- the ear ------------------------------------------------------------- */

static bool among(int sig, const int *list)
{
	while (*list && *list != sig)
		list++;
	return *list != 0;
}

static const int faults[] = { SIGILL,  SIGTRAP, SIGBUS, SIGFPE,
			      SIGSEGV, SIGSYS,  0 };
static const int typed[] = { SIGHUP,  SIGINT,  SIGQUIT,  SIGCONT, SIGTSTP,
			     SIGTTIN, SIGTTOU, SIGWINCH, 0 };
static const int stops[] = { SIGTERM, SIGINT, 0 };

/* What each signal should mean, in other words than the program's. */
static enum happening meaning(enum place place, int sig, enum sender sender)
{
	if (sig == SIGCHLD)
		return CHILD_NEWS;
	if (sender == BY_INIT)
		return OWN_ECHO;
	if (sender == BY_KERNEL && among(sig, faults))
		return OWN_ECHO;
	if (sender == BY_KERNEL && place == TOGETHER && among(sig, typed))
		return OWN_ECHO;
	return among(sig, stops) ? STOP_ASKED : SIGNALLED;
}

static void every_signal_has_its_meaning(void)
{
	static const enum sender senders[] = { BY_OTHERS, BY_KERNEL, BY_INIT };
	static const enum place places[] = { APART, TOGETHER };
	int i, j, sig, wrong = 0, passed = 0;
	enum happening h;
	struct policy p;

	for (i = 0; i < 2; i++)
		for (j = 0; j < 3; j++)
			for (sig = 1; sig <= 64; sig++) {
				h = policy_hear(places[i], sig, senders[j]);
				if (h == meaning(places[i], sig, senders[j]))
					continue;
				diag("signal %d, place %d, sender %d: %s", sig,
				     i, j, happenings[h]);
				wrong++;
			}
	is(wrong, 0, "64 signals by 3 senders in 2 places mean what they do");

	for (sig = 1; sig <= 64; sig++) {
		policy_init(&p, APART);
		h = policy_hear(APART, sig, BY_OTHERS);
		passed += policy_step(&p, h) == PASS_ON;
	}
	is(passed, 63, "of what people send, all but SIGCHLD is passed on");
}

static void only_a_job_stops_with_its_main(void)
{
	struct policy p;
	int sig, pauses = 0;

	for (sig = 1; sig <= 64; sig++) {
		policy_init(&p, APART);
		pauses += policy_stopped(&p, sig) != 0;
	}
	is(pauses, 0, "apart, init never stops with main");
	for (sig = 1; sig <= 64; sig++) {
		policy_init(&p, TOGETHER);
		pauses += policy_stopped(&p, sig) == PAUSE;
	}
	is(pauses, 3, "as part of a job it does for TSTP, TTIN and TTOU");
	policy_init(&p, TOGETHER);
	is(policy_stopped(&p, SIGSTOP), 0,
	   "but not for SIGSTOP, which was meant for main alone");
}

static void the_place_is_apart_unless_the_terminal_is_anothers(void)
{
	is(policy_place((struct surroundings){ false, false }), APART,
	   "without a terminal main gets a session");
	is(policy_place((struct surroundings){ false, true }), APART,
	   "also if init leads one");
	is(policy_place((struct surroundings){ true, true }), APART,
	   "if init leads the terminal's session, it hands it on");
	is(policy_place((struct surroundings){ true, false }), TOGETHER,
	   "in another's session main stays, and keeps the terminal");
}

/* --- the loop, over a list ----------------------------------------------- */

enum { MAIN = 2 };

/* What happens, in order: a signal (pid 0), or the death of a child. */
struct item {
	int sig;
	enum sender sender;
	pid_t pid;
	int status;
};
/* clang-format off */
#define SIG(n)       { (n), BY_OTHERS, 0, 0 }
#define TYPE(n)      { (n), BY_KERNEL, 0, 0 }
#define EXIT(p, n)   { 0, BY_OTHERS, (p), (n) << 8 }
#define KILLED(p, n) { 0, BY_OTHERS, (p), (n) }
#define STOPPED(p, n) { 0, BY_OTHERS, (p), (n) << 8 | 0x7f }
#define END          { 0, BY_OTHERS, 0, 0 }
/* clang-format on */

struct list {
	const struct item *next;
	int alive;      /* children that never die */
	bool told;      /* SIGCHLD was taken for the death that is next */
	bool reachable; /* may main be sent signals? */
	int last;
	char sent[200]; /* what reached it, and our own stops, in words */
};

static int list_hear(void *world, bool sleep, enum sender *sender)
{
	struct list *l = world;

	*sender = BY_KERNEL;
	if (l->next->sig) {
		*sender = l->next->sender;
		return l->last = l->next++->sig;
	}
	if (l->next->pid && !l->told) {
		l->told = true;
		return l->last = SIGCHLD;
	}
	if (sleep) {
		diag("asleep for ever");
		return l->last = SIGKILL;
	}
	return 0;
}

static bool list_reap(void *world, struct death *death, bool *any_left)
{
	struct list *l = world;

	*any_left = l->alive || l->next->sig || l->next->pid;
	if (!l->next->pid)
		return false;
	*death = (struct death){ .pid = l->next->pid,
				 .status = l->next->status };
	l->next++;
	l->told = false;
	return true;
}

static bool list_pass_on(void *world, pid_t to)
{
	struct list *l = world;

	sprintf(l->sent + strlen(l->sent), "%d:%d ", (int)to, l->last);
	return l->reachable;
}

static void list_pause(void *world, int sig)
{
	struct list *l = world;

	sprintf(l->sent + strlen(l->sent), "stop:%d ", sig);
}

static const struct facts list_facts = { list_hear, list_reap, list_pass_on,
					 list_pause };

static int play(enum place place, const struct item *items, struct list *l,
		struct tally *t)
{
	struct policy p;

	*l = (struct list){ .next = items, .reachable = true };
	memset(t, 0, sizeof(*t));
	policy_init(&p, place);
	return serve(&p, MAIN, &list_facts, l, t);
}

static void it_ends_with_main_and_not_with_an_orphan(void)
{
	static const struct item items[] = { EXIT(5, 9), KILLED(6, 11),
					     EXIT(MAIN, 7), EXIT(8, 1), END };
	struct list l;
	struct tally t;

	is(play(APART, items, &l, &t), 7,
	   "the code is main's, not an orphan's");
	is(t.orphans, 3, "who was dead when main died was reaped as well");
	is(t.killed, 1, "one of them was killed");
	is(t.main.pid, MAIN, "main is not counted as an orphan");
	is(t.main.status, 7 << 8, "and is remembered with its status");
}

static void signals_reach_main_in_order(void)
{
	static const struct item items[] = { SIG(15),  SIG(10),       SIG(64),
					     SIG(17),  EXIT(5, 0),    SIG(2),
					     TYPE(28), EXIT(MAIN, 0), SIG(15),
					     END };
	struct list l;
	struct tally t;

	is(play(APART, items, &l, &t), 0, "signals and deaths mixed: code 0");
	is_str(l.sent, "2:15 2:10 2:64 2:2 2:28 ",
	       "all but SIGCHLD are passed on, in order, until main is dead");
	is(t.passed_on, 5, "and were counted");
}

static void a_main_out_of_reach_is_nobodys_end(void)
{
	static const struct item items[] = { SIG(15), SIG(1), EXIT(MAIN, 4),
					     END };
	struct policy p;
	struct list l = { .next = items };
	struct tally t = { .refused = 0 };

	policy_init(&p, APART);
	is(serve(&p, MAIN, &list_facts, &l, &t), 4,
	   "a signal that cannot be passed on ends nothing");
	is(t.refused, 2, "it is counted");
}

static void as_part_of_a_job_init_stops_with_it(void)
{
	static const struct item items[] = { TYPE(SIGTSTP),
					     STOPPED(9, SIGTSTP),
					     STOPPED(MAIN, SIGTSTP),
					     TYPE(SIGINT),
					     SIG(SIGCONT),
					     SIG(SIGTSTP),
					     STOPPED(MAIN, SIGSTOP),
					     KILLED(MAIN, SIGINT),
					     END };
	struct list l;
	struct tally t;

	is(play(TOGETHER, items, &l, &t), 130, "Ctrl-C ends the job with 130");
	is_str(l.sent, "stop:20 2:18 2:20 ",
	       "what was typed is not sent twice, what was sent is passed on");
	is(t.orphans, 0, "who stops is not dead");
}

static void a_stolen_main_is_no_reason_to_hang(void)
{
	static const struct item items[] = { SIG(SIGCHLD), END };
	struct list l;
	struct tally t;

	is(play(APART, items, &l, &t), CODE_FAILED,
	   "without any child, and main unheard of, it ends with 125");
}

static void a_number_that_comes_back_is_not_main(void)
{
	static const struct item items[] = { EXIT(MAIN, 1), EXIT(MAIN, 2),
					     END };
	struct list l;
	struct tally t;

	is(play(APART, items, &l, &t), 1, "main's number, used again: code 1");
	is(t.orphans, 1, "the second one was an orphan");
}

/* --- the loop, in a storm ------------------------------------------------ */

struct storm {
	unsigned int reaped, main_at, signal_at, passed_at;
	bool told, sent;
};

static int storm_hear(void *world, bool sleep, enum sender *sender)
{
	struct storm *s = world;

	*sender = BY_OTHERS;
	if (sleep || !s->told) {
		s->told = true;
		return SIGCHLD;
	}
	if (s->reaped < s->signal_at || s->sent)
		return 0;
	s->sent = true;
	return SIGTERM;
}

static bool storm_reap(void *world, struct death *death, bool *any_left)
{
	struct storm *s = world;

	*any_left = true;
	s->reaped++;
	*death = (struct death){ .pid = s->reaped == s->main_at ? MAIN : 99 };
	return true;
}

static bool storm_pass_on(void *world, pid_t to)
{
	struct storm *s = world;

	(void)to;
	s->passed_at = s->reaped;
	return true;
}

static void a_storm_of_orphans_delays_nobody(void)
{
	static const struct facts facts = { storm_hear, storm_reap,
					    storm_pass_on, list_pause };
	struct storm s = { .signal_at = 1001, .main_at = 5000 };
	struct tally t = { .orphans = 0 };
	struct policy p;

	policy_init(&p, APART);
	is(serve(&p, MAIN, &facts, &s, &t), 0,
	   "main's end is the end, even if orphans never stop dying");
	ok(s.passed_at >= 1001 && s.passed_at < 1001 + 64,
	   "a signal waits for a few of the dead (%u), not for all",
	   s.passed_at - 1001);
	is(t.orphans, s.reaped - 1, "everybody was counted, and main was not");
	is(t.last[(t.orphans - 1) % REMEMBERED].pid, 99,
	   "the last of them is remembered");
}

int main(void)
{
	every_happening_has_its_answer_in_every_state();
	nothing_is_passed_on_to_a_number_that_is_free();
	the_code_says_how_main_ended();
	a_second_death_of_main_changes_nothing();
	every_signal_has_its_meaning();
	only_a_job_stops_with_its_main();
	the_place_is_apart_unless_the_terminal_is_anothers();
	it_ends_with_main_and_not_with_an_orphan();
	signals_reach_main_in_order();
	a_main_out_of_reach_is_nobodys_end();
	as_part_of_a_job_init_stops_with_it();
	a_stolen_main_is_no_reason_to_hang();
	a_number_that_comes_back_is_not_main();
	a_storm_of_orphans_delays_nobody();
	return done_testing();
}

/*
 * What kith-init decides, without Linux: its table cell by cell, its ear signal
 * by signal, and its loop over worlds that are lists.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "pid1/facts.h"
#include "pid1/policy.h"
#include "pid1/tally.h"
#include "tests/tap.h"

/* --- the table ----------------------------------------------------------- */

static const char *const states[] = { "serving",  "stopping", "leaving",
				      "draining", "killing",  "idle",
				      "over" };
static const char *const happenings[] = {
	"signalled",   "stop asked",  "stop again",   "stop now",
	"own echo",    "child news",  "main stopped", "main died",
	"orphan died", "nobody dead", "left alone",   "nobody left",
	"time up",     "given up",
};

/*
 * Said twice on purpose: once by the program, once here.  A row is a state, in
 * the order of the list above; "." is to do nothing and stay.
 */
static const char *const answers[NR_STATES][NR_HAPPENINGS] = {
	{ "pass on", "pass on, deadline > stopping",
	  "pass on, deadline > stopping", "pass on, deadline > stopping", ".",
	  "reap", "pause", "keep code, reap > leaving", "reap", "rest", "rest",
	  "quit > over", ".", "." },
	{ "pass on", "pass on", "pass on, shorten",
	  "kill main, kill rest, reap > killing", ".", "reap", "pause",
	  "keep code, reap > leaving", "reap", "rest", "rest", "quit > over",
	  "kill main, kill rest, reap > killing",
	  "kill main, kill rest, reap > killing" },
	{ ".", "deadline", ".", "kill rest, reap > killing", ".", "reap", ".",
	  ".", "reap", "end rest, reap > draining", "quit > over",
	  "quit > over", "kill rest, reap > killing",
	  "kill rest, reap > killing" },
	{ ".", "deadline", "shorten", "kill rest, reap > killing", ".", "reap",
	  ".", ".", "reap", "rest", "quit > over", "quit > over",
	  "kill rest, reap > killing", "kill rest, reap > killing" },
	{ ".", ".", ".", ".", ".", "reap", ".", "keep code, reap", "reap",
	  "rest", "quit > over", "quit > over", "kill rest, reap",
	  "quit > over" },
	{ ".", "deadline, reap > leaving", "deadline, reap > leaving",
	  "deadline, reap > leaving", ".", "reap", ".", ".", "reap", "rest",
	  "rest", "rest", ".", "." },
	{ "quit", "quit", "quit", "quit", "quit", "quit", "quit", "quit",
	  "quit", "quit", "quit", "quit", "quit", "quit" },
};

static const char *in_words(unsigned int actions, enum state from,
			    enum state to)
{
	static const char *const words[NR_ACTIONS] = {
		"pass on",  "pause",   "keep code", "deadline",
		"end rest", "shorten", "kill main", "kill rest",
		"reap",     "rest",    "quit"
	};
	static char text[100];
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < NR_ACTIONS; i++)
		if (actions & 1U << i) {
			strcat(text, text[0] ? ", " : "");
			strcat(text, words[i]);
		}
	if (to != from)
		strcat(strcat(text, " > "), states[to]);
	return text[0] ? text : ".";
}

/* As most ask for: others leave, and there is a deadline. */
static struct wishes usual(enum place place)
{
	return (struct wishes){ .place = place,
				.drains = true,
				.deadline = true,
				.stops = 1 << (SIGTERM - 1) |
					 1 << (SIGINT - 1) };
}

static struct policy begin(enum place place)
{
	struct wishes w = usual(place);
	struct policy p;

	policy_init(&p, &w);
	return p;
}

/*
 * How to ask for this happening exactly: what becomes of a request, of the
 * living and of time depends on what was before.
 */
static unsigned int ask(struct policy *p, enum happening h)
{
	p->main_gone = p->state >= LEAVING;
	p->asked = h == STOP_AGAIN ? 1 : h == STOP_NOW ? 2 : 0;
	p->killed = h == GIVEN_UP ? 200 : 0;
	p->wishes.drains = h != LEFT_ALONE;
	if (h == LEFT_ALONE && !p->main_gone)
		return policy_step(p, h);
	return policy_step(p, h == STOP_AGAIN || h == STOP_NOW ? STOP_ASKED
			      : h == LEFT_ALONE                ? NOBODY_DEAD
			      : h == GIVEN_UP                  ? TIME_UP
							       : h);
}

static void every_happening_has_its_answer_in_every_state(void)
{
	unsigned int s, h, actions;
	struct policy p;

	for (s = 0; s < NR_STATES; s++)
		for (h = 0; h < NR_HAPPENINGS; h++) {
			p = begin(APART);
			p.state = (enum state)s;
			actions = ask(&p, (enum happening)h);
			is_str(in_words(actions, (enum state)s, p.state),
			       answers[s][h], "%s, %s: %s", states[s],
			       happenings[h], answers[s][h]);
		}
}

static void nothing_is_passed_on_to_a_number_that_is_free(void)
{
	unsigned int s, h, wrong = 0;
	struct policy p;

	for (s = LEAVING; s < NR_STATES; s++)
		for (h = 0; h < NR_HAPPENINGS; h++) {
			p = begin(APART);
			p.state = (enum state)s;
			wrong += !!(ask(&p, (enum happening)h) &
				    (PASS_ON | PAUSE | KILL_MAIN));
		}
	is(wrong, 0, "nothing is passed on once the main child is gone");
}

/*
 * Whatever happens, and in whatever order, what ends by itself ends: with time
 * going by and KILL being sent, OVER is reached.
 */
static void time_alone_leads_to_the_end(void)
{
	unsigned int s, i, stuck = 0;
	struct policy p;

	for (s = STOPPING; s < NR_STATES; s++) {
		if (s == IDLE)
			continue;
		p = begin(APART);
		p.state = (enum state)s;
		for (i = 0; i < 100 && p.state != OVER; i++)
			policy_step(&p, TIME_UP);
		stuck += p.state != OVER;
	}
	is(stuck, 0,
	   "time alone leads from every state that has one to the end");
}

static void requests_are_counted(void)
{
	struct policy p = begin(APART);
	unsigned int first = policy_step(&p, STOP_ASKED);
	unsigned int second = policy_step(&p, STOP_ASKED);
	unsigned int third = policy_step(&p, STOP_ASKED);

	is(first, PASS_ON | DEADLINE, "the first request starts the deadline");
	is(second, PASS_ON | SHORTEN, "the second shortens what is left");
	is(third, KILL_MAIN | KILL_REST | REAP, "the third kills");
	is(p.code, 137, "and if main is not heard of again, so it is told");

	p = begin(APART);
	p.wishes.deadline = false;
	first = policy_step(&p, STOP_ASKED);
	policy_step(&p, STOP_ASKED);
	third = policy_step(&p, STOP_ASKED);
	is(first, PASS_ON, "without a deadline, a request is passed on");
	is(third, PASS_ON, "and so is the third: main may take its time");
	policy_died(&p, 0);
	policy_step(&p, NOBODY_DEAD);
	is(policy_step(&p, STOP_ASKED), KILL_REST | REAP,
	   "but for the others three were enough");
}

static void the_others_may_be_left_alone(void)
{
	struct policy p = begin(APART);

	p.wishes.drains = false;
	policy_died(&p, 5 << 8);
	is(policy_step(&p, NOBODY_DEAD), QUIT, "who may not drain just goes");
	ok(p.left, "and knows that others are left");
	is(p.code, 5, "with main's code");
}

static void without_a_main_it_waits_for_a_request(void)
{
	struct wishes w = usual(APART);
	struct policy p;

	w.idle = true;
	policy_init(&p, &w);
	is(policy_step(&p, NOBODY_LEFT), REST, "nobody left: it stays");
	is(policy_step(&p, SIGNALLED), 0, "a signal is for nobody");
	is(policy_step(&p, STOP_ASKED), DEADLINE | REAP, "a request ends it");
	is(policy_step(&p, NOBODY_DEAD), END_REST | REAP, "with the others");
	is(policy_step(&p, NOBODY_LEFT), QUIT, "when they are gone it goes");
	is(p.code, 0, "with 0");
}

/* --- codes --------------------------------------------------------------- */

static int code_of(int status)
{
	struct policy p = begin(APART);

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
	struct policy p = begin(APART);

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
	static const enum place places[] = { APART, TOGETHER, GROUPED };
	int i, j, sig, wrong = 0, passed = 0;
	enum happening h;
	struct policy p;
	struct wishes w;

	for (i = 0; i < 3; i++) {
		w = usual(places[i]);
		for (j = 0; j < 3; j++)
			for (sig = 1; sig <= 64; sig++) {
				h = policy_hear(&w, sig, senders[j]);
				if (h == meaning(places[i], sig, senders[j]))
					continue;
				diag("signal %d, place %d, sender %d: %s", sig,
				     i, j, happenings[h]);
				wrong++;
			}
	}
	is(wrong, 0, "64 signals by 3 senders in 3 places mean what they do");

	w = usual(TOGETHER);
	w.leads = true;
	for (sig = 1; sig <= 64; sig++)
		passed += policy_hear(&w, sig, BY_KERNEL) !=
			  meaning(TOGETHER, sig, BY_KERNEL);
	is(passed, 2, "who leads the session hears of it alone that");
	ok(policy_hear(&w, SIGHUP, BY_KERNEL) == SIGNALLED &&
		   policy_hear(&w, SIGCONT, BY_KERNEL) == SIGNALLED,
	   "the terminal hung up");
	passed = 0;

	for (sig = 1; sig <= 64; sig++) {
		p = begin(APART);
		h = policy_hear(&p.wishes, sig, BY_OTHERS);
		passed += policy_step(&p, h) & PASS_ON;
	}
	is(passed, 63, "of what people send, all but SIGCHLD is passed on");
}

static void only_a_job_stops_with_its_main(void)
{
	struct policy p;
	int sig, pauses = 0;

	for (sig = 1; sig <= 64; sig++) {
		p = begin(APART);
		pauses += policy_stopped(&p, sig) != 0;
	}
	is(pauses, 0, "apart, init never stops with main");
	for (sig = 1; sig <= 64; sig++) {
		p = begin(TOGETHER);
		pauses += policy_stopped(&p, sig) == PAUSE;
	}
	is(pauses, 3, "as part of a job it does for TSTP, TTIN and TTOU");
	p = begin(TOGETHER);
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
	uint64_t at; /* or: the rest is not before this time */
};
/* clang-format off */
#define SIG(n)       { (n), BY_OTHERS, 0, 0, 0 }
#define TYPE(n)      { (n), BY_KERNEL, 0, 0, 0 }
#define EXIT(p, n)   { 0, BY_OTHERS, (p), (n) << 8, 0 }
#define KILLED(p, n) { 0, BY_OTHERS, (p), (n), 0 }
#define STOPPED(p, n) { 0, BY_OTHERS, (p), (n) << 8 | 0x7f, 0 }
#define END          { 0, BY_OTHERS, 0, 0, 0 }
#define AT(n)        { 0, BY_OTHERS, 0, 0, (n) * (SECOND / 10) }
/* clang-format on */

struct list {
	const struct item *next;
	int alive;      /* children that are left when the list is at its end */
	int deaf;       /* of them: how often KILL does not help */
	bool told;      /* SIGCHLD was taken for the death that is next */
	bool reachable; /* may main be sent signals? */
	uint64_t now;   /* goes on only when nothing else happens */
	char sent[400]; /* what reached it, and our own stops, in words */
};

/* A moment on the list's clock: how far it is from the start. */
#define SECOND UINT64_C(1000000000)

static bool list_hear(void *world, uint64_t until, struct heard *h)
{
	struct list *l = world;

	memset(h, 0, sizeof(*h));
	h->sender = BY_KERNEL;
	if (l->next->sig) {
		h->sender = l->next->sender;
		h->sig = l->next++->sig;
		return true;
	}
	if (l->next->pid && !l->told) {
		l->told = true;
		h->sig = SIGCHLD;
		return true;
	}
	if (l->next->at && until >= l->next->at) {
		l->now = l->next++->at;
		return list_hear(world, until, h);
	}
	if (until == NO_TIME) {
		ok(false, "asleep for ever");
		exit(1);
	}
	if (until > l->now)
		l->now = until;
	return false;
}

static bool list_reap(void *world, struct death *death, bool *any_left)
{
	struct list *l = world;

	const struct item *i;

	*any_left = l->alive;
	for (i = l->next; i->sig || i->pid || i->at; i++)
		*any_left |= i->pid != 0;
	if (!l->next->pid)
		return false;
	*death = (struct death){ .pid = l->next->pid,
				 .status = l->next->status };
	l->next++;
	l->told = false;
	return true;
}

static void note(struct list *l, const char *format, int a, int b)
{
	sprintf(l->sent + strlen(l->sent), format, a, b);
}

static int list_pass_on(void *world, pid_t to, int sig, const struct heard *h)
{
	struct list *l = world;

	(void)h;
	note(l, "%d:%d ", (int)to, sig);
	return l->reachable ? 0 : EPERM;
}

static void list_pause(void *world, int sig)
{
	note(world, "stop:%d ", sig, 0);
}

static void list_tell_rest(void *world, int sig)
{
	struct list *l = world;

	note(l, "rest:%d@%d ", sig, (int)(l->now / (SECOND / 10)));
	if (sig == SIGKILL && !l->deaf--)
		l->alive = l->deaf = 0;
}

static void list_kill_main(void *world, pid_t main)
{
	note(world, "kill:%d ", (int)main, 0);
}

static uint64_t list_now(void *world)
{
	return ((struct list *)world)->now;
}

static const struct facts list_facts = { list_hear,      list_reap,
					 list_pass_on,   list_pause,
					 list_tell_rest, list_kill_main,
					 list_now };

static struct options asked; /* of the run that is next */

static struct journal played;
static struct delays delays;

/* What kith-init does if nothing is asked. */
static void nothing_asked(void)
{
	memset(&asked, 0, sizeof(asked));
	asked.dialect = &own_dialect;
	options_defaults(&asked);
	asked.level = LOG_QUIET;
}

static int play_on(enum place place, struct list *l, struct tally *t)
{
	struct wishes w = { .place = place,
			    .drains = asked.rest != SCOPE_NONE,
			    .deadline = asked.deadline_ns != TIME_NEVER,
			    .stops = asked.stops,
			    .dropped = asked.dropped };
	struct policy p;
	int code;

	memset(&played, 0, sizeof(played));
	delays.n = 0;
	journal_begin(&played, &asked, 1);
	policy_init(&p, &w);
	code = serve(&p, &asked, MAIN, &list_facts, l, &played, &delays);
	*t = played.tally;
	return code;
}

static int play(enum place place, const struct item *items, struct list *l,
		struct tally *t)
{
	nothing_asked();
	*l = (struct list){ .next = items, .reachable = true };
	return play_on(place, l, t);
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
	struct list l = { .next = items };
	struct tally t;

	nothing_asked();
	is(play_on(APART, &l, &t), 4,
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

/* --- the loop, and time -------------------------------------------------- */

static void the_others_get_their_time(void)
{
	static const struct item items[] = { EXIT(MAIN, 3), AT(20), EXIT(8, 0),
					     EXIT(9, 1), END };
	static const struct item stubborn[] = { EXIT(MAIN, 3), END };
	struct list l;
	struct tally t;

	is(play(APART, items, &l, &t), 3, "others that leave: main's code");
	is_str(l.sent, "rest:15@0 ", "they were told once, at once");
	is(t.orphans, 2, "and reaped, two seconds later");

	nothing_asked();
	l = (struct list){ .next = stubborn, .alive = 1 };
	is(play_on(APART, &l, &t), 3, "others that do not leave: main's code");
	is_str(l.sent, "rest:15@0 rest:9@50 ",
	       "after five seconds they were killed");

	nothing_asked();
	asked.grace_ns = 0;
	l = (struct list){ .next = stubborn, .alive = 1 };
	play_on(APART, &l, &t);
	is_str(l.sent, "rest:15@0 rest:9@0 ", "no grace: killed at once");

	nothing_asked();
	asked.rest = SCOPE_NONE;
	l = (struct list){ .next = stubborn, .alive = 1 };
	is(play_on(APART, &l, &t), 3, "none is asked to leave: main's code");
	is_str(l.sent, "", "and they are left alone");

	nothing_asked();
	l = (struct list){ .next = stubborn, .alive = 1, .deaf = 1000 };
	is(play_on(APART, &l, &t), 3,
	   "even who cannot be killed does not keep it for ever");
	ok(l.now >= 6 * SECOND && l.now <= 10 * SECOND,
	   "seconds after it was tried first");
}

static void there_is_one_deadline_for_all(void)
{
	static const struct item items[] = { AT(10), SIG(SIGTERM), AT(100),
					     EXIT(MAIN, 4), END };
	static const struct item stuck[] = { SIG(SIGTERM), AT(101),
					     KILLED(MAIN, 9), END };
	static const struct item often[] = { SIG(SIGTERM), AT(20), SIG(SIGTERM),
					     AT(200), END };
	static const struct item thrice[] = { SIG(SIGTERM),  AT(1),
					      SIG(SIGINT),   AT(2),
					      SIG(SIGTERM),  AT(3),
					      EXIT(MAIN, 0), END };
	struct list l;
	struct tally t;

	nothing_asked();
	asked.deadline_ns = 10 * SECOND;
	l = (struct list){ .next = items, .alive = 1, .reachable = true };
	is(play_on(APART, &l, &t), 4, "main ends after nine seconds of ten");
	is_str(l.sent, "2:15 rest:15@100 rest:9@110 ",
	       "for the others one is left");

	nothing_asked();
	asked.deadline_ns = 10 * SECOND;
	l = (struct list){ .next = stuck, .reachable = true };
	is(play_on(APART, &l, &t), 137, "main does not end: it is killed");
	ok(strstr(l.sent, "2:15 kill:2 rest:9@100 ") == l.sent,
	   "when the time is up");

	nothing_asked();
	asked.deadline_ns = 10 * SECOND;
	l = (struct list){ .next = often, .alive = 1, .reachable = true };
	play_on(APART, &l, &t);
	ok(strstr(l.sent, "2:15 2:15 kill:2 rest:9@60 ") == l.sent,
	   "asked again after two seconds, four of eight are left");

	nothing_asked();
	asked.deadline_ns = 10 * SECOND;
	l = (struct list){ .next = thrice, .reachable = true };
	is(play_on(APART, &l, &t), 0, "killed and yet in time: its code");
	is_str(l.sent, "2:15 2:2 kill:2 rest:9@2 ", "the third request kills");
	is(t.stops, 3, "three requests were counted");
}

static void signals_can_be_held_changed_and_dropped(void)
{
	static const struct item items[] = {
		SIG(SIGTERM), SIG(SIGHUP), SIG(SIGUSR1),  SIG(SIGTERM), AT(9),
		SIG(SIGUSR2), AT(11),      EXIT(MAIN, 0), END
	};
	static const struct item early[] = { SIG(SIGTERM), EXIT(MAIN, 0), END };
	struct list l;
	struct tally t;

	nothing_asked();
	asked.delays = true;
	asked.delay_ns[SIGTERM] = SECOND;
	asked.rewrite[SIGTERM] = SIGQUIT;
	asked.dropped = 1 << (SIGHUP - 1);
	l = (struct list){ .next = items, .reachable = true };
	play_on(APART, &l, &t);
	is_str(l.sent, "2:10 2:12 2:3 ",
	       "dropped, passed on, held a second, once, and sent as another");

	nothing_asked();
	asked.delays = true;
	asked.delay_ns[SIGTERM] = SECOND;
	l = (struct list){ .next = early, .reachable = true };
	is(play_on(APART, &l, &t), 0, "main ends before a held signal is due");
	is_str(l.sent, "", "then it is sent to nobody");
}

/* --- the loop, in a storm ------------------------------------------------ */

struct storm {
	unsigned int reaped, main_at, signal_at, passed_at;
	bool told, sent;
};

static bool storm_hear(void *world, uint64_t until, struct heard *h)
{
	struct storm *s = world;

	memset(h, 0, sizeof(*h));
	h->sender = BY_OTHERS;
	h->sig = SIGCHLD;
	if (until || !s->told)
		return s->told = true;
	if (s->reaped < s->signal_at || s->sent)
		return false;
	h->sig = SIGTERM;
	return s->sent = true;
}

static bool storm_reap(void *world, struct death *death, bool *any_left)
{
	struct storm *s = world;

	*any_left = true;
	s->reaped++;
	*death = (struct death){ .pid = s->reaped == s->main_at ? MAIN : 99 };
	return true;
}

static int storm_pass_on(void *world, pid_t to, int sig, const struct heard *h)
{
	struct storm *s = world;

	(void)to;
	(void)sig;
	(void)h;
	s->passed_at = s->reaped;
	return 0;
}

static void storm_tell_rest(void *world, int sig)
{
	(void)world;
	(void)sig;
}

static uint64_t storm_now(void *world)
{
	return ((struct storm *)world)->reaped * UINT64_C(1000);
}

static void a_storm_of_orphans_delays_nobody(void)
{
	static const struct facts facts = { storm_hear,      storm_reap,
					    storm_pass_on,   list_pause,
					    storm_tell_rest, NULL,
					    storm_now };
	struct storm s = { .signal_at = 1001, .main_at = 5000 };
	const struct tally *t = &played.tally;
	struct policy p = begin(APART);

	nothing_asked();
	asked.grace_ns = SECOND / 100;
	memset(&played, 0, sizeof(played));
	delays.n = 0;
	journal_begin(&played, &asked, 1);
	is(serve(&p, &asked, MAIN, &facts, &s, &played, &delays), 0,
	   "main's end is the end, even if orphans never stop dying");
	ok(s.passed_at >= 1001 && s.passed_at < 1001 + 64,
	   "a signal waits for a few of the dead (%u), not for all",
	   s.passed_at - 1001);
	is(t->orphans, s.reaped - 1, "everybody was counted, and main was not");
	is(t->last[(t->orphans - 1) % REMEMBERED].pid, 99,
	   "the last of them is remembered");
}

int main(void)
{
	every_happening_has_its_answer_in_every_state();
	nothing_is_passed_on_to_a_number_that_is_free();
	time_alone_leads_to_the_end();
	requests_are_counted();
	the_others_may_be_left_alone();
	without_a_main_it_waits_for_a_request();
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
	the_others_get_their_time();
	there_is_one_deadline_for_all();
	signals_can_be_held_changed_and_dropped();
	a_storm_of_orphans_delays_nobody();
	return done_testing();
}

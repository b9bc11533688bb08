#include "pid1/policy.h"

#include <errno.h>
#include <signal.h>

#include "wait/status.h"

/* KILL is repeated so often, for those who were born while it was sent. */
enum { KILLS = 20 };

/*
 * After STOP_NOW and TIME_UP main may be alive or not; KILL_MAIN is for whom
 * can be named, see policy_step().
 */
static const struct {
	uint16_t action;
	uint8_t next;
} answers[NR_STATES][NR_HAPPENINGS] = {
	[SERVING] = {
		[SIGNALLED]    = { PASS_ON, SERVING },
		[STOP_ASKED]   = { PASS_ON | DEADLINE, STOPPING },
		[STOP_AGAIN]   = { PASS_ON | DEADLINE, STOPPING },
		[STOP_NOW]     = { PASS_ON | DEADLINE, STOPPING },
		[OWN_ECHO]     = { 0, SERVING },
		[CHILD_NEWS]   = { REAP, SERVING },
		[MAIN_STOPPED] = { PAUSE, SERVING },
		[MAIN_DIED]    = { KEEP_CODE | REAP, LEAVING },
		[ORPHAN_DIED]  = { REAP, SERVING },
		[NOBODY_DEAD]  = { REST, SERVING },
		[LEFT_ALONE]   = { REST, SERVING },
		/* Somebody else has its status: never wait for ever. */
		[NOBODY_LEFT]  = { QUIT, OVER },
		[TIME_UP]      = { 0, SERVING },
		[GIVEN_UP]     = { 0, SERVING },
	},
	[STOPPING] = {
		[SIGNALLED]    = { PASS_ON, STOPPING },
		[STOP_ASKED]   = { PASS_ON, STOPPING },
		[STOP_AGAIN]   = { PASS_ON | SHORTEN, STOPPING },
		[STOP_NOW]     = { KILL_MAIN | KILL_REST | REAP, KILLING },
		[OWN_ECHO]     = { 0, STOPPING },
		[CHILD_NEWS]   = { REAP, STOPPING },
		[MAIN_STOPPED] = { PAUSE, STOPPING },
		[MAIN_DIED]    = { KEEP_CODE | REAP, LEAVING },
		[ORPHAN_DIED]  = { REAP, STOPPING },
		[NOBODY_DEAD]  = { REST, STOPPING },
		[LEFT_ALONE]   = { REST, STOPPING },
		[NOBODY_LEFT]  = { QUIT, OVER },
		[TIME_UP]      = { KILL_MAIN | KILL_REST | REAP, KILLING },
		[GIVEN_UP]     = { KILL_MAIN | KILL_REST | REAP, KILLING },
	},
	/* The main child's number may be anyone's now: pass nothing on. */
	[LEAVING] = {
		[SIGNALLED]    = { 0, LEAVING },
		[STOP_ASKED]   = { DEADLINE, LEAVING },
		[STOP_AGAIN]   = { 0, LEAVING },
		[STOP_NOW]     = { KILL_REST | REAP, KILLING },
		[OWN_ECHO]     = { 0, LEAVING },
		[CHILD_NEWS]   = { REAP, LEAVING },
		[MAIN_STOPPED] = { 0, LEAVING },
		[MAIN_DIED]    = { 0, LEAVING },
		[ORPHAN_DIED]  = { REAP, LEAVING },
		[NOBODY_DEAD]  = { END_REST | REAP, DRAINING },
		[LEFT_ALONE]   = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
		[TIME_UP]      = { KILL_REST | REAP, KILLING },
		[GIVEN_UP]     = { KILL_REST | REAP, KILLING },
	},
	[DRAINING] = {
		[SIGNALLED]    = { 0, DRAINING },
		[STOP_ASKED]   = { DEADLINE, DRAINING },
		[STOP_AGAIN]   = { SHORTEN, DRAINING },
		[STOP_NOW]     = { KILL_REST | REAP, KILLING },
		[OWN_ECHO]     = { 0, DRAINING },
		[CHILD_NEWS]   = { REAP, DRAINING },
		[MAIN_STOPPED] = { 0, DRAINING },
		[MAIN_DIED]    = { 0, DRAINING },
		[ORPHAN_DIED]  = { REAP, DRAINING },
		[NOBODY_DEAD]  = { REST, DRAINING },
		[LEFT_ALONE]   = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
		[TIME_UP]      = { KILL_REST | REAP, KILLING },
		[GIVEN_UP]     = { KILL_REST | REAP, KILLING },
	},
	[KILLING] = {
		[SIGNALLED]    = { 0, KILLING },
		[STOP_ASKED]   = { 0, KILLING },
		[STOP_AGAIN]   = { 0, KILLING },
		[STOP_NOW]     = { 0, KILLING },
		[OWN_ECHO]     = { 0, KILLING },
		[CHILD_NEWS]   = { REAP, KILLING },
		[MAIN_STOPPED] = { 0, KILLING },
		[MAIN_DIED]    = { KEEP_CODE | REAP, KILLING },
		[ORPHAN_DIED]  = { REAP, KILLING },
		[NOBODY_DEAD]  = { REST, KILLING },
		[LEFT_ALONE]   = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
		/* Born while it was sent, or asleep where nothing reaches. */
		[TIME_UP]      = { KILL_REST | REAP, KILLING },
		[GIVEN_UP]     = { QUIT, OVER },
	},
	[IDLE] = {
		[SIGNALLED]    = { 0, IDLE },
		[STOP_ASKED]   = { DEADLINE | REAP, LEAVING },
		[STOP_AGAIN]   = { DEADLINE | REAP, LEAVING },
		[STOP_NOW]     = { DEADLINE | REAP, LEAVING },
		[OWN_ECHO]     = { 0, IDLE },
		[CHILD_NEWS]   = { REAP, IDLE },
		[MAIN_STOPPED] = { 0, IDLE },
		[MAIN_DIED]    = { 0, IDLE },
		[ORPHAN_DIED]  = { REAP, IDLE },
		[NOBODY_DEAD]  = { REST, IDLE },
		[LEFT_ALONE]   = { REST, IDLE },
		[NOBODY_LEFT]  = { REST, IDLE },
		[TIME_UP]      = { 0, IDLE },
		[GIVEN_UP]     = { 0, IDLE },
	},
	[OVER] = {
		[SIGNALLED]    = { QUIT, OVER },
		[STOP_ASKED]   = { QUIT, OVER },
		[STOP_AGAIN]   = { QUIT, OVER },
		[STOP_NOW]     = { QUIT, OVER },
		[OWN_ECHO]     = { QUIT, OVER },
		[CHILD_NEWS]   = { QUIT, OVER },
		[MAIN_STOPPED] = { QUIT, OVER },
		[MAIN_DIED]    = { QUIT, OVER },
		[ORPHAN_DIED]  = { QUIT, OVER },
		[NOBODY_DEAD]  = { QUIT, OVER },
		[LEFT_ALONE]   = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
		[TIME_UP]      = { QUIT, OVER },
		[GIVEN_UP]     = { QUIT, OVER },
	},
};

#define BIT(sig) (UINT64_C(1) << ((sig)-1))
#define FAULTS \
	(BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGBUS) | BIT(SIGFPE) | \
	 BIT(SIGSEGV) | BIT(SIGSYS))
#define JOB_STOPS (BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define TYPED \
	(BIT(SIGHUP) | BIT(SIGINT) | BIT(SIGQUIT) | BIT(SIGCONT) | \
	 BIT(SIGWINCH))
#define HANG_UP (BIT(SIGHUP) | BIT(SIGCONT))
#define ANY     (~UINT64_C(0))

enum {
	ANYONE = BY_OTHERS | BY_KERNEL | BY_INIT,
	ANYWHERE = APART | TOGETHER | GROUPED,
};

/* The first row that fits.  The last one fits everything. */
static const struct {
	uint64_t signals;
	uint8_t sender, place, means;
} ear[] = {
	{ BIT(SIGCHLD), ANYONE, ANYWHERE, CHILD_NEWS },

	/* Giving up the terminal sends HUP and CONT to one's own group. */
	{ ANY, BY_INIT, ANYWHERE, OWN_ECHO },

	/* A real fault of init's own kills it; one that is read is advice. */
	{ FAULTS, BY_KERNEL, ANYWHERE, OWN_ECHO },

	/* The terminal writes to groups: the main child has its own copy. */
	{ TYPED | JOB_STOPS, BY_KERNEL, TOGETHER, OWN_ECHO },

	{ ANY, ANYONE, ANYWHERE, SIGNALLED },
};

enum place policy_place(struct surroundings s)
{
	return s.terminal && !s.leader ? TOGETHER : APART;
}

void policy_init(struct policy *p, const struct wishes *wishes)
{
	p->wishes = *wishes;
	p->state = wishes->idle ? IDLE : SERVING;
	p->asked = 0;
	p->asked_by = 0;
	p->killed = 0;
	p->main_gone = wishes->idle;
	p->gave_up = p->left = false;
	p->code = wishes->idle ? 0 : CODE_FAILED;
}

/*
 * Requests count from the first, wherever it came; but without a deadline
 * nothing is shortened while main lives: how long it may take is then the
 * matter of whoever asked.
 */
static enum happening asked(struct policy *p)
{
	if (p->asked < 3)
		p->asked++;
	if (!p->main_gone && !p->wishes.deadline)
		return SIGNALLED;
	return p->asked == 1   ? STOP_ASKED
	       : p->asked == 2 ? STOP_AGAIN
			       : STOP_NOW;
}

static enum happening exactly(struct policy *p, enum happening what)
{
	if (what == STOP_ASKED)
		return asked(p);
	if (what == NOBODY_DEAD && p->main_gone && !p->wishes.drains)
		return LEFT_ALONE;
	if (what == TIME_UP && p->killed >= KILLS)
		return GIVEN_UP;
	return what;
}

unsigned int policy_step(struct policy *p, enum happening what)
{
	enum happening exact = exactly(p, what);
	unsigned int action = answers[p->state][exact].action;

	p->state = (enum state)answers[p->state][exact].next;
	if (action & KILL_REST)
		p->killed++;
	p->gave_up |= action & QUIT && exact == GIVEN_UP;
	p->left |= action & QUIT && exact == LEFT_ALONE;
	if (action & KILL_MAIN)
		p->code =
			CODE_SIGNAL + SIGKILL; /* should it never be heard of */
	return action;
}

unsigned int policy_died(struct policy *p, int status)
{
	unsigned int action = policy_step(p, MAIN_DIED);

	if (action & KEEP_CODE && !p->main_gone) {
		p->code = status_for_shell(status);
		p->main_gone = true;
	}
	return action;
}

unsigned int policy_stopped(struct policy *p, int sig)
{
	if (p->wishes.place != TOGETHER || !(JOB_STOPS & BIT(sig)))
		return 0;
	return policy_step(p, MAIN_STOPPED);
}

enum happening policy_hear(const struct wishes *w, int sig, enum sender sender)
{
	enum happening means;
	unsigned int i = 0;

	/* One that hangs up tells the leader of its session, and no group. */
	if (w->leads && sender == BY_KERNEL && HANG_UP & BIT(sig))
		sender = BY_OTHERS;
	while (!(ear[i].signals & BIT(sig)) || !(ear[i].sender & sender) ||
	       !(ear[i].place & w->place))
		i++;
	means = (enum happening)ear[i].means;
	if (means != SIGNALLED)
		return means;
	if (w->stops & BIT(sig))
		return STOP_ASKED;
	return w->dropped & BIT(sig) ? OWN_ECHO : SIGNALLED;
}

int policy_exec_code(int err)
{
	return err == ENOENT || err == ENOTDIR ? CODE_NOT_FOUND : CODE_CANNOT;
}

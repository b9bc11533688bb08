#include "pid1/policy.h"

#include <errno.h>
#include <signal.h>

#include "wait/status.h"

static const struct {
	uint8_t action;
	uint8_t next;
} table[NR_STATES][NR_HAPPENINGS] = {
	[SERVING] = {
		[SIGNALLED]    = { PASS_ON, SERVING },
		[STOP_ASKED]   = { PASS_ON, SERVING },
		[OWN_ECHO]     = { 0, SERVING },
		[CHILD_NEWS]   = { REAP, SERVING },
		[MAIN_STOPPED] = { PAUSE, SERVING },
		[MAIN_DIED]    = { KEEP_CODE | REAP, LEAVING },
		[ORPHAN_DIED]  = { REAP, SERVING },
		[NOBODY_DEAD]  = { REST, SERVING },
		/* Somebody else has its status: never wait for ever. */
		[NOBODY_LEFT]  = { QUIT, OVER },
	},
	/* The main child's number may be anyone's now: pass nothing on. */
	[LEAVING] = {
		[SIGNALLED]    = { 0, LEAVING },
		[STOP_ASKED]   = { 0, LEAVING },
		[OWN_ECHO]     = { 0, LEAVING },
		[CHILD_NEWS]   = { REAP, LEAVING },
		[MAIN_STOPPED] = { 0, LEAVING },
		[MAIN_DIED]    = { 0, LEAVING },
		[ORPHAN_DIED]  = { REAP, LEAVING },
		[NOBODY_DEAD]  = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
	},
	[OVER] = {
		[SIGNALLED]    = { QUIT, OVER },
		[STOP_ASKED]   = { QUIT, OVER },
		[OWN_ECHO]     = { QUIT, OVER },
		[CHILD_NEWS]   = { QUIT, OVER },
		[MAIN_STOPPED] = { QUIT, OVER },
		[MAIN_DIED]    = { QUIT, OVER },
		[ORPHAN_DIED]  = { QUIT, OVER },
		[NOBODY_DEAD]  = { QUIT, OVER },
		[NOBODY_LEFT]  = { QUIT, OVER },
	},
};

#define BIT(sig) (UINT64_C(1) << ((sig)-1))
#define FAULTS \
	(BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGBUS) | BIT(SIGFPE) | \
	 BIT(SIGSEGV) | BIT(SIGSYS))
#define STOPS (BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define TYPED \
	(BIT(SIGHUP) | BIT(SIGINT) | BIT(SIGQUIT) | BIT(SIGCONT) | \
	 BIT(SIGWINCH))
#define ANY (~UINT64_C(0))

enum {
	ANYONE = BY_OTHERS | BY_KERNEL | BY_INIT,
	ANYWHERE = APART | TOGETHER,
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
	{ TYPED | STOPS, BY_KERNEL, TOGETHER, OWN_ECHO },

	{ BIT(SIGTERM) | BIT(SIGINT), ANYONE, ANYWHERE, STOP_ASKED },
	{ ANY, ANYONE, ANYWHERE, SIGNALLED },
};

enum place policy_place(struct surroundings s)
{
	return s.terminal && !s.leader ? TOGETHER : APART;
}

void policy_init(struct policy *p, enum place place)
{
	p->state = SERVING;
	p->place = place;
	p->code = CODE_FAILED;
}

unsigned int policy_step(struct policy *p, enum happening what)
{
	unsigned int action = table[p->state][what].action;

	p->state = (enum state)table[p->state][what].next;
	return action;
}

unsigned int policy_died(struct policy *p, int status)
{
	unsigned int action = policy_step(p, MAIN_DIED);

	if (action & KEEP_CODE)
		p->code = status_for_shell(status);
	return action;
}

unsigned int policy_stopped(struct policy *p, int sig)
{
	if (p->place != TOGETHER || !(STOPS & BIT(sig)))
		return 0;
	return policy_step(p, MAIN_STOPPED);
}

enum happening policy_hear(enum place place, int sig, enum sender sender)
{
	unsigned int i = 0;

	while (!(ear[i].signals & BIT(sig)) || !(ear[i].sender & sender) ||
	       !(ear[i].place & place))
		i++;
	return (enum happening)ear[i].means;
}

int policy_exec_code(int err)
{
	return err == ENOENT || err == ENOTDIR ? CODE_NOT_FOUND : CODE_CANNOT;
}

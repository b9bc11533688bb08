#include "pid1/supervise.h"

/* START or PAUSE: which of them follows from how often it died in a row. */
#define AGAIN (SUPER_START | SUPER_PAUSE)

static const struct {
	uint8_t action;
	uint8_t next;
} table[NR_SUPER_STATES][NR_SUPER_HAPPENINGS] = {
	[SUPER_RUNNING] = {
		[SUPER_DIED_AGAIN]  = { AGAIN, SUPER_RUNNING },
		[SUPER_DIED_LAST]   = { SUPER_LAST, SUPER_OVER },
		[SUPER_NOT_STARTED] = { AGAIN, SUPER_RUNNING },
		[SUPER_NOT_EVER]    = { SUPER_LAST, SUPER_OVER },
		[SUPER_RESTART]     = { SUPER_REQUEST, SUPER_ASKED },
		[SUPER_STOP]        = { 0, SUPER_ENDING },
		[SUPER_TIME_UP]     = { 0, SUPER_RUNNING },
	},
	[SUPER_WAITING] = {
		[SUPER_DIED_AGAIN]  = { 0, SUPER_WAITING },
		[SUPER_DIED_LAST]   = { 0, SUPER_WAITING },
		[SUPER_NOT_STARTED] = { 0, SUPER_WAITING },
		[SUPER_NOT_EVER]    = { SUPER_CANCEL | SUPER_LAST, SUPER_OVER },
		[SUPER_RESTART]     = { SUPER_CANCEL | SUPER_START,
					SUPER_RUNNING },
		[SUPER_STOP]        = { SUPER_CANCEL | SUPER_LAST, SUPER_OVER },
		[SUPER_TIME_UP]     = { SUPER_START, SUPER_RUNNING },
	},
	[SUPER_ASKED] = {
		[SUPER_DIED_AGAIN]  = { SUPER_CANCEL | SUPER_START,
					SUPER_RUNNING },
		[SUPER_DIED_LAST]   = { SUPER_CANCEL | SUPER_START,
					SUPER_RUNNING },
		[SUPER_NOT_STARTED] = { 0, SUPER_ASKED },
		[SUPER_NOT_EVER]    = { 0, SUPER_ASKED },
		[SUPER_RESTART]     = { SUPER_CANCEL | SUPER_KILL,
					SUPER_KILLED },
		[SUPER_STOP]        = { SUPER_CANCEL, SUPER_ENDING },
		[SUPER_TIME_UP]     = { SUPER_KILL, SUPER_KILLED },
	},
	[SUPER_KILLED] = {
		[SUPER_DIED_AGAIN]  = { SUPER_START, SUPER_RUNNING },
		[SUPER_DIED_LAST]   = { SUPER_START, SUPER_RUNNING },
		[SUPER_NOT_STARTED] = { 0, SUPER_KILLED },
		[SUPER_NOT_EVER]    = { 0, SUPER_KILLED },
		[SUPER_RESTART]     = { SUPER_KILL, SUPER_KILLED },
		[SUPER_STOP]        = { 0, SUPER_ENDING },
		[SUPER_TIME_UP]     = { 0, SUPER_KILLED },
	},
	[SUPER_ENDING] = {
		[SUPER_DIED_AGAIN]  = { SUPER_LAST, SUPER_OVER },
		[SUPER_DIED_LAST]   = { SUPER_LAST, SUPER_OVER },
		[SUPER_NOT_STARTED] = { SUPER_LAST, SUPER_OVER },
		[SUPER_NOT_EVER]    = { SUPER_LAST, SUPER_OVER },
		[SUPER_RESTART]     = { 0, SUPER_ENDING },
		[SUPER_STOP]        = { 0, SUPER_ENDING },
		[SUPER_TIME_UP]     = { 0, SUPER_ENDING },
	},
	[SUPER_OVER] = {
		[SUPER_DIED_AGAIN]  = { 0, SUPER_OVER },
		[SUPER_DIED_LAST]   = { 0, SUPER_OVER },
		[SUPER_NOT_STARTED] = { 0, SUPER_OVER },
		[SUPER_NOT_EVER]    = { 0, SUPER_OVER },
		[SUPER_RESTART]     = { 0, SUPER_OVER },
		[SUPER_STOP]        = { 0, SUPER_OVER },
		[SUPER_TIME_UP]     = { 0, SUPER_OVER },
	},
};

void super_init(struct super *s, const struct super_rules *rules)
{
	*s = (struct super){ .rules = *rules, .state = SUPER_RUNNING };
}

uint64_t super_pause(const struct super *s)
{
	uint64_t pause = s->rules.pause_ns;
	uint32_t n;

	if (s->in_a_row < 2)
		return 0;
	for (n = 2; n < s->in_a_row && pause < s->rules.pause_max_ns; n++)
		pause *= 2;
	return pause < s->rules.pause_max_ns ? pause : s->rules.pause_max_ns;
}

unsigned int super_step(struct super *s, enum super_happening what)
{
	unsigned int action = table[s->state][what].action;

	s->state = (enum super_state)table[s->state][what].next;
	if ((action & AGAIN) == AGAIN) {
		action &= ~(unsigned int)(super_pause(s) ? SUPER_START
							 : SUPER_PAUSE);
		if (action & SUPER_PAUSE)
			s->state = SUPER_WAITING;
	}
	if (action & SUPER_START)
		s->starts++;
	return action;
}

/* One more in a row: is that too many? */
static bool too_many(struct super *s)
{
	s->in_a_row++;
	return s->rules.most && s->in_a_row > s->rules.most;
}

unsigned int super_died(struct super *s, int code, uint64_t lived_ns)
{
	bool again = s->rules.restart == RESTART_ALWAYS ||
		     (s->rules.restart == RESTART_ON_FAILURE && code != 0);

	/* Asked to end, it did: that says nothing of how well it does. */
	if (s->state == SUPER_RUNNING) {
		if (lived_ns >= s->rules.well_ns)
			s->in_a_row = 0;
		if (too_many(s))
			again = false;
	}
	return super_step(s, again ? SUPER_DIED_AGAIN : SUPER_DIED_LAST);
}

unsigned int super_failed(struct super *s)
{
	bool never = s->rules.restart == RESTART_NEVER || too_many(s);

	return super_step(s, never ? SUPER_NOT_EVER : SUPER_NOT_STARTED);
}

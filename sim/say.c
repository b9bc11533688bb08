#include "sim/say.h"
#include "sim/print.h"

static void say_signal(struct out *o, const struct kith_event *e)
{
	static const char *const fate[] = {
		", who ignores it or has it already", "", ", which ends it"
	};

	out_text(o, "sends ");
	print_signal(o, e->value);
	out(o, " to %d%s", (int)e->subject,
	    e->other >= 0 && e->other <= 2 ? fate[e->other] : "");
}

static void say_return(struct out *o, const struct kith_event *e)
{
	out_text(o, "returns ");
	print_result(o, first_form((enum kith_call_nr)e->value), e->other);
}

/* One event that its actor brought about. */
static void say_event(struct out *o, const struct kith_event *e)
{
	int subject = (int)e->subject;

	switch (e->type) {
	case KITH_EV_RETURN:
		say_return(o, e);
		break;
	case KITH_EV_PARK:
		out_text(o, "falls asleep");
		break;
	case KITH_EV_WAKE:
		out(o, "wakes %d", subject);
		break;
	case KITH_EV_FORK:
		out(o, "makes %s%d", e->other ? "thread " : "", subject);
		break;
	case KITH_EV_EXEC:
		out_text(o, "runs another program");
		break;
	case KITH_EV_SUPERSEDE:
		out(o, "%d takes the number %d", subject, (int)e->actor);
		break;
	case KITH_EV_SIGNAL:
		say_signal(o, e);
		break;
	case KITH_EV_DELIVER:
		out_text(o, "takes ");
		print_signal(o, e->value);
		break;
	case KITH_EV_EXIT:
		out_text(o, "begins to exit");
		break;
	case KITH_EV_REPARENT:
		out(o, "gives %d to %d", subject, (int)e->value);
		break;
	case KITH_EV_LINGER:
		out_text(o, "is dead, but its threads live");
		break;
	case KITH_EV_DEAD:
		out(o, e->other ? "becomes a zombie" : "is dead");
		break;
	case KITH_EV_REAP:
		out(o, "collects %d", subject);
		break;
	case KITH_EV_AUTOREAP:
		out(o, "%d need not be waited for", subject);
		break;
	case KITH_EV_FREE:
		out(o, "the number %d is free", subject);
		break;
	case KITH_EV_HALT:
		out_text(o, "is gone, and with it the machine");
		break;
	default:
		break;
	}
}

/* In words; nothing for what is plain from the rest. */
static bool is_said(const struct kith_event *e)
{
	return e->type != KITH_EV_CALL && e->type != KITH_EV_RELEASE &&
	       e->type != KITH_EV_LOST;
}

static bool is_exiting(const struct history *h, pid_t tid)
{
	return history_of_actor(h, tid, KITH_EV_EXIT) != NULL;
}

/* A step that made no event: the thread's situation tells what it was. */
static const char *silent_step(const struct history *h, pid_t who, bool called,
			       bool wakened, const struct kith_look *look)
{
	if (called)
		return "begins";
	if (is_exiting(h, who))
		return wakened ? "looks who is left"
			       : "lets go of its memory and descriptors";
	if (look->state == KITH_IDLE)
		return "goes to user mode";
	if (look->state == KITH_ASLEEP || look->state == KITH_BLOCKED)
		return "looks again, and sleeps on";
	return "goes on";
}

/* The call that the thread is or was in; NULL: none. */
static const char *call_of_step(const struct history *h, pid_t who)
{
	const struct happening *call = history_of_actor(h, who, KITH_EV_CALL);
	const struct happening *deliver =
		history_of_subject(h, who, KITH_EV_DELIVER);
	const struct happening *returned =
		history_of_actor(h, who, KITH_EV_RETURN);

	if (!call || (deliver && deliver > call))
		return deliver && is_exiting(h, who) ? "exit" : NULL;
	if (returned && returned > call && returned->line != call->line)
		return NULL;
	return kith_call_name((unsigned)call->event.value);
}

void say_step(struct out *o, struct kith_machine *m, const struct history *h,
	      size_t from, pid_t who)
{
	const char *name = call_of_step(h, who), *comma = "";
	struct kith_look look = { .state = KITH_ZOMBIE };
	bool called = false;
	size_t start;

	out(o, "%d%s%s: ", (int)who, name ? " " : "", name ? name : "");
	start = o->len;
	for (size_t i = from; i < h->count; i++) {
		const struct kith_event *e = &h->list[i].event;

		called = called || e->type == KITH_EV_CALL;
		if (!is_said(e))
			continue;
		out_text(o, comma);
		say_event(o, e);
		if (e->rule)
			out(o, " [%s]", e->rule);
		comma = ", ";
	}
	if (o->len > start)
		return;
	kith_look(m, who, &look);
	out_text(o,
		 silent_step(h, who, called, look.state == KITH_ASLEEP, &look));
}

#include "sim/say.h"
#include "sim/print.h"

static void say_signal(struct out *o, const struct kith_event *e)
{
	static const char *const fate[] = { " (dropped)", "", " (deadly)" };

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

/* A step that made no event: the thread's situation tells what it was. */
static const char *silent_step(const struct history *h, pid_t who, bool called,
			       bool after_exit, const struct kith_look *look)
{
	if (called)
		return "begins";
	if (after_exit)
		return "lets go of its memory and descriptors";
	if (history_of_actor(h, who, KITH_EV_EXIT))
		return "sees to those who are left";
	if (look->state == KITH_IDLE)
		return "goes to user mode";
	if (look->state == KITH_ASLEEP || look->state == KITH_BLOCKED)
		return "looks again, and sleeps on";
	return "goes on";
}

/* What the thread is in at a step that began with the event `from`. */
static const char *name_of_step(const struct history *h, size_t from, pid_t who)
{
	const struct happening *call = history_of_actor(h, who, KITH_EV_CALL);
	const struct happening *start = h->list + from;
	const struct happening *end = history_of_actor(h, who, KITH_EV_RETURN);
	int64_t nr = call ? call->event.value : -1;

	if (history_of_actor(h, who, KITH_EV_EXIT) && nr != KITH_EXIT &&
	    nr != KITH_EXIT_GROUP)
		return "dies";
	if (!call || (end && end > call && end < start))
		return "";
	return kith_call_name((unsigned)nr);
}

void say_step(struct out *o, struct kith_machine *m, const struct history *h,
	      size_t from, pid_t who, bool after_exit)
{
	const char *name = name_of_step(h, from, who), *comma = "";
	struct kith_look look = { .state = KITH_ZOMBIE };
	bool called = false;
	size_t start;

	out(o, "%d%s%s: ", (int)who, *name ? " " : "", name);
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
	out_text(o, silent_step(h, who, called, after_exit, &look));
}

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/draw.h"
#include "sim/print.h"
#include "sim/show.h"
#include "sim/sim.h"
#include "sim/table.h"
#include "sim/why.h"

/*
 * The answer as it grows.  A clause is joined to the one before it by a
 * semicolon; one that begins a sentence of its own begins a line too.
 */
struct answer {
	const struct question *q;
	struct kith_machine *m;
	const struct history *h;
	struct kith_look look; /* at the one that is asked about */
	struct out text, json;
	const char *state;
};

enum place { HEAD, NEXT, SENTENCE };

static void say(struct answer *a, enum place place, const char *rule,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void say(struct answer *a, enum place place, const char *rule,
		const char *fmt, ...)
{
	static const char *const joints[] = { "", "; ", ".\n" };
	char *clause = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&clause, fmt, args) < 0)
		out_of_memory();
	va_end(args);
	out(&a->text, "%s%s", joints[place], clause);
	if (rule)
		out(&a->text, " [%s]", rule);
	out_text(&a->json, place == HEAD ? "{\"text\":" : ",{\"text\":");
	out_json(&a->json, clause, strlen(clause));
	if (rule)
		out(&a->json, ",\"rule\":\"%s\"", rule);
	out_text(&a->json, "}");
	free(clause);
}

/* --- words -----------------------------------------------------------------
 */

enum { WORDS = 96 };
struct words {
	char text[WORDS];
};

/* "8 (server)"; programs that nobody has named are all called init. */
static struct words who(const struct answer *a, pid_t pid)
{
	struct kith_look look;
	struct words w;
	bool there = !kith_look(a->m, pid, &look);

	if (there && *look.name && (pid == 1 || strcmp(look.name, "init")))
		snprintf(w.text, WORDS, "%d (%s)", (int)pid, look.name);
	else
		snprintf(w.text, WORDS, "%d", (int)pid);
	return w;
}

/* "it exited with 7", "it was killed by SIGKILL" */
static struct words died_how(int status)
{
	struct out o = { 0 };
	struct words w;

	print_death(&o, status);
	snprintf(w.text, WORDS, "%s%s",
		 strncmp(out_line(&o), "killed", 6) ? "" : "was ",
		 out_line(&o));
	out_free(&o);
	return w;
}

static struct words at_line(const struct happening *h)
{
	struct words w = { "" };

	if (h)
		snprintf(w.text, WORDS, " in line %" PRIu32, h->line);
	return w;
}

/* Who sent the signal that ended it. */
static struct words sent_by(const struct answer *a, pid_t pid, int status)
{
	struct words w = { "" };

	for (size_t i = (status & 0x7f) ? a->h->count : 0; i > 0; i--) {
		const struct kith_event *e = &a->h->list[i - 1].event;

		if (e->type != KITH_EV_SIGNAL || e->other < 1 ||
		    e->value != (status & 0x7f) ||
		    history_process(a->h, e->subject) != pid)
			continue;
		if (e->rule && !strcmp(e->rule, "PNS-11"))
			snprintf(w.text, WORDS, " when init ended,");
		else if (e->actor)
			snprintf(w.text, WORDS, ", sent by %d,",
				 (int)history_process(a->h, e->actor));
		break;
	}
	return w;
}

static bool has_look(const struct answer *a, pid_t tid, struct kith_look *look)
{
	return tid > 0 && !kith_look(a->m, tid, look);
}

static bool is_asleep(const struct kith_look *look)
{
	return look->state == KITH_ASLEEP || look->state == KITH_BLOCKED;
}

/* Does the process ignore SIGCHLD?  What /proc says of it. */
static bool ignores_children(const struct answer *a, pid_t pid)
{
	char text[4096];
	const char *at;

	if (kith_proc(a->m, pid, "status", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "\nSigIgn:");
	return at &&
	       (strtoull(at + 8, NULL, 16) >> (KITH_SIGCHLD - 1) & 1) != 0;
}

/* "5, 6 and 7", at most so many of them. */
static void print_numbers(struct out *o, const pid_t *tid, size_t count)
{
	enum { SHOWN = 8 };
	size_t shown = count > SHOWN ? SHOWN - 1 : count;

	for (size_t i = 0; i < shown; i++)
		out(o, "%s%d",
		    !i               ? ""
		    : i + 1 == count ? " and "
				     : ", ",
		    (int)tid[i]);
	if (shown < count)
		out(o, " and %zu others", count - shown);
}

/* --- sleepers --------------------------------------------------------------
 */

/* The line on which it fell asleep. */
static struct words asleep_since(const struct answer *a, pid_t tid)
{
	const struct happening *park =
		history_of_actor(a->h, tid, KITH_EV_PARK);
	struct words w = { "" };

	if (park)
		snprintf(w.text, WORDS, " since line %" PRIu32, park->line);
	return w;
}

static struct words whom(const struct kith_look *look)
{
	struct words w;

	if (look->waits_for > 0)
		snprintf(w.text, WORDS, "%d", (int)look->waits_for);
	else if (look->waits_for == -1)
		snprintf(w.text, WORDS, "any child");
	else
		snprintf(w.text, WORDS, "a child in group %d",
			 (int)-look->waits_for);
	return w;
}

/* Is child one of those that this wait would take, were it dead? */
static const char *why_not_this(const struct kith_look *waiter,
				const struct kith_look *child)
{
	bool clone = child->exit_signal != KITH_SIGCHLD;
	uint64_t options = waiter->wait_options;

	if (waiter->waits_for > 0 && waiter->waits_for != child->tgid)
		return "WAI-04";
	if (waiter->waits_for < -1 && -waiter->waits_for != child->pgid)
		return "WAI-20";
	if (!(options & KITH_WEXITED))
		return "WAI-11";
	if (!(options & KITH___WALL) && clone != !!(options & KITH___WCLONE))
		return clone ? "WAI-26" : "WAI-27";
	if ((options & KITH___WNOTHREAD) && child->parent_thread != waiter->tid)
		return "WMT-01";
	return NULL;
}

/* The children that a sleeper in wait waits for. */
static struct numbers awaited(const struct answer *a,
			      const struct kith_look *waiter)
{
	struct numbers threads = listed(a->m, waiter->tid, kith_threads);
	struct numbers found = { NULL, 0 };
	struct kith_look child;

	for (size_t i = 0; i < threads.count; i++) {
		struct numbers n = listed(a->m, threads.tid[i], kith_children);

		found.tid = must_grow(found.tid, (found.count + n.count) *
							 sizeof(*found.tid));
		for (size_t j = 0; j < n.count; j++)
			if (has_look(a, n.tid[j], &child) &&
			    !why_not_this(waiter, &child))
				found.tid[found.count++] = n.tid[j];
		free(n.tid);
	}
	free(threads.tid);
	return found;
}

static void say_wait(struct answer *a, const struct kith_look *l)
{
	struct numbers children = awaited(a, l);
	struct out list = { 0 };
	struct kith_look child;

	print_numbers(&list, children.tid, children.count);
	if (!(l->wait_options & KITH_WEXITED))
		say(a, NEXT, "WAI-11",
		    "it waits for a child to stop or to continue, not for one "
		    "to die");
	else if (children.count == 1 && has_look(a, children.tid[0], &child) &&
		 child.state == KITH_ZOMBIE)
		say(a, NEXT, "EXT-06",
		    "it waits for %s, which is dead but for its other threads",
		    out_line(&list));
	else if (children.count == 1)
		say(a, NEXT, NULL, "it waits for %s to die", out_line(&list));
	else
		say(a, NEXT, NULL, "it waits for one of %s to die",
		    out_line(&list));
	out_free(&list);
	free(children.tid);
}

static void say_exec(struct answer *a, const struct kith_look *l)
{
	struct numbers threads = listed(a->m, l->tid, kith_threads);
	struct out list = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < threads.count; i++)
		if (threads.tid[i] != l->tid)
			threads.tid[n++] = threads.tid[i];
	print_numbers(&list, threads.tid, n);
	say(a, NEXT, "EXE-01",
	    "it waits until the other thread%s of its process, %s, %s gone",
	    n == 1 ? "" : "s", out_line(&list), n == 1 ? "is" : "are");
	out_free(&list);
	free(threads.tid);
}

static void say_sleep(struct answer *a, const struct kith_look *l)
{
	if (call_is_wait(l->call))
		say_wait(a, l);
	else if (l->waits_for > 0)
		say(a, NEXT, "VFK-01",
		    "it waits until %s, the child that it made there, runs "
		    "another program or exits",
		    who(a, l->waits_for).text);
	else if (l->call == KITH_EXECVE)
		say_exec(a, l);
	else if (history_of_actor(a->h, l->tid, KITH_EV_EXIT))
		say(a, NEXT, "PNS-11",
		    "it exits, and waits until everybody else is gone");
	if (l->state == KITH_BLOCKED)
		say(a, NEXT, l->call == KITH_EXECVE ? NULL : "VFK-07",
		    "only a deadly signal can end this sleep early");
}

/* --- parents ---------------------------------------------------------------
 */

static const char *heir_words(const char *rule)
{
	return rule && !strcmp(rule, "RPT-02") ? "the nearest subreaper above"
					       : "no subreaper between";
}

/* Each time that it was given away, in order. */
static void say_adoptions(struct answer *a, pid_t pid)
{
	const struct happening *birth = history_birth(a->h, pid);
	size_t i = birth ? (size_t)(birth - a->h->list) : 0;

	for (; i < a->h->count; i++) {
		const struct happening *at = &a->h->list[i];
		const struct kith_event *e = &at->event;
		pid_t from = history_process(a->h, e->actor);
		bool above = e->rule && !strcmp(e->rule, "RPT-02");

		if (e->type != KITH_EV_REPARENT || e->subject != pid)
			continue;
		if (from == (pid_t)e->value)
			say(a, NEXT, e->rule,
			    "thread %d died in line %" PRIu32
			    ", and %d of the same process took over",
			    (int)e->actor, at->line, (int)e->other);
		else
			say(a, NEXT, e->rule,
			    "%d died in line %" PRIu32
			    ", and %s adopted it, %s",
			    (int)from, at->line, who(a, (pid_t)e->value).text,
			    above ? "the nearest living subreaper above"
				  : "for there was no subreaper between");
	}
}

/* What if its parent went? */
static void say_heir(struct answer *a, pid_t parent)
{
	const char *rule;
	pid_t heir = kith_heir(a->m, parent, &rule);
	bool zombie = a->look.state == KITH_ZOMBIE;

	if (heir <= 0)
		return;
	if (zombie && ignores_children(a, heir))
		say(a, SENTENCE, "RPT-10",
		    "If %d exits it is gone at once: %s would get it, and "
		    "ignores SIGCHLD",
		    (int)parent, who(a, heir).text);
	else
		say(a, SENTENCE, rule, "If %d exits it moves to %d (%s)",
		    (int)parent, (int)heir, heir_words(rule));
}

/* --- zombies ---------------------------------------------------------------
 */

/* The last wait that a thread of the parent has made since the death. */
static const struct happening *wait_since(const struct answer *a, pid_t parent,
					  const struct happening *death)
{
	for (size_t i = a->h->count; i > 0; i--) {
		const struct happening *at = &a->h->list[i - 1];

		if (at == death)
			break;
		if (at->event.type == KITH_EV_RETURN &&
		    call_is_wait(at->event.value) &&
		    history_process(a->h, at->event.actor) == parent)
			return at;
	}
	return NULL;
}

static void say_parents_waits(struct answer *a, const struct kith_look *parent,
			      const struct happening *death)
{
	const struct happening *wait = wait_since(a, parent->tgid, death);
	struct out result = { 0 };

	if (!wait) {
		say(a, NEXT, NULL,
		    "its parent is %s, alive, which has not waited since",
		    who(a, parent->tgid).text);
		return;
	}
	print_result(&result, first_form((enum kith_call_nr)wait->event.value),
		     wait->event.other);
	say(a, NEXT, NULL,
	    "its parent is %s, alive, whose last %s, in line %" PRIu32
	    ", returned %s and left it",
	    who(a, parent->tgid).text,
	    kith_call_name((unsigned)wait->event.value), wait->line,
	    out_line(&result));
	out_free(&result);
}

static void say_mismatch(struct answer *a, const struct kith_look *waiter)
{
	const char *rule = why_not_this(waiter, &a->look);
	pid_t pid = a->look.tgid;

	if (!rule)
		return;
	if (!strcmp(rule, "WAI-04"))
		say(a, NEXT, NULL, "it waits there for %s, not for %d",
		    whom(waiter).text, (int)pid);
	else if (!strcmp(rule, "WAI-20"))
		say(a, NEXT, rule,
		    "it waits there for %s, and %d is in group %d",
		    whom(waiter).text, (int)pid, (int)a->look.pgid);
	else if (!strcmp(rule, "WAI-11"))
		say(a, NEXT, rule,
		    "it asks there for stops or continues, not for the dead");
	else if (!strcmp(rule, "WMT-01"))
		say(a, NEXT, rule,
		    "with __WNOTHREAD it waits for its own children, and %d is "
		    "thread %d's",
		    (int)pid, (int)a->look.parent_thread);
	else
		say(a, NEXT, rule,
		    strcmp(rule, "WAI-26")
			    ? "with __WCLONE it waits for clone children only, "
			      "and %d's exit signal is SIGCHLD"
			    : "without __WALL or __WCLONE it finds no clone "
			      "child such as %d, whose exit signal is not "
			      "SIGCHLD",
		    (int)pid);
}

/* Threads of the parent that sleep, and in what; false if none does. */
static bool say_sleeping_parent(struct answer *a,
				const struct kith_look *parent)
{
	struct numbers threads = listed(a->m, parent->tgid, kith_threads);
	struct kith_look l;
	bool any = false;

	for (size_t i = 0; i < threads.count; i++) {
		if (!has_look(a, threads.tid[i], &l) || !is_asleep(&l))
			continue;
		if (l.leader)
			say(a, NEXT, NULL, "its parent is %s, asleep in %s%s",
			    who(a, l.tid).text,
			    kith_call_name((unsigned)l.call),
			    asleep_since(a, l.tid).text);
		else
			say(a, NEXT, NULL,
			    "thread %d of its parent %s is asleep in %s%s",
			    (int)l.tid, who(a, l.tgid).text,
			    kith_call_name((unsigned)l.call),
			    asleep_since(a, l.tid).text);
		if (call_is_wait(l.call))
			say_mismatch(a, &l);
		else
			say_sleep(a, &l);
		any = true;
	}
	free(threads.tid);
	return any;
}

/* What could be done about it. */
static void say_remedy(struct answer *a)
{
	const struct kith_look *l = &a->look;

	if (l->exit_signal != KITH_SIGCHLD)
		say(a, SENTENCE, "WAI-28",
		    "It goes when %d waits for it with __WALL or __WCLONE, "
		    "since its exit signal is not SIGCHLD",
		    (int)l->ppid);
	else
		say(a, SENTENCE, NULL,
		    "It goes when %d calls wait4(%d) or, for any child, "
		    "wait4(-1)",
		    (int)l->ppid, (int)l->tgid);
	say_heir(a, l->ppid);
	say(a, SENTENCE, "PID-07", "Until then the number %d is taken",
	    (int)l->tgid);
	say(a, NEXT, "EXT-S2", "signals to it change nothing");
}

static void zombie(struct answer *a)
{
	const struct kith_look *l = &a->look;
	const struct happening *death =
		history_of_actor(a->h, l->tgid, KITH_EV_DEAD);
	struct kith_look parent;

	a->state = "zombie";
	say(a, HEAD, NULL, "pid %s is a zombie: it %s%s%s",
	    who(a, l->tgid).text, died_how(l->status).text,
	    sent_by(a, l->tgid, l->status).text, at_line(death).text);
	if (!has_look(a, l->ppid, &parent)) {
		say(a, NEXT, NULL,
		    "it was init, and with it the machine has ended");
		return;
	}
	say_adoptions(a, l->tgid);
	say(a, NEXT, "WAI-04", "only its parent can reap it");
	if (!say_sleeping_parent(a, &parent))
		say_parents_waits(a, &parent, death);
	if (l->ppid != 1)
		say(a, NEXT, NULL, "init (1) cannot");
	if (ignores_children(a, l->ppid))
		say(a, SENTENCE, "ARP-04",
		    "%d ignores SIGCHLD now, but did not, or was not its "
		    "parent, when it died; what is a zombie stays one",
		    (int)l->ppid);
	say_remedy(a);
}

/* --- the living ------------------------------------------------------------
 */

static struct words state_words(const struct answer *a,
				const struct kith_look *l)
{
	struct words w;

	if (is_asleep(l))
		snprintf(w.text, WORDS, "asleep%s%s%.40s",
			 l->call < 0 ? "" : " in ",
			 l->call < 0 ? "" : kith_call_name((unsigned)l->call),
			 asleep_since(a, l->tid).text);
	else if (l->state == KITH_RUNNING)
		snprintf(w.text, WORDS, "in the middle of %s",
			 l->call < 0 ? "being born or dying"
				     : kith_call_name((unsigned)l->call));
	else
		snprintf(w.text, WORDS, "in user mode");
	return w;
}

static void say_family(struct answer *a)
{
	struct numbers threads = listed(a->m, a->look.tid, kith_threads);
	struct out list = { 0 };
	size_t children = 0;

	for (size_t i = 0; i < threads.count; i++) {
		long n = kith_children(a->m, threads.tid[i], NULL, 0);

		children += n > 0 ? (size_t)n : 0;
	}
	print_numbers(&list, threads.tid, threads.count);
	if (threads.count > 1)
		say(a, SENTENCE, NULL, "Its process has %zu threads, %s",
		    threads.count, out_line(&list));
	say(a, threads.count > 1 ? NEXT : SENTENCE, NULL,
	    "%s is in group %d and session %d, and has %zu child%s",
	    threads.count > 1 ? "it" : "It", (int)a->look.pgid,
	    (int)a->look.sid, children, children == 1 ? "" : "ren");
	if (a->look.subreaper)
		say(a, NEXT, "RPT-03",
		    "it is a subreaper: orphans below it come to it");
	out_free(&list);
	free(threads.tid);
}

static void process(struct answer *a)
{
	const struct kith_look *l = &a->look;
	const struct happening *birth = history_birth(a->h, l->tgid);
	pid_t was = history_was(a->h, l);

	a->state = is_asleep(l) ? "asleep" : was ? "orphan" : "alive";
	say(a, HEAD, NULL, "pid %s is %s%s", who(a, l->tid).text,
	    was ? "an orphan, " : "alive, ", state_words(a, l).text);
	if (is_asleep(l))
		say_sleep(a, l);
	if (l->ppid == 0) {
		say(a, SENTENCE, NULL, "It is init, and has no parent");
	} else if (was) {
		say(a, SENTENCE, NULL, "It was born in line %" PRIu32 " to %d",
		    birth->line, (int)was);
		say_adoptions(a, l->tgid);
	} else {
		say(a, SENTENCE, NULL, "Its parent is %s%s%s",
		    who(a, l->ppid).text, birth ? ", since its birth" : "",
		    at_line(birth).text);
		say_adoptions(a, l->tgid);
	}
	if (l->ppid)
		say_heir(a, l->ppid);
	say_family(a);
}

static void thread(struct answer *a)
{
	const struct kith_look *l = &a->look;
	const struct happening *birth = history_birth(a->h, l->tid);

	a->state = is_asleep(l) ? "asleep" : "thread";
	say(a, HEAD, NULL, "%d is a thread of process %s%s%s, %s", (int)l->tid,
	    who(a, l->tgid).text, birth ? ", made" : "", at_line(birth).text,
	    state_words(a, l).text);
	if (is_asleep(l))
		say_sleep(a, l);
	say(a, NEXT, "CLN-23",
	    "nobody will wait for it: threads just go when they end");
	say_family(a);
}

/* A leader that is dead while others of its threads live. */
static void leader(struct answer *a)
{
	const struct kith_look *l = &a->look;
	const struct happening *end =
		history_of_actor(a->h, l->tid, KITH_EV_LINGER);
	struct numbers threads = listed(a->m, l->tid, kith_threads);
	struct out list = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < threads.count; i++)
		if (threads.tid[i] != l->tid)
			threads.tid[n++] = threads.tid[i];
	print_numbers(&list, threads.tid, n);
	a->state = "leader";
	say(a, HEAD, "EXT-06",
	    "pid %s looks like a zombie, and is none to be waited for: its "
	    "first thread ended%s, but of its process thread%s %s live%s",
	    who(a, l->tid).text, at_line(end).text, n == 1 ? "" : "s",
	    out_line(&list), n == 1 ? "s" : "");
	say(a, NEXT, "EXT-08",
	    "its parent, %s, is told when the last of them is gone",
	    who(a, l->ppid).text);
	out_free(&list);
	free(threads.tid);
}

/* --- those who are gone ----------------------------------------------------
 */

static void gone_thread(struct answer *a, const struct happening *birth)
{
	pid_t pid = a->q->pid;
	const struct happening *taken =
		history_of_subject(a->h, pid, KITH_EV_SUPERSEDE);
	const struct happening *end = history_of_actor(a->h, pid, KITH_EV_DEAD);

	if (taken) {
		say(a, HEAD, "EXE-01",
		    "%d is gone: it was a thread of %d, and took over that "
		    "number when it ran another program%s",
		    (int)pid, (int)birth->process, at_line(taken).text);
		return;
	}
	say(a, HEAD, NULL, "%d is gone: it was a thread of %d, and %s%s",
	    (int)pid, (int)birth->process,
	    end ? died_how((int)end->event.value).text : "ended",
	    at_line(end).text);
	say(a, NEXT, "CLN-23", "threads are not waited for");
}

static void gone_process(struct answer *a)
{
	pid_t pid = a->q->pid;
	const struct happening *reap =
		history_of_subject(a->h, pid, KITH_EV_REAP);
	const struct happening *autoreap =
		history_of_subject(a->h, pid, KITH_EV_AUTOREAP);
	const struct happening *end = history_of_actor(a->h, pid, KITH_EV_DEAD);
	int status = (int)(reap       ? reap->event.value
			   : autoreap ? autoreap->event.value
			   : end      ? end->event.value
				      : 0);

	say(a, HEAD, NULL, "%d is gone: it %s%s%s", (int)pid,
	    died_how(status).text, sent_by(a, pid, status).text,
	    at_line(end).text);
	say_adoptions(a, pid);
	if (reap)
		say(a, NEXT, "WAI-12", "%s collected it%s",
		    who(a, reap->event.actor).text, at_line(reap).text);
	else if (autoreap && end && autoreap->line != end->line)
		say(a, NEXT, autoreap->event.rule,
		    "nobody needed to wait for it%s: %s, who had become its "
		    "parent, ignores it",
		    at_line(autoreap).text, who(a, autoreap->event.actor).text);
	else if (autoreap)
		say(a, NEXT, autoreap->event.rule,
		    "nobody needed to wait for it: its parent, %s, ignored "
		    "SIGCHLD or had set SA_NOCLDWAIT",
		    who(a, autoreap->event.actor).text);
}

static void collect_members(const struct answer *a, struct out *group,
			    struct out *session)
{
	struct kith_look l;

	for (pid_t tid = 0; (tid = kith_next(a->m, tid));) {
		if (!has_look(a, tid, &l) || !l.leader)
			continue;
		if (l.pgid == a->q->pid)
			out(group, " %d", (int)tid);
		if (l.sid == a->q->pid)
			out(session, " %d", (int)tid);
	}
}

static void say_number(struct answer *a)
{
	struct out group = { 0 }, session = { 0 };
	struct kith_number number;

	kith_number(a->m, a->q->pid, &number);
	collect_members(a, &group, &session);
	if (!number.taken)
		say(a, SENTENCE, "PID-01",
		    "The number is free; it will be given again when all "
		    "higher ones have had their turn");
	if (number.members)
		say(a, SENTENCE, "PID-08",
		    "The number is still taken, by a group, of which there "
		    "are:%s",
		    out_line(&group));
	if (number.followers)
		say(a, SENTENCE, "PID-09",
		    "The number is still taken, by a session, of which there "
		    "are:%s",
		    out_line(&session));
	out_free(&group);
	out_free(&session);
}

static bool gone(struct answer *a)
{
	const struct happening *birth = history_birth(a->h, a->q->pid);

	a->state = "gone";
	if (!birth && a->q->pid != 1)
		return false;
	if (birth && birth->process != a->q->pid)
		gone_thread(a, birth);
	else
		gone_process(a);
	say_number(a);
	return true;
}

/* --- the whole -------------------------------------------------------------
 */

static bool answer(struct answer *a, const struct question *q)
{
	const struct kith_look *l = &a->look;

	*a = (struct answer){ .q = q, .m = q->machine, .h = q->history };
	if (!has_look(a, q->pid, &a->look))
		return gone(a);
	if (l->state == KITH_ZOMBIE && l->leader && l->process_dead)
		zombie(a);
	else if (l->state == KITH_ZOMBIE && l->leader)
		leader(a);
	else if (!l->leader)
		thread(a);
	else
		process(a);
	return true;
}

bool why(struct out *o, const struct question *q)
{
	struct answer a;
	bool any = answer(&a, q);

	if (any)
		out(o, "%s.\n", out_line(&a.text));
	out_free(&a.text);
	out_free(&a.json);
	return any;
}

bool why_json(struct out *o, const struct question *q, const char *file)
{
	struct answer a;
	bool any = answer(&a, q);

	if (any) {
		json_begin(o, file, "why");
		out(o, ",\"after\":%u,\"pid\":%d,\"state\":\"%s\"",
		    (unsigned)q->line, (int)q->pid, a.state);
		if (a.look.tid)
			out(o, ",\"parent\":%d", (int)a.look.ppid);
		out(o, ",\"because\":[%s]}\n", out_line(&a.json));
	}
	out_free(&a.text);
	out_free(&a.json);
	return any;
}

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/memory.h"
#include "sim/pair_own.h"
#include "sim/pass.h"
#include "sim/table.h"

/* --- what the model says -------------------------------------------------- */

static void note(struct pair *p, pid_t tid, int what, int status)
{
	if (p->compare.count == p->said_room) {
		p->said_room = p->said_room ? 2 * p->said_room : 32;
		p->said = must_grow(p->said, p->said_room * sizeof(p->said[0]));
		p->compare.said = p->said;
	}
	p->said[p->compare.count].tid = tid;
	p->said[p->compare.count].what = what;
	p->said[p->compare.count++].status = status;
}

void pair_hear(struct kith_observer *o, const struct kith_event *e)
{
	struct pair *p =
		(struct pair *)((char *)o - offsetof(struct pair, observer));

	search_hear(p, e);
	switch (e->type) {
	case KITH_EV_RETURN:
		note(p, e->actor, SAID_RETURNED, 0);
		break;
	case KITH_EV_DEAD:
		note(p, e->actor, SAID_DIED, (int)e->value);
		break;
	case KITH_EV_HALT:
		p->halted = true;
		break;
	default:
		break;
	}
}

void pair_restore(struct pair *p, const struct kith_snapshot *s)
{
	kith_unwatch(p->model, &p->observer);
	kith_restore(p->model, s);
	kith_watch(p->model, &p->observer);
	p->halted = false;
}

void pair_put_back(struct pair *p)
{
	pair_restore(p, p->before);
}

bool pair_agrees(const struct pair *p)
{
	if (p->path.dead_end)
		return false;
	if (p->halted)
		return !stage_is_alive(&p->stage) || !watch_find(&p->linux, 1);
	return compare(&p->compare, NULL);
}

/* --- a call --------------------------------------------------------------- */

/* What is told is the difference from the order that comes first. */
static void tell_difference_of(struct pair *p, struct difference *d)
{
	pair_put_back(p);
	p->level = PLAIN;
	search_run(p);
	if (p->halted) {
		out_text(&d->what, "init");
		out_text(&d->model, "is dead");
		out_text(&d->on_linux, "lives");
	} else {
		compare(&p->compare, d);
	}
	pair_draw(p, &d->trees);
	p->alone = true;
}

static bool is_lost(struct pair *p, const char *why)
{
	p->lost = p->disturbed = true;
	if (why)
		snprintf(p->why, sizeof(p->why), "%s", why);
	return true;
}

/* Is there no room for another process on this machine? */
static bool is_full(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pid < 0;
}

/* May a SIGKILL come of this line, so far as the model knows? */
static bool may_kill(const struct pair *p)
{
	struct kith_look l;

	if (result_kind(p->call.nr) == RESULT_NEVER &&
	    !kith_look(p->model, p->actor, &l) && l.tgid == 1)
		return true; /* with init all go */
	for (int i = 0; i < 6; i++)
		if (p->call.arg[i] == KITH_SIGKILL)
			return true;
	for (pid_t tid = kith_next(p->model, 0); tid;
	     tid = kith_next(p->model, tid))
		if (!kith_look(p->model, tid, &l) &&
		    (l.exit_signal == KITH_SIGKILL ||
		     l.pdeath_signal == KITH_SIGKILL))
			return true;
	return false;
}

/* Killed on Linux, alive in the model, and not by a thread of its own process. */
static bool was_shot(const struct pair *p, const struct person *q)
{
	struct kith_look l, actor;

	return q->ended && q->knows_status &&
	       (q->status & 0x7f) == KITH_SIGKILL &&
	       !kith_look(p->model, q->tid, &l) && l.state != KITH_ZOMBIE &&
	       (q->tid == p->actor || kith_look(p->model, p->actor, &actor) ||
		actor.tgid != l.tgid);
}

/* Somebody of Linux's who was, by whom nobody there can be; NULL: none. */
static const struct person *shot_from_outside(struct pair *p)
{
	bool inside;

	pair_put_back(p);
	inside = may_kill(p);
	p->level = PLAIN;
	search_run(p);
	for (uint32_t i = 0; i < p->linux.count && !inside; i++)
		if (was_shot(p, p->linux.person[i]))
			return p->linux.person[i];
	return NULL;
}

/*
 * What is not the same may have come from outside of both: then it says nothing
 * of the model.
 */
static bool is_from_outside(struct pair *p)
{
	const struct person *who = watch_find(&p->linux, p->actor), *shot;
	char why[80];

	if (!p->halted && stage_was_killed(&p->stage))
		return is_lost(p, "somebody has killed the init of linux");
	if (who && who->returned && call_may_give_birth(&p->call) &&
	    (who->result.value == -KITH_EAGAIN ||
	     who->result.value == -KITH_ENOMEM) &&
	    is_full())
		return is_lost(p, "there is no room for another process on "
				  "this machine");
	shot = shot_from_outside(p);
	if (!shot)
		return false;
	snprintf(why, sizeof(why),
		 "somebody has killed thread %d of linux from outside",
		 (int)shot->tid);
	return is_lost(p, why);
}

/* The two have done what they did. */
static enum pair_result judge(struct pair *p, struct difference *d)
{
	p->level = PLAIN;
	search_run(p);
	if (pair_agrees(p) || search(p))
		return p->halted ? PAIR_HALTED : PAIR_SAME;
	if (is_from_outside(p))
		return PAIR_LOST;
	if (p->tried >= p->patience) {
		snprintf(p->why, sizeof(p->why),
			 "linux chose an order that was not found in %ld steps "
			 "of the model",
			 p->patience);
		p->lost = true;
		return PAIR_LOST;
	}
	tell_difference_of(p, d);
	return PAIR_DIFFER;
}

static int on_linux(struct pair *p, struct person *who,
		    const struct kith_call *call)
{
	if (!watch_post(&p->linux, who, call) && !watch_settle(&p->linux))
		return 0;
	is_lost(p, p->linux.why);
	return -1;
}

/* The model is between two lines, and would take the call. */
static bool model_is_ready(struct pair *p, pid_t tid,
			   const struct kith_call *call)
{
	kith_snapshot_free(p->before);
	p->before = kith_save(p->model);
	if (!p->before)
		return !is_lost(p, "there is no memory for a snapshot");
	if (kith_call(p->model, tid, call))
		return false;
	pair_put_back(p);
	return true;
}

/* The model has somebody there in user mode, and Linux has not. */
static enum pair_result nobody_there(struct pair *p, pid_t tid,
				     const struct person *who,
				     struct difference *d)
{
	out(&d->what, "%d", (int)tid);
	out_text(&d->model, "is in user mode");
	out_text(&d->on_linux, who ? "is asleep" : "is not there");
	pair_draw(p, &d->trees);
	p->alone = true;
	return PAIR_DIFFER;
}

enum pair_result pair_call(struct pair *p, pid_t tid,
			   const struct kith_call *call, struct difference *d)
{
	struct person *who = watch_find(&p->linux, tid);
	bool idle = who && person_is_idle(who);

	if (p->lost)
		return PAIR_LOST;
	p->actor = tid;
	p->call = *call;
	if (p->alone) {
		if (!idle)
			return PAIR_REFUSED;
		return on_linux(p, who, call) ? PAIR_LOST : PAIR_ALONE;
	}
	if (!model_is_ready(p, tid, call))
		return p->lost ? PAIR_LOST : PAIR_REFUSED;
	if (!idle)
		return nobody_there(p, tid, who, d);
	if (on_linux(p, who, call))
		return PAIR_LOST;
	p->compare.births += call_may_give_birth(call) || call_is_exec(call);
	return judge(p, d);
}

/* --- the whole ------------------------------------------------------------ */

/* What init lacks there, it lacks here. */
static uint64_t lacking(const struct person *init)
{
	const char *line = strstr(init->status_text, "CapPrm:");
	unsigned long long has = 0;

	if (line)
		sscanf(line, "CapPrm: %llx", &has);
	return ~(uint64_t)has & ((UINT64_C(1) << 41) - 1);
}

/* The model that comes nearest to this kernel. */
static int model_version(int kernel)
{
	const int oldest = KITH_LINUX(6, 1), newest = KITH_LINUX(6, 18);

	return kernel < oldest ? oldest : kernel > newest ? newest : kernel;
}

static bool begin(struct pair *p, const struct kith_config *config,
		  struct difference *d)
{
	struct kith_config mine = *config;

	mine.micro = true;
	mine.linux_version = model_version(kernel_version());
	mine.lacks_caps = lacking(watch_find(&p->linux, 1));
	p->model = kith_new(&mine);
	if (!p->model) {
		out_text(&d->what, "no memory for a machine");
		return false;
	}
	p->observer.event = pair_hear;
	kith_watch(p->model, &p->observer);
	p->compare.model = p->model;
	p->compare.linux = &p->linux;
	return compare_begin(&p->compare, d);
}

struct pair *pair_new(const struct kith_config *config,
		      const char *const *programs, int cpu, char *why,
		      size_t size)
{
	struct stage_config stage = { .programs = programs,
				      .pid_max = config->pid_max,
				      .dump_core = config->dump_core,
				      .lacks_caps = config->lacks_caps,
				      .cpu = cpu };
	struct pair *p = must_alloc(sizeof(*p));
	struct difference d = { 0 };

	p->patience = MOST_TRIED;
	if (stage_open(&p->stage, &stage, why, size)) {
		free(p);
		return NULL;
	}
	if (watch_begin(&p->linux, &p->stage)) {
		snprintf(why, size, "%s", p->linux.why);
	} else if (begin(p, config, &d)) {
		return p;
	} else {
		snprintf(why, size, "linux begins with %s: %s, the model: %s",
			 out_line(&d.what), out_line(&d.on_linux),
			 out_line(&d.model));
	}
	difference_free(&d);
	pair_free(p);
	return NULL;
}

void pair_free(struct pair *p)
{
	if (!p)
		return;
	watch_end(&p->linux);
	stage_close(&p->stage);
	kith_snapshot_free(p->before);
	if (p->model)
		kith_unwatch(p->model, &p->observer);
	kith_free(p->model);
	free(p->said);
	free(p->seen);
	free(p);
}

void pair_hurry(struct pair *p)
{
	p->patience = MOST_HURRIED;
}

struct kith_machine *pair_model(struct pair *p)
{
	return p->model;
}

bool pair_is_disturbed(const struct pair *p)
{
	return p->disturbed;
}

const char *pair_why(const struct pair *p)
{
	return p->why;
}

/*
 * Another program in the same process: execve, in its first form.  Every name
 * is a program; what is in it comes with the ELF loader.
 *
 *	prepare ---> be alone ---> become it
 *	 all that     other threads  nothing can
 *	 can fail     are told to    fail any more
 *	              end; asleep
 *
 * If it is not the leader that calls, it takes the leader's place: the process
 * keeps its number, and the caller's own goes (EXE-01).
 */
#include "process/process.h"

#include <errno.h>
#include <string.h>

static void drop_prepared(struct thread *t)
{
	sighand_put(t->op.exec.sighand);
	space_put(t->op.exec.space);
	files_put(t->op.exec.files);
}

/*
 * Linux: the start of do_execveat_common(), and all that begin_new_exec()
 * needs.
 */
static int prepare(struct thread *t)
{
	struct sighand *h = sighand_copy(thread_process(t)->signals.sighand,
					 !mutant(thread_ground(t), R377));
	struct space *s = space_new(thread_ground(t));
	struct files *f = mutant(thread_ground(t), EXE_07)
				  ? files_share(t->files)
				  : files_copy(t->files);

	t->op.exec.sighand = h;
	t->op.exec.space = s;
	t->op.exec.files = f;
	if (h && s && f)
		return 0;
	drop_prepared(t);
	return -ENOMEM;
}

/* Linux: de_thread(), its beginning.  False if the process is ending anyway. */
static bool ask_to_be_alone(struct thread *t)
{
	struct siggroup *g = &thread_process(t)->signals;
	bool granted;

	lock_acquire(&g->lock);
	granted = !g->group_exit && !g->exec_by;
	if (granted) {
		g->exec_by = &t->signals;
		signal_zap_others(&t->signals);
	}
	lock_release(&g->lock);
	return granted;
}

enum outcome sys_execve(struct thread *t)
{
	enum where path = where_of(t->op.arg[0]);
	enum where argv = where_of(t->op.arg[1]), envp = where_of(t->op.arg[2]);
	int err;

	if (path != WHERE_HERE)
		return done(t, -EFAULT);
	if (t->op.behind->in.program.err)
		return done(t, t->op.behind->in.program.err);
	if (argv == WHERE_BAD || envp == WHERE_BAD)
		return done(t, -EFAULT); /* after the file: R394 */
	err = prepare(t);
	if (err)
		return done(t, err);
	if (!ask_to_be_alone(t)) {
		drop_prepared(t);
		return STEP_SIGNAL; /* EAGAIN, for the moment it has to live */
	}
	t->op.step = exec_step;
	return STEP_NEXT;
}

/* Whoever is about to exec, and waits to be alone, looks again. */
void exec_tell(struct process *p)
{
	lock_acquire(&p->signals.lock);
	if (p->signals.exec_by)
		thread_wake_by_signal(p->signals.exec_by, WAKE_NEWS);
	lock_release(&p->signals.lock);
}

void exec_abandon(struct thread *t)
{
	struct siggroup *g = &thread_process(t)->signals;

	lock_acquire(&g->lock);
	g->exec_by = NULL;
	lock_release(&g->lock);
	drop_prepared(t);
}

static void take_signals_along(struct thread *t)
{
	struct siggroup *g = &thread_process(t)->signals;
	struct sighand *old;

	lock_acquire(&g->lock);
	old = g->sighand;
	g->sighand = t->op.exec.sighand;
	g->exec_by = NULL;
	if (mutant(g->ground, R112))
		g->unkillable = false;
	lock_release(&g->lock);
	sighand_put(old);
}

/* Linux: begin_new_exec(), from the point of no return. */
static enum outcome become(struct thread *t, int old_nr)
{
	struct kith_machine *m = t->machine;
	struct kingroup *group = t->kin.group;
	uint64_t rss = space_most_kib(t->space);
	struct space *space = t->space;
	struct files *files = t->files;

	take_signals_along(t);
	lock_acquire(&m->family.lock);
	if (group->gone.maxrss < rss)
		group->gone.maxrss = rss; /* STA-11 */
	if (!mutant(&m->ground, EXS_04))
		kin_set_exit_signal(&t->kin, KITH_SIGCHLD);
	if (mutant(&m->ground, PDS_07))
		t->kin.death_signal = 0;
	t->kin.execs++;
	group->has_execed = true;
	if (!mutant(&m->ground, R383))
		memcpy(t->name, t->op.behind->in.program.name, NAME_SIZE);
	if (!mutant(&m->ground, VFK_04))
		vfork_release(t);
	emit(&m->ground, .type = KITH_EV_EXEC, .actor = thread_nr(t),
	     .subject = old_nr);
	t->space = t->op.exec.space;
	t->files = t->op.exec.files;
	lock_release(&m->family.lock);
	space_put(space);
	files_put(files);
	files_close_on_exec(t->files);
	return done(t, 0);
}

/* Asleep until the other threads are gone; then go on.  Linux: de_thread(). */
enum outcome exec_step(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kingroup *group = t->kin.group;
	int nr = thread_nr(t);
	bool alone = false;
	struct dead dead;

	if (signal_is_fatal_pending(&t->signals))
		return STEP_SIGNAL;
	dead_init(&dead);
	lock_acquire(&m->family.lock);
	if (group->count == 1) {
		alone = true;
	} else if (group->count == 2 && !kin_is_leader(&t->kin) &&
		   group->leader->state == KIN_ZOMBIE) {
		t->start = thread_of_kin(group->leader)->start; /* EXE-S1 */
		kin_take_lead(&t->kin, &dead);
		alone = true;
	}
	lock_release(&m->family.lock);
	if (!alone)
		return STEP_PARK;
	release_dead(m, &dead);
	return become(t, nr);
}

/*
 * Who may run: the run queue, waking, and the loop that drives a machine.
 */
#include "process/process.h"

#include <assert.h>
#include <errno.h>

void thread_enqueue(struct kith_machine *m, struct thread *t)
{
	must_hold(&m->lock);
	t->run = RUN_QUEUED;
	cds_list_add_tail(&t->on_runq, &m->runq);
	m->queued++;
}

/*
 * One who runs at this moment may be about to park: it is only noted that it
 * was woken, and park() looks.  So no wake-up is lost.
 */
void thread_wake(struct thread *t, enum wake how)
{
	struct kith_machine *m = t->machine;
	bool woken = false;

	lock_acquire(&m->lock);
	switch (t->run) {
	case RUN_IDLE:
		woken = how != WAKE_NEWS;
		break;
	case RUN_ASLEEP:
		woken = true;
		break;
	case RUN_BLOCKED:
		woken = how != WAKE_SIGNAL;
		break;
	case RUN_RUNNING:
		t->woken = true;
		break;
	case RUN_QUEUED:
	case RUN_GONE:
		break;
	}
	if (woken) {
		emit(&m->ground, .type = KITH_EV_WAKE, .subject = thread_nr(t),
		     .value = t->op.step ? t->op.nr : -1);
		thread_enqueue(m, t);
	}
	lock_release(&m->lock);
}

void thread_wake_by_signal(struct sigthread *s, enum wake how)
{
	thread_wake(thread_of_signals(s), how);
}

/*
 * The seed picks among those who can run; seed 0 takes the one longest there.
 */
static struct thread *choose_thread(struct kith_machine *m)
{
	struct cds_list_head *pos = m->runq.next;

	if (!m->queued)
		return NULL;
	for (uint32_t n = choose(&m->ground, m->queued); n > 0; n--)
		pos = pos->next;
	return cds_list_entry(pos, struct thread, on_runq);
}

static struct thread *queued_thread(struct kith_machine *m, pid_t nr)
{
	struct thread *t;

	cds_list_for_each_entry(t, &m->runq, on_runq)
		if (thread_nr(t) == nr)
			return t;
	return NULL;
}

/* Thread nr if it can run, or with 0 whoever is chosen; NULL: nobody. */
static struct thread *pick(struct kith_machine *m, pid_t nr)
{
	struct thread *t;

	lock_acquire(&m->lock);
	t = nr ? queued_thread(m, nr) : choose_thread(m);
	if (t) {
		cds_list_del(&t->on_runq);
		m->queued--;
		t->run = RUN_RUNNING;
		t->woken = false;
	}
	lock_release(&m->lock);
	return t;
}

static void requeue(struct thread *t)
{
	struct kith_machine *m = t->machine;

	lock_acquire(&m->lock);
	thread_enqueue(m, t);
	lock_release(&m->lock);
}

static void park(struct thread *t)
{
	struct kith_machine *m = t->machine;
	bool first = !t->op.parked;

	t->op.parked = true;
	lock_acquire(&m->lock);
	if (t->woken) {
		thread_enqueue(m, t);
	} else {
		t->run = t->op.step == vfork_step || t->op.step == exec_step
				 ? RUN_BLOCKED
				 : RUN_ASLEEP;
		if (first)
			emit(&m->ground, .type = KITH_EV_PARK,
			     .actor = thread_nr(t), .value = t->op.nr);
	}
	lock_release(&m->lock);
}

/* User mode, where there is a program: it says what t calls next. */
static bool run_program(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kith_result last;
	struct kith_call next = { .nr = KITH_GETPID };
	bool any = call_result(t, &last);

	return m->program(m->ctx, thread_nr(t), any ? &last : NULL, &next) &&
	       call_is_valid(&next) && !kith_unmodelled(&next) &&
	       call_enter(t, &next) == 0;
}

/* Back to user mode, unless something came in the meantime. */
static void go_idle(struct thread *t)
{
	struct kith_machine *m = t->machine;
	bool more = m->program && run_program(t);

	lock_acquire(&m->lock);
	if (t->woken || more)
		thread_enqueue(m, t);
	else
		t->run = RUN_IDLE;
	lock_release(&m->lock);
}

/* Act on what is pending.  STEP_DONE: there was nothing that ends t. */
static enum outcome take_signals(struct thread *t)
{
	struct kith_siginfo info;
	int status;

	if (!signal_is_told(&t->signals) ||
	    signal_take(&t->signals, &status, &info) == VERDICT_NOTHING)
		return STEP_DONE;
	if (t->op.step == wait_step)
		wait_abandon(t);
	if (t->op.step == exec_step)
		exec_abandon(t);
	t->op.called = false;
	return exit_of_signal(t, status);
}

/* The call has its result. */
static void finish_call(struct thread *t)
{
	t->op.step = NULL;
	emit(thread_ground(t), .type = KITH_EV_RETURN, .actor = thread_nr(t),
	     .value = t->op.nr, .other = t->op.value);
}

/*
 * One step, and what comes of it; STEP_NEXT: there is more to do at once.  Between
 * a call and the signals that came meanwhile others may run.  Linux:
 * exit_to_user_mode_loop(), which lets others have the processor first.
 */
static enum outcome take_step(struct thread *t)
{
	enum outcome o;

	if (!t->op.step) {
		o = take_signals(t);
	} else {
		o = t->op.step(t);
		if (o == STEP_SIGNAL) {
			o = take_signals(t);
			return o == STEP_DONE ? STEP_NEXT : o;
		}
		if (o == STEP_DONE) {
			finish_call(t);
			o = signal_is_told(&t->signals) ? STEP_NEXT : STEP_DONE;
		}
	}
	return o;
}

static void run_thread(struct thread *t)
{
	bool micro = t->machine->micro;
	enum outcome o;

	do {
		o = take_step(t);
	} while (o == STEP_NEXT && !micro);
	switch (o) {
	case STEP_DONE:
		go_idle(t);
		break;
	case STEP_NEXT:
		requeue(t);
		break;
	case STEP_PARK:
		park(t);
		break;
	case STEP_SIGNAL:
	case STEP_GONE: /* t may be freed already */
		break;
	}
}

void kith_worker_begin(void)
{
	reader_register();
}

void kith_worker_end(void)
{
	reader_unregister();
}

pid_t kith_step_thread(struct kith_machine *m, pid_t tid)
{
	struct thread *t = pick(m, tid);
	pid_t nr;

	if (!t)
		return tid ? -EAGAIN : 0;
	nr = thread_nr(t);
	run_thread(t);
	grace_end(&m->ground);
	assert(lock_none());
	stream_show(m->ground.stream);
	return nr;
}

bool kith_step(struct kith_machine *m)
{
	return kith_step_thread(m, 0) != 0;
}

long kith_runnable(struct kith_machine *m, pid_t *buf, size_t n)
{
	struct thread *t;
	long count = 0;

	lock_acquire(&m->lock);
	cds_list_for_each_entry(t, &m->runq, on_runq) {
		if ((size_t)count < n)
			buf[count] = thread_nr(t);
		count++;
	}
	lock_release(&m->lock);
	return count;
}

uint64_t kith_run(struct kith_machine *m)
{
	uint64_t steps = 0;

	while (kith_step(m))
		steps++;
	return steps;
}

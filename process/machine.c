/*
 * The machine: what there is one of, and its first process.
 */
#include <errno.h>
#include <stdlib.h>

#include "process/process.h"

enum { OLDEST = KITH_LINUX(6, 1), NEWEST = KITH_LINUX(6, 18) };

static const struct kith_config plain;

/* All of the machine but its init. */
static struct kith_machine *machine_new(struct memory *memory,
					struct mutexes *mutexes,
					struct stream *stream,
					const struct kith_config *config)
{
	struct kith_machine *m = memory_alloc(memory, sizeof(*m));

	if (!m)
		return NULL;
	m->ground = (struct ground){
		.shared = config->shared,
		.memory = memory,
		.mutexes = mutexes,
		.stream = stream,
		.seed = config->seed,
	};
	mutant_choose(&m->ground);
	family_init(&m->family, &m->ground);
	pids_init(&m->pids, &m->ground);
	pidns_init(&m->root, &m->pids, NULL, config->pid_max);
	lock_init(&m->lock, RANK_RUNQ, mutexes);
	CDS_INIT_LIST_HEAD(&m->runq);
	CDS_INIT_LIST_HEAD(&m->processes);
	m->linux_version =
		config->linux_version ? config->linux_version : NEWEST;
	m->micro = config->micro;
	m->dump_core = config->dump_core;
	m->program = config->program;
	m->ctx = config->ctx;
	return m;
}

/* What a thread has from its birth on; false if memory is missing. */
static bool furnish_init(struct thread *t)
{
	t->space = space_new(thread_ground(t));
	t->files = files_new(thread_ground(t));
	if (!t->space || !t->files)
		return false;
	for (int fd = 0; fd < 3; fd++)
		if (file_open(t->files, FILE_CONSOLE) < 0)
			return false;
	for (int i = 0; i < 4; i++)
		t->name[i] = "init"[i];
	return pid_new(&t->machine->root, NULL, &t->kin.pid) == 0;
}

/* Init is its own group and session; nobody here is its parent. */
static void install_init(struct thread *t)
{
	struct process *p = thread_process(t);
	struct kith_machine *m = t->machine;

	lock_acquire(&m->family.lock);
	p->kin.pid = t->kin.pid;
	pid_name_thread(t->kin.pid, &t->kin);
	pid_name_process(t->kin.pid, &p->kin);
	pid_attach(t->kin.pid, &p->kin.pgid, PID_GROUP);
	pid_attach(t->kin.pid, &p->kin.sid, PID_SESSION);
	sigthread_init(&t->signals, &p->signals, &t->kin.pid);
	kin_join(&t->kin);
	t->kin.exit_signal = KITH_SIGCHLD;
	cds_list_add_tail(&p->in_machine, &m->processes);
	p->signals.unkillable = true;
	m->init = p;
	publish(&m->root.reaper, &t->kin);
	pid_publish(t->kin.pid);
	lock_release(&m->family.lock);
	if (m->program)
		thread_wake(t, WAKE_SIGNAL);
}

static bool make_init(struct kith_machine *m, uint64_t lacks)
{
	struct cred *cred = cred_new_root(&m->ground, lacks);
	struct sighand *h = sighand_new(&m->ground);
	struct process *p = NULL;
	struct thread *t = NULL;

	if (h)
		p = process_new(m, h, &m->root);
	if (cred && p)
		t = thread_new(m, p, cred);
	if (t && furnish_init(t)) {
		install_init(t);
		return true;
	}
	if (t)
		thread_discard(t);
	else
		cred_put(cred);
	if (p)
		process_discard(p);
	else
		sighand_put(h);
	return false;
}

struct kith_machine *kith_new(const struct kith_config *config)
{
	struct memory *memory;
	struct mutexes *mutexes = NULL;
	struct stream *stream;
	struct kith_machine *m = NULL;

	if (!config)
		config = &plain;
	if (config->pid_max < 0 || config->pid_max > PID_MAX_LIMIT ||
	    (config->linux_version && (config->linux_version < OLDEST ||
				       config->linux_version > NEWEST))) {
		errno = EINVAL;
		return NULL;
	}
	memory = memory_new(config->memory, config->shared);
	if (config->shared && (mutexes = malloc(sizeof(*mutexes))))
		mutexes_init(mutexes);
	stream = stream_new(mutexes);
	if (memory && stream && (mutexes || !config->shared))
		m = machine_new(memory, mutexes, stream, config);
	if (m && make_init(m, config->lacks_caps)) {
		grace_end(&m->ground);
		return m;
	}
	if (m) {
		grace_wait(&m->ground);
		pidns_destroy(&m->root);
	}
	if (m && config->shared)
		ground_free(&m->ground, m);
	if (stream)
		stream_destroy(stream);
	if (mutexes)
		mutexes_destroy(mutexes);
	free(mutexes);
	if (memory)
		memory_destroy(memory);
	errno = ENOMEM;
	return NULL;
}

/* A thread leaves with the machine, whatever it was doing. */
static void discard_running(struct thread *t)
{
	if (t->op.step == wait_step)
		pid_put(t->op.wait.rq.pid);
	if (t->op.step == exec_step)
		exec_abandon(t);
	if (!t->signals.exiting)
		sigthread_exit(&t->signals);
	pid_name_thread(t->kin.pid, NULL);
	thread_discard(t);
}

static void discard_process(struct process *p)
{
	struct kin *k, *next;
	struct pid *pid = p->kin.pid;

	cds_list_for_each_entry_safe(k, next, &p->kin.threads, in_group)
		discard_running(thread_of_kin(k));
	pid_detach(&p->kin.pgid);
	pid_detach(&p->kin.sid);
	pid_name_process(pid, NULL);
	cds_list_del(&p->in_machine);
	process_discard(p);
}

/*
 * An arena goes as a whole.  A shared machine's memory is malloc's, and must be
 * given back piece by piece.
 */
void kith_free(struct kith_machine *m)
{
	struct process *p, *next;
	struct memory *memory;
	struct mutexes *mutexes;

	if (!m)
		return;
	memory = m->ground.memory;
	mutexes = m->ground.mutexes;
	if (m->ground.shared) {
		grace_wait(&m->ground);
		m->ground.stream->observers = NULL;
		cds_list_for_each_entry_safe(p, next, &m->processes, in_machine)
			discard_process(p);
		grace_wait(&m->ground);
		pidns_destroy(&m->root);
	}
	stream_destroy(m->ground.stream);
	if (m->ground.shared)
		ground_free(&m->ground, m);
	if (mutexes)
		mutexes_destroy(mutexes);
	free(mutexes);
	memory_destroy(memory);
}

void kith_watch(struct kith_machine *m, struct kith_observer *o)
{
	stream_watch(m->ground.stream, o);
}

void kith_unwatch(struct kith_machine *m, struct kith_observer *o)
{
	stream_unwatch(m->ground.stream, o);
}

uint64_t kith_clock(const struct kith_machine *m)
{
	return clock_now(&m->ground);
}

void kith_fail_allocation(struct kith_machine *m, uint64_t nth)
{
	struct memory *memory = m->ground.memory;

	memory->fail_at = nth ? memory->allocations + nth : 0;
}

void kith_memory(struct kith_machine *m, struct kith_memory *out)
{
	const struct memory *memory = m->ground.memory;

	*out = (struct kith_memory){
		.bytes = memory->bytes,
		.blocks = memory->blocks,
		.peak = memory->peak,
		.held = memory->shared ? 0 : memory->top,
		.allocations = memory->allocations,
	};
}

const char *kith_version(void)
{
	return KITH_VERSION;
}

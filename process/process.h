/*
 * A process is the sum of its parts.
 *
 * Each folder below this one owns one facet of a process and knows nothing of
 * the whole: its names (namespace/), what it may do (credentials/), its
 * signals (signal/), its family (wait/), its program (loader/).  Only process/
 * puts them together, and so only process/ can say what clone, execve and exit
 * mean.
 *
 *	struct process    what threads share: kingroup, siggroup
 *	struct thread     what each has: kin, sigthread, cred, space, files, op
 *
 * A thread inside of a call is an op: the step to run next, and what that step
 * must remember.  A step ends in one of five ways:
 *
 *	            +------------ NEXT: another step follows
 *	            v          |
 *	 kith_call ---> step --+- DONE: the call has a result; back in user mode
 *	            ^          |
 *	            |          +- PARK: asleep.  Woken, it runs the step *again*
 *	            +------------ SIGNAL: something is pending; take that first,
 *	                       |          then run the step again, or die
 *	                       +- GONE: the thread is no more; do not touch it
 *
 * A parked thread owns no stack, so a machine can be stopped, shown, copied
 * and rewound between any two steps.  A step changes nothing before it parks
 * but its own op, because it will run again; it asserts the locks it needs and
 * holds none when it ends.
 *
 * Key to the fields: (c) constant after birth; (f) the family lock; (s) the
 * signal lock; (p) the pids lock; (q) the run queue's lock; (r) read under RCU;
 * (o) only the OS thread that runs the thread at this moment.
 */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <assert.h>

#include <kith/kith.h>

#include "base/event.h"
#include "credentials/cred.h"
#include "loader/space.h"
#include "namespace/pid.h"
#include "process/files.h"
#include "signal/signal.h"
#include "wait/kin.h"
#include "wait/wait.h"

struct thread;
struct process;

enum outcome { STEP_DONE, STEP_NEXT, STEP_PARK, STEP_SIGNAL, STEP_GONE };

typedef enum outcome step_fn(struct thread *t);

/*
 * What lies behind a call's pointers; only calls that have one that is
 * KITH_HERE need it.
 */
struct behind {
	union {
		struct kith_clone_args clone;
		struct kith_sigaction action;
		struct kith_spend spend;
		struct {
			int err; /* what is wrong with the path; 0: nothing */
			char name[NAME_SIZE];
		} program;
		char name[NAME_SIZE];
		int sysctl; /* enum in process/sysctl.c */
	} in;
	struct kith_result out;
};

/* A pointer that has to outlast the arguments. */
enum where { WHERE_NULL, WHERE_HERE, WHERE_BAD };

struct op {
	step_fn *step; /* NULL in user mode */
	int64_t value; /* the result, once done */
	struct behind *behind;
	uint8_t nr;              /* enum kith_call_nr */
	bool called;             /* there was a call at all */
	bool parked;             /* it has slept */
	union {                  /* what the step remembers */
		uint64_t arg[6]; /* at first, the arguments */
		struct {
			struct wait_request rq;
			bool is_waitid;
			uint8_t status, info, usage; /* enum where */
		} wait;
		struct {
			struct thread *child;
			bool done; /* (f) child has let go of our space */
		} vfork;
		struct {
			struct sighand *sighand;
			struct space *space;
			struct files *files;
		} exec;
		struct {
			int status;
			bool told;   /* a namespace's end has begun */
			bool lonely; /* its init waits to be the last */
		} exit;
	};
	struct waiter waiter;
};

enum run {
	RUN_IDLE,    /* in user mode */
	RUN_QUEUED,  /* on the run queue */
	RUN_RUNNING, /* in a step */
	RUN_ASLEEP,  /* a signal may wake it (TASK_INTERRUPTIBLE) */
	RUN_BLOCKED, /* only a fatal one may (TASK_KILLABLE) */
	RUN_GONE,
};

struct thread {
	struct kin kin;
	struct sigthread signals;
	struct kith_machine *machine; /* (c) */
	struct cred *cred;            /* (o, r) */
	struct space *space;          /* (o) NULL once it has exited */
	struct files *files;          /* (o) likewise */
	char name[NAME_SIZE];         /* (f) */
	uint64_t start;               /* (f) virtual time of birth */
	struct thread *vfork_parent;  /* (f) sleeps until I let go of space */
	enum run run;                 /* (q) */
	bool woken;                   /* (q) while it was running */
	struct op op;                 /* (o) */
	union {
		struct cds_list_head on_runq; /* (q) */
		struct rcu_head dead;
	};
};

struct process {
	struct kingroup kin;
	struct siggroup signals;
	union {
		struct cds_list_head in_machine; /* (f) on machine->processes */
		struct rcu_head dead;
	};
};

struct kith_machine {
	struct ground ground;
	struct family family;
	struct pids pids;
	struct pidns root;
	struct lock lock;               /* RANK_RUNQ */
	struct cds_list_head runq;      /* (q) threads that can take a step */
	uint32_t queued;                /* (q) how many */
	struct cds_list_head processes; /* (f) in order of birth */
	struct process *init;           /* (c) never released */
	int linux_version;              /* (c) KITH_LINUX() */
	bool micro;                     /* (c) */
	bool (*program)(void *ctx, pid_t tid, const struct kith_result *last,
			struct kith_call *next); /* (c) may be NULL */
	void *ctx;                               /* (c) */
	bool dump_core;                          /* (c) */
	bool halted;                             /* init is dead; atomic */
};

static inline struct thread *thread_of_kin(struct kin *k)
{
	return caa_container_of(k, struct thread, kin);
}

static inline struct thread *thread_of_signals(struct sigthread *s)
{
	return caa_container_of(s, struct thread, signals);
}

static inline struct process *process_of(struct kingroup *group)
{
	return caa_container_of(group, struct process, kin);
}

static inline struct process *thread_process(const struct thread *t)
{
	return process_of(t->kin.group);
}

static inline struct kith_machine *process_machine(const struct process *p)
{
	return caa_container_of(p->kin.family, struct kith_machine, family);
}

static inline struct ground *thread_ground(struct thread *t)
{
	return &t->machine->ground;
}

static inline int thread_nr(const struct thread *t)
{
	return kin_nr(&t->kin);
}

/* The thread of that number in the root namespace, or NULL; (f), (r). */
static inline struct thread *thread_find(struct kith_machine *m, int nr)
{
	struct kin *k;

	assert(read_is_held() || lock_is_held(&m->family.lock));
	k = pid_thread(pid_find(&m->root, nr));

	return k ? thread_of_kin(k) : NULL;
}

static inline enum where where_of(uint64_t pointer)
{
	return pointer == 0           ? WHERE_NULL
	       : pointer == KITH_HERE ? WHERE_HERE
				      : WHERE_BAD;
}

/* --- process/run.c: who may run ------------------------------------------- */

/* Under the run queue's lock: t can take a step. */
void thread_enqueue(struct kith_machine *m, struct thread *t);
void thread_wake(struct thread *t, enum wake how);
/* wake() for the siggroups of this machine. */
void thread_wake_by_signal(struct sigthread *s, enum wake how);

/* --- process/call.c ------------------------------------------------------- */

/* There is such a call, and the text it needs. */
bool call_is_valid(const struct kith_call *call);
/* t, which is not idle but has no call, enters one; 0 or -ENOMEM. */
int call_enter(struct thread *t, const struct kith_call *call);
/* It was entered, and its first step has not run. */
bool call_is_new(const struct op *op);
/* The result of t's last call, if it made one. */
bool call_result(struct thread *t, struct kith_result *result);

/* --- process/thread.c: birth and release ---------------------------------- */

struct thread *thread_new(struct kith_machine *m, struct process *p,
			  struct cred *cred); /* takes the reference */
/* Takes over the reference to h. */
struct process *process_new(struct kith_machine *m, struct sighand *h,
			    struct pidns *ns);
/* Those that nobody has seen yet. */
void thread_discard(struct thread *t);
void process_discard(struct process *p);

/* Take the dead off everything, and free them; no lock is held. */
void release_dead(struct kith_machine *m, struct dead *dead);

/* --- process/exit.c ------------------------------------------------------- */

/* t has taken a signal that ends its process, with this wait status. */
enum outcome exit_of_signal(struct thread *t, int status);

/* Which of its steps an exit is at, and with what status; for kith_hash(). */
uint64_t exit_progress(const struct op *op);

/* t lets go of its address space; who sleeps for that is woken.  (f) */
void vfork_release(struct thread *t);

/* --- calls that must be abandoned, should the thread die in them ---------- */

step_fn wait_step, exec_step, vfork_step;
void wait_abandon(struct thread *t);
void exec_abandon(struct thread *t);
void exec_tell(struct process *p); /* one of its threads is gone */

/* --- process/clone.c ------------------------------------------------------ */

/* What is wrong with the flags alone: 0 or -EINVAL. */
int clone_check_flags(const struct kith_clone_args *a);
/* The same for what only clone3 has, and its size. */
int clone3_check(const struct kith_clone_args *a, uint64_t size);
/* fork, vfork and clone in terms of clone3; a reads as Linux makes it. */
void clone_args_of(const struct kith_call *call, struct kith_clone_args *a);

/* --- process/sysctl.c ----------------------------------------------------- */

int sysctl_find(const char *name); /* -1 if there is none of that name */

/*
 * --- the calls: sys_NAME for each row of calls.def -------------------------
 */

#define CALL(name, NAME, restart, result, family, number) step_fn sys_##name;
#include <kith/calls.def>

/* The end of a call. */
static inline enum outcome done(struct thread *t, int64_t value)
{
	t->op.value = value;
	return STEP_DONE;
}

/* An output of the call; t->op.behind is there if its pointer is KITH_HERE. */
static inline struct kith_result *fill(struct thread *t, enum kith_filled what)
{
	t->op.behind->out.filled |= what;
	return &t->op.behind->out;
}

#endif

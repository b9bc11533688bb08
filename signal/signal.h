/*
 * What a process has been told, and what is to be done about it.
 *
 * A signal is generated (somebody sends it), is pending for a while, and is
 * taken by a thread.  A process has a set of pending signals that any of its
 * threads may take, and each thread has one of its own.
 *
 *	         ignored, or init's                   taken by a thread:
 *	        /  and not fatal: dropped            /  signal_take() gives
 *	send --+---> pending --------------------> --+    a verdict
 *	        \
 *	         fatal: the whole group is told to end at once
 *
 * What is pending for all is told to one thread: that one is woken, and takes it
 * when it next leaves the kernel; the others go on and know nothing of it.  Who
 * has been told of something, and sleeps on, is not told of more: so a thread
 * that vfork keeps asleep, with a SIGQUIT pending, is not ended by SIGTERM.
 *
 * This folder decides and never acts: signal_take() says TERMINATE, and ending
 * the thread is the work of whoever asked.  The only thing that it must reach
 * upwards for is to wake a thread: wake() in struct siggroup, set once by
 * process/.
 *
 * So far nothing can block or catch a signal: those calls come later, and with
 * them the mask and the handler's frame.
 *
 * Locking: (s) is siggroup->lock, the signal lock.
 */
#ifndef SIGNAL_SIGNAL_H
#define SIGNAL_SIGNAL_H

#include <urcu/list.h>

#include "base/lock.h"
#include "namespace/pid.h"
#include "signal/action.h"
#include "signal/pending.h"

struct siggroup;

/* How urgently a thread is woken. */
enum wake {
	WAKE_NEWS,   /* what it waits for may have happened */
	WAKE_SIGNAL, /* unless only a fatal signal may wake it */
	WAKE_FATAL,  /* from any sleep */
};

/* A thread's part. */
struct sigthread {
	struct siggroup *group;        /* (c) */
	struct pid *const *name;       /* (c) where its pid is */
	struct cds_list_head in_group; /* (s) in order of creation */
	struct pending own;            /* (s) for this thread alone */
	bool exiting;                  /* (s) takes no signals any more */
	bool outlived; /* (s) it had gone before the others were killed */
	bool told;     /* (s) of something to take: TIF_SIGPENDING */
};

/* A process's part. */
struct siggroup {
	struct lock lock;              /* RANK_SIGNAL */
	struct ground *ground;         /* (c) */
	struct sighand *sighand;       /* (s) */
	struct cds_list_head threads;  /* (s) that can still take signals */
	struct sigthread *next_target; /* (s) Linux: curr_target */
	struct pending shared;         /* (s) for any thread */
	bool unkillable;               /* (c) an init: SIGNAL_UNKILLABLE */
	bool group_exit;               /* (s) all threads are to end, ... */
	int group_status;              /* (s) ... with this wait status */
	bool killed;                   /* (s) by a signal to all at once */
	struct sigthread *exec_by;     /* (s) who wants to be the only one */
	bool dump_core;                /* (c) would a dump be written? */
	void (*wake)(struct sigthread *t, enum wake how); /* (c) */
};

/* Takes over the reference to h. */
void siggroup_init(struct siggroup *g, struct ground *ground, struct sighand *h,
		   void (*wake)(struct sigthread *, enum wake));
void siggroup_destroy(struct siggroup *g);

/* The next in the ring of g's threads; under the signal lock. */
struct sigthread *sigthread_after(struct sigthread *t);

/* There is something for t to take.  Linux: signal_wake_up(). */
static inline void sigthread_tell(struct sigthread *t, enum wake how)
{
	t->told = true;
	t->group->wake(t, how);
}

/* t joins as the last of g's threads; the signal lock is taken here. */
void sigthread_init(struct sigthread *t, struct siggroup *g,
		    struct pid *const *name);
/* t takes no more signals; its own pending ones are forgotten (R031). */
void sigthread_exit(struct sigthread *t);

/*
 * What /proc shows as pending for t alone.  A leader who has gone still gets the
 * SIGKILL that ends his process, and keeps it.
 */
uint64_t sigthread_shown(const struct sigthread *t);

/* The fate of a signal: event signal's `other`. */
enum sent {
	SENT_DROPPED, /* ignored, or pending already, or too late */
	SENT_QUEUED,
	SENT_FATAL, /* g ends of it, from this moment on */
};

struct sending {
	const struct sigthread *by; /* who runs at this moment; may be NULL */
	int from;   /* the sender's number in the root namespace; 0: none */
	bool force; /* from an ancestor's namespace: reaches even an init */
	const char *rule; /* why it is sent; may be NULL */
};

/*
 * Send info->signo to g; `to` is the thread that it was addressed to, which is
 * the first to be considered.
 */
enum sent signal_send(struct siggroup *g, struct sigthread *to,
		      const struct kith_siginfo *info,
		      const struct sending *how);

/* Has g's end been decided?  If so, *status is the wait status it ends with. */
bool signal_has_ended(struct siggroup *g, int *status);

/* Has t been told that there is something to take (Linux: signal_pending)? */
bool signal_is_told(struct sigthread *t);

/* Tell t of whatever is pending; false if nothing is (recalc_sigpending). */
bool signal_recalc(struct sigthread *t);

/* Is anything pending that t would take?  And would it end t? */
bool signal_is_pending(struct sigthread *t);
bool signal_is_fatal_pending(struct sigthread *t);

enum verdict { VERDICT_NOTHING, VERDICT_TERMINATE };

/*
 * Take what is pending for t until there is something to act on (Linux:
 * get_signal).  On TERMINATE signal_group_exit() is to decide the group's end
 * with *status; until then another may do so.  info is what t took, signo 0 if
 * another thread did.
 */
enum verdict signal_take(struct sigthread *t, int *status,
			 struct kith_siginfo *info);

/*
 * exit_group: the group ends with status unless its end is already decided.
 * Returns the status that t ends with.  Linux: do_group_exit().
 */
int signal_group_exit(struct sigthread *t, int status);

/*
 * t calls exit(): if it is the last, its status is the group's (EXT-02).
 * Linux: synchronize_group_exit().
 */
void signal_last_exit(struct siggroup *g, int status);

/*
 * Tell all threads but t to end.  Linux: zap_other_threads(); t is locked in.
 */
void signal_zap_others(struct sigthread *t);

/* sigaction; old may be NULL.  0 or -ENOMEM.  Linux: do_sigaction(). */
int signal_action(struct siggroup *g, int sig, const struct kith_sigaction *act,
		  struct kith_sigaction *old);

#endif

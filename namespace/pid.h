/*
 * What a pid is.
 *
 * struct pid is a name, not a process.  It answers a question that a bare
 * number can't: is this still the one I meant?  A number is given out again one
 * day; a struct pid never is.  Whoever remembers somebody (a waiter, a group, a
 * session) remembers the struct pid, and is not fooled by a later namesake.
 *
 * The same name can be in use four ways at once: as the name of a thread, of a
 * process (its leader's), of a process group and of a session.  It keeps its
 * number until the last of these users is gone: that is why a zombie's number,
 * or that of a group whose leader has died, is not given out again
 * (PID-07..10).
 *
 *	reserved -----------> published -----------> nameless -------> freed
 *	pid_new   taken, but  pid_publish            last user   last reference
 *	          not found                          detached    put
 *
 * A pid made in a namespace nested n deep has n + 1 numbers, one for each
 * namespace that can see it, the root's first.
 *
 * Locking: (p) the pids lock guards numbers; (f) users are attached and
 * detached under the family lock; (r) finding needs only a read section; (a)
 * atomic.
 */
#ifndef NAMESPACE_PID_H
#define NAMESPACE_PID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "base/rcu.h"
#include "base/waitq.h"
#include "namespace/numbers.h"

enum {
	PID_MAX_LIMIT = NUMBERS_LIMIT, /* and what a new namespace has */
	PID_RESERVED = 300, /* numbers below come only before a wrap */
	PIDNS_DEEPEST = 32, /* levels below the root */
};

enum pid_membership { PID_GROUP, PID_SESSION };

struct pid;
struct pidns;

/* Membership in a group or session of that name; lies in the member. */
struct pid_use {
	struct pid_use *next;   /* (r) the member that came before this one */
	struct pid_use **where; /* (f) what points here */
	struct pid *pid;        /* (f, r) NULL when not in use */
};

struct upid {
	int nr;           /* (c) */
	struct pidns *ns; /* (c) */
};

struct pid {
	int ref;                    /* (a) */
	int seen;                   /* 0; for the walk of kith_check() */
	unsigned level;             /* (c) of its deepest namespace */
	void *thread;               /* (f, r) the thread of that name */
	void *process;              /* (f, r) the process */
	struct pid_use *members[2]; /* (f, r) of group, session; latest first */
	struct rcu_head dead;
	struct upid numbers[]; /* (c) level + 1 of them; [0] is the root's */
};

/* What all pid namespaces of a machine have in common. */
struct pids {
	struct lock lock; /* RANK_PIDS */
	struct ground *ground;
};

struct pidns {
	struct pids *pids;      /* (c) */
	struct pidns *parent;   /* (c) NULL for the root */
	unsigned level;         /* (c) */
	struct numbers numbers; /* (p, r) */
	int cursor;             /* (p) where the search for a number starts */
	int max;                /* (p) numbers are below it */
	unsigned allocated;     /* (p) how many are taken */
	bool closed;            /* (p) no more: its init died, or never came */
	void *reaper;           /* (f, r) its init's struct kin */
	struct waitq lonely;    /* (p) init waits here to be the last one */
};

void pids_init(struct pids *p, struct ground *g);
int pidns_init(struct pidns *ns, struct pids *p, struct pidns *parent, int max);
void pidns_destroy(struct pidns *ns);

/* /proc/sys/kernel/pid_max and ns_last_pid; 0 or -EINVAL (PID-02, 03, 13). */
int pidns_set_max(struct pidns *ns, int max);
int pidns_set_last(struct pidns *ns, int last);

/* No more numbers here (Linux: disable_pid_allocation). */
void pidns_close(struct pidns *ns);

/* clone3's set_tid: numbers asked for, the innermost namespace's first. */
struct pid_wish {
	const int32_t *numbers;
	unsigned count;
	bool capable; /* may the caller choose at all? */
};

/*
 * A name with a number in ns and in each of its ancestors, reserved.  wish may
 * be NULL.  0, or -EINVAL, -EPERM, -EEXIST for a wish that is not granted,
 * -EAGAIN if a namespace is full, -ENOMEM (also if ns is closed).
 */
int pid_new(struct pidns *ns, const struct pid_wish *wish, struct pid **pid);

/*
 * Give up a reserved name that nobody uses; its numbers are spent all the
 * same.
 */
void pid_abandon(struct pid *pid);

/* From now on its numbers find it. */
void pid_publish(struct pid *pid);

struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid); /* NULL is fine */

/*
 * Under the family lock.  A thread and a process are named by at most one pid
 * each, and a pid names at most one of each; NULL: it does so no longer.  What
 * is stored is not looked into here.
 */
void pid_name_thread(struct pid *pid, void *thread);
void pid_name_process(struct pid *pid, void *process);
void pid_attach(struct pid *pid, struct pid_use *use, enum pid_membership m);
void pid_detach(struct pid_use *use);

/* Its number as ns sees it; 0 if ns does not.  NULL pid: 0. */
int pid_nr(const struct pid *pid, const struct pidns *ns);
static inline int pid_root_nr(const struct pid *pid)
{
	return pid ? pid->numbers[0].nr : 0;
}
static inline struct pidns *pid_ns(const struct pid *pid)
{
	return pid->numbers[pid->level].ns;
}

/* In a read section, or under the family lock. */
struct pid *pid_find(struct pidns *ns, int nr);
struct pid *pid_next(struct pidns *ns, int nr); /* nr or the next above */
static inline void *pid_thread(struct pid *pid)
{
	return pid ? fetch(&pid->thread) : NULL;
}
static inline void *pid_process(struct pid *pid)
{
	return pid ? fetch(&pid->process) : NULL;
}

/* The memory that a pid takes, in bytes. */
size_t pid_size(unsigned level);

#endif

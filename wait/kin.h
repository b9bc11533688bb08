/*
 * Kin: who is whose parent, who has died, and who must be told.
 *
 * In Linux a *thread* has children and a *thread* is a parent (WMT-*, PDS-*);
 * what is a child, though, is a process, through its leader.  So kin come in
 * two structs: struct kin for each thread, and struct kingroup for the
 * process, the thread group, that they make up.
 *
 *	group ---leader--> kin ---parent--> kin (a thread of the parent process)
 *	  |                 |
 *	  threads           children, in the order of birth or adoption
 *	  (creation order)
 *
 * A kin goes through three states and never back:
 *
 *	ALIVE ------> ZOMBIE ------> DEAD
 *	   |   die            reap    ^
 *	   +--------------------------+
 *	     die, and nobody will wait
 *
 * A leader may be a zombie while other threads of its group live on; it becomes
 * *waitable*, and its parent is told, only when the group is otherwise empty.
 * A thread that is not the leader is never a zombie: it is dead at once.  A kin
 * is taken off every list, its number given up, when it is released.
 *
 * Whoever waits looks at children in list order (WAI-17..19).  So that looking
 * for a zombie among 100,000 children does not take 100,000 looks, those that
 * have news to tell are also kept in an ordered tree, keyed by their place in
 * the list; and whether there is any child at all that could have news one day
 * is a pair of counts.
 *
 * Locking: everything marked (f) is guarded by one lock, the family lock.  A
 * single lock is a deliberate choice, and Linux's (tasklist_lock): reparenting
 * touches three generations at once, and "hold the family lock" is the only
 * rule to remember.  (r) may also be read in a read section.
 */
#ifndef WAIT_KIN_H
#define WAIT_KIN_H

#include <stdbool.h>
#include <urcu/list.h>

#include "base/event.h"
#include "base/lock.h"
#include "base/tree.h"
#include "base/waitq.h"
#include "credentials/cred.h"
#include "namespace/pid.h"
#include "signal/signal.h"
#include "wait/status.h"
#include "wait/usage.h"

enum kin_state { KIN_ALIVE, KIN_ZOMBIE, KIN_DEAD };

/* A child is of one of two classes, by its exit signal (WAI-26..28). */
enum kin_class { CLASS_CHILD, CLASS_CLONE, NR_CLASSES };

struct kingroup;

/* What all kin of a machine have in common. */
struct family {
	struct lock lock; /* RANK_FAMILY */
	struct ground *ground;
	uint64_t places; /* (f) the next place at the end of a list */
};

struct kin {
	struct kingroup *group;        /* (c) */
	struct pid *pid;               /* (f, r) what it is called */
	struct sigthread *signals;     /* (c) */
	struct cred *const *cred;      /* (c) where its thread's is */
	struct kin *parent;            /* (f, r) NULL for the first init */
	struct cds_list_head children; /* (f) leaders, in list order */
	struct cds_list_head sibling;  /* (f) leader: on parent->children;
					      once dead: on a struct dead */
	struct cds_list_head in_group; /* (f) on group->threads */
	struct tree news;              /* (f) children that can be waited for */
	struct tree_node in_news;      /* (f) leader: in parent->news, by its
					      place in parent->children */
	/* (f) children that are not in news, by class */
	unsigned quiet[NR_CLASSES];
	enum kin_state state;  /* (f, r) */
	bool exiting;          /* (f) Linux: PF_EXITING */
	int status;            /* (f) of this thread alone */
	int16_t exit_signal;   /* (f) what its parent is sent; -1: none */
	int16_t death_signal;  /* (f) what it is sent when parent dies */
	unsigned execs;        /* (f) how often it has run execve, ... */
	unsigned parent_execs; /* (f) ... and its parent, at its birth */
	struct usage usage;    /* (f) its own */
};

struct kingroup {
	struct family *family;        /* (c) */
	struct kin *leader;           /* (f) */
	struct cds_list_head threads; /* (f) not released yet, oldest first */
	unsigned count;               /* (f) of threads */
	unsigned live;                /* (f) of these, not exiting */
	struct siggroup *signals;     /* (c) */
	struct waitq waiters;         /* (f) its threads that wait */
	struct pid *pid;              /* (c) what the process is called */
	struct pid_use pgid, sid;     /* (f, r) */
	struct pidns *ns;             /* (c) the one it lives in */
	bool is_subreaper;            /* (f) adopts its orphaned descendants */
	bool has_subreaper;           /* (f) an ancestor does, or did */
	bool has_execed;              /* (f) Linux: not PF_FORKNOEXEC */
	bool closing;        /* (f) an init that waits for nobody now */
	struct usage gone;   /* (f) of its released threads */
	struct usage reaped; /* (f) of the children it waited for */
};

void family_init(struct family *f, struct ground *g);

/* --- birth ---------------------------------------------------------------- */

/* A group with no threads; a kin of no group yet known to others. */
void kingroup_init(struct kingroup *group, struct family *f,
		   struct siggroup *signals, struct pidns *ns);
void kin_init(struct kin *k, struct kingroup *group, struct sigthread *signals,
	      struct cred *const *cred);

/* k becomes a thread of its group; the first is its leader. */
void kin_join(struct kin *k);
/* k's group becomes the last child of parent. */
void kin_adopt(struct kin *k, struct kin *parent);

/* --- life ----------------------------------------------------------------- */

static inline enum kin_class kin_class(const struct kin *k)
{
	return k->exit_signal == KITH_SIGCHLD ? CLASS_CHILD : CLASS_CLONE;
}

/* Only through here, for the parent counts its children by class. */
void kin_set_exit_signal(struct kin *k, int sig);

static inline struct ground *kin_ground(const struct kin *k)
{
	return k->group->family->ground;
}

static inline bool kin_is_leader(const struct kin *k)
{
	return k->group->leader == k;
}

static inline bool kin_alone(const struct kin *k)
{
	return k->group->count == 1;
}

/* Descendants now know that there is a subreaper above them (RPT-06). */
void kin_make_subreaper(struct kingroup *group);

/* Its number in the root namespace. */
static inline int kin_nr(const struct kin *k)
{
	return pid_root_nr(fetch(&k->pid));
}

static inline int kingroup_nr(const struct kingroup *group)
{
	return pid_root_nr(group->pid);
}

/* All that the group's threads used, living and gone. */
struct usage kingroup_usage(const struct kingroup *group);

/* How the whole group ended, or would if it ended now. */
int kingroup_status(const struct kingroup *group);

/* --- death ---------------------------------------------------------------- */

/* Those whom nobody will wait for, to be released with no lock held. */
struct dead {
	struct cds_list_head list;
};
void dead_init(struct dead *d);
void dead_add(struct dead *d, struct kin *k);
struct kin *dead_take(struct dead *d); /* the first; NULL: no more */

/*
 * k, which is exiting, gives its children to their next of kin: the first
 * living thread of its own group, or else the nearest subreaper, or else the
 * namespace's init (wait/reparent.c).
 */
void kin_reparent_children(struct kin *k, struct dead *dead);

/*
 * Who would get the children of this group's threads if all of them died now,
 * and why; NULL: nobody, for it is the last init's.
 */
struct kin *kingroup_heir(struct kingroup *group, const char **rule);

/*
 * k becomes a zombie, or dead at once, and whoever waits for it is told; call
 * after its children are gone to others, in the same critical section.
 */
void kin_die(struct kin *k, struct dead *dead);

/* A zombie is collected: k is dead, and may be released. */
void kin_bury(struct kin *k);

/*
 * Take a dead kin off every list.  Returns the leader, if that was waiting only
 * for k to go and nobody will wait for it in turn: it is to be released next.
 */
struct kin *kin_release(struct kin *k);

/* An exec by k, not the leader: it takes the leader's place, and number. */
void kin_take_lead(struct kin *k, struct dead *dead);

/* --- telling -------------------------------------------------------------- */

/*
 * The parent is told of k's end with signal sig, and those who wait are woken.
 * True if nobody will wait for k.  wait/notify.c.
 */
bool kin_notify_parent(struct kin *k, int sig);

/*
 * What is said of k's end, by SIGCHLD or by waitid: who, and how, as its wait
 * status has it.  reader is the namespace whose numbers are meant.
 */
struct kith_siginfo kin_siginfo(const struct kin *k, const struct pidns *reader,
				int status);

#endif

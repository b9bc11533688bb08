/*
 * kith - a model of the Linux process subsystem, as a library.
 *
 * A machine is a whole little kernel: processes, threads, numbers, signals,
 * waiting.  There is no global state; make as many machines as you like.  It
 * is born with one process, init, whose number is 1.  Nothing happens inside
 * a machine unless kith_step() makes it happen, so that a run is a function of
 * the calls made and of the seed.
 *
 *	struct kith_machine *m = kith_new(NULL);
 *
 *	kith_call(m, 1, &(struct kith_call){ .nr = KITH_FORK });
 *	kith_run(m);                            (now there is a 2)
 *	kith_free(m);
 *
 * A thread is in one of three situations:
 *
 *	         kith_call()              kith_step() ...
 *	  idle ---------------> in a call ---------------> idle, with a result
 *	                         |     ^
 *	                   falls |     | is woken
 *	                  asleep v     |
 *	                         asleep
 *
 * and from each of them it may die.  An idle thread is in user mode: which
 * call it makes next is up to you.
 *
 * Functions that can fail return 0 or a negative errno of the library's own;
 * what a modelled call returns is in its struct kith_result.  Errnos, flags
 * and signals are Linux's on x86-64, whatever this was compiled on.  Threads,
 * processes, groups and sessions are named by their numbers in the root pid
 * namespace.
 *
 * A machine is used by one OS thread at a time, unless it was made to be shared:
 * see kith_worker_begin().
 */
#ifndef KITH_KITH_H
#define KITH_KITH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_API __attribute__((visibility("default")))

struct kith_machine;

/* --- numbers and their names --------------------------------------------- */

enum kith_call_nr {
#define CALL(name, NAME, restart, result, family, number) KITH_##NAME,
#include <kith/calls.def>
	KITH_NR_CALLS
};

enum kith_event_type {
#define EVENT(name, NAME, subject, value, other, meaning) KITH_EV_##NAME,
#include <kith/events.def>
	KITH_NR_EVENTS
};

enum kith_value {
#define VALUE(set, NAME, number) KITH_##NAME = number,
#include <kith/values.def>
};

__extension__ enum kith_flag {
#define FLAG(set, NAME, number) KITH_##NAME = number,
#include <kith/values.def>
};

/* Linux's numbers, under names that no header of the host's can take. */
enum kith_signal {
#define SIGNAL(NAME, number, action) KITH_##NAME = number,
#include <kith/signals.def>
	KITH_NSIG = 64 /* the last signal */
};
enum kith_errno {
#define ERROR(NAME, number, text) KITH_##NAME = number,
#include <kith/errors.def>
};

KITH_API const char *kith_version(void);
KITH_API const char *kith_call_name(unsigned nr);    /* "wait4", or "?" */
KITH_API const char *kith_event_name(unsigned type); /* "reparent", or "?" */
KITH_API const char *kith_signal_name(int number);   /* "SIGCHLD", or NULL */
KITH_API const char *kith_errno_name(int number);    /* "ECHILD", or NULL */
KITH_API const char *kith_errno_text(int number);    /* "No child processes" */

/* --- calls ---------------------------------------------------------------- */

/*
 * What an argument that is a pointer says: 0 is NULL, KITH_HERE that there is
 * memory behind it; any other number is an address with nothing behind it.
 */
#define KITH_HERE UINT64_MAX

/* clone3's argument, by the kernel's names; arg[1] is its size, 64 or more. */
struct kith_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal;
	uint64_t stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	/* Behind set_tid, if that is KITH_HERE: innermost namespace first. */
	int32_t set_tid_numbers[4];
	/* Bytes after cgroup, where the size says there are some, are zero. */
	bool tail_is_dirty; /* or are they? */
};

/* A handler is KITH_SIG_DFL, KITH_SIG_IGN, or the number of one's choice. */
enum { KITH_SIG_DFL = 0, KITH_SIG_IGN = 1 };
struct kith_sigaction {
	uint64_t handler, flags, mask; /* mask: bit n - 1 is signal n */
};

/* What spend() spends; times in nanoseconds. */
struct kith_spend {
	uint64_t utime, stime;
	uint64_t pages; /* touched for the first time: so many minor faults */
};

struct kith_call {
	enum kith_call_nr nr;
	uint64_t arg[6]; /* in the kernel's order of registers */
	/*
	 * What lies behind an argument that is KITH_HERE.  It is copied before
	 * kith_call() returns.
	 */
	union {
		const char *text;             /* a name or a path */
		struct kith_clone_args clone; /* clone3 */
		struct kith_sigaction action; /* rt_sigaction */
		struct kith_spend spend;
	} in;
};

/* Resource usage: times in nanoseconds, maxrss in KiB, the rest are counts. */
struct kith_usage {
	uint64_t utime, stime, minflt, majflt, maxrss, nvcsw, nivcsw;
};

struct kith_siginfo {
	int32_t signo, code, pid, uid, status;
	uint64_t utime, stime; /* clock ticks of 10 ms */
};

/* Times as times(2) has them, in clock ticks of 10 ms. */
struct kith_tms {
	uint64_t utime, stime, cutime, cstime;
};

/* What the call filled in, apart from its value: the bits of `filled`. */
enum kith_filled {
	KITH_OUT_STATUS = 1 << 0,    /* status */
	KITH_OUT_SIGINFO = 1 << 1,   /* info; all zero if there was no news */
	KITH_OUT_USAGE = 1 << 2,     /* usage */
	KITH_OUT_TMS = 1 << 3,       /* tms */
	KITH_OUT_NUMBER = 1 << 4,    /* number: prctl's *arg2 */
	KITH_OUT_NAME = 1 << 5,      /* name: PR_GET_NAME */
	KITH_OUT_ACTION = 1 << 6,    /* action: rt_sigaction's old one */
	KITH_OUT_PARENT_TID = 1 << 7 /* number: CLONE_PARENT_SETTID */
};

struct kith_result {
	enum kith_call_nr nr;
	int64_t value;   /* what the call returned: >= 0, or -errno */
	uint32_t filled; /* enum kith_filled */
	int32_t status;
	int32_t number;
	char name[16];
	struct kith_siginfo info;
	union {
		struct kith_usage usage;
		struct kith_tms tms;
		struct kith_sigaction action;
	};
};

/*
 * Have thread tid enter a call.  It runs when kith_step() next picks the
 * thread.
 *
 *	-ESRCH       there is no such thread, or it is dead
 *	-EBUSY       it is inside a call, perhaps asleep
 *	-EINVAL      no such call, or in.text is NULL where it is needed
 *	-EOPNOTSUPP  the call asks for what the model does not have yet:
 *	             kith_unmodelled() says what.  Nothing has happened
 *	-ESHUTDOWN   init is dead
 *	-ENOMEM      there is no memory for what lies behind its pointers
 */
KITH_API int kith_call(struct kith_machine *m, pid_t tid,
		       const struct kith_call *call);

/*
 * What in a call the model does not have yet, in a few words; NULL if nothing.
 */
KITH_API const char *kith_unmodelled(const struct kith_call *call);

/*
 * The result of tid's last call.  -EBUSY while it is in the call, -ESRCH if
 * there is no such thread or it died, -ENODATA if it never made one.
 */
KITH_API int kith_result(struct kith_machine *m, pid_t tid,
			 struct kith_result *result);

/* --- machines ------------------------------------------------------------- */

/* A version of Linux, to be compared with others. */
#define KITH_LINUX(version, level) ((version)*1000 + (level))

struct kith_config {
	/*
	 * Which Linux it is a machine of: KITH_LINUX(6, 1) to KITH_LINUX(6, 18),
	 * which 0 means, too.
	 */
	int linux_version;
	uint64_t seed; /* decides where Linux may choose; 0: always the first */
	pid_t pid_max; /* of the root namespace; 0: 4194304, as Linux's */
	bool micro;    /* a call is several steps where Linux lets others in */
	bool dump_core; /* RLIMIT_CORE is not 0: a core signal dumps core */
	uint64_t lacks_caps; /* capabilities that init lacks, bit n is cap n */
	size_t memory;       /* bytes the machine may use at most; 0: 64 GiB */
	bool shared; /* many OS threads may drive it: kith_worker_begin() */
	/*
	 * User mode.  Asked, whenever thread tid has nothing to do, what it
	 * calls next; last is the result of its last call, NULL for a newborn.
	 * If it returns false, or a call that kith_call() would refuse, or if
	 * there is no program, the thread idles until kith_call().  It is asked by whoever runs the step, with no lock held.
	 */
	bool (*program)(void *ctx, pid_t tid, const struct kith_result *last,
			struct kith_call *next);
	void *ctx;
};

/* NULL with errno if memory is missing.  NULL config: all zero. */
KITH_API struct kith_machine *kith_new(const struct kith_config *config);
KITH_API void kith_free(struct kith_machine *m);

/*
 * Run one step of one thread.  Returns false if no thread can take one: all
 * are idle, asleep or dead.
 */
KITH_API bool kith_step(struct kith_machine *m);

/*
 * For those who want to choose themselves.  Who could take a step, longest
 * waiting first; returns how many, of which the first n are stored.  And: let
 * thread tid take one, or with 0 the one that kith_step() would pick.  Returns
 * the thread's number, 0 if nobody can take a step, -EAGAIN if this one cannot.
 */
KITH_API long kith_runnable(struct kith_machine *m, pid_t *buf, size_t n);
KITH_API pid_t kith_step_thread(struct kith_machine *m, pid_t tid);

/*
 * A shared machine may be driven by many OS threads at once: each may call
 * kith_step(), kith_call(), kith_result() and look.  Each begins with the first
 * of these and ends with the second, the thread that calls kith_new() and
 * kith_free() included.  Restoring, checking, hashing, watching and freeing want
 * the machine to themselves; there are no snapshots of a shared machine.
 */
KITH_API void kith_worker_begin(void);
KITH_API void kith_worker_end(void);

/* Steps until there are no more; returns how many there were. */
KITH_API uint64_t kith_run(struct kith_machine *m);

/* Virtual time since the machine's birth, in nanoseconds. */
KITH_API uint64_t kith_clock(const struct kith_machine *m);

/* --- events --------------------------------------------------------------- */

struct kith_event {
	uint64_t seq;  /* 0, 1, 2 ... of this machine */
	uint64_t time; /* virtual, in nanoseconds */
	enum kith_event_type type;
	pid_t actor, subject; /* see events.def */
	int64_t value, other;
	struct kith_siginfo info; /* signal, deliver */
	const char *rule; /* why it came so, e.g. "RPT-02"; NULL if plain */
};

/*
 * To watch a machine, fill one of these in and keep it until the machine is
 * freed or kith_unwatch() is called.  event() is called after each step for
 * everything that happened in it, in order.  It may look at the machine, enter
 * calls and change watchers, but not step, restore or free it.
 */
struct kith_observer {
	void (*event)(struct kith_observer *self, const struct kith_event *e);
	struct kith_observer *next; /* the machine's */
};

KITH_API void kith_watch(struct kith_machine *m, struct kith_observer *o);
KITH_API void kith_unwatch(struct kith_machine *m, struct kith_observer *o);

/* As one JSON object; returns its length without the NUL, as snprintf does. */
KITH_API int kith_event_json(const struct kith_event *e, char *buf, size_t len);

/* --- looking -------------------------------------------------------------- */

enum kith_state {
	KITH_IDLE,    /* in user mode */
	KITH_RUNNING, /* in a call, or about to die of a signal */
	KITH_ASLEEP,  /* in a call, until something happens */
	KITH_BLOCKED, /* the same, but only a fatal signal can wake it early */
	KITH_ZOMBIE,  /* dead; its number, at least, is still there */
};

/* A thread, and what its process is; a plain copy. */
struct kith_look {
	pid_t tid, tgid;
	pid_t ppid;          /* as getppid() says; 0 for init */
	pid_t parent_thread; /* the thread whose children list it is on */
	pid_t pgid, sid;
	enum kith_state state;
	int call; /* enum kith_call_nr if running or asleep in one; else -1 */
	/*
	 * Asleep in wait4 or waitid: whom it waits for, as wait4 would be told
	 * (-1: any child, n: that one, -n: that group), and its options.
	 * Blocked in vfork: the child that has not let go yet.  Else 0.
	 */
	pid_t waits_for;
	uint64_t wait_options;
	int threads; /* of the process, a dead leader included */
	int status;  /* as wait4 would report it; meaningful for a zombie */
	int exit_signal, pdeath_signal;
	bool leader;       /* tid == tgid */
	bool process_dead; /* all threads are: the zombie can be waited for */
	bool subreaper;
	uint64_t start; /* virtual time of birth, nanoseconds */
	char name[16];
	struct kith_usage self, children; /* of the process */
};

/* 0, or -ESRCH. */
KITH_API int kith_look(struct kith_machine *m, pid_t tid,
		       struct kith_look *look);

/* Why a number is still taken, if it is: who goes by it. */
struct kith_number {
	bool taken;
	bool thread, process;    /* that are called so */
	long members, followers; /* processes in the group, in the session */
};
KITH_API void kith_number(struct kith_machine *m, pid_t nr,
			  struct kith_number *number);

/*
 * Who would get the children of tid's process if all of it died now: a
 * process, or 0 if there is nobody (tid is init's).  *rule, unless rule is
 * NULL, says why it is that one.  -ESRCH.
 */
KITH_API pid_t kith_heir(struct kith_machine *m, pid_t tid, const char **rule);

/*
 * Is there a thread tid, and whose child is its process?  Returns the parent's
 * number, 0 for init, -ESRCH.  Takes no lock, and never waits.
 */
KITH_API pid_t kith_parent(struct kith_machine *m, pid_t tid);

/* The lowest thread number above `after`; 0 if there is none. */
KITH_API pid_t kith_next(struct kith_machine *m, pid_t after);

/*
 * The children of thread tid in the order in which wait looks at them.  Returns
 * how many there are, of which the first n are stored; -ESRCH if no thread.
 */
KITH_API long kith_children(struct kith_machine *m, pid_t tid, pid_t *buf,
			    size_t n);

/* The threads of the process of tid in order of creation; as kith_children. */
KITH_API long kith_threads(struct kith_machine *m, pid_t tid, pid_t *buf,
			   size_t n);

/*
 * The text of /proc/TID/`file` as the root namespace sees it.  Files: "status",
 * "stat", "children" (of task/TID), "comm".  Returns the length, as snprintf
 * does; -ESRCH without such a thread, -ENOENT without such a file.
 */
KITH_API int kith_proc(struct kith_machine *m, pid_t tid, const char *file,
		       char *buf, size_t len);

/* --- snapshots ------------------------------------------------------------ */

/*
 * All of a machine between two steps.  It can be restored into the machine it
 * was taken from, as often as one likes, and into no other.  Observers and
 * their machine's event numbers are not part of it; events that were not shown
 * yet when it is restored are forgotten, for what they tell is undone.
 *
 * kith_save() is NULL with errno ENOMEM, or ENOTSUP for a shared machine;
 * kith_restore() is 0, or -EINVAL for the snapshot of another machine.
 */
struct kith_snapshot;

KITH_API struct kith_snapshot *kith_save(struct kith_machine *m);
KITH_API int kith_restore(struct kith_machine *m,
			  const struct kith_snapshot *s);
KITH_API void kith_snapshot_free(struct kith_snapshot *s);
KITH_API size_t kith_snapshot_size(const struct kith_snapshot *s); /* bytes */

/*
 * What the machine is, in 64 bits: equal for machines that will behave alike,
 * wherever their memory lies and in whatever order it was handed out.
 */
KITH_API uint64_t kith_hash(struct kith_machine *m);

/*
 * The same, but the order in which threads wait for their turn does not count:
 * equal for machines that can be made to behave alike.  For those who choose by
 * kith_step_thread(), and want to know what they have seen before.
 */
KITH_API uint64_t kith_hash_unqueued(struct kith_machine *m);

/* --- trust ---------------------------------------------------------------- */

/*
 * Walk everything and see whether it fits together.  True if so; if not, says
 * in buf what is wrong.
 */
KITH_API bool kith_check(struct kith_machine *m, char *buf, size_t len);

/* Let the nth allocation from now fail, once; 0: none. */
KITH_API void kith_fail_allocation(struct kith_machine *m, uint64_t nth);

struct kith_memory {
	uint64_t bytes, blocks; /* in use now */
	uint64_t peak;          /* most bytes ever used at once */
	uint64_t held; /* bytes taken of the host; 0 if shared: malloc's */
	uint64_t allocations; /* so far, freed or not */
};
KITH_API void kith_memory(struct kith_machine *m, struct kith_memory *memory);

#ifdef __cplusplus
}
#endif
#endif /* KITH_KITH_H */

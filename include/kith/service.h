/*
 * kith-service - start processes, and lose none.
 *
 * A service is a registry of child processes.  It starts them, tells how they
 * ended, sends them signals and sees to it that no zombie stays, for a program
 * that may be PID 1 of a container, a supervisor, or something quite different
 * that now and then wants to run another program.
 *
 *	struct kith_service *s = kith_service_new(NULL);
 *	struct kith_spawned child;
 *	struct kith_ended end;
 *
 *	kith_service_spawn(s, &(struct kith_spawn){ .command = "true" }, &child);
 *	kith_service_wait(s, child.handle, -1, &end);
 *	kith_service_release(s, child.handle);
 *	kith_service_free(s);
 *
 * A child is named by its handle, which is a pidfd: poll(2) says when it has
 * ended, and it never comes to mean another process, as a pid can.
 *
 *	        spawn              reap, or any wait             release
 *	nobody -------> running ----------------------> ended ----------> nobody
 *	                   |    release                           reap       ^
 *	                   +------------> running, without a handle ---------+
 *
 * Guarantees:
 *
 * A.	A status is kept from the end of the child until its handle is released.
 *	Reaping does not take it from anybody who waits; any number of threads may
 *	wait for the same child, before and after its end, and all are told.
 * B.	Only the service's own children are waited for.  What else the program
 *	starts is left alone, unless `orphans` asks for everybody.
 * C.	That the program itself waits for any child (wait(), or SIGCHLD ignored)
 *	loses no status where the kernel keeps a record of it (Linux 6.15).
 * D.	kith_service_spawn() returns 0 only when the child has become the program
 *	that was asked for.  A failure leaves nothing behind, and is not seen by
 *	wait() or as SIGCHLD.
 * E.	What is asked for is done, or refused: no limit is ignored.
 *
 * Every function may be called by any thread at any time but
 * kith_service_free(), which comes last.  Functions that can fail return a
 * negative errno.  There is no global state and there are no hidden threads;
 * no signal handler is installed.  Needs Linux 5.11.
 */
#ifndef KITH_SERVICE_H
#define KITH_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef KITH_API
#define KITH_API __attribute__((visibility("default")))
#endif

struct kith_service;

/* --- the service ---------------------------------------------------------- */

/* What is worth a line: all up to the level that is set. */
enum kith_log_level {
	KITH_LOG_NOTHING,
	KITH_LOG_ERROR,   /* what the service could not do */
	KITH_LOG_WARNING, /* programs that could not be started; lost statuses */
	KITH_LOG_INFO,    /* every start and every end */
	KITH_LOG_DEBUG,   /* signals and orphans as well */
};

/* All zero is a good beginning. */
struct kith_service_config {
	/*
	 * A file to which lines are added, or "-" for standard error; NULL: no
	 * log.  Each line is one write(2).
	 */
	const char *log_path;
	enum kith_log_level log_level;

	/*
	 * The program is PID 1 or a subreaper and has no child of its own but
	 * the service's: kith_service_reap() reaps everybody.
	 */
	bool orphans;

	/*
	 * What kith_service_free() gives the children between SIGTERM and
	 * SIGKILL, in milliseconds; 0: 2000.
	 */
	unsigned grace_ms;

	/*
	 * A folder of cgroup v2 that the program may write to, and that has no
	 * process in itself.  Each child with a limit gets a cgroup there.
	 */
	const char *cgroup;

	/*
	 * Signals for kith_service_listen(): KITH_SIGNAL_BIT(SIGTERM) | ... .
	 * They are blocked in the thread that makes the service, so that threads
	 * made later have them blocked as well.
	 */
	uint64_t forward;

	/*
	 * realloc(), or free() if size is 0, with ctx; NULL: the C library's.
	 * May be called by several threads, one at a time.
	 */
	void *(*resize)(void *ctx, void *old, size_t size);
	void *ctx;
};

#define KITH_SIGNAL_BIT(n) (UINT64_C(1) << ((n)-1))

/* NULL with errno if it could not be made: no memory, no descriptors, no log. */
KITH_API struct kith_service *kith_service_new(
	const struct kith_service_config *config);

/*
 * End it: SIGTERM to all children that are left, and to their groups where they
 * lead one; SIGKILL after the grace; the service is gone, and its handles are
 * closed.  Returns how many are alive still, one second later, which only a
 * process that is stuck in the kernel can be.
 */
KITH_API int kith_service_free(struct kith_service *s);

/* --- starting ------------------------------------------------------------- */

enum kith_stream {
	KITH_STREAM_INHERIT, /* the program's own */
	KITH_STREAM_NULL,    /* /dev/null */
	KITH_STREAM_PIPE,    /* a pipe, whose other end is in kith_spawned */
	KITH_STREAM_LOG,     /* output and errors: to log_path, at its end */
	KITH_STREAM_OUTPUT,  /* errors: to where output goes */
};

enum kith_group {
	KITH_GROUP_INHERIT, /* the program's own process group */
	KITH_GROUP_NEW,     /* one that the child leads */
	KITH_GROUP_SESSION, /* a session that the child leads */
};

struct kith_spawn_user {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary ones; none if count is 0 */
	size_t count;
};

/* All zero but the command is a good beginning. */
struct kith_spawn {
	const char *command;            /* looked for in PATH if it has no / */
	const char *const *arguments;   /* with argv[0], NULL at the end;
					   NULL: the command alone */
	const char *const *environment; /* NULL: the program's own */
	const char *directory;          /* NULL: the program's own */

	enum kith_stream input, output, errors;
	const char
		*log_path; /* made with mode 0640.  If it is given, output and
				 errors that are inherited go there. */

	/*
	 * Limits; 0: none.  With a cgroup they are for the child and all its
	 * descendants.  Without, memory is each process's address space
	 * (RLIMIT_AS), and processes are all of the user's (RLIMIT_NPROC),
	 * which do not bind root: then, and for cpu, spawn says -EOPNOTSUPP.
	 */
	uint64_t memory_bytes;
	unsigned cpu_percent; /* of one CPU; may be above 100 */
	unsigned processes;

	const struct kith_spawn_user *user; /* NULL: the program's own */
	enum kith_group group;

	bool wait;             /* return only after its end */
	bool forward_signals;  /* kith_service_forward() reaches it */
	bool keep_signals;     /* ignored and blocked signals stay so; otherwise
				  the child starts with none */
	bool keep_descriptors; /* those from 3 up that close on exec does not
				  close; otherwise the child has 0, 1 and 2 */
	bool no_new_privileges; /* no set-user-ID programs below it */
};

/* How it ended. */
struct kith_ended {
	int code;   /* as a shell says it: its own, or 128 + the signal */
	int signal; /* that killed it, or 0 */
	bool core;  /* and it left a core */
	int status; /* the whole, as from waitpid(2) */
	uint64_t utime_ns,
		stime_ns;    /* CPU time, with its own waited children */
	uint64_t maxrss_kib; /* of the largest among them */
	uint64_t lived_ns;   /* from its start until its status was collected */
	bool unknown; /* only that it ended is known: somebody else took the
			      status, and the kernel is older than 6.15 */
};

struct kith_spawned {
	int handle; /* its pidfd, to be released; -1 if there is none */
	pid_t pid;  /* means something until it has ended */
	int input, output,
		errors;        /* our ends of pipes, yours to close, or -1 */
	struct kith_ended end; /* with wait */
	const char *step;      /* on failure: what failed, in a word or two */
};

/*
 * Start a program.  Returns 0, or what failed at spawned->step:
 *
 *	-ENOENT, -EACCES, -ENOEXEC, ...  as execve(2) or chdir(2) had it
 *	-EAGAIN, -ENOMEM, -EMFILE, ...   no process, memory or descriptor
 *	-EPERM                           may not become that user
 *	-EOPNOTSUPP                      a limit that would not hold
 *	-EINVAL                          options that contradict each other
 */
KITH_API int kith_service_spawn(struct kith_service *s,
				const struct kith_spawn *how,
				struct kith_spawned *spawned);

/* --- a child -------------------------------------------------------------- */

/*
 * Wait until it has ended, for at most so many milliseconds; -1: without end.
 * Fills in *end unless that is NULL.  Returns 0, -ETIMEDOUT, or -EBADF if this
 * is no handle of the service.
 */
KITH_API int kith_service_wait(struct kith_service *s, int handle,
			       int timeout_ms, struct kith_ended *end);

/*
 * Send it a signal; to its whole group if it leads one and `group` is set.
 * Returns 0, -ESRCH if it has ended, -EPERM, -EINVAL or -EBADF.
 */
KITH_API int kith_service_kill(struct kith_service *s, int handle, int sig,
			       bool group);

/* Its pid, for printing; or -EBADF. */
KITH_API pid_t kith_service_pid(struct kith_service *s, int handle);

/*
 * Give the handle back.  The child, if it is alive, goes on without; its status
 * is nobody's then.  Returns 0 or -EBADF.
 */
KITH_API int kith_service_release(struct kith_service *s, int handle);

/* --- all of them ---------------------------------------------------------- */

/*
 * Collect whoever is dead; never sleeps.  Returns how many there were.  Its cost
 * is that of the dead, not of the living; with `orphans`, the kernel looks at
 * all children.  Needed for children without a handle, and for orphans; for
 * others, waiting is enough.
 */
KITH_API int kith_service_reap(struct kith_service *s);

/* A descriptor that poll(2) finds readable when there is somebody to reap. */
KITH_API int kith_service_fd(struct kith_service *s);

/* How many children are running, with a handle or without. */
KITH_API int kith_service_count(struct kith_service *s);

/* Send a signal to all children with forward_signals.  How many got it. */
KITH_API int kith_service_forward(struct kith_service *s, int sig);

/*
 * Take one of the signals in `forward`, or SIGCHLD with `orphans`, and do what
 * is due: forward it, or reap.  Waits for at most so many milliseconds; -1:
 * without end.  Returns the signal, 0 when the time is up, or -EINVAL if the
 * service was made without either.
 */
KITH_API int kith_service_listen(struct kith_service *s, int timeout_ms);

struct kith_service_stats {
	uint64_t spawned, failed; /* starts that succeeded, and did not */
	uint64_t ended;           /* children collected */
	uint64_t lost;            /* of them, with unknown status */
	uint64_t orphans;         /* strangers reaped */
	uint64_t forwarded;       /* signals, counted for each child */
	uint64_t utime_ns, stime_ns, maxrss_kib; /* of all collected */
	uint64_t log_lost; /* lines that could not be written */
};

KITH_API void kith_service_stats(struct kith_service *s,
				 struct kith_service_stats *stats);

/* --- the log -------------------------------------------------------------- */

/*
 * Another file, or level; the same file again, after it was moved away.  0, or
 * a negative errno and the log is as it was.
 */
KITH_API int kith_service_set_log(struct kith_service *s, const char *path,
				  enum kith_log_level level);

/* A line of your own.  What does not fit into 512 bytes is cut off. */
KITH_API void kith_service_log(struct kith_service *s,
			       enum kith_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif

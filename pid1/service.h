/*
 * The inside of the service library: the registry, and what a child is in it.
 *
 * A child is in two chains, by handle and by pid, from its birth until nobody
 * has any business with it: it has ended, its handle was released, and no thread
 * is in the middle of waiting for it.
 *
 *	running   in the epoll set; `refs` counts the waiting threads
 *	ended     its status is in `end`; out of the epoll set
 *	released  find() does not see it any more
 *
 * It is not the model's struct kin.  A kin knows its parent, its children, its
 * group, its signals and its names in each namespace, because the model has to
 * decide from them what Linux decides here.  What is left for a registry to
 * know is a pid, a descriptor and a status.  What both have in common is how a
 * status is read and how usage adds up: wait/status.h, wait/usage.h.
 *
 * Locking: one mutex guards everything marked (l).  What is done under it are
 * short system calls that do not sleep.  `births` is for orphans only: a thread
 * that makes a child holds it for reading until the child is in the registry,
 * and whoever reaps strangers holds it for writing, or he would take a newborn
 * for one.  births is taken before lock.
 */
#ifndef PID1_SERVICE_H
#define PID1_SERVICE_H

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>

#include <kith/service.h>

#include "wait/usage.h"

struct child {
	struct child *next_by_handle, *next_by_pid; /* (l) */
	int handle;                                 /* (c) the pidfd */
	pid_t pid;                                  /* (c) */
	uint64_t started_ns;                        /* (c) */
	bool leads, forwards;                       /* (c) */
	unsigned cgroup;       /* (c) the number of its cgroup, or 0 */
	unsigned refs;         /* (l) threads that wait for it */
	bool ended, released;  /* (l) */
	bool unwatched;        /* (l) epoll had no room for it */
	struct kith_ended end; /* (l) */
};

/* Has a lock of its own, which is taken last. */
struct service_log {
	pthread_mutex_t lock;
	int fd; /* -1: none */
	enum kith_log_level level;
	uint64_t lost;
};

struct kith_service {
	struct kith_service_config config; /* (c) without the log's */
	int epoll;                         /* (c) */
	int cgroup;                        /* (c) the folder, or -1 */

	pthread_rwlock_t births;
	pthread_mutex_t lock;
	struct child **by_handle, **by_pid; /* (l) chains */
	size_t chains;                      /* (l) how many; a power of two */
	size_t members;                     /* (l) children in them */
	unsigned running;                   /* (l) */
	unsigned unwatched;                 /* (l) */
	unsigned cgroups;                   /* (l) made so far */
	struct kith_service_stats stats;    /* (l) but log_lost */
	struct service_log log;
};

/* --- memory, through the configuration ------------------------------------ */

/* Zeroed, or NULL. */
void *service_allocate(struct kith_service *s, size_t size);
void service_free(struct kith_service *s, void *old);
void service_free_locked(struct kith_service *s, void *old);

/* --- service-limits.c ----------------------------------------------------- */

/*
 * A new cgroup with the limits of `how`: its number in *number, and a descriptor
 * to write "0" to from inside.  0 or a negative errno.
 */
int service_cgroup_make(struct kith_service *s, const struct kith_spawn *how,
			unsigned *number, int *procs);

/* It is empty: take it away. */
void service_cgroup_remove(struct kith_service *s, unsigned number);

/* --- service-log.c -------------------------------------------------------- */

int log_open(struct service_log *log, const char *path,
	     enum kith_log_level level);
void log_close(struct service_log *log);
void log_line(struct service_log *log, enum kith_log_level level,
	      const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void log_lines(struct service_log *log, enum kith_log_level level,
	       const char *fmt, va_list args);

/* --- service.c ------------------------------------------------------------ */

/* Monotonic, in nanoseconds. */
uint64_t service_now(void);

/* --- service-registry.c: with the lock held, but for the first ------------- */

/* A newborn joins the registry. */
void service_join(struct kith_service *s, struct child *c);

/* By its handle, unless that was released; or the living one of this pid. */
struct child *child_find(struct kith_service *s, int handle);
struct child *child_find_pid(struct kith_service *s, pid_t pid);

/* The next after c, in no order; NULL begins. */
struct child *child_next(struct kith_service *s, struct child *c);

/* Has it ended?  If that is new, it is written down. */
bool child_collect(struct kith_service *s, struct child *c);

/* Nobody has any business with it. */
void child_forget(struct kith_service *s, struct child *c);
bool child_collect_and_forget(struct kith_service *s, struct child *c);

/* As waitpid() would tell what waitid() did. */
int status_of_info(const siginfo_t *info);

/* --- service-children.c ---------------------------------------------------- */

/* What is left of a time-out, in milliseconds, rounded up. */
int service_remaining(int timeout_ms, uint64_t since);

/* With the lock held: 0 or a negative errno. */
int child_signal(struct kith_service *s, const struct child *c, int sig,
		 bool group);

/* The signals that the service takes. */
uint64_t service_hears(const struct kith_service *s);

#endif

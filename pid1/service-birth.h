/*
 * What a child of the service does before it is the program: see the picture in
 * service-spawn.c.
 *
 * It runs in the parent's memory while the thread that made it sleeps, as with
 * vfork(), on a stack of its own; other threads go on meanwhile.  So it does
 * nothing there but raw system calls: the C library's setuid() would try to tell
 * all threads, and what a race detector puts into its wrappers would not be
 * balanced, because exec does not return.
 */
#ifndef PID1_SERVICE_BIRTH_H
#define PID1_SERVICE_BIRTH_H

#include <limits.h>
#include <stdint.h>

#include <kith/service.h>

enum step {
	AT_NOTHING,
	AT_OPTIONS,
	AT_MEMORY,
	AT_LOG,
	AT_PIPES,
	AT_CGROUP,
	AT_LIMITS,
	AT_CLONE,
	AT_GROUP,
	AT_DESCRIPTORS,
	AT_FOLDER,
	AT_USER,
	AT_PRIVILEGES,
	AT_EXEC,
};

/* All that passes between the two: in shared memory, below the child's stack. */
struct birth {
	const struct kith_spawn *how;
	const char *const *argv;
	const char *const *env;
	const char *path; /* where to look for the command */
	const char *alone[2];
	int std[3];    /* what 0, 1 and 2 are to be; -1: as they are */
	int ours[3];   /* our ends of pipes, or -1 */
	int procs;     /* cgroup.procs, or -1 */
	uint64_t mask; /* the thread's */
	enum step step;
	int err;
	char name[PATH_MAX]; /* of the program, folder by folder */
};

/* To be given to clone(): it ends as the program, or with step and err set. */
int birth_become(void *birth);

#endif

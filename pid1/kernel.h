/*
 * What this kernel can do that older ones could not.
 *
 * Since Linux 6.15 the status of a process that nobody waited for can be read
 * from its pidfd, after it is gone.  Then init may ignore SIGCHLD: the kernel
 * releases every orphan by itself, init never wakes for one, and the only
 * status that matters is still there to be read.
 *
 * The version alone is no proof: what only looks like Linux may claim any, and
 * a filter may stand before the question.  So it is asked as well.
 */
#ifndef PID1_KERNEL_H
#define PID1_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* Major << 16 | minor << 8 | patch; 0 if it cannot be told. */
uint32_t kernel_version(void);

#define KERNEL(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8)

/* Does this version keep them? */
bool kernel_keeps_exits(void);

/* May we ask?  Tries it, on ourselves: three system calls. */
bool kernel_tells_exits(void);

/*
 * The wait status of the process of a pidfd that has said POLLHUP.  POLLIN is
 * too early: the record may not be there yet.  Returns 0 or -errno.
 */
int kernel_exit_status(int pidfd, int *status);

#endif

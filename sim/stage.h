/*
 * A stage: a piece of Linux that is as empty as a machine that has just begun.
 *
 *	the driver (kith)       outside; holds the channel and the inside's /proc
 *	  the keeper            parent of init; ends it when the driver is gone
 *	    1  init        \
 *	    2  ...          }   a fresh PID, mount and IPC namespace (for an
 *	    3  ...         /    ordinary user a user namespace first); every
 *	                        thread of it is the agent
 *
 * Its root is a tmpfs with nothing in it but the agent under the names that the
 * scenario runs, the channel's file and /proc; so all of it is gone when the
 * last of its processes is.  Nobody in it can see, signal or outlive the
 * driver.  What binds even root in it: there are at most SLOTS threads ever, and
 * an agent touches no more than what one line of spend may ask for.
 *
 * The stage makes no decisions.  It posts calls into slots, and tells where the
 * namespace can be looked at.
 */
#ifndef SIM_STAGE_H
#define SIM_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kith/kith.h>

#include "sim/channel.h"

struct stage_config {
	const char *const *programs; /* paths for execve, NULL at the end */
	pid_t pid_max;               /* 0: as it is */
	bool dump_core;
	uint64_t lacks_caps; /* besides those that we lack ourselves */
	int cpu;             /* -1: any */
};

struct stage {
	void *channel;          /* as mapped here */
	int proc;               /* the inside's /proc */
	int ns;                 /* its pid namespace */
	int init;               /* a pidfd */
	int life;               /* open as long as it shall live */
	pid_t keeper, init_pid; /* as numbered here */
};

/* 0; or -1 with the reason, one line, in why. */
int stage_open(struct stage *s, const struct stage_config *config, char *why,
	       size_t size);
void stage_close(struct stage *s); /* everything in it ends */

bool stage_is_alive(const struct stage *s);
/*
 * Init was ended by somebody who is not in the stage.  That is told once.
 */
bool stage_was_killed(struct stage *s);

/* Of the running kernel, as KITH_LINUX() has it; 0: it does not say. */
int kernel_version(void);

/* Slots: a new one, marked BUSY; NULL if all were used. */
struct slot *stage_new_slot(struct stage *s, uint32_t *index);
struct slot *stage_slot(const struct stage *s, uint32_t index);

/* The call that was put into a slot begins. */
void stage_tell(struct slot *slot);

#endif

/*
 * Who is meant: a signal for a session, a cgroup, a tree or all.
 *
 * Linux has a call for a process, for a group and for everybody; the others are
 * looked for in /proc, and each is named by its folder there, which as a
 * descriptor is as good as a pidfd: a number that was given to somebody else in
 * between is not hit.  (Before Linux 5.1 there is only the number, looked at just
 * before.)  Who is born while we look may be missed.
 *
 * Everybody, kill(-1), is meant only if init is PID 1: then it is everybody in a
 * namespace that init is the end of anyway.  Else it would be the machine.
 */
#ifndef PID1_SCOPE_H
#define PID1_SCOPE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "pid1/options.h"

struct reach {
	pid_t self;
	pid_t main;  /* 0: there is none any more */
	pid_t group; /* of main, and its session if it is APART; or 0 */
	enum place place;
	int pidfd;  /* of main, or -1 */
	int cgroup; /* the folder of main's own cgroup, or -1 */
};

/*
 * Send it.  `info` has the value that it came with, or is NULL.  Returns 0 if
 * somebody got it, or an errno.
 */
int scope_send(const struct reach *r, enum scope scope, int sig,
	       const siginfo_t *info);

/* May this be repeated as it came, with its value and its sender? */
bool scope_repeatable(const siginfo_t *info);

#endif

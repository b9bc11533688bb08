/*
 * /proc/sys, as far as it says how numbers are given out.
 */
#include <errno.h>
#include <string.h>

#include "process/process.h"

enum { SYSCTL_PID_MAX, SYSCTL_NS_LAST_PID };

int sysctl_find(const char *name)
{
	if (!strcmp(name, "kernel.pid_max"))
		return SYSCTL_PID_MAX;
	if (!strcmp(name, "kernel.ns_last_pid"))
		return SYSCTL_NS_LAST_PID;
	return -1;
}

enum outcome sys_sysctl(struct thread *t)
{
	struct pidns *ns = t->kin.group->ns;
	int64_t value = (int64_t)t->op.arg[1];

	if (where_of(t->op.arg[0]) != WHERE_HERE)
		return done(t, -EFAULT);
	if (value != (int)value)
		return done(t, -EINVAL);
	switch (t->op.behind->in.sysctl) {
	case SYSCTL_PID_MAX:
		return done(t, pidns_set_max(ns, (int)value));
	case SYSCTL_NS_LAST_PID:
		return done(t, pidns_set_last(ns, (int)value));
	default:
		return done(t, -ENOENT);
	}
}

/*
 * What was used: getrusage, times; and using it: spend.
 */
#include <errno.h>

#include "process/process.h"

/* The process's, with the memory that it has now (Linux: RUSAGE_SELF). */
static struct usage own_usage(struct thread *t)
{
	struct usage u = kingroup_usage(t->kin.group);

	if (u.maxrss < space_most_kib(t->space))
		u.maxrss = space_most_kib(t->space);
	return u;
}

enum outcome sys_getrusage(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct usage u;
	int who = (int)t->op.arg[0];

	if (mutant(&m->ground, STA_10_order) &&
	    where_of(t->op.arg[1]) != WHERE_HERE)
		return done(t, -EFAULT);
	if (who != KITH_RUSAGE_SELF && who != KITH_RUSAGE_CHILDREN &&
	    who != KITH_RUSAGE_THREAD)
		return done(t, -EINVAL); /* STA-10 */
	lock_acquire(&m->family.lock);
	u = own_usage(t);
	if (who == KITH_RUSAGE_CHILDREN) {
		u = t->kin.group->reaped;
	} else if (who == KITH_RUSAGE_THREAD) {
		t->kin.usage.maxrss = u.maxrss;
		u = t->kin.usage;
		t->kin.usage.maxrss = 0;
	}
	lock_release(&m->family.lock);
	if (where_of(t->op.arg[1]) != WHERE_HERE)
		return done(t, -EFAULT);
	fill(t, KITH_OUT_USAGE)->usage = usage_public(&u);
	return done(t, 0);
}

enum outcome sys_times(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kingroup *group = t->kin.group;
	enum where where = where_of(t->op.arg[0]);
	struct usage u;
	struct kith_tms tms;

	lock_acquire(&m->family.lock);
	u = own_usage(t);
	tms = (struct kith_tms){
		.utime = u.utime / USAGE_TICK,
		.stime = u.stime / USAGE_TICK,
		.cutime = group->reaped.utime / USAGE_TICK,
		.cstime = group->reaped.stime / USAGE_TICK,
	};
	lock_release(&m->family.lock);
	if (where == WHERE_BAD)
		return done(t, -EFAULT);
	if (where == WHERE_HERE)
		fill(t, KITH_OUT_TMS)->tms = tms;
	return done(t, (int64_t)(clock_now(&m->ground) / USAGE_TICK));
}

enum outcome sys_spend(struct thread *t)
{
	struct kith_machine *m = t->machine;
	struct kith_spend s;

	if (where_of(t->op.arg[0]) != WHERE_HERE)
		return done(t, -EFAULT);
	s = t->op.behind->in.spend;
	lock_acquire(&m->family.lock);
	t->kin.usage.utime += s.utime;
	t->kin.usage.stime += s.stime;
	t->kin.usage.minflt += s.pages;
	lock_release(&m->family.lock);
	space_touch(t->space, s.pages);
	clock_advance(&m->ground, s.utime + s.stime);
	return done(t, 0);
}

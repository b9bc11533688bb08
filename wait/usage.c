#include "wait/usage.h"

void usage_add(struct usage *to, const struct usage *from)
{
	to->utime += from->utime;
	to->stime += from->stime;
	to->minflt += from->minflt;
	to->nvcsw += from->nvcsw;
	if (to->maxrss < from->maxrss)
		to->maxrss = from->maxrss;
}

struct kith_usage usage_public(const struct usage *u)
{
	return (struct kith_usage){
		.utime = u->utime,
		.stime = u->stime,
		.minflt = u->minflt,
		.nvcsw = u->nvcsw,
		.maxrss = u->maxrss,
	};
}

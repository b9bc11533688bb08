/*
 * The text of /proc, as the root namespace sees it (proc(5); Linux:
 * fs/proc/array.c).  Lines about things that the model does not have, such as
 * memory maps, are left out of status; in stat, whose fields are counted, they
 * are 0.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "process/process.h"

struct text {
	char *buf;
	size_t room, len;
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *x, const char *fmt, ...)
{
	size_t at = x->len < x->room ? x->len : x->room;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(x->buf ? x->buf + at : NULL, x->room - at, fmt, ap);
	va_end(ap);
	if (n > 0)
		x->len += (size_t)n;
}

/* A thread at rest in user mode is running, as far as Linux can tell. */
static const char *state_text(enum kith_state s)
{
	switch (s) {
	case KITH_ASLEEP:
		return "S (sleeping)";
	case KITH_BLOCKED:
		return "D (disk sleep)";
	case KITH_ZOMBIE:
		return "Z (zombie)";
	default:
		return "R (running)";
	}
}

static void put_ids(struct text *x, const char *name, const struct id *id)
{
	put(x, "%s:\t%u\t%u\t%u\t%u\n", name, id->real, id->effective,
	    id->saved, id->fs);
}

static void put_signals(struct text *x, struct thread *t)
{
	struct siggroup *g = &thread_process(t)->signals;
	sigbits ignored, caught, own, shared;

	lock_acquire(&g->lock);
	own = sigthread_shown(&t->signals);
	shared = g->shared.set;
	action_sets(g->sighand, &ignored, &caught);
	lock_release(&g->lock);
	put(x, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
	    (unsigned long long)own, (unsigned long long)shared, 0ull);
	put(x, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n",
	    (unsigned long long)ignored, (unsigned long long)caught);
}

static void put_caps(struct text *x, const struct caps *c)
{
	put(x, "CapInh:\t%016llx\n", (unsigned long long)c->inheritable);
	put(x, "CapPrm:\t%016llx\n", (unsigned long long)c->permitted);
	put(x, "CapEff:\t%016llx\n", (unsigned long long)c->effective);
	put(x, "CapBnd:\t%016llx\n", (unsigned long long)c->bounding);
	put(x, "CapAmb:\t%016llx\n", (unsigned long long)c->ambient);
}

static void put_status(struct text *x, struct thread *t,
		       const struct kith_look *l)
{
	put(x, "Name:\t%s\nState:\t%s\n", l->name, state_text(l->state));
	put(x, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", l->tgid,
	    l->tid, l->ppid);
	put_ids(x, "Uid", &t->cred->uid);
	put_ids(x, "Gid", &t->cred->gid);
	put(x, "Groups:\t \n");
	put(x, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", l->tgid,
	    l->tid, l->pgid, l->sid);
	if (t->machine->linux_version >= KITH_LINUX(6, 11))
		put(x, "Kthread:\t0\n");
	put(x, "Threads:\t%d\n", l->threads);
	put_signals(x, t);
	put_caps(x, &t->cred->caps);
	put(x, "NoNewPrivs:\t0\n");
}

static unsigned long long ticks(uint64_t ns)
{
	return ns / USAGE_TICK;
}

/* Fields 1 to 22 of stat. */
static void put_stat_head(struct text *x, const struct kith_look *l)
{
	const struct kith_usage *u = &l->self, *c = &l->children;

	put(x, "%d (%s) %c %d %d %d 0 -1 0 ", l->tid, l->name,
	    state_text(l->state)[0], l->ppid, l->pgid, l->sid);
	put(x, "%llu %llu 0 0 ", (unsigned long long)u->minflt,
	    (unsigned long long)c->minflt);
	put(x, "%llu %llu %llu %llu ", ticks(u->utime), ticks(u->stime),
	    ticks(c->utime), ticks(c->stime));
	put(x, "20 0 %d 0 %llu", l->threads, ticks(l->start));
}

/*
 * All 52: 38 is exit_signal, 52 exit_code, which is the process's as soon as its
 * end is decided.
 */
static void put_stat(struct text *x, struct thread *t,
		     const struct kith_look *l)
{
	int status = t->kin.status;

	if (!mutant(thread_ground(t), EXT_06_seen))
		signal_has_ended(&thread_process(t)->signals, &status);
	put_stat_head(x, l);
	put(x, " 0 %llu",
	    t->space ? (unsigned long long)t->space->pages : 0ull);
	for (int field = 25; field < 38; field++)
		put(x, " 0");
	put(x, " %d", l->exit_signal);
	for (int field = 39; field < 52; field++)
		put(x, " 0");
	put(x, " %d\n", status);
}

static void put_children(struct text *x, struct thread *t)
{
	struct kin *k;

	cds_list_for_each_entry(k, &t->kin.children, sibling)
		put(x, "%d ", kin_nr(k));
}

int kith_proc(struct kith_machine *m, pid_t tid, const char *file, char *buf,
	      size_t len)
{
	struct text x = { .buf = buf, .room = len };
	struct kith_look look;
	struct thread *t;
	int err = kith_look(m, tid, &look);

	if (err)
		return err;
	if (len)
		buf[0] = '\0';
	lock_acquire(&m->family.lock);
	t = thread_find(m, tid);
	if (!t)
		err = -ESRCH;
	else if (!strcmp(file, "status"))
		put_status(&x, t, &look);
	else if (!strcmp(file, "stat"))
		put_stat(&x, t, &look);
	else if (!strcmp(file, "children"))
		put_children(&x, t);
	else if (!strcmp(file, "comm"))
		put(&x, "%s\n", look.name);
	else
		err = -ENOENT;
	lock_release(&m->family.lock);
	return err ? err : (int)x.len;
}

/*
 * For tests that drive a machine: calls as functions, checks after each.
 *
 *	struct kith_machine *m = rig_new(NULL);
 *
 *	is(call(m, 1, KITH_FORK), 2, "...");
 *	is(call(m, 1, KITH_WAIT4, ANY), ASLEEP, "...");
 *	is(call(m, 2, KITH_EXIT_GROUP, 7), GONE, "...");
 *	is(result(m, 1), 2, "...");
 *	rig_free(m);
 *
 * rig_free() asks kith_check() one last time, and fails if it ever complained.
 */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include <kith/kith.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rounds.h"
#include "tests/tap.h"

enum {
	ASLEEP = -100001, /* the thread is still in its call */
	GONE = -100002,   /* it is dead */
	REFUSED = -200000 /* minus what kith_call() said */
};

#define HERE KITH_HERE
#define ANY  ((uint64_t)-1)
#define BAD  UINT64_C(16) /* an address with nothing behind it */

/* The first complaint of kith_check(), if any. */
static char rig_complaint[256];

static inline bool sound(struct kith_machine *m)
{
	char why[sizeof(rig_complaint)];

	if (kith_check(m, why, sizeof(why)))
		return true;
	if (!rig_complaint[0])
		strcpy(rig_complaint, why);
	return false;
}

static inline struct kith_machine *rig_new(const struct kith_config *config)
{
	struct kith_machine *m = kith_new(config);

	rig_complaint[0] = '\0';
	ok(m && sound(m), "a machine");
	return m;
}

static inline void rig_free(struct kith_machine *m)
{
	sound(m);
	is_str(rig_complaint, "", "all fits together");
	kith_free(m);
}

/* What the last call of tid has come to. */
static inline long result(struct kith_machine *m, pid_t tid)
{
	struct kith_result r;

	switch (kith_result(m, tid, &r)) {
	case 0:
		return (long)r.value;
	case -KITH_EBUSY:
		return ASLEEP;
	default:
		return GONE;
	}
}

static inline long enter(struct kith_machine *m, pid_t tid,
			 const struct kith_call *c)
{
	int err = kith_call(m, tid, c);

	if (err)
		return REFUSED + err;
	while (kith_step(m))
		sound(m);
	return result(m, tid);
}

#define call(m, tid, number, ...) \
	enter(m, tid, \
	      &(struct kith_call){ .nr = (number), .arg = { __VA_ARGS__ } })

static inline long exec(struct kith_machine *m, pid_t tid, const char *path)
{
	return enter(m, tid,
		     &(struct kith_call){ .nr = KITH_EXECVE,
					  .arg = { HERE },
					  .in.text = path });
}

static inline long sigaction_as(struct kith_machine *m, pid_t tid, int sig,
				uint64_t handler, uint64_t flags)
{
	return enter(m, tid,
		     &(struct kith_call){ .nr = KITH_RT_SIGACTION,
					  .arg = { (uint64_t)sig, HERE, 0, 8 },
					  .in.action = { .handler = handler,
							 .flags = flags } });
}

static inline long spend(struct kith_machine *m, pid_t tid, uint64_t utime,
			 uint64_t stime, uint64_t pages)
{
	return enter(
		m, tid,
		&(struct kith_call){ .nr = KITH_SPEND,
				     .arg = { HERE },
				     .in.spend = { utime, stime, pages } });
}

static inline long sysctl(struct kith_machine *m, pid_t tid, const char *name,
			  int64_t value)
{
	return enter(m, tid,
		     &(struct kith_call){ .nr = KITH_SYSCTL,
					  .arg = { HERE, (uint64_t)value },
					  .in.text = name });
}

static inline long clone3(struct kith_machine *m, pid_t tid,
			  const struct kith_clone_args *a, uint64_t size)
{
	return enter(m, tid,
		     &(struct kith_call){ .nr = KITH_CLONE3,
					  .arg = { HERE, size },
					  .in.clone = *a });
}

enum {
	THREAD_FLAGS = KITH_CLONE_VM | KITH_CLONE_FS | KITH_CLONE_FILES |
		       KITH_CLONE_SIGHAND | KITH_CLONE_THREAD |
		       KITH_CLONE_SYSVSEM
};

static inline long thread_of(struct kith_machine *m, pid_t tid)
{
	return call(m, tid, KITH_CLONE, THREAD_FLAGS);
}

/* What can be seen of tid; all zero if there is none. */
static inline struct kith_look look(struct kith_machine *m, pid_t tid)
{
	struct kith_look l;

	if (kith_look(m, tid, &l))
		memset(&l, 0, sizeof(l));
	return l;
}

static inline const char *children(struct kith_machine *m, pid_t tid)
{
	static char text[4096];
	int n = kith_proc(m, tid, "children", text, sizeof(text));

	if (n < 0)
		return kith_errno_name(-n);
	if (n > 0)
		text[n - 1] = '\0';
	return text;
}

#endif

/*
 * Properties: random programs for a machine, and the smallest one that fails.
 *
 * A property is a function that draws what it needs from a tape of choices, does
 * something with it, and says whether what should hold does:
 *
 *	static bool holds(void *ctx, struct kith_tape *t)
 *	{
 *		struct kith_machine *m = kith_new(NULL);
 *		struct kith_generator g = { 0 };
 *		bool good = true;
 *
 *		g.machine = m;
 *		for (int i = 0; good && kith_more(t, i < 50); i++) {
 *			kith_take_turn(&g, t);       (a call, at random)
 *			good = ...;
 *		}
 *		kith_free(m);
 *		return good;
 *	}
 *
 *	struct kith_property p = { 0 };
 *	struct kith_tape found = { 0 };
 *
 *	p.holds = holds;
 *	if (!kith_try(&p, 1, 1000, &found))
 *		kith_replay(&p, &found);             (the smallest failure, again)
 *	kith_tape_free(&found);
 *
 * Who fails is a list of numbers, the tape, and nothing else.  Hence one
 * shrinker is enough for all properties: it leaves numbers out, or makes them
 * smaller, and asks whether the property still fails.  What it needs of you:
 *
 *	- all chance comes from the tape, so that a tape tells all
 *	- 0 is the simplest choice, so that smaller numbers are simpler programs
 *	- what is repeated is repeated by kith_more(), so that one of many can be
 *	  left out without moving the numbers behind it
 *
 *	         seed                        shrink
 *	kith_try ----> tape ----> holds? ----------> smaller tape ----> holds? ...
 *	                           yes: next seed        yes: another one
 *	                           no: shrink            no: smaller still
 *
 * The generator of calls knows no call by its name.  It reads the table
 * <kith/calls.def>: a call that is added there is generated from then on.  What
 * it passes comes from the kind of each argument (kinds.def, usual.def) and from
 * the machine: who is alive, whose child, a zombie, in which group, and which
 * numbers are free.
 *
 * The tape and the shrinker are in <kith/tape.h>, the generator is in
 * <kith/generate.h>; this header has both.  All of it is in headers, for C and for
 * C++, and there is nothing to link with but libkith.  A tape belongs to one OS
 * thread.
 */
#ifndef KITH_PROPERTY_H
#define KITH_PROPERTY_H

#include <kith/generate.h>
#include <kith/kith.h>
#include <kith/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- doing it ------------------------------------------------------------- */

/*
 * Have tid make a call, and let everything run.  0, and what came of it; -EBUSY
 * if it fell asleep; -ESRCH if it is dead; or what kith_call() says.
 */
static inline int kith_make(struct kith_machine *m, pid_t tid,
			    const struct kith_call *call,
			    struct kith_result *result)
{
	int err = kith_call(m, tid, call);

	if (err)
		return err;
	kith_run(m);
	return kith_result(m, tid, result);
}

/* Somebody makes a call; false: nobody can, or none would do. */
static inline bool kith_take_turn(struct kith_generator *g, struct kith_tape *t)
{
	struct kith_call call;
	struct kith_result result;
	pid_t tid;

	if (!kith_generate(g, t, &tid, &call))
		return false;
	kith_make(g->machine, tid, &call, &result);
	return true;
}

#ifdef __cplusplus
}
#endif
#endif

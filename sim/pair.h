/*
 * Two kernels, side by side: the model, and the Linux this runs on.
 *
 * Both begin with the same init and are told the same calls by the same
 * threads.  After each call, when nothing moves any more on either side, all
 * that can be seen is compared: what returned and with what, who fell asleep,
 * who died and of what, and then what /proc says of everybody.
 *
 *	            +--> kith_machine   call, run -->+
 *	pair_call --+                                +--> compare --> SAME or DIFFER
 *	            +--> stage (Linux)  post, quiet->+        |
 *	                       ^                              v
 *	                       |            the model's other choices, one by one
 *
 * Where Linux may choose, any answer of Linux's is right that the model could
 * have given: who runs first among those that may run is a numbered choice, and
 * before a difference is one, the model is put back and tries all others.  What
 * was found is kept, so that the two go on together.
 *
 * After a difference the pair goes on with Linux alone.
 */
#ifndef SIM_PAIR_H
#define SIM_PAIR_H

#include <kith/kith.h>

#include "sim/out.h"

struct pair;

/* The first thing that is not the same. */
struct difference {
	struct out what;  /* of whom, and what: "3 stat.ppid", "2 wait4" */
	struct out model; /* what it is in the model */
	struct out on_linux;
	struct out trees; /* both sides' families, for people */
};
void difference_free(struct difference *d);

enum pair_result {
	PAIR_SAME,
	PAIR_DIFFER,  /* *d says in what */
	PAIR_REFUSED, /* the model does not take the call: nothing happened */
	PAIR_HALTED,  /* the same, and init is dead on both sides */
	PAIR_ALONE,   /* done on Linux; there was a difference before */
	PAIR_LOST,    /* Linux cannot be driven any further: pair_why() */
};

/*
 * programs: the paths that execve shall find, NULL at the end; the directories
 * they need are made.  NULL: there are none.  cpu: keep all of Linux's side on
 * this processor, which is faster; -1: do not.  Returns NULL where Linux cannot
 * be had, with the reason in why.
 */
struct pair *pair_new(const struct kith_config *config,
		      const char *const *programs, int cpu, char *why,
		      size_t size);
void pair_free(struct pair *p);

enum pair_result pair_call(struct pair *p, pid_t tid,
			   const struct kith_call *call, struct difference *d);

/*
 * Look less hard for Linux's order among the model's: for those who run much the
 * same again and again, and can live with one that is not found.
 */
void pair_hurry(struct pair *p);

/* The model, for looking at; it is between two steps. */
struct kith_machine *pair_model(struct pair *p);

/* Why it is lost; and is that a matter of this machine, not of the model? */
const char *pair_why(const struct pair *p);
bool pair_is_disturbed(const struct pair *p);

/* --- for runs that are shown ---------------------------------------------- */

/*
 * What came of the last call, event by event: as the model has it, in the order
 * that Linux chose; after a difference as Linux alone has it, for then the pair
 * goes on without the model.
 */
void pair_show(struct pair *p, struct kith_observer *o);

/* As kith_result() and kith_proc(), of Linux. */
int pair_result(const struct pair *p, pid_t tid, struct kith_result *result);
int pair_proc(const struct pair *p, pid_t tid, const char *file, char *buf,
	      size_t len);

/*
 * In which order threads went in the last call, as a "# order:" line has it;
 * empty if it is the one that the model takes by itself.
 */
void pair_order(const struct pair *p, struct out *o);

/* Both families, for people. */
void pair_draw(const struct pair *p, struct out *o);

#endif

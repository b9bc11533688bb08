/*
 * What a random program runs on: the model beside Linux, or the model alone.
 *
 * The fuzzer and its shrinker know no more of either than this, so that their
 * tests can put something else in its place.
 */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H

#include "sim/pair.h"

struct engine {
	const char *one, *other; /* whom a difference is between */
	/* As pair_new() and the rest of sim/pair.h. */
	void *(*begin)(const struct kith_config *config,
		       const char *const *programs, int cpu, char *why,
		       size_t size);
	void (*end)(void *self);
	enum pair_result (*call)(void *self, pid_t tid,
				 const struct kith_call *call,
				 struct difference *d);
	struct kith_machine *(*model)(void *self);
	const char *(*why)(const void *self);
	bool (*is_disturbed)(const void *self); /* NULL: it never is */
	void (*hurry)(void *self);              /* NULL: it always does */
};

/* The model beside the Linux this runs on. */
extern const struct engine engine_pair;

/*
 * The model, which has to agree with itself: after each call all must fit
 * together, and the call made again from a snapshot must come to the same.
 */
extern const struct engine engine_alone;

#endif

/*
 * RCU, in both backends, and how it is explained to the race detectors.
 *
 * Readers find things without a lock, between read_begin() and read_end(), and
 * may use what they found until read_end().  Writers, under a lock, build a
 * thing, then publish() it; to take it away they unpublish it and defer() its
 * freeing until every reader who could have seen it has finished.
 *
 * In a machine with a single driver nobody reads while somebody writes, and
 * what was deferred is freed when the step ends.
 *
 * liburcu orders all this with barriers that neither ThreadSanitizer nor
 * helgrind can see.  order_before() and order_after() say aloud what liburcu
 * guarantees: what was done before a publish is seen after the fetch, and what
 * was done inside a read section is over before a deferred function runs.  A
 * read outside of a read section is not excused, and is found.  Helgrind knows
 * no atomic operations either: order_is_ours() tells it to leave alone a word
 * that only they touch.
 */
#ifndef BASE_RCU_H
#define BASE_RCU_H

#include <urcu.h> /* chooses the flavour; must come before its other headers */

#include "base/ground.h"

#if defined(__SANITIZE_THREAD__)
#define RCU_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RCU_TSAN 1
#endif
#endif

#if defined(RCU_TSAN)
void __tsan_acquire(void *);
void __tsan_release(void *);
#define order_before(p)     __tsan_release((void *)(p))
#define order_after(p)      __tsan_acquire((void *)(p))
#define order_is_ours(p, n) ((void)(p))
#elif defined(WITH_HELGRIND)
#include <valgrind/helgrind.h>
#define order_before(p)     ANNOTATE_HAPPENS_BEFORE(p)
#define order_after(p)      ANNOTATE_HAPPENS_AFTER(p)
#define order_is_ours(p, n) VALGRIND_HG_DISABLE_CHECKING(p, n)
#else
#define order_before(p)     ((void)(p))
#define order_after(p)      ((void)(p))
#define order_is_ours(p, n) ((void)(p))
#endif

/*
 * An OS thread that is to read in shared machines says so first, and takes it
 * back at the end.  The two nest.
 */
void reader_register(void);
void reader_unregister(void);

void read_begin(struct ground *g);
void read_end(struct ground *g);

/* True inside a read section of the calling OS thread; for assertions. */
bool read_is_held(void);

/* A release and an acquire. */
#define publish(where, p) \
	do { \
		order_before(where); \
		order_is_ours(where, sizeof(*(where))); \
		__atomic_store_n(where, p, __ATOMIC_RELEASE); \
	} while (0)

#define fetch(where) \
	__extension__({ \
		__typeof__(*(where)) fetched_ = \
			__atomic_load_n(where, __ATOMIC_ACQUIRE); \
		order_after(where); \
		fetched_; \
	})

/*
 * Call fn(head) once no reader can still see what head is part of.  fn begins
 * with deferred_begin() and, as soon as it knows the ground, grace_passed(); it
 * ends with deferred_end().  That is all for the race detectors.
 */
void defer(struct ground *g, struct rcu_head *head,
	   void (*fn)(struct rcu_head *));

static inline void deferred_begin(struct rcu_head *head)
{
	order_after(head);
}
void grace_passed(struct ground *g);
void deferred_end(struct ground *g);

/* Single: the end of a step, and so of a grace period. */
void grace_end(struct ground *g);

/* Wait until everything deferred so far is done. */
void grace_wait(struct ground *g);

#endif

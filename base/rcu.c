#include "base/rcu.h"

#include <assert.h>

#include "base/own.h"

/* How deep this OS thread is in read sections; for read_is_held(). */
static thread_own int readers;

/* How often this OS thread has registered, for any number of machines. */
static thread_own int registered;

void reader_register(void)
{
	if (registered++ == 0)
		rcu_register_thread();
}

void reader_unregister(void)
{
	assert(registered > 0);
	if (--registered == 0)
		rcu_unregister_thread();
}

void read_begin(struct ground *g)
{
	assert(!g->shared || registered);
	readers++;
	if (g->shared)
		rcu_read_lock();
}

/* Stands for "a grace period is over"; see order_before(). */
static inline void *grace_token(struct ground *g)
{
	return &g->deferred;
}

void read_end(struct ground *g)
{
	assert(readers > 0);
	readers--;
	if (g->shared) {
		order_before(grace_token(g));
		rcu_read_unlock();
	}
}

bool read_is_held(void)
{
	return readers > 0;
}

/*
 * In a single machine the links of rcu_head are ours to use; as with call_rcu
 * the order in which the functions are called is not promised.
 */
void defer(struct ground *g, struct rcu_head *head,
	   void (*fn)(struct rcu_head *))
{
	if (g->shared) {
		order_before(head);
		order_is_ours(head, sizeof(*head)); /* liburcu's, now */
		call_rcu(head, fn);
		return;
	}
	head->func = fn;
	head->next.next = (struct cds_wfcq_node *)(void *)g->deferred;
	g->deferred = head;
}

void grace_passed(struct ground *g)
{
	if (g->shared)
		order_after(grace_token(g));
}

/* Stands for "what was deferred is done"; see grace_wait(). */
static inline void *done_token(struct ground *g)
{
	return &g->seed;
}

void deferred_end(struct ground *g)
{
	if (g->shared)
		order_before(done_token(g));
}

void grace_end(struct ground *g)
{
	while (g->deferred) {
		struct rcu_head *head = g->deferred;

		g->deferred = (struct rcu_head *)(void *)head->next.next;
		head->func(head);
	}
}

/*
 * Not inlined, and rcu_barrier() is not its last act: liburcu frees its work
 * there, and helgrind's suppression for that knows it by this frame.
 */
__attribute__((noinline)) void grace_wait(struct ground *g)
{
	if (g->shared) {
		rcu_barrier();
		order_after(done_token(g));
	} else {
		grace_end(g);
	}
	__asm__ volatile("" ::: "memory");
}

/*
 * Memory that is there.
 *
 * The program has nothing sensible to do without memory, so here it says so in
 * one line and ends (status 3); nobody else has to ask.  What is read from a
 * file lives in a pool and goes away with it, all at once.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

void *must_alloc(size_t size);         /* zeroed */
void *must_grow(void *p, size_t size); /* realloc */
_Noreturn void out_of_memory(void);

struct chunk;
struct pool {
	struct chunk *last;
};

void *pool_alloc(struct pool *pool, size_t size); /* zeroed, aligned for all */
char *pool_text(struct pool *pool, const char *s, size_t len);
void pool_free(struct pool *pool);

/* Everything that was taken since the mark was made goes back. */
struct pool_mark {
	struct chunk *last;
	size_t used;
};
struct pool_mark pool_mark(const struct pool *pool);
void pool_return(struct pool *pool, struct pool_mark mark);

#endif

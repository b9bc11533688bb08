#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"

struct chunk {
	struct chunk *before;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

_Noreturn void out_of_memory(void)
{
	fputs("kith: out of memory\n", stderr);
	_Exit(3);
}

void *must_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *must_grow(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

/* Chunks grow with the pool, so that there are few of them. */
static struct chunk *more(struct pool *pool, size_t size)
{
	size_t room = pool->last ? pool->last->size * 2 : 4096;
	struct chunk *chunk;

	if (room > (1 << 20))
		room = 1 << 20;
	if (room < size)
		room = size;
	chunk = must_alloc(sizeof(*chunk) + room);
	chunk->size = room;
	chunk->before = pool->last;
	pool->last = chunk;
	return chunk;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct chunk *chunk = pool->last;
	void *p;

	size = (size + align - 1) & ~(align - 1);
	if (!chunk || chunk->size - chunk->used < size)
		chunk = more(pool, size);
	p = chunk->bytes + chunk->used;
	chunk->used += size;
	return p;
}

char *pool_text(struct pool *pool, const char *s, size_t len)
{
	char *p = pool_alloc(pool, len + 1);

	memcpy(p, s, len);
	return p;
}

struct pool_mark pool_mark(const struct pool *pool)
{
	return (struct pool_mark){ pool->last,
				   pool->last ? pool->last->used : 0 };
}

void pool_return(struct pool *pool, struct pool_mark mark)
{
	struct chunk *chunk;

	while ((chunk = pool->last) != mark.last) {
		pool->last = chunk->before;
		free(chunk);
	}
	if (!chunk)
		return;
	memset(chunk->bytes + mark.used, 0, chunk->used - mark.used);
	chunk->used = mark.used;
}

void pool_free(struct pool *pool)
{
	pool_return(pool, (struct pool_mark){ NULL, 0 });
}

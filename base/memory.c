#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bounds.h"

#define ARENA_DEFAULT ((size_t)64 << 30)
#define ARENA_CHECKED ((size_t)1 << 30) /* shadow memory costs */
#define ARENA_LEAST   ((size_t)1 << 20)

struct free_block {
	struct free_block *next;
};

static unsigned class_of(size_t size)
{
	unsigned c = MEMORY_SMALL;

	if (size <= 16 * MEMORY_SMALL)
		return size ? (unsigned)((size - 1) / 16) : 0;
	for (size_t s = 2048; s < size; s *= 2)
		c++;
	assert(c < MEMORY_SMALL + MEMORY_LARGE);
	return c;
}

static size_t class_size(unsigned c)
{
	return c < MEMORY_SMALL ? 16 * (c + (size_t)1)
				: (size_t)2048 << (c - MEMORY_SMALL);
}

static struct memory *map_arena(size_t max)
{
	size_t size = max                ? max
		      : bounds_checked() ? ARENA_CHECKED
					 : ARENA_DEFAULT;
	void *p = MAP_FAILED;

	/*
	 * Little of it is ever touched; where addresses are short, take less.
	 */
	for (; size >= ARENA_LEAST; size /= 2) {
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p != MAP_FAILED || max)
			break;
	}
	if (p == MAP_FAILED) {
		errno = ENOMEM;
		return NULL;
	}
	((struct memory *)p)->reserved = size;
	return p;
}

struct memory *memory_new(size_t max, bool shared)
{
	struct memory *m;

	if (!shared && max && max < ARENA_LEAST)
		max = ARENA_LEAST;
	m = shared ? calloc(1, sizeof(*m)) : map_arena(max);
	if (!m)
		return NULL;
	m->shared = shared;
	if (shared)
		m->reserved = max ? max : SIZE_MAX;
	m->fence = !shared && bounds_checked() ? 16 : 0;
	m->top = (sizeof(*m) + 15) / 16 * 16;
	if (!shared)
		bounds_close((char *)m + m->top, m->reserved - m->top);
	return m;
}

void memory_destroy(struct memory *m)
{
	size_t size = m->reserved;

	if (m->shared) {
		free(m);
		return;
	}
	bounds_open(m, size);
	munmap(m, size);
}

/* May there be one more block of this size?  If so, it is counted. */
static bool account(struct memory *m, size_t size)
{
	if (++m->allocations == m->fail_at || m->bytes + size > m->reserved)
		return false;
	m->bytes += size;
	m->blocks++;
	return true;
}

/* The same where others allocate at the same time. */
static bool account_shared(struct memory *m, size_t size)
{
	uint64_t nth = __atomic_add_fetch(&m->allocations, 1, __ATOMIC_RELAXED);
	uint64_t bytes, peak;

	if (nth == __atomic_load_n(&m->fail_at, __ATOMIC_RELAXED))
		return false;
	bytes = __atomic_add_fetch(&m->bytes, size, __ATOMIC_RELAXED);
	if (bytes > m->reserved) {
		__atomic_sub_fetch(&m->bytes, size, __ATOMIC_RELAXED);
		return false;
	}
	__atomic_add_fetch(&m->blocks, 1, __ATOMIC_RELAXED);
	peak = __atomic_load_n(&m->peak, __ATOMIC_RELAXED);
	while (bytes > peak &&
	       !__atomic_compare_exchange_n(&m->peak, &peak, bytes, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return true;
}

static void account_free(struct memory *m, size_t size)
{
	if (!m->shared) {
		m->bytes -= size;
		m->blocks--;
		return;
	}
	__atomic_sub_fetch(&m->bytes, size, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&m->blocks, 1, __ATOMIC_RELAXED);
}

/* One more block of class c from the untouched part; NULL if it is used up. */
static void *cut(struct memory *m, unsigned c)
{
	size_t size = class_size(c);
	void *p = (char *)m + m->top;

	if (m->reserved - m->top < size)
		return NULL;
	m->top += size;
	return p;
}

static void *arena_alloc(struct memory *m, size_t size)
{
	unsigned c = class_of(size + m->fence);
	struct free_block *b = m->free[c];

	if (b) {
		if (m->fence)
			bounds_open_for_copy(b, sizeof(*b));
		m->free[c] = b->next;
	} else {
		b = cut(m, c);
	}
	return b;
}

void *memory_alloc(struct memory *m, size_t size)
{
	void *p;

	if (!(m->shared ? account_shared(m, size) : account(m, size)))
		return NULL;
	p = m->shared ? malloc(size) : arena_alloc(m, size);
	if (!p) {
		account_free(m, size);
		return NULL;
	}
	if (m->fence)
		bounds_open(p, size);
	if (!m->shared && m->bytes > m->peak)
		m->peak = m->bytes;
	return memset(p, 0, size);
}

void memory_free(struct memory *m, void *p, size_t size)
{
	struct free_block *b = p;
	unsigned c;

	if (!p)
		return;
	account_free(m, size);
	if (m->shared) {
		free(p);
		return;
	}
	c = class_of(size + m->fence);
	if (m->fence && size < sizeof(*b))
		bounds_open(b, sizeof(*b));
	b->next = m->free[c];
	m->free[c] = b;
	if (m->fence)
		bounds_close(p, class_size(c));
}

size_t memory_used(const struct memory *m)
{
	assert(!m->shared);
	return m->top;
}

/* Close what is free, after everything below top was opened for a copy. */
static void close_free(struct memory *m)
{
	struct free_block *b, *next;

	if (!bounds_checked())
		return;
	for (unsigned c = 0; c < MEMORY_SMALL + MEMORY_LARGE; c++) {
		for (b = m->free[c]; b; b = next) {
			next = b->next;
			bounds_close(b, class_size(c));
		}
	}
}

void memory_save(struct memory *m, void *buffer)
{
	bounds_open_for_copy(m, m->top);
	memcpy(buffer, m, m->top);
	close_free(m);
}

void memory_load(struct memory *m, const void *buffer, size_t size)
{
	size_t old = m->top;

	assert(!m->shared);
	bounds_open(m, size > old ? size : old);
	memcpy(m, buffer, size);
	assert(m->top == size);
	if (old > size)
		bounds_close((char *)m + size, old - size);
	close_free(m);
}

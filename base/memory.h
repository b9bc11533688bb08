/*
 * All memory of a machine comes from here.
 *
 * There are two kinds.  An *arena* is one range of addresses, mapped once and
 * never moved, out of which blocks are cut from the bottom up; a freed block
 * goes on the list of its size and is the next of that size to be handed out.
 * The book-keeping lies in the arena too, so that a copy of everything below
 * `top` is a copy of the machine, and pointers are right again once it is put
 * back.  A *shared* memory is malloc, for machines that many OS threads drive;
 * it cannot be saved.
 *
 *	arena   | book | block | block | free | block |   untouched ...    |
 *	        ^                                     ^                    ^
 *	        this                                  top           reserved
 *
 * Guarantees: a block comes zeroed; the nth allocation can be made to fail;
 * what is in use is counted.  Under valgrind and AddressSanitizer the free
 * parts of an arena are out of bounds, and so are 16 bytes after each block.
 *
 * Locking: an arena has none, one caller drives it.  Shared: malloc's own, and
 * the counts are atomic.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_SMALL = 64, MEMORY_LARGE = 13 }; /* numbers of size classes */

struct free_block;

struct memory {
	bool shared;     /* (c) malloc, not an arena */
	unsigned fence;  /* (c) bytes kept out of bounds after each block */
	size_t reserved; /* (c) bytes of addresses, or of malloc, at most */
	size_t top;      /* first byte never handed out */
	uint64_t bytes, blocks, peak, allocations;
	uint64_t fail_at; /* the allocation to fail, counted as above; 0 none */
	/* By size: multiples of 16 up to 1 KiB, then powers of two. */
	struct free_block *free[MEMORY_SMALL + MEMORY_LARGE];
};

/* NULL with errno ENOMEM.  max 0 means as much as makes sense. */
struct memory *memory_new(size_t max, bool shared);
void memory_destroy(struct memory *m);

/* A zeroed block of up to 4 MiB; NULL if there is none. */
void *memory_alloc(struct memory *m, size_t size);

/* size is what was asked for.  p may be NULL. */
void memory_free(struct memory *m, void *p, size_t size);

/* An arena's contents, memory_used() bytes of them, to and from a buffer. */
size_t memory_used(const struct memory *m);
void memory_save(struct memory *m, void *buffer);
void memory_load(struct memory *m, const void *buffer, size_t size);

#endif

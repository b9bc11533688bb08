/*
 * The memory of machines, of both kinds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/memory.h"
#include "tests/tap.h"

static const char *const kinds[] = { "arena", "shared" };
enum { MIB = 1 << 20 };

static bool all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void blocks_come_zeroed_even_when_used_before(bool shared)
{
	struct memory *m = memory_new(0, shared);
	unsigned dirty = 0, crooked = 0;
	void *p;

	for (int round = 0; round < 2; round++) {
		for (size_t size = 1; size <= 4096; size++) {
			p = memory_alloc(m, size);
			dirty += !all_zero(p, size);
			crooked += ((uintptr_t)p & 15) != 0;
			memset(p, 0xff, size);
			memory_free(m, p, size);
		}
	}
	is(dirty, 0, "%s: a block comes zeroed, used before or not",
	   kinds[shared]);
	is(crooked, 0, "%s: and aligned for anything", kinds[shared]);
	memory_destroy(m);
}

static void the_largest_block_is_4_mib(bool shared)
{
	struct memory *m = memory_new(0, shared);
	unsigned char *p = memory_alloc(m, 4 * MIB);

	ok(p && all_zero(p, 4 * MIB), "%s: 4 MiB are one block", kinds[shared]);
	if (p)
		p[4 * MIB - 1] = 1;
	memory_free(m, p, 4 * MIB);
	memory_destroy(m);
}

/* Many blocks at once, each filled with what only it is filled with. */
struct held {
	unsigned char *p;
	size_t size;
	unsigned char with;
};

static bool is_intact(const struct held *h)
{
	for (size_t i = 0; i < h->size; i++)
		if (h->p[i] != h->with)
			return false;
	return true;
}

static void blocks_do_not_overlap(bool shared)
{
	enum { BLOCKS = 300 };
	struct memory *m = memory_new(0, shared);
	struct held held[BLOCKS] = { { .size = 0 } };
	unsigned seed = 1, broken = 0;
	uint64_t bytes = 0, blocks = 0, miscounted = 0;

	for (int i = 0; i < 6000; i++) {
		struct held *h = &held[rand_r(&seed) % BLOCKS];

		if (h->p) {
			broken += !is_intact(h);
			memory_free(m, h->p, h->size);
			bytes -= h->size;
			blocks--;
			h->p = NULL;
		} else {
			h->size = 1 + rand_r(&seed) % (i % 10 ? 200 : 9000);
			h->with = (unsigned char)rand_r(&seed);
			h->p = memory_alloc(m, h->size);
			memset(h->p, h->with, h->size);
			bytes += h->size;
			blocks++;
		}
		miscounted += m->bytes != bytes || m->blocks != blocks ||
			      m->peak < bytes;
	}
	is(broken, 0, "%s: what is in a block stays until it is freed",
	   kinds[shared]);
	is(miscounted, 0, "%s: bytes and blocks in use are counted",
	   kinds[shared]);
	for (int i = 0; i < BLOCKS; i++)
		if (held[i].p)
			memory_free(m, held[i].p, held[i].size);
	is(m->bytes + m->blocks, 0, "%s: down to nothing", kinds[shared]);
	memory_destroy(m);
}

static void freed_blocks_are_used_again(void)
{
	struct memory *m = memory_new(0, false);
	size_t top = 0;
	void *p[50];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++)
			p[i] = memory_alloc(m, 10 + 40 * (size_t)i);
		for (int i = 0; i < 50; i++)
			memory_free(m, p[i], 10 + 40 * (size_t)i);
		if (round == 0)
			top = m->top;
	}
	is(m->top, top, "arena: the same sizes again take no new room");
	memory_destroy(m);
}

static void sizes_of_one_class_share_their_blocks(void)
{
	struct memory *m = memory_new(0, false);
	size_t fence = m->fence;
	void *p = memory_alloc(m, 17), *q;

	memory_free(m, p, 17);
	q = memory_alloc(m, 32 - (fence ? 15 : 0));
	ok(q == p, "arena: 17 bytes and 32 are of one class");
	memory_free(m, q, 32 - (fence ? 15 : 0));
	q = memory_alloc(m, 33);
	ok(q != p, "arena: 33 are of another");
	p = memory_alloc(m, 1025);
	memory_free(m, p, 1025);
	q = memory_alloc(m, 2048 - fence);
	ok(q == p, "arena: above 1 KiB a class is a power of two");
	memory_destroy(m);
}

static void the_nth_allocation_fails(bool shared)
{
	struct memory *m = memory_new(0, shared);
	unsigned wrong = 0;
	void *p[10];

	for (unsigned n = 1; n <= 10; n++) {
		m->fail_at = m->allocations + n;
		for (unsigned i = 1; i <= 10; i++) {
			p[i - 1] = memory_alloc(m, 100);
			wrong += (p[i - 1] == NULL) != (i == n);
		}
		wrong += m->blocks != 9 || m->bytes != 900;
		for (unsigned i = 0; i < 10; i++)
			memory_free(m, p[i], 100);
	}
	is(wrong, 0, "%s: exactly the nth allocation fails, and is not counted",
	   kinds[shared]);
	is(m->allocations, 100, "%s: failed ones are tries too", kinds[shared]);
	memory_destroy(m);
}

static void nothing_is_freed_with_null(bool shared)
{
	struct memory *m = memory_new(0, shared);

	memory_free(m, NULL, 40);
	is(m->bytes + m->blocks, 0, "%s: freeing NULL is nothing",
	   kinds[shared]);
	memory_destroy(m);
}

static void a_limit_is_kept(bool shared)
{
	struct memory *m = memory_new(MIB, shared);
	uint64_t blocks, peak;
	void *list = NULL, *p;

	while ((p = memory_alloc(m, 1000))) {
		*(void **)p = list;
		list = p;
	}
	blocks = m->blocks;
	peak = m->peak;
	ok(m->bytes <= MIB && blocks > 900, "%s: 1 MiB holds %d times 1000",
	   kinds[shared], (int)blocks);
	is(peak, blocks * 1000, "%s: what was refused is not in the peak",
	   kinds[shared]);
	ok(!memory_alloc(m, MIB / 2) && m->peak == peak,
	   "%s: nor does much fit when little does not", kinds[shared]);
	while ((p = list)) {
		list = *(void **)p;
		memory_free(m, p, 1000);
	}
	p = memory_alloc(m, 1000);
	ok(p && m->blocks == 1, "%s: there is room again after that",
	   kinds[shared]);
	memory_free(m, p, 1000);
	memory_destroy(m);
}

static void an_arena_that_cannot_be_mapped_is_enomem(void)
{
	errno = 0;
	ok(!memory_new((size_t)1 << 62, false) && errno == ENOMEM,
	   "more addresses than there are: ENOMEM");
}

/* A chain of blocks, each with the address of the next. */
struct chain {
	struct chain *next;
	int value;
	char fill[36];
};

static struct chain *chain_grow(struct memory *m, struct chain *c, int from,
				int to)
{
	for (int i = from; i < to; i++) {
		struct chain *n = memory_alloc(m, sizeof(*n) + (size_t)i % 50);

		n->next = c;
		n->value = i;
		c = n;
	}
	return c;
}

static bool chain_is(const struct chain *c, int last)
{
	for (; c; c = c->next)
		if (c->value != --last)
			return false;
	return last == 0;
}

static void what_was_saved_comes_back(void)
{
	struct memory *m = memory_new(0, false), book;
	struct chain *c = chain_grow(m, NULL, 0, 500), *longer;
	size_t used = memory_used(m);
	void *copy = malloc(used);

	memory_save(m, copy);
	book = *m;
	longer = chain_grow(m, c, 500, 3000);
	ok(chain_is(longer, 3000) && memory_used(m) > used, "an arena grows");
	memory_load(m, copy, used);
	ok(chain_is(c, 500), "loaded, all pointers are right again");
	is(memcmp(m, &book, sizeof(book)), 0, "and so is the book");
	is(memory_used(m), used, "it is as small as it was");
	longer = chain_grow(m, c, 500, 3000);
	ok(chain_is(longer, 3000), "and can grow again, into clean memory");
	memory_load(m, copy, used);
	memory_load(m, copy, used);
	ok(chain_is(c, 500), "it can be loaded as often as one likes");
	free(copy);
	memory_destroy(m);
}

static void free_lists_come_back_too(void)
{
	struct memory *m = memory_new(0, false);
	void *p[20], *q[20], *copy;
	unsigned differ = 0;
	size_t used;

	for (int i = 0; i < 20; i++)
		p[i] = memory_alloc(m, 64);
	for (int i = 0; i < 20; i += 2)
		memory_free(m, p[i], 64);
	used = memory_used(m);
	copy = malloc(used);
	memory_save(m, copy);
	for (int i = 0; i < 20; i++)
		p[i] = memory_alloc(m, 64);
	memory_load(m, copy, used);
	for (int i = 0; i < 20; i++) {
		q[i] = memory_alloc(m, 64);
		differ += p[i] != q[i] || !all_zero(q[i], 64);
	}
	is(differ, 0, "the same allocations get the same blocks, zeroed");
	free(copy);
	memory_destroy(m);
}

int main(void)
{
	for (int shared = 0; shared < 2; shared++) {
		blocks_come_zeroed_even_when_used_before(shared);
		the_largest_block_is_4_mib(shared);
		blocks_do_not_overlap(shared);
		the_nth_allocation_fails(shared);
		nothing_is_freed_with_null(shared);
		a_limit_is_kept(shared);
	}
	freed_blocks_are_used_again();
	sizes_of_one_class_share_their_blocks();
	an_arena_that_cannot_be_mapped_is_enomem();
	what_was_saved_comes_back();
	free_lists_come_back_too();
	return done_testing();
}

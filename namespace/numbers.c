#include "namespace/numbers.h"

#include <assert.h>
#include <errno.h>

#define FULL UINT64_MAX

/* A node d levels above the leaves: which of its slots is nr under? */
static unsigned slot_of(int nr, int d)
{
	return ((unsigned)nr >> (6 * d)) & 63;
}

static uint64_t bit(unsigned slot)
{
	return UINT64_C(1) << slot;
}

void numbers_init(struct numbers *n, struct ground *g)
{
	n->ground = g;
	n->root = NULL;
	n->empty = -1;
}

static void free_tree(struct ground *g, struct numbers_node *node, int d)
{
	for (int i = 0; d > 0 && i < 64; i++)
		if (node->slot[i])
			free_tree(g, node->slot[i], d - 1);
	ground_free(g, node);
}

void numbers_destroy(struct numbers *n)
{
	if (n->root)
		free_tree(n->ground, n->root, NUMBERS_LEVELS - 1);
	n->root = NULL;
}

static void node_free(struct rcu_head *head)
{
	struct numbers_node *node =
		caa_container_of(head, struct numbers_node, dead);
	struct ground *g;

	deferred_begin(head);
	g = node->ground;
	grace_passed(g);
	ground_free(g, node);
	deferred_end(g);
}

/* Readers may still be in an empty node; it goes when they are gone. */
static void drop_node(void **where)
{
	struct numbers_node *node = *where;

	publish(where, NULL);
	defer(node->ground, &node->dead, node_free);
}

/* Take back nodes that were made in vain: from path[d] up to path[top]. */
static void take_back(struct numbers_node **path, int d, int top, int nr)
{
	for (; d <= top && d < NUMBERS_LEVELS - 1; d++)
		drop_node(&path[d + 1]->slot[slot_of(nr, d + 1)]);
}

/*
 * A node that was made must not stay when one below it can't be had: nobody
 * would remember to free it.
 */
int numbers_reserve(struct numbers *n, int nr)
{
	struct numbers_node *path[NUMBERS_LEVELS];
	void **where = (void **)&n->root;
	int d, top = -1; /* the topmost that was made here */

	for (d = NUMBERS_LEVELS - 1; d >= 0; d--) {
		if (!*where) {
			struct numbers_node *node =
				ground_alloc(n->ground, struct numbers_node);

			if (!node) {
				take_back(path, d + 1, top, nr);
				return -ENOMEM;
			}
			node->ground = n->ground;
			publish(where, node);
			if (top < 0)
				top = d;
		}
		path[d] = *where;
		where = &path[d]->slot[slot_of(nr, d)];
	}
	if (path[0]->taken & bit(slot_of(nr, 0)))
		return -EEXIST;
	path[0]->taken |= bit(slot_of(nr, 0));
	path[0]->full = path[0]->taken;
	for (d = 1; d < NUMBERS_LEVELS; d++) {
		path[d]->taken |= bit(slot_of(nr, d));
		if (path[d - 1]->full == FULL)
			path[d]->full |= bit(slot_of(nr, d));
	}
	return 0;
}

/* The slot of a number that has a leaf. */
static void **leaf_slot(const struct numbers *n, int nr)
{
	struct numbers_node *node = n->root;

	for (int d = NUMBERS_LEVELS - 1; d > 0; d--)
		node = node->slot[slot_of(nr, d)];
	return &node->slot[slot_of(nr, 0)];
}

void numbers_publish(struct numbers *n, int nr, void *thing)
{
	publish(leaf_slot(n, nr), thing);
}

/* The nodes above nr, whose leaf exists: path[0] is the leaf. */
static void find_path(const struct numbers *n, int nr,
		      struct numbers_node *path[NUMBERS_LEVELS])
{
	struct numbers_node *node = n->root;

	for (int d = NUMBERS_LEVELS - 1; d > 0; d--) {
		path[d] = node;
		node = node->slot[slot_of(nr, d)];
	}
	path[0] = node;
}

/*
 * The leaf of nr has become empty.  It stays, in case the next number is one of
 * its own, as in a family of parent and child it always is; the one that stayed
 * before goes now, unless it is in use again, with what is empty above it.
 */
static void keep_empty(struct numbers *n, int nr)
{
	struct numbers_node *path[NUMBERS_LEVELS];
	int before = n->empty;

	n->empty = nr;
	if (before < 0 || before >> 6 == nr >> 6)
		return;
	find_path(n, before, path);
	for (int d = 0; d < NUMBERS_LEVELS - 1 && !path[d]->taken; d++) {
		if (before >> (6 * (d + 1)) == nr >> (6 * (d + 1)))
			break; /* the leaf of nr is under this one */
		drop_node(&path[d + 1]->slot[slot_of(before, d + 1)]);
	}
}

void numbers_release(struct numbers *n, int nr)
{
	struct numbers_node *path[NUMBERS_LEVELS];

	find_path(n, nr, path);
	assert(path[0]->taken & bit(slot_of(nr, 0)));
	publish(&path[0]->slot[slot_of(nr, 0)], NULL);
	path[0]->taken &= ~bit(slot_of(nr, 0));
	path[0]->full = path[0]->taken;
	for (int d = 1; d < NUMBERS_LEVELS; d++) {
		path[d]->full &= ~bit(slot_of(nr, d));
		if (!path[d - 1]->taken)
			path[d]->taken &= ~bit(slot_of(nr, d));
	}
	if (!path[0]->taken)
		keep_empty(n, nr);
}

/* The lowest free number of a subtree that begins at base, from min on. */
static int free_under(const struct numbers_node *node, int d, int base, int min)
{
	unsigned first = min > base ? slot_of(min, d) : 0;

	for (unsigned i = first; i < 64; i++) {
		int start = base + (int)(i << (6 * d)), nr;

		if (node && (node->full & bit(i)))
			continue;
		if (!node || !node->slot[i] || d == 0)
			return start > min ? start : min;
		nr = free_under(node->slot[i], d - 1, start, min);
		if (nr >= 0)
			return nr;
	}
	return -1;
}

/* The leaf of nr, or NULL. */
static const struct numbers_node *leaf_of(const struct numbers *n, int nr)
{
	const struct numbers_node *node = n->root;

	for (int d = NUMBERS_LEVELS - 1; node && d > 0; d--)
		node = node->slot[slot_of(nr, d)];
	return node;
}

int numbers_free_from(const struct numbers *n, int min, int max)
{
	const struct numbers_node *leaf = leaf_of(n, min);
	int nr = min;

	/* Mostly it is this very number, and there is no need to search. */
	if (!leaf || leaf->taken & bit(slot_of(min, 0)))
		nr = free_under(n->root, NUMBERS_LEVELS - 1, 0, min);

	return nr < max ? nr : -1;
}

void *numbers_find(const struct numbers *n, int nr)
{
	const struct numbers_node *node = fetch(&n->root);

	if (nr < 0 || nr >= NUMBERS_LIMIT)
		return NULL;
	for (int d = NUMBERS_LEVELS - 1; node && d > 0; d--)
		node = fetch(&node->slot[slot_of(nr, d)]);
	return node ? fetch(&node->slot[slot_of(nr, 0)]) : NULL;
}

static int next_under(const struct numbers_node *node, int d, int base, int min,
		      void **thing)
{
	unsigned first = min > base ? slot_of(min, d) : 0;

	for (unsigned i = first; i < 64; i++) {
		int start = base + (int)(i << (6 * d)), nr;
		void *below = fetch(&node->slot[i]);

		if (!below)
			continue;
		if (d == 0) {
			*thing = below;
			return start;
		}
		nr = next_under(below, d - 1, start, min, thing);
		if (nr >= 0)
			return nr;
	}
	return -1;
}

int numbers_next(const struct numbers *n, int nr, void **thing)
{
	const struct numbers_node *root = fetch(&n->root);

	if (!root || nr >= NUMBERS_LIMIT)
		return -1;
	return next_under(root, NUMBERS_LEVELS - 1, 0, nr < 0 ? 0 : nr, thing);
}

static uint64_t nodes_under(const struct numbers_node *node, int d)
{
	uint64_t count = 1;

	for (int i = 0; d > 0 && i < 64; i++)
		if (node->slot[i])
			count += nodes_under(node->slot[i], d - 1);
	return count;
}

uint64_t numbers_nodes(const struct numbers *n)
{
	return n->root ? nodes_under(n->root, NUMBERS_LEVELS - 1) : 0;
}

/*
 * An ordered set of things, each with a number of its own: a treap, whose nodes
 * lie in the things themselves.
 *
 * In a treap the keys are ordered from left to right as in any search tree, and
 * priorities from top to bottom as in a heap.  The priority is a hash of the
 * key, so the shape depends on nothing but what is in it, and paths are short:
 * insertion, removal and search take a time that grows with log(n).
 *
 * No lock of its own; no allocation.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <stdint.h>

struct tree_node {
	struct tree_node *left,
		*right; /* left is the node itself: in no tree */
	uint64_t key;
};

struct tree {
	struct tree_node *root;
};

static inline void tree_node_init(struct tree_node *n)
{
	n->left = n;
}

static inline bool tree_has(const struct tree_node *n)
{
	return n->left != n;
}

/* n->key is set, and no other node of the tree has it. */
void tree_insert(struct tree *t, struct tree_node *n);
void tree_remove(struct tree *t, struct tree_node *n);

/* The node with the least key that is at least this; NULL if there is none. */
struct tree_node *tree_from(const struct tree *t, uint64_t key);

#define tree_for_each(n, t) \
	for ((n) = tree_from(t, 0); (n); (n) = tree_from(t, (n)->key + 1))

#endif

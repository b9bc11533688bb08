#include "base/tree.h"

#include <assert.h>
#include <stddef.h>

static uint64_t priority(const struct tree_node *n)
{
	uint64_t h = (n->key + 1) * 0x9e3779b97f4a7c15ull;

	return h ^ h >> 29;
}

/* Cut t in two: keys below key, and the rest. */
static void split(struct tree_node *t, uint64_t key, struct tree_node **below,
		  struct tree_node **rest)
{
	while (t) {
		if (t->key < key) {
			*below = t;
			below = &t->right;
			t = t->right;
		} else {
			*rest = t;
			rest = &t->left;
			t = t->left;
		}
	}
	*below = *rest = NULL;
}

/* The place where n hangs, or where it would. */
static struct tree_node **place(struct tree *t, const struct tree_node *n)
{
	struct tree_node **at = &t->root;

	while (*at && *at != n && priority(*at) >= priority(n))
		at = n->key < (*at)->key ? &(*at)->left : &(*at)->right;
	return at;
}

void tree_insert(struct tree *t, struct tree_node *n)
{
	struct tree_node **at;

	assert(!tree_has(n));
	at = place(t, n);
	split(*at, n->key, &n->left, &n->right);
	*at = n;
}

void tree_remove(struct tree *t, struct tree_node *n)
{
	struct tree_node **at = place(t, n);
	struct tree_node *left = n->left, *right = n->right;

	assert(tree_has(n) && *at == n);
	tree_node_init(n);
	while (left && right) {
		if (priority(left) >= priority(right)) {
			*at = left;
			at = &left->right;
			left = left->right;
		} else {
			*at = right;
			at = &right->left;
			right = right->left;
		}
	}
	*at = left ? left : right;
}

struct tree_node *tree_from(const struct tree *t, uint64_t key)
{
	struct tree_node *n = t->root, *best = NULL;

	while (n) {
		if (n->key >= key) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

/*
 * The ordered set: against a sorted array.
 */
#include <stdlib.h>

#include "base/tree.h"
#include "tests/tap.h"

enum { NODES = 400 };

static struct tree_node node[NODES];
static bool is_in[NODES];

static uint64_t key_of(int i)
{
	return (uint64_t)i * 3 + 5;
}

static void make_nodes(void)
{
	for (int i = 0; i < NODES; i++) {
		node[i] = (struct tree_node){ .key = key_of(i) };
		tree_node_init(&node[i]);
		is_in[i] = false;
	}
}

/* What is in it, in order, is what should be; and each says so itself. */
static bool agrees(const struct tree *t)
{
	struct tree_node *n;
	int i = 0;

	tree_for_each(n, t) {
		while (i < NODES && !is_in[i])
			if (tree_has(&node[i++]))
				return false;
		if (i == NODES || n != &node[i] || !tree_has(n))
			return false;
		i++;
	}
	while (i < NODES)
		if (is_in[i++])
			return false;
	return true;
}

static struct tree_node *expected_from(uint64_t key)
{
	for (int i = 0; i < NODES; i++)
		if (is_in[i] && key_of(i) >= key)
			return &node[i];
	return NULL;
}

static unsigned height(const struct tree_node *n)
{
	unsigned l, r;

	if (!n)
		return 0;
	l = height(n->left);
	r = height(n->right);
	return 1 + (l > r ? l : r);
}

static void toggle(struct tree *t, int i)
{
	if (is_in[i])
		tree_remove(t, &node[i]);
	else
		tree_insert(t, &node[i]);
	is_in[i] = !is_in[i];
}

static void it_is_a_sorted_set(unsigned seed)
{
	struct tree t = { NULL };
	unsigned wrong = 0;
	uint64_t key;

	make_nodes();
	for (int step = 0; step < 3000; step++) {
		toggle(&t, rand_r(&seed) % (step < 1500 ? NODES : 40));
		key = rand_r(&seed) % (key_of(NODES) + 2);
		wrong += tree_from(&t, key) != expected_from(key);
		if (step % 10 == 0)
			wrong += !agrees(&t);
	}
	is(wrong, 0, "insertions and removals at random, seed %u", seed);
	for (int i = 0; i < NODES; i++)
		if (is_in[i])
			toggle(&t, i);
	ok(!t.root && agrees(&t), "and back to nothing");
}

static void its_shape_depends_on_its_contents_alone(void)
{
	struct tree up = { NULL }, down = { NULL };
	static struct tree_node other[NODES];
	unsigned differ = 0;

	make_nodes();
	for (int i = 0; i < NODES; i++) {
		tree_insert(&up, &node[i]);
		other[NODES - 1 - i].key = key_of(NODES - 1 - i);
		tree_node_init(&other[NODES - 1 - i]);
		tree_insert(&down, &other[NODES - 1 - i]);
	}
	for (int i = 0; i < NODES; i++)
		differ += (node[i].left ? node[i].left->key : 0) !=
				  (other[i].left ? other[i].left->key : 0) ||
			  (node[i].right ? node[i].right->key : 0) !=
				  (other[i].right ? other[i].right->key : 0);
	is(differ, 0, "whatever the order of insertion, the shape is the same");
}

static void it_stays_shallow_for_keys_that_rise(void)
{
	enum { MANY = 1 << 16 };
	struct tree_node *many = calloc(MANY, sizeof(*many));
	struct tree t = { NULL };

	for (int i = 0; i < MANY; i++) {
		many[i].key = (uint64_t)i;
		tree_node_init(&many[i]);
		tree_insert(&t, &many[i]);
	}
	ok(height(t.root) <= 3 * 16, "65536 keys in order: %u levels",
	   height(t.root));
	for (int i = 0; i < MANY; i += 2)
		tree_remove(&t, &many[i]);
	ok(tree_from(&t, 100) == &many[101], "half of them removed");
	free(many);
}

static void extremes_are_keys_too(void)
{
	struct tree t = { NULL };
	struct tree_node zero = { .key = 0 }, last = { .key = UINT64_MAX };

	tree_node_init(&zero);
	tree_node_init(&last);
	tree_insert(&t, &last);
	tree_insert(&t, &zero);
	ok(tree_from(&t, 0) == &zero && tree_from(&t, 1) == &last,
	   "the least and the greatest key");
	tree_remove(&t, &last);
	ok(tree_from(&t, 1) == NULL && tree_has(&zero) && !tree_has(&last),
	   "nothing is above the last one");
}

int main(void)
{
	for (unsigned seed = 1; seed <= 8; seed++)
		it_is_a_sorted_set(seed);
	its_shape_depends_on_its_contents_alone();
	it_stays_shallow_for_keys_that_rise();
	extremes_are_keys_too();
	return done_testing();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Balanced trees; see linux/rbtree.h.
 */
#include <linux/rbtree.h>

#include "internal.h"

/* Marsaglia's xorshift: who builds trees cannot foresee their shape. */
static u32 kapi_rb_random(void)
{
	static u32 state = 2463534242U;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static struct rb_node **kapi_rb_link(struct rb_node *node,
				     struct rb_root *root)
{
	struct rb_node *parent = node->rb_parent;

	if (!parent)
		return &root->rb_node;
	return parent->rb_left == node ? &parent->rb_left : &parent->rb_right;
}

/* Let a node take the place of its parent, which becomes its child. */
static void kapi_rb_rotate(struct rb_node *node, struct rb_root *root,
			   kapi_rb_update_fn *update)
{
	struct rb_node *parent = node->rb_parent, *between;

	*kapi_rb_link(parent, root) = node;
	node->rb_parent = parent->rb_parent;
	if (parent->rb_left == node) {
		between = node->rb_right;
		parent->rb_left = between;
		node->rb_right = parent;
	} else {
		between = node->rb_left;
		parent->rb_right = between;
		node->rb_left = parent;
	}
	parent->rb_parent = node;
	if (between)
		between->rb_parent = parent;
	if (update) {
		update(parent);
		update(node);
	}
}

static void kapi_rb_update(struct rb_node *node, kapi_rb_update_fn *update)
{
	for (; update && node; node = node->rb_parent)
		update(node);
}

/**
 * kapi_rb_insert - balance a tree that has a new leaf
 * @node: the leaf, linked
 * @root: the tree
 * @update: see kapi_rb_update_fn; may be NULL
 */
void kapi_rb_insert(struct rb_node *node, struct rb_root *root,
		    kapi_rb_update_fn *update)
{
	node->rb_prio = kapi_rb_random();
	kapi_rb_update(node, update);
	while (node->rb_parent && node->rb_parent->rb_prio < node->rb_prio)
		kapi_rb_rotate(node, root, update);
}

/**
 * kapi_rb_erase - take a node out of a tree
 * @node: the node
 * @root: the tree
 * @update: see kapi_rb_update_fn; may be NULL
 */
void kapi_rb_erase(struct rb_node *node, struct rb_root *root,
		   kapi_rb_update_fn *update)
{
	struct rb_node *child;

	while (node->rb_left && node->rb_right) {
		child = node->rb_left->rb_prio > node->rb_right->rb_prio ?
			node->rb_left : node->rb_right;
		kapi_rb_rotate(child, root, update);
	}
	child = node->rb_left ? node->rb_left : node->rb_right;
	*kapi_rb_link(node, root) = child;
	if (child)
		child->rb_parent = node->rb_parent;
	kapi_rb_update(node->rb_parent, update);
}

/**
 * kapi_rb_first - the leftmost node
 * @root: the tree
 *
 * Return: it; NULL: there is none.
 */
struct rb_node *kapi_rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

/**
 * kapi_rb_next - the node behind another
 * @node: the other one
 *
 * Return: it; NULL: there is none.
 */
struct rb_node *kapi_rb_next(const struct rb_node *node)
{
	struct rb_node *next = node->rb_right;

	if (next) {
		while (next->rb_left)
			next = next->rb_left;
		return next;
	}
	while (node->rb_parent && node == node->rb_parent->rb_right)
		node = node->rb_parent;
	return node->rb_parent;
}

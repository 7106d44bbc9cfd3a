/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Balanced trees behind the kernel's interface: who inserts walks down, links
 * the node as a leaf, and has it balanced. They are treaps: a node is above all
 * those that have a lower priority, which is random.
 */
#ifndef KAPI_LINUX_RBTREE_H
#define KAPI_LINUX_RBTREE_H

#include <linux/kernel.h>

struct rb_node {
	struct rb_node *rb_parent;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
	u32 rb_prio;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT			((struct rb_root){ })
#define RB_ROOT_CACHED		((struct rb_root_cached){ })
#define RB_EMPTY_ROOT(root)	(!READ_ONCE((root)->rb_node))
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

/* Make anew what a node says of all at and below it. */
typedef void kapi_rb_update_fn(struct rb_node *node);

void kapi_rb_insert(struct rb_node *node, struct rb_root *root,
		    kapi_rb_update_fn *update);
void kapi_rb_erase(struct rb_node *node, struct rb_root *root,
		   kapi_rb_update_fn *update);
struct rb_node *kapi_rb_first(const struct rb_root *root);
struct rb_node *kapi_rb_next(const struct rb_node *node);

#define rb_insert_color(node, root)	kapi_rb_insert(node, root, NULL)
#define rb_erase(node, root)		kapi_rb_erase(node, root, NULL)
#define rb_first(root)			kapi_rb_first(root)
#define rb_next(node)			kapi_rb_next(node)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

#endif /* KAPI_LINUX_RBTREE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interval trees: sorted by where intervals begin; each node knows where the
 * last one at and below it ends.
 */
#ifndef KAPI_LINUX_INTERVAL_TREE_GENERIC_H
#define KAPI_LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree.h>

/**
 * INTERVAL_TREE_DEFINE - define the functions of an interval tree
 * @type: struct of an interval
 * @node: its struct rb_node
 * @bound: type of where it begins and ends
 * @subtree: member of @type: the last end at and below it
 * @start: where an interval begins
 * @last: where it ends, that included
 * @scope: of the functions
 * @prefix: of their names: _insert, _remove, _iter_first, _iter_next
 *
 * The iterators give all intervals that meet [from, to], by their begin.
 */
#define INTERVAL_TREE_DEFINE(type, node, bound, subtree, start, last,	\
			     scope, prefix)				\
static void prefix ## _update(struct rb_node *n)			\
{									\
	type *e = rb_entry(n, type, node);				\
	bound end = last(e);						\
									\
	if (n->rb_left)							\
		end = max(end, rb_entry(n->rb_left, type, node)->subtree); \
	if (n->rb_right)						\
		end = max(end, rb_entry(n->rb_right, type, node)->subtree); \
	e->subtree = end;						\
}									\
									\
scope void prefix ## _insert(type *e, struct rb_root_cached *root)	\
{									\
	struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;	\
									\
	while (*link) {							\
		parent = *link;						\
		if (start(e) < start(rb_entry(parent, type, node)))	\
			link = &parent->rb_left;			\
		else							\
			link = &parent->rb_right;			\
	}								\
	rb_link_node(&e->node, parent, link);				\
	kapi_rb_insert(&e->node, &root->rb_root, prefix ## _update);	\
}									\
									\
scope void prefix ## _remove(type *e, struct rb_root_cached *root)	\
{									\
	kapi_rb_erase(&e->node, &root->rb_root, prefix ## _update);	\
}									\
									\
static inline bool prefix ## _reaches(struct rb_node *n, bound from)	\
{									\
	return n && rb_entry(n, type, node)->subtree >= from;		\
}									\
									\
/* The first that meets, at and below a node that reaches so far. */	\
static type *prefix ## _below(struct rb_node *n, bound from, bound to)	\
{									\
	while (prefix ## _reaches(n, from)) {				\
		type *e = rb_entry(n, type, node);			\
									\
		if (prefix ## _reaches(n->rb_left, from)) {		\
			n = n->rb_left;					\
			continue;					\
		}							\
		if (start(e) > to)					\
			return NULL;					\
		if (last(e) >= from)					\
			return e;					\
		n = n->rb_right;					\
	}								\
	return NULL;							\
}									\
									\
scope type *prefix ## _iter_first(struct rb_root_cached *root,		\
				  bound from, bound to)			\
{									\
	return prefix ## _below(root->rb_root.rb_node, from, to);	\
}									\
									\
scope type *prefix ## _iter_next(type *e, bound from, bound to)		\
{									\
	struct rb_node *n = &e->node, *child;				\
									\
	if (prefix ## _reaches(n->rb_right, from))			\
		return prefix ## _below(n->rb_right, from, to);		\
	for (;;) {							\
		child = n;						\
		n = n->rb_parent;					\
		if (!n)							\
			return NULL;					\
		if (child == n->rb_right)				\
			continue;					\
		e = rb_entry(n, type, node);				\
		if (start(e) > to)					\
			return NULL;					\
		if (last(e) >= from)					\
			return e;					\
		if (prefix ## _reaches(n->rb_right, from))		\
			return prefix ## _below(n->rb_right, from, to); \
	}								\
}

#endif /* KAPI_LINUX_INTERVAL_TREE_GENERIC_H */

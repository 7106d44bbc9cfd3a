/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier of one ingress device: from a packet's key to the most
 * specific match that takes it.
 */
#ifndef MCR_LOOKUP_H
#define MCR_LOOKUP_H

#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>

#include "rule.h"

struct mcr_class;
struct mcr_masks;

/**
 * struct mcr_entry - a match in a classifier
 * @match: what it takes; does not change while it is in a classifier
 * @class: the class it is in
 * @rb: in that class's interval tree, unless the match is on one port
 * @subtree_max: of the interval tree: highest port at and below @rb
 *
 * Embedded in the object that a lookup is to find; that object must outlive a
 * grace period of RCU after mcr_lookup_remove().
 */
struct mcr_entry {
	struct mcr_match match;
	struct mcr_class *class;
	struct rb_node rb;
	u32 subtree_max;
};

/**
 * struct mcr_lookup - a classifier
 * @classes: struct mcr_class by addresses, mask and VLAN
 * @masks: the masks in use, most specific first
 * @order: the classes, sorted; see shadow.c
 * @lock: the owner's
 *
 * Changes are made under @lock; lookups run under RCU.
 */
struct mcr_lookup {
	struct rhashtable classes;
	struct mcr_masks __rcu *masks;
	struct rb_root order;
	struct mutex *lock;	/* guards all of this */
};

/* What is published with RCU, read by who holds the owner's lock. */
#define mcr_lookup_owned(l, p)						\
	rcu_dereference_protected(p, lockdep_is_held((l)->lock))

/* The same for those, too, who hold RTNL, without which nothing is changed. */
#define mcr_lookup_stable(l, p)						\
	rcu_dereference_protected(p, lockdep_is_held((l)->lock) ||	\
				     lockdep_rtnl_is_held())

/* Is this match, which overlaps @m, the one that is looked for? */
typedef bool mcr_overlap_fn(struct mcr_entry *e, const struct mcr_match *m,
			    void *data);

int mcr_lookup_init(struct mcr_lookup *l, struct mutex *lock);
void mcr_lookup_exit(struct mcr_lookup *l);
int mcr_lookup_insert(struct mcr_lookup *l, struct mcr_entry *e);
int mcr_lookup_plan(struct mcr_lookup *l, struct mcr_entry *e);
void mcr_lookup_unplan(struct mcr_lookup *l, struct mcr_entry *e);
void mcr_lookup_publish(struct mcr_lookup *l, struct mcr_entry *e);
void mcr_lookup_remove(struct mcr_lookup *l, struct mcr_entry *e);
struct mcr_entry *mcr_lookup_shadowed(struct mcr_lookup *l,
				      const struct mcr_match *m,
				      mcr_overlap_fn *wanted, void *data);
struct mcr_entry *mcr_lookup_overlap(struct mcr_lookup *l,
				     const struct mcr_match *m,
				     mcr_overlap_fn *wanted, void *data,
				     unsigned int *tries);
struct mcr_entry *mcr_lookup_find(struct mcr_lookup *l,
				  const struct mcr_flow *f);

#endif /* MCR_LOOKUP_H */

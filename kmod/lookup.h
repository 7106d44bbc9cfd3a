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
 * struct mcr_class_key - what the matches of a class have in common
 * @group: masked destination
 * @src: masked source
 * @vlan: VLAN id or 0
 * @dport: the port of a match on one port, else 0
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: prefix length of @group
 * @src_len: prefix length of @src
 * @words: all of it, to be compared
 *
 * No padding: it is hashed and compared as it lies in memory. Of a match on one
 * port it is the match's own beginning.
 */
struct mcr_class_key {
	union {
		struct {
			union mcr_addr group;
			union mcr_addr src;
			u16 vlan;
			u16 dport;
			u8 family;
			u8 proto;
			u8 group_len;
			u8 src_len;
		};
		u64 words[5];
	};
};

/**
 * struct mcr_slot - what one hash lookup finds
 * @node: in mcr_lookup.classes
 * @key: what it is found by; @key.dport tells what it is: a struct mcr_entry, or
 *	a struct mcr_class if it is 0
 * @rest: the rest of what the match of an entry has
 * @order: in mcr_lookup.order
 */
struct mcr_slot {
	struct rhash_head node;
	struct mcr_class_key key __aligned(8);
	u64 rest;
	struct rb_node order;
};

/**
 * struct mcr_entry - a match in a classifier
 * @slot: of a match on one port: itself
 * @node: as there
 * @class: of another: the class it is in
 * @match: what it takes; does not change while it is in a classifier
 * @subtree_max: of the interval tree: highest port at and below @rb
 * @live: a match on one port takes packets; until then it is planned
 * @rb: in the interval tree of its class, if it is in one
 *
 * Embedded in the object that a lookup is to find; that object must outlive a
 * grace period of RCU after mcr_lookup_remove(). A lookup that finds it reads its
 * first bytes up to @live, and nothing else on its way to it but a bucket.
 */
struct mcr_entry {
	union {
		struct mcr_slot slot;
		struct {
			union {
				struct rhash_head node;
				struct mcr_class *class;
			};
			struct mcr_match match __aligned(8);
			u16 subtree_max;
			bool live;
			struct rb_node rb;
		};
	};
};

/**
 * struct mcr_lookup - a classifier
 * @classes: struct mcr_slot by key
 * @masks: the masks in use, most specific first
 * @order: the slots, sorted; see shadow.c
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

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the classifier: the matches that one hash lookup finds.
 */
#ifndef MCR_CLASS_H
#define MCR_CLASS_H

#include <linux/rhashtable.h>

#include "range.h"
#include "rule.h"

/**
 * struct mcr_class_key - what the matches of a class have in common
 * @group: masked destination
 * @src: masked source
 * @vlan: VLAN id or 0
 * @dport: the port of a class of one port, else 0
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: prefix length of @group
 * @src_len: prefix length of @src
 *
 * @words: all of it, to be compared
 *
 * No padding: it is hashed and compared as it lies in memory.
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
 * struct mcr_class - matches of one mask with the same values
 * @node: in mcr_lookup.classes
 * @key: the values
 * @exact: the match of a class of one port
 * @next: the same, while it is planned
 * @ranges: those of the other classes
 * @order: in mcr_lookup.order
 * @rcu: for kfree_rcu()
 */
struct mcr_class {
	struct rhash_head node;
	struct mcr_class_key key;
	struct mcr_entry __rcu *exact;
	struct mcr_entry *next;
	struct mcr_ranges ranges;
	struct rb_node order;
	struct rcu_head rcu;
};

/* In shadow.c. */
void mcr_shadow_link(struct mcr_lookup *l, struct mcr_class *class);
void mcr_shadow_unlink(struct mcr_lookup *l, struct mcr_class *class);

#endif /* MCR_CLASS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier of one ingress device: from a packet's key to the most
 * specific match that takes it.
 */
#ifndef MCR_LOOKUP_H
#define MCR_LOOKUP_H

#include <linux/list.h>
#include <linux/rhashtable.h>

#include "rule.h"

struct mcr_class;
struct mcr_masks;

/**
 * struct mcr_entry - a match in a classifier
 * @match: what it takes; does not change while it is in a classifier
 * @class: the class it is in
 * @node: in that class's list
 *
 * Embedded in the object that a lookup is to find; that object must outlive a
 * grace period of RCU after mcr_lookup_remove().
 */
struct mcr_entry {
	struct mcr_match match;
	struct mcr_class *class;
	struct list_head node;
};

/**
 * struct mcr_lookup - a classifier
 * @classes: struct mcr_class by addresses, mask and VLAN
 * @masks: the masks in use, most specific first
 *
 * Changes are made under a lock of the owner; lookups run under RCU.
 */
struct mcr_lookup {
	struct rhashtable classes;
	struct mcr_masks __rcu *masks;
};

int mcr_lookup_init(struct mcr_lookup *l);
void mcr_lookup_exit(struct mcr_lookup *l);
int mcr_lookup_insert(struct mcr_lookup *l, struct mcr_entry *e);
void mcr_lookup_remove(struct mcr_lookup *l, struct mcr_entry *e);
struct mcr_entry *mcr_lookup_find(struct mcr_lookup *l,
				  const struct mcr_flow *f);

#endif /* MCR_LOOKUP_H */

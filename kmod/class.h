/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the classifier: the matches that one hash lookup finds where they are on
 * port ranges, or on any port.
 */
#ifndef MCR_CLASS_H
#define MCR_CLASS_H

#include "lookup.h"
#include "range.h"

/**
 * struct mcr_class - matches of one mask that differ in their ports only
 * @slot: in the classifier; its key has no port
 * @ranges: the matches
 * @rcu: for kfree_rcu()
 */
struct mcr_class {
	struct mcr_slot slot;
	struct mcr_ranges ranges;
	struct rcu_head rcu;
};

/* In shadow.c. */
void mcr_shadow_link(struct mcr_lookup *l, struct mcr_slot *slot);
void mcr_shadow_unlink(struct mcr_lookup *l, struct mcr_slot *slot);

#endif /* MCR_CLASS_H */

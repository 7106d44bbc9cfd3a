/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Matches that differ in their port ranges only.
 */
#ifndef MCR_RANGE_H
#define MCR_RANGE_H

#include <linux/rbtree.h>
#include <linux/rcupdate.h>

#include "lookup.h"

/**
 * struct mcr_interval - ports that have the same winner
 * @min: lowest port; 0 stands for a packet without a port. The highest one is
 *	in front of the next interval
 * @edges: matches that begin here or end in front of it; written under the
 *	owner's lock only. 0: the interval could be joined with the one before
 * @winner: the match that takes the ports; NULL: none
 */
struct mcr_interval {
	u16 min;
	u32 edges;
	struct mcr_entry __rcu *winner;
};

/**
 * struct mcr_intervals - all ports from the first interval's lowest one on
 * @rcu: for kfree_rcu()
 * @n: number of @iv
 * @iv: ascending
 */
struct mcr_intervals {
	struct rcu_head rcu;
	u32 n;
	struct mcr_interval iv[];
};

/**
 * struct mcr_ranges - the ranges, and who wins which port
 * @tree: an interval tree of struct mcr_entry.rb
 * @intervals: what lookups search; NULL: none was ever in it
 * @next: what they are to search next; NULL: nothing is planned
 * @room: for how many intervals there is room in @next
 * @n: ranges in @tree, those planned included
 * @several: more than one is planned: @next is still to be filled in
 */
struct mcr_ranges {
	struct rb_root_cached tree;
	struct mcr_intervals __rcu *intervals;
	struct mcr_intervals *next;
	u32 room;
	u32 n;
	bool several;
};

bool mcr_ranges_empty(const struct mcr_ranges *r);
void mcr_ranges_free(struct mcr_lookup *l, struct mcr_ranges *r);
int mcr_ranges_plan(struct mcr_lookup *l, struct mcr_ranges *r,
		    struct mcr_entry *e);
void mcr_ranges_unplan(struct mcr_ranges *r, struct mcr_entry *e);
void mcr_ranges_publish(struct mcr_lookup *l, struct mcr_ranges *r);
void mcr_ranges_remove(struct mcr_lookup *l, struct mcr_ranges *r,
		       struct mcr_entry *e);
struct mcr_entry *mcr_ranges_overlap(struct mcr_lookup *l,
				     struct mcr_ranges *r,
				     const struct mcr_match *m,
				     mcr_overlap_fn *wanted, void *data,
				     unsigned int *tries);
struct mcr_entry *mcr_ranges_find(const struct mcr_ranges *r, u16 dport);

#endif /* MCR_RANGE_H */

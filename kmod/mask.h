/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The masks in use on an ingress device.
 */
#ifndef MCR_MASK_H
#define MCR_MASK_H

#include <linux/rcupdate.h>

#include "rule.h"

struct mcr_lookup;

/**
 * struct mcr_mask - what the keys of some classes are made from
 * @group: bits of the destination that count
 * @src: bits of the source that count
 * @family: AF_INET or AF_INET6
 * @proto: of enum mcr_proto
 * @group_len: bits set in @group
 * @src_len: bits set in @src
 * @one_port: for matches on one port
 * @skips_local: local groups are not meant
 * @users: matches that have it; written under the owner's lock only
 */
struct mcr_mask {
	union mcr_addr group;
	union mcr_addr src;
	u8 family;
	u8 proto;
	u8 group_len;
	u8 src_len;
	bool one_port;
	bool skips_local;
	u32 users;
};

/**
 * struct mcr_masks - the masks in use
 * @rcu: for kfree_rcu()
 * @n: number of @mask
 * @mask: most specific first
 */
struct mcr_masks {
	struct rcu_head rcu;
	u32 n;
	struct mcr_mask mask[];
};

bool mcr_match_one_port(const struct mcr_match *m);
void mcr_mask_make(struct mcr_mask *mask, const struct mcr_match *m);
bool mcr_mask_before(const struct mcr_mask *a, const struct mcr_mask *b);
int mcr_mask_get(struct mcr_lookup *l, const struct mcr_match *m);
void mcr_mask_put(struct mcr_lookup *l, const struct mcr_match *m);

#endif /* MCR_MASK_H */

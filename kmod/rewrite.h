/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an output changes in the headers of its copy.
 */
#ifndef MCR_REWRITE_H
#define MCR_REWRITE_H

#include "match.h"

/**
 * mcr_rewrite_is_noop - does an output leave IP and UDP headers alone?
 * @w: what it changes; the Ethernet header does not count
 *
 * Return: true if so.
 */
static inline bool mcr_rewrite_is_noop(const struct mcr_rewrite *w)
{
	return !w->set && w->src_mode == MCR_SRC_KEEP &&
	       (w->ttl_mode == MCR_TTL_AUTO || w->ttl_mode == MCR_TTL_KEEP);
}

/**
 * mcr_rewrite_is_shared - does an output leave the whole frame alone?
 * @w: what it changes
 *
 * Return: true if so: a copy may share all of what was received.
 */
static inline bool mcr_rewrite_is_shared(const struct mcr_rewrite *w)
{
	return w->mac == MCR_MAC_KEEP && mcr_rewrite_is_noop(w);
}

/**
 * mcr_rewrite_is_move - does an output change addresses?
 * @w: what it changes
 *
 * Return: true if so.
 */
static inline bool mcr_rewrite_is_move(const struct mcr_rewrite *w)
{
	return (w->set & MCR_SET_GROUP) || w->src_mode != MCR_SRC_KEEP;
}

void mcr_rewrite_apply(struct sk_buff *skb, const struct mcr_packet *p,
		       const struct mcr_rewrite *w, const union mcr_addr *src);

#endif /* MCR_REWRITE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Group memberships of a namespace: what rules want, and what is joined.
 */
#ifndef MCR_JOIN_H
#define MCR_JOIN_H

#include <linux/types.h>

struct mcr_joins;
struct mcr_net;
struct mcr_rule;
struct net_device;

struct mcr_joins *mcr_joins_new(struct mcr_net *mn);
void mcr_joins_free(struct mcr_joins *js);
void mcr_joins_settle(struct mcr_joins *js);

void mcr_join_get(struct mcr_net *mn, struct mcr_rule *rule,
		  const struct net_device *dev);
void mcr_join_put(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_joins_retry(struct mcr_net *mn, const struct net_device *dev);
void mcr_joins_lose(struct mcr_net *mn, const struct net_device *dev,
		    u32 family);

#endif /* MCR_JOIN_H */

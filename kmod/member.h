/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calling for the traffic of rules: group memberships and allmulti.
 */
#ifndef MCR_MEMBER_H
#define MCR_MEMBER_H

struct mcr_net;
struct mcr_port;
struct mcr_rule;
struct net_device;

int mcr_member_init(struct mcr_net *mn);
void mcr_member_exit(struct mcr_net *mn);
void mcr_member_settle(struct mcr_net *mn);

void mcr_member_get(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_member_put(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_member_refresh(struct mcr_net *mn, const struct mcr_port *port);
void mcr_member_lose(struct mcr_net *mn, const struct net_device *dev);
void mcr_member_mtu(struct mcr_net *mn, const struct net_device *dev);

#endif /* MCR_MEMBER_H */

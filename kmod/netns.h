/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network namespaces.
 */
#ifndef MCR_NETNS_H
#define MCR_NETNS_H

struct mcr_net;
struct net;

int mcr_netns_init(void);
void mcr_netns_exit(void);

struct mcr_net *mcr_net_of(const struct net *net);

int mcr_net_begin(struct mcr_net *mn, struct net *net);
void mcr_net_end(struct mcr_net *mn);

#endif /* MCR_NETNS_H */

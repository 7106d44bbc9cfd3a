/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices by name: which there are, and what is bound to them.
 */
#ifndef MCR_NETDEV_H
#define MCR_NETDEV_H

#include "port.h"

struct mcr_net;

int mcr_netdev_init(void);
void mcr_netdev_exit(void);

bool mcr_netdev_sends(struct mcr_net *mn, const char *name);
struct mcr_port *mcr_port_find(struct mcr_net *mn, const char *name);
struct mcr_port *mcr_port_get(struct mcr_net *mn, const char *name);
void mcr_port_put(struct mcr_net *mn, struct mcr_port *port);
struct net_device *mcr_port_dev(struct mcr_net *mn,
				const struct mcr_port *port);

#endif /* MCR_NETDEV_H */

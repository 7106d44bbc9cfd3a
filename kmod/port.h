/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device name that rules use.
 */
#ifndef MCR_PORT_H
#define MCR_PORT_H

#include <linux/netdevice.h>
#include <linux/rcupdate.h>

struct mcr_ingress;

/**
 * struct mcr_port - a device by its name, in a network namespace
 * @dev: the device that has the name now; NULL: there is none
 * @name: the name
 * @ingress: its classifier and hook, if rules receive from it
 * @outputs: struct mcr_output of those that send to it
 * @users: rules and outputs that name it
 * @node: in mcr_net.ports
 * @tracker: of the reference to @dev
 * @rcu: for kfree_rcu()
 *
 * A bound port has its device's name, so a device has one port at most.
 *
 * Everything but @dev is written and read under mcr_net.lock. @dev is written
 * under RTNL and mcr_net.lock, and read under RCU: the core waits for a grace
 * period between NETDEV_UNREGISTER, when it is cleared, and freeing a device.
 */
struct mcr_port {
	struct net_device __rcu *dev;
	char name[IFNAMSIZ];
	struct mcr_ingress *ingress;
	struct list_head outputs;
	u32 users;
	struct hlist_node node;
	netdevice_tracker tracker;
	struct rcu_head rcu;
};

#endif /* MCR_PORT_H */

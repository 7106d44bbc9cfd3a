/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Network devices, as rtnetlink has told of them.
 */
#ifndef KAPI_LINUX_NETDEVICE_H
#define KAPI_LINUX_NETDEVICE_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

struct kapi_addr;

/**
 * enum netdev_cmd - what happened to a device, with the kernel's numbers
 * @NETDEV_UP: it was set up
 * @NETDEV_DOWN: it was set down
 * @NETDEV_CHANGE: its carrier or its flags changed
 * @NETDEV_REGISTER: it came
 * @NETDEV_UNREGISTER: it goes
 * @NETDEV_CHANGEMTU: its MTU changed
 * @NETDEV_CHANGEADDR: its link-layer address changed
 * @NETDEV_GOING_DOWN: it is about to be set down
 * @NETDEV_CHANGENAME: its name changed
 * @NETDEV_POST_TYPE_CHANGE: its type changed
 * @NETDEV_RESEND_IGMP: memberships are to be reported again
 */
enum netdev_cmd {
	NETDEV_UP		= 1,
	NETDEV_DOWN		= 2,
	NETDEV_CHANGE		= 4,
	NETDEV_REGISTER		= 5,
	NETDEV_UNREGISTER	= 6,
	NETDEV_CHANGEMTU	= 7,
	NETDEV_CHANGEADDR	= 8,
	NETDEV_GOING_DOWN	= 10,
	NETDEV_CHANGENAME	= 11,
	NETDEV_POST_TYPE_CHANGE	= 15,
	NETDEV_RESEND_IGMP	= 22,
};

enum netreg_state {
	NETREG_UNINITIALIZED,
	NETREG_REGISTERED,
	NETREG_UNREGISTERING,
};

struct net_device;

/**
 * struct rtnl_link_ops - what kind of device it is
 * @kind: IFLA_INFO_KIND
 * @get_link_net: where the device of IFLA_LINK is
 */
struct rtnl_link_ops {
	const char *kind;
	struct net *(*get_link_net)(const struct net_device *dev);
};

/**
 * struct net_device - a device
 * @node: among all devices
 * @name: NUL-terminated; "": another one has taken the name it had
 * @ifindex: never 0
 * @iflink: index of the device it lies on, or of its peer; 0: none
 * @type: ARPHRD_
 * @flags: IFF_
 * @mtu: in bytes
 * @dev_addr: link-layer address, if that has 6 bytes
 * @addr_len: bytes of it; 0: it has another length
 * @reg_state: of enum netreg_state
 * @carrier_up_count: how often its carrier came
 * @rtnl_link_ops: of a veth device whose peer is in this namespace; NULL
 * @allmulti: who want it to receive all multicast
 * @refs: who refer to it
 * @addrs: its addresses, as kapi_addrs_set() has them
 * @n_addrs: how many
 */
struct net_device {
	struct list_head node;
	char name[IFNAMSIZ];
	int ifindex;
	int iflink;
	unsigned short type;
	unsigned int flags;
	unsigned int mtu;
	unsigned char dev_addr[ETH_ALEN];
	unsigned char addr_len;
	u8 reg_state;
	atomic_t carrier_up_count;
	const struct rtnl_link_ops *rtnl_link_ops;
	unsigned int allmulti;
	unsigned int refs;
	struct kapi_addr *addrs;
	size_t n_addrs;
};

typedef struct {
} netdevice_tracker;

static inline struct net *dev_net(const struct net_device *dev)
{
	(void)dev;
	return &init_net;
}

static inline int dev_get_iflink(const struct net_device *dev)
{
	return dev->iflink ? dev->iflink : dev->ifindex;
}

static inline bool netif_running(const struct net_device *dev)
{
	return dev->flags & IFF_UP;
}

static inline bool netif_carrier_ok(const struct net_device *dev)
{
	return dev->flags & IFF_LOWER_UP;
}

static inline void netdev_hold(struct net_device *dev,
			       netdevice_tracker *tracker, gfp_t gfp)
{
	(void)tracker;
	(void)gfp;
	dev->refs++;
}

static inline void netdev_put(struct net_device *dev,
			      netdevice_tracker *tracker)
{
	(void)tracker;
	dev->refs--;
}

struct net_device *kapi_dev_by_name(const char *name);
struct net_device *kapi_dev_by_index(int ifindex);
int kapi_dev_allmulti(struct net_device *dev, int change);
int kapi_netdev_chain_add(struct notifier_block *nb);
void kapi_netdev_chain_del(struct notifier_block *nb);
void kapi_netdev_chain_call(unsigned long event, struct net_device *dev);

#define __dev_get_by_name(net, name)	((void)(net), kapi_dev_by_name(name))
#define __dev_get_by_index(net, i)	((void)(net), kapi_dev_by_index(i))
#define dev_get_by_name_rcu(net, name)	__dev_get_by_name(net, name)
#define dev_get_by_index_rcu(net, i)	__dev_get_by_index(net, (int)(i))
#define dev_set_allmulti(dev, change)	kapi_dev_allmulti(dev, change)
#define register_netdevice_notifier(nb)	kapi_netdev_chain_add(nb)
#define unregister_netdevice_notifier(nb)	kapi_netdev_chain_del(nb)
#define call_netdevice_notifiers(event, dev)	\
	kapi_netdev_chain_call(event, dev)

static inline struct net_device *netdev_notifier_info_to_dev(void *data)
{
	return data;
}

#endif /* KAPI_LINUX_NETDEVICE_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MCR_KUNIT_ETHERDEVICE_H
#define MCR_KUNIT_ETHERDEVICE_H

#include <linux/if_arp.h>
#include <linux/netdevice.h>

static inline struct net_device *alloc_etherdev(int priv)
{
	struct net_device *dev = kapi_zalloc(1, sizeof(*dev) + priv);

	if (dev)
		dev->type = ARPHRD_ETHER;
	return dev;
}

static inline void free_netdev(struct net_device *dev)
{
	kapi_free(dev);
}

#endif /* MCR_KUNIT_ETHERDEVICE_H */

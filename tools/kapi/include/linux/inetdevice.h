/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv4 on a device: the kernel takes it from one whose MTU is below the minimum
 * (RFC 791, 3.2). What else keeps it away a process is not told: the join fails.
 */
#ifndef KAPI_LINUX_INETDEVICE_H
#define KAPI_LINUX_INETDEVICE_H

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#define KAPI_MIN_MTU4	68U

static inline const void *__in_dev_get_rtnl(const struct net_device *dev)
{
	return dev->mtu < KAPI_MIN_MTU4 ? NULL : dev;
}

#define __in_dev_get_rcu(dev)	__in_dev_get_rtnl(dev)

#endif /* KAPI_LINUX_INETDEVICE_H */

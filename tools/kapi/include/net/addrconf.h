/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 on a device, likewise (RFC 8200, 5); see linux/inetdevice.h.
 */
#ifndef KAPI_NET_ADDRCONF_H
#define KAPI_NET_ADDRCONF_H

#include <linux/inetdevice.h>
#include <linux/in6.h>

#define KAPI_MIN_MTU6	1280U

static inline const void *__in6_dev_get(const struct net_device *dev)
{
	return dev->mtu < KAPI_MIN_MTU6 ? NULL : dev;
}

#endif /* KAPI_NET_ADDRCONF_H */

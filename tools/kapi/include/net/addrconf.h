/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_NET_ADDRCONF_H
#define KAPI_NET_ADDRCONF_H

#include <linux/inetdevice.h>
#include <linux/in6.h>

#define __in6_dev_get(dev)	((const void *)(dev))

#endif /* KAPI_NET_ADDRCONF_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocols on a device. A process is not told whether a device has them:
 * the join fails where it has not.
 */
#ifndef KAPI_LINUX_INETDEVICE_H
#define KAPI_LINUX_INETDEVICE_H

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#define __in_dev_get_rtnl(dev)	((const void *)(dev))
#define __in_dev_get_rcu(dev)	((const void *)(dev))

#endif /* KAPI_LINUX_INETDEVICE_H */

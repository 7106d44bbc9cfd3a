/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segmentation moved here from netdevice.h in 6.5.
 */
#ifndef MCR_COMPAT_NET_GSO_H
#define MCR_COMPAT_NET_GSO_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

#endif /* MCR_COMPAT_NET_GSO_H */

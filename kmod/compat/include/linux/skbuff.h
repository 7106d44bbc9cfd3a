/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frags that the CPU cannot read (device memory) came in 6.12.
 */
#ifndef MCR_COMPAT_LINUX_SKBUFF_H
#define MCR_COMPAT_LINUX_SKBUFF_H

#include <linux/version.h>
#include_next <linux/skbuff.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline bool skb_frags_readable(const struct sk_buff *skb)
{
	return true;
}
#endif

#endif /* MCR_COMPAT_LINUX_SKBUFF_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frags that the CPU cannot read (device memory) came in 6.12. What says that tc
 * sees a packet on its way in depended on another option until 6.6.
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

/**
 * mcr_skb_clear_ingress - a packet received is one to be sent
 * @skb: the packet, ours
 */
static inline void mcr_skb_clear_ingress(struct sk_buff *skb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_XGRESS
	skb->tc_at_ingress = 0;
#endif
#elif defined(CONFIG_NET_CLS_ACT)
	skb->tc_at_ingress = 0;
#endif
#if defined(CONFIG_NET_RX_BUSY_POLL) || defined(CONFIG_XPS)
	skb->napi_id = 0;
#endif
}

#endif /* MCR_COMPAT_LINUX_SKBUFF_H */

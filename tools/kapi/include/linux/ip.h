/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_IP_H
#define KAPI_LINUX_IP_H

#include <linux/skbuff.h>
#include_next <linux/ip.h>

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

#endif /* KAPI_LINUX_IP_H */

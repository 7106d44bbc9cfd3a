/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_IPV6_H
#define KAPI_LINUX_IPV6_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include_next <linux/ipv6.h>

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

/* Bytes of an extension header. */
static inline unsigned int kapi_ipv6_optlen(const struct ipv6_opt_hdr *h)
{
	return (h->hdrlen + 1U) * 8;
}

#define ipv6_optlen(h)	kapi_ipv6_optlen(h)

#endif /* KAPI_LINUX_IPV6_H */

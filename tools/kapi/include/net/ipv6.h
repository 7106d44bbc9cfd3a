/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 (RFC 8200).
 */
#ifndef KAPI_NET_IPV6_H
#define KAPI_NET_IPV6_H

#include <linux/icmpv6.h>
#include <linux/ipv6.h>

#define NEXTHDR_HOP		0
#define NEXTHDR_TCP		6
#define NEXTHDR_UDP		17
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_ESP		50
#define NEXTHDR_AUTH		51
#define NEXTHDR_ICMP		58
#define NEXTHDR_NONE		59
#define NEXTHDR_DEST		60

#define IP6_MF			0x0001
#define IP6_OFFSET		0xfff8

#define IPV6_ADDR_SCOPE_NODELOCAL	1
#define IPV6_ADDR_MC_SCOPE(a)	((u8)((a)->s6_addr[1] & 0x0f))

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

static inline bool ipv6_addr_is_multicast(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xff;
}

static inline bool ipv6_addr_loopback(const struct in6_addr *a)
{
	return !memcmp(a, &in6addr_loopback, sizeof(*a));
}

/* Is this one of the headers that the core knows to be an extension? */
static inline bool ipv6_ext_hdr(u8 nexthdr)
{
	switch (nexthdr) {
	case NEXTHDR_HOP:
	case NEXTHDR_ROUTING:
	case NEXTHDR_FRAGMENT:
	case NEXTHDR_AUTH:
	case NEXTHDR_NONE:
	case NEXTHDR_DEST:
		return true;
	default:
		return false;
	}
}

#endif /* KAPI_NET_IPV6_H */

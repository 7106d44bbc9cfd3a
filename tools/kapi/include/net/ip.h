/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_NET_IP_H
#define KAPI_NET_IP_H

#include <linux/in.h>
#include <linux/ip.h>
#include <net/checksum.h>

#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(IP_MF | IP_OFFSET);
}

static inline void ip_send_check(struct iphdr *iph)
{
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

#endif /* KAPI_NET_IP_H */

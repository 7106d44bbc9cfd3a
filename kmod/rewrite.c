// SPDX-License-Identifier: GPL-2.0
/*
 * What an output changes in the headers of its copy.
 *
 * Checksums are changed incrementally (RFC 1624): what changes in the words that
 * they cover is summed up, and added once. That of the IPv4 header was found correct
 * before. One of UDP, or of another protocol that covers the addresses, that was
 * wrong stays wrong, for the receiver to see, and an absent one (0, in UDP) stays
 * absent.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "rewrite.h"

/**
 * struct mcr_delta - what changed in the words that checksums cover
 * @addr: in addresses, which are part of the pseudo-header
 * @ip: in the rest of the IP header
 * @port: in ports
 *
 * Sums of one's complements: 64 bits hold all carries. In network byte order.
 */
struct mcr_delta {
	u64 addr;
	u64 ip;
	u64 port;
};

static u64 mcr_delta32(__be32 from, __be32 to)
{
	return (u64)(u32)~(__force u32)from + (__force u32)to;
}

static u64 mcr_delta16(__be16 from, __be16 to)
{
	return (u64)(u16)~(__force u16)from + (__force u16)to;
}

/* Add a change to a checksum's sum, which is not its complement. */
static __sum16 mcr_delta_add(__wsum sum, u64 delta)
{
	delta = (delta & 0xffffffff) + (delta >> 32);
	delta = (delta & 0xffffffff) + (delta >> 32);
	return csum_fold(csum_add(sum, (__force __wsum)(u32)delta));
}

/* The checksum of what is above IP. */
static void mcr_csum_mend(struct sk_buff *skb, const struct mcr_packet *p,
			  const struct mcr_delta *d)
{
	unsigned char *start = skb_network_header(skb) + p->csum_start;
	__sum16 *check = (__sum16 *)(start + p->csum_offset);

	if (!p->csum_start || !(d->addr | d->port))
		return;
	/*
	 * Only the pseudo-header's sum. It may also be that of a packet inside of
	 * this one.
	 */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start(skb) == start) {
		*check = ~mcr_delta_add(csum_unfold(*check), d->addr);
	} else {
		if (p->thoff && !*check)
			return;
		*check = mcr_delta_add(~csum_unfold(*check), d->addr + d->port);
	}
	/* The same number; but in UDP 0 would mean that there is no checksum. */
	if (p->csum_offset == offsetof(struct udphdr, check) && !*check)
		*check = CSUM_MANGLED_0;
}

static void mcr_rewrite_addr6(struct mcr_delta *d, struct in6_addr *addr,
			      const union mcr_addr *to)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		d->addr += mcr_delta32(addr->s6_addr32[i], to->ip6[i]);
		addr->s6_addr32[i] = to->ip6[i];
	}
}

static u8 mcr_rewrite_ttl(const struct mcr_rewrite *w, u8 ttl)
{
	switch (w->ttl_mode) {
	case MCR_TTL_SET:
		return w->ttl;
	case MCR_TTL_DEC:
		return ttl - 1;
	default:
		return ttl;
	}
}

static void mcr_rewrite_ipv4(struct sk_buff *skb, struct mcr_delta *d,
			     const struct mcr_rewrite *w,
			     const union mcr_addr *src)
{
	struct iphdr *iph = ip_hdr(skb);
	__be16 *ttl = (__be16 *)&iph->ttl, *tos = (__be16 *)iph, old;

	if (w->set & MCR_SET_GROUP) {
		d->addr += mcr_delta32(iph->daddr, w->group.ip);
		iph->daddr = w->group.ip;
	}
	if (src) {
		d->addr += mcr_delta32(iph->saddr, src->ip);
		iph->saddr = src->ip;
	}
	old = *ttl;
	iph->ttl = mcr_rewrite_ttl(w, iph->ttl);
	d->ip += mcr_delta16(old, *ttl);
	if (w->set & MCR_SET_DSCP) {
		old = *tos;
		iph->tos = (iph->tos & INET_ECN_MASK) | w->dscp << 2;
		d->ip += mcr_delta16(old, *tos);
	}
	iph->check = mcr_delta_add(~csum_unfold(iph->check), d->addr + d->ip);
}

static void mcr_rewrite_ipv6(struct sk_buff *skb, struct mcr_delta *d,
			     const struct mcr_rewrite *w,
			     const union mcr_addr *src)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (w->set & MCR_SET_GROUP)
		mcr_rewrite_addr6(d, &ip6h->daddr, &w->group);
	if (src)
		mcr_rewrite_addr6(d, &ip6h->saddr, src);
	ip6h->hop_limit = mcr_rewrite_ttl(w, ip6h->hop_limit);
	if (w->set & MCR_SET_DSCP)
		ipv6_change_dsfield(ip6h, INET_ECN_MASK, w->dscp << 2);
}

static void mcr_rewrite_ports(struct sk_buff *skb, struct mcr_delta *d,
			      const struct mcr_packet *p,
			      const struct mcr_rewrite *w)
{
	struct udphdr *uh;

	if (!p->thoff)
		return;
	uh = (struct udphdr *)(skb_network_header(skb) + p->thoff);
	if (w->set & MCR_SET_DPORT) {
		d->port += mcr_delta16(uh->dest, htons(w->dport));
		uh->dest = htons(w->dport);
	}
	if (w->set & MCR_SET_SPORT) {
		d->port += mcr_delta16(uh->source, htons(w->sport));
		uh->source = htons(w->sport);
	}
}

/**
 * mcr_rewrite_apply - change the headers of a copy
 * @skb: the copy, owned by the caller; the first @p->hlen bytes from the
 *	network header are linear, writable and not shared; ip_summed is not
 *	CHECKSUM_COMPLETE
 * @p: what was received; a TTL that is to be decremented is above 1, and
 *	addresses that are to be changed are not @p->fixed
 * @w: what to change
 * @src: new source address or NULL to keep the one received
 *
 * Context: Any; softirq with RCU on the packet path.
 */
void mcr_rewrite_apply(struct sk_buff *skb, const struct mcr_packet *p,
		       const struct mcr_rewrite *w, const union mcr_addr *src)
{
	struct mcr_delta d = { };

	if (p->flow.family == AF_INET)
		mcr_rewrite_ipv4(skb, &d, w, src);
	else
		mcr_rewrite_ipv6(skb, &d, w, src);
	mcr_rewrite_ports(skb, &d, p, w);
	mcr_csum_mend(skb, p, &d);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What an output changes in the headers of its copy.
 *
 * The IPv4 header checksum was found correct before, so it is made anew. The
 * checksum of UDP, or of another protocol that covers the addresses, is changed
 * incrementally (RFC 1624): a wrong one stays wrong, for the receiver to see,
 * and an absent one (0, in UDP) stays absent.
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
 * struct mcr_csum - the upper-layer checksum of a packet that is being changed
 * @check: the checksum; NULL: there is none
 * @partial: it holds only the pseudo-header's sum (CHECKSUM_PARTIAL)
 */
struct mcr_csum {
	__sum16 *check;
	bool partial;
};

static struct mcr_csum mcr_csum_begin(struct sk_buff *skb,
				      const struct mcr_packet *p)
{
	unsigned char *start = skb_network_header(skb) + p->csum_start;
	struct mcr_csum c = { };

	if (!p->csum_start)
		return c;
	c.check = (__sum16 *)(start + p->csum_offset);
	/* A partial checksum may also be that of a packet inside of this one. */
	c.partial = skb->ip_summed == CHECKSUM_PARTIAL &&
		    skb_checksum_start(skb) == start;
	if (!c.partial && p->thoff && !*c.check)
		c.check = NULL;
	return c;
}

/* An address changed: it is part of the pseudo-header. */
static void mcr_csum_addr(struct mcr_csum *c, __be32 from, __be32 to)
{
	if (!c->check)
		return;
	if (c->partial)
		*c->check = ~csum_fold(csum_add(csum_sub(csum_unfold(*c->check),
							 (__force __wsum)from),
						(__force __wsum)to));
	else
		csum_replace4(c->check, from, to);
}

/* A port changed: a partial checksum does not cover it yet. */
static void mcr_csum_port(struct mcr_csum *c, __be16 from, __be16 to)
{
	if (c->check && !c->partial)
		csum_replace2(c->check, from, to);
}

/* The same number; but in UDP 0 would mean that there is no checksum. */
static void mcr_csum_end(struct mcr_csum *c, const struct mcr_packet *p)
{
	if (c->check && p->csum_offset == offsetof(struct udphdr, check) &&
	    !*c->check)
		*c->check = CSUM_MANGLED_0;
}

static void mcr_rewrite_addr6(struct mcr_csum *c, struct in6_addr *addr,
			      const union mcr_addr *to)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		mcr_csum_addr(c, addr->s6_addr32[i], to->ip6[i]);
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

static void mcr_rewrite_ipv4(struct sk_buff *skb, struct mcr_csum *c,
			     const struct mcr_rewrite *w,
			     const union mcr_addr *src)
{
	struct iphdr *iph = ip_hdr(skb);

	if (w->set & MCR_SET_GROUP) {
		mcr_csum_addr(c, iph->daddr, w->group.ip);
		iph->daddr = w->group.ip;
	}
	if (src) {
		mcr_csum_addr(c, iph->saddr, src->ip);
		iph->saddr = src->ip;
	}
	iph->ttl = mcr_rewrite_ttl(w, iph->ttl);
	if (w->set & MCR_SET_DSCP)
		iph->tos = (iph->tos & INET_ECN_MASK) | w->dscp << 2;
	ip_send_check(iph);
}

static void mcr_rewrite_ipv6(struct sk_buff *skb, struct mcr_csum *c,
			     const struct mcr_rewrite *w,
			     const union mcr_addr *src)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (w->set & MCR_SET_GROUP)
		mcr_rewrite_addr6(c, &ip6h->daddr, &w->group);
	if (src)
		mcr_rewrite_addr6(c, &ip6h->saddr, src);
	ip6h->hop_limit = mcr_rewrite_ttl(w, ip6h->hop_limit);
	if (w->set & MCR_SET_DSCP)
		ipv6_change_dsfield(ip6h, INET_ECN_MASK, w->dscp << 2);
}

static void mcr_rewrite_ports(struct sk_buff *skb, struct mcr_csum *c,
			      const struct mcr_packet *p,
			      const struct mcr_rewrite *w)
{
	struct udphdr *uh;

	if (!p->thoff)
		return;
	uh = (struct udphdr *)(skb_network_header(skb) + p->thoff);
	if (w->set & MCR_SET_DPORT) {
		mcr_csum_port(c, uh->dest, htons(w->dport));
		uh->dest = htons(w->dport);
	}
	if (w->set & MCR_SET_SPORT) {
		mcr_csum_port(c, uh->source, htons(w->sport));
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
	struct mcr_csum c = mcr_csum_begin(skb, p);

	if (p->flow.family == AF_INET)
		mcr_rewrite_ipv4(skb, &c, w, src);
	else
		mcr_rewrite_ipv6(skb, &c, w, src);
	mcr_rewrite_ports(skb, &c, p, w);
	mcr_csum_end(&c, p);
}

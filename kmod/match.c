// SPDX-License-Identifier: GPL-2.0
/*
 * From a received frame to the key that rules are matched with.
 *
 * The checks are those of the IP input path (ip_rcv_core(), ip6_rcv_core(),
 * udp_rcv()), UDP checksum aside: what the stack would drop is not replicated.
 * The frame is only read, never pulled or otherwise changed: it may be shared
 * with a packet socket or with its generator.
 */
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "match.h"

/* More extension headers than this are not looked behind (RFC 8504, 5.3). */
#define MCR_EXTHDRS_MAX		8

/* Pragmatic general multicast (RFC 3208) */
#define MCR_IPPROTO_PGM		113

/* MLD is never taken (RFC 2710, RFC 3810). */
static bool mcr_match_is_mld(u8 type)
{
	return (type >= ICMPV6_MGM_QUERY && type <= ICMPV6_MGM_REDUCTION) ||
	       type == ICMPV6_MLD2_REPORT;
}

/*
 * Is there room for @size bytes at an option's pointer, which counts from 1 and
 * begins at @first? A pointer behind the option says that it is full.
 */
static bool mcr_match_pointer_ok(const u8 *opt, u8 first, u8 size)
{
	if (opt[1] < first - 1 || opt[2] < first)
		return false;
	return opt[2] > opt[1] || opt[2] - 1 + size <= opt[1];
}

static bool mcr_match_timestamp_ok(const u8 *opt)
{
	u8 size = 4;

	if (opt[1] < 4)
		return false;
	if ((opt[3] & 0xf) == IPOPT_TS_TSANDADDR ||
	    (opt[3] & 0xf) == IPOPT_TS_PRESPEC)
		size = 8;
	/* Full, and the count of those who found it so is full, too. */
	if (opt[2] > opt[1] && (opt[3] & 0xf) != IPOPT_TS_PRESPEC &&
	    opt[3] >> 4 == 15)
		return false;
	return mcr_match_pointer_ok(opt, 5, size);
}

/* Is one IPv4 option well-formed? Its length lies within the header. */
static bool mcr_match_option_ok(const u8 *opt)
{
	switch (opt[0]) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		return opt[1] >= 3 && opt[2] >= 4;
	case IPOPT_RR:
		return mcr_match_pointer_ok(opt, 4, 4);
	case IPOPT_TIMESTAMP:
		return mcr_match_timestamp_ok(opt);
	case IPOPT_RA:
		return opt[1] >= 4;
	default:
		return true;
	}
}

/* What may be in a header once only (RFC 791, 3.1). */
static u8 mcr_match_option_once(u8 type)
{
	switch (type) {
	case IPOPT_SSRR:
	case IPOPT_LSRR:
		return BIT(0);
	case IPOPT_RR:
		return BIT(1);
	case IPOPT_TIMESTAMP:
		return BIT(2);
	default:
		return 0;
	}
}

/* Is a list of IPv4 options what ip_options_compile() would take? */
static bool mcr_match_options_ok(const u8 *opt, unsigned int len)
{
	u8 seen = 0;

	while (len) {
		u8 once = mcr_match_option_once(opt[0]);

		if (opt[0] == IPOPT_END)
			return true;
		if (opt[0] == IPOPT_NOOP) {
			opt++;
			len--;
			continue;
		}
		if (len < 2 || opt[1] < 2 || opt[1] > len)
			return false;
		if (!mcr_match_option_ok(opt) || (seen & once))
			return false;
		seen |= once;
		len -= opt[1];
		opt += opt[1];
	}
	return true;
}

/*
 * Where a protocol has a checksum that covers the IP addresses (RFC 9293, 3.1;
 * RFC 3828, 3.1; RFC 4340, 9; RFC 4443, 2.3): the offset in its header; 0: it
 * has none; negative: nothing is known, or what covers them cannot be mended.
 */
static int mcr_match_csum_offset(const struct mcr_packet *p, u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return offsetof(struct udphdr, check);
	case IPPROTO_ICMPV6:
		return p->flow.family == AF_INET6 ? 2 : -1;
	case IPPROTO_ICMP:
		return p->flow.family == AF_INET ? 0 : -1;
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
	case IPPROTO_RSVP:
	case IPPROTO_GRE:
	case IPPROTO_ENCAP:
	case IPPROTO_L2TP:
	case IPPROTO_SCTP:
	case IPPROTO_MPLS:
	case IPPROTO_ETHERNET:
	case MCR_IPPROTO_PGM:
	case NEXTHDR_NONE:
		return 0;
	default:
		return -1;
	}
}

/* A protocol other than UDP: what would a change of addresses touch? */
static void mcr_match_upper(struct mcr_packet *p, u8 proto, unsigned int off)
{
	int csum = mcr_match_csum_offset(p, proto);
	unsigned int end = off + csum + sizeof(__sum16);

	if (p->fragment || !csum)
		return;
	if (csum < 0 || end > p->l3_len) {
		p->fixed = true;
		return;
	}
	p->csum_start = off;
	p->csum_offset = csum;
	p->hlen = end;
}

static enum mcr_verdict mcr_match_udp(const struct sk_buff *skb,
				      struct mcr_packet *p, unsigned int thoff)
{
	unsigned int room = p->l3_len - thoff;
	const struct udphdr *uh;
	struct udphdr buf;

	p->flow.proto = MCR_PROTO_UDP;
	/* The rest of the header may be in the next fragment. */
	if (p->fragment && room < sizeof(*uh))
		return MCR_VERDICT_PACKET;
	if (room < sizeof(*uh))
		return MCR_VERDICT_MALFORMED;
	uh = skb_header_pointer(skb, skb_network_offset(skb) + thoff,
				sizeof(buf), &buf);
	if (!uh)
		return MCR_VERDICT_MALFORMED;
	if (!p->fragment &&
	    (ntohs(uh->len) < sizeof(*uh) || ntohs(uh->len) > room))
		return MCR_VERDICT_MALFORMED;
	p->flow.dport = ntohs(uh->dest);
	p->thoff = thoff;
	p->csum_start = thoff;
	p->csum_offset = offsetof(struct udphdr, check);
	p->hlen = thoff + sizeof(*uh);
	return MCR_VERDICT_PACKET;
}

/* Sources that ip_mc_validate_source() takes from a wire. */
static bool mcr_match_source4_ok(const struct sk_buff *skb,
				 const struct iphdr *iph)
{
	if (ipv4_is_multicast(iph->saddr) || ipv4_is_lbcast(iph->saddr))
		return false;
	if (ipv4_is_zeronet(iph->saddr))
		return ipv4_is_local_multicast(iph->daddr);
	return !ipv4_is_loopback(iph->saddr) ||
	       (skb->dev && (skb->dev->flags & IFF_LOOPBACK));
}

/*
 * Is an IPv4 header with options what the stack would take? Apart, since kernels
 * zero what is on the stack, and few packets have options.
 */
static noinline bool mcr_match_long_header_ok(const struct sk_buff *skb,
					      unsigned int nhoff,
					      unsigned int ihl)
{
	u8 buf[sizeof(struct iphdr) + MAX_IPOPTLEN] __aligned(4);
	const u8 *h = skb_header_pointer(skb, nhoff, ihl, buf);

	return h && !ip_fast_csum(h, ihl / 4) &&
	       mcr_match_options_ok(h + sizeof(struct iphdr),
				    ihl - sizeof(struct iphdr));
}

static enum mcr_verdict mcr_match_ipv4(const struct sk_buff *skb,
				       struct mcr_packet *p)
{
	unsigned int nhoff = skb_network_offset(skb);
	const struct iphdr *iph;
	unsigned int ihl, len;
	struct iphdr buf;

	iph = skb_header_pointer(skb, nhoff, sizeof(*iph), &buf);
	if (!iph)
		return MCR_VERDICT_MALFORMED;
	if (!ipv4_is_multicast(iph->daddr))
		return MCR_VERDICT_OTHER;
	ihl = iph->ihl * 4;
	if (iph->version != 4 || ihl < sizeof(*iph))
		return MCR_VERDICT_MALFORMED;
	len = ntohs(iph->tot_len);
	if (len < ihl || len > skb->len - nhoff ||
	    !mcr_match_source4_ok(skb, iph))
		return MCR_VERDICT_MALFORMED;
	if (likely(ihl == sizeof(*iph)) ? !!ip_fast_csum(iph, 5) :
	    !mcr_match_long_header_ok(skb, nhoff, ihl))
		return MCR_VERDICT_MALFORMED;
	if (iph->protocol == IPPROTO_IGMP || iph->protocol == IPPROTO_PIM)
		return MCR_VERDICT_OTHER;

	p->flow.family = AF_INET;
	p->flow.dst.ip = iph->daddr;
	p->flow.src.ip = iph->saddr;
	p->l3_len = len;
	p->hlen = ihl;
	p->ttl = iph->ttl;
	p->fragment = ip_is_fragment(iph);
	if (iph->protocol != IPPROTO_UDP) {
		mcr_match_upper(p, iph->protocol, ihl);
		return MCR_VERDICT_PACKET;
	}
	if (iph->frag_off & htons(IP_OFFSET)) {
		p->flow.proto = MCR_PROTO_UDP;
		return MCR_VERDICT_PACKET;
	}
	return mcr_match_udp(skb, p, ihl);
}

/**
 * struct mcr_exthdrs - result of a walk over IPv6 extension headers
 * @nexthdr: the first header that is none
 * @off: its offset from the network header
 * @first: it is in this packet, not in an earlier fragment
 */
struct mcr_exthdrs {
	u8 nexthdr;
	unsigned int off;
	bool first;
};

/* Limits of ip6_parse_tlv(), by default; they bound the walk here, too. */
#define MCR_TLVS_MAX		8
#define MCR_TLV_PAD_MAX		7

/*
 * Are the options of a hop-by-hop or destination options header well-formed
 * (RFC 8200, 4.2)? @off and @len are those of the header. With a home address
 * (RFC 6275, 6.3) checksums are over that, not over the source.
 */
static bool mcr_match_tlvs_ok(const struct sk_buff *skb, struct mcr_packet *p,
			      unsigned int off, unsigned int len)
{
	unsigned int end = off + len, pad = 0, n = 0;

	for (off += sizeof(struct ipv6_opt_hdr); off < end;) {
		unsigned int size = 1;
		const u8 *opt;
		u8 buf[2];

		opt = skb_header_pointer(skb, off, 1, buf);
		if (opt && *opt != IPV6_TLV_PAD1) {
			opt = skb_header_pointer(skb, off, 2, buf);
			size = opt ? opt[1] + 2 : 0;
		}
		if (!opt || size > end - off)
			return false;
		if (*opt == IPV6_TLV_PAD1 || *opt == IPV6_TLV_PADN) {
			pad += size;
			if (pad > MCR_TLV_PAD_MAX)
				return false;
		} else {
			pad = 0;
			if (++n > MCR_TLVS_MAX)
				return false;
			if (*opt == IPV6_TLV_HAO)
				p->fixed = true;
		}
		off += size;
	}
	return true;
}

/*
 * Walk the extension headers (RFC 8200, 4). Return false if one is broken. A
 * chain that is too long ends where it does: no rule for UDP takes it. So it
 * does at a routing header still to be followed, and at an authentication
 * header, which a rewrite would make wrong.
 */
static bool mcr_match_exthdrs(const struct sk_buff *skb, struct mcr_packet *p,
			      struct mcr_exthdrs *x)
{
	unsigned int nhoff = skb_network_offset(skb);
	unsigned int i, len;

	for (i = 0; i < MCR_EXTHDRS_MAX; i++) {
		const struct ipv6_rt_hdr *h;
		struct ipv6_rt_hdr buf;

		if (!ipv6_ext_hdr(x->nexthdr) || x->nexthdr == NEXTHDR_NONE ||
		    x->nexthdr == NEXTHDR_AUTH)
			return true;
		if (x->off + sizeof(struct frag_hdr) > p->l3_len)
			return false;
		h = skb_header_pointer(skb, nhoff + x->off, sizeof(buf), &buf);
		if (!h)
			return false;
		if (x->nexthdr == NEXTHDR_ROUTING && h->segments_left)
			return true;
		if (x->nexthdr == NEXTHDR_FRAGMENT) {
			const struct frag_hdr *fh;
			struct frag_hdr fbuf;

			fh = skb_header_pointer(skb, nhoff + x->off,
						sizeof(fbuf), &fbuf);
			if (!fh)
				return false;
			/* An atomic fragment (RFC 6946) is whole. */
			if (fh->frag_off & htons(IP6_OFFSET | IP6_MF))
				p->fragment = true;
			x->first = !(fh->frag_off & htons(IP6_OFFSET));
			len = sizeof(*fh);
		} else {
			len = ipv6_optlen((const struct ipv6_opt_hdr *)h);
		}
		if (x->off + len > p->l3_len)
			return false;
		if ((x->nexthdr == NEXTHDR_HOP || x->nexthdr == NEXTHDR_DEST) &&
		    !mcr_match_tlvs_ok(skb, p, nhoff + x->off, len))
			return false;
		x->nexthdr = h->nexthdr;
		x->off += len;
		if (!x->first)
			return true;
	}
	return true;
}

/* Addresses that must not be seen on a wire (RFC 4291, 2.5.3 and 2.7). */
static bool mcr_match_addrs6_ok(const struct sk_buff *skb,
				const struct ipv6hdr *ip6h)
{
	u8 scope = IPV6_ADDR_MC_SCOPE(&ip6h->daddr);

	if (ipv6_addr_is_multicast(&ip6h->saddr) || !scope)
		return false;
	if (skb->dev && (skb->dev->flags & IFF_LOOPBACK))
		return true;
	return scope != IPV6_ADDR_SCOPE_NODELOCAL &&
	       !ipv6_addr_loopback(&ip6h->saddr);
}

static enum mcr_verdict mcr_match_ipv6(const struct sk_buff *skb,
				       struct mcr_packet *p)
{
	unsigned int nhoff = skb_network_offset(skb);
	struct mcr_exthdrs x = { .first = true, .off = sizeof(struct ipv6hdr) };
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buf;

	ip6h = skb_header_pointer(skb, nhoff, sizeof(buf), &buf);
	if (!ip6h)
		return MCR_VERDICT_MALFORMED;
	if (!ipv6_addr_is_multicast(&ip6h->daddr))
		return MCR_VERDICT_OTHER;
	p->l3_len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (ip6h->version != 6 || p->l3_len > skb->len - nhoff ||
	    !mcr_match_addrs6_ok(skb, ip6h))
		return MCR_VERDICT_MALFORMED;
	p->flow.family = AF_INET6;
	memcpy(&p->flow.dst, &ip6h->daddr, sizeof(p->flow.dst));
	memcpy(&p->flow.src, &ip6h->saddr, sizeof(p->flow.src));
	p->hlen = sizeof(*ip6h);
	p->ttl = ip6h->hop_limit;
	x.nexthdr = ip6h->nexthdr;
	if (!mcr_match_exthdrs(skb, p, &x))
		return MCR_VERDICT_MALFORMED;
	if (x.nexthdr == IPPROTO_PIM)
		return MCR_VERDICT_OTHER;
	if (x.nexthdr == NEXTHDR_UDP && !x.first)
		p->flow.proto = MCR_PROTO_UDP;
	if (x.nexthdr == NEXTHDR_UDP && x.first)
		return mcr_match_udp(skb, p, x.off);
	if (x.nexthdr == NEXTHDR_ICMP && x.first) {
		const u8 *type;
		u8 tbuf;

		if (x.off >= p->l3_len)
			return MCR_VERDICT_MALFORMED;
		type = skb_header_pointer(skb, nhoff + x.off, 1, &tbuf);
		if (!type)
			return MCR_VERDICT_MALFORMED;
		if (mcr_match_is_mld(*type))
			return MCR_VERDICT_OTHER;
	}
	if (x.nexthdr != NEXTHDR_UDP)
		mcr_match_upper(p, x.nexthdr, x.off);
	return MCR_VERDICT_PACKET;
}

/* A super-packet has no padding: what is behind the packet would be sent. */
static bool mcr_match_super_ok(const struct sk_buff *skb,
			       const struct mcr_packet *p)
{
	return !skb_is_gso(skb) ||
	       skb->len - skb_network_offset(skb) == p->l3_len;
}

/*
 * A checksum that is still to be filled in has its place in the packet, not in
 * the padding behind it, as pskb_trim_rcsum() demands.
 */
static bool mcr_match_csum_ok(const struct sk_buff *skb,
			      const struct mcr_packet *p)
{
	int end;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	end = skb_checksum_start_offset(skb) + skb->csum_offset +
	      (int)sizeof(__sum16);
	return end <= skb_network_offset(skb) + (int)p->l3_len;
}

/* Length of the headers that each segment of a super-packet has. */
static unsigned int mcr_match_gso_hlen(const struct sk_buff *skb,
				       const struct mcr_packet *p)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	const struct tcphdr *th;
	struct tcphdr buf;

	/* Old virtual machines send datagrams to be cut into IP fragments. */
	if (p->thoff && (type & SKB_GSO_UDP))
		return p->thoff;
	if (!(type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) ||
	    p->csum_offset != offsetof(struct tcphdr, check))
		return p->hlen;
	th = skb_header_pointer(skb, skb_network_offset(skb) + p->csum_start,
				sizeof(buf), &buf);
	return th ? p->csum_start + th->doff * 4 : p->hlen;
}

/* Segments are counted here: gso_segs is 0 in packets from virtual machines. */
static void mcr_match_gso(const struct sk_buff *skb, struct mcr_packet *p)
{
	unsigned int size = skb_shinfo(skb)->gso_size;
	unsigned int hlen;

	p->segs = 1;
	p->bytes = p->l3_len;
	if (!skb_is_gso(skb))
		return;
	/* Cut where its parts were joined: SCTP. Nobody sends such on. */
	if (size == GSO_BY_FRAGS) {
		p->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
		return;
	}
	hlen = mcr_match_gso_hlen(skb, p);
	if (p->l3_len <= hlen)
		return;
	p->segs = DIV_ROUND_UP(p->l3_len - hlen, size);
	p->bytes += (u64)(p->segs - 1) * hlen;
}

/*
 * The VLAN that a frame is in (IEEE 802.1Q); 0: none, and also where there is
 * only a priority. False for a service tag (802.1ad), and for a frame with two
 * tags: none of them is the one that a rule can name. The core has taken the
 * outer tag out of the frame; the inner one is still its protocol.
 */
static bool mcr_match_vlan(const struct sk_buff *skb, u16 *vlan)
{
	*vlan = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;
	return !eth_type_vlan(skb->protocol) &&
	       (!*vlan || skb->vlan_proto == htons(ETH_P_8021Q));
}

/* One by one: of a whole structure a compiler makes a slow string instruction. */
static void mcr_packet_init(struct mcr_packet *p)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		p->flow.dst.ip6[i] = 0;
		p->flow.src.ip6[i] = 0;
	}
	p->flow.dport = 0;
	p->flow.vlan = 0;
	p->flow.family = 0;
	p->flow.proto = 0;
	p->thoff = 0;
	p->csum_start = 0;
	p->csum_offset = 0;
	p->hlen = 0;
	p->ttl = 0;
	p->fragment = false;
	p->fixed = false;
}

/**
 * mcr_match_parse - validate a received frame and extract its key
 * @skb: the frame as it comes to the ingress hook: skb->data is at the network
 *	header; it is not changed and may be shared
 * @p: filled in where the result is MCR_VERDICT_PACKET
 *
 * Context: Any; softirq with RCU on the packet path.
 * Return: of enum mcr_verdict.
 */
enum mcr_verdict mcr_match_parse(const struct sk_buff *skb,
				 struct mcr_packet *p)
{
	enum mcr_verdict verdict;

	mcr_packet_init(p);
	if (skb->pkt_type == PACKET_OTHERHOST ||
	    skb->pkt_type == PACKET_LOOPBACK || !skb_frags_readable(skb) ||
	    !mcr_match_vlan(skb, &p->flow.vlan))
		return MCR_VERDICT_OTHER;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		verdict = mcr_match_ipv4(skb, p);
		break;
	case htons(ETH_P_IPV6):
		verdict = mcr_match_ipv6(skb, p);
		break;
	default:
		return MCR_VERDICT_OTHER;
	}
	if (verdict != MCR_VERDICT_PACKET)
		return verdict;
	if (!mcr_match_super_ok(skb, p) || !mcr_match_csum_ok(skb, p))
		return MCR_VERDICT_MALFORMED;
	mcr_match_gso(skb, p);
	return verdict;
}

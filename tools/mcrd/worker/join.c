// SPDX-License-Identifier: GPL-2.0
/*
 * What makes packets a run; see join.h.
 *
 * A run is sent as a UDP super-packet. Whoever cuts it apart gives each segment
 * the headers of the run, IPv4 ids that count up, and a checksum that is right.
 * So a run has only packets whose checksum is right already (a wrong one would
 * be mended, an absent one put in), and whose IPv4 ids count up as well, unless
 * nobody can fragment them: then ids mean nothing (RFC 6864).
 */
#include "join.h"

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <stddef.h>
#include <string.h>

#include "frame.h"
#include "table.h"

#define IP_DONT_FRAGMENT	0x4000

static uint8_t *l3_of(const struct mcrd_frame *f)
{
	return f->l2 + f->l2_len;
}

static const struct udphdr *udp_of(const uint8_t *l3,
				   const struct mcr_packet *p)
{
	return (const struct udphdr *)(l3 + p->thoff);
}

/* Length of the IP header in front of UDP, if there is nothing else. */
static uint32_t plain_hlen(const struct mcr_packet *p)
{
	return p->flow.family == AF_INET ? sizeof(struct iphdr) :
					   sizeof(struct ipv6hdr);
}

/* Of a datagram of @len bytes: the rest is filled in by who sends. */
static __sum16 pseudo_sum(const uint8_t *l3, const struct mcr_packet *p,
			  uint32_t len)
{
	const struct ipv6hdr *ip6h = (const void *)l3;
	const struct iphdr *iph = (const void *)l3;

	if (p->flow.family == AF_INET)
		return (__sum16)~csum_tcpudp_magic(iph->saddr, iph->daddr, len,
						   IPPROTO_UDP, 0);
	return (__sum16)~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
					 IPPROTO_UDP, 0);
}

/**
 * mcrd_run_opens - may others follow a packet in a run?
 * @f: the packet's frame
 * @p: the packet
 *
 * Its checksum is looked at when another one comes that might follow.
 *
 * Return: true if so.
 */
bool mcrd_run_opens(const struct mcrd_frame *f, const struct mcr_packet *p)
{
	const struct udphdr *uh = udp_of(l3_of(f), p);
	const struct iphdr *iph = (const void *)l3_of(f);

	if (p->thoff != plain_hlen(p) || p->fragment || f->gso_size)
		return false;
	if (ntohs(uh->len) != p->l3_len - p->thoff ||
	    p->l3_len == p->hlen || !uh->check)
		return false;
	/* What is to be filled in is to be UDP's, and right: a run's is made anew. */
	if (f->partial &&
	    (f->csum_start != f->l2_len + p->thoff ||
	     f->csum_offset != offsetof(struct udphdr, check) ||
	     uh->check != pseudo_sum(l3_of(f), p, p->l3_len - p->thoff)))
		return false;
	/* The bit that is reserved is not sent on by who cuts packets. */
	return p->flow.family != AF_INET ||
	       !(iph->frag_off & ~htons(IP_DONT_FRAGMENT));
}

/* Is the checksum of a whole packet right? */
static bool csum_right(const uint8_t *l3, const struct mcr_packet *p,
		       uint32_t l3_len)
{
	const struct ipv6hdr *ip6h = (const void *)l3;
	const struct iphdr *iph = (const void *)l3;
	uint32_t len = l3_len - p->thoff;
	__wsum sum = csum_partial(l3 + p->thoff, len, 0);

	if (p->flow.family == AF_INET)
		return !csum_tcpudp_magic(iph->saddr, iph->daddr, len,
					  IPPROTO_UDP, sum);
	return !csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_UDP,
				sum);
}

/**
 * mcrd_run_hash - a hash of a packet's flow
 * @f: the packet's frame
 * @p: the packet, of UDP with its header
 *
 * Return: the hash.
 */
uint32_t mcrd_run_hash(const struct mcrd_frame *f, const struct mcr_packet *p)
{
	const struct udphdr *uh = udp_of(l3_of(f), p);
	uint64_t h = (uint64_t)uh->source << 16 | uh->dest;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		h ^= (uint64_t)p->flow.src.ip6[i] << 32 | p->flow.dst.ip6[i];
		h *= 0x9e3779b97f4a7c15ULL;
	}
	h ^= (uintptr_t)f->rx >> 4;
	h *= 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(h >> 32);
}

/**
 * mcrd_run_same_flow - is a packet of the flow of a run?
 * @run: the run
 * @f: the packet's frame, of the same device if the rule is the same
 * @p: the packet, of UDP with its header
 *
 * Return: true if so.
 */
bool mcrd_run_same_flow(const struct mcrd_run *run, const struct mcrd_frame *f,
			const struct mcr_packet *p)
{
	const struct mcr_flow *a = &run->p.flow, *b = &p->flow;

	return a->family == b->family && a->dport == b->dport &&
	       a->vlan == b->vlan && mcr_addr_equal(&a->dst, &b->dst) &&
	       mcr_addr_equal(&a->src, &b->src) &&
	       udp_of(run->l3, &run->p)->source == udp_of(l3_of(f), p)->source;
}

static bool same_ip(const struct mcrd_run *run, const uint8_t *l3)
{
	const struct ipv6hdr *a6 = (const void *)run->l3, *b6 = (const void *)l3;
	const struct iphdr *a = (const void *)run->l3, *b = (const void *)l3;

	if (run->p.flow.family == AF_INET6)
		return !memcmp(a6, b6, offsetof(struct ipv6hdr, payload_len)) &&
		       a6->hop_limit == b6->hop_limit;
	return a->tos == b->tos && a->ttl == b->ttl &&
	       a->frag_off == b->frag_off &&
	       (run->any_id || ntohs(b->id) == run->next_id);
}

static bool same_frame(const struct mcrd_run *run, const struct mcrd_frame *f)
{
	if (run->tagged != f->tagged || run->tpid != f->tpid ||
	    run->tci != f->tci || !run->l2 != !f->ether)
		return false;
	return !run->l2 || !memcmp(run->l2, f->l2, f->l2_len);
}

/* An output that sends frames as they are sends their padding, too. */
static bool padding_ok(const struct mcrd_run *run, const struct mcrd_frame *f,
		       const struct mcr_packet *p)
{
	return !run->rule->shares || (run->full_len == run->piece[0].len &&
				      f->len - f->l2_len == p->l3_len);
}

/* Is the checksum of a packet, or of the only one of a run, known to be right? */
static bool checked(struct mcrd_run *run, const struct mcrd_frame *f,
		    const struct mcr_packet *p)
{
	if (!run->checked)
		run->checked = csum_right(run->l3, &run->p, run->piece[0].len);
	return run->checked && (f->partial || f->csum_good ||
				csum_right(l3_of(f), p, p->l3_len));
}

/**
 * mcrd_run_takes - may a packet follow in a run?
 * @run: the run, of the packet's flow
 * @f: the packet's frame
 * @p: the packet, which mcrd_run_opens()
 *
 * Return: true if so.
 */
bool mcrd_run_takes(struct mcrd_run *run, const struct mcrd_frame *f,
		    const struct mcr_packet *p)
{
	uint32_t payload = p->l3_len - p->hlen;

	if (payload > run->payload ||
	    run->p.l3_len + payload > MCRD_RUN_BYTES)
		return false;
	return same_frame(run, f) && same_ip(run, l3_of(f)) &&
	       padding_ok(run, f, p) && checked(run, f, p);
}

/**
 * mcrd_run_is_full - can no packet follow?
 * @run: the run
 *
 * Return: true if so.
 */
bool mcrd_run_is_full(const struct mcrd_run *run)
{
	const struct mcrd_piece *last = &run->piece[run->n - 1];

	return run->n == MCRD_RUN_PACKETS ||
	       last->len - run->p.hlen != run->payload;
}

static void add_piece(struct mcrd_run *run, const struct mcrd_frame *f,
		      const struct mcr_packet *p)
{
	struct mcrd_piece *piece = &run->piece[run->n++];

	piece->buf = f->buf;
	piece->l3 = l3_of(f);
	piece->len = p->l3_len;
	piece->partial = f->partial;
}

/**
 * mcrd_run_start - begin a run
 * @run: all but its references and its rule is filled in
 * @f: the frame of the first packet, whose reference to its buffer the run has
 *	from now on
 * @p: the packet
 */
void mcrd_run_start(struct mcrd_run *run, const struct mcrd_frame *f,
		    const struct mcr_packet *p)
{
	const struct iphdr *iph = (const void *)l3_of(f);

	run->p = *p;
	run->l2 = f->ether ? f->l2 : NULL;
	run->l3 = l3_of(f);
	run->protocol = f->protocol;
	run->tagged = f->tagged;
	run->tpid = f->tpid;
	run->tci = f->tci;
	run->partial = f->partial;
	run->csum_start = (uint16_t)(f->csum_start - f->l2_len);
	run->csum_offset = f->csum_offset;
	run->gso_size = f->gso_size;
	run->gso_type = f->gso_type;
	run->full_len = f->len - f->l2_len;
	run->payload = p->l3_len - p->hlen;
	run->checked = f->partial || f->csum_good;
	run->any_id = p->flow.family == AF_INET6 || iph->frag_off;
	run->next_id = (uint16_t)(ntohs(iph->id) + 1);
	run->n = 0;
	add_piece(run, f, p);
}

/**
 * mcrd_run_add - let a packet follow in a run
 * @run: the run, which mcrd_run_takes() the packet
 * @f: the packet's frame, whose reference to its buffer the run has from now on
 * @p: the packet
 */
void mcrd_run_add(struct mcrd_run *run, const struct mcrd_frame *f,
		  const struct mcr_packet *p)
{
	run->p.l3_len += p->l3_len - p->hlen;
	run->p.bytes += p->bytes;
	run->p.segs++;
	run->next_id++;
	add_piece(run, f, p);
}

static struct udphdr *head_udp(struct mcrd_run *run)
{
	return (void *)(run->head + run->p.thoff);
}

static void make_partial(struct mcrd_run *run)
{
	head_udp(run)->check = pseudo_sum(run->head, &run->p,
					  run->p.l3_len - run->p.thoff);
	run->partial = true;
	run->csum_start = run->p.thoff;
	run->csum_offset = offsetof(struct udphdr, check);
}

static void make_lengths(struct mcrd_run *run)
{
	struct ipv6hdr *ip6h = (void *)run->head;
	struct iphdr *iph = (void *)run->head;
	struct udphdr *uh = head_udp(run);

	uh->len = htons(run->p.l3_len - run->p.thoff);
	if (run->p.flow.family == AF_INET) {
		iph->tot_len = htons(run->p.l3_len);
		ip_send_check(iph);
	} else {
		ip6h->payload_len = htons(run->p.l3_len - sizeof(*ip6h));
	}
}

/*
 * GRO may only have chained the packets of a super-packet, to send them on as they
 * were. Then its checksum is that of the first one: found right, or partial. Another
 * partial one stays as it is: if it is wrong, who receives is to see that. (Of chained
 * packets, it is the first one's that all of them have.)
 */
static bool is_chained(struct mcrd_run *run)
{
	return head_udp(run)->check ==
	       pseudo_sum(run->head, &run->p,
			  sizeof(struct udphdr) + run->gso_size);
}

static bool is_super(const struct mcrd_run *run)
{
	return run->gso_size && run->gso_type == SKB_GSO_UDP_L4 &&
	       run->checked && run->p.thoff == plain_hlen(&run->p);
}

/**
 * mcrd_run_finish - no packet will follow: give the run its headers
 * @run: the run
 */
void mcrd_run_finish(struct mcrd_run *run)
{
	if (run->n == 1 && !is_super(run))
		return;
	memcpy(run->head, run->l3, run->p.hlen);
	run->l3 = run->head;
	if (run->n > 1) {
		run->gso_size = (uint16_t)run->payload;
		run->gso_type = SKB_GSO_UDP_L4;
		run->full_len = run->p.l3_len;
		make_lengths(run);
	}
	if (run->n > 1 || !run->partial || is_chained(run))
		make_partial(run);
}

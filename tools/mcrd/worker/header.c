// SPDX-License-Identifier: GPL-2.0
/*
 * Making headers: a copy of those received, changed as the output says, behind
 * an Ethernet header and, where the socket has them, a virtio-net header.
 */
#include "header.h"

#include <linux/skbuff.h>
#include <net/checksum.h>
#include <string.h>

#include "../plan.h"
#include "rewrite.h"

/* Scopes of addresses (RFC 4291, RFC 6724 3.1); those of groups are theirs. */
#define SCOPE_LINK	0x2
#define SCOPE_SITE	0x5
#define SCOPE_GLOBAL	0xe

static const union mcr_addr *group_of(const struct mcr_rewrite *w,
				      const struct mcr_packet *p)
{
	return w->set & MCR_SET_GROUP ? &w->group : &p->flow.dst;
}

static unsigned int scope_of(const union mcr_addr *a)
{
	if (a->raw[0] == 0xff)
		return a->raw[1] & 0xf;
	if (a->raw[0] == 0xfe && (a->raw[1] & 0xc0) == 0x80)
		return SCOPE_LINK;
	if (a->raw[0] == 0xfe && (a->raw[1] & 0xc0) == 0xc0)
		return SCOPE_SITE;
	return SCOPE_GLOBAL;
}

/* Is an address of scope @a the better source than one of @b (RFC 6724, 5.2)? */
static bool scope_better(unsigned int a, unsigned int b, unsigned int dst)
{
	if (a < b)
		return a >= dst;
	return b < dst && a > b;
}

static bool source6(const struct mcrd_dev *dev, const union mcr_addr *group,
		    union mcr_addr *src)
{
	const union mcr_addr *best = NULL;
	uint32_t i;

	for (i = 0; i < dev->n_saddr6; i++) {
		const union mcr_addr *a = &dev->saddr6[i];

		if (!best || scope_better(scope_of(a), scope_of(best),
					  scope_of(group)))
			best = a;
	}
	if (best)
		*src = *best;
	return best;
}

/**
 * mcrd_header_source - the address that a device's own packets would have
 * @w: what the output changes
 * @dev: the egress device
 * @p: the packet
 * @src: gets it
 *
 * Return: false if there is none.
 */
bool mcrd_header_source(const struct mcr_rewrite *w,
			const struct mcrd_dev *dev, const struct mcr_packet *p,
			union mcr_addr *src)
{
	memset(src, 0, sizeof(*src));
	if (p->flow.family == AF_INET6)
		return source6(dev, group_of(w, p), src);
	src->ip = dev->saddr;
	return dev->saddr;
}

/* Ethernet addresses of groups: RFC 1112, 6.4; RFC 2464, 7. */
static void map_group(uint8_t mac[ETH_ALEN], const union mcr_addr *group,
		      uint8_t family)
{
	if (family == AF_INET) {
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
		mac[3] = group->raw[1] & 0x7f;
		mac[4] = group->raw[2];
		mac[5] = group->raw[3];
		return;
	}
	mac[0] = 0x33;
	mac[1] = 0x33;
	memcpy(mac + 2, &group->raw[12], 4);
}

/* Return the length of the Ethernet header that was put in front of @l3. */
static uint32_t put_ethernet(uint8_t *l3, const struct mcrd_run *run,
			     const struct mcr_rewrite *w,
			     const struct mcrd_dev *dev)
{
	bool keep = w->mac == MCR_MAC_KEEP;
	bool tag = keep && run->tagged;
	uint32_t len = tag ? ETH_HLEN + VLAN_HLEN : ETH_HLEN;
	uint8_t *eth = l3 - len;
	__be16 tci = htons(run->tci);

	if (keep) {
		memcpy(eth, run->l2, (size_t)2 * ETH_ALEN);
	} else {
		map_group(eth, group_of(w, &run->p), run->p.flow.family);
		memcpy(eth + ETH_ALEN, dev->mac, ETH_ALEN);
	}
	if (tag) {
		memcpy(eth + 12, &run->tpid, sizeof(run->tpid));
		memcpy(eth + 14, &tci, sizeof(tci));
	}
	memcpy(l3 - sizeof(run->protocol), &run->protocol,
	       sizeof(run->protocol));
	return len;
}

static void put_vnet(uint8_t *at, const struct mcrd_run *run, uint32_t l2_len)
{
	struct virtio_net_hdr h = {
		.hdr_len = (uint16_t)(l2_len + run->p.hlen),
	};

	if (run->partial) {
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = (uint16_t)(l2_len + run->csum_start);
		h.csum_offset = run->csum_offset;
	}
	if (run->gso_size) {
		h.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
		h.gso_size = run->gso_size;
	}
	memcpy(at, &h, sizeof(h));
}

/*
 * The other end of a socket without virtio-net headers wants checksums complete:
 * of one packet, whose payload is where it was received.
 */
static void complete(uint8_t *l3, const struct mcrd_run *run)
{
	const struct mcr_packet *p = &run->p;
	const struct mcrd_piece *piece = &run->piece[0];
	uint32_t at = run->csum_start + run->csum_offset;
	__sum16 check;
	__wsum sum;

	if (at + sizeof(check) > p->hlen || (p->hlen - run->csum_start) & 1)
		return;
	sum = csum_partial(piece->l3 + p->hlen, p->l3_len - p->hlen, 0);
	sum = csum_partial(l3 + run->csum_start, p->hlen - run->csum_start,
			   sum);
	check = csum_fold(sum);
	if (!check && p->thoff)
		check = CSUM_MANGLED_0;
	memcpy(l3 + at, &check, sizeof(check));
}

/* As mcr_rewrite_apply() sees the copy. */
static void rewrite(uint8_t *l3, const struct mcrd_run *run,
		    const struct mcr_rewrite *w, const union mcr_addr *src)
{
	struct sk_buff skb;

	kapi_skb_frame(&skb, l3 - ETH_HLEN, ETH_HLEN + run->p.hlen,
		       PACKET_MULTICAST, NULL);
	if (run->partial)
		kapi_skb_partial(&skb, (uint16_t)(ETH_HLEN + run->csum_start),
				 run->csum_offset);
	mcr_rewrite_apply(&skb, &run->p, w, src);
}

/**
 * mcrd_header_make - make the headers of what an output sends
 * @h: its memory has MCRD_HEADER_L3 bytes more than the run's headers
 * @run: the run
 * @w: what the output changes
 * @dev: the egress device
 * @src: the new source address, or NULL
 * @vnet: the socket wants virtio-net headers; else the run is one packet
 */
void mcrd_header_make(struct mcrd_header *h, const struct mcrd_run *run,
		      const struct mcr_rewrite *w, const struct mcrd_dev *dev,
		      const union mcr_addr *src, bool vnet)
{
	uint8_t *l3 = h->mem + MCRD_HEADER_L3;
	uint32_t front;

	memcpy(l3, run->l3, run->p.hlen);
	if (!mcr_rewrite_is_noop(w))
		rewrite(l3, run, w, src);
	if (run->partial && !vnet)
		complete(l3, run);
	front = put_ethernet(l3, run, w, dev);
	if (vnet) {
		put_vnet(l3 - front - MCRD_VNET_LEN, run, front);
		front += (uint32_t)MCRD_VNET_LEN;
	}
	h->start = l3 - front;
	h->len = front + run->p.hlen;
}

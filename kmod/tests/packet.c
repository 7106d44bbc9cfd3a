// SPDX-License-Identifier: GPL-2.0
/*
 * Packets made byte by byte, with checksums summed byte by byte.
 */
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/mm.h>

#include "packet.h"
#include "tests.h"
#include "vectors.h"

/**
 * mcr_tp_get16 - read a number
 * @p: the packet
 * @off: where
 *
 * Return: two bytes in network byte order.
 */
u16 mcr_tp_get16(const struct mcr_tp *p, unsigned int off)
{
	return p->data[off] << 8 | p->data[off + 1];
}

/**
 * mcr_tp_set16 - write a number
 * @p: the packet
 * @off: where
 * @value: what, in network byte order
 */
void mcr_tp_set16(struct mcr_tp *p, unsigned int off, u16 value)
{
	p->data[off] = value >> 8;
	p->data[off + 1] = value & 0xff;
}

/**
 * mcr_tp_sum - the ones' complement sum of RFC 1071
 * @data: bytes
 * @len: how many
 * @sum: to start from
 *
 * Return: the sum, folded, not inverted.
 */
u16 mcr_tp_sum(const u8 *data, unsigned int len, u32 sum)
{
	unsigned int i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? data[i] : data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * mcr_tp_new - an empty packet
 * @test: that it is for, and that frees it
 *
 * Return: the packet.
 */
struct mcr_tp *mcr_tp_new(struct kunit *test)
{
	struct mcr_tp *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	return p;
}

/**
 * mcr_tp_ip - start a packet
 * @p: the packet
 * @family: AF_INET or AF_INET6
 * @proto: IPv4 protocol, or IPv6 next header
 * @ext: IPv4 options or IPv6 extension headers
 * @ext_len: their length
 */
void mcr_tp_ip(struct mcr_tp *p, u8 family, u8 proto, const u8 *ext,
	       unsigned int ext_len)
{
	const union mcr_addr g4 = TV_G4, s4 = TV_S4, g6 = TV_G6, s6 = TV_S6;

	memset(p, 0, sizeof(*p));
	p->family = family;
	if (family == AF_INET) {
		p->data[0] = 0x40 | (MCR_TP_IP4_LEN + ext_len) / 4;
		p->data[1] = MCR_TP_TOS;
		p->data[4] = 0xab;
		p->data[6] = 0x40;
		p->data[8] = MCR_TP_TTL;
		p->data[9] = proto;
		memcpy(p->data + 12, &s4, 4);
		memcpy(p->data + 16, &g4, 4);
		p->len = MCR_TP_IP4_LEN;
	} else {
		p->data[0] = 0x60 | MCR_TP_TOS >> 4;
		p->data[1] = (MCR_TP_TOS << 4 & 0xf0) | 0x5;
		p->data[2] = 0xa5;
		p->data[3] = 0x5a;
		p->data[6] = proto;
		p->data[7] = MCR_TP_TTL;
		memcpy(p->data + 8, &s6, 16);
		memcpy(p->data + 24, &g6, 16);
		p->len = MCR_TP_IP6_LEN;
	}
	memcpy(p->data + p->len, ext, ext_len);
	p->len += ext_len;
}

/**
 * mcr_tp_payload - append bytes, each of which is different from its neighbours
 * @p: the packet
 * @len: how many
 */
void mcr_tp_payload(struct mcr_tp *p, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		p->data[p->len + i] = 0x11 + i * 7;
	p->len += len;
}

/**
 * mcr_tp_udp - append a UDP header and its payload
 * @p: the packet
 * @payload: bytes behind the header
 */
void mcr_tp_udp(struct mcr_tp *p, unsigned int payload)
{
	p->l4 = p->len;
	mcr_tp_set16(p, p->l4, MCR_TP_SPORT);
	mcr_tp_set16(p, p->l4 + 2, MCR_TP_DPORT);
	mcr_tp_set16(p, p->l4 + 4, MCR_TP_UDP_LEN + payload);
	p->len += MCR_TP_UDP_LEN;
	mcr_tp_payload(p, payload);
}

/**
 * mcr_tp_finish_ip - make the IPv4 header checksum right
 * @p: the packet
 */
void mcr_tp_finish_ip(struct mcr_tp *p)
{
	unsigned int ihl = (p->data[0] & 0xf) * 4;

	if (p->family != AF_INET)
		return;
	mcr_tp_set16(p, 10, 0);
	mcr_tp_set16(p, 10, ~mcr_tp_sum(p->data, ihl, 0));
}

/**
 * mcr_tp_finish - make lengths and checksums right
 * @p: the packet
 */
void mcr_tp_finish(struct mcr_tp *p)
{
	if (p->family == AF_INET)
		mcr_tp_set16(p, 2, p->len);
	else
		mcr_tp_set16(p, 4, p->len - MCR_TP_IP6_LEN);
	mcr_tp_finish_ip(p);
	if (p->l4)
		mcr_tp_set16(p, p->l4 + 6, mcr_tp_udp_check(p));
}

/**
 * mcr_tp_pseudo_sum - sum of the pseudo-header (RFC 768; RFC 8200, 8.1)
 * @p: the packet
 *
 * Return: the sum, folded, not inverted.
 */
u16 mcr_tp_pseudo_sum(const struct mcr_tp *p)
{
	u32 sum = 17 + mcr_tp_get16(p, p->l4 + 4);

	if (p->family == AF_INET)
		return mcr_tp_sum(p->data + 12, 8, sum);
	return mcr_tp_sum(p->data + 8, 32, sum);
}

/**
 * mcr_tp_udp_sum - what a receiver sums up
 * @p: the packet
 *
 * Return: 0xffff if the checksum is right.
 */
u16 mcr_tp_udp_sum(const struct mcr_tp *p)
{
	return mcr_tp_sum(p->data + p->l4, p->len - p->l4, mcr_tp_pseudo_sum(p));
}

/**
 * mcr_tp_udp_check - the right UDP checksum, from scratch
 * @p: the packet; what it has as checksum does not count
 *
 * Return: the checksum, never 0.
 */
u16 mcr_tp_udp_check(const struct mcr_tp *p)
{
	u32 sum = mcr_tp_pseudo_sum(p);
	u16 check;

	sum = mcr_tp_sum(p->data + p->l4, 6, sum);
	check = ~mcr_tp_sum(p->data + p->l4 + 8, p->len - p->l4 - 8, sum);
	return check ? check : 0xffff;
}

static void mcr_tp_frags(struct kunit *test, struct sk_buff *skb,
			 const u8 *data, unsigned int len)
{
	unsigned int chunk = DIV_ROUND_UP(len, 5), off;

	for (off = 0; off < len; off += chunk) {
		unsigned int part = min(chunk, len - off);
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, page);
		memcpy((u8 *)page_address(page) + 64, data + off, part);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 64, part,
				PAGE_SIZE);
	}
}

/**
 * mcr_tp_skb - the packet as an ingress hook sees it
 * @test: that it is for
 * @p: the packet
 * @linear: so many of its bytes are linear, the others lie in pages
 *
 * Return: the skb; kfree_skb() it.
 */
struct sk_buff *mcr_tp_skb(struct kunit *test, const struct mcr_tp *p,
			   unsigned int linear)
{
	struct sk_buff *skb;

	linear = min(linear, p->len);
	skb = alloc_skb(NET_SKB_PAD + ETH_HLEN + linear, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_reserve(skb, NET_SKB_PAD);
	skb_reset_mac_header(skb);
	memset(skb_put(skb, ETH_HLEN), 0x02, ETH_HLEN);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	skb_put_data(skb, p->data, linear);
	if (p->len > linear)
		mcr_tp_frags(test, skb, p->data + linear, p->len - linear);
	skb->protocol = htons(p->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	skb->pkt_type = PACKET_MULTICAST;
	return skb;
}

/**
 * mcr_tp_read - take the bytes out of an skb
 * @skb: the skb, its data at the IP header
 * @p: gets them; family and offset of the UDP header stay
 */
void mcr_tp_read(const struct sk_buff *skb, struct mcr_tp *p)
{
	memset(p->data, 0, sizeof(p->data));
	p->len = min_t(unsigned int, skb->len, MCR_TP_MAX);
	skb_copy_bits(skb, 0, p->data, p->len);
}

/**
 * mcr_tp_rewrite - change headers as an output would, byte by byte
 * @p: the packet; its checksums are left as they were
 * @w: what to change
 * @src: new source address or NULL
 */
void mcr_tp_rewrite(struct mcr_tp *p, const struct mcr_rewrite *w,
		    const union mcr_addr *src)
{
	bool v4 = p->family == AF_INET;
	u8 *ttl = &p->data[v4 ? 8 : 7];

	if (w->set & MCR_SET_GROUP)
		memcpy(p->data + (v4 ? 16 : 24), w->group.raw, v4 ? 4 : 16);
	if (src)
		memcpy(p->data + (v4 ? 12 : 8), src->raw, v4 ? 4 : 16);
	if (w->ttl_mode == MCR_TTL_SET)
		*ttl = w->ttl;
	if (w->ttl_mode == MCR_TTL_DEC)
		*ttl -= 1;
	if (w->set & MCR_SET_DSCP) {
		u8 tos = w->dscp * 4 + MCR_TP_TOS % 4;

		p->data[v4 ? 1 : 0] = v4 ? tos : 0x60 + tos / 16;
		if (!v4)
			p->data[1] = tos % 16 * 16 + p->data[1] % 16;
	}
	if (p->l4 && (w->set & MCR_SET_DPORT))
		mcr_tp_set16(p, p->l4 + 2, w->dport);
	if (p->l4 && (w->set & MCR_SET_SPORT))
		mcr_tp_set16(p, p->l4, w->sport);
}

/**
 * mcr_tp_expect_packet - is a packet known for what it is?
 * @test: that it is for
 * @got: of mcr_match_parse()
 * @want: what it is
 */
void mcr_tp_expect_packet(struct kunit *test, const struct mcr_packet *got,
			  const struct mcr_packet *want)
{
	KUNIT_EXPECT_EQ(test, got->flow.family, want->flow.family);
	KUNIT_EXPECT_EQ(test, got->flow.proto, want->flow.proto);
	KUNIT_EXPECT_EQ(test, got->flow.dport, want->flow.dport);
	KUNIT_EXPECT_EQ(test, got->flow.vlan, want->flow.vlan);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&got->flow.dst, &want->flow.dst,
					sizeof(want->flow.dst)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&got->flow.src, &want->flow.src,
					sizeof(want->flow.src)));
	KUNIT_EXPECT_EQ(test, got->l3_len, want->l3_len);
	KUNIT_EXPECT_EQ(test, got->bytes, want->bytes);
	KUNIT_EXPECT_EQ(test, got->segs, want->segs);
	KUNIT_EXPECT_EQ(test, got->thoff, want->thoff);
	KUNIT_EXPECT_EQ(test, got->csum_start, want->csum_start);
	KUNIT_EXPECT_EQ(test, got->csum_offset, want->csum_offset);
	KUNIT_EXPECT_EQ(test, got->hlen, want->hlen);
	KUNIT_EXPECT_EQ(test, got->ttl, want->ttl);
	KUNIT_EXPECT_EQ(test, got->fragment, want->fragment);
	KUNIT_EXPECT_EQ(test, got->fixed, want->fixed);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: other protocols than UDP whose checksum covers the addresses. What
 * comes out is compared byte by byte with a packet that the test changes itself
 * and sums anew.
 */
#include <linux/in.h>
#include <linux/prandom.h>

#include "packet.h"
#include "rewrite.h"
#include "tests.h"
#include "vectors.h"

/**
 * struct mcr_proto_vector - a protocol to rewrite the addresses of
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @proto: the protocol
 * @offset: of the checksum in its header
 * @partial: CHECKSUM_PARTIAL: it holds the pseudo-header's sum only
 * @error: added to the checksum
 * @zero: the checksum is 0; that is a number as any other
 * @linear: so many of the packet's bytes are linear
 * @ext: IPv6 extension headers, or IPv4 options
 * @ext_len: their length
 */
struct mcr_proto_vector {
	const char *desc;
	u8 family;
	u8 proto;
	u8 offset;
	bool partial;
	u16 error;
	bool zero;
	u16 linear;
	u8 ext[8];
	u8 ext_len;
};

static const struct mcr_proto_vector mcr_proto_vectors[] = {
	{ "IPv4, TCP", AF_INET, IPPROTO_TCP, 16 },
	{ "IPv4, TCP, partial", AF_INET, IPPROTO_TCP, 16, .partial = true },
	{ "IPv4, TCP, wrong checksum", AF_INET, IPPROTO_TCP, 16, .error = 1 },
	{ "IPv4, TCP, checksum 0", AF_INET, IPPROTO_TCP, 16, .zero = true },
	{ "IPv4, TCP, paged", AF_INET, IPPROTO_TCP, 16, .linear = 30 },
	{ "IPv4, TCP, options", AF_INET, IPPROTO_TCP, 16,
	  .ext = { 148, 4, 0, 0 }, .ext_len = 4 },
	{ "IPv4, UDP-Lite", AF_INET, IPPROTO_UDPLITE, 6 },
	{ "IPv4, UDP-Lite, partial", AF_INET, IPPROTO_UDPLITE, 6,
	  .partial = true },
	{ "IPv4, DCCP", AF_INET, IPPROTO_DCCP, 6 },
	{ "IPv6, TCP", AF_INET6, IPPROTO_TCP, 16 },
	{ "IPv6, TCP, partial", AF_INET6, IPPROTO_TCP, 16, .partial = true },
	{ "IPv6, TCP behind hop-by-hop", AF_INET6, IPPROTO_TCP, 16,
	  .ext = { IPPROTO_TCP, 0, 1, 4 }, .ext_len = 8 },
	{ "IPv6, ICMPv6", AF_INET6, IPPROTO_ICMPV6, 2 },
	{ "IPv6, ICMPv6, partial", AF_INET6, IPPROTO_ICMPV6, 2,
	  .partial = true },
	{ "IPv6, ICMPv6, wrong checksum", AF_INET6, IPPROTO_ICMPV6, 2,
	  .error = 0x8000 },
	{ "IPv6, ICMPv6, checksum 0", AF_INET6, IPPROTO_ICMPV6, 2,
	  .zero = true },
	{ "IPv6, ICMPv6, paged", AF_INET6, IPPROTO_ICMPV6, 2, .linear = 41 },
	{ "IPv6, UDP-Lite", AF_INET6, IPPROTO_UDPLITE, 6 },
	{ "IPv6, DCCP", AF_INET6, IPPROTO_DCCP, 6 },
};

MCR_TEST_PARAM(mcr_proto, mcr_proto_vectors);

#define MCR_PROTO_PAYLOAD	40

static unsigned int mcr_proto_l4(const struct mcr_proto_vector *v)
{
	return (v->family == AF_INET ? MCR_TP_IP4_LEN : MCR_TP_IP6_LEN) +
	       v->ext_len;
}

/* RFC 9293, 3.1; RFC 8200, 8.1 */
static u16 mcr_proto_pseudo(const struct mcr_proto_vector *v,
			    const struct mcr_tp *p)
{
	u32 sum = v->proto + p->len - mcr_proto_l4(v);

	if (v->family == AF_INET)
		return mcr_tp_sum(p->data + 12, 8, sum);
	return mcr_tp_sum(p->data + 8, 32, sum);
}

static u16 mcr_proto_sum(const struct mcr_proto_vector *v,
			 const struct mcr_tp *p)
{
	unsigned int l4 = mcr_proto_l4(v);

	return mcr_tp_sum(p->data + l4, p->len - l4, mcr_proto_pseudo(v, p));
}

/* The checksum that a sound packet has, with what is wrong on purpose. */
static u16 mcr_proto_check(const struct mcr_proto_vector *v, struct mcr_tp *p)
{
	unsigned int at = mcr_proto_l4(v) + v->offset;
	u16 was = mcr_tp_get16(p, at);
	u32 check;

	if (v->partial)
		return mcr_proto_pseudo(v, p);
	mcr_tp_set16(p, at, 0);
	check = (u16)~mcr_proto_sum(v, p);
	mcr_tp_set16(p, at, was);
	check += v->error;
	return (check & 0xffff) + (check >> 16);
}

static void mcr_proto_make(struct mcr_tp *p, const struct mcr_proto_vector *v)
{
	bool behind = v->family == AF_INET6 && v->ext_len;
	unsigned int l4 = mcr_proto_l4(v);

	mcr_tp_ip(p, v->family, behind ? IPPROTO_HOPOPTS : v->proto, v->ext,
		  v->ext_len);
	mcr_tp_payload(p, MCR_PROTO_PAYLOAD);
	mcr_tp_finish(p);
	/* Not MLD. */
	if (v->proto == IPPROTO_ICMPV6)
		p->data[l4] = 128;
	if (v->zero) {
		/* The last two bytes make it so. */
		mcr_tp_set16(p, l4 + v->offset, 0);
		mcr_tp_set16(p, p->len - 2, 0);
		mcr_tp_set16(p, p->len - 2, ~mcr_proto_sum(v, p));
	}
	mcr_tp_set16(p, l4 + v->offset,
		     v->zero ? 0 : mcr_proto_check(v, p));
}

static void mcr_proto_one(struct kunit *test, const struct mcr_proto_vector *v,
			  const struct mcr_rewrite *w,
			  const union mcr_addr *src)
{
	struct mcr_tp *want = mcr_tp_new(test), *got = mcr_tp_new(test);
	unsigned int l4 = mcr_proto_l4(v), at = l4 + v->offset;
	struct mcr_packet packet;
	struct sk_buff *skb;
	u16 check, made;

	mcr_proto_make(want, v);
	skb = mcr_tp_skb(test, want, v->linear ?: want->len);
	if (v->partial) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_network_header(skb) + l4 - skb->head;
		skb->csum_offset = v->offset;
	}
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);
	KUNIT_ASSERT_FALSE(test, packet.fixed);
	KUNIT_ASSERT_EQ(test, 0, skb_ensure_writable(skb, packet.hlen));

	mcr_rewrite_apply(skb, &packet, w, src);

	mcr_tp_rewrite(want, w, src);
	mcr_tp_finish_ip(want);
	check = mcr_proto_check(v, want);
	mcr_tp_read(skb, got);
	made = mcr_tp_get16(got, at);
	/* Ones' complement: 0 and 0xffff are the same number. */
	KUNIT_EXPECT_EQ(test, made % 0xffff, check % 0xffff);
	mcr_tp_set16(want, at, made);
	KUNIT_EXPECT_EQ(test, got->len, want->len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got->data, want->data, want->len));
	kfree_skb(skb);
	kunit_kfree(test, want);
	kunit_kfree(test, got);
}

/* Group, source, both, none; with a TTL, that no checksum but IP's covers. */
static void mcr_proto_all(struct kunit *test)
{
	const struct mcr_proto_vector *v = test->param_value;
	unsigned int bytes = v->family == AF_INET ? 4 : 16, i;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 3);
	for (i = 0; i < 128 && !mcr_test_failed(test);
	     i += mcr_test_stride()) {
		struct mcr_rewrite w = {
			.set = i & 1 ? MCR_SET_GROUP : 0,
			.src_mode = i & 2 ? MCR_SRC_SET : MCR_SRC_KEEP,
			.ttl_mode = i & 4 ? MCR_TTL_DEC : MCR_TTL_KEEP,
		};
		union mcr_addr src = { .raw = { 0 } };

		prandom_bytes_state(&rnd, w.group.raw, bytes);
		prandom_bytes_state(&rnd, src.raw, bytes);
		w.group.raw[0] = v->family == AF_INET ? 239 : 0xff;
		src.raw[0] = 10;
		mcr_proto_one(test, v, &w, i & 2 ? &src : NULL);
	}
}

/* What outputs need to know of a rewrite before they make a copy. */
static void mcr_proto_moves(struct kunit *test)
{
	struct mcr_rewrite w = { .set = MCR_SET_DPORT | MCR_SET_SPORT |
					MCR_SET_DSCP,
				 .ttl_mode = MCR_TTL_SET, .ttl = 1 };

	KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_move(&w));
	w.set |= MCR_SET_GROUP;
	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_move(&w));
	w.set = 0;
	w.src_mode = MCR_SRC_SET;
	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_move(&w));
	w.src_mode = MCR_SRC_AUTO;
	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_move(&w));
}

static struct kunit_case mcr_rewrite_proto_cases[] = {
	KUNIT_CASE_PARAM(mcr_proto_all, mcr_proto_gen_params),
	KUNIT_CASE(mcr_proto_moves),
	{}
};

struct kunit_suite mcr_rewrite_proto_suite = {
	.name = "mcr_rewrite_proto",
	.test_cases = mcr_rewrite_proto_cases,
};

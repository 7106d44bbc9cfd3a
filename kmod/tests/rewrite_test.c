// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what an output changes in headers. Each combination of changes, on
 * packets of both families with all kinds of checksum, is compared byte by byte
 * with a packet that the test changes itself and whose checksums it sums anew.
 */
#include <linux/in.h>
#include <linux/prandom.h>

#include "packet.h"
#include "rewrite.h"
#include "tests.h"
#include "vectors.h"

/* What becomes of the UDP checksum before the packet is rewritten. */
enum mcr_check_kind {
	MCR_CHECK_GOOD,
	MCR_CHECK_NONE,
	MCR_CHECK_BAD,
	MCR_CHECK_PARTIAL,
};

/**
 * struct mcr_rewrite_vector - a packet to rewrite
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @kind: of checksum
 * @error: added to a bad checksum
 * @payload: UDP payload
 * @ext: IPv4 options or IPv6 extension headers
 * @ext_len: their length
 * @first: IPv6: type of the first extension header
 * @gso_size: it is a super-packet of such segments
 * @linear: so many bytes of the payload are linear
 */
struct mcr_rewrite_vector {
	const char *desc;
	u8 family;
	enum mcr_check_kind kind;
	u16 error;
	u16 payload;
	u8 ext[24];
	u8 ext_len;
	u8 first;
	u16 gso_size;
	u16 linear;
};

#define RW_V4(...)	.family = AF_INET, .linear = MCR_TP_MAX, __VA_ARGS__
#define RW_V6(...)	.family = AF_INET6, .linear = MCR_TP_MAX, __VA_ARGS__
#define RW_PAGED4(...)	.family = AF_INET, __VA_ARGS__
#define RW_PAGED6(...)	.family = AF_INET6, __VA_ARGS__
#define RW_BAD(by)	.kind = MCR_CHECK_BAD, .error = by
#define RW_NONE		.kind = MCR_CHECK_NONE
#define RW_PARTIAL	.kind = MCR_CHECK_PARTIAL

static const struct mcr_rewrite_vector mcr_rewrite_vectors[] = {
	{ "IPv4", RW_V4(.payload = 32) },
	{ "IPv4, odd length", RW_V4(.payload = 31) },
	{ "IPv4, no payload", RW_V4(.payload = 0) },
	{ "IPv4, paged", RW_PAGED4(.payload = 501) },
	{ "IPv4, options",
	  RW_V4(.payload = 32, .ext = { 148, 4, 0, 0 }, .ext_len = 4) },
	{ "IPv4, no checksum", RW_V4(RW_NONE, .payload = 32) },
	{ "IPv4, checksum off by 1", RW_V4(RW_BAD(1), .payload = 32) },
	{ "IPv4, checksum off by 0x8000", RW_V4(RW_BAD(0x8000), .payload = 32) },
	{ "IPv4, checksum off by -1", RW_V4(RW_BAD(0xfffe), .payload = 33) },
	{ "IPv4, partial", RW_V4(RW_PARTIAL, .payload = 32) },
	{ "IPv4, partial, odd length", RW_V4(RW_PARTIAL, .payload = 31) },
	{ "IPv4, partial, paged", RW_PAGED4(RW_PARTIAL, .payload = 501) },
	{ "IPv4, partial, options",
	  RW_V4(RW_PARTIAL, .payload = 32, .ext = { 148, 4, 0, 0 },
		.ext_len = 4) },
	{ "IPv4, partial, GSO",
	  RW_PAGED4(RW_PARTIAL, .payload = 1000, .gso_size = 300) },
	{ "IPv4, GSO of good checksum",
	  RW_PAGED4(.payload = 1000, .gso_size = 300) },

	{ "IPv6", RW_V6(.payload = 32) },
	{ "IPv6, odd length", RW_V6(.payload = 31) },
	{ "IPv6, no payload", RW_V6(.payload = 0) },
	{ "IPv6, paged", RW_PAGED6(.payload = 501) },
	{ "IPv6, hop-by-hop",
	  RW_V6(.payload = 32, .ext = { 17, 0, 1, 4 }, .ext_len = 8) },
	{ "IPv6, no checksum", RW_V6(RW_NONE, .payload = 32) },
	{ "IPv6, checksum off by 1", RW_V6(RW_BAD(1), .payload = 32) },
	{ "IPv6, checksum off by 0x8000", RW_V6(RW_BAD(0x8000), .payload = 32) },
	{ "IPv6, checksum off by -1", RW_V6(RW_BAD(0xfffe), .payload = 33) },
	{ "IPv6, partial", RW_V6(RW_PARTIAL, .payload = 32) },
	{ "IPv6, partial, odd length", RW_V6(RW_PARTIAL, .payload = 31) },
	{ "IPv6, partial, paged", RW_PAGED6(RW_PARTIAL, .payload = 501) },
	{ "IPv6, partial, hop-by-hop",
	  RW_V6(RW_PARTIAL, .payload = 32, .ext = { 17, 0, 1, 4 },
		.ext_len = 8) },
	{ "IPv6, partial, GSO",
	  RW_PAGED6(RW_PARTIAL, .payload = 1000, .gso_size = 300) },
};

MCR_TEST_PARAM(mcr_rewrite, mcr_rewrite_vectors);

/* Ones' complement: 0 and 0xffff are the same number. */
static u16 mcr_add1(u16 a, u16 b)
{
	u32 sum = (u32)a + b;

	return (sum & 0xffff) + (sum >> 16);
}

static bool mcr_same1(u16 a, u16 b)
{
	return a % 0xffff == b % 0xffff;
}

static void mcr_rewrite_make(struct mcr_tp *p,
			     const struct mcr_rewrite_vector *v)
{
	bool v6_ext = v->family == AF_INET6 && v->ext_len;
	u16 check;

	mcr_tp_ip(p, v->family, v6_ext ? IPPROTO_HOPOPTS : IPPROTO_UDP,
		  v->ext, v->ext_len);
	mcr_tp_udp(p, v->payload);
	mcr_tp_finish(p);
	check = mcr_tp_udp_check(p);
	switch (v->kind) {
	case MCR_CHECK_NONE:
		check = 0;
		break;
	case MCR_CHECK_BAD:
		check = mcr_add1(check, v->error);
		break;
	case MCR_CHECK_PARTIAL:
		check = mcr_tp_pseudo_sum(p);
		break;
	case MCR_CHECK_GOOD:
		break;
	}
	mcr_tp_set16(p, p->l4 + 6, check);
}

static struct sk_buff *mcr_rewrite_skb(struct kunit *test,
				       const struct mcr_rewrite_vector *v,
				       const struct mcr_tp *p)
{
	unsigned int hlen = p->l4 + MCR_TP_UDP_LEN;
	struct sk_buff *skb = mcr_tp_skb(test, p, hlen + v->linear);

	if (v->kind == MCR_CHECK_PARTIAL) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_network_header(skb) + p->l4 - skb->head;
		skb->csum_offset = 6;
	}
	if (v->gso_size) {
		skb_shinfo(skb)->gso_size = v->gso_size;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	return skb;
}

/*
 * The checksum that must come out: right where it was right, absent where it
 * was absent, and wrong by what it was wrong by.
 */
static u16 mcr_rewrite_check(const struct mcr_rewrite_vector *v,
			     const struct mcr_tp *p)
{
	u16 check = mcr_tp_udp_check(p);

	switch (v->kind) {
	case MCR_CHECK_NONE:
		return 0;
	case MCR_CHECK_BAD:
		check = mcr_add1(check, v->error);
		return check ? check : 0xffff;
	case MCR_CHECK_PARTIAL:
		return mcr_tp_pseudo_sum(p);
	default:
		return check;
	}
}

static void mcr_rewrite_compare(struct kunit *test,
				const struct mcr_rewrite_vector *v,
				const struct mcr_rewrite *w,
				const union mcr_addr *src)
{
	struct mcr_tp *want = mcr_tp_new(test), *got = mcr_tp_new(test);
	unsigned int at;
	struct mcr_packet packet;
	struct sk_buff *skb;
	u16 check, made;

	mcr_rewrite_make(want, v);
	skb = mcr_rewrite_skb(test, v, want);
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);

	mcr_rewrite_apply(skb, &packet, w, src);

	mcr_tp_rewrite(want, w, src);
	mcr_tp_finish_ip(want);
	check = mcr_rewrite_check(v, want);
	mcr_tp_read(skb, got);
	at = want->l4 + 6;
	made = mcr_tp_get16(got, at);
	if (v->kind == MCR_CHECK_PARTIAL)
		KUNIT_EXPECT_TRUE_MSG(test, mcr_same1(made, check),
				      "partial checksum %#x, not %#x", made,
				      check);
	else
		KUNIT_EXPECT_EQ(test, made, check);
	mcr_tp_set16(want, at, made);
	KUNIT_EXPECT_EQ(test, got->len, want->len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got->data, want->data, want->len));
	if (v->kind == MCR_CHECK_PARTIAL)
		KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_PARTIAL);

	kfree_skb(skb);
	kunit_kfree(test, want);
	kunit_kfree(test, got);
}

/* All subsets of the changes, and each way with TTL. */
static void mcr_rewrite_all(struct kunit *test)
{
	const struct mcr_rewrite_vector *v = test->param_value;
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 7);
	for (i = 0; i < 16 * 2 * 4 && !mcr_test_failed(test);
	     i += mcr_test_stride()) {
		struct mcr_rewrite w = {
			.set = i % 16,
			.ttl_mode = i / 32,
			.src_mode = i & 16 ? MCR_SRC_SET : MCR_SRC_KEEP,
			.dport = 1 + prandom_u32_state(&rnd) % 65535,
			.sport = 1 + prandom_u32_state(&rnd) % 65535,
			.dscp = prandom_u32_state(&rnd) % 64,
		};
		unsigned int bytes = v->family == AF_INET ? 4 : 16;
		union mcr_addr src = { .raw = { 0 } };

		prandom_bytes_state(&rnd, w.group.raw, bytes);
		prandom_bytes_state(&rnd, src.raw, bytes);
		w.group.raw[0] = v->family == AF_INET ? 239 : 0xff;
		src.raw[0] = 10;
		if (w.ttl_mode == MCR_TTL_SET)
			w.ttl = 1 + prandom_u32_state(&rnd) % 255;
		mcr_rewrite_compare(test, v, &w, i & 16 ? &src : NULL);
	}
}

/*
 * A checksum that comes out as 0 is sent as 0xffff: 0 would mean that there is
 * none. One of all ports makes it so.
 */
static void mcr_rewrite_zero(struct kunit *test)
{
	static const struct mcr_rewrite_vector packets[] = {
		{ "IPv4", RW_V4(.payload = 2) },
		{ "IPv6", RW_V6(.payload = 2) },
	};
	unsigned int i, port, met;

	for (i = 0; i < ARRAY_SIZE(packets); i++) {
		struct mcr_tp *p = mcr_tp_new(test);
		u16 sum;

		met = 0;
		mcr_rewrite_make(p, &packets[i]);
		/* Less its own port and checksum: what the port must undo. */
		mcr_tp_set16(p, p->l4 + 6, 0);
		mcr_tp_set16(p, p->l4 + 2, 0);
		sum = mcr_tp_udp_sum(p);
		for (port = (u16)~sum - 3; port != (u16)(~sum + 4); port++) {
			struct mcr_rewrite w = {
				.set = MCR_SET_DPORT,
				.dport = port,
			};

			mcr_tp_set16(p, p->l4 + 2, port);
			met += mcr_tp_udp_sum(p) == 0xffff;
			mcr_rewrite_compare(test, &packets[i], &w, NULL);
		}
		KUNIT_EXPECT_EQ(test, met, 1U);
	}
}

/* Each port there is, so that no carry is left out. */
static void mcr_rewrite_ports(struct kunit *test)
{
	static const struct mcr_rewrite_vector v = {
		RW_V4(.payload = 2),
	};
	struct mcr_tp *want = mcr_tp_new(test);
	struct mcr_packet packet;
	unsigned int port, wrong = 0;
	struct sk_buff *skb;

	mcr_rewrite_make(want, &v);
	skb = mcr_rewrite_skb(test, &v, want);
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);
	/* One rewrite after the other: errors would add up. */
	for (port = 1; port < 65536; port += mcr_test_stride()) {
		struct mcr_rewrite w = { .set = MCR_SET_SPORT, .sport = port };

		mcr_rewrite_apply(skb, &packet, &w, NULL);
		mcr_tp_set16(want, want->l4, port);
		mcr_tp_set16(want, want->l4 + 6, mcr_tp_udp_check(want));
		wrong += !!memcmp(skb->data, want->data, want->len);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	kfree_skb(skb);
}

/* A partial checksum that a device completes is right for the new packet. */
static void mcr_rewrite_completed(struct kunit *test)
{
	const struct mcr_rewrite_vector *v = test->param_value;
	const union mcr_addr group4 = TV_G4_B, group6 = TV_G6_B;
	const union mcr_addr src4 = TV_S4_B, src6 = TV_S6_B;
	bool v4 = v->family == AF_INET;
	struct mcr_rewrite w = {
		.set = MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT,
		.group = v4 ? group4 : group6, .dport = 1, .sport = 65535,
	};
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_packet packet;
	struct sk_buff *skb;
	u16 sum;

	if (v->kind != MCR_CHECK_PARTIAL)
		return;
	mcr_rewrite_make(p, v);
	skb = mcr_rewrite_skb(test, v, p);
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);

	mcr_rewrite_apply(skb, &packet, &w, v4 ? &src4 : &src6);

	mcr_tp_read(skb, p);
	sum = mcr_tp_sum(p->data + p->l4, p->len - p->l4, 0);
	mcr_tp_set16(p, p->l4 + 6, ~sum);
	KUNIT_EXPECT_EQ(test, mcr_tp_udp_sum(p), 0xffff);
	kfree_skb(skb);
}

/*
 * The checksum of a tunnel's inner packet is partial, its own is complete: the
 * own one is changed as any other.
 */
static void mcr_rewrite_inner_partial(struct kunit *test)
{
	static const struct mcr_rewrite_vector v = { RW_V4(.payload = 64) };
	struct mcr_rewrite w = { .set = MCR_SET_GROUP | MCR_SET_DPORT,
				 .group = TV_G4_B, .dport = 7777 };
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_packet packet;
	struct sk_buff *skb;

	mcr_rewrite_make(p, &v);
	skb = mcr_rewrite_skb(test, &v, p);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_network_header(skb) + p->l4 + 30 - skb->head;
	skb->csum_offset = 6;
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);

	mcr_rewrite_apply(skb, &packet, &w, NULL);

	mcr_tp_rewrite(p, &w, NULL);
	mcr_tp_finish(p);
	KUNIT_EXPECT_EQ(test, 0, memcmp(skb->data, p->data, p->len));
	kfree_skb(skb);
}

/**
 * struct mcr_rewrite_raw_vector - a packet without a UDP header
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @proto: protocol or next header
 * @ext: IPv6 extension headers
 * @ext_len: their length
 * @frag_off: of IPv4
 */
struct mcr_rewrite_raw_vector {
	const char *desc;
	u8 family;
	u8 proto;
	u8 ext[8];
	u8 ext_len;
	u16 frag_off;
};

static const struct mcr_rewrite_raw_vector mcr_rewrite_raw_vectors[] = {
	{ "IPv4, SCTP", AF_INET, IPPROTO_SCTP },
	{ "IPv4, ICMP", AF_INET, IPPROTO_ICMP },
	{ "IPv4, middle fragment of UDP", AF_INET, IPPROTO_UDP,
	  .frag_off = 0x2005 },
	{ "IPv6, SCTP", AF_INET6, IPPROTO_SCTP },
	{ "IPv6, no next header", AF_INET6, IPPROTO_NONE },
	{ "IPv6, middle fragment of UDP", AF_INET6, 44,
	  { 17, 0, 0, 9, 1, 2, 3, 4 }, 8 },
};

MCR_TEST_PARAM(mcr_rewrite_raw, mcr_rewrite_raw_vectors);

/* Nothing behind the IP header covers the addresses, so nothing is touched. */
static void mcr_rewrite_no_udp(struct kunit *test)
{
	const struct mcr_rewrite_raw_vector *v = test->param_value;
	const union mcr_addr group4 = TV_G4_B, group6 = TV_G6_B;
	const union mcr_addr src4 = TV_S4_B, src6 = TV_S6_B;
	bool v4 = v->family == AF_INET;
	const union mcr_addr *src = v4 ? &src4 : &src6;
	struct mcr_rewrite w = {
		.set = MCR_SET_GROUP | MCR_SET_DPORT | MCR_SET_SPORT |
		       MCR_SET_DSCP,
		.group = v4 ? group4 : group6, .dport = 1, .sport = 2,
		.dscp = 10, .ttl_mode = MCR_TTL_DEC,
	};
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_packet packet;
	struct sk_buff *skb;

	mcr_tp_ip(p, v->family, v->proto, v->ext, v->ext_len);
	if (v->frag_off)
		mcr_tp_set16(p, 6, v->frag_off);
	mcr_tp_payload(p, 40);
	mcr_tp_finish(p);
	skb = mcr_tp_skb(test, p, p->len);
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &packet),
			MCR_VERDICT_PACKET);

	mcr_rewrite_apply(skb, &packet, &w, src);

	mcr_tp_rewrite(p, &w, src);
	mcr_tp_finish_ip(p);
	KUNIT_EXPECT_EQ(test, 0, memcmp(skb->data, p->data, p->len));
	kfree_skb(skb);
}

static void mcr_rewrite_noop(struct kunit *test)
{
	struct mcr_rewrite w = { };
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_noop(&w));
	w.mac = MCR_MAC_KEEP;
	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_noop(&w));
	w.ttl_mode = MCR_TTL_KEEP;
	KUNIT_EXPECT_TRUE(test, mcr_rewrite_is_noop(&w));
	w.ttl_mode = MCR_TTL_DEC;
	KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_noop(&w));
	w.ttl_mode = MCR_TTL_SET;
	KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_noop(&w));
	w.ttl_mode = MCR_TTL_AUTO;
	for (i = 0; i < 4; i++) {
		w.set = 1 << i;
		KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_noop(&w));
	}
	w.set = 0;
	w.src_mode = MCR_SRC_SET;
	KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_noop(&w));
	w.src_mode = MCR_SRC_AUTO;
	KUNIT_EXPECT_FALSE(test, mcr_rewrite_is_noop(&w));
}

static struct kunit_case mcr_rewrite_cases[] = {
	KUNIT_CASE(mcr_rewrite_noop),
	KUNIT_CASE_PARAM(mcr_rewrite_all, mcr_rewrite_gen_params),
	KUNIT_CASE_PARAM(mcr_rewrite_completed, mcr_rewrite_gen_params),
	KUNIT_CASE_PARAM(mcr_rewrite_no_udp, mcr_rewrite_raw_gen_params),
	KUNIT_CASE(mcr_rewrite_zero),
	KUNIT_CASE(mcr_rewrite_ports),
	KUNIT_CASE(mcr_rewrite_inner_partial),
	{}
};

struct kunit_suite mcr_rewrite_suite = {
	.name = "mcr_rewrite",
	.test_cases = mcr_rewrite_cases,
};

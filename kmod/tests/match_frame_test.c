// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: frames as an ingress hook meets them: of all packet types, tagged,
 * cut off at every byte, super-packets, shared, and random.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/prandom.h>

#include "match.h"
#include "packet.h"
#include "tests.h"
#include "vectors.h"

#define MCR_FRAME_PAYLOAD	32

static const u8 mcr_frame_opt4[] = { 148, 4, 0, 0 };
static const u8 mcr_frame_ext6[] = { 17, 0, 1, 4, 0, 0, 0, 0 };

/**
 * struct mcr_frame_vector - a sound packet
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @options: with IPv4 options or an IPv6 extension header
 * @proto: UDP, or one without ports
 */
struct mcr_frame_vector {
	const char *desc;
	u8 family;
	bool options;
	u8 proto;
};

static const struct mcr_frame_vector mcr_frame_vectors[] = {
	{ "IPv4", AF_INET, false, IPPROTO_UDP },
	{ "IPv4 with options", AF_INET, true, IPPROTO_UDP },
	{ "IPv4, not UDP", AF_INET, false, 253 },
	{ "IPv6", AF_INET6, false, IPPROTO_UDP },
	{ "IPv6 with hop-by-hop", AF_INET6, true, IPPROTO_UDP },
	{ "IPv6, not UDP", AF_INET6, false, 253 },
};

MCR_TEST_PARAM(mcr_frame, mcr_frame_vectors);

static void mcr_frame_make(struct mcr_tp *p, const struct mcr_frame_vector *v)
{
	if (!v->options)
		mcr_tp_ip(p, v->family, v->proto, NULL, 0);
	else if (v->family == AF_INET)
		mcr_tp_ip(p, v->family, v->proto, mcr_frame_opt4,
			  sizeof(mcr_frame_opt4));
	else
		mcr_tp_ip(p, v->family, IPPROTO_HOPOPTS, mcr_frame_ext6,
			  sizeof(mcr_frame_ext6));
	if (v->proto == IPPROTO_UDP)
		mcr_tp_udp(p, MCR_FRAME_PAYLOAD);
	else
		mcr_tp_payload(p, MCR_FRAME_PAYLOAD);
	mcr_tp_finish(p);
}

static enum mcr_verdict mcr_frame_verdict(struct sk_buff *skb)
{
	struct mcr_packet packet;

	return mcr_match_parse(skb, &packet);
}

static void mcr_frame_pkt_type(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;

	mcr_frame_make(p, v);
	skb = mcr_tp_skb(test, p, p->len);

	skb->pkt_type = PACKET_MULTICAST;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	/* Multicast addresses may come in frames to us, or to all. */
	skb->pkt_type = PACKET_HOST;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	skb->pkt_type = PACKET_BROADCAST;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	skb->pkt_type = PACKET_OTHERHOST;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_OTHER);
	skb->pkt_type = PACKET_LOOPBACK;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_OTHER);

	kfree_skb(skb);
}

/* The EtherType decides, not what the bytes look like. */
static void mcr_frame_ethertype(struct kunit *test)
{
	static const u16 others[] = {
		ETH_P_ARP, ETH_P_8021Q, ETH_P_8021AD, ETH_P_MPLS_UC,
		ETH_P_802_2, ETH_P_PPP_SES, 0, 0xffff,
	};
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;
	unsigned int i;

	mcr_frame_make(p, v);
	skb = mcr_tp_skb(test, p, p->len);

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		skb->protocol = htons(others[i]);
		KUNIT_EXPECT_EQ_MSG(test, mcr_frame_verdict(skb),
				    MCR_VERDICT_OTHER, "%#x", others[i]);
	}
	/* The other family's header is no header of this one. */
	skb->protocol = htons(v->family == AF_INET ? ETH_P_IPV6 : ETH_P_IP);
	KUNIT_EXPECT_NE(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);

	kfree_skb(skb);
}

static void mcr_frame_vlan(struct kunit *test)
{
	static const struct {
		u16 tci;
		u16 vlan;
	} tags[] = {
		{ 1, 1 }, { 100, 100 }, { 4094, 4094 }, { 0xe000 | 100, 100 },
		{ 0x1000 | 100, 100 }, { 0, 0 }, { 0xe000, 0 },
	};
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_packet got;
	struct sk_buff *skb;
	unsigned int i;

	mcr_frame_make(p, v);
	skb = mcr_tp_skb(test, p, p->len);

	KUNIT_EXPECT_EQ(test, mcr_match_parse(skb, &got), MCR_VERDICT_PACKET);
	KUNIT_EXPECT_EQ(test, got.flow.vlan, 0);
	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tags[i].tci);
		KUNIT_EXPECT_EQ(test, mcr_match_parse(skb, &got),
				MCR_VERDICT_PACKET);
		KUNIT_EXPECT_EQ(test, got.flow.vlan, tags[i].vlan);
	}

	kfree_skb(skb);
}

/*
 * A service tag, and any two tags, are not what a rule can name. The core has
 * taken the outer tag out of the frame; the inner one lies in front of the IP
 * header and is the frame's protocol.
 */
static void mcr_frame_vlan_other(struct kunit *test)
{
	static const struct {
		u16 outer;
		u16 tci;
		u16 protocol;
		enum mcr_verdict want;
	} tags[] = {
		{ ETH_P_8021AD, 5, 0, MCR_VERDICT_OTHER },
		{ ETH_P_8021AD, 0xe005, 0, MCR_VERDICT_OTHER },
		{ ETH_P_8021AD, 0, 0, MCR_VERDICT_PACKET },
		{ ETH_P_8021AD, 0xe000, 0, MCR_VERDICT_PACKET },
		{ ETH_P_8021AD, 5, ETH_P_8021Q, MCR_VERDICT_OTHER },
		{ ETH_P_8021Q, 5, ETH_P_8021Q, MCR_VERDICT_OTHER },
		{ ETH_P_8021Q, 0, ETH_P_8021Q, MCR_VERDICT_OTHER },
		{ ETH_P_8021Q, 5, ETH_P_8021AD, MCR_VERDICT_OTHER },
		{ 0, 0, ETH_P_8021Q, MCR_VERDICT_OTHER },
		{ 0, 0, ETH_P_8021AD, MCR_VERDICT_OTHER },
	};
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;
	unsigned int i;

	mcr_frame_make(p, v);
	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		skb = mcr_tp_skb(test, p, p->len);
		if (tags[i].outer)
			__vlan_hwaccel_put_tag(skb, htons(tags[i].outer),
					       tags[i].tci);
		if (tags[i].protocol)
			skb->protocol = htons(tags[i].protocol);
		KUNIT_EXPECT_EQ_MSG(test, mcr_frame_verdict(skb), tags[i].want,
				    "case %u", i);
		kfree_skb(skb);
	}
}

/*
 * The frame ends early. What was cut off still lies in memory, as a reader who
 * goes too far would find it.
 */
static void mcr_frame_cut_off(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	unsigned int stride = mcr_test_stride(), len, linear;
	struct mcr_tp *p = mcr_tp_new(test);

	mcr_frame_make(p, v);
	for (len = p->len % stride; len <= p->len && !mcr_test_failed(test);
	     len += stride) {
		enum mcr_verdict want = len < p->len ? MCR_VERDICT_MALFORMED :
						       MCR_VERDICT_PACKET;

		for (linear = 0; linear <= p->len; linear += 4) {
			struct sk_buff *skb = mcr_tp_skb(test, p, linear);

			KUNIT_ASSERT_EQ(test, pskb_trim(skb, len), 0);
			KUNIT_EXPECT_EQ_MSG(test, mcr_frame_verdict(skb), want,
					    "%u bytes, %u linear", len, linear);
			kfree_skb(skb);
		}
	}
}

/* The packet ends early, and says so in its IP header. */
static void mcr_frame_short(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	unsigned int hlen = v->family == AF_INET ? MCR_TP_IP4_LEN :
						   MCR_TP_IP6_LEN;
	struct mcr_tp *p = mcr_tp_new(test);
	unsigned int len, whole;

	mcr_frame_make(p, v);
	whole = p->len;
	for (len = hlen; len <= whole; len++) {
		bool ok = len == whole || v->proto != IPPROTO_UDP;
		struct sk_buff *skb;

		mcr_frame_make(p, v);
		if (v->family == AF_INET)
			mcr_tp_set16(p, 2, len);
		else
			mcr_tp_set16(p, 4, len - hlen);
		mcr_tp_finish_ip(p);

		/* With the rest as padding behind, and without it. */
		skb = mcr_tp_skb(test, p, 0);
		KUNIT_EXPECT_EQ_MSG(test, mcr_frame_verdict(skb),
				    ok ? MCR_VERDICT_PACKET :
					 MCR_VERDICT_MALFORMED, "%u", len);
		KUNIT_ASSERT_EQ(test, pskb_trim(skb, len), 0);
		KUNIT_EXPECT_EQ_MSG(test, mcr_frame_verdict(skb),
				    ok ? MCR_VERDICT_PACKET :
					 MCR_VERDICT_MALFORMED, "%u", len);
		kfree_skb(skb);
	}
}

/* A frame may be shared: nothing of it is changed, nor held on to. */
static void mcr_frame_read_only(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test), *after = mcr_tp_new(test);
	unsigned int linear;

	mcr_frame_make(p, v);
	for (linear = 0; linear <= p->len; linear += 7) {
		struct sk_buff *skb = mcr_tp_skb(test, p, linear);
		unsigned char *data = skb->data;
		struct sk_buff *clone;

		clone = skb_clone(skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, clone);
		skb_get(skb);
		KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb),
				MCR_VERDICT_PACKET);
		KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 2U);
		KUNIT_EXPECT_PTR_EQ(test, skb->data, data);
		KUNIT_EXPECT_EQ(test, skb->len, p->len);
		KUNIT_EXPECT_EQ(test, skb_headlen(skb), min(linear, p->len));
		mcr_tp_read(skb, after);
		KUNIT_EXPECT_EQ(test, 0, memcmp(p->data, after->data, p->len));
		kfree_skb(clone);
		kfree_skb(skb);
		kfree_skb(skb);
	}
}

/* As GRO puts frames together: the rest of the packet is in other skbs. */
static void mcr_frame_frag_list(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test), *rest = mcr_tp_new(test);
	struct mcr_packet want, got;
	struct sk_buff *skb, *more;
	unsigned int head;

	mcr_frame_make(p, v);
	skb = mcr_tp_skb(test, p, p->len);
	KUNIT_ASSERT_EQ(test, mcr_match_parse(skb, &want), MCR_VERDICT_PACKET);
	kfree_skb(skb);

	*rest = *p;
	for (head = 0; head < p->len; head += 3) {
		unsigned int whole = p->len;

		p->len = head;
		skb = mcr_tp_skb(test, p, head);
		p->len = whole;
		rest->len = whole - head;
		memcpy(rest->data, p->data + head, rest->len);
		more = mcr_tp_skb(test, rest, rest->len);
		skb_shinfo(skb)->frag_list = more;
		skb->len += more->len;
		skb->data_len += more->len;
		skb->truesize += more->truesize;

		KUNIT_EXPECT_EQ(test, mcr_match_parse(skb, &got),
				MCR_VERDICT_PACKET);
		mcr_tp_expect_packet(test, &got, &want);
		kfree_skb(skb);
	}
}

/**
 * struct mcr_gso_vector - a super-packet
 * @desc: the case
 * @payload: UDP payload
 * @size: gso_size; 0: it is none
 * @segs: how many packets it stands for
 */
struct mcr_gso_vector {
	const char *desc;
	u16 payload;
	u16 size;
	u16 segs;
};

static const struct mcr_gso_vector mcr_gso_vectors[] = {
	{ "none", 1000, 0, 1 },
	{ "two", 1000, 500, 2 },
	{ "two, the last of one byte", 1001, 1000, 2 },
	{ "three, the last shorter", 1000, 400, 3 },
	{ "one, exactly", 1000, 1000, 1 },
	{ "one, not full", 999, 1000, 1 },
	{ "of one byte each", 64, 1, 64 },
	{ "empty", 0, 100, 1 },
};

MCR_TEST_PARAM(mcr_gso, mcr_gso_vectors);

static void mcr_frame_gso(struct kunit *test)
{
	const struct mcr_gso_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	unsigned int family, hlen;
	struct mcr_packet got;
	struct sk_buff *skb;

	for (family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0) {
		mcr_tp_ip(p, family, IPPROTO_UDP, NULL, 0);
		mcr_tp_udp(p, v->payload);
		mcr_tp_finish(p);
		hlen = p->l4 + MCR_TP_UDP_LEN;
		skb = mcr_tp_skb(test, p, hlen);
		skb_shinfo(skb)->gso_size = v->size;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
		/* Virtual machines and packet sockets leave this at 0. */
		skb_shinfo(skb)->gso_segs = 0;

		KUNIT_EXPECT_EQ(test, mcr_match_parse(skb, &got),
				MCR_VERDICT_PACKET);

		KUNIT_EXPECT_EQ(test, got.segs, (u32)v->segs);
		KUNIT_EXPECT_EQ(test, got.l3_len, hlen + v->payload);
		KUNIT_EXPECT_EQ(test, got.bytes,
				(u64)v->segs * hlen + v->payload);
		kfree_skb(skb);
	}
}

/* Old virtual machines' super-packets become IP fragments, not datagrams. */
static void mcr_frame_ufo(struct kunit *test)
{
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_packet got;
	struct sk_buff *skb;

	mcr_tp_ip(p, AF_INET, IPPROTO_UDP, NULL, 0);
	mcr_tp_udp(p, 992);
	mcr_tp_finish(p);
	skb = mcr_tp_skb(test, p, p->len);
	skb_shinfo(skb)->gso_size = 500;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP;

	KUNIT_EXPECT_EQ(test, mcr_match_parse(skb, &got), MCR_VERDICT_PACKET);

	/* 1000 bytes behind the IP header, UDP header included. */
	KUNIT_EXPECT_EQ(test, got.segs, 2U);
	KUNIT_EXPECT_EQ(test, got.bytes, 2ULL * MCR_TP_IP4_LEN + 1000);
	kfree_skb(skb);
}

/* A super-packet with padding would send it. */
static void mcr_frame_gso_padded(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;

	mcr_frame_make(p, v);
	p->len++;
	skb = mcr_tp_skb(test, p, p->len);
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	skb_shinfo(skb)->gso_size = 10;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_MALFORMED);
	KUNIT_ASSERT_EQ(test, pskb_trim(skb, skb->len - 1), 0);
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	kfree_skb(skb);
}

/* A checksum to be filled in has its place in the packet, not in the padding. */
static void mcr_frame_partial(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;

	mcr_frame_make(p, v);
	p->len += 16;
	skb = mcr_tp_skb(test, p, p->len);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_offset = 6;
	skb->csum_start = skb_headroom(skb) + p->len - 16 - 8;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	skb->csum_start++;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_MALFORMED);
	kfree_skb(skb);
}

/* On the loopback device, what never leaves a host is what is expected. */
static void mcr_frame_loopback(struct kunit *test)
{
	struct net_device *dev = alloc_etherdev(0);
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	mcr_tp_ip(p, AF_INET6, IPPROTO_UDP, NULL, 0);
	p->data[25] = 0x31;
	mcr_tp_udp(p, MCR_FRAME_PAYLOAD);
	mcr_tp_finish(p);
	skb = mcr_tp_skb(test, p, p->len);
	skb->dev = dev;

	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_MALFORMED);
	dev->flags = IFF_LOOPBACK;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	kfree_skb(skb);

	mcr_tp_ip(p, AF_INET, IPPROTO_UDP, NULL, 0);
	p->data[12] = 127;
	mcr_tp_udp(p, MCR_FRAME_PAYLOAD);
	mcr_tp_finish(p);
	skb = mcr_tp_skb(test, p, p->len);
	skb->dev = dev;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_PACKET);
	dev->flags = 0;
	KUNIT_EXPECT_EQ(test, mcr_frame_verdict(skb), MCR_VERDICT_MALFORMED);
	kfree_skb(skb);
	free_netdev(dev);
}

/*
 * Random changes of sound packets: whatever comes out is the same however the
 * bytes lie, and what is let through keeps within its own bounds.
 */
#define MCR_FRAME_RANDOM	3000

static void mcr_frame_random_check(struct kunit *test, const struct mcr_tp *p,
				   unsigned int linear)
{
	struct sk_buff *flat = mcr_tp_skb(test, p, p->len);
	struct sk_buff *paged = mcr_tp_skb(test, p, linear);
	struct mcr_packet a, b;
	enum mcr_verdict verdict;

	verdict = mcr_match_parse(flat, &a);
	KUNIT_EXPECT_EQ(test, mcr_match_parse(paged, &b), verdict);
	if (verdict == MCR_VERDICT_PACKET) {
		mcr_tp_expect_packet(test, &b, &a);
		KUNIT_EXPECT_LE(test, a.l3_len, p->len);
		KUNIT_EXPECT_LE(test, (u32)a.hlen, a.l3_len);
		KUNIT_EXPECT_TRUE(test, mcr_addr_is_multicast(&a.flow.dst,
							      p->family));
		if (a.thoff)
			KUNIT_EXPECT_EQ(test, a.hlen,
					a.thoff + MCR_TP_UDP_LEN);
	}
	kfree_skb(flat);
	kfree_skb(paged);
}

static void mcr_frame_random(struct kunit *test)
{
	const struct mcr_frame_vector *v = test->param_value;
	unsigned int rounds = mcr_test_times(MCR_FRAME_RANDOM);
	struct mcr_tp *p = mcr_tp_new(test);
	struct rnd_state rnd;
	unsigned int i, n;

	prandom_seed_state(&rnd, 20);
	for (i = 0; i < rounds && !mcr_test_failed(test); i++) {
		mcr_frame_make(p, v);
		for (n = prandom_u32_state(&rnd) % 5; n; n--)
			p->data[prandom_u32_state(&rnd) % p->len] =
				prandom_u32_state(&rnd);
		if (prandom_u32_state(&rnd) % 4)
			mcr_tp_finish_ip(p);
		p->len -= prandom_u32_state(&rnd) % 4 ? 0 :
			  prandom_u32_state(&rnd) % p->len;
		mcr_frame_random_check(test, p,
				       prandom_u32_state(&rnd) % (p->len + 1));
	}
}

static struct kunit_case mcr_match_frame_cases[] = {
	KUNIT_CASE_PARAM(mcr_frame_pkt_type, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_ethertype, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_vlan, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_vlan_other, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_cut_off, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_short, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_read_only, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_frag_list, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_gso, mcr_gso_gen_params),
	KUNIT_CASE(mcr_frame_ufo),
	KUNIT_CASE_PARAM(mcr_frame_gso_padded, mcr_frame_gen_params),
	KUNIT_CASE_PARAM(mcr_frame_partial, mcr_frame_gen_params),
	KUNIT_CASE(mcr_frame_loopback),
	KUNIT_CASE_PARAM(mcr_frame_random, mcr_frame_gen_params),
	{}
};

struct kunit_suite mcr_match_frame_suite = {
	.name = "mcr_match_frame",
	.test_cases = mcr_match_frame_cases,
};

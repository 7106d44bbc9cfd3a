// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: replication. Each output sends its own bytes and nobody else's; the
 * packet received stays what it was, or is consumed.
 */
#include <linux/if_vlan.h>
#include <linux/in.h>

#include "forward_rig.h"
#include "match.h"
#include "rewrite.h"
#include "tests.h"
#include "vectors.h"

/**
 * struct mcr_forward_vector - a packet to replicate
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @payload: UDP payload
 * @linear: so many bytes of the packet are linear
 * @headroom: more headroom than usual in front of it
 * @pad: bytes of padding behind it
 * @cloned: somebody has a clone of it
 * @shared: somebody has a reference to it
 */
struct mcr_forward_vector {
	const char *desc;
	u8 family;
	u16 payload;
	u16 linear;
	u16 headroom;
	u16 pad;
	bool cloned;
	bool shared;
};

static const struct mcr_forward_vector mcr_forward_vectors[] = {
	{ "IPv4", AF_INET, 100, MCR_TP_MAX },
	{ "IPv4, padded", AF_INET, 1, MCR_TP_MAX, .pad = 17 },
	{ "IPv4, no payload", AF_INET, 0, MCR_TP_MAX },
	{ "IPv4, more headroom", AF_INET, 100, MCR_TP_MAX, .headroom = 114 },
	{ "IPv4, payload paged", AF_INET, 1000, 28 },
	{ "IPv4, headers paged", AF_INET, 1000, 20 },
	{ "IPv4, all paged", AF_INET, 1000, 0 },
	{ "IPv4, cloned", AF_INET, 100, MCR_TP_MAX, .cloned = true },
	{ "IPv4, cloned, paged", AF_INET, 1000, 28, .cloned = true },
	{ "IPv4, shared", AF_INET, 100, MCR_TP_MAX, .shared = true },
	{ "IPv4, shared, paged", AF_INET, 1000, 20, .shared = true },
	{ "IPv6", AF_INET6, 100, MCR_TP_MAX },
	{ "IPv6, padded", AF_INET6, 1, MCR_TP_MAX, .pad = 17 },
	{ "IPv6, more headroom", AF_INET6, 100, MCR_TP_MAX, .headroom = 200 },
	{ "IPv6, payload paged", AF_INET6, 1000, 48 },
	{ "IPv6, all paged", AF_INET6, 1000, 0 },
	{ "IPv6, cloned, paged", AF_INET6, 1000, 48, .cloned = true },
	{ "IPv6, shared", AF_INET6, 100, MCR_TP_MAX, .shared = true },
};

MCR_TEST_PARAM(mcr_forward, mcr_forward_vectors);

/* Outputs that change nothing, one thing, or all there is, in turn. */
#define MCR_FORWARD_KINDS	8

static void mcr_forward_rewrite(struct mcr_rewrite *w, u8 family,
				unsigned int i)
{
	const union mcr_addr group4 = TV_IP4(239, 200, 201, 1);
	const union mcr_addr group6 = TV_IP6(0xff3e0000, 0, 0, 0x81230001);
	const union mcr_addr src4 = TV_S4_B, src6 = TV_S6_B;
	unsigned int kind = i % MCR_FORWARD_KINDS;

	memset(w, 0, sizeof(*w));
	if (kind == 1 || kind == 7) {
		w->set |= MCR_SET_GROUP;
		w->group = family == AF_INET ? group4 : group6;
		w->group.raw[family == AF_INET ? 3 : 15] = i;
	}
	if (kind == 2 || kind == 7) {
		w->set |= MCR_SET_DPORT;
		w->dport = 6000 + i;
	}
	if (kind == 3 || kind == 7) {
		w->src_mode = MCR_SRC_SET;
		w->src = family == AF_INET ? src4 : src6;
	}
	if (kind == 4 || kind == 6 || kind == 7)
		w->ttl_mode = MCR_TTL_DEC;
	if (kind == 5 || kind == 6)
		w->mac = MCR_MAC_KEEP;
}

static struct sk_buff *mcr_forward_packet(struct kunit *test, struct mcr_tp *p,
					  const struct mcr_forward_vector *v)
{
	struct sk_buff *skb;

	mcr_tp_ip(p, v->family, IPPROTO_UDP, NULL, 0);
	mcr_tp_udp(p, v->payload);
	mcr_tp_finish(p);
	p->len += v->pad;
	skb = mcr_tp_skb(test, p, v->linear);
	p->len -= v->pad;
	if (v->headroom)
		KUNIT_ASSERT_EQ(test, 0, pskb_expand_head(skb, v->headroom, 0,
							  GFP_KERNEL));
	return skb;
}

/* Each output's packet is what the test makes of it on its own. */
static void mcr_forward_expect(struct mcr_rig *rig, const struct mcr_tp *p,
			       const struct mcr_forward_vector *v)
{
	struct mcr_tp *want = mcr_tp_new(rig->test);
	unsigned int i;

	for (i = 0; i < rig->fanout->n; i++) {
		const struct mcr_output *out = rig->fanout->out[i];
		struct mcr_rewrite w = out->rewrite;

		if (out->feeds && w.ttl_mode == MCR_TTL_AUTO)
			w.ttl_mode = MCR_TTL_DEC;
		*want = *p;
		mcr_tp_rewrite(want, &w, w.src_mode == MCR_SRC_SET ? &w.src :
								     NULL);
		mcr_tp_finish(want);
		/* Who shares all, shares the padding. */
		if (mcr_rewrite_is_shared(&w))
			want->len += v->pad;
		kfree_skb(mcr_rig_expect(rig, i, want));
		mcr_rig_expect_counters(rig, i, 1, p->len, 0, 0);
	}
	KUNIT_EXPECT_TRUE(rig->test, skb_queue_empty(&rig->sent));
	kunit_kfree(rig->test, want);
}

static void mcr_forward_expect_rule(struct mcr_rig *rig, u64 packets, u64 bytes)
{
	struct mcr_rule_stats stats;

	mcr_stats_read_rule(rig->fanout->counters, &stats);
	KUNIT_EXPECT_EQ(rig->test, stats.packets, packets);
	KUNIT_EXPECT_EQ(rig->test, stats.bytes, bytes);
	KUNIT_EXPECT_NE(rig->test, stats.last, 0ULL);
}

static void mcr_forward_expect_same(struct mcr_rig *rig,
				    const struct sk_buff *skb,
				    const struct mcr_tp *p)
{
	struct mcr_tp *now = mcr_tp_new(rig->test);

	mcr_tp_read(skb, now);
	KUNIT_EXPECT_EQ(rig->test, 0, memcmp(now->data, p->data, p->len));
	kunit_kfree(rig->test, now);
}

/*
 * Received in @mode by rules of 1 to many outputs. Clones and references that
 * somebody else has of the packet must keep its bytes.
 */
static void mcr_forward_mode(struct kunit *test, u8 mode, unsigned int outputs,
			     u32 feeds)
{
	const struct mcr_forward_vector *v = test->param_value;
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb, *other = NULL;
	struct mcr_rig *rig = test->priv;
	bool consumed;

	rig->fanout->mode = mode;
	while (rig->fanout->n < outputs) {
		struct mcr_output *out;
		struct mcr_rewrite w;

		mcr_forward_rewrite(&w, v->family, rig->fanout->n);
		out = mcr_rig_output(rig, rig->fanout->n % MCR_RIG_DEVS, &w);
		out->feeds = feeds;
	}
	skb = mcr_forward_packet(test, p, v);
	if (v->cloned)
		other = skb_clone(skb, GFP_KERNEL);
	if (v->shared)
		other = skb_get(skb);

	consumed = mcr_rig_receive(rig, skb);

	KUNIT_EXPECT_EQ(test, consumed, mode == MCR_MODE_CONSUME);
	if (!consumed) {
		mcr_forward_expect_same(rig, skb, p);
		KUNIT_EXPECT_EQ(test, skb->len, p->len + v->pad);
	}
	if (other) {
		KUNIT_EXPECT_EQ(test, other->len, p->len + v->pad);
		mcr_forward_expect_same(rig, other, p);
	}
	mcr_forward_expect(rig, p, v);
	mcr_forward_expect_rule(rig, 1, p->len);
	kfree_skb(other);
	/* With what was sent freed, nobody has a part of the packet. */
	if (!consumed) {
		KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
		KUNIT_EXPECT_FALSE(test, skb_shared(skb));
		kfree_skb(skb);
	}
}

static void mcr_forward_pass(struct kunit *test)
{
	mcr_forward_mode(test, MCR_MODE_PASS, 2 * MCR_FORWARD_KINDS, 0);
}

static void mcr_forward_consume(struct kunit *test)
{
	mcr_forward_mode(test, MCR_MODE_CONSUME, 2 * MCR_FORWARD_KINDS, 0);
}

/* Outputs that feed the rule decrement the TTL; none shares it then. */
static void mcr_forward_feeds(struct kunit *test)
{
	mcr_forward_mode(test, MCR_MODE_PASS, 2 * MCR_FORWARD_KINDS, 7);
}

static void mcr_forward_consume_feeds(struct kunit *test)
{
	mcr_forward_mode(test, MCR_MODE_CONSUME, 2 * MCR_FORWARD_KINDS, 7);
}

/* The last output, which may send the packet itself, is of each kind once. */
static void mcr_forward_consume_each(struct kunit *test)
{
	const struct mcr_forward_vector *v = test->param_value;
	struct mcr_rig *rig = test->priv;
	unsigned int i;

	rig->fanout->mode = MCR_MODE_CONSUME;
	for (i = 0; i < MCR_FORWARD_KINDS; i++) {
		struct mcr_tp *p = mcr_tp_new(test);
		struct sk_buff *skb;
		struct mcr_rewrite w;

		mcr_forward_rewrite(&w, v->family, i);
		mcr_rig_output(rig, 0, &w);
		skb = mcr_forward_packet(test, p, v);
		KUNIT_EXPECT_TRUE(test, mcr_rig_receive(rig, skb));
		mcr_forward_expect(rig, p, v);
		free_percpu(rig->fanout->out[0]->counters);
		rig->fanout->n = 0;
	}
}

static void mcr_forward_many(struct kunit *test)
{
	static const struct mcr_forward_vector v = {
		"", AF_INET, 1000, 28,
	};

	test->param_value = &v;
	mcr_forward_mode(test, MCR_MODE_PASS, MCR_OUTPUTS_MAX, 0);
}

/* What the packet was to the receiver, its copies are not to the sender. */
static void mcr_forward_scrub(struct kunit *test)
{
	static const struct mcr_forward_vector v = { "", AF_INET, 100, 28 };
	struct mcr_rewrite keep = { .mac = MCR_MAC_KEEP }, none = { };
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_rig *rig = test->priv;
	struct sk_buff *skb, *sent;
	unsigned int i;

	mcr_rig_output(rig, 0, &keep);
	mcr_rig_output(rig, 1, &none);
	skb = mcr_forward_packet(test, p, &v);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = (__force __wsum)0x12345678;
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5);
	skb->skb_iif = 7;
	skb_set_redirected(skb, true);
	skb->tstamp = ktime_get_real();

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	for (i = 0; i < 2; i++) {
		sent = mcr_rig_expect(rig, i, p);
		KUNIT_EXPECT_EQ(test, sent->tstamp, (ktime_t)0);
		KUNIT_EXPECT_TRUE(test, sent->ip_summed == CHECKSUM_NONE);
		/* The tag is the frame's: it stays where the header does. */
		KUNIT_EXPECT_EQ(test, !!skb_vlan_tag_present(sent), i == 0);
		if (i == 0)
			KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(sent), 5);
		KUNIT_EXPECT_FALSE(test, skb_is_redirected(sent));
		KUNIT_EXPECT_TRUE(test, sent->pkt_type == PACKET_HOST);
		KUNIT_EXPECT_PTR_EQ(test, sent->sk, NULL);
		kfree_skb(sent);
	}
	KUNIT_EXPECT_NE(test, skb->tstamp, (ktime_t)0);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_COMPLETE);
	KUNIT_EXPECT_EQ(test, (__force u32)skb->csum, 0x12345678U);
	KUNIT_EXPECT_TRUE(test, skb_vlan_tag_present(skb));
	kfree_skb(skb);
}

static struct sk_buff *mcr_forward_super(struct kunit *test, struct mcr_tp *p,
					 u8 family, u16 size)
{
	const struct mcr_forward_vector v = {
		.family = family, .payload = 1000,
		.linear = family == AF_INET ? 28 : 48,
	};
	struct sk_buff *skb = mcr_forward_packet(test, p, &v);

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_network_header(skb) + p->l4 - skb->head;
	skb->csum_offset = 6;
	mcr_tp_set16(p, p->l4 + 6, mcr_tp_pseudo_sum(p));
	KUNIT_ASSERT_EQ(test, 0, skb_store_bits(skb, p->l4 + 6,
						p->data + p->l4 + 6, 2));
	skb_shinfo(skb)->gso_size = size;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	return skb;
}

/* Super-packets go out whole, and count as their segments. */
static void mcr_forward_gso(struct kunit *test)
{
	struct mcr_tp *p = mcr_tp_new(test), *want = mcr_tp_new(test);
	struct mcr_rig *rig = test->priv;
	unsigned int i, family = AF_INET;
	struct sk_buff *skb, *sent;
	struct mcr_rewrite w;

again:
	rig->fanout->n = 0;
	for (i = 0; i < MCR_FORWARD_KINDS; i++) {
		mcr_forward_rewrite(&w, family, i);
		mcr_rig_output(rig, 0, &w);
	}
	skb = mcr_forward_super(test, p, family, 300);

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	for (i = 0; i < MCR_FORWARD_KINDS; i++) {
		const struct mcr_rewrite *out = &rig->fanout->out[i]->rewrite;

		*want = *p;
		mcr_tp_rewrite(want, out, out->src_mode ? &out->src : NULL);
		mcr_tp_finish_ip(want);
		mcr_tp_set16(want, p->l4 + 6, mcr_tp_pseudo_sum(want));
		sent = mcr_rig_expect(rig, i, want);
		KUNIT_EXPECT_EQ(test, skb_shinfo(sent)->gso_size, 300);
		KUNIT_EXPECT_TRUE(test, sent->ip_summed == CHECKSUM_PARTIAL);
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(sent),
				(int)p->l4);
		mcr_rig_expect_counters(rig, i, 4, 4 * (p->l4 + 8) + 1000, 0, 0);
		kfree_skb(sent);
		free_percpu(rig->fanout->out[i]->counters);
	}
	rig->fanout->n = 0;
	kfree_skb(skb);
	if (family == AF_INET) {
		family = AF_INET6;
		goto again;
	}
}

/*
 * Nothing of the packet is linear, nor has it a link-layer header that could be
 * kept, as with a VLAN's tag in it: copies have headers of their own all the same,
 * and say that others have their pages, too.
 */
static void mcr_forward_bare(struct kunit *test)
{
	const struct mcr_forward_vector v = {
		.family = AF_INET, .payload = 1000, .linear = 0,
	};
	struct mcr_rewrite w = { .ttl_mode = MCR_TTL_DEC };
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_tp *want = mcr_tp_new(test);
	struct mcr_rig *rig = test->priv;
	struct sk_buff *skb, *sent;
	unsigned int i;

	rig->fanout->mode = MCR_MODE_CONSUME;
	for (i = 0; i < MCR_RIG_DEVS; i++)
		mcr_rig_output(rig, i, &w);
	skb = mcr_forward_packet(test, p, &v);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	KUNIT_EXPECT_TRUE(test, mcr_rig_receive(rig, skb));
	*want = *p;
	mcr_tp_rewrite(want, &w, NULL);
	mcr_tp_finish(want);
	for (i = 0; i < MCR_RIG_DEVS; i++) {
		sent = mcr_rig_expect(rig, i, want);
		KUNIT_EXPECT_TRUE(test, skb_shinfo(sent)->flags &
					SKBFL_SHARED_FRAG);
		kfree_skb(sent);
		mcr_rig_expect_counters(rig, i, 1, p->len, 0, 0);
	}
	kunit_kfree(test, want);
}

/**
 * struct mcr_share_vector - who has pages of a packet besides an output
 * @desc: the case
 * @mode: of the rule
 * @linear: so many bytes of the packet are linear
 * @cloned: somebody has a clone of it
 * @shared: somebody has a reference to it
 * @outputs: how many
 * @same: those that change nothing, by bits; the others change headers
 * @told: whoever has pages that others have, too, is told so by the packet
 */
struct mcr_share_vector {
	const char *desc;
	u8 mode;
	u16 linear;
	bool cloned;
	bool shared;
	u8 outputs;
	u8 same;
	bool told;
};

static const struct mcr_share_vector mcr_share_vectors[] = {
	{ "passed, one output", MCR_MODE_PASS, 28,
	  .outputs = 1, .told = true },
	{ "passed, one output, cloned", MCR_MODE_PASS, 28, .cloned = true,
	  .outputs = 1, .told = true },
	{ "passed, one output, headers paged", MCR_MODE_PASS, 20,
	  .outputs = 1, .told = true },
	{ "passed, many outputs", MCR_MODE_PASS, 28,
	  .outputs = 3, .told = true },
	{ "passed, many outputs, cloned", MCR_MODE_PASS, 28, .cloned = true,
	  .outputs = 3, .told = true },
	{ "passed, many outputs, all paged", MCR_MODE_PASS, 0,
	  .outputs = 3, .told = true },
	{ "passed, the first changes nothing", MCR_MODE_PASS, 28,
	  .outputs = 2, .same = 0x1, .told = true },
	{ "passed, the last changes nothing", MCR_MODE_PASS, 28,
	  .outputs = 2, .same = 0x2, .told = true },
	/* It is a clone that all have: who looks sees that. */
	{ "passed, none changes anything", MCR_MODE_PASS, 28,
	  .outputs = 2, .same = 0x3 },
	{ "passed, no pages", MCR_MODE_PASS, MCR_TP_MAX, .outputs = 2 },
	{ "consumed, one output, cloned", MCR_MODE_CONSUME, 28, .cloned = true,
	  .outputs = 1, .told = true },
	{ "consumed, one output, shared", MCR_MODE_CONSUME, 28, .shared = true,
	  .outputs = 1, .told = true },
	{ "consumed, many outputs", MCR_MODE_CONSUME, 28,
	  .outputs = 3, .told = true },
	{ "consumed, the last changes nothing", MCR_MODE_CONSUME, 28,
	  .outputs = 2, .same = 0x2, .told = true },
	/* Nobody else has it. */
	{ "consumed, one output", MCR_MODE_CONSUME, 28, .outputs = 1 },
};

MCR_TEST_PARAM(mcr_share, mcr_share_vectors);

/*
 * Copies have the packet's pages. Those who would write there, where the packet is
 * nobody else's, are told that it is: the outputs, and who has the packet besides.
 */
static void mcr_forward_share(struct kunit *test)
{
	const struct mcr_share_vector *v = test->param_value;
	const struct mcr_forward_vector fv = {
		.family = AF_INET, .payload = 1000, .linear = v->linear,
	};
	struct sk_buff *skb, *sent, *other = NULL;
	struct mcr_tp *p = mcr_tp_new(test);
	struct mcr_rig *rig = test->priv;
	bool consumed;
	u8 i;

	rig->fanout->mode = v->mode;
	for (i = 0; i < v->outputs; i++) {
		struct mcr_rewrite w;

		mcr_forward_rewrite(&w, AF_INET, v->same & BIT(i) ? 5 : 7);
		mcr_rig_output(rig, i, &w);
	}
	skb = mcr_forward_packet(test, p, &fv);
	if (v->cloned)
		other = skb_clone(skb, GFP_KERNEL);
	if (v->shared)
		other = skb_get(skb);

	consumed = mcr_rig_receive(rig, skb);

	KUNIT_EXPECT_EQ(test, consumed, v->mode == MCR_MODE_CONSUME);
	skb_queue_walk(&rig->sent, sent)
		KUNIT_EXPECT_EQ(test, mcr_rig_is_told(sent), v->told);
	if (other) {
		KUNIT_EXPECT_EQ(test, mcr_rig_is_told(other), v->told);
		mcr_forward_expect_same(rig, other, p);
		kfree_skb(other);
	}
	if (!consumed) {
		KUNIT_EXPECT_EQ(test, mcr_rig_is_told(skb), v->told);
		mcr_forward_expect_same(rig, skb, p);
		kfree_skb(skb);
	}
	mcr_forward_expect(rig, p, &fv);
}

static struct kunit_case mcr_forward_cases[] = {
	KUNIT_CASE_PARAM(mcr_forward_pass, mcr_forward_gen_params),
	KUNIT_CASE_PARAM(mcr_forward_consume, mcr_forward_gen_params),
	KUNIT_CASE_PARAM(mcr_forward_feeds, mcr_forward_gen_params),
	KUNIT_CASE_PARAM(mcr_forward_consume_feeds, mcr_forward_gen_params),
	KUNIT_CASE_PARAM(mcr_forward_consume_each, mcr_forward_gen_params),
	KUNIT_CASE(mcr_forward_many),
	KUNIT_CASE(mcr_forward_scrub),
	KUNIT_CASE(mcr_forward_gso),
	KUNIT_CASE(mcr_forward_bare),
	KUNIT_CASE_PARAM(mcr_forward_share, mcr_share_gen_params),
	{}
};

struct kunit_suite mcr_forward_suite = {
	.name = "mcr_forward",
	.init = mcr_rig_init,
	.exit = mcr_rig_exit,
	.test_cases = mcr_forward_cases,
};

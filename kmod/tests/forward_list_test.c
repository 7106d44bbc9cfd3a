// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: packets that GRO only chained to a list. Each of them leaves on its
 * own, with headers of its own, and the list that was received stays a list.
 */
#include <linux/in.h>

#include "fault_inject.h"
#include "forward_rig.h"
#include "tests.h"
#include "vectors.h"

#define MCR_LIST_LEN	4
#define MCR_LIST_SIZE	100
#define MCR_LIST_LAST	60	/* payload of the last one */

/**
 * struct mcr_list_vector - a list to replicate
 * @desc: the case
 * @family: AF_INET or AF_INET6
 * @mode: of the rule
 * @cloned: somebody has a clone of it
 * @paged: payloads lie in pages
 */
struct mcr_list_vector {
	const char *desc;
	u8 family;
	u8 mode;
	bool cloned;
	bool paged;
};

static const struct mcr_list_vector mcr_list_vectors[] = {
	{ "IPv4, passed", AF_INET, MCR_MODE_PASS, false },
	{ "IPv4, consumed", AF_INET, MCR_MODE_CONSUME, false },
	{ "IPv4, consumed, cloned", AF_INET, MCR_MODE_CONSUME, true },
	{ "IPv6, passed", AF_INET6, MCR_MODE_PASS, false },
	{ "IPv6, passed, cloned", AF_INET6, MCR_MODE_PASS, true },
	{ "IPv6, consumed", AF_INET6, MCR_MODE_CONSUME, false },
	{ "IPv4, passed, paged", AF_INET, MCR_MODE_PASS, .paged = true },
	{ "IPv6, consumed, cloned, paged", AF_INET6, MCR_MODE_CONSUME,
	  .cloned = true, .paged = true },
};

MCR_TEST_PARAM(mcr_list, mcr_list_vectors);

/* Its packets, as they were before GRO, and as they must leave. */
static void mcr_list_packet(struct mcr_tp *p, u8 family, unsigned int i)
{
	mcr_tp_ip(p, family, IPPROTO_UDP, NULL, 0);
	if (family == AF_INET)
		mcr_tp_set16(p, 4, 0x1234 + i);
	mcr_tp_udp(p, i + 1 < MCR_LIST_LEN ? MCR_LIST_SIZE : MCR_LIST_LAST);
	p->data[p->l4 + MCR_TP_UDP_LEN] = 0xc0 + i;
	mcr_tp_finish(p);
}

/* The first one's headers speak of all of them. */
static void mcr_list_set_len(struct sk_buff *skb, struct mcr_tp *p,
			     unsigned int more)
{
	mcr_tp_set16(p, p->l4 + 4, mcr_tp_get16(p, p->l4 + 4) + more);
	if (p->family == AF_INET)
		mcr_tp_set16(p, 2, mcr_tp_get16(p, 2) + more);
	else
		mcr_tp_set16(p, 4, mcr_tp_get16(p, 4) + more);
	mcr_tp_finish_ip(p);
	memcpy(skb->data, p->data, p->l4 + MCR_TP_UDP_LEN);
}

static struct sk_buff *mcr_list_make(struct kunit *test,
				     const struct mcr_list_vector *v)
{
	struct mcr_tp *p = mcr_tp_new(test);
	struct sk_buff *skb = NULL, *last = NULL;
	unsigned int i, more = 0;

	for (i = 0; i < MCR_LIST_LEN; i++) {
		struct sk_buff *nskb;

		mcr_list_packet(p, v->family, i);
		nskb = mcr_tp_skb(test, p, v->paged ? p->l4 + MCR_TP_UDP_LEN :
							p->len);
		skb_set_transport_header(nskb, p->l4);
		if (!skb) {
			skb = nskb;
			continue;
		}
		skb_pull(nskb, p->l4 + MCR_TP_UDP_LEN);
		if (last)
			last->next = nskb;
		else
			skb_shinfo(skb)->frag_list = nskb;
		last = nskb;
		more += nskb->len;
		skb->truesize += nskb->truesize;
	}
	skb->len += more;
	skb->data_len += more;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb_shinfo(skb)->gso_size = MCR_LIST_SIZE;
	skb_shinfo(skb)->gso_segs = MCR_LIST_LEN;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
	mcr_list_packet(p, v->family, 0);
	mcr_list_set_len(skb, p, more);
	return skb;
}

static void mcr_list_outputs(struct mcr_rig *rig, u8 family)
{
	const union mcr_addr group4 = TV_G4_B, group6 = TV_G6_B;
	struct mcr_rewrite keep = { .mac = MCR_MAC_KEEP };
	struct mcr_rewrite w = {
		.set = MCR_SET_GROUP | MCR_SET_DPORT, .dport = 6000,
		.group = family == AF_INET ? group4 : group6,
		.ttl_mode = MCR_TTL_DEC,
	};

	mcr_rig_output(rig, 0, &w);
	mcr_rig_output(rig, 1, &keep);
	w.dport = 7000;
	mcr_rig_output(rig, 2, &w);
}

/* Do all packets of a list say whether others have their pages? */
static void mcr_list_expect_told(struct kunit *test,
				 const struct sk_buff *list, bool told)
{
	const struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, mcr_rig_is_told(list), told);
	skb_walk_frags(list, skb)
		KUNIT_EXPECT_EQ(test, mcr_rig_is_told(skb), told);
}

static void mcr_list_all(struct kunit *test)
{
	const struct mcr_list_vector *v = test->param_value;
	struct sk_buff *skb = mcr_list_make(test, v);
	struct mcr_tp *want = mcr_tp_new(test);
	struct sk_buff *sent, *clone = NULL;
	struct mcr_rig *rig = test->priv;
	unsigned int i, k, len = skb->len;
	u64 bytes = 0;
	bool consumed;

	rig->fanout->mode = v->mode;
	mcr_list_outputs(rig, v->family);
	if (v->cloned)
		clone = skb_clone(skb, GFP_KERNEL);

	consumed = mcr_rig_receive(rig, skb);

	KUNIT_EXPECT_EQ(test, consumed, v->mode == MCR_MODE_CONSUME);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&rig->sent), MCR_LIST_LEN * 3U);
	for (i = 0; i < MCR_LIST_LEN && !mcr_test_failed(test); i++) {
		for (k = 0; k < 3; k++) {
			mcr_list_packet(want, v->family, i);
			mcr_tp_rewrite(want, &rig->fanout->out[k]->rewrite,
				       NULL);
			mcr_tp_finish(want);
			sent = mcr_rig_expect(rig, k, want);
			KUNIT_EXPECT_EQ(test, skb_is_nonlinear(sent), v->paged);
			KUNIT_EXPECT_EQ(test, mcr_rig_is_told(sent), v->paged);
			kfree_skb(sent);
		}
		bytes += want->len;
	}
	for (k = 0; k < 3; k++)
		mcr_rig_expect_counters(rig, k, MCR_LIST_LEN, bytes, 0, 0);
	/* A list that somebody else has, or goes up the stack, is whole. */
	if (!consumed) {
		KUNIT_EXPECT_EQ(test, skb->len, len);
		KUNIT_EXPECT_TRUE(test, skb_has_frag_list(skb));
		mcr_list_expect_told(test, skb, v->paged);
	}
	if (clone) {
		const struct sk_buff *second = skb_shinfo(clone)->frag_list;
		struct mcr_tp *now = mcr_tp_new(test);

		mcr_list_packet(want, v->family, 1);
		KUNIT_EXPECT_EQ(test, clone->len, len);
		KUNIT_EXPECT_EQ(test, second->len, MCR_LIST_SIZE + 0U);
		mcr_tp_read(second, now);
		KUNIT_EXPECT_EQ(test, 0,
				memcmp(now->data,
				       want->data + want->l4 + MCR_TP_UDP_LEN,
				       MCR_LIST_SIZE));
		mcr_list_expect_told(test, clone, v->paged);
	}
	kfree_skb(clone);
	/* With what was sent freed, nobody has a part of it. */
	if (!consumed) {
		KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
		KUNIT_EXPECT_FALSE(test,
				   skb_shared(skb_shinfo(skb)->frag_list));
		kfree_skb(skb);
	}
}

/* Whatever allocation fails: all packets are accounted for. */
static void mcr_list_memory(struct kunit *test)
{
	const struct mcr_list_vector *v = test->param_value;
	struct mcr_rig *rig = test->priv;
	struct mcr_rule_stats rule;
	unsigned int nth, k;
	bool hit = true;
	u64 lost = 0;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	rig->fanout->mode = v->mode;
	mcr_list_outputs(rig, v->family);
	for (nth = 1; nth < 200 && hit; nth++) {
		struct sk_buff *skb = mcr_list_make(test, v);
		struct sk_buff *clone = NULL;

		if (v->cloned)
			clone = skb_clone(skb, GFP_KERNEL);
		mcr_fault_arm(nth);
		if (!mcr_rig_receive(rig, skb)) {
			hit = mcr_fault_disarm();
			kfree_skb(skb);
		} else {
			hit = mcr_fault_disarm();
		}
		kfree_skb(clone);
		skb_queue_purge(&rig->sent);
	}
	KUNIT_EXPECT_FALSE(test, hit);
	mcr_stats_read_rule(rig->fanout->counters, &rule);
	KUNIT_EXPECT_EQ(test, rule.packets, (nth - 1) * (u64)MCR_LIST_LEN);
	for (k = 0; k < 3; k++) {
		const struct mcr_output *out = rig->fanout->out[k];
		struct mcr_output_stats stats;
		u64 drops = mcr_output_drops(out, MCR_DROP_NO_MEMORY) +
			    mcr_output_drops(out, MCR_DROP_SUPERPACKET);

		mcr_stats_read_output(out->counters, &stats);
		KUNIT_EXPECT_EQ(test, stats.offered, rule.packets);
		KUNIT_EXPECT_EQ(test, stats.offered, stats.sent + drops);
		lost += drops;
	}
	KUNIT_EXPECT_GT(test, lost, (u64)MCR_LIST_LEN);
}

static struct kunit_case mcr_forward_list_cases[] = {
	KUNIT_CASE_PARAM(mcr_list_all, mcr_list_gen_params),
	KUNIT_CASE_PARAM(mcr_list_memory, mcr_list_gen_params),
	{}
};

struct kunit_suite mcr_forward_list_suite = {
	.name = "mcr_forward_list",
	.init = mcr_rig_init,
	.exit = mcr_rig_exit,
	.test_cases = mcr_forward_list_cases,
};

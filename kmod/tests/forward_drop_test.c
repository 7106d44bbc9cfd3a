// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: replication where it cannot be done. Each packet that an output does
 * not send is counted for a reason, others do not suffer, and nothing is lost
 * from memory.
 */
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/ip.h>

#include "fault_inject.h"
#include "forward_rig.h"
#include "match.h"
#include "tests.h"
#include "vectors.h"

#define MCR_DROP_PAYLOAD	100

/**
 * struct mcr_drop_vector - something in an output's way
 * @desc: the case
 * @prepare: puts it there: changes the output 0 or the packet
 * @reason: what is counted
 */
struct mcr_drop_vector {
	const char *desc;
	void (*prepare)(struct mcr_rig *rig, struct sk_buff *skb);
	enum mcr_drop reason;
};

static void mcr_drop_no_device(struct mcr_rig *rig, struct sk_buff *skb)
{
	RCU_INIT_POINTER(rig->port[0].dev, NULL);
}

static void mcr_drop_down(struct mcr_rig *rig, struct sk_buff *skb)
{
	clear_bit(__LINK_STATE_START, &rig->dev[0]->state);
}

static void mcr_drop_no_carrier(struct mcr_rig *rig, struct sk_buff *skb)
{
	set_bit(__LINK_STATE_NOCARRIER, &rig->dev[0]->state);
}

static void mcr_drop_mtu(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->dev[0]->mtu = skb->len - 1;
}

static void mcr_drop_mtu_fits(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->dev[0]->mtu = skb->len;
}

static void mcr_drop_ttl(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->fanout->out[0]->rewrite.ttl_mode = MCR_TTL_DEC;
	ip_hdr(skb)->ttl = 1;
	ip_send_check(ip_hdr(skb));
}

static void mcr_drop_ttl_2(struct mcr_rig *rig, struct sk_buff *skb)
{
	mcr_drop_ttl(rig, skb);
	ip_hdr(skb)->ttl = 2;
	ip_send_check(ip_hdr(skb));
}

static void mcr_drop_ttl_keep(struct mcr_rig *rig, struct sk_buff *skb)
{
	mcr_drop_ttl(rig, skb);
	rig->fanout->out[0]->rewrite.ttl_mode = MCR_TTL_KEEP;
}

static void mcr_drop_ttl_feeds(struct mcr_rig *rig, struct sk_buff *skb)
{
	mcr_drop_ttl(rig, skb);
	rig->fanout->out[0]->rewrite.ttl_mode = MCR_TTL_AUTO;
	rig->fanout->out[0]->feeds = 1;
}

static void mcr_drop_ttl_feeds_keep(struct mcr_rig *rig, struct sk_buff *skb)
{
	mcr_drop_ttl_keep(rig, skb);
	rig->fanout->out[0]->feeds = 1;
}

static void mcr_drop_no_mac(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->fanout->out[0]->rewrite.mac = MCR_MAC_KEEP;
	skb_unset_mac_header(skb);
}

static void mcr_drop_not_ethernet(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->dev[0]->type = ARPHRD_NONE;
}

static void mcr_drop_mac_not_ethernet(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->fanout->out[0]->rewrite.mac = MCR_MAC_KEEP;
	rig->in->type = ARPHRD_NONE;
}

static void mcr_drop_no_source(struct mcr_rig *rig, struct sk_buff *skb)
{
	rig->fanout->out[0]->rewrite.src_mode = MCR_SRC_AUTO;
}

static void mcr_drop_encrypted(struct mcr_rig *rig, struct sk_buff *skb)
{
	ip_hdr(skb)->protocol = IPPROTO_ESP;
	ip_send_check(ip_hdr(skb));
}

static void mcr_drop_encrypted_group(struct mcr_rig *rig, struct sk_buff *skb)
{
	const union mcr_addr group = TV_G4_B;

	mcr_drop_encrypted(rig, skb);
	rig->fanout->out[0]->rewrite.set = MCR_SET_GROUP;
	rig->fanout->out[0]->rewrite.group = group;
}

static void mcr_drop_encrypted_src(struct mcr_rig *rig, struct sk_buff *skb)
{
	const union mcr_addr src = TV_S4_B;

	mcr_drop_encrypted(rig, skb);
	rig->fanout->out[0]->rewrite.src_mode = MCR_SRC_SET;
	rig->fanout->out[0]->rewrite.src = src;
}

static void mcr_drop_encrypted_ttl(struct mcr_rig *rig, struct sk_buff *skb)
{
	mcr_drop_encrypted(rig, skb);
	rig->fanout->out[0]->rewrite.ttl_mode = MCR_TTL_DEC;
}

static const struct mcr_drop_vector mcr_drop_vectors[] = {
	{ "no device", mcr_drop_no_device, MCR_DROP_NO_DEVICE },
	{ "device down", mcr_drop_down, MCR_DROP_DEVICE_DOWN },
	{ "device not Ethernet", mcr_drop_not_ethernet, MCR_DROP_NO_DEVICE },
	{ "no carrier", mcr_drop_no_carrier, MCR_DROP_DEVICE_DOWN },
	{ "larger than the MTU", mcr_drop_mtu, MCR_DROP_MTU },
	{ "as large as the MTU", mcr_drop_mtu_fits, 0 },
	{ "TTL used up", mcr_drop_ttl, MCR_DROP_TTL },
	{ "TTL to be used up", mcr_drop_ttl_2, 0 },
	{ "TTL 1 kept", mcr_drop_ttl_keep, 0 },
	{ "TTL 1 of a rule that feeds itself", mcr_drop_ttl_feeds, MCR_DROP_TTL },
	{ "TTL 1 kept, of a rule that feeds itself", mcr_drop_ttl_feeds_keep,
	  0 },
	{ "no Ethernet header to keep", mcr_drop_no_mac, MCR_DROP_MALFORMED },
	{ "another header to keep", mcr_drop_mac_not_ethernet,
	  MCR_DROP_MALFORMED },
	{ "no source address", mcr_drop_no_source, MCR_DROP_NO_SOURCE },
	{ "encrypted, another group", mcr_drop_encrypted_group,
	  MCR_DROP_MALFORMED },
	{ "encrypted, another source", mcr_drop_encrypted_src,
	  MCR_DROP_MALFORMED },
	{ "encrypted, same addresses", mcr_drop_encrypted_ttl, 0 },
};

MCR_TEST_PARAM(mcr_drop, mcr_drop_vectors);

static struct sk_buff *mcr_drop_packet(struct kunit *test)
{
	struct mcr_tp *p = mcr_tp_new(test);

	mcr_tp_ip(p, AF_INET, IPPROTO_UDP, NULL, 0);
	mcr_tp_udp(p, MCR_DROP_PAYLOAD);
	mcr_tp_finish(p);
	return mcr_tp_skb(test, p, p->len);
}

/* Two outputs; the first is in trouble. */
static void mcr_drop_rig(struct mcr_rig *rig)
{
	const struct mcr_rewrite w = { .set = MCR_SET_DPORT, .dport = 6000 };

	mcr_rig_output(rig, 0, &w);
	mcr_rig_output(rig, 1, &w);
}

static void mcr_drop_obstacle(struct kunit *test)
{
	const struct mcr_drop_vector *v = test->param_value;
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;
	u64 bytes = skb->len, ok = !v->reason;

	mcr_drop_rig(rig);
	v->prepare(rig, skb);

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	mcr_rig_expect_counters(rig, 0, ok, ok * bytes, v->reason, !ok);
	mcr_rig_expect_counters(rig, 1, 1, bytes, 0, 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&rig->sent), 1 + (u32)ok);
	kfree_skb(skb);
}

/* The packet is gone even if its last output could not have it. */
static void mcr_drop_consumed(struct kunit *test)
{
	const struct mcr_drop_vector *v = test->param_value;
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;
	u64 bytes = skb->len, ok = !v->reason;

	rig->fanout->mode = MCR_MODE_CONSUME;
	mcr_drop_rig(rig);
	v->prepare(rig, skb);
	swap(rig->fanout->out[0], rig->fanout->out[1]);

	KUNIT_EXPECT_TRUE(test, mcr_rig_receive(rig, skb));

	mcr_rig_expect_counters(rig, 0, 1, bytes, 0, 0);
	mcr_rig_expect_counters(rig, 1, ok, ok * bytes, v->reason, !ok);
}

/**
 * struct mcr_xmit_vector - what a device says to a packet
 * @desc: the case
 * @rc: its answer
 * @reason: what is counted
 */
struct mcr_xmit_vector {
	const char *desc;
	int rc;
	enum mcr_drop reason;
};

static const struct mcr_xmit_vector mcr_xmit_vectors[] = {
	{ "accepted", NET_XMIT_SUCCESS, 0 },
	{ "accepted, congestion", NET_XMIT_CN, 0 },
	{ "dropped", NET_XMIT_DROP, MCR_DROP_QUEUE_FULL },
	{ "-ENOBUFS", -ENOBUFS, MCR_DROP_QUEUE_FULL },
	{ "-ENETDOWN", -ENETDOWN, MCR_DROP_DEVICE_DOWN },
	{ "-ENOMEM", -ENOMEM, MCR_DROP_NO_MEMORY },
};

MCR_TEST_PARAM(mcr_xmit, mcr_xmit_vectors);

static void mcr_drop_xmit(struct kunit *test)
{
	const struct mcr_xmit_vector *v = test->param_value;
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;
	u64 bytes = skb->len, ok = !v->reason;
	unsigned int i;

	mcr_drop_rig(rig);
	rig->rc = v->rc;

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	for (i = 0; i < 2; i++)
		mcr_rig_expect_counters(rig, i, ok, ok * bytes, v->reason, !ok);
	kfree_skb(skb);
}

static void mcr_drop_fragment(struct kunit *test)
{
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;

	rig->fanout->mode = MCR_MODE_CONSUME;
	mcr_drop_rig(rig);
	ip_hdr(skb)->frag_off = htons(IP_MF);
	ip_send_check(ip_hdr(skb));

	/* What cannot be sent either is left to the stack. */
	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	mcr_rig_expect_counters(rig, 0, 0, 0, MCR_DROP_FRAGMENT, 1);
	mcr_rig_expect_counters(rig, 1, 0, 0, MCR_DROP_FRAGMENT, 1);
	kfree_skb(skb);
}

/* Of super-packets, the segments are what must fit, and what is counted. */
static void mcr_drop_super(struct kunit *test)
{
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;

	mcr_drop_rig(rig);
	skb_shinfo(skb)->gso_size = 40;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_network_header(skb) + 20 - skb->head;
	skb->csum_offset = 6;
	rig->dev[0]->mtu = 28 + 40;
	rig->dev[1]->mtu = 28 + 39;
	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));
	mcr_rig_expect_counters(rig, 0, 3, 3 * 28 + MCR_DROP_PAYLOAD, 0, 0);
	mcr_rig_expect_counters(rig, 1, 0, 0, MCR_DROP_MTU, 3);

	/* Without a partial checksum it could not be segmented later. */
	rig->dev[1]->mtu = 1500;
	skb->ip_summed = CHECKSUM_NONE;
	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));
	mcr_rig_expect_counters(rig, 0, 3, 3 * 28 + MCR_DROP_PAYLOAD,
				MCR_DROP_SUPERPACKET, 3);

	/* Nor with one that is another protocol's. */
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_offset = 16;
	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));
	mcr_rig_expect_counters(rig, 0, 3, 3 * 28 + MCR_DROP_PAYLOAD,
				MCR_DROP_SUPERPACKET, 6);
	kfree_skb(skb);
}

/* Who shares all sends the padding, too: it must fit. */
static void mcr_drop_padding(struct kunit *test)
{
	const struct mcr_rewrite keep = { .mac = MCR_MAC_KEEP }, none = { };
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;
	u64 bytes = skb->len;

	KUNIT_ASSERT_EQ(test, 0, pskb_expand_head(skb, 0, 10, GFP_KERNEL));
	skb_put_zero(skb, 10);
	mcr_rig_output(rig, 0, &keep);
	mcr_rig_output(rig, 1, &none);
	rig->dev[0]->mtu = bytes + 9;
	rig->dev[1]->mtu = bytes;

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	mcr_rig_expect_counters(rig, 0, 0, 0, MCR_DROP_MTU, 1);
	mcr_rig_expect_counters(rig, 1, 1, bytes, 0, 0);
	kfree_skb(skb);
}

/* What comes back while it is sent is sent again, but not without end. */
static void mcr_drop_loop(struct kunit *test)
{
	struct sk_buff *skb = mcr_drop_packet(test);
	struct mcr_rig *rig = test->priv;
	struct mcr_output_stats stats;
	unsigned int i;
	u64 loops = 0;

	mcr_drop_rig(rig);
	rig->reenter = 1000;

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	for (i = 0; i < 2; i++) {
		const struct mcr_output *out = rig->fanout->out[i];

		mcr_stats_read_output(out->counters, &stats);
		loops += mcr_output_drops(out, MCR_DROP_LOOP);
		KUNIT_EXPECT_EQ(test, stats.offered, stats.sent +
				mcr_output_drops(out, MCR_DROP_LOOP));
		KUNIT_EXPECT_GT(test, stats.sent, 0ULL);
	}
	KUNIT_EXPECT_GT(test, loops, 0ULL);
	KUNIT_EXPECT_LT(test, loops, 100ULL);
	kfree_skb(skb);

	/* The guard is open again. */
	rig->reenter = 0;
	skb = mcr_drop_packet(test);
	skb_queue_purge(&rig->sent);
	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&rig->sent), 2U);
	kfree_skb(skb);
}

/* "src auto": the first address that is not secondary. */
static void mcr_drop_source(struct kunit *test)
{
	const struct mcr_rewrite w = { .src_mode = MCR_SRC_AUTO };
	const union mcr_addr primary = TV_IP4(198, 51, 100, 1);
	struct sk_buff *skb = mcr_drop_packet(test), *sent;
	struct in_ifaddr *first, *second;
	struct mcr_rig *rig = test->priv;
	struct in_device *in_dev;
	struct mcr_tp *p;

	in_dev = kunit_kzalloc(test, sizeof(*in_dev), GFP_KERNEL);
	first = kunit_kzalloc(test, sizeof(*first), GFP_KERNEL);
	second = kunit_kzalloc(test, sizeof(*second), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, in_dev && first && second);
	first->ifa_flags = IFA_F_SECONDARY;
	first->ifa_local = htonl(0xc6336402);
	second->ifa_local = primary.ip;
	RCU_INIT_POINTER(first->ifa_next, second);
	RCU_INIT_POINTER(in_dev->ifa_list, first);
	RCU_INIT_POINTER(rig->dev[0]->ip_ptr, in_dev);
	mcr_rig_output(rig, 0, &w);
	p = mcr_tp_new(test);
	mcr_tp_read(skb, p);
	p->family = AF_INET;
	p->l4 = MCR_TP_IP4_LEN;

	KUNIT_EXPECT_FALSE(test, mcr_rig_receive(rig, skb));

	mcr_tp_rewrite(p, &w, &primary);
	mcr_tp_finish(p);
	sent = mcr_rig_expect(rig, 0, p);
	mcr_rig_expect_counters(rig, 0, 1, p->len, 0, 0);
	RCU_INIT_POINTER(rig->dev[0]->ip_ptr, NULL);
	kfree_skb(sent);
	kfree_skb(skb);
}

/*
 * Each allocation fails in turn: one copy is lost and counted, the others go
 * out, in both modes.
 */
static void mcr_drop_memory(struct kunit *test)
{
	struct mcr_rig *rig = test->priv;
	u64 sent = 0, dropped = 0;
	unsigned int nth, i;
	bool hit;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	mcr_drop_rig(rig);
	for (nth = 1; nth < 64; nth++) {
		struct sk_buff *skb = mcr_drop_packet(test);
		bool consumed;

		rig->fanout->mode = nth % 2 ? MCR_MODE_PASS : MCR_MODE_CONSUME;
		mcr_fault_arm(nth / 2 + 1);
		consumed = mcr_rig_receive(rig, skb);
		hit = mcr_fault_disarm();
		KUNIT_EXPECT_EQ(test, consumed, !(nth % 2));
		if (!consumed)
			kfree_skb(skb);
		if (!hit && consumed)
			break;
	}
	KUNIT_EXPECT_FALSE(test, hit);
	for (i = 0; i < 2; i++) {
		const struct mcr_output *out = rig->fanout->out[i];
		struct mcr_output_stats stats;
		u64 lost = mcr_output_drops(out, MCR_DROP_NO_MEMORY);

		mcr_stats_read_output(out->counters, &stats);
		KUNIT_EXPECT_EQ(test, stats.offered, (u64)nth);
		KUNIT_EXPECT_EQ(test, stats.offered, stats.sent + lost);
		sent += stats.sent;
		dropped += lost;
	}
	KUNIT_EXPECT_GT(test, dropped, 1ULL);
	KUNIT_EXPECT_EQ(test, (u64)skb_queue_len(&rig->sent), sent);
}

/* Without memory to say why, packets are dropped for want of it: all count. */
static void mcr_drop_unnamed(struct kunit *test)
{
	struct mcr_rig *rig = test->priv;
	struct mcr_output *out;
	struct sk_buff *skb;
	unsigned int nth;

	if (!mcr_fault_works())
		kunit_skip(test, MCR_FAULT_NEEDS);
	mcr_drop_rig(rig);
	out = rig->fanout->out[0];
	skb = mcr_drop_packet(test);
	rig->dev[0]->mtu = skb->len - 1;
	for (nth = 1; nth < 16 && !atomic_read(&out->unnamed); nth++) {
		kfree(out->drops);
		out->drops = NULL;
		mcr_fault_arm(nth);
		mcr_rig_receive(rig, skb);
		mcr_fault_disarm();
	}
	KUNIT_EXPECT_PTR_EQ(test, NULL, out->drops);
	KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_NO_MEMORY), 1ULL);
	KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_MTU), 0ULL);

	mcr_rig_receive(rig, skb);
	KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_NO_MEMORY), 1ULL);
	KUNIT_EXPECT_EQ(test, mcr_output_drops(out, MCR_DROP_MTU), 1ULL);
	kfree_skb(skb);
}

static void mcr_drop_no_work(struct work_struct *work)
{
}

/* Drops of a kind are told once; a queue that is there costs packets nothing. */
static void mcr_drop_first(struct kunit *test)
{
	struct mcr_rig *rig = test->priv;
	struct mcr_drop_queue *q;
	struct mcr_output *out;
	unsigned int i;

	q = kunit_kzalloc(test, sizeof(*q), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, q);
	mcr_drop_queue_init(q, mcr_drop_no_work);
	mcr_drop_rig(rig);
	out = rig->fanout->out[0];
	out->id = 3;
	out->first = q;
	mcr_fanout_own(rig->fanout, 7);
	for (i = 0; i < 9; i++) {
		struct sk_buff *skb = mcr_drop_packet(test);

		/* Sent, too large three times, device down, ... and again. */
		rig->dev[0]->mtu = i / 3 % 2 ? skb->len - 1 : skb->len;
		assign_bit(__LINK_STATE_START, &rig->dev[0]->state, i < 6);
		mcr_rig_receive(rig, skb);
		kfree_skb(skb);
		KUNIT_EXPECT_EQ(test, q->n, i < 3 ? 0U : 1U);
	}
	mcr_drop_queue_exit(q);
	KUNIT_EXPECT_EQ(test, q->drop[0].rule, 7U);
	KUNIT_EXPECT_EQ(test, q->drop[0].output, 3U);
	KUNIT_EXPECT_EQ(test, q->drop[0].reasons,
			(u32)(BIT(MCR_DROP_MTU) | BIT(MCR_DROP_DEVICE_DOWN)));
	KUNIT_EXPECT_EQ(test, out->told_drops,
			BIT(MCR_DROP_MTU) | BIT(MCR_DROP_DEVICE_DOWN));
	KUNIT_EXPECT_FALSE(test, q->overflow);
}

static struct kunit_case mcr_forward_drop_cases[] = {
	KUNIT_CASE_PARAM(mcr_drop_obstacle, mcr_drop_gen_params),
	KUNIT_CASE_PARAM(mcr_drop_consumed, mcr_drop_gen_params),
	KUNIT_CASE_PARAM(mcr_drop_xmit, mcr_xmit_gen_params),
	KUNIT_CASE(mcr_drop_fragment),
	KUNIT_CASE(mcr_drop_super),
	KUNIT_CASE(mcr_drop_padding),
	KUNIT_CASE(mcr_drop_loop),
	KUNIT_CASE(mcr_drop_source),
	KUNIT_CASE(mcr_drop_memory),
	KUNIT_CASE(mcr_drop_unnamed),
	KUNIT_CASE(mcr_drop_first),
	{}
};

struct kunit_suite mcr_forward_drop_suite = {
	.name = "mcr_forward_drop",
	.init = mcr_rig_init,
	.exit = mcr_rig_exit,
	.test_cases = mcr_forward_drop_cases,
};

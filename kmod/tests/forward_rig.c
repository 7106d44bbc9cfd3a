// SPDX-License-Identifier: GPL-2.0
/*
 * A rule with outputs whose devices are not registered.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/sch_generic.h>

#include "forward_rig.h"
#include "match.h"
#include "rewrite.h"

/* KUnit runs one test at a time. */
static struct mcr_rig *mcr_rig_now;

static int mcr_rig_dev(struct mcr_rig *rig, unsigned int i)
{
	const u8 addr[ETH_ALEN] = { 0x02, 0, 0, 0, 0xaa, i };
	struct net_device *dev = alloc_etherdev(0);

	if (!dev)
		return -ENOMEM;
	eth_hw_addr_set(dev, addr);
	dev->mtu = MCR_RIG_MTU;
	set_bit(__LINK_STATE_START, &dev->state);
	/* It has a queue, so that what is sent goes by the core. */
	RCU_INIT_POINTER(netdev_get_tx_queue(dev, 0)->qdisc, &noop_qdisc);
	rig->dev[i] = dev;
	RCU_INIT_POINTER(rig->port[i].dev, dev);
	return 0;
}

/**
 * mcr_rig_init - set up a rig
 * @test: that it is for; gets it as priv
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_rig_init(struct kunit *test)
{
	struct mcr_rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	unsigned int i;

	if (!rig)
		return -ENOMEM;
	rig->test = test;
	test->priv = rig;
	mcr_rig_now = rig;
	skb_queue_head_init(&rig->sent);
	rig->in = alloc_etherdev(0);
	if (!rig->in)
		return -ENOMEM;
	for (i = 0; i < MCR_RIG_DEVS; i++)
		if (mcr_rig_dev(rig, i))
			return -ENOMEM;
	rig->fanout = kunit_kzalloc(test, struct_size(rig->fanout, out,
						      MCR_OUTPUTS_MAX),
				    GFP_KERNEL);
	if (!rig->fanout)
		return -ENOMEM;
	rig->fanout->counters = alloc_percpu(struct mcr_rule_counters);
	return rig->fanout->counters ? 0 : -ENOMEM;
}

/**
 * mcr_rig_exit - take a rig down
 * @test: that it was for
 */
void mcr_rig_exit(struct kunit *test)
{
	struct mcr_rig *rig = test->priv;
	unsigned int i;

	skb_queue_purge(&rig->sent);
	KUNIT_EXPECT_EQ(test, rig->held, 0);
	for (i = 0; rig->fanout && i < rig->fanout->n; i++) {
		free_percpu(rig->fanout->out[i]->counters);
		kfree(rig->fanout->out[i]->drops);
	}
	if (rig->fanout)
		free_percpu(rig->fanout->counters);
	for (i = 0; i < MCR_RIG_DEVS; i++)
		if (rig->dev[i])
			free_netdev(rig->dev[i]);
	if (rig->in)
		free_netdev(rig->in);
	mcr_rig_now = NULL;
}

/**
 * mcr_rig_output - add an output to the rule
 * @rig: the rig
 * @dev: its device
 * @w: how it changes copies
 *
 * Return: the output.
 */
struct mcr_output *mcr_rig_output(struct mcr_rig *rig, unsigned int dev,
				  const struct mcr_rewrite *w)
{
	struct mcr_output *out;

	out = kunit_kzalloc(rig->test, sizeof(*out), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, out);
	out->counters = alloc_percpu(struct mcr_output_counters);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(rig->test, (void __force *)out->counters);
	out->port = &rig->port[dev];
	out->rewrite = *w;
	rig->fanout->out[rig->fanout->n++] = out;
	return out;
}

/* A packet that came in is freed, or cut off from where it came from. */
static void mcr_rig_release(struct sk_buff *skb)
{
	mcr_rig_now->held--;
}

/**
 * mcr_rig_receive - a packet of the rule comes in
 * @rig: the rig
 * @skb: the packet; the caller's still, unless it is consumed
 *
 * Return: of mcr_forward().
 */
bool mcr_rig_receive(struct mcr_rig *rig, struct sk_buff *skb)
{
	enum mcr_verdict verdict;
	struct mcr_packet p;
	bool consumed;

	skb->dev = rig->in;
	if (!skb->destructor) {
		skb->destructor = mcr_rig_release;
		rig->held++;
	}
	verdict = mcr_match_parse(skb, &p);
	KUNIT_EXPECT_EQ(rig->test, verdict, MCR_VERDICT_PACKET);
	if (verdict != MCR_VERDICT_PACKET)
		return false;
	local_bh_disable();
	rcu_read_lock();
	consumed = mcr_forward(rig->fanout, skb, &p);
	rcu_read_unlock();
	local_bh_enable();
	return consumed;
}

/* What is sent comes back in as on the wire of a loop. */
static void mcr_rig_reenter(struct mcr_rig *rig, const struct sk_buff *skb)
{
	struct sk_buff *back = skb_copy(skb, GFP_ATOMIC);

	KUNIT_EXPECT_TRUE(rig->test, back);
	if (!back)
		return;
	skb_pull(back, ETH_HLEN);
	back->pkt_type = PACKET_MULTICAST;
	if (!mcr_rig_receive(rig, back))
		kfree_skb(back);
}

/**
 * mcr_rig_xmit - stands in for dev_queue_xmit()
 * @skb: what is sent; consumed
 *
 * Return: what the test wants.
 */
int mcr_rig_xmit(struct sk_buff *skb)
{
	struct mcr_rig *rig = mcr_rig_now;

	if (rig->reenter) {
		rig->reenter--;
		mcr_rig_reenter(rig, skb);
	}
	if (rig->rc)
		kfree_skb(skb);
	else
		skb_queue_tail(&rig->sent, skb);
	return rig->rc;
}

/* RFC 1112, 6.4; RFC 2464, 7. */
static void mcr_rig_group_mac(const struct mcr_tp *p, u8 *mac)
{
	const u8 mac4[3] = { 0x01, 0x00, 0x5e };

	if (p->family == AF_INET) {
		memcpy(mac, mac4, 3);
		memcpy(mac + 3, p->data + 17, 3);
		mac[3] &= 0x7f;
	} else {
		memset(mac, 0x33, 2);
		memcpy(mac + 2, p->data + 36, 4);
	}
}

/**
 * mcr_rig_expect - is the next packet that was sent what an output must send?
 * @rig: the rig
 * @i: the output
 * @want: the packet it must send; checksums included
 *
 * Return: the packet, to be freed by the caller.
 */
struct sk_buff *mcr_rig_expect(struct mcr_rig *rig, unsigned int i,
			       const struct mcr_tp *want)
{
	struct mcr_output *out = rig->fanout->out[i];
	struct net_device *dev = rcu_access_pointer(out->port->dev);
	struct sk_buff *skb = skb_dequeue(&rig->sent);
	struct kunit *test = rig->test;
	u8 eth[ETH_HLEN];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, dev);
	KUNIT_EXPECT_EQ(test, skb_mac_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), ETH_HLEN);
	if (want->l4)
		KUNIT_EXPECT_EQ(test, skb_transport_offset(skb),
				ETH_HLEN + (int)want->l4);
	memset(eth, 0x02, sizeof(eth));
	if (out->rewrite.mac != MCR_MAC_KEEP) {
		mcr_rig_group_mac(want, eth);
		memcpy(eth + ETH_ALEN, dev->dev_addr, ETH_ALEN);
		eth[12] = want->family == AF_INET ? 0x08 : 0x86;
		eth[13] = want->family == AF_INET ? 0x00 : 0xdd;
	}
	KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(skb->data, eth, sizeof(eth)),
			    "output %u: %14ph, not %14ph", i, skb->data, eth);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + want->len);
	skb_pull(skb, ETH_HLEN);
	if (skb->len == want->len) {
		struct mcr_tp *got = mcr_tp_new(test);

		mcr_tp_read(skb, got);
		KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(got->data, want->data,
						    want->len),
				    "output %u: %64ph, not %64ph", i,
				    got->data, want->data);
		kunit_kfree(test, got);
	}
	return skb;
}

/**
 * mcr_rig_expect_counters - does an output's account balance?
 * @rig: the rig
 * @i: the output
 * @sent: packets it must have sent
 * @bytes: their bytes
 * @reason: why the others were dropped; 0: none was
 * @dropped: how many
 */
void mcr_rig_expect_counters(struct mcr_rig *rig, unsigned int i, u64 sent,
			     u64 bytes, enum mcr_drop reason, u64 dropped)
{
	struct mcr_output *out = rig->fanout->out[i];
	struct mcr_output_stats stats;
	unsigned int r;

	mcr_stats_read_output(out->counters, &stats);
	KUNIT_EXPECT_EQ(rig->test, stats.offered, sent + dropped);
	KUNIT_EXPECT_EQ(rig->test, stats.sent, sent);
	KUNIT_EXPECT_EQ(rig->test, stats.sent_bytes, bytes);
	for (r = MCR_DROP_FIRST; r <= MCR_DROP_MAX; r++)
		KUNIT_EXPECT_EQ_MSG(rig->test, mcr_output_drops(out, r),
				    r == reason ? dropped : 0, "reason %u", r);
}

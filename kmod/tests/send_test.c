// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: sending. A driver gets a packet directly only where nobody else would have
 * had a say; all other packets go by the core.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/sch_generic.h>

#include "send.h"
#include "send_under_test.h"
#include "tests.h"

/**
 * struct mcr_send_rig - a device that is not registered
 * @test: that it is for
 * @dev: the device; it is as those without a queue are
 * @qdisc: its queueing discipline
 * @queued: packets that the core got
 * @direct: packets that the driver got
 * @freed: packets that were freed
 * @depth: so many devices are sending already
 * @rc: what the driver and the core say
 */
struct mcr_send_rig {
	struct kunit *test;
	struct net_device *dev;
	struct Qdisc *qdisc;
	unsigned int queued;
	unsigned int direct;
	unsigned int freed;
	unsigned int depth;
	int rc;
};

/* KUnit runs one test at a time. */
static struct mcr_send_rig *mcr_send_now;

static void mcr_send_freed(struct sk_buff *skb)
{
	mcr_send_now->freed++;
}

/* Whoever gets a packet finds it as the other would. */
static void mcr_send_got(const struct sk_buff *skb)
{
	KUNIT_EXPECT_PTR_EQ(mcr_send_now->test, skb->dev, mcr_send_now->dev);
}

static netdev_tx_t mcr_send_driver(struct sk_buff *skb, struct net_device *dev)
{
	mcr_send_got(skb);
	/* As from the core: it may look its queue up, and what it sends for. */
	KUNIT_EXPECT_EQ(mcr_send_now->test, skb_get_queue_mapping(skb), 0);
	KUNIT_EXPECT_EQ(mcr_send_now->test, dev_recursion_level(),
			(int)mcr_send_now->depth + 1);
	KUNIT_EXPECT_FALSE(mcr_send_now->test, netdev_xmit_more());
	mcr_send_now->direct++;
	/* It is the caller's still. */
	if (mcr_send_now->rc != NETDEV_TX_BUSY)
		kfree_skb(skb);
	return mcr_send_now->rc;
}

/**
 * mcr_send_queued - stands in for dev_queue_xmit()
 * @skb: what is sent; consumed
 *
 * Return: what the test wants.
 */
int mcr_send_queued(struct sk_buff *skb)
{
	mcr_send_got(skb);
	mcr_send_now->queued++;
	kfree_skb(skb);
	return mcr_send_now->rc;
}

static netdev_features_t mcr_send_check(struct sk_buff *skb,
					struct net_device *dev,
					netdev_features_t features)
{
	return features & ~NETIF_F_SG;
}

static const struct net_device_ops mcr_send_ops = {
	.ndo_start_xmit = mcr_send_driver,
};

static const struct net_device_ops mcr_send_ops_passthru = {
	.ndo_start_xmit = mcr_send_driver,
	.ndo_features_check = passthru_features_check,
};

static const struct net_device_ops mcr_send_ops_check = {
	.ndo_start_xmit = mcr_send_driver,
	.ndo_features_check = mcr_send_check,
};

static int mcr_send_enqueue(struct sk_buff *skb, struct Qdisc *q,
			    struct sk_buff **to_free)
{
	return NET_XMIT_DROP;
}

static int mcr_send_init(struct kunit *test)
{
	struct mcr_send_rig *rig = kunit_kzalloc(test, sizeof(*rig),
						 GFP_KERNEL);

	if (!rig)
		return -ENOMEM;
	rig->test = test;
	test->priv = rig;
	mcr_send_now = rig;
	rig->qdisc = kunit_kzalloc(test, sizeof(*rig->qdisc), GFP_KERNEL);
	rig->dev = alloc_etherdev_mq(0, 2);
	if (!rig->qdisc || !rig->dev)
		return -ENOMEM;
	rig->dev->netdev_ops = &mcr_send_ops;
	rig->dev->real_num_tx_queues = 1;
	rig->dev->flags |= IFF_UP;
	rig->dev->features |= NETIF_F_SG;
	mcr_dev_set_lockless(rig->dev, true);
	RCU_INIT_POINTER(netdev_get_tx_queue(rig->dev, 0)->qdisc, rig->qdisc);
	return 0;
}

static void mcr_send_exit(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	if (rig && rig->dev)
		free_netdev(rig->dev);
	mcr_send_now = NULL;
}

/* A packet, whose payload is in a page; it came in by another queue. */
static struct sk_buff *mcr_send_packet(struct kunit *test, bool paged)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_put_zero(skb, ETH_HLEN + 28);
	skb_reset_mac_header(skb);
	skb->destructor = mcr_send_freed;
	skb_set_queue_mapping(skb, 1);
	if (!paged)
		return skb;
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, page);
	skb_add_rx_frag(skb, 0, page, 0, 100, PAGE_SIZE);
	return skb;
}

static enum mcr_drop mcr_send_one(struct kunit *test, bool paged, bool plain)
{
	struct mcr_send_rig *rig = test->priv;
	struct sk_buff *skb = mcr_send_packet(test, paged);
	enum mcr_drop reason;
	unsigned int i;
	int level;

	rig->direct = 0;
	rig->queued = 0;
	rig->freed = 0;
	local_bh_disable();
	rcu_read_lock();
	for (i = 0; i < rig->depth; i++)
		dev_xmit_recursion_inc();
	reason = mcr_send(skb, rig->dev, plain);
	level = dev_recursion_level();
	for (i = 0; i < rig->depth; i++)
		dev_xmit_recursion_dec();
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, level, (int)rig->depth);
	KUNIT_EXPECT_EQ(test, rig->freed, 1);
	return reason;
}

static void mcr_send_expect(struct kunit *test, bool paged, bool direct)
{
	struct mcr_send_rig *rig = test->priv;

	KUNIT_EXPECT_EQ(test, mcr_send_one(test, paged, true), 0);
	KUNIT_EXPECT_EQ(test, rig->direct, direct);
	KUNIT_EXPECT_EQ(test, rig->queued, !direct);
}

static void mcr_send_directly(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	mcr_send_expect(test, false, true);
	mcr_send_expect(test, true, true);
	rig->dev->netdev_ops = &mcr_send_ops_passthru;
	mcr_send_expect(test, true, true);
}

static void mcr_send_not_plain(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	KUNIT_EXPECT_EQ(test, mcr_send_one(test, false, false), 0);
	KUNIT_EXPECT_EQ(test, rig->queued, 1);
}

static void mcr_send_queue(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	rig->qdisc->enqueue = mcr_send_enqueue;
	mcr_send_expect(test, false, false);
	rig->qdisc->enqueue = NULL;
	rig->dev->real_num_tx_queues = 2;
	mcr_send_expect(test, false, false);
	rig->dev->real_num_tx_queues = 1;
	mcr_send_expect(test, false, true);
}

/* By its driver, by who limits what is under way, or by who sets it up. */
static void mcr_send_stopped(struct kunit *test)
{
	static const u8 by[] = {
		__QUEUE_STATE_DRV_XOFF, __QUEUE_STATE_STACK_XOFF,
		__QUEUE_STATE_FROZEN,
	};
	struct mcr_send_rig *rig = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(rig->dev, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		set_bit(by[i], &txq->state);
		mcr_send_expect(test, false, false);
		clear_bit(by[i], &txq->state);
		mcr_send_expect(test, false, true);
	}
}

/* The core ends it where devices send out of each other for ever. */
static void mcr_send_recursion(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	rig->depth = XMIT_RECURSION_LIMIT;
	mcr_send_expect(test, false, true);
	rig->depth = XMIT_RECURSION_LIMIT + 1;
	mcr_send_expect(test, false, false);
}

static void mcr_send_lock(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	mcr_dev_set_lockless(rig->dev, false);
	mcr_send_expect(test, false, false);
}

static void mcr_send_down(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	rig->dev->flags &= ~IFF_UP;
	mcr_send_expect(test, false, false);
}

static void mcr_send_pages(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	rig->dev->features &= ~NETIF_F_SG;
	mcr_send_expect(test, true, false);
	mcr_send_expect(test, false, true);
	rig->dev->features |= NETIF_F_SG;
	rig->dev->netdev_ops = &mcr_send_ops_check;
	mcr_send_expect(test, true, false);
	mcr_send_expect(test, false, true);
}

static int mcr_send_seen(struct sk_buff *skb, struct net_device *dev,
			 struct packet_type *pt, struct net_device *orig_dev)
{
	kfree_skb(skb);
	return 0;
}

static void mcr_send_socket(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;
	struct packet_type pt = {
		.type = htons(ETH_P_ALL),
		.dev = rig->dev,
		.func = mcr_send_seen,
	};

	dev_add_pack(&pt);
	mcr_send_expect(test, false, false);
	dev_remove_pack(&pt);
	mcr_send_expect(test, false, true);
}

static void mcr_send_hook(struct kunit *test)
{
#ifdef CONFIG_NETFILTER_EGRESS
	struct mcr_send_rig *rig = test->priv;

	/* Only looked at for being there. */
	RCU_INIT_POINTER(rig->dev->nf_hooks_egress, (void *)rig);
	mcr_send_expect(test, false, false);
	RCU_INIT_POINTER(rig->dev->nf_hooks_egress, NULL);
	mcr_send_expect(test, false, true);
#else
	kunit_skip(test, "the kernel has no hook at egress");
#endif
}

static void mcr_send_tc(struct kunit *test)
{
	struct mcr_send_rig *rig = test->priv;

	if (!mcr_dev_set_tc_egress(rig->dev, rig))
		kunit_skip(test, "the kernel has no tc at egress");
	mcr_send_expect(test, false, false);
	mcr_dev_set_tc_egress(rig->dev, NULL);
	mcr_send_expect(test, false, true);
}

/* A packet is freed once and told as dropped, whoever has dropped it. */
static void mcr_send_refused(struct kunit *test)
{
	static const int rc[] = { NETDEV_TX_BUSY, NET_XMIT_DROP, -ENETDOWN,
				  -ENOMEM };
	static const enum mcr_drop reason[] = {
		MCR_DROP_QUEUE_FULL, MCR_DROP_QUEUE_FULL, MCR_DROP_DEVICE_DOWN,
		MCR_DROP_NO_MEMORY,
	};
	struct mcr_send_rig *rig = test->priv;
	struct rtnl_link_stats64 stats;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rc); i++) {
		rig->rc = rc[i];
		KUNIT_EXPECT_EQ(test, mcr_send_one(test, false, true),
				reason[i]);
		KUNIT_EXPECT_EQ(test, rig->direct, 1);
		/* The core says what it has to say by other numbers. */
		if (rc[i] == NETDEV_TX_BUSY)
			continue;
		KUNIT_EXPECT_EQ(test, mcr_send_one(test, false, false),
				reason[i]);
		KUNIT_EXPECT_EQ(test, rig->queued, 1);
	}
	/* The device's own account has what its driver knows nothing of. */
	dev_get_stats(rig->dev, &stats);
	KUNIT_EXPECT_EQ(test, stats.tx_dropped, 1);
	rig->rc = NET_XMIT_CN;
	KUNIT_EXPECT_EQ(test, mcr_send_one(test, false, true), 0);
	KUNIT_EXPECT_EQ(test, mcr_send_one(test, false, false), 0);
}

static void mcr_send_plain(struct kunit *test)
{
	struct sk_buff *skb = mcr_send_packet(test, true);
	struct sk_buff *part;

	KUNIT_EXPECT_TRUE(test, mcr_send_is_plain(skb));
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	KUNIT_EXPECT_TRUE(test, mcr_send_is_plain(skb));
	skb->ip_summed = CHECKSUM_PARTIAL;
	KUNIT_EXPECT_FALSE(test, mcr_send_is_plain(skb));
	skb->ip_summed = CHECKSUM_NONE;
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5);
	KUNIT_EXPECT_FALSE(test, mcr_send_is_plain(skb));
	__vlan_hwaccel_clear_tag(skb);
	skb_shinfo(skb)->gso_size = 100;
	KUNIT_EXPECT_FALSE(test, mcr_send_is_plain(skb));
	skb_shinfo(skb)->gso_size = 0;
	part = alloc_skb(16, GFP_KERNEL);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, part);
	skb_shinfo(skb)->frag_list = part;
	KUNIT_EXPECT_EQ(test, mcr_send_is_plain(skb), !part);
	kfree_skb(skb);
}

static struct kunit_case mcr_send_cases[] = {
	KUNIT_CASE(mcr_send_directly),
	KUNIT_CASE(mcr_send_not_plain),
	KUNIT_CASE(mcr_send_queue),
	KUNIT_CASE(mcr_send_stopped),
	KUNIT_CASE(mcr_send_recursion),
	KUNIT_CASE(mcr_send_lock),
	KUNIT_CASE(mcr_send_down),
	KUNIT_CASE(mcr_send_pages),
	KUNIT_CASE(mcr_send_socket),
	KUNIT_CASE(mcr_send_hook),
	KUNIT_CASE(mcr_send_tc),
	KUNIT_CASE(mcr_send_refused),
	KUNIT_CASE(mcr_send_plain),
	{}
};

struct kunit_suite mcr_send_suite = {
	.name = "mcr_send",
	.init = mcr_send_init,
	.exit = mcr_send_exit,
	.test_cases = mcr_send_cases,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * A copy, given to its device.
 *
 * Most of what dev_queue_xmit() does is for devices that queue, for packets that
 * have a socket, a route or work to be done in software, and for those who look at
 * what is sent. Where none of these is there, the driver gets the packet from here:
 * virtual devices (veth, VLAN, bridge, macvlan, tunnels) have no queue unless they
 * are told to. All others go by dev_queue_xmit().
 */
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sch_generic.h>

#include "send.h"

/**
 * mcr_send_is_plain - is there nothing to be done for a packet in software?
 * @skb: the packet, scrubbed: no socket, no route, no extension
 *
 * Nor is there for copies of it, but for a device that takes no pages.
 *
 * Return: true if so.
 */
bool mcr_send_is_plain(const struct sk_buff *skb)
{
	return !skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL &&
	       !skb_vlan_tag_present(skb) && !skb_has_frag_list(skb);
}

/* Does a device take packets whose payload is in pages, all of them? */
static bool mcr_send_takes_pages(const struct net_device *dev)
{
	const struct net_device_ops *ops = dev->netdev_ops;

	return (dev->features & NETIF_F_SG) &&
	       (!ops->ndo_features_check ||
		ops->ndo_features_check == passthru_features_check);
}

/*
 * Nobody but the driver would have a say: there is one transmit queue, no queueing
 * discipline, no lock, no hook for what is sent, and no packet socket.
 */
static bool mcr_send_is_direct(const struct sk_buff *skb,
			       struct net_device *dev,
			       const struct netdev_queue *txq)
{
	const struct Qdisc *q = rcu_dereference_bh(txq->qdisc);

	return dev->real_num_tx_queues == 1 && !q->enqueue &&
	       mcr_dev_is_lockless(dev) && !mcr_dev_has_egress_hook(dev) &&
	       (dev->flags & IFF_UP) && !netif_xmit_frozen_or_stopped(txq) &&
	       (!skb_is_nonlinear(skb) || mcr_send_takes_pages(dev)) &&
	       !dev_xmit_recursion() && !dev_nit_active(dev);
}

static enum mcr_drop mcr_send_result(int rc)
{
	switch (rc) {
	case NET_XMIT_SUCCESS:
	case NET_XMIT_CN:
		return 0;
	case -ENETDOWN:
		return MCR_DROP_DEVICE_DOWN;
	case -ENOMEM:
		return MCR_DROP_NO_MEMORY;
	default:
		return MCR_DROP_QUEUE_FULL;
	}
}

static enum mcr_drop mcr_send_direct(struct sk_buff *skb,
				     struct net_device *dev,
				     struct netdev_queue *txq)
{
	netdev_tx_t rc;

	skb_set_queue_mapping(skb, 0);
	/* Tunnels tell by this that they do not send for a local socket. */
	dev_xmit_recursion_inc();
	rc = netdev_start_xmit(skb, dev, txq, false);
	dev_xmit_recursion_dec();
	if (likely(rc == NETDEV_TX_OK))
		return 0;
	if (dev_xmit_complete(rc))
		return mcr_send_result(rc);
	/* A driver without a queue has nowhere to have it wait. */
	dev_core_stats_tx_dropped_inc(dev);
	kfree_skb(skb);
	return MCR_DROP_QUEUE_FULL;
}

/**
 * mcr_send - give a packet to a device
 * @skb: the packet, from its Ethernet header on, which skb->mac_header says, too;
 *	scrubbed; consumed
 * @dev: an Ethernet device that is up
 * @plain: mcr_send_is_plain(), of @skb or of what it is a copy of
 *
 * Context: Softirq or BH disabled, under rcu_read_lock().
 * Return: why it was dropped; 0: it was not, as far as the device says.
 */
enum mcr_drop mcr_send(struct sk_buff *skb, struct net_device *dev, bool plain)
{
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);

	skb->dev = dev;
	if (plain && mcr_send_is_direct(skb, dev, txq))
		return mcr_send_direct(skb, dev, txq);
	return mcr_send_result(dev_queue_xmit(skb));
}

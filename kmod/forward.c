// SPDX-License-Identifier: GPL-2.0
/*
 * Replication: one packet in, a copy out of each output.
 *
 * An output that changes nothing sends a clone. The others send a copy with
 * headers of its own and, where the payload lies in pages, the payload shared.
 * Where the packet is consumed, the last output sends the packet itself.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "forward.h"
#include "match.h"
#include "port.h"
#include "rewrite.h"

/* Packets that come back into the rules while they are being sent. */
#define MCR_DEPTH_MAX	2

static DEFINE_PER_CPU(unsigned int, mcr_depth);

static void mcr_count_matched(const struct mcr_fanout *f,
			      const struct mcr_packet *p)
{
	struct mcr_rule_counters *c = this_cpu_ptr(f->counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->packets, p->segs);
	u64_stats_add(&c->bytes, p->bytes);
	u64_stats_set(&c->last, get_jiffies_64());
	u64_stats_update_end(&c->syncp);
}

static void mcr_count_offered(const struct mcr_output *out, u32 n)
{
	struct mcr_output_counters *c = this_cpu_ptr(out->counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->offered, n);
	u64_stats_update_end(&c->syncp);
}

static void mcr_count_sent(const struct mcr_output *out,
			   const struct mcr_packet *p)
{
	struct mcr_output_counters *c = this_cpu_ptr(out->counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->sent, p->segs);
	u64_stats_add(&c->sent_bytes, p->bytes);
	u64_stats_update_end(&c->syncp);
}

/* The second drop for a reason, and all that follow, only read told_drops. */
static void mcr_count_drop(struct mcr_output *out, enum mcr_drop reason, u32 n)
{
	mcr_stats_drop(out->drops, reason, n);
	if (likely(test_bit(reason, &out->told_drops)) || !out->first ||
	    test_and_set_bit(reason, &out->told_drops))
		return;
	mcr_drop_queue_add(out->first, READ_ONCE(out->rule), out->id, reason);
}

/* The group that a copy is sent to. */
static const union mcr_addr *mcr_group_of(const struct mcr_rewrite *w,
					  const struct mcr_packet *p)
{
	return w->set & MCR_SET_GROUP ? &w->group : &p->flow.dst;
}

/* The address that the device's own packets to the group would have. */
static bool mcr_source_of(const struct mcr_rewrite *w,
			  const struct net_device *dev,
			  const struct mcr_packet *p, union mcr_addr *src)
{
	struct in_device *in_dev;
	struct in_ifaddr *ifa;

	memset(src, 0, sizeof(*src));
	if (p->flow.family == AF_INET6) {
#if IS_ENABLED(CONFIG_IPV6)
		return !ipv6_dev_get_saddr(dev_net(dev), dev,
					   (const void *)mcr_group_of(w, p),
					   0, (struct in6_addr *)src);
#else
		return false;
#endif
	}
	in_dev = __in_dev_get_rcu(dev);
	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (ifa->ifa_flags & IFA_F_SECONDARY)
			continue;
		src->ip = ifa->ifa_local;
		return true;
	}
	return false;
}

/* May a super-packet go out whole? Others would make the core warn. */
static bool mcr_super_ok(const struct sk_buff *skb, const struct mcr_packet *p)
{
	return (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4) && p->thoff &&
	       skb->ip_summed == CHECKSUM_PARTIAL &&
	       skb_checksum_start_offset(skb) ==
	       skb_network_offset(skb) + p->thoff &&
	       skb->csum_offset == offsetof(struct udphdr, check);
}

/* Why can this output not send? 0: it can. */
static enum mcr_drop mcr_output_obstacle(const struct mcr_rewrite *w,
					 const struct net_device *dev,
					 const struct sk_buff *skb,
					 const struct mcr_packet *p)
{
	/* What is shared is sent with its padding. */
	unsigned int len = mcr_rewrite_is_shared(w) ? skb->len : p->l3_len;

	/* Another kind of device may have taken the name, or the device. */
	if (!dev || dev->type != ARPHRD_ETHER)
		return MCR_DROP_NO_DEVICE;
	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return MCR_DROP_DEVICE_DOWN;
	if (p->fragment)
		return MCR_DROP_FRAGMENT;
	if (skb_is_gso(skb)) {
		if (!mcr_super_ok(skb, p))
			return MCR_DROP_SUPERPACKET;
		len = p->hlen + skb_shinfo(skb)->gso_size;
	}
	if (len > READ_ONCE(dev->mtu))
		return MCR_DROP_MTU;
	if (w->ttl_mode == MCR_TTL_DEC && p->ttl <= 1)
		return MCR_DROP_TTL;
	if (p->fixed && mcr_rewrite_is_move(w))
		return MCR_DROP_MALFORMED;
	if (w->mac == MCR_MAC_KEEP &&
	    (skb->dev->type != ARPHRD_ETHER || !skb_mac_header_was_set(skb) ||
	     skb_mac_header_len(skb) != ETH_HLEN))
		return MCR_DROP_MALFORMED;
	return 0;
}

/*
 * A copy whose headers are its own: @skb itself if @last, which is consumed
 * then whatever happens.
 */
static struct sk_buff *mcr_private(struct sk_buff *skb,
				   const struct mcr_packet *p,
				   const struct net_device *dev, bool last)
{
	unsigned int headroom = LL_RESERVED_SPACE(dev);
	struct sk_buff *nskb = skb;

	if (!last) {
		nskb = __pskb_copy_fclone(skb, headroom, GFP_ATOMIC, false);
		if (!nskb)
			return NULL;
		/* They were copied as offsets from the start of the buffer. */
		skb_headers_offset_update(nskb, (int)headroom -
					  (int)skb_headroom(skb));
	}
	if (skb_ensure_writable(nskb, p->hlen) || skb_cow_head(nskb, headroom))
		goto err;
	/* Ethernet's padding is not the packet's. */
	if (!skb_is_gso(nskb) && nskb->len > p->l3_len &&
	    pskb_trim_rcsum(nskb, p->l3_len))
		goto err;
	return nskb;
err:
	kfree_skb(nskb);
	return NULL;
}

/* A copy that shares all; @skb itself if @last. */
static struct sk_buff *mcr_shared(struct sk_buff *skb, bool last)
{
	return last ? skb : skb_clone(skb, GFP_ATOMIC);
}

/* The Ethernet header is in front of the data only where it was shared. */
static void mcr_push_kept_ethernet(struct sk_buff *nskb,
				   const struct sk_buff *skb)
{
	skb_push(nskb, ETH_HLEN);
	if (nskb->head != skb->head)
		memcpy(nskb->data, skb_mac_header(skb), ETH_HLEN);
}

static void mcr_push_own_ethernet(struct sk_buff *skb,
				  const struct mcr_rewrite *w,
				  const struct mcr_packet *p,
				  const struct net_device *dev)
{
	const union mcr_addr *group = mcr_group_of(w, p);
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	if (p->flow.family == AF_INET)
		ip_eth_mc_map(group->ip, eth->h_dest);
	else
		ipv6_eth_mc_map((const void *)group, eth->h_dest);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = skb->protocol;
}

/* What the packet was to the receiving side, its copy must not carry along. */
static void mcr_scrub(struct sk_buff *skb, const struct mcr_rewrite *w,
		      const struct mcr_packet *p, struct net_device *dev)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, false);
	skb_clear_tstamp(skb);
	skb_reset_redirect(skb);
	/* The VLAN's tag is part of the frame, though it lies beside it. */
	if (w->mac != MCR_MAC_KEEP)
		__vlan_hwaccel_clear_tag(skb);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	if (p->thoff)
		skb_set_transport_header(skb, skb_network_offset(skb) + p->thoff);
	skb->dev = dev;
}

static struct sk_buff *mcr_output_copy(const struct mcr_rewrite *w,
				       struct sk_buff *skb,
				       const struct mcr_packet *p,
				       struct net_device *dev,
				       const union mcr_addr *src, bool last)
{
	struct sk_buff *nskb;

	if (mcr_rewrite_is_shared(w))
		nskb = mcr_shared(skb, last);
	else
		nskb = mcr_private(skb, p, dev, last);
	if (!nskb)
		return NULL;
	mcr_scrub(nskb, w, p, dev);
	if (!mcr_rewrite_is_noop(w))
		mcr_rewrite_apply(nskb, p, w, src);
	if (w->mac == MCR_MAC_KEEP)
		mcr_push_kept_ethernet(nskb, skb);
	else
		mcr_push_own_ethernet(nskb, w, p, dev);
	skb_reset_mac_header(nskb);
	skb_reset_mac_len(nskb);
	return nskb;
}

static enum mcr_drop mcr_xmit_result(int rc)
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

/*
 * What an output does to its copies now: where the rules feed themselves, the
 * TTL of those that nobody stated one for is to end it. @dec is room for that.
 */
static const struct mcr_rewrite *mcr_rewrite_of(const struct mcr_output *out,
						struct mcr_rewrite *dec)
{
	if (!READ_ONCE(out->feeds) || out->rewrite.ttl_mode != MCR_TTL_AUTO)
		return &out->rewrite;
	*dec = out->rewrite;
	dec->ttl_mode = MCR_TTL_DEC;
	return dec;
}

/* Send one output's copy. @skb is consumed if @last. */
static enum mcr_drop mcr_output_send(const struct mcr_output *out,
				     struct sk_buff *skb,
				     const struct mcr_packet *p, bool last)
{
	struct net_device *dev = rcu_dereference(out->port->dev);
	const union mcr_addr *src = NULL;
	const struct mcr_rewrite *w;
	struct mcr_rewrite dec;
	enum mcr_drop reason;
	struct sk_buff *nskb;
	union mcr_addr addr;

	w = mcr_rewrite_of(out, &dec);
	reason = mcr_output_obstacle(w, dev, skb, p);
	if (reason)
		goto drop;
	if (w->src_mode == MCR_SRC_SET) {
		src = &w->src;
	} else if (w->src_mode == MCR_SRC_AUTO) {
		reason = MCR_DROP_NO_SOURCE;
		if (!mcr_source_of(w, dev, p, &addr))
			goto drop;
		src = &addr;
	}
	nskb = mcr_output_copy(w, skb, p, dev, src, last);
	if (!nskb)
		return MCR_DROP_NO_MEMORY;
	return mcr_xmit_result(dev_queue_xmit(nskb));

drop:
	if (last)
		consume_skb(skb);
	return reason;
}

/* Send a copy out of each output. @skb is consumed if @consume. */
static void mcr_replicate(const struct mcr_fanout *f, struct sk_buff *skb,
			  const struct mcr_packet *p, bool consume)
{
	u32 i;

	for (i = 0; i < f->n; i++) {
		struct mcr_output *out = f->out[i];
		enum mcr_drop reason;

		mcr_count_offered(out, p->segs);
		reason = mcr_output_send(out, skb, p, consume && i + 1 == f->n);
		if (reason)
			mcr_count_drop(out, reason, p->segs);
		else
			mcr_count_sent(out, p);
	}
}

static void mcr_drop_all(const struct mcr_fanout *f, const struct mcr_packet *p,
			 enum mcr_drop reason)
{
	u32 i;

	for (i = 0; i < f->n; i++) {
		mcr_count_offered(f->out[i], p->segs);
		mcr_count_drop(f->out[i], reason, p->segs);
	}
}

/*
 * A list of packets that GRO only chained (SKB_GSO_FRAGLIST) cannot be given
 * one set of new headers: take it apart and replicate its packets one by one.
 * @skb is not consumed.
 */
static void mcr_replicate_list(const struct mcr_fanout *f, struct sk_buff *skb,
			       const struct mcr_packet *p)
{
	struct sk_buff *list, *segs, *seg, *next;
	unsigned int mac_len;
	u32 left = p->segs;

	if (!skb_mac_header_was_set(skb)) {
		mcr_drop_all(f, p, MCR_DROP_MALFORMED);
		return;
	}
	list = skb_clone(skb, GFP_ATOMIC);
	if (!list) {
		mcr_drop_all(f, p, MCR_DROP_NO_MEMORY);
		return;
	}
	mac_len = skb->data - skb_mac_header(skb);
	skb_push(list, mac_len);
	segs = __skb_gso_segment(list, 0, false);
	if (IS_ERR_OR_NULL(segs)) {
		kfree_skb(list);
		mcr_drop_all(f, p, MCR_DROP_SUPERPACKET);
		return;
	}
	/* What comes back has references of its own, even if it is @list. */
	consume_skb(list);
	skb_list_walk_safe(segs, seg, next) {
		struct mcr_packet sp;

		skb_mark_not_on_list(seg);
		__skb_pull(seg, mac_len);
		skb_reset_network_header(seg);
		if (mcr_match_parse(seg, &sp) == MCR_VERDICT_PACKET && left) {
			left--;
			mcr_replicate(f, seg, &sp, true);
		} else {
			kfree_skb(seg);
		}
	}
	if (left) {
		struct mcr_packet lost = *p;

		lost.segs = left;
		mcr_drop_all(f, &lost, MCR_DROP_SUPERPACKET);
	}
}

/**
 * mcr_forward - carry out a rule on a packet
 * @f: the rule's fan-out
 * @skb: the packet, skb->data at the network header; not changed unless it is
 *	consumed
 * @p: what mcr_match_parse() said of it
 *
 * A fragment is never consumed, as it cannot be sent either.
 *
 * Context: Softirq or BH disabled, under rcu_read_lock().
 * Return: true if @skb was consumed, false if it is still the caller's.
 */
bool mcr_forward(const struct mcr_fanout *f, struct sk_buff *skb,
		 const struct mcr_packet *p)
{
	bool consume = f->mode == MCR_MODE_CONSUME && !p->fragment;
	bool chained = skb_is_gso(skb) &&
		       (skb_shinfo(skb)->gso_type & SKB_GSO_FRAGLIST);
	bool whole = consume && !chained && !skb_shared(skb);

	mcr_count_matched(f, p);
	if (__this_cpu_read(mcr_depth) >= MCR_DEPTH_MAX) {
		mcr_drop_all(f, p, MCR_DROP_LOOP);
		whole = false;
	} else {
		__this_cpu_inc(mcr_depth);
		if (chained)
			mcr_replicate_list(f, skb, p);
		else
			mcr_replicate(f, skb, p, whole);
		__this_cpu_dec(mcr_depth);
	}
	if (consume && !whole)
		consume_skb(skb);
	return consume;
}

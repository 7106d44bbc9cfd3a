// SPDX-License-Identifier: GPL-2.0
/*
 * Replication: one packet in, a copy out of each output.
 *
 * What is the same for all outputs is done once, to a packet that is ours: the
 * one that came, where it is consumed, or a clone of it. Of that an output that
 * changes nothing sends a clone. The others send a copy with headers of its own
 * and, where the payload lies in pages, the payload shared. The last output sends
 * the packet itself.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/prefetch.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "forward.h"
#include "match.h"
#include "port.h"
#include "rewrite.h"
#include "send.h"

/* Packets that come back into the rules while they are being sent. */
#define MCR_DEPTH_MAX	2

/* Bytes of a buffer that is taken from page fragments. */
#define MCR_FAST_MAX	2048U

static DEFINE_PER_CPU(unsigned int, mcr_depth);

/**
 * struct mcr_job - a packet that copies are made of
 * @skb: the packet, which the job may change and the last output sends; what it
 *	was to the receiving side is taken off
 * @p: what mcr_match_parse() said of it
 * @kept: bytes of Ethernet header that skb->data is at: ETH_HLEN, or 0 where it
 *	has none that could be sent on
 * @shared_len: what an output that shares all sends, in L3 bytes a segment:
 *	Ethernet's padding included
 * @own_len: the same of other outputs
 * @plain: mcr_send_is_plain()
 * @obstacle: why none can send; 0: some may
 */
struct mcr_job {
	struct sk_buff *skb;
	const struct mcr_packet *p;
	unsigned int kept;
	unsigned int shared_len;
	unsigned int own_len;
	bool plain;
	enum mcr_drop obstacle;
};

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

/*
 * Most outputs never drop a packet: what counts drops is made with the first. It
 * may be somebody else's turn meanwhile.
 */
static struct mcr_drops *mcr_drops_of(struct mcr_output *out)
{
	struct mcr_drops *drops = READ_ONCE(out->drops), *other;

	if (likely(drops))
		return drops;
	drops = kzalloc(sizeof(*drops), GFP_ATOMIC | __GFP_NOWARN);
	if (!drops)
		return READ_ONCE(out->drops);
	other = cmpxchg(&out->drops, NULL, drops);
	if (!other)
		return drops;
	kfree(drops);
	return other;
}

/*
 * The second drop for a reason, and all that follow, only read told_drops. Where
 * there is no memory to say why a packet is dropped, that is said of it.
 */
static noinline void mcr_count_drop(struct mcr_output *out,
				    enum mcr_drop reason, u32 n)
{
	struct mcr_drops *drops = mcr_drops_of(out);

	if (likely(drops)) {
		mcr_stats_drop(drops, reason, n);
	} else {
		atomic_add(n, &out->unnamed);
		reason = MCR_DROP_NO_MEMORY;
	}
	if (likely(test_bit(reason, &out->told_drops)) || !out->first ||
	    test_and_set_bit(reason, &out->told_drops))
		return;
	mcr_drop_queue_add(out->first, READ_ONCE(out->rule), out->id, reason);
}

/* One packet offered to an output, and what became of it. */
static void mcr_count_output(struct mcr_output *out, const struct mcr_packet *p,
			     enum mcr_drop reason)
{
	struct mcr_output_counters *c = this_cpu_ptr(out->counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->offered, p->segs);
	if (likely(!reason)) {
		u64_stats_add(&c->sent, p->segs);
		u64_stats_add(&c->sent_bytes, p->bytes);
	}
	u64_stats_update_end(&c->syncp);
	if (unlikely(reason))
		mcr_count_drop(out, reason, p->segs);
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

/* Is nothing attached to a packet that skb_scrub_packet() takes off? */
static bool mcr_is_bare(struct sk_buff *skb)
{
	bool marked = false;

#if IS_ENABLED(CONFIG_NETFILTER_XT_TARGET_TRACE) || IS_ENABLED(CONFIG_NF_TABLES)
	marked |= skb->nf_trace;
#endif
#if IS_ENABLED(CONFIG_IP_VS)
	marked |= skb->ipvs_property;
#endif
#ifdef CONFIG_NET_SWITCHDEV
	marked |= skb->offload_fwd_mark | skb->offload_l3_fwd_mark;
#endif
	return !marked && !skb_dst(skb) && !skb_has_extensions(skb) &&
	       !skb_get_nfct(skb);
}

/* What the packet was to the receiving side, its copies must not carry along. */
static void mcr_scrub(struct sk_buff *skb, const struct mcr_packet *p)
{
	skb_orphan(skb);
	if (unlikely(!mcr_is_bare(skb)))
		skb_scrub_packet(skb, false);
	skb->pkt_type = PACKET_HOST;
	skb->skb_iif = 0;
	skb->ignore_df = 0;
	skb_clear_tstamp(skb);
	skb_reset_redirect(skb);
	mcr_skb_clear_ingress(skb);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	if (p->thoff)
		skb_set_transport_header(skb, skb_network_offset(skb) + p->thoff);
}

/* What is the same for all outputs is done once. @skb is the job's from now on. */
static void mcr_job_begin(struct mcr_job *job, struct sk_buff *skb,
			  const struct mcr_packet *p)
{
	*job = (struct mcr_job){
		.skb = skb,
		.p = p,
		.shared_len = skb->len,
		.own_len = p->l3_len,
	};
	if (p->fragment) {
		job->obstacle = MCR_DROP_FRAGMENT;
	} else if (skb_is_gso(skb)) {
		if (!mcr_super_ok(skb, p))
			job->obstacle = MCR_DROP_SUPERPACKET;
		job->own_len = p->hlen + skb_shinfo(skb)->gso_size;
		job->shared_len = job->own_len;
	}
	if (skb->dev->type == ARPHRD_ETHER && skb_mac_header_was_set(skb) &&
	    skb_mac_header_len(skb) == ETH_HLEN)
		job->kept = ETH_HLEN;
	mcr_scrub(skb, p);
	job->plain = mcr_send_is_plain(skb);
	if (!job->kept)
		return;
	skb_push(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
}

/* Why can this output not send? 0: it can. */
static enum mcr_drop mcr_output_obstacle(const struct mcr_rewrite *w,
					 const struct net_device *dev,
					 const struct mcr_job *job, bool shared)
{
	const struct mcr_packet *p = job->p;

	/* Another kind of device may have taken the name, or the device. */
	if (unlikely(!dev || dev->type != ARPHRD_ETHER))
		return MCR_DROP_NO_DEVICE;
	if (unlikely(!netif_running(dev) || !netif_carrier_ok(dev)))
		return MCR_DROP_DEVICE_DOWN;
	if (unlikely(job->obstacle))
		return job->obstacle;
	if (unlikely((shared ? job->shared_len : job->own_len) >
		     READ_ONCE(dev->mtu)))
		return MCR_DROP_MTU;
	if (shared)
		return job->kept ? 0 : MCR_DROP_MALFORMED;
	if (w->ttl_mode == MCR_TTL_DEC && p->ttl <= 1)
		return MCR_DROP_TTL;
	if (p->fixed && mcr_rewrite_is_move(w))
		return MCR_DROP_MALFORMED;
	if (w->mac == MCR_MAC_KEEP && !job->kept)
		return MCR_DROP_MALFORMED;
	return 0;
}

/*
 * A copy in a buffer laid out as the job's, of page fragments, which the allocator
 * hands out and takes back faster than what kmalloc() gives. NULL: without memory,
 * or where the packet is not made for it: skb_zerocopy() stops the machine where
 * nothing is linear.
 */
static struct sk_buff *mcr_private_fast(struct sk_buff *skb, unsigned int room)
{
	unsigned int headroom = skb_headroom(skb);
	unsigned int size = SKB_DATA_ALIGN(headroom + skb_headlen(skb)) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct sk_buff *nskb;
	void *data;

	if (headroom < room || size > MCR_FAST_MAX || skb_has_frag_list(skb) ||
	    !skb_headlen(skb))
		return NULL;
	data = napi_alloc_frag(size);
	if (unlikely(!data))
		return NULL;
	nskb = build_skb(data, size);
	if (unlikely(!nskb)) {
		skb_free_frag(data);
		return NULL;
	}
	skb_reserve(nskb, headroom);
	skb_copy_header(nskb, skb);
	if (likely(!skb_zerocopy(nskb, skb, skb->len, skb_headlen(skb))))
		return nskb;
	kfree_skb(nskb);
	return NULL;
}

/* The same of any packet. */
static struct sk_buff *mcr_private_slow(struct sk_buff *skb, unsigned int room)
{
	struct sk_buff *nskb = __pskb_copy_fclone(skb, room, GFP_ATOMIC, false);

	/* They were copied as offsets from the start of the buffer. */
	if (nskb)
		skb_headers_offset_update(nskb, (int)room -
					  (int)skb_headroom(skb));
	return nskb;
}

/* Its pages are others', too: nobody is to write there, as esp_input() would. */
static void mcr_share_pages(struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);

	if (shinfo->nr_frags && !(shinfo->flags & SKBFL_SHARED_FRAG))
		shinfo->flags |= SKBFL_SHARED_FRAG;
}

/*
 * A copy whose headers are its own: the job's packet itself if @last, which is
 * consumed then whatever happens.
 */
static struct sk_buff *mcr_private(const struct mcr_job *job,
				   const struct net_device *dev, bool last)
{
	unsigned int headroom = LL_RESERVED_SPACE(dev) - job->kept;
	const struct mcr_packet *p = job->p;
	struct sk_buff *nskb = job->skb;

	/* Whoever has the rest of it, as the host, is told so, too. */
	if (!last || skb_cloned(job->skb))
		mcr_share_pages(job->skb);
	if (!last) {
		nskb = mcr_private_fast(job->skb, headroom);
		if (!nskb)
			nskb = mcr_private_slow(job->skb, headroom);
		if (!nskb)
			return NULL;
		mcr_share_pages(nskb);
	}
	if (last || skb_headlen(nskb) < job->kept + p->hlen) {
		if (skb_cow_head(nskb, headroom) ||
		    skb_ensure_writable(nskb, job->kept + p->hlen))
			goto err;
	}
	/* Ethernet's padding is not the packet's. */
	if (!skb_is_gso(nskb) && nskb->len > job->kept + p->l3_len &&
	    pskb_trim_rcsum(nskb, job->kept + p->l3_len))
		goto err;
	return nskb;
err:
	kfree_skb(nskb);
	return NULL;
}

/* The Ethernet header that the device's own packets to the group would have. */
static void mcr_put_own_ethernet(struct sk_buff *skb, const struct mcr_job *job,
				 const struct mcr_rewrite *w,
				 const struct net_device *dev)
{
	const union mcr_addr *group = mcr_group_of(w, job->p);
	struct ethhdr *eth;

	/* The VLAN's tag is part of the frame, though it lies beside it. */
	__vlan_hwaccel_clear_tag(skb);
	if (!job->kept) {
		skb_push(skb, ETH_HLEN);
		skb_reset_mac_header(skb);
		skb_reset_mac_len(skb);
	}
	eth = eth_hdr(skb);
	if (job->p->flow.family == AF_INET)
		ip_eth_mc_map(group->ip, eth->h_dest);
	else
		ipv6_eth_mc_map((const void *)group, eth->h_dest);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = skb->protocol;
}

/* Send the copy of an output that changes it. */
static noinline enum mcr_drop mcr_output_rewrite(const struct mcr_rewrite *w,
						 const struct mcr_job *job,
						 struct net_device *dev,
						 bool last)
{
	const union mcr_addr *src = NULL;
	struct sk_buff *nskb;
	union mcr_addr addr;

	if (w->src_mode == MCR_SRC_SET) {
		src = &w->src;
	} else if (w->src_mode == MCR_SRC_AUTO) {
		if (!mcr_source_of(w, dev, job->p, &addr)) {
			if (last)
				consume_skb(job->skb);
			return MCR_DROP_NO_SOURCE;
		}
		src = &addr;
	}
	nskb = mcr_private(job, dev, last);
	if (unlikely(!nskb))
		return MCR_DROP_NO_MEMORY;
	if (!mcr_rewrite_is_noop(w))
		mcr_rewrite_apply(nskb, job->p, w, src);
	if (w->mac != MCR_MAC_KEEP)
		mcr_put_own_ethernet(nskb, job, w, dev);
	return mcr_send(nskb, dev, job->plain);
}

/*
 * Where the rules feed themselves, the TTL of copies that nobody stated one for is
 * to end it.
 */
static bool mcr_output_decrements(const struct mcr_output *out)
{
	return unlikely(READ_ONCE(out->feeds)) &&
	       out->rewrite.ttl_mode == MCR_TTL_AUTO;
}

static noinline enum mcr_drop mcr_output_decrement(const struct mcr_output *out,
						   const struct mcr_job *job,
						   struct net_device *dev,
						   bool last)
{
	struct mcr_rewrite dec = out->rewrite;
	enum mcr_drop reason;

	dec.ttl_mode = MCR_TTL_DEC;
	reason = mcr_output_obstacle(&dec, dev, job, false);
	if (!reason)
		return mcr_output_rewrite(&dec, job, dev, last);
	if (last)
		consume_skb(job->skb);
	return reason;
}

/* Send one output's copy. The job's packet is consumed if @last. */
static enum mcr_drop mcr_output_send(const struct mcr_output *out,
				     const struct mcr_job *job,
				     struct net_device *dev, bool last)
{
	bool shared = mcr_rewrite_is_shared(&out->rewrite);
	struct sk_buff *nskb = job->skb;
	enum mcr_drop reason;

	if (mcr_output_decrements(out))
		return mcr_output_decrement(out, job, dev, last);
	reason = mcr_output_obstacle(&out->rewrite, dev, job, shared);
	if (unlikely(reason)) {
		if (last)
			consume_skb(job->skb);
		return reason;
	}
	if (!shared)
		return mcr_output_rewrite(&out->rewrite, job, dev, last);
	if (!last) {
		nskb = skb_clone(nskb, GFP_ATOMIC);
		if (unlikely(!nskb))
			return MCR_DROP_NO_MEMORY;
	}
	return mcr_send(nskb, dev, job->plain);
}

/*
 * The device of an output. What sending looks at first is fetched: it is needed
 * when the copy before has been sent, which takes as long as to fetch it.
 */
static struct net_device *mcr_output_dev(const struct mcr_output *out)
{
	struct net_device *dev = rcu_dereference(out->port->dev);

	prefetch(&dev->state);
	prefetch(&dev->mtu);
	prefetch(&dev->type);
	prefetch(&dev->_tx);
	return dev;
}

static void mcr_drop_all(const struct mcr_fanout *f, const struct mcr_packet *p,
			 enum mcr_drop reason)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		mcr_count_output(f->out[i], p, reason);
}

/* Send a copy out of each output. @skb is consumed if @consume. */
static void mcr_replicate(const struct mcr_fanout *f, struct sk_buff *skb,
			  const struct mcr_packet *p, bool consume)
{
	struct net_device *dev, *next = NULL;
	struct mcr_job job;
	u32 i;

	if (!consume) {
		skb = skb_clone(skb, GFP_ATOMIC);
		if (!skb) {
			mcr_drop_all(f, p, MCR_DROP_NO_MEMORY);
			return;
		}
	}
	dev = mcr_output_dev(f->out[0]);
	mcr_job_begin(&job, skb, p);
	for (i = 0; i < f->n; i++) {
		struct mcr_output *out = f->out[i];
		bool last = i + 1 == f->n;

		if (!last)
			next = mcr_output_dev(f->out[i + 1]);
		mcr_count_output(out, p, mcr_output_send(out, &job, dev, last));
		dev = next;
	}
}

/* The pages of a list, and those of all packets that are chained to it. */
static void mcr_share_list(struct sk_buff *list)
{
	struct sk_buff *skb;

	mcr_share_pages(list);
	skb_walk_frags(list, skb)
		mcr_share_pages(skb);
}

/*
 * A list of packets that GRO only chained (SKB_GSO_FRAGLIST) cannot be given
 * one set of new headers: take it apart and replicate its packets one by one,
 * with the list's pages: where it has to copy them and finds no memory,
 * skb_segment_list() loses the rest of the list. @skb is not consumed.
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
	mcr_share_list(list);
	segs = __skb_gso_segment(list, NETIF_F_SG, false);
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

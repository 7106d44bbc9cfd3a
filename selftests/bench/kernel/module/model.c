// SPDX-License-Identifier: GPL-2.0
/*
 * The packet of which copies are sent.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "bench.h"

#define HEADERS		(ETH_HLEN + sizeof(struct iphdr) + sizeof(struct udphdr))
#define SOURCE		0x0a010002	/* 10.1.0.2 */

static struct nf_hook_ops keep_ops;
static struct sk_buff *model;

static unsigned int bench_keep_hook(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct sk_buff *copy;

	if (!READ_ONCE(model)) {
		skb_push(skb, ETH_HLEN);
		copy = pskb_copy(skb, GFP_ATOMIC);
		WRITE_ONCE(model, copy);
	}
	kfree_skb(skb);
	return NF_STOLEN;
}

static int bench_keep_set(const char *val, const struct kernel_param *kp)
{
	char iif[IFNAMSIZ];

	bench_unhook(&keep_ops);
	if (sscanf(val, "%15s", iif) != 1 || !*iif)
		return 0;
	kfree_skb(model);
	model = NULL;
	return bench_hook(&keep_ops, iif, bench_keep_hook, NULL);
}

/* The payload of a model: behind its headers, or in pages. */
static int bench_fill(struct sk_buff *skb, u32 payload)
{
	if (payload < 1024) {
		skb_put_zero(skb, payload);
		return 0;
	}
	while (payload) {
		u32 len = min_t(u32, payload, PAGE_SIZE);
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

		if (!page)
			return -ENOMEM;
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, len,
				PAGE_SIZE);
		payload -= len;
	}
	return 0;
}

/* The headers of a model whose payload is there. */
static void bench_headers(struct sk_buff *skb, u32 group, u32 port)
{
	u32 len = skb->len - HEADERS + sizeof(struct udphdr);
	struct ethhdr *eth = (struct ethhdr *)skb->data;
	struct iphdr *iph;
	struct udphdr *uh;

	ip_eth_mc_map(htonl(group), eth->h_dest);
	eth->h_source[0] = 2;
	eth->h_proto = htons(ETH_P_IP);
	iph = (struct iphdr *)(eth + 1);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(skb->len - ETH_HLEN);
	iph->ttl = 32;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = htonl(SOURCE);
	iph->daddr = htonl(group);
	ip_send_check(iph);
	uh = (struct udphdr *)(iph + 1);
	uh->source = htons(4000);
	uh->dest = htons(port);
	uh->len = htons(len);
	uh->check = csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_UDP,
				      skb_checksum(skb, HEADERS - sizeof(*uh),
						   len, 0));
	/* As where the device has found the checksum right. */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth->h_proto;
}

static int bench_model_set(const char *val, const struct kernel_param *kp)
{
	u32 group, port, payload;
	struct sk_buff *skb;

	if (sscanf(val, "%u %u %u", &group, &port, &payload) != 3 ||
	    payload > 60000)
		return -EINVAL;
	skb = alloc_skb(NET_SKB_PAD + HEADERS + 1024, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put_zero(skb, HEADERS);
	if (bench_fill(skb, payload)) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	bench_headers(skb, group, port);
	kfree_skb(model);
	model = skb;
	return 0;
}

/* To another group than the model's. */
static void bench_move(struct sk_buff *skb, u32 by)
{
	struct ethhdr *eth = (struct ethhdr *)skb->data;
	struct iphdr *iph = (struct iphdr *)(eth + 1);
	struct udphdr *uh = (struct udphdr *)(iph + 1);
	__be32 to = htonl(ntohl(iph->daddr) + by);

	csum_replace4(&iph->check, iph->daddr, to);
	csum_replace4(&uh->check, iph->daddr, to);
	iph->daddr = to;
	ip_eth_mc_map(to, eth->h_dest);
}

/**
 * bench_model_copy - a packet like the model
 * @flow: to which of the groups; 0 is the model's
 *
 * Its pages are the model's. In the manner of a driver: nobody else has a reference
 * to it.
 *
 * Context: any.
 * Return: the caller's, or NULL: no memory.
 */
struct sk_buff *bench_model_copy(u32 flow)
{
	struct sk_buff *skb = pskb_copy(model, GFP_ATOMIC);

	if (skb && flow)
		bench_move(skb, flow);
	return skb;
}

/**
 * bench_model_size - what there is to send
 * @segs: datagrams that it is, 0 without a model
 * @len: bytes from the network header on
 *
 * Return: true if there is a model.
 */
bool bench_model_size(unsigned int *segs, unsigned int *len)
{
	*segs = model ? max_t(u32, skb_shinfo(model)->gso_segs, 1) : 0;
	*len = model ? model->len - ETH_HLEN : 0;
	return model;
}

/**
 * bench_model_end - no more model
 *
 * Context: process.
 */
void bench_model_end(void)
{
	bench_unhook(&keep_ops);
	kfree_skb(model);
	model = NULL;
}

static const struct kernel_param_ops keep_param_ops = { .set = bench_keep_set };
module_param_cb(keep, &keep_param_ops, NULL, 0200);
MODULE_PARM_DESC(keep, "IIF: the next packet is the model");

static const struct kernel_param_ops model_ops = { .set = bench_model_set };
module_param_cb(model, &model_ops, NULL, 0200);
MODULE_PARM_DESC(model, "GROUP PORT PAYLOAD: the packet to send");

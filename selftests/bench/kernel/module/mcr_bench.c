// SPDX-License-Identifier: GPL-2.0
/*
 * For the bench: the least that replication can cost, and a source of packets.
 *
 * clone:  echo "IIF PREFIX N" >/sys/module/mcr_bench/parameters/clone
 *	What comes in at IIF goes out of PREFIX0 … PREFIX(N-1): nothing but
 *	skb_clone() and dev_queue_xmit(), no look at the packet, no counters. This
 *	is the limit that mcr is measured against. An empty line ends it.
 * model:  echo "GROUP PORT PAYLOAD" >/sys/module/mcr_bench/parameters/model
 *	Makes a packet of UDP, of which copies are to be sent. GROUP is a number.
 *	From 1024 bytes on the payload is in pages, as from a driver's receive ring.
 * keep:   echo IIF >/sys/module/mcr_bench/parameters/keep
 *	The next packet that comes in at IIF is the model. An empty line ends it.
 * send:   echo "DEV COUNT FLOWS" >/sys/module/mcr_bench/parameters/send
 *	Sends so many copies of the model out of DEV, to FLOWS groups in turn. To be
 *	read afterwards: nanoseconds that it took, segments and L3 bytes of the
 *	model. pktgen cannot be used: it holds a reference to each packet that it
 *	sends, as no driver does, so that nobody may consume one.
 * sample: echo DEV >/sys/module/mcr_bench/parameters/sample
 *	From now on the packets that DEV sends are counted in slices of 4 ms. An
 *	empty line ends it. To be read afterwards: packets a second in the median
 *	slice and in that which nine tenths do not exceed, and the number of slices.
 *	A machine that does other things slows some slices down and hastens none.
 *
 * All in the initial network namespace, by one writer at a time.
 */
#include <linux/hrtimer.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/sort.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#define OUTPUTS_MAX	256
#define HEADERS		(ETH_HLEN + sizeof(struct iphdr) + sizeof(struct udphdr))
#define SOURCE		0x0a010002	/* 10.1.0.2 */
/* Packets between two chances for others to run. */
#define BURST		64
#define SLICE_NS	(4 * NSEC_PER_MSEC)
#define SLICES_MAX	2048

/**
 * struct bench_clone - the clone loop
 * @ops: its hook; @ops.dev is NULL while there is none
 * @n: number of @out
 * @out: devices, each held
 */
struct bench_clone {
	struct nf_hook_ops ops;
	u32 n;
	struct net_device *out[OUTPUTS_MAX];
};

/**
 * struct bench_sampler - the rate of a device, in slices
 * @timer: takes it
 * @dev: the device, held; NULL: none
 * @at: when the slice began
 * @packets: that @dev had sent then
 * @n: number of @rate
 * @rate: packets a second, in each slice
 */
struct bench_sampler {
	struct hrtimer timer;
	struct net_device *dev;
	ktime_t at;
	u64 packets;
	u32 n;
	u64 rate[SLICES_MAX];
};

static struct bench_clone loop;
static struct bench_sampler sampler;
static struct nf_hook_ops keep_ops;
static struct sk_buff *model;
static s64 send_ns;

static unsigned int bench_clone_hook(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	const struct bench_clone *c = priv;
	u32 i;

	skb_push(skb, ETH_HLEN);
	for (i = 0; i < c->n; i++) {
		struct sk_buff *nskb = skb;

		if (i + 1 < c->n)
			nskb = skb_clone(skb, GFP_ATOMIC);
		if (!nskb)
			continue;
		nskb->dev = c->out[i];
		dev_queue_xmit(nskb);
	}
	return NF_STOLEN;
}

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

static int bench_hook(struct nf_hook_ops *ops, const char *name,
		      nf_hookfn *hook, void *priv)
{
	struct net_device *dev = dev_get_by_name(&init_net, name);
	int err;

	if (!dev)
		return -ENODEV;
	*ops = (struct nf_hook_ops){
		.hook = hook,
		.dev = dev,
		.priv = priv,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
	};
	err = nf_register_net_hook(&init_net, ops);
	if (err) {
		ops->dev = NULL;
		dev_put(dev);
	}
	return err;
}

static void bench_unhook(struct nf_hook_ops *ops)
{
	if (!ops->dev)
		return;
	nf_unregister_net_hook(&init_net, ops);
	synchronize_net();
	dev_put(ops->dev);
	ops->dev = NULL;
}

static void bench_clone_end(void)
{
	bench_unhook(&loop.ops);
	while (loop.n)
		dev_put(loop.out[--loop.n]);
}

static int bench_clone_set(const char *val, const struct kernel_param *kp)
{
	char iif[IFNAMSIZ], prefix[IFNAMSIZ - 4], name[IFNAMSIZ];
	u32 i, n;

	bench_clone_end();
	if (sscanf(val, "%15s %11s %u", iif, prefix, &n) != 3)
		return 0;
	if (!n || n > OUTPUTS_MAX)
		return -ERANGE;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%u", prefix, i);
		loop.out[i] = dev_get_by_name(&init_net, name);
		if (!loop.out[i])
			return -ENODEV;
		loop.n++;
	}
	return bench_hook(&loop.ops, iif, bench_clone_hook, &loop);
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

/* One packet, and all that follows from it: in the manner of pktgen. */
static int bench_send(struct net_device *dev, u32 flow)
{
	struct sk_buff *skb = pskb_copy(model, GFP_ATOMIC);
	netdev_tx_t rc;

	if (!skb)
		return -ENOMEM;
	if (flow)
		bench_move(skb, flow);
	skb->dev = dev;
	local_bh_disable();
	rc = netdev_start_xmit(skb, dev, netdev_get_tx_queue(dev, 0), false);
	local_bh_enable();
	/* It may be ksoftirqd's turn; what waits for it too long is dropped. */
	while (local_softirq_pending())
		yield();
	return rc == NETDEV_TX_OK ? 0 : -EBUSY;
}

static int bench_send_set(const char *val, const struct kernel_param *kp)
{
	u32 n, flows, flow = 0, i;
	struct net_device *dev;
	char name[IFNAMSIZ];
	ktime_t start;
	int err = 0;

	if (sscanf(val, "%15s %u %u", name, &n, &flows) != 3 || !flows)
		return -EINVAL;
	if (!model)
		return -ENOENT;
	dev = dev_get_by_name(&init_net, name);
	if (!dev)
		return -ENODEV;
	start = ktime_get();
	for (i = 0; i < n && !err; i++) {
		err = bench_send(dev, flow);
		if (++flow == flows)
			flow = 0;
		if (i % BURST == 0)
			cond_resched();
	}
	send_ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	dev_put(dev);
	return err;
}

static int bench_send_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int segs = 0, len = 0;

	if (model) {
		segs = max_t(u32, skb_shinfo(model)->gso_segs, 1);
		len = model->len - ETH_HLEN;
	}
	return sysfs_emit(buffer, "%lld %u %u\n", send_ns, segs, len);
}

static void bench_slice(struct bench_sampler *s)
{
	struct rtnl_link_stats64 stats;
	ktime_t now = ktime_get();
	s64 ns = ktime_to_ns(ktime_sub(now, s->at));

	dev_get_stats(s->dev, &stats);
	/* Slices in which nothing was sent are before and after. */
	if (ns > 0 && stats.tx_packets > s->packets && s->n < SLICES_MAX)
		s->rate[s->n++] = (stats.tx_packets - s->packets) *
				  NSEC_PER_SEC / ns;
	s->at = now;
	s->packets = stats.tx_packets;
}

static enum hrtimer_restart bench_tick(struct hrtimer *timer)
{
	bench_slice(container_of(timer, struct bench_sampler, timer));
	hrtimer_forward_now(timer, ns_to_ktime(SLICE_NS));
	return HRTIMER_RESTART;
}

static int bench_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void bench_sample_end(void)
{
	if (!sampler.dev)
		return;
	hrtimer_cancel(&sampler.timer);
	dev_put(sampler.dev);
	sampler.dev = NULL;
	sort(sampler.rate, sampler.n, sizeof(sampler.rate[0]), bench_compare,
	     NULL);
}

static int bench_sample_set(const char *val, const struct kernel_param *kp)
{
	char dev[IFNAMSIZ];

	bench_sample_end();
	if (sscanf(val, "%15s", dev) != 1 || !*dev)
		return 0;
	sampler.dev = dev_get_by_name(&init_net, dev);
	if (!sampler.dev)
		return -ENODEV;
	bench_slice(&sampler);
	sampler.n = 0;
	hrtimer_start(&sampler.timer, ns_to_ktime(SLICE_NS), HRTIMER_MODE_REL);
	return 0;
}

static int bench_sample_get(char *buffer, const struct kernel_param *kp)
{
	u32 n = sampler.n;

	return sysfs_emit(buffer, "%llu %llu %u\n",
			  n ? sampler.rate[n / 2] : 0,
			  n ? sampler.rate[n * 9 / 10] : 0, n);
}

static const struct kernel_param_ops clone_ops = { .set = bench_clone_set };
module_param_cb(clone, &clone_ops, NULL, 0200);
MODULE_PARM_DESC(clone, "IIF PREFIX N: the clone loop");

static const struct kernel_param_ops keep_param_ops = { .set = bench_keep_set };
module_param_cb(keep, &keep_param_ops, NULL, 0200);
MODULE_PARM_DESC(keep, "IIF: the next packet is the model");

static const struct kernel_param_ops model_ops = { .set = bench_model_set };
module_param_cb(model, &model_ops, NULL, 0200);
MODULE_PARM_DESC(model, "GROUP PORT PAYLOAD: the packet to send");

static const struct kernel_param_ops send_ops = {
	.set = bench_send_set,
	.get = bench_send_get,
};
module_param_cb(send, &send_ops, NULL, 0600);
MODULE_PARM_DESC(send, "DEV COUNT FLOWS: send copies of the model");

static const struct kernel_param_ops sample_ops = {
	.set = bench_sample_set,
	.get = bench_sample_get,
};
module_param_cb(sample, &sample_ops, NULL, 0600);
MODULE_PARM_DESC(sample, "DEV: its rate in slices");

static int __init bench_init(void)
{
	hrtimer_init(&sampler.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	sampler.timer.function = bench_tick;
	return 0;
}

static void __exit bench_exit(void)
{
	bench_sample_end();
	bench_clone_end();
	bench_unhook(&keep_ops);
	kfree_skb(model);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bench of multicast replication: the clone loop");

// SPDX-License-Identifier: GPL-2.0
/*
 * For the bench: the least that replication can cost, and super-packets.
 *
 * clone:  echo "IIF PREFIX N" >/sys/module/mcr_bench/parameters/clone
 *	What comes in at IIF goes out of PREFIX0 … PREFIX(N-1): nothing but
 *	skb_clone() and dev_queue_xmit(), no look at the packet, no counters. This
 *	is the limit that mcr is measured against. An empty line ends it.
 * keep:   echo IIF >/sys/module/mcr_bench/parameters/keep
 *	The next packet that comes in at IIF is kept, as a model.
 * inject: echo "IIF COUNT" >/sys/module/mcr_bench/parameters/inject
 *	So many copies of the model, which share its pages, come in at IIF. To be
 *	read afterwards: nanoseconds that it took, segments and L3 bytes of the
 *	model.
 *
 * All in the initial network namespace, by one writer at a time.
 */
#include <linux/if_ether.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#define OUTPUTS_MAX	256
/* Copies between two chances for others to run. */
#define BURST		64

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

static struct bench_clone loop;
static struct nf_hook_ops keep_ops;
static struct sk_buff *model;
static s64 inject_ns;

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
		copy = skb_copy(skb, GFP_ATOMIC);
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
	if (sscanf(val, "%15s", iif) != 1)
		return 0;
	kfree_skb(model);
	model = NULL;
	return bench_hook(&keep_ops, iif, bench_keep_hook, NULL);
}

/* Up to BURST copies come in as from a driver's poll function. */
static int bench_burst(struct net_device *dev, u32 n)
{
	struct sk_buff *skb;

	local_bh_disable();
	while (n--) {
		skb = pskb_copy(model, GFP_ATOMIC);
		if (!skb)
			break;
		skb->dev = dev;
		netif_receive_skb(skb);
	}
	local_bh_enable();
	cond_resched();
	return n + 1 ? -ENOMEM : 0;
}

static int bench_inject_set(const char *val, const struct kernel_param *kp)
{
	struct net_device *dev;
	char iif[IFNAMSIZ];
	int err = 0;
	ktime_t start;
	u32 n;

	if (sscanf(val, "%15s %u", iif, &n) != 2)
		return -EINVAL;
	if (!model)
		return -ENOENT;
	dev = dev_get_by_name(&init_net, iif);
	if (!dev)
		return -ENODEV;
	start = ktime_get();
	for (; n && !err; n -= min_t(u32, n, BURST))
		err = bench_burst(dev, min_t(u32, n, BURST));
	inject_ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	dev_put(dev);
	return err;
}

static int bench_inject_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int segs = 0, len = 0;

	if (model) {
		segs = max_t(u32, skb_shinfo(model)->gso_segs, 1);
		len = model->len;
	}
	return sysfs_emit(buffer, "%lld %u %u\n", inject_ns, segs, len);
}

static const struct kernel_param_ops clone_ops = { .set = bench_clone_set };
module_param_cb(clone, &clone_ops, NULL, 0200);
MODULE_PARM_DESC(clone, "IIF PREFIX N: the clone loop");

static const struct kernel_param_ops keep_param_ops = { .set = bench_keep_set };
module_param_cb(keep, &keep_param_ops, NULL, 0200);
MODULE_PARM_DESC(keep, "IIF: keep the next packet");

static const struct kernel_param_ops inject_ops = {
	.set = bench_inject_set,
	.get = bench_inject_get,
};
module_param_cb(inject, &inject_ops, NULL, 0600);
MODULE_PARM_DESC(inject, "IIF COUNT: let copies of what was kept come in");

static int __init bench_init(void)
{
	return 0;
}

static void __exit bench_exit(void)
{
	bench_clone_end();
	bench_unhook(&keep_ops);
	kfree_skb(model);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bench of multicast replication: the clone loop");

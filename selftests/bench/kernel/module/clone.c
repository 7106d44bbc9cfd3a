// SPDX-License-Identifier: GPL-2.0
/*
 * The least that replication can cost: skb_clone() and dev_queue_xmit(), no look at
 * the packet, no counters.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#include "bench.h"

#define OUTPUTS_MAX	256

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

/**
 * bench_clone_end - no more clones
 *
 * Context: process.
 */
void bench_clone_end(void)
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

static const struct kernel_param_ops clone_ops = { .set = bench_clone_set };
module_param_cb(clone, &clone_ops, NULL, 0200);
MODULE_PARM_DESC(clone, "IIF PREFIX N: the clone loop");

// SPDX-License-Identifier: GPL-2.0
/*
 * A hook of the bench's own at a device's ingress.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "bench.h"

/**
 * bench_hook - hook into a device of the initial network namespace
 * @ops: filled in; @ops->dev is held until bench_unhook()
 * @name: the device's
 * @hook: what is called, and takes the packet
 * @priv: given to it
 *
 * Context: process.
 * Return: 0, or -ENODEV or what registering says; then @ops->dev is NULL.
 */
int bench_hook(struct nf_hook_ops *ops, const char *name, nf_hookfn *hook,
	       void *priv)
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

/**
 * bench_unhook - undo bench_hook()
 * @ops: its; none where @ops->dev is NULL
 *
 * Context: process.
 */
void bench_unhook(struct nf_hook_ops *ops)
{
	if (!ops->dev)
		return;
	nf_unregister_net_hook(&init_net, ops);
	synchronize_net();
	dev_put(ops->dev);
	ops->dev = NULL;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * There is no hook to be called: who looks at packets is another process.
 */
#ifndef KAPI_LINUX_NETFILTER_H
#define KAPI_LINUX_NETFILTER_H

#include <linux/netdevice.h>

/**
 * struct nf_hook_ops - where the module has its hook
 * @dev: the device
 * @priv: for the relay, if it needs something here
 */
struct nf_hook_ops {
	struct net_device *dev;
	void *priv;
};

#endif /* KAPI_LINUX_NETFILTER_H */

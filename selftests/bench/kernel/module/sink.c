// SPDX-License-Identifier: GPL-2.0
/*
 * Devices at which it ends, which note how long packets took to come there.
 */
#include <linux/cpumask.h>
#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/sort.h>
#include <net/rtnetlink.h>

#include "bench.h"

#define SAMPLES_MAX	BIT(18)

/* Nanoseconds, of one processor's packets; in the order in which they came, until
 * they are read.
 */
static u32 samples[SAMPLES_MAX];
static u32 n_samples;

static netdev_tx_t bench_sink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	u64 took = ktime_get_ns() - raw_cpu_read(bench_due);

	if (n_samples < SAMPLES_MAX)
		samples[n_samples++] = min_t(u64, took, U32_MAX);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops bench_sink_ops = {
	.ndo_start_xmit		= bench_sink_xmit,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
};

/* As a dummy. */
static void bench_sink_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &bench_sink_ops;
	dev->needs_free_netdev = true;
	dev->flags |= IFF_NOARP;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE;
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE |
			 NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
	dev->min_mtu = 0;
	dev->max_mtu = 0;
	eth_hw_addr_random(dev);
}

static struct rtnl_link_ops bench_sink_link_ops = {
	.kind	= "mcr_sink",
	.setup	= bench_sink_setup,
};

static int bench_sink_compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static u32 bench_sink_share(u32 permille)
{
	return samples[min_t(u64, (u64)n_samples * permille / 1000,
			     n_samples - 1)];
}

static int bench_latency_set(const char *val, const struct kernel_param *kp)
{
	/* They would be in the way of each other. */
	if (num_online_cpus() > 1)
		return -EOPNOTSUPP;
	n_samples = 0;
	return 0;
}

static int bench_latency_get(char *buffer, const struct kernel_param *kp)
{
	if (!n_samples)
		return sysfs_emit(buffer, "0 0 0 0 0 0\n");
	sort(samples, n_samples, sizeof(samples[0]), bench_sink_compare, NULL);
	return sysfs_emit(buffer, "%u %u %u %u %u %u\n", bench_sink_share(500),
			  bench_sink_share(900), bench_sink_share(990),
			  bench_sink_share(999), bench_sink_share(1000),
			  n_samples);
}

static const struct kernel_param_ops latency_ops = {
	.set = bench_latency_set,
	.get = bench_latency_get,
};
module_param_cb(latency, &latency_ops, NULL, 0600);
MODULE_PARM_DESC(latency, "how long packets took to the devices of type mcr_sink");

/**
 * bench_sink_begin - let devices of the type be made
 *
 * Context: process, takes RTNL.
 * Return: 0, or what registering says.
 */
int bench_sink_begin(void)
{
	return rtnl_link_register(&bench_sink_link_ops);
}

/**
 * bench_sink_end - they go, too
 *
 * Context: process, takes RTNL.
 */
void bench_sink_end(void)
{
	rtnl_link_unregister(&bench_sink_link_ops);
}

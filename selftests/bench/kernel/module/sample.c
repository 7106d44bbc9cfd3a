// SPDX-License-Identifier: GPL-2.0
/*
 * The rate of a device, in slices of time.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/sort.h>
#include <net/net_namespace.h>

#include "bench.h"

#define SLICE_NS	(4 * NSEC_PER_MSEC)
#define SLICES_MAX	2048

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

static struct bench_sampler sampler;

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

/**
 * bench_sample_end - no more samples; what there is can be read
 *
 * Context: process.
 */
void bench_sample_end(void)
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

/**
 * bench_sample_begin - once, before all else of this file
 */
void bench_sample_begin(void)
{
	hrtimer_init(&sampler.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	sampler.timer.function = bench_tick;
}

static const struct kernel_param_ops sample_ops = {
	.set = bench_sample_set,
	.get = bench_sample_get,
};
module_param_cb(sample, &sample_ops, NULL, 0600);
MODULE_PARM_DESC(sample, "DEV: its rate in slices");

// SPDX-License-Identifier: GPL-2.0
/*
 * Sending copies of the model, in the manner of pktgen.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "bench.h"

/* Packets between two chances for others to run. */
#define BURST		64

/**
 * struct bench_sender - what one processor sends
 * @dev: out of which device
 * @n: how many packets
 * @flows: to how many groups
 * @gap: nanoseconds between two of them; 0: one behind the other
 * @task: the thread; NULL: the caller's
 * @done: it has sent all
 * @err: what went wrong
 */
struct bench_sender {
	struct net_device *dev;
	u32 n;
	u32 flows;
	u32 gap;
	struct task_struct *task;
	struct completion done;
	int err;
};

DEFINE_PER_CPU(u64, bench_due);
static s64 send_ns;

/* One packet, and all that follows from it. */
static int bench_send(struct net_device *dev, u32 flow)
{
	struct sk_buff *skb = bench_model_copy(flow);
	netdev_tx_t rc;

	if (!skb)
		return -ENOMEM;
	skb->dev = dev;
	local_bh_disable();
	rc = netdev_start_xmit(skb, dev, netdev_get_tx_queue(dev, 0), false);
	local_bh_enable();
	/* It may be ksoftirqd's turn; what waits for it too long is dropped. */
	while (local_softirq_pending())
		yield();
	return rc == NETDEV_TX_OK ? 0 : -EBUSY;
}

/* Wait until a packet is due; returns when the one behind it is. */
static u64 bench_wait(u64 due, u32 gap)
{
	u64 now = ktime_get_ns();

	while (now < due) {
		cpu_relax();
		now = ktime_get_ns();
	}
	raw_cpu_write(bench_due, due);
	return due + gap;
}

static int bench_send_all(const struct bench_sender *s)
{
	u64 due = ktime_get_ns();
	u32 flow = 0, i;
	int err = 0;

	for (i = 0; i < s->n && !err; i++) {
		if (i % BURST == 0)
			cond_resched();
		if (s->gap)
			due = bench_wait(due, s->gap);
		err = bench_send(s->dev, flow);
		if (++flow == s->flows)
			flow = 0;
	}
	return err;
}

static int bench_sender_run(void *data)
{
	struct bench_sender *s = data;

	s->err = bench_send_all(s);
	complete(&s->done);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* On each of some processors at a time; the first thing that went wrong. */
static int bench_send_by(const struct bench_sender *what, unsigned int cpus)
{
	struct bench_sender *s = kcalloc(cpus, sizeof(*s), GFP_KERNEL);
	unsigned int cpu, n = 0;
	int err = 0;

	if (!s)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		if (n == cpus)
			break;
		s[n] = *what;
		init_completion(&s[n].done);
		s[n].task = kthread_create_on_cpu(bench_sender_run, &s[n], cpu,
						  "mcr_bench/%u");
		if (IS_ERR(s[n].task)) {
			err = PTR_ERR(s[n].task);
			break;
		}
		n++;
	}
	if (!err && n < cpus)
		err = -ERANGE;
	for (cpu = 0; cpu < n && !err; cpu++)
		wake_up_process(s[cpu].task);
	for (cpu = 0; cpu < n; cpu++) {
		if (!err)
			wait_for_completion(&s[cpu].done);
	}
	for (cpu = 0; cpu < n; cpu++) {
		kthread_stop(s[cpu].task);
		err = err ?: s[cpu].err;
	}
	kfree(s);
	return err;
}

static int bench_send_set(const char *val, const struct kernel_param *kp)
{
	struct bench_sender s = { };
	unsigned int segs, len, cpus = 1;
	char name[IFNAMSIZ];
	ktime_t start;
	int err;

	if (sscanf(val, "%15s %u %u %u %u", name, &s.n, &s.flows, &cpus,
		   &s.gap) < 3 || !s.flows || !cpus)
		return -EINVAL;
	if (!bench_model_size(&segs, &len))
		return -ENOENT;
	s.dev = dev_get_by_name(&init_net, name);
	if (!s.dev)
		return -ENODEV;
	start = ktime_get();
	err = cpus == 1 ? bench_send_all(&s) : bench_send_by(&s, cpus);
	send_ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	dev_put(s.dev);
	return err;
}

static int bench_send_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int segs, len;

	bench_model_size(&segs, &len);
	return sysfs_emit(buffer, "%lld %u %u\n", send_ns, segs, len);
}

static const struct kernel_param_ops send_ops = {
	.set = bench_send_set,
	.get = bench_send_get,
};
module_param_cb(send, &send_ops, NULL, 0600);
MODULE_PARM_DESC(send, "DEV COUNT FLOWS CPUS GAP: send copies of the model");

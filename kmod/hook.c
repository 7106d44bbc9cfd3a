// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter ingress hook of a device that rules receive from.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "carry.h"
#include "forward.h"
#include "hook.h"
#include "match.h"
#include "table.h"

#if !IS_ENABLED(CONFIG_NETFILTER_INGRESS)
#error "mcr needs a kernel with CONFIG_NETFILTER_INGRESS"
#endif

/* Behind nftables' ingress chains of priority 0: they may filter and mark. */
#define MCR_HOOK_PRIORITY	100

/* Frees struct mcr_ingress; our own, so that exit can wait for it. */
static struct workqueue_struct *mcr_hook_wq;

static void mcr_hook_count(struct mcr_ingress *ing, bool not_matched,
			   bool malformed)
{
	struct mcr_ingress_counters *c = this_cpu_ptr(ing->counters);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->seen);
	if (not_matched)
		u64_stats_inc(&c->not_matched);
	if (malformed)
		u64_stats_inc(&c->malformed);
	u64_stats_update_end(&c->syncp);
}

static struct mcr_fanout *mcr_hook_match(struct mcr_ingress *ing,
					 const struct mcr_flow *flow)
{
	struct mcr_entry *e = mcr_lookup_find(&ing->lookup, flow);

	if (!e)
		return NULL;
	return rcu_dereference(container_of(e, struct mcr_rule, entry)->fanout);
}

/*
 * Is the packet ours? It is the time stamp that packet sockets tell, too. What
 * other people call a time stamp, when to send it, is none.
 */
static bool mcr_hook_carries(const struct mcr_fanout *f, struct sk_buff *skb)
{
	u8 carry = READ_ONCE(f->carry);
	ktime_t stamp;

	if (!mcr_carry_moves(carry))
		return carry == MCR_CARRY_HERE;
	stamp = skb_tstamp(skb);
	if (!stamp)
		stamp = ktime_get_real();
	return mcr_carries(carry, f->since, ktime_to_ns(stamp));
}

/*
 * Softirq or BH disabled, under RCU. @skb belongs to the caller unless
 * NF_STOLEN is returned.
 */
static unsigned int mcr_hook(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct mcr_packet p MCR_UNINITIALIZED;
	struct mcr_ingress *ing = priv;
	struct mcr_fanout *f = NULL;
	enum mcr_verdict verdict;

	verdict = mcr_match_parse(skb, &p);
	if (verdict == MCR_VERDICT_PACKET) {
		f = mcr_hook_match(ing, &p.flow);
		if (!f)
			mcr_unmatched_note(ing->unmatched, &p.flow);
	}
	mcr_hook_count(ing, !f && verdict != MCR_VERDICT_MALFORMED,
		       verdict == MCR_VERDICT_MALFORMED);
	if (!f)
		return NF_ACCEPT;
	/* The relay's: it has a copy. */
	if (unlikely(READ_ONCE(f->carry)) && !mcr_hook_carries(f, skb))
		return NF_ACCEPT;
	return mcr_forward(f, skb, &p) ? NF_STOLEN : NF_ACCEPT;
}

/**
 * mcr_ingress_new - make the ingress side of a device
 * @lock: mcr_net.lock
 *
 * Context: Process; may sleep.
 * Return: owned by the caller; NULL without memory.
 */
struct mcr_ingress *mcr_ingress_new(struct mutex *lock)
{
	struct mcr_ingress *ing;

	ing = kzalloc(sizeof(*ing), MCR_GFP);
	if (!ing)
		return NULL;
	ing->counters = mcr_stats_alloc(struct mcr_ingress_counters);
	if (!ing->counters)
		goto err;
	ing->unmatched = mcr_unmatched_alloc();
	if (!ing->unmatched)
		goto err_counters;
	if (mcr_lookup_init(&ing->lookup, lock))
		goto err_unmatched;
	INIT_LIST_HEAD(&ing->list);
	return ing;

err_unmatched:
	free_percpu(ing->unmatched);
err_counters:
	free_percpu(ing->counters);
err:
	kfree(ing);
	return NULL;
}

static void mcr_ingress_free_work(struct work_struct *work)
{
	struct mcr_ingress *ing = container_of(to_rcu_work(work),
					       struct mcr_ingress, rwork);

	mcr_lookup_exit(&ing->lookup);
	free_percpu(ing->unmatched);
	free_percpu(ing->counters);
	kfree(ing);
}

/**
 * mcr_ingress_free - free the ingress side of a device, later
 * @ing: not hooked and empty, though the hook may still run
 *
 * Context: Process, under RTNL and mcr_net.lock.
 */
void mcr_ingress_free(struct mcr_ingress *ing)
{
	INIT_RCU_WORK(&ing->rwork, mcr_ingress_free_work);
	queue_rcu_work(mcr_hook_wq, &ing->rwork);
}

/**
 * mcr_ingress_hook - look at a device's packets from now on
 * @ing: its ingress side, not hooked
 * @net: its network namespace
 * @dev: the device
 *
 * Context: Process, under RTNL: the device cannot go away.
 * Return: 0 or what nf_register_net_hook() says.
 */
int mcr_ingress_hook(struct mcr_ingress *ing, struct net *net,
		     struct net_device *dev)
{
	int err;

	ASSERT_RTNL();
	ing->ops = (struct nf_hook_ops){
		.hook = mcr_hook,
		.dev = dev,
		.priv = ing,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = MCR_HOOK_PRIORITY,
	};
	err = nf_register_net_hook(net, &ing->ops);
	ing->hooked = !err;
	return err;
}

/**
 * mcr_ingress_unhook - look at a device's packets no more
 * @ing: its ingress side
 * @net: the network namespace it was hooked in, which its device is still in
 *
 * The hook may still run until a grace period has passed.
 *
 * Context: Process, under RTNL.
 */
void mcr_ingress_unhook(struct mcr_ingress *ing, struct net *net)
{
	ASSERT_RTNL();
	if (!ing->hooked)
		return;
	nf_unregister_net_hook(net, &ing->ops);
	ing->hooked = false;
}

/**
 * mcr_hook_init - prepare for hooks
 *
 * Return: 0 or -ENOMEM.
 */
int __init mcr_hook_init(void)
{
	mcr_hook_wq = alloc_workqueue("mcr", 0, 0);
	return mcr_hook_wq ? 0 : -ENOMEM;
}

/**
 * mcr_hook_exit - wait until all that was to be freed is freed
 *
 * All hooks are gone.
 */
void mcr_hook_exit(void)
{
	/* Work that waits for a grace period is not queued yet. */
	rcu_barrier();
	destroy_workqueue(mcr_hook_wq);
}

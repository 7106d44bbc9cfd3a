/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netfilter ingress hook of a device that rules receive from.
 */
#ifndef MCR_HOOK_H
#define MCR_HOOK_H

#include <linux/netfilter.h>
#include <linux/workqueue.h>

#include "lookup.h"
#include "stats.h"
#include "unmatched.h"

struct net;
struct net_device;

/**
 * struct mcr_ingress - a device that rules receive from
 * @lookup: finds the rule of a packet
 * @counters: per CPU, owned
 * @unmatched: per CPU, owned: flows that no rule took
 * @ops: the hook; registered if @hooked
 * @hooked: packets are looked at
 * @list: of struct mcr_rule.iif_node: the rules that name the device
 * @rules: how many
 * @enabled: of which are enabled; the hook is there while there are any
 * @allmulti: of which hold the device in allmulti
 * @told_hooked: @hooked, as listeners know it
 * @told_ifindex: the device, likewise; 0: none
 * @rwork: frees it after a grace period, where it may sleep
 *
 * Changes are made under RTNL and mcr_net.lock; the hook runs under RCU.
 */
struct mcr_ingress {
	struct mcr_lookup lookup;
	struct mcr_ingress_counters __percpu *counters;
	struct mcr_unmatched __percpu *unmatched;
	struct nf_hook_ops ops;
	struct list_head list;
	bool hooked;
	u32 rules;
	u32 enabled;
	u32 allmulti;
	bool told_hooked;
	u32 told_ifindex;
	struct rcu_work rwork;
};

int mcr_hook_init(void);
void mcr_hook_exit(void);

struct mcr_ingress *mcr_ingress_new(struct mutex *lock);
void mcr_ingress_free(struct mcr_ingress *ing);
int mcr_ingress_hook(struct mcr_ingress *ing, struct net *net,
		     struct net_device *dev);
void mcr_ingress_unhook(struct mcr_ingress *ing, struct net *net);

#endif /* MCR_HOOK_H */

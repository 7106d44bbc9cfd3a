// SPDX-License-Identifier: GPL-2.0
/*
 * Calling for the traffic of rules: group memberships and allmulti.
 *
 * A group that two rules receive from one device is one membership with two
 * users. Allmulti is counted likewise, for each ingress device.
 *
 * All of this runs in process context under RTNL and mcr_net.lock.
 */
#include <linux/errno.h>
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "hook.h"
#include "mem.h"
#include "member.h"
#include "netdev.h"
#include "table.h"

/**
 * struct mcr_group_key - what a membership is for
 * @port: the ingress device
 * @addr: the group
 * @family: of the group
 * @pad: 0; the key is hashed as it lies in memory
 */
struct mcr_group_key {
	const struct mcr_port *port;
	union mcr_addr addr;
	u32 family;
	u32 pad;
};

/**
 * struct mcr_group - a membership
 * @node: in mcr_net.groups
 * @key: what it is for
 * @users: rules that have it
 * @rcu: for kfree_rcu(): a resize of the hash table may still walk over it
 */
struct mcr_group {
	struct rhash_head node;
	struct mcr_group_key key;
	u32 users;
	struct rcu_head rcu;
};

static const struct rhashtable_params mcr_group_params = {
	.key_len = sizeof(struct mcr_group_key),
	.key_offset = offsetof(struct mcr_group, key),
	.head_offset = offsetof(struct mcr_group, node),
	.automatic_shrinking = true,
};

/**
 * mcr_member_init - prepare a namespace for memberships
 * @mn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_member_init(struct mcr_net *mn)
{
	return rhashtable_init(&mn->groups, &mcr_group_params);
}

/**
 * mcr_member_exit - free what mcr_member_init() made
 * @mn: the namespace, without memberships
 */
void mcr_member_exit(struct mcr_net *mn)
{
	rhashtable_destroy(&mn->groups);
}

static bool mcr_member_joins(const struct mcr_rule *rule)
{
	return rule->join == MCR_JOIN_AUTO &&
	       mcr_match_exact(&rule->entry.match);
}

#if IS_ENABLED(CONFIG_IPV6)
static bool mcr_member_possible6(const struct net_device *dev)
{
	return __in6_dev_get(dev);
}

static int mcr_member_join6(struct net_device *dev, const union mcr_addr *group)
{
	return ipv6_dev_mc_inc(dev, (const void *)group);
}

static void mcr_member_leave6(struct net_device *dev,
			      const union mcr_addr *group)
{
	ipv6_dev_mc_dec(dev, (const void *)group);
}
#else
static bool mcr_member_possible6(const struct net_device *dev)
{
	return false;
}

static int mcr_member_join6(struct net_device *dev, const union mcr_addr *group)
{
	return -EPROTONOSUPPORT;
}

static void mcr_member_leave6(struct net_device *dev,
			      const union mcr_addr *group)
{
}
#endif

/* Has the device the protocol at all? It has not below a minimal MTU. */
static bool mcr_member_possible(u8 family, const struct net_device *dev)
{
	if (family == AF_INET)
		return __in_dev_get_rtnl(dev);
	return mcr_member_possible6(dev);
}

/* ip_mc_inc_group() does not say whether it had the memory. */
static int mcr_member_join4(struct in_device *in_dev, __be32 group)
{
	struct ip_mc_list *im;

	ip_mc_inc_group(in_dev, group);
	for (im = rtnl_dereference(in_dev->mc_list); im;
	     im = rtnl_dereference(im->next_rcu))
		if (im->multiaddr == group)
			return 0;
	return -ENOMEM;
}

static int mcr_group_call(const struct mcr_group *g, struct net_device *dev)
{
	if (g->key.family == AF_INET)
		return mcr_member_join4(__in_dev_get_rtnl(dev), g->key.addr.ip);
	return mcr_member_join6(dev, &g->key.addr);
}

/* The protocol, where it is gone, took its memberships along. */
static void mcr_group_uncall(const struct mcr_group *g, struct net_device *dev)
{
	if (!mcr_member_possible(g->key.family, dev))
		return;
	if (g->key.family == AF_INET)
		ip_mc_dec_group(__in_dev_get_rtnl(dev), g->key.addr.ip);
	else
		mcr_member_leave6(dev, &g->key.addr);
}

static struct mcr_group *mcr_group_find(struct mcr_net *mn,
					const struct mcr_rule *rule)
{
	struct mcr_group_key key = {
		.port = rule->iif,
		.addr = rule->entry.match.group,
		.family = rule->entry.match.family,
	};

	return rhashtable_lookup_fast(&mn->groups, &key, mcr_group_params);
}

static int mcr_group_join(struct mcr_net *mn, const struct mcr_rule *rule,
			  struct net_device *dev)
{
	struct mcr_group *g;
	int err;

	if (mn->n_joins >= MCR_JOINS_MAX)
		return -ENOSPC;
	if (!mcr_member_possible(rule->entry.match.family, dev))
		return -EPROTONOSUPPORT;
	g = kzalloc(sizeof(*g), MCR_GFP);
	if (!g)
		return -ENOMEM;
	g->key.port = rule->iif;
	g->key.addr = rule->entry.match.group;
	g->key.family = rule->entry.match.family;
	g->users = 1;
	err = mcr_group_call(g, dev);
	if (err)
		goto err;
	err = rhashtable_insert_fast(&mn->groups, &g->node, mcr_group_params);
	if (err)
		goto err_call;
	mn->n_joins++;
	return 0;

err_call:
	mcr_group_uncall(g, dev);
err:
	kfree(g);
	return err;
}

static int mcr_member_join(struct mcr_net *mn, const struct mcr_rule *rule,
			   struct net_device *dev)
{
	struct mcr_group *g = mcr_group_find(mn, rule);

	if (!g)
		return mcr_group_join(mn, rule, dev);
	g->users++;
	return 0;
}

static void mcr_member_leave(struct mcr_net *mn, const struct mcr_rule *rule,
			     struct net_device *dev)
{
	struct mcr_group *g = mcr_group_find(mn, rule);

	if (WARN_ON_ONCE(!g) || --g->users)
		return;
	mcr_group_uncall(g, dev);
	mn->n_joins--;
	rhashtable_remove_fast(&mn->groups, &g->node, mcr_group_params);
	kfree_rcu(g, rcu);
}

static int mcr_member_allmulti(struct mcr_ingress *ing, struct net_device *dev)
{
	int err = 0;

	if (!ing->allmulti)
		err = dev_set_allmulti(dev, 1);
	if (!err)
		ing->allmulti++;
	return err;
}

static void mcr_member_no_allmulti(struct mcr_ingress *ing,
				   struct net_device *dev)
{
	if (!--ing->allmulti)
		dev_set_allmulti(dev, -1);
}

/**
 * mcr_member_get - call for a rule's traffic
 * @mn: the namespace
 * @rule: an enabled rule without membership
 *
 * Where that fails the rule's membership says so. Nothing is done for a rule
 * that waits for its device.
 */
void mcr_member_get(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	int err;

	if (!dev)
		return;
	if (mcr_member_joins(rule)) {
		err = mcr_member_join(mn, rule, dev);
		rule->membership = MCR_MEMBERSHIP_JOINED;
	} else {
		err = mcr_member_allmulti(rule->iif->ingress, dev);
		rule->membership = MCR_MEMBERSHIP_ALLMULTI;
	}
	rule->membership_error = -err;
	if (err)
		rule->membership = MCR_MEMBERSHIP_FAILED;
}

/**
 * mcr_member_put - a rule's traffic is no longer called for
 * @mn: the namespace
 * @rule: a rule, whose device is still bound if it has a membership
 */
void mcr_member_put(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);

	if (rule->membership == MCR_MEMBERSHIP_JOINED)
		mcr_member_leave(mn, rule, dev);
	else if (rule->membership == MCR_MEMBERSHIP_ALLMULTI)
		mcr_member_no_allmulti(rule->iif->ingress, dev);
	rule->membership = MCR_MEMBERSHIP_NONE;
	rule->membership_error = 0;
}

/**
 * mcr_member_refresh - the device changed: look after a rule's membership
 * @mn: the namespace
 * @rule: an enabled rule whose device is bound
 *
 * An MTU below the protocol's minimum takes the protocol and its memberships
 * from the device; a larger one brings the protocol back, without them.
 */
void mcr_member_refresh(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);

	if (rule->membership == MCR_MEMBERSHIP_JOINED &&
	    !mcr_member_possible(rule->entry.match.family, dev)) {
		mcr_member_leave(mn, rule, dev);
		rule->membership = MCR_MEMBERSHIP_FAILED;
		rule->membership_error = EPROTONOSUPPORT;
	} else if (rule->membership == MCR_MEMBERSHIP_FAILED) {
		mcr_member_get(mn, rule);
	}
}

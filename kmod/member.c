// SPDX-License-Identifier: GPL-2.0
/*
 * Calling for the traffic of rules: group memberships and allmulti.
 *
 * One group joined for two rules is one membership with two users: igmp and
 * mld count them. Allmulti is counted here, once for each ingress device.
 *
 * All of this runs in process context under RTNL and mcr_net.lock.
 */
#include <linux/errno.h>
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "member.h"
#include "table.h"

static bool mcr_member_joins(const struct mcr_rule *rule)
{
	return rule->join == MCR_JOIN_AUTO &&
	       mcr_match_exact(&rule->entry.match);
}

/* Has the device the protocol at all? It has not below a minimal MTU. */
static bool mcr_member_possible(const struct mcr_rule *rule,
				const struct net_device *dev)
{
	if (rule->entry.match.family == AF_INET)
		return __in_dev_get_rtnl(dev);
#if IS_ENABLED(CONFIG_IPV6)
	return __in6_dev_get(dev);
#else
	return false;
#endif
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

static int mcr_member_join(struct mcr_net *mn, const struct mcr_rule *rule,
			   struct net_device *dev)
{
	const struct mcr_match *m = &rule->entry.match;
	int err;

	if (mn->n_joins >= MCR_JOINS_MAX)
		return -ENOSPC;
	if (!mcr_member_possible(rule, dev))
		return -EPROTONOSUPPORT;
	if (m->family == AF_INET)
		err = mcr_member_join4(__in_dev_get_rtnl(dev), m->group.ip);
	else
		err = ipv6_dev_mc_inc(dev, (const struct in6_addr *)&m->group);
	if (!err)
		mn->n_joins++;
	return err;
}

static void mcr_member_leave(struct mcr_net *mn, const struct mcr_rule *rule,
			     struct net_device *dev)
{
	const struct mcr_match *m = &rule->entry.match;

	mn->n_joins--;
	/* The protocol took its memberships along. */
	if (!mcr_member_possible(rule, dev))
		return;
	if (m->family == AF_INET)
		ip_mc_dec_group(__in_dev_get_rtnl(dev), m->group.ip);
	else
		ipv6_dev_mc_dec(dev, (const struct in6_addr *)&m->group);
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
	    !mcr_member_possible(rule, dev)) {
		mcr_member_leave(mn, rule, dev);
		rule->membership = MCR_MEMBERSHIP_FAILED;
		rule->membership_error = EPROTONOSUPPORT;
	} else if (rule->membership == MCR_MEMBERSHIP_FAILED) {
		mcr_member_get(mn, rule);
	}
}

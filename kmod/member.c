// SPDX-License-Identifier: GPL-2.0
/*
 * Calling for the traffic of rules: group memberships and allmulti.
 *
 * Memberships are join.c's. Allmulti is counted for each ingress device.
 *
 * All of this runs in process context under RTNL and mcr_net.lock.
 */
#include <linux/errno.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>

#include "hook.h"
#include "join.h"
#include "member.h"
#include "netdev.h"
#include "table.h"

/**
 * mcr_member_init - prepare a namespace for memberships
 * @mn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_member_init(struct mcr_net *mn)
{
	mn->joins = mcr_joins_new(mn);
	return mn->joins ? 0 : -ENOMEM;
}

/**
 * mcr_member_exit - free what mcr_member_init() made
 * @mn: the namespace, without rules
 *
 * Context: Process; takes RTNL and mcr_net.lock.
 */
void mcr_member_exit(struct mcr_net *mn)
{
	mcr_joins_free(mn->joins);
}

/**
 * mcr_member_settle - wait until groups are joined and left as rules want it
 * @mn: the namespace
 *
 * For those who have changed rules, so that they can rely on it. What others
 * change meanwhile may be waited for, too.
 *
 * Context: Process, without RTNL and mcr_net.lock.
 */
void mcr_member_settle(struct mcr_net *mn)
{
	mcr_joins_settle(mn->joins);
}

static bool mcr_member_joins(const struct mcr_rule *rule)
{
	return rule->join == MCR_JOIN_AUTO &&
	       mcr_match_exact(&rule->entry.match);
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
 * A group is joined soon after that; until then the rule has no membership.
 * Where it fails the rule's membership says so. Nothing is done for a rule that
 * waits for its device.
 */
void mcr_member_get(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	struct mcr_ingress *ing = rule->iif->ingress;
	int err;

	if (!dev)
		return;
	if (mcr_member_joins(rule)) {
		mcr_join_get(mn, rule, dev);
		return;
	}
	err = mcr_member_allmulti(ing, dev);
	ing->unable += !!err;
	rule->membership = err ? MCR_MEMBERSHIP_FAILED :
				 MCR_MEMBERSHIP_ALLMULTI;
	rule->membership_error = -err;
}

/**
 * mcr_member_put - a rule's traffic is no longer called for
 * @mn: the namespace
 * @rule: a rule, whose device is still bound if it has a membership
 */
void mcr_member_put(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	struct mcr_ingress *ing = rule->iif->ingress;

	if (mcr_member_joins(rule))
		mcr_join_put(mn, rule);
	else if (rule->membership == MCR_MEMBERSHIP_ALLMULTI)
		mcr_member_no_allmulti(ing, dev);
	else if (rule->membership == MCR_MEMBERSHIP_FAILED)
		ing->unable--;
	rule->membership = MCR_MEMBERSHIP_NONE;
	rule->membership_error = 0;
}

/**
 * mcr_member_refresh - a device changed: try again what failed
 * @mn: the namespace
 * @port: the device, bound
 */
void mcr_member_refresh(struct mcr_net *mn, const struct mcr_port *port)
{
	struct mcr_rule *rule;

	mcr_joins_retry(mn, mcr_port_dev(mn, port));
	if (!port->ingress->unable)
		return;
	list_for_each_entry(rule, &port->ingress->list, iif_node) {
		if (rule->membership != MCR_MEMBERSHIP_FAILED ||
		    mcr_member_joins(rule))
			continue;
		mcr_member_put(mn, rule);
		mcr_member_get(mn, rule);
	}
}

/**
 * mcr_member_lose - a device goes, and with it all memberships
 * @mn: the namespace
 * @dev: the device
 */
void mcr_member_lose(struct mcr_net *mn, const struct net_device *dev)
{
	mcr_joins_lose(mn, dev, AF_UNSPEC);
}

/**
 * mcr_member_mtu - a device's MTU changed
 * @mn: the namespace
 * @dev: the device
 *
 * An MTU below the protocol's minimum takes the protocol and its memberships
 * from the device; a larger one brings the protocol back, without them.
 */
void mcr_member_mtu(struct mcr_net *mn, const struct net_device *dev)
{
	if (!__in_dev_get_rtnl(dev))
		mcr_joins_lose(mn, dev, AF_INET);
	if (!IS_ENABLED(CONFIG_IPV6) || !__in6_dev_get(dev))
		mcr_joins_lose(mn, dev, AF_INET6);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Letting packets in: a rule that is enabled is in the classifier of its
 * ingress device, the device has the hook, and the traffic is called for.
 *
 * All of this runs in process context under RTNL and mcr_net.lock.
 */
#include <linux/if_vlan.h>

#include "bind.h"
#include "hook.h"
#include "member.h"
#include "netdev.h"
#include "table.h"

/*
 * A network card that filters VLANs lets in those that it was told of. The core
 * counts how often that was. If the card will not, the rule is in force all the
 * same: it sees nothing, as with a group that nobody sends to.
 */
static void mcr_bind_vlan_get(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	u16 vlan = rule->entry.match.vlan;

	if (dev && vlan && !rule->vlan_held)
		rule->vlan_held = !vlan_vid_add(dev, htons(ETH_P_8021Q), vlan);
}

static void mcr_bind_vlan_put(struct mcr_net *mn, struct mcr_rule *rule)
{
	if (!rule->vlan_held)
		return;
	vlan_vid_del(mcr_port_dev(mn, rule->iif), htons(ETH_P_8021Q),
		     rule->entry.match.vlan);
	rule->vlan_held = false;
}

/**
 * mcr_bind_start - let a rule take packets
 * @mn: the namespace
 * @rule: a rule that takes none
 * @error: says why, on failure
 *
 * That its traffic cannot be called for is no failure.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_bind_start(struct mcr_net *mn, struct mcr_rule *rule,
		    struct mcr_error *error)
{
	struct mcr_ingress *ing = rule->iif->ingress;
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	int err;

	err = mcr_lookup_insert(&ing->lookup, &rule->entry);
	if (err) {
		error->why = err == -ENOSPC ? MCR_REFUSED_MASKS :
					      MCR_REFUSED_MEMORY;
		return false;
	}
	if (dev && !ing->hooked && mcr_ingress_hook(ing, mn->net, dev)) {
		mcr_lookup_remove(&ing->lookup, &rule->entry);
		error->why = MCR_REFUSED_HOOK;
		return false;
	}
	ing->enabled++;
	rule->disabled = false;
	mcr_bind_vlan_get(mn, rule);
	mcr_member_get(mn, rule);
	return true;
}

/**
 * mcr_bind_stop - let a rule take no packets
 * @mn: the namespace
 * @rule: the rule, which may take none already
 */
void mcr_bind_stop(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_ingress *ing = rule->iif->ingress;

	if (rule->disabled)
		return;
	mcr_member_put(mn, rule);
	mcr_bind_vlan_put(mn, rule);
	rule->disabled = true;
	if (!--ing->enabled)
		mcr_ingress_unhook(ing, mn->net);
	mcr_lookup_remove(&ing->lookup, &rule->entry);
}

/**
 * mcr_bind_port_bound - a port got its device
 * @mn: the namespace
 * @port: the port
 */
void mcr_bind_port_bound(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing || !ing->enabled)
		return;
	/* Without memory for it the device stays unhooked: its state says so. */
	mcr_ingress_hook(ing, mn->net, mcr_port_dev(mn, port));
	list_for_each_entry(rule, &ing->list, iif_node) {
		if (rule->disabled)
			continue;
		mcr_bind_vlan_get(mn, rule);
		mcr_member_get(mn, rule);
	}
}

/**
 * mcr_bind_port_unbind - a port is about to lose its device
 * @mn: the namespace
 * @port: the port, still bound
 */
void mcr_bind_port_unbind(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing)
		return;
	list_for_each_entry(rule, &ing->list, iif_node) {
		mcr_member_put(mn, rule);
		mcr_bind_vlan_put(mn, rule);
	}
	mcr_ingress_unhook(ing, mn->net);
}

/**
 * mcr_bind_port_changed - a port's device went up, or changed its MTU
 * @mn: the namespace
 * @port: the port
 */
void mcr_bind_port_changed(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;
	struct mcr_rule *rule;

	if (!ing)
		return;
	list_for_each_entry(rule, &ing->list, iif_node)
		if (!rule->disabled)
			mcr_member_refresh(mn, rule);
}

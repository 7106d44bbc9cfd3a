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
#include "loop.h"
#include "mask.h"
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
 * mcr_bind_plan - do all that can fail before a rule takes packets
 * @mn: the namespace
 * @rule: a rule that takes none
 * @error: says why, on failure
 *
 * Whether there are too many masks then is for mcr_bind_fits() to say.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_bind_plan(struct mcr_net *mn, struct mcr_rule *rule,
		   struct mcr_error *error)
{
	struct mcr_ingress *ing = rule->iif->ingress;
	struct net_device *dev = mcr_port_dev(mn, rule->iif);
	int err;

	err = mcr_lookup_plan(&ing->lookup, &rule->entry);
	if (err) {
		error->why = err == -ENOSPC ? MCR_REFUSED_MASKS :
					      MCR_REFUSED_MEMORY;
		return false;
	}
	if (dev && !ing->hooked && mcr_ingress_hook(ing, mn->net, dev)) {
		mcr_lookup_unplan(&ing->lookup, &rule->entry);
		error->why = MCR_REFUSED_HOOK;
		return false;
	}
	ing->enabled++;
	return true;
}

static void mcr_bind_less(struct mcr_net *mn, struct mcr_ingress *ing)
{
	if (!--ing->enabled)
		mcr_ingress_unhook(ing, mn->net);
}

/**
 * mcr_bind_unplan - a rule is not to take packets after all
 * @mn: the namespace
 * @rule: the rule, after mcr_bind_plan()
 */
void mcr_bind_unplan(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_ingress *ing = rule->iif->ingress;

	mcr_lookup_unplan(&ing->lookup, &rule->entry);
	mcr_bind_less(mn, ing);
}

/**
 * mcr_bind_fits - can a planned rule be in force beside the others?
 * @rule: the rule, after mcr_bind_plan() of all that are planned
 * @error: says why not
 *
 * Return: true if so; nothing stands in the way of mcr_bind_go() then.
 */
bool mcr_bind_fits(struct mcr_rule *rule, struct mcr_error *error)
{
	if (mcr_mask_fits(&rule->iif->ingress->lookup))
		return true;
	error->why = MCR_REFUSED_MASKS;
	return false;
}

/**
 * mcr_bind_leaving - tell that a rule is to take no packets, for mcr_bind_fits()
 * @rule: a rule that takes some
 * @leaving: false takes that back, for all rules like it
 */
void mcr_bind_leaving(struct mcr_rule *rule, bool leaving)
{
	mcr_mask_leaving(&rule->iif->ingress->lookup, &rule->entry.match,
			 leaving);
}

/**
 * mcr_bind_go - let a planned rule take packets
 * @rule: the rule, after mcr_bind_fits()
 *
 * Its traffic is not called for yet.
 */
void mcr_bind_go(struct mcr_rule *rule)
{
	mcr_lookup_publish(&rule->iif->ingress->lookup, &rule->entry);
	rule->disabled = false;
}

/**
 * mcr_bind_call - call for a rule's traffic
 * @mn: the namespace
 * @rule: the rule, after mcr_bind_go()
 */
void mcr_bind_call(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_bind_vlan_get(mn, rule);
	mcr_member_get(mn, rule);
}

/* The rule's traffic is not called for any more. */
static void mcr_bind_halt(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_ingress *ing = rule->iif->ingress;

	rule->disabled = true;
	mcr_bind_less(mn, ing);
	mcr_lookup_remove(&ing->lookup, &rule->entry);
	mcr_loop_rule_stopped(mn, rule);
}

/**
 * mcr_bind_prepare - do all that can fail before a rule alone takes packets
 * @mn: the namespace
 * @rule: a rule that takes none
 * @error: says why, on failure
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_bind_prepare(struct mcr_net *mn, struct mcr_rule *rule,
		      struct mcr_error *error)
{
	if (!mcr_bind_plan(mn, rule, error))
		return false;
	if (mcr_bind_fits(rule, error))
		return true;
	mcr_bind_unplan(mn, rule);
	return false;
}

/**
 * mcr_bind_start - let a rule take packets
 * @mn: the namespace
 * @rule: a rule that takes none
 * @error: says why, on failure; and what to warn of, on success
 *
 * That its traffic cannot be called for is no failure.
 *
 * Return: true, or false if nothing has changed.
 */
bool mcr_bind_start(struct mcr_net *mn, struct mcr_rule *rule,
		    struct mcr_error *error)
{
	if (!mcr_bind_prepare(mn, rule, error))
		return false;
	mcr_bind_go(rule);
	mcr_bind_call(mn, rule);
	mcr_loop_rule_check(mn, rule, error);
	return true;
}

/**
 * mcr_bind_stop - let a rule take no packets, and call for none
 * @mn: the namespace
 * @rule: the rule, which may take none already
 */
void mcr_bind_stop(struct mcr_net *mn, struct mcr_rule *rule)
{
	if (rule->disabled)
		return;
	mcr_member_put(mn, rule);
	mcr_bind_vlan_put(mn, rule);
	mcr_bind_halt(mn, rule);
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
 * mcr_bind_port_changed - a port's device changed: what failed may work now
 * @mn: the namespace
 * @port: the port, bound
 */
void mcr_bind_port_changed(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_ingress *ing = port->ingress;

	if (!ing || !ing->enabled)
		return;
	if (!ing->hooked)
		mcr_ingress_hook(ing, mn->net, mcr_port_dev(mn, port));
	mcr_member_refresh(mn, port);
}

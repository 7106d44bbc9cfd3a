// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that feed themselves: what one sends comes back to it.
 *
 * DOC: Cycles
 *
 * An output leads to a rule if its copies may come in where that rule receives,
 * and the rule takes them. They may come in on the device they went out of:
 * another host behind it may send them back. And they do come in at the other
 * end of a veth pair, in whichever network namespace that is. What else joins
 * devices (bridges, cables) is not looked at.
 *
 * An output that leads back to its own rule, by way of any others, is in a
 * cycle. Nothing on the wire tells our copies from other packets: what ends the
 * cycle is the TTL, if an output in it decrements it. So of each cycle one
 * output at least is to be noted (mcr_output.feeds), unless one says so itself.
 *
 * A new cycle goes through what has changed: a rule that was put in force, a new
 * output, rules that receive from a device that came. Those are looked at, one
 * after the other, and noted where they are in a cycle that nobody else ends.
 * When rules, outputs or devices go, notes that may have lost their cycle are
 * looked at again. A note goes only if all its cycles are opened or ended by
 * others; as that is done one by one, no two rely on each other.
 *
 * All of this runs in process context under RTNL and the mcr_net.lock of the
 * caller's namespace. The rules of other namespaces are read, and the things
 * that are written are RTNL's alone: mcr_output.feeds, mcr_rule.feeding and
 * .hop, mcr_net.visits.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "forward.h"
#include "hook.h"
#include "loop.h"
#include "mem.h"
#include "netdev.h"
#include "netns.h"
#include "plane.h"
#include "port.h"
#include "table.h"

/* What a rule looked at adds to mcr_net.visits, as far as there is room. */
#define MCR_LOOP_VISITS		64

/**
 * enum mcr_risk - what becomes of packets on their way
 * @MCR_RISK_NONE: they do not come back
 * @MCR_RISK_ENDED: an output decrements their TTL
 * @MCR_RISK_LOOP: none does
 * @MCR_RISK_ENDLESS: an output sets their TTL, so that it may be decremented as
 *	often as it likes
 */
enum mcr_risk {
	MCR_RISK_NONE,
	MCR_RISK_ENDED,
	MCR_RISK_LOOP,
	MCR_RISK_ENDLESS,
};

/**
 * struct mcr_hop - a rule that a walk has met
 * @rule: the rule
 * @met: in mcr_walk.met
 * @todo: in mcr_walk.todo, if its outputs are to be looked at (again)
 * @flow: what it receives
 * @via: the first rule of the namespace that matters, on the way to this one
 * @risk: the worst of enum mcr_risk of all ways to it
 */
struct mcr_hop {
	struct mcr_rule *rule;
	struct list_head met;
	struct list_head todo;
	struct mcr_match flow;
	u32 via;
	u8 risk;
};

/**
 * struct mcr_walk - what can be reached from an output
 * @goal: the rule that is looked for; NULL: all that there is
 * @net: its namespace
 * @visits: how much may still be looked at
 * @met: of struct mcr_hop
 * @todo: likewise, of those that are to be left
 * @via: the first rule in @net on the way to the one that is being left; 0: none
 * @risk: on that way and behind the output that is being looked at
 * @here: the rules that are being met are in @net
 * @found: the first rule in @net on the worst way to @goal, once that is found
 * @worst: the risk on that way
 * @cut: not all could be looked at
 */
struct mcr_walk {
	const struct mcr_rule *goal;
	const struct net *net;
	unsigned int *visits;
	struct list_head met;
	struct list_head todo;
	u32 via;
	u8 risk;
	bool here;
	u32 found;
	u8 worst;
	bool cut;
};

static bool mcr_port_takes(const struct mcr_port *port)
{
	return port && port->ingress && port->ingress->enabled;
}

/* The port at the other end of a veth pair; NULL: no rule speaks of it. */
static struct mcr_port *mcr_port_peer(const struct net_device *dev)
{
	const struct rtnl_link_ops *ops = dev->rtnl_link_ops;
	struct net_device *peer;
	struct mcr_port *port;
	struct net *net;

	if (!ops || !ops->get_link_net || strcmp(ops->kind, "veth"))
		return NULL;
	net = ops->get_link_net(dev);
	peer = __dev_get_by_index(net, dev_get_iflink(dev));
	if (!peer || peer == dev)
		return NULL;
	port = mcr_port_find(mcr_net_of(net), peer->name);
	return port && rtnl_dereference(port->dev) == peer ? port : NULL;
}

/* Does any output lead to the rules that receive from a port? Mostly none does. */
static bool mcr_port_is_fed(const struct mcr_port *port,
			    const struct mcr_port *peer)
{
	return !list_empty(&port->outputs) ||
	       (peer && !list_empty(&peer->outputs));
}

/* What becomes of packets that an output sends, after @before? */
static u8 mcr_output_risk(const struct mcr_output *out, u8 before)
{
	const struct mcr_rewrite *w = &out->rewrite;

	if (before == MCR_RISK_ENDLESS ||
	    (w->ttl_mode == MCR_TTL_SET && w->ttl > 1))
		return MCR_RISK_ENDLESS;
	if (w->ttl_mode == MCR_TTL_DEC ||
	    (w->ttl_mode == MCR_TTL_AUTO && out->feeds))
		return MCR_RISK_ENDED;
	return before;
}

static void mcr_hop_new(struct mcr_walk *walk, struct mcr_rule *rule,
			const struct mcr_match *flow, u32 via)
{
	struct mcr_hop *hop = kmalloc(sizeof(*hop), MCR_GFP);

	if (!hop) {
		walk->cut = true;
		return;
	}
	hop->rule = rule;
	hop->flow = *flow;
	hop->via = via;
	hop->risk = walk->risk;
	list_add_tail(&hop->met, &walk->met);
	list_add_tail(&hop->todo, &walk->todo);
	rule->hop = hop;
}

/*
 * Another way to a rule. What it receives is looked at as it is on the first one
 * and then, if that is not all, as the whole of its match; the risk rises. So
 * its outputs are looked at a few times only.
 */
static void mcr_hop_again(struct mcr_walk *walk, struct mcr_hop *hop,
			  const struct mcr_match *flow, u32 via)
{
	struct mcr_match common;
	bool known = false;

	if (mcr_match_overlap(&hop->flow, flow)) {
		mcr_match_common(&hop->flow, flow, &common);
		known = mcr_match_equal(&common, flow);
	}
	if (known && walk->risk <= hop->risk)
		return;
	if (!known)
		hop->flow = hop->rule->entry.match;
	if (walk->risk > hop->risk) {
		hop->risk = walk->risk;
		hop->via = via;
	}
	if (list_empty(&hop->todo))
		list_add_tail(&hop->todo, &walk->todo);
}

/* Note a rule that takes what is sent. Return: there is no need to go on. */
static bool mcr_walk_meet(struct mcr_entry *e, const struct mcr_match *sent,
			  void *data)
{
	struct mcr_rule *rule = container_of(e, struct mcr_rule, entry);
	struct mcr_walk *walk = data;
	struct mcr_match flow;
	u32 via = walk->via;

	if (!via && walk->here)
		via = rule->id;
	if (rule == walk->goal) {
		if (walk->risk > walk->worst) {
			walk->found = via;
			walk->worst = walk->risk;
		}
		return walk->worst == MCR_RISK_ENDLESS;
	}
	mcr_match_common(sent, &rule->entry.match, &flow);
	if (rule->hop)
		mcr_hop_again(walk, rule->hop, &flow, via);
	else
		mcr_hop_new(walk, rule, &flow, via);
	return walk->cut;
}

static bool mcr_walk_is_over(const struct mcr_walk *walk)
{
	return walk->cut || walk->worst == MCR_RISK_ENDLESS;
}

static void mcr_walk_into(struct mcr_walk *walk, struct mcr_port *port,
			  const struct mcr_match *sent)
{
	if (!mcr_port_takes(port) || mcr_walk_is_over(walk))
		return;
	walk->here = dev_net(rtnl_dereference(port->dev)) == walk->net;
	mcr_lookup_overlap(&port->ingress->lookup, sent, mcr_walk_meet, walk,
			   walk->visits);
	walk->cut |= !*walk->visits;
}

static void mcr_walk_output(struct mcr_walk *walk,
			    const struct mcr_match *flow,
			    const struct mcr_output *out)
{
	const struct net_device *dev = rtnl_dereference(out->port->dev);
	struct mcr_match sent;
	struct mcr_port *peer;

	if (!dev)
		return;
	peer = mcr_port_peer(dev);
	/* Nearly always so: nobody receives where others send. */
	if (!mcr_port_takes(out->port) && !mcr_port_takes(peer))
		return;
	mcr_match_sent(flow, &out->rewrite, &sent);
	mcr_walk_into(walk, out->port, &sent);
	mcr_walk_into(walk, peer, &sent);
}

/* From a rule on to all those that its outputs lead to. */
static void mcr_walk_leave(struct mcr_walk *walk, struct mcr_hop *hop)
{
	const struct mcr_fanout *f = rtnl_dereference(hop->rule->fanout);
	u32 i;

	for (i = 0; i < f->n && !mcr_walk_is_over(walk); i++) {
		walk->via = hop->via;
		walk->risk = mcr_output_risk(f->out[i], hop->risk);
		mcr_walk_output(walk, &hop->flow, f->out[i]);
		*walk->visits -= !!*walk->visits;
		walk->cut |= !*walk->visits;
		cond_resched();
	}
}

static void mcr_walk_on(struct mcr_walk *walk)
{
	struct mcr_hop *hop;

	while (!list_empty(&walk->todo) && !mcr_walk_is_over(walk)) {
		hop = list_first_entry(&walk->todo, struct mcr_hop, todo);
		list_del_init(&hop->todo);
		mcr_walk_leave(walk, hop);
	}
}

static void mcr_walk_begin(struct mcr_walk *walk)
{
	INIT_LIST_HEAD(&walk->met);
	INIT_LIST_HEAD(&walk->todo);
	walk->via = 0;
	walk->found = 0;
	walk->worst = MCR_RISK_NONE;
	walk->cut = false;
}

/* Other walks may begin; what was met is still known, and to be freed. */
static void mcr_walk_end(struct mcr_walk *walk)
{
	struct mcr_hop *hop;

	list_for_each_entry(hop, &walk->met, met)
		hop->rule->hop = NULL;
}

static void mcr_walk_free(struct mcr_walk *walk)
{
	struct mcr_hop *hop, *tmp;

	list_for_each_entry_safe(hop, tmp, &walk->met, met)
		kfree(hop);
}

/*
 * Does what an output sends come back to its rule? @walk says by way of whom,
 * and how bad that is. Where that takes too long to find out, it is assumed.
 */
static void mcr_loop_walk(struct mcr_walk *walk, const struct mcr_rule *rule,
			  const struct mcr_output *out)
{
	mcr_walk_begin(walk);
	if (!rtnl_dereference(out->port->dev))
		return;
	walk->risk = MCR_RISK_LOOP;
	if (out->rewrite.ttl_mode != MCR_TTL_AUTO)
		walk->risk = mcr_output_risk(out, MCR_RISK_LOOP);
	mcr_walk_output(walk, &rule->entry.match, out);
	mcr_walk_on(walk);
	mcr_walk_end(walk);
	mcr_walk_free(walk);
	if (!walk->cut || walk->worst >= MCR_RISK_LOOP ||
	    out->rewrite.ttl_mode == MCR_TTL_DEC)
		return;
	walk->found = out->feeds ?: rule->id;
	walk->worst = MCR_RISK_LOOP;
}

/* The worst is told: that nothing will end it. */
static void mcr_loop_warn(struct mcr_error *error, const struct mcr_walk *walk,
			  const struct mcr_output *out)
{
	bool endless = walk->worst == MCR_RISK_ENDLESS ||
		       out->rewrite.ttl_mode != MCR_TTL_AUTO;

	if (error->feeds && error->endless >= endless)
		return;
	error->feeds = walk->found;
	error->endless = endless;
	error->assumed = walk->cut;
}

/* May there be a way back to a rule at all? */
static bool mcr_loop_possible(const struct mcr_rule *rule)
{
	const struct net_device *dev = rtnl_dereference(rule->iif->dev);

	return dev && mcr_port_is_fed(rule->iif, mcr_port_peer(dev));
}

/* Look at the outputs of a rule in force, or at those only that are noted. */
static void mcr_loop_look(struct mcr_net *mn, struct mcr_rule *rule,
			  bool only_noted, struct mcr_error *error)
{
	const struct mcr_fanout *f = rtnl_dereference(rule->fanout);
	struct mcr_walk walk = { .goal = rule, .visits = &mn->visits };
	bool possible = mcr_loop_possible(rule);
	bool feeding = false;
	u32 i;

	if (!possible && list_empty(&rule->feeding))
		return;
	mn->visits = min(mn->visits + MCR_LOOP_VISITS, MCR_VISITS_MAX);
	if (possible)
		walk.net = dev_net(rtnl_dereference(rule->iif->dev));
	for (i = 0; i < f->n; i++) {
		struct mcr_output *out = f->out[i];
		u32 met = 0;

		if (only_noted && !out->feeds)
			continue;
		if (possible)
			mcr_loop_walk(&walk, rule, out);
		if (possible && walk.worst >= MCR_RISK_LOOP)
			met = walk.found;
		if (error && met && !out->feeds)
			mcr_loop_warn(error, &walk, out);
		/* Packets and dumps read it. */
		WRITE_ONCE(out->feeds, met);
		feeding |= met;
	}
	mcr_plane_rule(mn, rule);
	list_del_init(&rule->feeding);
	if (feeding)
		list_add(&rule->feeding, &mcr_net_of(walk.net)->feeding);
}

/* Outputs send no more: look again at those notes that they may have led to. */
static void mcr_loop_gone(struct mcr_net *mn, const struct mcr_match *match,
			  const struct mcr_fanout *f)
{
	struct mcr_walk walk = { .visits = &mn->visits };
	struct mcr_hop *hop;
	u32 i;

	mcr_walk_begin(&walk);
	/* All ways are alike here. */
	walk.risk = MCR_RISK_ENDED;
	for (i = 0; i < f->n; i++) {
		mcr_walk_output(&walk, match, f->out[i]);
		cond_resched();
	}
	if (list_empty(&walk.met))
		return;
	mn->visits = min(mn->visits + MCR_LOOP_VISITS, MCR_VISITS_MAX);
	mcr_walk_on(&walk);
	mcr_walk_end(&walk);
	list_for_each_entry(hop, &walk.met, met) {
		if (!list_empty(&hop->rule->feeding))
			mcr_loop_look(mn, hop->rule, true, NULL);
		cond_resched();
	}
	mcr_walk_free(&walk);
}

/**
 * mcr_loop_rule_check - does a rule feed itself?
 * @mn: the namespace
 * @rule: a rule that has begun to take packets, or has new outputs
 * @error: what to warn of
 */
void mcr_loop_rule_check(struct mcr_net *mn, struct mcr_rule *rule,
			 struct mcr_error *error)
{
	ASSERT_RTNL();
	if (!rule->disabled)
		mcr_loop_look(mn, rule, false, error);
}

/**
 * mcr_loop_rule_stopped - a rule takes packets no more
 * @mn: the namespace
 * @rule: the rule, in no classifier
 */
void mcr_loop_rule_stopped(struct mcr_net *mn, struct mcr_rule *rule)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	ASSERT_RTNL();
	for (i = 0; i < f->n; i++)
		WRITE_ONCE(f->out[i]->feeds, 0);
	mcr_plane_rule(mn, rule);
	list_del_init(&rule->feeding);
	mcr_loop_gone(mn, &rule->entry.match, f);
}

/**
 * mcr_loop_outputs_gone - a rule has lost outputs
 * @mn: the namespace
 * @rule: the rule
 * @old: the outputs that were in force, of which some may still be
 */
void mcr_loop_outputs_gone(struct mcr_net *mn, const struct mcr_rule *rule,
			   const struct mcr_fanout *old)
{
	ASSERT_RTNL();
	if (!rule->disabled)
		mcr_loop_gone(mn, &rule->entry.match, old);
}

/* Look at all rules that receive from a port. */
static void mcr_loop_receivers(struct mcr_net *mn, const struct mcr_port *port)
{
	struct mcr_rule *rule;

	if (!mcr_port_takes(port))
		return;
	list_for_each_entry(rule, &port->ingress->list, iif_node) {
		if (!rule->disabled)
			mcr_loop_look(mn, rule, false, NULL);
		cond_resched();
	}
}

/**
 * mcr_loop_port_came - a port got its device, or that went up
 * @mn: the namespace
 * @port: the port, bound
 *
 * A cycle through it goes on in a rule that receives from it or from the other
 * end. (Of a veth pair, the ends learn of each other after they are
 * registered, and before they go up.)
 */
void mcr_loop_port_came(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_port *peer;

	ASSERT_RTNL();
	peer = mcr_port_peer(mcr_port_dev(mn, port));
	if (!mcr_port_is_fed(port, peer))
		return;
	mn->visits = MCR_VISITS_MAX;
	mcr_loop_receivers(mn, port);
	mcr_loop_receivers(mn, peer);
}

/**
 * mcr_loop_port_left - a port lost its device
 * @mn: the namespace
 * @port: the port, not bound any more
 *
 * Who sent to it, and from where, cannot be told any more: all notes are looked
 * at again, of which there are few.
 */
void mcr_loop_port_left(struct mcr_net *mn, struct mcr_port *port)
{
	struct mcr_rule *rule, *tmp;
	struct net *net;

	ASSERT_RTNL();
	if (list_empty(&port->outputs) && !mcr_port_takes(port))
		return;
	mn->visits = MCR_VISITS_MAX;
	down_read(&net_rwsem);
	for_each_net(net)
		list_for_each_entry_safe(rule, tmp, &mcr_net_of(net)->feeding,
					 feeding) {
			mcr_loop_look(mn, rule, true, NULL);
			cond_resched();
		}
	up_read(&net_rwsem);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * From rules to attributes. What has its default, and counters that are 0, are
 * left out. All of this runs under mcr_net.lock.
 */
#include <linux/if_arp.h>
#include <linux/jiffies.h>

#include "forward.h"
#include "hook.h"
#include "move.h"
#include "netdev.h"
#include "nl_put.h"
#include "plane.h"
#include "quota.h"
#include "txn.h"
#include "version.h"

static int mcr_nl_put_addr(struct sk_buff *skb, int attr,
			   const union mcr_addr *addr, u8 family)
{
	return nla_put(skb, attr, mcr_addr_bits(family) / 8, addr);
}

/* A value of an enum, unless it is the default. */
static int mcr_nl_put_enum(struct sk_buff *skb, int attr, u8 value)
{
	return value ? nla_put_u8(skb, attr, value) : 0;
}

static int mcr_nl_put_counter(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return value ? nla_put_u64_64bit(skb, attr, value, pad) : 0;
}

static int mcr_nl_put_match(struct sk_buff *skb, const struct mcr_match *m)
{
	u8 bits = mcr_addr_bits(m->family);

	if (mcr_nl_put_addr(skb, MCR_RULE_A_GROUP, &m->group, m->family))
		return -EMSGSIZE;
	if (m->group_len != bits &&
	    nla_put_u8(skb, MCR_RULE_A_GROUP_LEN, m->group_len))
		return -EMSGSIZE;
	if (m->src_len &&
	    mcr_nl_put_addr(skb, MCR_RULE_A_SRC, &m->src, m->family))
		return -EMSGSIZE;
	if (m->src_len && m->src_len != bits &&
	    nla_put_u8(skb, MCR_RULE_A_SRC_LEN, m->src_len))
		return -EMSGSIZE;
	if (nla_put_u8(skb, MCR_RULE_A_PROTO, m->proto))
		return -EMSGSIZE;
	if (m->dport_min &&
	    (nla_put_u16(skb, MCR_RULE_A_DPORT_MIN, m->dport_min) ||
	     nla_put_u16(skb, MCR_RULE_A_DPORT_MAX, m->dport_max)))
		return -EMSGSIZE;
	return m->vlan ? nla_put_u16(skb, MCR_RULE_A_VLAN, m->vlan) : 0;
}

static int mcr_nl_put_membership(struct sk_buff *skb,
				 const struct mcr_rule *rule)
{
	if (nla_put_u8(skb, MCR_RULE_A_MEMBERSHIP, rule->membership))
		return -EMSGSIZE;
	return rule->membership_error ?
	       nla_put_u32(skb, MCR_RULE_A_MEMBERSHIP_ERROR,
			   rule->membership_error) : 0;
}

static int mcr_nl_put_rule_state(struct sk_buff *skb, struct mcr_net *mn,
				 const struct mcr_rule *rule)
{
	struct net_device *dev = mcr_port_dev(mn, rule->iif);

	if (nla_put_u32(skb, MCR_RULE_A_OUTPUTS,
			mcr_rule_fanout(mn, rule)->n) ||
	    (dev && nla_put_u32(skb, MCR_RULE_A_IFINDEX, dev->ifindex)))
		return -EMSGSIZE;
	return mcr_nl_put_membership(skb, rule);
}

static int mcr_nl_put_rule_counters(struct sk_buff *skb, struct mcr_net *mn,
				    const struct mcr_rule *rule)
{
	struct mcr_rule_stats stats;

	mcr_stats_read_rule(mcr_rule_fanout(mn, rule)->counters, &stats);
	if (mcr_nl_put_counter(skb, MCR_RULE_A_PACKETS, stats.packets,
			       MCR_RULE_A_PAD) ||
	    mcr_nl_put_counter(skb, MCR_RULE_A_BYTES, stats.bytes,
			       MCR_RULE_A_PAD))
		return -EMSGSIZE;
	if (!stats.last)
		return 0;
	return nla_put_u64_64bit(skb, MCR_RULE_A_LAST_SEEN,
				 jiffies64_to_msecs(get_jiffies_64() -
						    stats.last),
				 MCR_RULE_A_PAD);
}

/* Only while it moves. */
static int mcr_nl_put_since(struct sk_buff *skb, const struct mcr_fanout *f)
{
	u64 since = mcr_move_since(f);

	return since ? nla_put_u64_64bit(skb, MCR_RULE_A_PLANE_SINCE, since,
					 MCR_RULE_A_PAD) : 0;
}

static int mcr_nl_put_rule_spec(struct sk_buff *skb, struct mcr_net *mn,
				const struct mcr_rule *rule, bool counters)
{
	if ((rule->name &&
	     nla_put_string(skb, MCR_RULE_A_NAME, rule->name->text)) ||
	    nla_put_string(skb, MCR_RULE_A_IIF, rule->iif->name) ||
	    mcr_nl_put_match(skb, &rule->entry.match) ||
	    mcr_nl_put_enum(skb, MCR_RULE_A_MODE,
			    mcr_rule_fanout(mn, rule)->mode) ||
	    mcr_nl_put_enum(skb, MCR_RULE_A_JOIN, rule->join) ||
	    mcr_nl_put_enum(skb, MCR_RULE_A_PLANE, rule->plane) ||
	    mcr_nl_put_since(skb, mcr_rule_fanout(mn, rule)) ||
	    mcr_nl_put_enum(skb, MCR_RULE_A_LATENCY, rule->latency) ||
	    mcr_nl_put_enum(skb, MCR_RULE_A_DISABLED, rule->disabled) ||
	    (rule->comment &&
	     nla_put_string(skb, MCR_RULE_A_COMMENT, rule->comment)) ||
	    mcr_nl_put_rule_state(skb, mn, rule))
		return -EMSGSIZE;
	return counters ? mcr_nl_put_rule_counters(skb, mn, rule) : 0;
}

static int mcr_nl_put_rewrite(struct sk_buff *skb, const struct mcr_rewrite *w)
{
	if (((w->set & MCR_SET_GROUP) &&
	     mcr_nl_put_addr(skb, MCR_OUTPUT_A_GROUP, &w->group,
			     w->group_family)) ||
	    ((w->set & MCR_SET_DPORT) &&
	     nla_put_u16(skb, MCR_OUTPUT_A_DPORT, w->dport)) ||
	    mcr_nl_put_enum(skb, MCR_OUTPUT_A_SRC_MODE, w->src_mode) ||
	    (w->src_mode == MCR_SRC_SET &&
	     mcr_nl_put_addr(skb, MCR_OUTPUT_A_SRC, &w->src, w->src_family)) ||
	    ((w->set & MCR_SET_SPORT) &&
	     nla_put_u16(skb, MCR_OUTPUT_A_SPORT, w->sport)) ||
	    mcr_nl_put_enum(skb, MCR_OUTPUT_A_TTL_MODE, w->ttl_mode) ||
	    (w->ttl_mode == MCR_TTL_SET &&
	     nla_put_u8(skb, MCR_OUTPUT_A_TTL, w->ttl)) ||
	    ((w->set & MCR_SET_DSCP) &&
	     nla_put_u8(skb, MCR_OUTPUT_A_DSCP, w->dscp)))
		return -EMSGSIZE;
	return mcr_nl_put_enum(skb, MCR_OUTPUT_A_MAC, w->mac);
}

/* Drops for @reasons, bit by enum mcr_drop. */
static int mcr_nl_put_drops(struct sk_buff *skb, const struct mcr_output *out,
			    u32 reasons)
{
	struct nlattr *nest = NULL;
	int reason;

	for (reason = MCR_DROP_FIRST; reason <= MCR_DROP_MAX; reason++) {
		u64 n = mcr_output_drops(out, reason);

		if (!n || !(reasons & BIT(reason)))
			continue;
		if (!nest)
			nest = nla_nest_start(skb, MCR_OUTPUT_A_DROPS);
		if (!nest ||
		    nla_put_u64_64bit(skb, reason, n, MCR_DROP_PAD))
			return -EMSGSIZE;
	}
	if (nest)
		nla_nest_end(skb, nest);
	return 0;
}

/*
 * Which output, where to, and whether its device is there. To an output a device
 * of another kind is none: it cannot send there.
 */
static int mcr_nl_put_output_state(struct sk_buff *skb, struct mcr_net *mn,
				   const struct mcr_output *out)
{
	struct net_device *dev = mcr_port_dev(mn, out->port);
	u32 feeds = READ_ONCE(out->feeds);

	if (nla_put_u32(skb, MCR_OUTPUT_A_ID, out->id) ||
	    nla_put_string(skb, MCR_OUTPUT_A_DEV, out->port->name) ||
	    (feeds && nla_put_u32(skb, MCR_OUTPUT_A_FEEDS, feeds)))
		return -EMSGSIZE;
	if (!dev || READ_ONCE(dev->type) != ARPHRD_ETHER)
		return 0;
	return nla_put_u32(skb, MCR_OUTPUT_A_IFINDEX, dev->ifindex);
}

static int mcr_nl_put_output_counters(struct sk_buff *skb,
				      const struct mcr_output *out)
{
	struct mcr_output_stats stats;

	mcr_stats_read_output(out->counters, &stats);
	if (mcr_nl_put_counter(skb, MCR_OUTPUT_A_OFFERED, stats.offered,
			       MCR_OUTPUT_A_PAD) ||
	    mcr_nl_put_counter(skb, MCR_OUTPUT_A_SENT, stats.sent,
			       MCR_OUTPUT_A_PAD) ||
	    mcr_nl_put_counter(skb, MCR_OUTPUT_A_SENT_BYTES, stats.sent_bytes,
			       MCR_OUTPUT_A_PAD))
		return -EMSGSIZE;
	return mcr_nl_put_drops(skb, out, U32_MAX);
}

/* Leaves room for MCR_A_MORE behind it. */
static int mcr_nl_put_output(struct sk_buff *skb, struct mcr_net *mn,
			     const struct mcr_output *out, bool counters)
{
	struct nlattr *nest = nla_nest_start(skb, MCR_A_OUTPUT);

	if (!nest)
		return -EMSGSIZE;
	if (mcr_nl_put_output_state(skb, mn, out) ||
	    mcr_nl_put_rewrite(skb, &out->rewrite) ||
	    (counters && mcr_nl_put_output_counters(skb, out)) ||
	    skb_tailroom(skb) < nla_total_size(0)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * mcr_nl_put_rule - put a rule, or as much of it as there is room for
 * @skb: the message
 * @mn: the namespace
 * @rule: the rule
 * @counters: put counters, too
 * @first: the output to begin with; 0: with the rule itself. Afterwards the
 *	one to go on with in the next message; 0: all is said
 *
 * Return: 0, or -EMSGSIZE if there was no room for anything useful.
 */
int mcr_nl_put_rule(struct sk_buff *skb, struct mcr_net *mn,
		    const struct mcr_rule *rule, bool counters, u32 *first)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	struct nlattr *nest;
	u32 i;

	if (nla_put_u32(skb, MCR_A_GENERATION, mn->generation))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MCR_A_RULE);
	if (!nest || nla_put_u32(skb, MCR_RULE_A_ID, rule->id) ||
	    (!*first && mcr_nl_put_rule_spec(skb, mn, rule, counters)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	for (i = *first; i < f->n; i++)
		if (mcr_nl_put_output(skb, mn, f->out[i], counters))
			break;
	if (i == f->n) {
		*first = 0;
		return 0;
	}
	if (i == *first)
		return -EMSGSIZE;
	*first = i;
	return nla_put_flag(skb, MCR_A_MORE);
}

static int mcr_nl_put_flow(struct sk_buff *skb, const struct mcr_flow *flow)
{
	unsigned int size = mcr_addr_bits(flow->family) / 8;
	struct nlattr *nest;

	nest = nla_nest_start(skb, MCR_INGRESS_A_UNMATCHED);
	if (!nest || nla_put(skb, MCR_PACKET_A_DST, size, &flow->dst) ||
	    nla_put(skb, MCR_PACKET_A_SRC, size, &flow->src) ||
	    (flow->proto == MCR_PROTO_UDP &&
	     nla_put_u8(skb, MCR_PACKET_A_PROTO, flow->proto)) ||
	    (flow->dport &&
	     nla_put_u16(skb, MCR_PACKET_A_DPORT, flow->dport)) ||
	    (flow->vlan && nla_put_u16(skb, MCR_PACKET_A_VLAN, flow->vlan)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int mcr_nl_put_unmatched(struct sk_buff *skb,
				const struct mcr_ingress *ing)
{
	struct mcr_flow flow[MCR_UNMATCHED_SHOWN];
	u32 n = mcr_unmatched_read(ing->unmatched, flow), i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = mcr_nl_put_flow(skb, &flow[i]);
	return err;
}

static struct nlattr *mcr_nl_put_ref(struct sk_buff *skb,
				     const struct mcr_rule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, MCR_A_RULE);

	if (!nest || nla_put_u32(skb, MCR_RULE_A_ID, rule->id) ||
	    (rule->name &&
	     nla_put_string(skb, MCR_RULE_A_NAME, rule->name->text)))
		return NULL;
	return nest;
}

/**
 * mcr_nl_put_rule_ref - put which rule it is, and perhaps its membership
 * @skb: the message
 * @mn: the namespace
 * @rule: the rule
 * @membership: put that, too
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcr_nl_put_rule_ref(struct sk_buff *skb, struct mcr_net *mn,
			const struct mcr_rule *rule, bool membership)
{
	struct nlattr *nest = mcr_nl_put_ref(skb, rule);

	if (!nest || (membership && mcr_nl_put_membership(skb, rule)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, MCR_A_GENERATION, mn->generation);
}

/**
 * mcr_nl_put_rule_output - put which output of which rule it is, and its device
 * @skb: the message
 * @mn: the namespace
 * @rule: the rule
 * @out: the output
 * @reasons: bit by enum mcr_drop: put how often it dropped for these
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcr_nl_put_rule_output(struct sk_buff *skb, struct mcr_net *mn,
			   const struct mcr_rule *rule,
			   const struct mcr_output *out, u32 reasons)
{
	struct nlattr *nest = mcr_nl_put_ref(skb, rule);

	if (!nest)
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	nest = nla_nest_start(skb, MCR_A_OUTPUT);
	if (!nest || mcr_nl_put_output_state(skb, mn, out) ||
	    mcr_nl_put_drops(skb, out, reasons))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, MCR_A_GENERATION, mn->generation);
}

static int mcr_nl_put_ingress_counters(struct sk_buff *skb,
				       const struct mcr_ingress *ing)
{
	u64 filtered = mcr_plane_filtered(ing);
	struct mcr_ingress_stats stats;

	mcr_stats_read_ingress(ing->counters, &stats);
	stats.seen += filtered;
	stats.not_matched += filtered;
	if (nla_put_u32(skb, MCR_INGRESS_A_RULES, ing->rules) ||
	    nla_put_u32(skb, MCR_INGRESS_A_ALLMULTI, ing->allmulti) ||
	    mcr_nl_put_counter(skb, MCR_INGRESS_A_SEEN, stats.seen,
			       MCR_INGRESS_A_PAD) ||
	    mcr_nl_put_counter(skb, MCR_INGRESS_A_NOT_MATCHED,
			       stats.not_matched, MCR_INGRESS_A_PAD))
		return -EMSGSIZE;
	if (mcr_nl_put_counter(skb, MCR_INGRESS_A_MALFORMED,
			       stats.malformed, MCR_INGRESS_A_PAD) ||
	    mcr_nl_put_counter(skb, MCR_INGRESS_A_MISSED,
			       mcr_plane_missed(ing), MCR_INGRESS_A_PAD))
		return -EMSGSIZE;
	/* Nobody acts on it: it is in dumps alone, and no event has it. */
	if (mcr_plane_has_filter(ing) &&
	    nla_put_flag(skb, MCR_INGRESS_A_FILTERED))
		return -EMSGSIZE;
	return mcr_nl_put_unmatched(skb, ing);
}

/**
 * mcr_nl_put_ingress - put an ingress device
 * @skb: the message
 * @mn: the namespace
 * @port: a port with an ingress side
 * @counters: put all that is counted, too
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcr_nl_put_ingress(struct sk_buff *skb, struct mcr_net *mn,
		       const struct mcr_port *port, bool counters)
{
	struct net_device *dev = mcr_port_dev(mn, port);
	const struct mcr_ingress *ing = port->ingress;
	struct nlattr *nest;

	nest = nla_nest_start(skb, MCR_A_INGRESS);
	if (!nest || nla_put_string(skb, MCR_INGRESS_A_DEV, port->name) ||
	    (dev && nla_put_u32(skb, MCR_INGRESS_A_IFINDEX, dev->ifindex)) ||
	    (ing->hooked && nla_put_flag(skb, MCR_INGRESS_A_HOOKED)) ||
	    (counters && mcr_nl_put_ingress_counters(skb, ing)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, MCR_A_GENERATION, mn->generation);
}

/**
 * mcr_nl_put_status - put who serves, and how much of what
 * @skb: the message
 * @mn: the namespace
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcr_nl_put_status(struct sk_buff *skb, struct mcr_net *mn)
{
	struct nlattr *nest = nla_nest_start(skb, MCR_A_STATUS);

	if (!nest ||
	    nla_put_u8(skb, MCR_STATUS_A_PLANE, MCR_PLANE_SELF) ||
	    nla_put_string(skb, MCR_STATUS_A_VERSION, MCR_VERSION) ||
	    nla_put_u32(skb, MCR_STATUS_A_RULES, mn->n_rules) ||
	    nla_put_u32(skb, MCR_STATUS_A_OUTPUTS, mn->n_outputs) ||
	    nla_put_u32(skb, MCR_STATUS_A_JOINS, mn->n_joins) ||
	    nla_put_u32(skb, MCR_STATUS_A_RULES_MAX, mcr_quota_max(mn)) ||
	    nla_put_u32(skb, MCR_STATUS_A_TXNS, mcr_txn_count(mn)) ||
	    mcr_plane_put_status(skb, mn))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, MCR_A_GENERATION, mn->generation);
}

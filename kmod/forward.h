/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the packet path sees of a rule.
 *
 * A packet reads the rule's fan-out once and works with that, so that all it
 * counts goes to one set of counters: they balance even when outputs are
 * changed or counters are reset under traffic.
 */
#ifndef MCR_FORWARD_H
#define MCR_FORWARD_H

#include <linux/rcupdate.h>

#include "rule.h"
#include "stats.h"

struct mcr_packet;
struct mcr_port;
struct sk_buff;

/**
 * struct mcr_output - an output of a rule
 * @port: where it sends; holds a user
 * @counters: per CPU, owned
 * @rewrite: how copies are changed
 * @shares: copies are changed nowhere, the Ethernet header included
 * @id: unique in its rule
 * @drops: by reason
 * @rcu: for call_rcu()
 *
 * Immutable but for its counters. Owned by its rule.
 */
struct mcr_output {
	struct mcr_port *port;
	struct mcr_output_counters __percpu *counters;
	struct mcr_rewrite rewrite;
	bool shares;
	u32 id;
	struct mcr_drops drops;
	struct rcu_head rcu;
};

/**
 * struct mcr_fanout - the outputs of a rule, as a packet sees them
 * @rcu: for kfree_rcu()
 * @counters: the rule's, per CPU
 * @n: number of @out, at least 1
 * @mode: of enum mcr_mode
 * @out: the outputs
 *
 * Immutable. @counters and the outputs belong to the rule and may be shared
 * with the fan-out that came before.
 */
struct mcr_fanout {
	struct rcu_head rcu;
	struct mcr_rule_counters __percpu *counters;
	u32 n;
	u8 mode;
	struct mcr_output *out[];
};

bool mcr_forward(const struct mcr_fanout *f, struct sk_buff *skb,
		 const struct mcr_packet *p);

#endif /* MCR_FORWARD_H */

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

#include "drop_queue.h"
#include "rule.h"
#include "stats.h"

struct mcr_packet;
struct mcr_port;
struct sk_buff;

/**
 * struct mcr_output - an output of a rule
 * @port: where it sends; holds a user
 * @counters: per CPU, owned
 * @feeds: id of a rule of its namespace that receives what it sends, so that it
 *	comes back to this one; 0: it does not. Written under RTNL, see loop.c
 * @rewrite: how copies are changed
 * @id: unique in its rule
 * @unnamed: packets dropped for which there was no memory to say why
 * @drops: by reason, owned; NULL: nothing was dropped yet, in the module
 * @told_drops: bit by enum mcr_drop: @first was told of it
 * @first: where drops for a reason that is new are told; NULL: nowhere
 * @rule: id of its rule; 0: it is in none yet
 * @told_ifindex: of the device that listeners know it to be bound to; 0: none
 * @port_node: in mcr_port.outputs
 * @rcu: for call_rcu(), once it is out of there
 *
 * Immutable to packets but for its counters and drops, @feeds and @told_drops.
 * Owned by its rule.
 */
struct mcr_output {
	/* What each packet reads: one cache line. */
	struct mcr_port *port;
	struct mcr_output_counters __percpu *counters;
	u32 feeds;
	struct mcr_rewrite rewrite;
	/* What is read where packets are dropped, and by commands. */
	u32 id;
	atomic_t unnamed;
	struct mcr_drops *drops;
	unsigned long told_drops;
	struct mcr_drop_queue *first;
	u32 rule;
	u32 told_ifindex;
	union {
		struct list_head port_node;
		struct rcu_head rcu;
	};
};

/**
 * mcr_output_drops - packets that an output did not send
 * @out: the output
 * @reason: of enum mcr_drop
 *
 * Context: Any.
 * Return: how many.
 */
static inline u64 mcr_output_drops(const struct mcr_output *out,
				   enum mcr_drop reason)
{
	const struct mcr_drops *drops = READ_ONCE(out->drops);
	u64 n = drops ? mcr_stats_drops(drops, reason) : 0;

	if (reason == MCR_DROP_NO_MEMORY)
		n += (u32)atomic_read(&out->unnamed);
	return n;
}

/**
 * struct mcr_fanout - the outputs of a rule, as a packet sees them
 * @rcu: for kfree_rcu()
 * @counters: the rule's, per CPU
 * @n: number of @out, at least 1
 * @mode: of enum mcr_mode
 * @carry: of enum mcr_carry: whose its packets are; read without a lock, written
 *	under mcr_net.lock when the rule has settled, see move.c
 * @since: if that depends on when a packet was received: from when on, ns of
 *	CLOCK_REALTIME
 * @out: the outputs
 *
 * Immutable but for @carry. @counters and the outputs belong to the rule and may be shared
 * with the fan-out that came before.
 */
struct mcr_fanout {
	struct rcu_head rcu;
	struct mcr_rule_counters __percpu *counters;
	u32 n;
	u8 mode;
	u8 carry;
	u64 since;
	struct mcr_output *out[];
};

/**
 * mcr_fanout_own - outputs belong to a rule from now on
 * @f: the fan-out, which is about to be in force
 * @rule: id of the rule
 *
 * Packets may be using outputs that were in the rule before.
 */
static inline void mcr_fanout_own(struct mcr_fanout *f, u32 rule)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->out[i]->rule != rule)
			WRITE_ONCE(f->out[i]->rule, rule);
}

bool mcr_forward(const struct mcr_fanout *f, struct sk_buff *skb,
		 const struct mcr_packet *p);

#endif /* MCR_FORWARD_H */

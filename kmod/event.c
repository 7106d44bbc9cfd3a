// SPDX-License-Identifier: GPL-2.0
/*
 * What others are told of; see event.h.
 *
 * Of devices, outputs and memberships only what differs from what was told last
 * is told. So callers need not know what exactly a step changed, and what a
 * rule brings along is not told beside the rule.
 */
#include <linux/rwsem.h>

#include "event.h"
#include "fanout.h"
#include "hook.h"
#include "netdev.h"
#include "plane.h"
#include "table.h"

/* Written when somebody comes or goes; held while one is told. */
static DECLARE_RWSEM(mcr_event_sem);
static const struct mcr_event_ops *mcr_event_ops;

#define mcr_event_tell(mn, event, ...)					\
do {									\
	struct mcr_net *__mn = (mn);					\
									\
	lockdep_assert_held(&__mn->lock);				\
	if (__mn->event_muted)						\
		break;							\
	down_read(&mcr_event_sem);					\
	if (mcr_event_ops)						\
		mcr_event_ops->event(__mn, ##__VA_ARGS__);		\
	up_read(&mcr_event_sem);					\
} while (0)

/**
 * mcr_event_register - be told from now on
 * @ops: the one to tell; stays until mcr_event_unregister()
 */
void mcr_event_register(const struct mcr_event_ops *ops)
{
	down_write(&mcr_event_sem);
	WARN_ON_ONCE(mcr_event_ops);
	mcr_event_ops = ops;
	up_write(&mcr_event_sem);
}

/**
 * mcr_event_unregister - be told no more; waits for calls under way
 */
void mcr_event_unregister(void)
{
	down_write(&mcr_event_sem);
	mcr_event_ops = NULL;
	up_write(&mcr_event_sem);
}

/**
 * mcr_event_begin - many changes may be about to be told
 * @mn: the namespace
 * @n: how many
 *
 * If they are more than MCR_NTF_SINGLE_MAX, single ones are not told until
 * mcr_event_end(), which tells that there were many.
 */
void mcr_event_begin(struct mcr_net *mn, u32 n)
{
	lockdep_assert_held(&mn->lock);
	WARN_ON_ONCE(mn->event_muted);
	mn->event_muted = n > MCR_NTF_SINGLE_MAX;
}

/**
 * mcr_event_end - the changes of mcr_event_begin() are done
 * @mn: the namespace
 */
void mcr_event_end(struct mcr_net *mn)
{
	if (!mn->event_muted)
		return;
	mn->event_muted = false;
	mcr_event_many(mn);
}

/**
 * mcr_event_many - more changed than is told one by one
 * @mn: the namespace, its generation moved if rules changed
 */
void mcr_event_many(struct mcr_net *mn)
{
	mcr_event_tell(mn, many);
}

static u32 mcr_event_ifindex(struct mcr_net *mn, const struct mcr_port *port)
{
	const struct net_device *dev = mcr_port_dev(mn, port);

	return dev ? dev->ifindex : 0;
}

static void mcr_event_ingress(struct mcr_net *mn, struct mcr_port *port)
{
	u32 ifindex = mcr_event_ifindex(mn, port);
	struct mcr_ingress *ing = port->ingress;

	if (ing->told_ifindex == ifindex && ing->told_hooked == ing->hooked)
		return;
	ing->told_ifindex = ifindex;
	ing->told_hooked = ing->hooked;
	mcr_event_tell(mn, ingress, port);
}

static bool mcr_event_member_differs(const struct mcr_rule *rule)
{
	return rule->told_membership != rule->membership ||
	       rule->told_membership_error != rule->membership_error;
}

static void mcr_event_member_told(struct mcr_rule *rule)
{
	rule->told_membership = rule->membership;
	rule->told_membership_error = rule->membership_error;
}

/**
 * mcr_event_member - the membership of a rule may have changed
 * @mn: the namespace
 * @rule: the rule, which mcr_event_rule() was called for before
 */
void mcr_event_member(struct mcr_net *mn, struct mcr_rule *rule)
{
	if (!mcr_event_member_differs(rule))
		return;
	mcr_event_member_told(rule);
	mcr_event_tell(mn, member, rule);
}

/**
 * mcr_event_rule - a rule was created or changed
 * @mn: the namespace, its generation moved
 * @rule: the rule
 * @created: it is new
 */
void mcr_event_rule(struct mcr_net *mn, struct mcr_rule *rule, bool created)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	mcr_plane_rule(mn, rule);
	mcr_event_ingress(mn, rule->iif);
	mcr_event_member_told(rule);
	for (i = 0; i < f->n; i++)
		f->out[i]->told_ifindex =
			mcr_event_ifindex(mn, f->out[i]->port);
	mcr_event_tell(mn, rule, rule, created);
}

/**
 * mcr_event_rule_gone - a rule is being deleted
 * @mn: the namespace, its generation moved
 * @rule: the rule, which takes no packets any more, but still has all it had
 */
void mcr_event_rule_gone(struct mcr_net *mn, struct mcr_rule *rule)
{
	mcr_plane_rule_gone(mn, rule);
	mcr_event_ingress(mn, rule->iif);
	mcr_event_tell(mn, rule_gone, rule);
}

/* The rule an output belongs to; NULL: none that is in force. */
static struct mcr_rule *mcr_event_rule_of(struct mcr_net *mn,
					  const struct mcr_output *out)
{
	struct mcr_rule *rule = mcr_table_by_id(mn, READ_ONCE(out->rule));

	return rule && mcr_fanout_has(mcr_rule_fanout(mn, rule), out) ? rule :
									NULL;
}

/* What of a port differs from what was told, as far as it matters. */
static u32 mcr_event_port_count(struct mcr_net *mn, const struct mcr_port *port)
{
	u32 n = 0, ifindex = mcr_event_ifindex(mn, port);
	const struct mcr_output *out;
	const struct mcr_rule *rule;

	if (port->ingress)
		list_for_each_entry(rule, &port->ingress->list, iif_node)
			n += mcr_event_member_differs(rule);
	list_for_each_entry(out, &port->outputs, port_node)
		n += out->told_ifindex != ifindex && READ_ONCE(out->rule);
	return n;
}

/**
 * mcr_event_port - what is bound to a device may have changed
 * @mn: the namespace
 * @port: the port
 *
 * Tells of the ingress device, memberships of rules that receive from it, and
 * outputs that send to it.
 */
void mcr_event_port(struct mcr_net *mn, struct mcr_port *port)
{
	u32 ifindex = mcr_event_ifindex(mn, port);
	struct mcr_output *out;
	struct mcr_rule *rule;

	if (port->ingress)
		mcr_event_ingress(mn, port);
	mcr_event_begin(mn, mcr_event_port_count(mn, port));
	if (port->ingress)
		list_for_each_entry(rule, &port->ingress->list, iif_node)
			mcr_event_member(mn, rule);
	list_for_each_entry(out, &port->outputs, port_node) {
		if (out->told_ifindex == ifindex)
			continue;
		out->told_ifindex = ifindex;
		rule = mn->event_muted ? NULL : mcr_event_rule_of(mn, out);
		if (rule)
			mcr_event_tell(mn, output, rule, out, 0);
	}
	mcr_event_end(mn);
}

static struct mcr_output *mcr_event_output(struct mcr_net *mn,
					   const struct mcr_rule *rule, u32 id)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->out[i]->id == id)
			return f->out[i];
	return NULL;
}

/* The counters may have been zeroed since, the rule may be gone. */
static void mcr_event_drop(struct mcr_net *mn,
			   const struct mcr_first_drop *drop)
{
	struct mcr_rule *rule = mcr_table_by_id(mn, drop->rule);
	struct mcr_output *out;
	u32 reasons = 0;
	int reason;

	out = rule ? mcr_event_output(mn, rule, drop->output) : NULL;
	if (!out)
		return;
	for (reason = MCR_DROP_FIRST; reason <= MCR_DROP_MAX; reason++)
		if ((drop->reasons & BIT(reason)) &&
		    mcr_output_drops(out, reason))
			reasons |= BIT(reason);
	if (reasons)
		mcr_event_tell(mn, output, rule, out, reasons);
}

static void mcr_event_drops(struct work_struct *work)
{
	struct mcr_net *mn = container_of(work, struct mcr_net, first.work);
	struct mcr_first_drop drop;
	unsigned int n;

	mcr_table_read_lock(mn);
	/* What comes meanwhile has the work queued again. */
	for (n = 0; n < MCR_NTF_SINGLE_MAX &&
	     mcr_drop_queue_take(&mn->first, &drop); n++)
		mcr_event_drop(mn, &drop);
	if (mcr_drop_queue_overflowed(&mn->first))
		mcr_event_many(mn);
	mcr_table_read_unlock(mn);
}

/**
 * mcr_event_init - prepare a namespace for first drops
 * @mn: the namespace
 */
void mcr_event_init(struct mcr_net *mn)
{
	mcr_drop_queue_init(&mn->first, mcr_event_drops);
}

/**
 * mcr_event_exit - tell nothing of first drops any more
 * @mn: the namespace, which no packet comes to any more
 *
 * Context: Process, without mcr_net.lock.
 */
void mcr_event_exit(struct mcr_net *mn)
{
	mcr_drop_queue_exit(&mn->first);
}

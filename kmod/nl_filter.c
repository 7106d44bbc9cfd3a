// SPDX-License-Identifier: GPL-2.0
/*
 * Which rules a dump or a flush is about.
 */
#include "forward.h"
#include "nl_parse.h"
#include "port.h"

static bool mcr_filter_match_hits(u32 given, const struct mcr_match *want,
				  const struct mcr_match *has)
{
	if ((given & MCR_RULE_BIT(GROUP)) &&
	    (has->family != want->family || has->group_len != want->group_len ||
	     !mcr_addr_equal(&has->group, &want->group)))
		return false;
	if ((given & MCR_RULE_BIT(SRC)) &&
	    (has->family != want->family || has->src_len != want->src_len ||
	     !mcr_addr_equal(&has->src, &want->src)))
		return false;
	if ((given & MCR_RULE_BIT(PROTO)) && has->proto != want->proto)
		return false;
	if ((given & MCR_RULE_BIT(DPORT_MIN)) &&
	    (has->dport_min != want->dport_min ||
	     has->dport_max != want->dport_max))
		return false;
	return !(given & MCR_RULE_BIT(VLAN)) || has->vlan == want->vlan;
}

static bool mcr_filter_to_hits(struct mcr_net *mn, const char *to,
			       const struct mcr_rule *rule)
{
	const struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u32 i;

	for (i = 0; i < f->n; i++)
		if (!strcmp(f->out[i]->port->name, to))
			return true;
	return false;
}

/**
 * mcr_filter_hits - is this rule meant?
 * @mn: the namespace
 * @f: the filter
 * @rule: the rule
 *
 * Context: Under mcr_net.lock.
 * Return: true if so.
 */
bool mcr_filter_hits(struct mcr_net *mn, const struct mcr_filter *f,
		     const struct mcr_rule *rule)
{
	const struct mcr_rule_spec *want = &f->spec;

	if (f->name && (!rule->name || strcmp(rule->name->text, f->name)))
		return false;
	if ((f->given & MCR_RULE_BIT(IIF)) &&
	    strcmp(rule->iif->name, want->iif))
		return false;
	if ((f->given & MCR_RULE_BIT(MODE)) &&
	    mcr_rule_fanout(mn, rule)->mode != want->mode)
		return false;
	if ((f->given & MCR_RULE_BIT(JOIN)) && rule->join != want->join)
		return false;
	if ((f->given & MCR_RULE_BIT(PLANE)) && rule->plane != want->plane)
		return false;
	if ((f->given & MCR_RULE_BIT(LATENCY)) &&
	    rule->latency != want->latency)
		return false;
	if ((f->given & MCR_RULE_BIT(DISABLED)) &&
	    rule->disabled != want->disabled)
		return false;
	return mcr_filter_match_hits(f->given, &want->match,
				     &rule->entry.match) &&
	       (!f->to || mcr_filter_to_hits(mn, f->to, rule));
}

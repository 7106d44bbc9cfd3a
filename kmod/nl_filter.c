// SPDX-License-Identifier: GPL-2.0
/*
 * Which rules a dump or a flush is about.
 */
#include "nl_parse.h"
#include "staged.h"

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

/* Is a rule that says this meant, whatever its outputs are? */
static bool mcr_filter_spec_hits(const struct mcr_filter *f,
				 const struct mcr_rule_spec *has,
				 const char *name)
{
	const struct mcr_rule_spec *want = &f->spec;

	if (f->name && (!name || strcmp(name, f->name)))
		return false;
	if ((f->given & MCR_RULE_BIT(IIF)) && strcmp(has->iif, want->iif))
		return false;
	if ((f->given & MCR_RULE_BIT(MODE)) && has->mode != want->mode)
		return false;
	if ((f->given & MCR_RULE_BIT(JOIN)) && has->join != want->join)
		return false;
	if ((f->given & MCR_RULE_BIT(PLANE)) && has->plane != want->plane)
		return false;
	if ((f->given & MCR_RULE_BIT(LATENCY)) &&
	    has->latency != want->latency)
		return false;
	if ((f->given & MCR_RULE_BIT(DISABLED)) &&
	    has->disabled != want->disabled)
		return false;
	return mcr_filter_match_hits(f->given, &want->match, &has->match);
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
	struct mcr_rule_spec spec;

	mcr_rule_spec(mn, rule, &spec);
	return mcr_filter_spec_hits(f, &spec,
				    rule->name ? rule->name->text : NULL) &&
	       (!f->to || mcr_rule_sends_to(mn, rule, f->to));
}

/**
 * mcr_filter_hits_view - is this rule meant, as a transaction sees it?
 * @mn: the namespace
 * @v: the rule
 * @arg: the filter
 *
 * Context: Under mcr_net.lock.
 * Return: true if so.
 */
bool mcr_filter_hits_view(struct mcr_net *mn, const struct mcr_view *v,
			  const void *arg)
{
	const struct mcr_filter *f = arg;
	struct mcr_rule_spec spec;

	mcr_view_spec(v, mn, &spec);
	return mcr_filter_spec_hits(f, &spec, mcr_view_name(v)) &&
	       (!f->to || mcr_view_sends_to(v, mn, f->to));
}

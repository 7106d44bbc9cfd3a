// SPDX-License-Identifier: GPL-2.0
/*
 * Why a rule forwards nothing: the first thing on the way of a packet that is
 * missing, in one sentence.
 */
#include "why.h"

#include <string.h>

#include "print.h"

/* What of a rule's match a flow does not have. */
enum field {
	FIELD_FAMILY	= 1 << 0,
	FIELD_GROUP	= 1 << 1,
	FIELD_SRC	= 1 << 2,
	FIELD_PROTO	= 1 << 3,
	FIELD_DPORT	= 1 << 4,
	FIELD_VLAN	= 1 << 5,
};

static bool in_prefix(const union mcr_addr *addr, __u8 family,
		      const union mcr_addr *prefix, unsigned int len)
{
	union mcr_addr masked = *addr;

	mcr_addr_mask(&masked, family, len);
	return mcr_addr_equal(&masked, prefix);
}

static unsigned int misses(const struct mcr_match *m, const struct mcr_flow *f)
{
	unsigned int fields = 0;

	if (m->family != f->family)
		return FIELD_FAMILY;
	if (!in_prefix(&f->dst, f->family, &m->group, m->group_len))
		fields |= FIELD_GROUP;
	if (!in_prefix(&f->src, f->family, &m->src, m->src_len))
		fields |= FIELD_SRC;
	if (m->proto == MCR_PROTO_UDP && f->proto != MCR_PROTO_UDP)
		fields |= FIELD_PROTO;
	else if (m->dport_min &&
		 (f->dport < m->dport_min || f->dport > m->dport_max))
		fields |= FIELD_DPORT;
	if (m->vlan != f->vlan)
		fields |= FIELD_VLAN;
	return fields;
}

/*
 * Another group is further away than another port: whoever made a mistake in
 * a port or a source has mostly given the right group.
 */
static unsigned int distance(unsigned int fields)
{
	unsigned int d = 0;

	if (fields & FIELD_FAMILY)
		return 100;
	if (fields & FIELD_GROUP)
		d += 10;
	for (; fields; fields &= fields - 1)
		d++;
	return d;
}

static const struct mcr_flow *nearest(const struct mcr_match *m,
				      const struct mcr_ingress *ingress,
				      unsigned int *fields)
{
	const struct mcr_flow *best = NULL;
	unsigned int i, missed;

	for (i = 0; i < ingress->n_unmatched; i++) {
		missed = misses(m, &ingress->unmatched[i]);
		if (best && distance(missed) >= distance(*fields))
			continue;
		best = &ingress->unmatched[i];
		*fields = missed;
	}
	return best;
}

static void add_vlan(struct mcr_str *str, __u16 vlan)
{
	if (vlan)
		mcr_str_addf(str, "vlan %u", vlan);
	else
		mcr_str_add(str, "no vlan");
}

static void add_dport(struct mcr_str *str, const struct mcr_match *m)
{
	if (m->dport_min == m->dport_max)
		mcr_str_addf(str, "%u", m->dport_min);
	else
		mcr_str_addf(str, "%u-%u", m->dport_min, m->dport_max);
}

/* "X instead of Y", for each field, with a comma between them. */
static void add_misses(struct mcr_str *str, const struct mcr_match *m,
		       const struct mcr_flow *f, unsigned int fields)
{
	const char *between = "";

	if (fields & (FIELD_FAMILY | FIELD_GROUP)) {
		mcr_str_add(str, "group ");
		mcr_print_addr(str, &f->dst, f->family);
		mcr_str_add(str, " instead of ");
		mcr_print_prefix(str, &m->group, m->family, m->group_len);
		between = ", ";
	}
	if (fields & FIELD_SRC) {
		mcr_str_addf(str, "%ssrc ", between);
		mcr_print_addr(str, &f->src, f->family);
		mcr_str_add(str, " instead of ");
		mcr_print_prefix(str, &m->src, m->family, m->src_len);
		between = ", ";
	}
	if (fields & FIELD_PROTO) {
		mcr_str_addf(str, "%sanother protocol instead of udp", between);
		between = ", ";
	}
	if (fields & FIELD_DPORT) {
		mcr_str_addf(str, "%sdport %u instead of ", between, f->dport);
		add_dport(str, m);
		between = ", ";
	}
	if (fields & FIELD_VLAN) {
		mcr_str_add(str, between);
		add_vlan(str, f->vlan);
		mcr_str_add(str, " instead of ");
		add_vlan(str, m->vlan);
	}
}

static void why_not_matched(struct mcr_str *str, const struct mcr_rule *rule,
			    const struct mcr_ingress *ingress)
{
	const struct mcr_match *m = &rule->spec.match;
	const struct mcr_flow *flow;
	unsigned int fields = 0;

	flow = nearest(m, ingress, &fields);
	mcr_str_addf(str, "%llu frames came in on ", ingress->seen);
	mcr_str_word(str, rule->spec.iif);
	if (flow && !fields) {
		mcr_str_add(str, ", none since the rule is there");
	} else if (flow) {
		mcr_str_add(str, ", none for this rule; the nearest has ");
		add_misses(str, m, flow, fields);
	} else {
		mcr_str_add(str, ", none for this rule: they are other rules', or no multicast");
	}
	if (ingress->malformed)
		mcr_str_addf(str, "; %llu were malformed",
			     ingress->malformed);
}

/* Before a packet can match. */
static bool why_no_packets(struct mcr_str *str, const struct mcr_rule *rule,
			   const struct mcr_ingress *ingress)
{
	const char *iif = rule->spec.iif;

	if (rule->spec.disabled) {
		mcr_str_add(str, "the rule is disabled");
	} else if (!rule->ifindex) {
		mcr_str_add(str, "there is no device ");
		mcr_str_word(str, iif);
	} else if (ingress && !ingress->hooked) {
		mcr_str_add(str, "the ingress hook could not be set on ");
		mcr_str_word(str, iif);
	} else if (rule->packets) {
		return false;
	} else if (rule->membership == MCR_MEMBERSHIP_FAILED) {
		mcr_str_add(str, "the group could not be joined on ");
		mcr_str_word(str, iif);
		mcr_str_addf(str, ": %s",
			     strerror((int)rule->membership_error));
	} else if (!ingress || !ingress->seen) {
		mcr_str_add(str, "no frame has come in on ");
		mcr_str_word(str, iif);
	} else {
		why_not_matched(str, rule, ingress);
	}
	return true;
}

static unsigned int main_drop(const struct mcr_output *output)
{
	unsigned int i, most = 0;

	for (i = 0; i <= MCR_DROP_MAX; i++)
		if (output->drops[i] > output->drops[most])
			most = i;
	return most;
}

/* Once packets match: what of the outputs has sent nothing. */
static bool why_not_sent(struct mcr_str *str, const struct mcr_rule *rule)
{
	const char *before = "nothing was sent";
	unsigned int i, drop;

	for (i = 0; i < rule->n_outputs; i++) {
		const struct mcr_output *output = &rule->outputs[i];

		if (output->sent || (output->ifindex && !output->offered))
			continue;
		drop = main_drop(output);
		mcr_str_addf(str, "%s to ", before);
		mcr_str_word(str, output->spec.dev);
		if (!output->ifindex)
			mcr_str_add(str, ": there is no such Ethernet device");
		else if (drop)
			mcr_str_addf(str, ": %s", mcr_drop_names[drop]);
		before = "; nothing";
	}
	return before[0] == ';';
}

/**
 * mcr_why - append what keeps a rule from forwarding
 * @str: the text to append to: one sentence, no newline
 * @rule: the rule, as the server told it
 * @ingress: its ingress device, as the server told it; NULL: not known
 *
 * Return: false if nothing does: nothing is appended then.
 */
bool mcr_why(struct mcr_str *str, const struct mcr_rule *rule,
	     const struct mcr_ingress *ingress)
{
	return why_no_packets(str, rule, ingress) || why_not_sent(str, rule);
}

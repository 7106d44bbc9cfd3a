// SPDX-License-Identifier: GPL-2.0
/*
 * Rules as text; see print.h.
 */
#include "print.h"

#include <arpa/inet.h>
#include <string.h>

#include "value.h"

/**
 * mcr_print_addr - append an address
 * @str: the text to append to
 * @addr: the address
 * @family: its family
 */
void mcr_print_addr(struct mcr_str *str, const union mcr_addr *addr,
		    __u8 family)
{
	char buf[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, addr, buf, sizeof(buf));
	mcr_str_add(str, buf);
}

/**
 * mcr_print_prefix - append a prefix; without its length if it is a host
 * @str: the text to append to
 * @addr: the prefix
 * @family: its family
 * @len: its length
 */
void mcr_print_prefix(struct mcr_str *str, const union mcr_addr *addr,
		      __u8 family, unsigned int len)
{
	mcr_print_addr(str, addr, family);
	if (len != mcr_addr_bits(family))
		mcr_str_addf(str, "/%u", len);
}

static void print_match(struct mcr_str *str, const struct mcr_match *m)
{
	mcr_str_add(str, " group ");
	mcr_print_prefix(str, &m->group, m->family, m->group_len);
	if (m->src_len) {
		mcr_str_add(str, " src ");
		mcr_print_prefix(str, &m->src, m->family, m->src_len);
	}
	if (m->proto == MCR_PROTO_ANY)
		mcr_str_add(str, " proto any");
	if (m->dport_min && m->dport_min == m->dport_max)
		mcr_str_addf(str, " dport %u", m->dport_min);
	else if (m->dport_min)
		mcr_str_addf(str, " dport %u-%u", m->dport_min, m->dport_max);
	if (m->vlan)
		mcr_str_addf(str, " vlan %u", m->vlan);
}

/**
 * mcr_print_head - append a rule as a statement, up to its outputs
 * @str: the text to append to
 * @rule: the rule
 */
void mcr_print_head(struct mcr_str *str, const struct mcr_rule *rule)
{
	const struct mcr_rule_spec *spec = &rule->spec;

	mcr_str_add(str, "rule");
	if (rule->name[0]) {
		mcr_str_add(str, " name ");
		mcr_str_word(str, rule->name);
	}
	mcr_str_add(str, " iif ");
	mcr_str_dev(str, spec->iif);
	print_match(str, &spec->match);
	if (spec->mode)
		mcr_str_addf(str, " %s",
			     mcr_enum_name(mcr_mode_names, spec->mode));
	if (spec->join)
		mcr_str_addf(str, " join %s",
			     mcr_enum_name(mcr_join_names, spec->join));
	if (spec->plane)
		mcr_str_addf(str, " plane %s",
			     mcr_enum_name(mcr_plane_names, spec->plane));
	if (spec->latency)
		mcr_str_addf(str, " latency %s",
			     mcr_enum_name(mcr_latency_names, spec->latency));
	if (spec->disabled)
		mcr_str_add(str, " disabled");
	if (rule->comment[0]) {
		mcr_str_add(str, " comment ");
		mcr_str_word(str, rule->comment);
	}
}

static void print_ttl(struct mcr_str *str, const struct mcr_rewrite *r)
{
	if (r->ttl_mode == MCR_TTL_KEEP)
		mcr_str_add(str, " ttl keep");
	else if (r->ttl_mode == MCR_TTL_DEC)
		mcr_str_add(str, " ttl dec");
	else if (r->ttl_mode == MCR_TTL_SET)
		mcr_str_addf(str, " ttl %u", r->ttl);
}

static void print_dscp(struct mcr_str *str, const struct mcr_rewrite *r)
{
	const char *name = mcr_dscp_name(r->dscp);

	if (!(r->set & MCR_SET_DSCP))
		return;
	if (name)
		mcr_str_addf(str, " dscp %s", name);
	else
		mcr_str_addf(str, " dscp %u", r->dscp);
}

static void print_rate(struct mcr_str *str, const struct mcr_output_spec *o)
{
	const char *name = "pps";
	__u64 unit = 1;

	if (!o->rate)
		return;
	if (o->rate_unit == MCR_RATE_BITS) {
		unit = 1000;
		name = "kbit";
		if (o->rate % 1000000 == 0 && o->burst % 1000000 == 0) {
			unit = 1000000;
			name = "mbit";
		}
	}
	/* Finer ones than the text form has can come from other clients. */
	mcr_str_addf(str, " rate %llu %s",
		     o->rate / unit + !!(o->rate % unit), name);
	if (o->burst)
		mcr_str_addf(str, " burst %llu",
			     o->burst / unit + !!(o->burst % unit));
}

/**
 * mcr_print_output - append an output
 * @str: the text to append to
 * @spec: the output
 *
 * A rate that is not a whole number of kbit is rounded up.
 */
void mcr_print_output(struct mcr_str *str, const struct mcr_output_spec *spec)
{
	const struct mcr_rewrite *r = &spec->rewrite;

	mcr_str_add(str, "to ");
	mcr_str_dev(str, spec->dev);
	if (r->set & MCR_SET_GROUP) {
		mcr_str_add(str, " group ");
		mcr_print_addr(str, &r->group, r->group_family);
	}
	if (r->set & MCR_SET_DPORT)
		mcr_str_addf(str, " dport %u", r->dport);
	if (r->src_mode == MCR_SRC_SET) {
		mcr_str_add(str, " src ");
		mcr_print_addr(str, &r->src, r->src_family);
	} else if (r->src_mode == MCR_SRC_AUTO) {
		mcr_str_add(str, " src auto");
	}
	if (r->set & MCR_SET_SPORT)
		mcr_str_addf(str, " sport %u", r->sport);
	print_ttl(str, r);
	print_dscp(str, r);
	if (r->mac)
		mcr_str_addf(str, " mac %s",
			     mcr_enum_name(mcr_mac_names, r->mac));
	print_rate(str, spec);
	if (spec->mtu)
		mcr_str_addf(str, " mtu %s",
			     mcr_enum_name(mcr_mtu_names, spec->mtu));
}

/**
 * mcr_print_rule - append a rule as a statement
 * @str: the text to append to
 * @rule: the rule
 * @between: what stands before each output: a blank, or more to break the line
 */
void mcr_print_rule(struct mcr_str *str, const struct mcr_rule *rule,
		    const char *between)
{
	unsigned int i;

	mcr_print_head(str, rule);
	for (i = 0; i < rule->n_outputs; i++) {
		mcr_str_add(str, between);
		mcr_print_output(str, &rule->outputs[i].spec);
	}
}

/* Is this the first output that sends to its device? */
static bool first_of_device(const struct mcr_rule *rule, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (!strcmp(rule->outputs[j].spec.dev,
			    rule->outputs[i].spec.dev))
			return false;
	return true;
}

static void print_waiting(struct mcr_str *str, const struct mcr_rule *rule)
{
	const char *before = ", waiting for ";
	unsigned int i;

	if (!rule->ifindex) {
		mcr_str_add(str, before);
		mcr_str_word(str, rule->spec.iif);
		before = ", ";
	}
	for (i = 0; i < rule->n_outputs; i++) {
		if (rule->outputs[i].ifindex || !first_of_device(rule, i))
			continue;
		mcr_str_add(str, before);
		mcr_str_word(str, rule->outputs[i].spec.dev);
		before = ", ";
	}
}

/* The statement does not show that a TTL which it leaves out is decremented. */
static void print_feeds(struct mcr_str *str, const struct mcr_rule *rule)
{
	unsigned int i;

	for (i = 0; i < rule->n_outputs; i++) {
		const struct mcr_output *output = &rule->outputs[i];

		if (!output->feeds)
			continue;
		mcr_str_addf(str, ", output %u feeds rule id %u", output->id,
			     output->feeds);
		if (output->spec.rewrite.ttl_mode == MCR_TTL_AUTO)
			mcr_str_add(str, ": ttl dec");
	}
}

/**
 * mcr_print_state - append how a rule is doing
 * @str: the text to append to
 * @rule: the rule, as the server told it
 *
 * Its id, the devices it is waiting for, outputs that feed it, a join that
 * failed, that it moves: "id 7, waiting for eth2".
 */
void mcr_print_state(struct mcr_str *str, const struct mcr_rule *rule)
{
	mcr_str_addf(str, "id %u", rule->id);
	if (rule->spec.plane_since)
		mcr_str_addf(str, ", moving to plane %s",
			     mcr_enum_name(mcr_plane_names,
					   rule->spec.plane));
	if (rule->missing)
		mcr_str_addf(str, ", waiting for the %s",
			     rule->missing == MCR_PLANE_KERNEL ?
			     "kernel module" : "relay daemon");
	print_waiting(str, rule);
	print_feeds(str, rule);
	if (rule->membership == MCR_MEMBERSHIP_FAILED)
		mcr_str_addf(str, ", join failed: %s",
			     strerror((int)rule->membership_error));
}

/**
 * mcr_print_duration - append a time that has passed
 * @str: the text to append to
 * @ms: milliseconds
 */
void mcr_print_duration(struct mcr_str *str, __u64 ms)
{
	if (ms < 10000)
		mcr_str_addf(str, "%llu.%03llu s", ms / 1000, ms % 1000);
	else if (ms < 3600000)
		mcr_str_addf(str, "%llu min %llu s", ms / 60000,
			     ms / 1000 % 60);
	else
		mcr_str_addf(str, "%llu h %llu min", ms / 3600000,
			     ms / 60000 % 60);
}

/**
 * mcr_print_age - append when a rule matched last
 * @str: the text to append to
 * @rule: the rule, as the server told it
 */
void mcr_print_age(struct mcr_str *str, const struct mcr_rule *rule)
{
	if (!rule->seen) {
		mcr_str_add(str, "never seen");
		return;
	}
	mcr_str_add(str, "last seen ");
	mcr_print_duration(str, rule->last_seen);
	mcr_str_add(str, " ago");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Replies; see msg.h. What a server sends is checked before it is used.
 */
#include "msg.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>
#include <sys/socket.h>

#include "msg_get.h"

static const struct nla_policy top_policy[MCR_A_MAX + 1] = {
	[MCR_A_RULE] = { .type = NLA_NESTED },
	[MCR_A_OUTPUT] = { .type = NLA_NESTED },
	[MCR_A_TXN] = { .type = NLA_U32 },
	[MCR_A_GENERATION] = { .type = NLA_U32 },
	[MCR_A_STATUS] = { .type = NLA_NESTED },
	[MCR_A_INGRESS] = { .type = NLA_NESTED },
	[MCR_A_COUNT] = { .type = NLA_U32 },
};

static const struct nla_policy rule_policy[MCR_RULE_A_MAX + 1] = {
	[MCR_RULE_A_ID] = { .type = NLA_U32 },
	[MCR_RULE_A_NAME] = { .type = NLA_STRING, .maxlen = MCR_NAME_MAX + 1 },
	[MCR_RULE_A_IIF] = { .type = NLA_STRING, .maxlen = MCR_DEV_MAX + 1 },
	[MCR_RULE_A_GROUP] = { .minlen = 4, .maxlen = 16 },
	[MCR_RULE_A_GROUP_LEN] = { .type = NLA_U8 },
	[MCR_RULE_A_SRC] = { .minlen = 4, .maxlen = 16 },
	[MCR_RULE_A_SRC_LEN] = { .type = NLA_U8 },
	[MCR_RULE_A_PROTO] = { .type = NLA_U8 },
	[MCR_RULE_A_DPORT_MIN] = { .type = NLA_U16 },
	[MCR_RULE_A_DPORT_MAX] = { .type = NLA_U16 },
	[MCR_RULE_A_VLAN] = { .type = NLA_U16 },
	[MCR_RULE_A_MODE] = { .type = NLA_U8 },
	[MCR_RULE_A_JOIN] = { .type = NLA_U8 },
	[MCR_RULE_A_PLANE] = { .type = NLA_U8 },
	[MCR_RULE_A_LATENCY] = { .type = NLA_U8 },
	[MCR_RULE_A_DISABLED] = { .type = NLA_U8 },
	[MCR_RULE_A_COMMENT] = { .type = NLA_STRING,
				 .maxlen = MCR_COMMENT_MAX + 1 },
	[MCR_RULE_A_IFINDEX] = { .type = NLA_U32 },
	[MCR_RULE_A_MEMBERSHIP] = { .type = NLA_U8 },
	[MCR_RULE_A_MEMBERSHIP_ERROR] = { .type = NLA_U32 },
	[MCR_RULE_A_PACKETS] = { .type = NLA_U64 },
	[MCR_RULE_A_BYTES] = { .type = NLA_U64 },
	[MCR_RULE_A_LAST_SEEN] = { .type = NLA_U64 },
	[MCR_RULE_A_PLANE_SINCE] = { .type = NLA_U64 },
};

static const struct nla_policy output_policy[MCR_OUTPUT_A_MAX + 1] = {
	[MCR_OUTPUT_A_ID] = { .type = NLA_U32 },
	[MCR_OUTPUT_A_DEV] = { .type = NLA_STRING, .maxlen = MCR_DEV_MAX + 1 },
	[MCR_OUTPUT_A_GROUP] = { .minlen = 4, .maxlen = 16 },
	[MCR_OUTPUT_A_DPORT] = { .type = NLA_U16 },
	[MCR_OUTPUT_A_SRC_MODE] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_SRC] = { .minlen = 4, .maxlen = 16 },
	[MCR_OUTPUT_A_SPORT] = { .type = NLA_U16 },
	[MCR_OUTPUT_A_TTL_MODE] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_TTL] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_DSCP] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_MAC] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_RATE] = { .type = NLA_U64 },
	[MCR_OUTPUT_A_RATE_UNIT] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_BURST] = { .type = NLA_U32 },
	[MCR_OUTPUT_A_MTU] = { .type = NLA_U8 },
	[MCR_OUTPUT_A_IFINDEX] = { .type = NLA_U32 },
	[MCR_OUTPUT_A_OFFERED] = { .type = NLA_U64 },
	[MCR_OUTPUT_A_SENT] = { .type = NLA_U64 },
	[MCR_OUTPUT_A_SENT_BYTES] = { .type = NLA_U64 },
	[MCR_OUTPUT_A_DROPS] = { .type = NLA_NESTED },
	[MCR_OUTPUT_A_FEEDS] = { .type = NLA_U32 },
};

static const struct nla_policy drop_policy[MCR_DROP_MAX + 1] = {
	[MCR_DROP_NO_DEVICE ... MCR_DROP_MAX] = { .type = NLA_U64 },
};

static const struct nla_policy status_policy[MCR_STATUS_A_MAX + 1] = {
	[MCR_STATUS_A_PLANE] = { .type = NLA_U8 },
	[MCR_STATUS_A_VERSION] = { .type = NLA_STRING },
	[MCR_STATUS_A_RULES] = { .type = NLA_U32 },
	[MCR_STATUS_A_OUTPUTS] = { .type = NLA_U32 },
	[MCR_STATUS_A_JOINS] = { .type = NLA_U32 },
	[MCR_STATUS_A_RULES_MAX] = { .type = NLA_U32 },
	[MCR_STATUS_A_TXNS] = { .type = NLA_U32 },
	[MCR_STATUS_A_REDIRECT] = { .type = NLA_U8 },
	[MCR_STATUS_A_WORKER] = { .type = NLA_NESTED },
	[MCR_STATUS_A_AUTHORITY] = { .type = NLA_U8 },
	[MCR_STATUS_A_WAITING] = { .type = NLA_U32 },
};

static const struct nla_policy ingress_policy[MCR_INGRESS_A_MAX + 1] = {
	[MCR_INGRESS_A_DEV] = { .type = NLA_STRING, .maxlen = MCR_DEV_MAX + 1 },
	[MCR_INGRESS_A_IFINDEX] = { .type = NLA_U32 },
	[MCR_INGRESS_A_RULES] = { .type = NLA_U32 },
	[MCR_INGRESS_A_ALLMULTI] = { .type = NLA_U32 },
	[MCR_INGRESS_A_SEEN] = { .type = NLA_U64 },
	[MCR_INGRESS_A_NOT_MATCHED] = { .type = NLA_U64 },
	[MCR_INGRESS_A_MALFORMED] = { .type = NLA_U64 },
	[MCR_INGRESS_A_MISSED] = { .type = NLA_U64 },
	[MCR_INGRESS_A_UNMATCHED] = { .type = NLA_NESTED },
	[MCR_INGRESS_A_FILTERED] = { .type = NLA_FLAG },
};

static const struct nla_policy packet_policy[MCR_PACKET_A_MAX + 1] = {
	[MCR_PACKET_A_DST] = { .minlen = 4, .maxlen = 16 },
	[MCR_PACKET_A_SRC] = { .minlen = 4, .maxlen = 16 },
	[MCR_PACKET_A_PROTO] = { .type = NLA_U8 },
	[MCR_PACKET_A_DPORT] = { .type = NLA_U16 },
	[MCR_PACKET_A_VLAN] = { .type = NLA_U16 },
};

static bool get_addr(const struct nlattr *attr, union mcr_addr *addr,
		     __u8 *family)
{
	int len = nla_len(attr);

	if (len != 4 && len != 16)
		return false;
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), (size_t)len);
	*family = len == 4 ? AF_INET : AF_INET6;
	return true;
}

static int parse_match(struct nlattr **a, struct mcr_match *m,
		       struct mcr_error *err)
{
	__u8 family;

	if (!a[MCR_RULE_A_GROUP] ||
	    !get_addr(a[MCR_RULE_A_GROUP], &m->group, &m->family))
		return mcr_get_failed(err, "a rule's group is no address");
	m->group_len = mcr_get_u8(a, MCR_RULE_A_GROUP_LEN,
				  (__u8)mcr_addr_bits(m->family));
	if (a[MCR_RULE_A_SRC]) {
		if (!get_addr(a[MCR_RULE_A_SRC], &m->src, &family) ||
		    family != m->family)
			return mcr_get_failed(err,
					      "a rule's src is no address of its group's family");
		m->src_len = mcr_get_u8(a, MCR_RULE_A_SRC_LEN,
					(__u8)mcr_addr_bits(m->family));
	}
	m->proto = mcr_get_u8(a, MCR_RULE_A_PROTO, MCR_PROTO_UDP);
	m->dport_min = mcr_get_u16(a, MCR_RULE_A_DPORT_MIN);
	m->dport_max = a[MCR_RULE_A_DPORT_MAX] ?
		       mcr_get_u16(a, MCR_RULE_A_DPORT_MAX) : m->dport_min;
	m->vlan = mcr_get_u16(a, MCR_RULE_A_VLAN);
	if (mcr_match_check(m))
		return mcr_get_failed(err, mcr_fault_text(mcr_match_check(m)));
	return 0;
}

/* @whole: of what identifies a rule nothing may be missing. */
static int parse_rule_nest(struct nlattr *nest, struct mcr_rule *rule,
			   bool whole, struct mcr_error *err)
{
	struct nlattr *a[MCR_RULE_A_MAX + 1];
	struct mcr_rule_spec *spec = &rule->spec;

	if (nla_parse_nested(a, MCR_RULE_A_MAX, nest, rule_policy) < 0)
		return mcr_get_failed(err, "a rule's attributes are malformed");
	if (!a[MCR_RULE_A_ID] || !mcr_get_u32(a, MCR_RULE_A_ID))
		return mcr_get_failed(err, "a rule has no id");
	if (rule->id) {
		if (rule->id != mcr_get_u32(a, MCR_RULE_A_ID))
			return mcr_get_failed(err, "another rule came where outputs were to go on");
		return 0;
	}
	rule->id = mcr_get_u32(a, MCR_RULE_A_ID);
	mcr_get_string(a, MCR_RULE_A_NAME, rule->name, sizeof(rule->name));
	mcr_get_string(a, MCR_RULE_A_IIF, spec->iif, sizeof(spec->iif));
	mcr_get_string(a, MCR_RULE_A_COMMENT, rule->comment, sizeof(rule->comment));
	spec->mode = mcr_get_u8(a, MCR_RULE_A_MODE, 0);
	spec->join = mcr_get_u8(a, MCR_RULE_A_JOIN, 0);
	spec->plane = mcr_get_u8(a, MCR_RULE_A_PLANE, 0);
	spec->plane_since = mcr_get_u64(a, MCR_RULE_A_PLANE_SINCE);
	spec->latency = mcr_get_u8(a, MCR_RULE_A_LATENCY, 0);
	spec->disabled = mcr_get_u8(a, MCR_RULE_A_DISABLED, 0);
	rule->ifindex = mcr_get_u32(a, MCR_RULE_A_IFINDEX);
	rule->membership = mcr_get_u8(a, MCR_RULE_A_MEMBERSHIP, 0);
	rule->membership_error = mcr_get_u32(a, MCR_RULE_A_MEMBERSHIP_ERROR);
	rule->packets = mcr_get_u64(a, MCR_RULE_A_PACKETS);
	rule->bytes = mcr_get_u64(a, MCR_RULE_A_BYTES);
	rule->seen = a[MCR_RULE_A_LAST_SEEN];
	rule->last_seen = mcr_get_u64(a, MCR_RULE_A_LAST_SEEN);
	return whole ? parse_match(a, &spec->match, err) : 0;
}

static int parse_rewrite(struct nlattr **a, struct mcr_rewrite *r,
			 struct mcr_error *err)
{
	if (a[MCR_OUTPUT_A_GROUP]) {
		if (!get_addr(a[MCR_OUTPUT_A_GROUP], &r->group,
			      &r->group_family))
			return mcr_get_failed(err, "an output's group is no address");
		r->set |= MCR_SET_GROUP;
	}
	if (a[MCR_OUTPUT_A_SRC] &&
	    !get_addr(a[MCR_OUTPUT_A_SRC], &r->src, &r->src_family))
		return mcr_get_failed(err, "an output's src is no address");
	r->src_mode = mcr_get_u8(a, MCR_OUTPUT_A_SRC_MODE,
				 a[MCR_OUTPUT_A_SRC] ? MCR_SRC_SET : MCR_SRC_KEEP);
	if (a[MCR_OUTPUT_A_DPORT])
		r->set |= MCR_SET_DPORT;
	r->dport = mcr_get_u16(a, MCR_OUTPUT_A_DPORT);
	if (a[MCR_OUTPUT_A_SPORT])
		r->set |= MCR_SET_SPORT;
	r->sport = mcr_get_u16(a, MCR_OUTPUT_A_SPORT);
	r->ttl = mcr_get_u8(a, MCR_OUTPUT_A_TTL, 0);
	r->ttl_mode = mcr_get_u8(a, MCR_OUTPUT_A_TTL_MODE,
				 a[MCR_OUTPUT_A_TTL] ? MCR_TTL_SET : MCR_TTL_AUTO);
	if (a[MCR_OUTPUT_A_DSCP])
		r->set |= MCR_SET_DSCP;
	r->dscp = mcr_get_u8(a, MCR_OUTPUT_A_DSCP, 0);
	r->mac = mcr_get_u8(a, MCR_OUTPUT_A_MAC, 0);
	return 0;
}

static int parse_drops(struct nlattr *nest, struct mcr_output *output,
		       struct mcr_error *err)
{
	struct nlattr *a[MCR_DROP_MAX + 1];
	unsigned int i;

	if (!nest)
		return 0;
	if (nla_parse_nested(a, MCR_DROP_MAX, nest, drop_policy) < 0)
		return mcr_get_failed(err, "an output's drops are malformed");
	for (i = MCR_DROP_NO_DEVICE; i <= MCR_DROP_MAX; i++)
		output->drops[i] = mcr_get_u64(a, i);
	return 0;
}

/* @whole: it is one that the rule can have. */
static int parse_output(struct nlattr *nest, struct mcr_rule *rule, bool whole,
			struct mcr_error *err)
{
	struct nlattr *a[MCR_OUTPUT_A_MAX + 1];
	struct mcr_output *output;
	enum mcr_fault fault;

	if (nla_parse_nested(a, MCR_OUTPUT_A_MAX, nest, output_policy) < 0)
		return mcr_get_failed(err, "an output's attributes are malformed");
	if (rule->n_outputs >= MCR_OUTPUTS_MAX)
		return mcr_get_failed(err, "a rule has more outputs than there can be");
	output = mcr_rule_add_output(rule);
	if (!output)
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	output->id = mcr_get_u32(a, MCR_OUTPUT_A_ID);
	mcr_get_string(a, MCR_OUTPUT_A_DEV, output->spec.dev,
		       sizeof(output->spec.dev));
	output->spec.rate = mcr_get_u64(a, MCR_OUTPUT_A_RATE);
	output->spec.rate_unit = mcr_get_u8(a, MCR_OUTPUT_A_RATE_UNIT, 0);
	output->spec.burst = mcr_get_u32(a, MCR_OUTPUT_A_BURST);
	output->spec.mtu = mcr_get_u8(a, MCR_OUTPUT_A_MTU, 0);
	output->ifindex = mcr_get_u32(a, MCR_OUTPUT_A_IFINDEX);
	output->feeds = mcr_get_u32(a, MCR_OUTPUT_A_FEEDS);
	output->offered = mcr_get_u64(a, MCR_OUTPUT_A_OFFERED);
	output->sent = mcr_get_u64(a, MCR_OUTPUT_A_SENT);
	output->sent_bytes = mcr_get_u64(a, MCR_OUTPUT_A_SENT_BYTES);
	if (parse_rewrite(a, &output->spec.rewrite, err) ||
	    parse_drops(a[MCR_OUTPUT_A_DROPS], output, err))
		return -1;
	if (!whole)
		return 0;
	fault = mcr_output_check(&output->spec, &rule->spec.match);
	return fault ? mcr_get_failed(err, mcr_fault_text(fault)) : 0;
}

static int parse_top(struct nlmsghdr *nlh, struct nlattr **a,
		     struct mcr_error *err)
{
	if (!genlmsg_valid_hdr(nlh, 0) ||
	    nlmsg_parse(nlh, GENL_HDRLEN, a, MCR_A_MAX, top_policy) < 0) {
		mcr_get_failed(err, "the message is malformed");
		return -1;
	}
	return 0;
}

/**
 * mcr_msg_cmd - what a message is
 * @nlh: the message
 *
 * Return: of enum mcr_cmd, or -1: it is too short to say.
 */
int mcr_msg_cmd(struct nlmsghdr *nlh)
{
	if (!genlmsg_valid_hdr(nlh, 0))
		return -1;
	return genlmsg_hdr(nlh)->cmd;
}

static int parse_rule(struct nlmsghdr *nlh, struct mcr_rule *rule, bool whole,
		      bool *more, struct mcr_error *err)
{
	struct nlattr *a[MCR_A_MAX + 1];
	struct nlattr *attr;
	int rem;

	if (parse_top(nlh, a, err))
		return -1;
	if (!a[MCR_A_RULE])
		return mcr_get_failed(err, "a rule is missing");
	if (parse_rule_nest(a[MCR_A_RULE], rule, whole, err))
		return -1;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		if (nla_type(attr) == MCR_A_OUTPUT &&
		    parse_output(attr, rule, whole, err))
			return -1;
	*more = a[MCR_A_MORE];
	return 0;
}

/**
 * mcr_msg_parse_rule - read a rule, or more of its outputs
 * @nlh: the message
 * @rule: where to put it; as of mcr_rule_init() for the first message of a rule
 * @more: tells whether its outputs go on in the next message
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_rule(struct nlmsghdr *nlh, struct mcr_rule *rule, bool *more,
		       struct mcr_error *err)
{
	return parse_rule(nlh, rule, true, more, err);
}

/**
 * mcr_msg_parse_part - read what a notification tells of a rule
 * @nlh: the message
 * @rule: where to put it, as of mcr_rule_init(): id, and what else there is
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_part(struct nlmsghdr *nlh, struct mcr_rule *rule,
		       struct mcr_error *err)
{
	bool more;

	return parse_rule(nlh, rule, false, &more, err);
}

/**
 * mcr_msg_parse_generation - read the generation of the rule set
 * @nlh: the message
 * @generation: where to put it
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_generation(struct nlmsghdr *nlh, __u32 *generation,
			     struct mcr_error *err)
{
	struct nlattr *a[MCR_A_MAX + 1];

	if (parse_top(nlh, a, err))
		return -1;
	if (!a[MCR_A_GENERATION])
		return mcr_get_failed(err, "the generation is missing");
	*generation = mcr_get_u32(a, MCR_A_GENERATION);
	return 0;
}

/**
 * mcr_msg_parse_status - read what a server told about itself
 * @nlh: the message
 * @status: where to put it; to be freed by mcr_status_free() if that worked
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_status(struct nlmsghdr *nlh, struct mcr_status *status,
			 struct mcr_error *err)
{
	struct nlattr *top[MCR_A_MAX + 1], *a[MCR_STATUS_A_MAX + 1];

	if (parse_top(nlh, top, err))
		return -1;
	if (!top[MCR_A_STATUS] ||
	    nla_parse_nested(a, MCR_STATUS_A_MAX, top[MCR_A_STATUS],
			     status_policy) < 0)
		return mcr_get_failed(err, "the status is missing or malformed");
	memset(status, 0, sizeof(*status));
	status->plane = mcr_get_u8(a, MCR_STATUS_A_PLANE, 0);
	status->redirect = mcr_get_u8(a, MCR_STATUS_A_REDIRECT, 0);
	status->authority = mcr_get_u8(a, MCR_STATUS_A_AUTHORITY, 0);
	status->waiting = mcr_get_u32(a, MCR_STATUS_A_WAITING);
	mcr_get_string(a, MCR_STATUS_A_VERSION, status->version,
		       sizeof(status->version));
	status->rules = mcr_get_u32(a, MCR_STATUS_A_RULES);
	status->outputs = mcr_get_u32(a, MCR_STATUS_A_OUTPUTS);
	status->joins = mcr_get_u32(a, MCR_STATUS_A_JOINS);
	status->rules_max = mcr_get_u32(a, MCR_STATUS_A_RULES_MAX);
	status->txns = mcr_get_u32(a, MCR_STATUS_A_TXNS);
	status->generation = mcr_get_u32(top, MCR_A_GENERATION);
	return mcr_msg_get_workers(top[MCR_A_STATUS], status, err);
}

static int parse_flow(struct nlattr *nest, struct mcr_flow *flow)
{
	struct nlattr *a[MCR_PACKET_A_MAX + 1];
	__u8 family;

	memset(flow, 0, sizeof(*flow));
	if (nla_parse_nested(a, MCR_PACKET_A_MAX, nest, packet_policy) < 0 ||
	    !a[MCR_PACKET_A_DST] || !a[MCR_PACKET_A_SRC])
		return -1;
	if (!get_addr(a[MCR_PACKET_A_DST], &flow->dst, &flow->family) ||
	    !get_addr(a[MCR_PACKET_A_SRC], &flow->src, &family) ||
	    family != flow->family)
		return -1;
	flow->proto = mcr_get_u8(a, MCR_PACKET_A_PROTO, MCR_PROTO_ANY);
	flow->dport = mcr_get_u16(a, MCR_PACKET_A_DPORT);
	flow->vlan = mcr_get_u16(a, MCR_PACKET_A_VLAN);
	return 0;
}

static int parse_unmatched(struct nlattr *nest, struct mcr_ingress *ingress)
{
	struct nlattr *a;
	int rem;

	nla_for_each_nested(a, nest, rem) {
		if (nla_type(a) != MCR_INGRESS_A_UNMATCHED ||
		    ingress->n_unmatched == MCR_INGRESS_UNMATCHED)
			continue;
		if (parse_flow(a, &ingress->unmatched[ingress->n_unmatched++]))
			return -1;
	}
	return 0;
}

/**
 * mcr_msg_parse_ingress - read a device that rules receive from
 * @nlh: the message
 * @ingress: where to put it
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_ingress(struct nlmsghdr *nlh, struct mcr_ingress *ingress,
			  struct mcr_error *err)
{
	struct nlattr *top[MCR_A_MAX + 1], *a[MCR_INGRESS_A_MAX + 1];

	if (parse_top(nlh, top, err))
		return -1;
	if (!top[MCR_A_INGRESS] ||
	    nla_parse_nested(a, MCR_INGRESS_A_MAX, top[MCR_A_INGRESS],
			     ingress_policy) < 0 || !a[MCR_INGRESS_A_DEV])
		return mcr_get_failed(err, "an ingress device is missing or malformed");
	memset(ingress, 0, sizeof(*ingress));
	mcr_get_string(a, MCR_INGRESS_A_DEV, ingress->dev, sizeof(ingress->dev));
	ingress->ifindex = mcr_get_u32(a, MCR_INGRESS_A_IFINDEX);
	ingress->hooked = a[MCR_INGRESS_A_HOOKED];
	ingress->filtered = a[MCR_INGRESS_A_FILTERED];
	ingress->rules = mcr_get_u32(a, MCR_INGRESS_A_RULES);
	ingress->allmulti = mcr_get_u32(a, MCR_INGRESS_A_ALLMULTI);
	ingress->seen = mcr_get_u64(a, MCR_INGRESS_A_SEEN);
	ingress->not_matched = mcr_get_u64(a, MCR_INGRESS_A_NOT_MATCHED);
	ingress->malformed = mcr_get_u64(a, MCR_INGRESS_A_MALFORMED);
	ingress->missed = mcr_get_u64(a, MCR_INGRESS_A_MISSED);
	if (parse_unmatched(top[MCR_A_INGRESS], ingress))
		return mcr_get_failed(err, "a flow that no rule took is malformed");
	return 0;
}

/**
 * mcr_msg_parse_count - read how many rules a command was carried out on
 * @nlh: the message
 * @count: where to put it
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_count(struct nlmsghdr *nlh, __u32 *count,
			struct mcr_error *err)
{
	struct nlattr *a[MCR_A_MAX + 1];

	if (parse_top(nlh, a, err))
		return -1;
	if (!a[MCR_A_COUNT])
		return mcr_get_failed(err, "the count is missing");
	*count = mcr_get_u32(a, MCR_A_COUNT);
	return 0;
}

/**
 * mcr_msg_parse_txn - read which transaction was opened
 * @nlh: the message
 * @txn: where to put what the server calls it
 * @generation: where to put the generation of the rules it starts from
 * @err: where to say what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_msg_parse_txn(struct nlmsghdr *nlh, __u32 *txn, __u32 *generation,
		      struct mcr_error *err)
{
	struct nlattr *a[MCR_A_MAX + 1];

	if (parse_top(nlh, a, err))
		return -1;
	if (!a[MCR_A_TXN] || !a[MCR_A_GENERATION])
		return mcr_get_failed(err, "the transaction or its generation is missing");
	*txn = mcr_get_u32(a, MCR_A_TXN);
	*generation = mcr_get_u32(a, MCR_A_GENERATION);
	return 0;
}

/**
 * mcr_msg_generation - which generation of the rule set is a message of?
 * @nlh: the message
 * @generation: where to put it
 *
 * Return: false if it does not say.
 */
bool mcr_msg_generation(struct nlmsghdr *nlh, __u32 *generation)
{
	struct nlattr *attr;

	if (!genlmsg_valid_hdr(nlh, 0))
		return false;
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, MCR_A_GENERATION);
	if (!attr || nla_len(attr) != sizeof(__u32))
		return false;
	*generation = nla_get_u32(attr);
	return true;
}

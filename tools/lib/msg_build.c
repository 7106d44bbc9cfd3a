// SPDX-License-Identifier: GPL-2.0
/*
 * Requests; see msg.h. Only what is not default is sent.
 */
#include "msg.h"

#include <errno.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdint.h>

/* A rule of 256 outputs that change everything takes about 40 KiB. */
#define MSG_SIZE	(128UL * 1024)

/**
 * mcr_msg_new - begin a request
 * @cmd: what is asked for
 * @flags: NLM_F_ flags beside those that every request has
 *
 * The family is filled in when the message is sent.
 *
 * Return: a message for nlmsg_free(), or NULL: out of memory.
 */
struct nl_msg *mcr_msg_new(enum mcr_cmd cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(MSG_SIZE);

	if (!msg)
		return NULL;
	if (mcr_msg_reset(msg, cmd, flags)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * mcr_msg_reset - begin another request in the room of one
 * @msg: the message; what was in it is gone
 * @cmd: what is asked for
 * @flags: NLM_F_ flags beside those that every request has
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_reset(struct nl_msg *msg, enum mcr_cmd cmd, int flags)
{
	nlmsg_hdr(msg)->nlmsg_len = NLMSG_HDRLEN;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, flags,
			 (__u8)cmd, MCR_GENL_VERSION))
		return -EMSGSIZE;
	return 0;
}

/**
 * mcr_msg_put_txn - append which transaction is meant
 * @msg: the message
 * @txn: what the server calls it
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_txn(struct nl_msg *msg, __u32 txn)
{
	return nla_put_u32(msg, MCR_A_TXN, txn) ? -EMSGSIZE : 0;
}

/* libnl's nla_nest_end() drops nests that are empty: these must stay. */
static struct nlattr *nest_start(struct nl_msg *msg, int type)
{
	return nla_nest_start(msg, type | NLA_F_NESTED);
}

static int nest_end(struct nl_msg *msg, struct nlattr *nest)
{
	return nla_nest_end_keep_empty(msg, nest);
}

static int put_addr(struct nl_msg *msg, int type, const union mcr_addr *addr,
		    __u8 family)
{
	return nla_put(msg, type, (int)mcr_addr_bits(family) / 8, addr);
}

static int put_match(struct nl_msg *msg, const struct mcr_match *m)
{
	int err = 0;

	err |= put_addr(msg, MCR_RULE_A_GROUP, &m->group, m->family);
	if (m->group_len != mcr_addr_bits(m->family))
		err |= nla_put_u8(msg, MCR_RULE_A_GROUP_LEN, m->group_len);
	if (m->src_len)
		err |= put_addr(msg, MCR_RULE_A_SRC, &m->src, m->family);
	if (m->src_len && m->src_len != mcr_addr_bits(m->family))
		err |= nla_put_u8(msg, MCR_RULE_A_SRC_LEN, m->src_len);
	if (m->proto != MCR_PROTO_UDP)
		err |= nla_put_u8(msg, MCR_RULE_A_PROTO, m->proto);
	if (m->dport_min)
		err |= nla_put_u16(msg, MCR_RULE_A_DPORT_MIN, m->dport_min);
	if (m->dport_max != m->dport_min)
		err |= nla_put_u16(msg, MCR_RULE_A_DPORT_MAX, m->dport_max);
	if (m->vlan)
		err |= nla_put_u16(msg, MCR_RULE_A_VLAN, m->vlan);
	return err;
}

/**
 * mcr_msg_put_rule - append a whole rule
 * @msg: the message
 * @rule: the rule, with its outputs
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_rule(struct nl_msg *msg, const struct mcr_rule *rule)
{
	struct nlattr *nest = nest_start(msg, MCR_A_RULE);
	const struct mcr_rule_spec *spec = &rule->spec;
	unsigned int i;
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	if (rule->name[0])
		err |= nla_put_string(msg, MCR_RULE_A_NAME, rule->name);
	err |= nla_put_string(msg, MCR_RULE_A_IIF, spec->iif);
	err |= put_match(msg, &spec->match);
	if (spec->mode)
		err |= nla_put_u8(msg, MCR_RULE_A_MODE, spec->mode);
	if (spec->join)
		err |= nla_put_u8(msg, MCR_RULE_A_JOIN, spec->join);
	if (spec->plane)
		err |= nla_put_u8(msg, MCR_RULE_A_PLANE, spec->plane);
	if (spec->plane_since)
		err |= nla_put_u64(msg, MCR_RULE_A_PLANE_SINCE,
				   spec->plane_since);
	if (spec->latency)
		err |= nla_put_u8(msg, MCR_RULE_A_LATENCY, spec->latency);
	if (spec->disabled)
		err |= nla_put_u8(msg, MCR_RULE_A_DISABLED, 1);
	if (rule->comment[0])
		err |= nla_put_string(msg, MCR_RULE_A_COMMENT, rule->comment);
	err |= nest_end(msg, nest);
	for (i = 0; i < rule->n_outputs; i++)
		err |= mcr_msg_put_output(msg, &rule->outputs[i]);
	return err ? -EMSGSIZE : 0;
}

static int put_ref(struct nl_msg *msg, const struct mcr_rule *rule,
		   bool disabled, bool plane)
{
	struct nlattr *nest = nest_start(msg, MCR_A_RULE);
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	if (rule->id)
		err |= nla_put_u32(msg, MCR_RULE_A_ID, rule->id);
	else
		err |= nla_put_string(msg, MCR_RULE_A_NAME, rule->name);
	if (disabled)
		err |= nla_put_u8(msg, MCR_RULE_A_DISABLED,
				  rule->spec.disabled);
	if (plane)
		err |= nla_put_u8(msg, MCR_RULE_A_PLANE, rule->spec.plane);
	err |= nest_end(msg, nest);
	return err ? -EMSGSIZE : 0;
}

/**
 * mcr_msg_put_ref - append which rule is meant
 * @msg: the message
 * @rule: its id, or if that is 0 its name
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_ref(struct nl_msg *msg, const struct mcr_rule *rule)
{
	return put_ref(msg, rule, false, false);
}

/**
 * mcr_msg_put_disabled - append which rule is meant, and whether it is disabled
 * @msg: the message
 * @rule: its id, or if that is 0 its name; and @rule->spec.disabled
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_disabled(struct nl_msg *msg, const struct mcr_rule *rule)
{
	return put_ref(msg, rule, true, false);
}

/**
 * mcr_msg_put_plane - append which rule is meant, and who is to carry it out
 * @msg: the message
 * @rule: its id, or if that is 0 its name; and @rule->spec.plane
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_plane(struct nl_msg *msg, const struct mcr_rule *rule)
{
	return put_ref(msg, rule, false, true);
}

static int put_rewrite(struct nl_msg *msg, const struct mcr_rewrite *r)
{
	int err = 0;

	if (r->set & MCR_SET_GROUP)
		err |= put_addr(msg, MCR_OUTPUT_A_GROUP, &r->group,
				r->group_family);
	if (r->set & MCR_SET_DPORT)
		err |= nla_put_u16(msg, MCR_OUTPUT_A_DPORT, r->dport);
	if (r->src_mode == MCR_SRC_SET)
		err |= put_addr(msg, MCR_OUTPUT_A_SRC, &r->src, r->src_family);
	else if (r->src_mode)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_SRC_MODE, r->src_mode);
	if (r->set & MCR_SET_SPORT)
		err |= nla_put_u16(msg, MCR_OUTPUT_A_SPORT, r->sport);
	if (r->ttl_mode == MCR_TTL_SET)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_TTL, r->ttl);
	else if (r->ttl_mode)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_TTL_MODE, r->ttl_mode);
	if (r->set & MCR_SET_DSCP)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_DSCP, r->dscp);
	if (r->mac)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_MAC, r->mac);
	return err;
}

/**
 * mcr_msg_put_output - append an output
 * @msg: the message
 * @output: the output; if it has no device, only its id is sent
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_output(struct nl_msg *msg, const struct mcr_output *output)
{
	struct nlattr *nest = nest_start(msg, MCR_A_OUTPUT);
	const struct mcr_output_spec *spec = &output->spec;
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	if (!spec->dev[0]) {
		err |= nla_put_u32(msg, MCR_OUTPUT_A_ID, output->id);
		err |= nest_end(msg, nest);
		return err ? -EMSGSIZE : 0;
	}
	err |= nla_put_string(msg, MCR_OUTPUT_A_DEV, spec->dev);
	err |= put_rewrite(msg, &spec->rewrite);
	if (spec->rate)
		err |= nla_put_u64(msg, MCR_OUTPUT_A_RATE, spec->rate);
	if (spec->rate_unit)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_RATE_UNIT, spec->rate_unit);
	if (spec->burst)
		err |= nla_put_u32(msg, MCR_OUTPUT_A_BURST, spec->burst);
	if (spec->mtu)
		err |= nla_put_u8(msg, MCR_OUTPUT_A_MTU, spec->mtu);
	err |= nest_end(msg, nest);
	return err ? -EMSGSIZE : 0;
}

static int put_filter_match(struct nl_msg *msg, const struct mcr_match *m,
			    __u32 given)
{
	int err = 0;

	/* Lengths are spelled out: a host is not what an absent one means. */
	if (given & (1U << MCR_RULE_A_GROUP)) {
		err |= put_addr(msg, MCR_RULE_A_GROUP, &m->group, m->family);
		err |= nla_put_u8(msg, MCR_RULE_A_GROUP_LEN, m->group_len);
	}
	if (given & (1U << MCR_RULE_A_SRC)) {
		err |= put_addr(msg, MCR_RULE_A_SRC, &m->src, m->family);
		err |= nla_put_u8(msg, MCR_RULE_A_SRC_LEN, m->src_len);
	}
	if (given & (1U << MCR_RULE_A_PROTO))
		err |= nla_put_u8(msg, MCR_RULE_A_PROTO, m->proto);
	if (given & (1U << MCR_RULE_A_DPORT_MIN)) {
		err |= nla_put_u16(msg, MCR_RULE_A_DPORT_MIN, m->dport_min);
		err |= nla_put_u16(msg, MCR_RULE_A_DPORT_MAX, m->dport_max);
	}
	if (given & (1U << MCR_RULE_A_VLAN))
		err |= nla_put_u16(msg, MCR_RULE_A_VLAN, m->vlan);
	return err;
}

static int put_filter_opts(struct nl_msg *msg, const struct mcr_rule_spec *spec,
			   __u32 given)
{
	int err = 0;

	if (given & (1U << MCR_RULE_A_MODE))
		err |= nla_put_u8(msg, MCR_RULE_A_MODE, spec->mode);
	if (given & (1U << MCR_RULE_A_JOIN))
		err |= nla_put_u8(msg, MCR_RULE_A_JOIN, spec->join);
	if (given & (1U << MCR_RULE_A_PLANE))
		err |= nla_put_u8(msg, MCR_RULE_A_PLANE, spec->plane);
	if (given & (1U << MCR_RULE_A_LATENCY))
		err |= nla_put_u8(msg, MCR_RULE_A_LATENCY, spec->latency);
	if (given & (1U << MCR_RULE_A_DISABLED))
		err |= nla_put_u8(msg, MCR_RULE_A_DISABLED, spec->disabled);
	return err;
}

/**
 * mcr_msg_put_filter - append which rules are meant
 * @msg: the message
 * @rule: the values; its output, if there is one, is a device that is sent to
 * @given: which of them count: bits 1 << enum mcr_rule_attr; none and no output
 *	mean all rules, and nothing is appended
 *
 * Return: 0, or -EMSGSIZE.
 */
int mcr_msg_put_filter(struct nl_msg *msg, const struct mcr_rule *rule,
		       __u32 given)
{
	struct nlattr *nest;
	int err = 0;

	if (given) {
		nest = nest_start(msg, MCR_A_FILTER);
		if (!nest)
			return -EMSGSIZE;
		if (given & (1U << MCR_RULE_A_NAME))
			err |= nla_put_string(msg, MCR_RULE_A_NAME, rule->name);
		if (given & (1U << MCR_RULE_A_IIF))
			err |= nla_put_string(msg, MCR_RULE_A_IIF,
					      rule->spec.iif);
		err |= put_filter_match(msg, &rule->spec.match, given);
		err |= put_filter_opts(msg, &rule->spec, given);
		err |= nest_end(msg, nest);
	}
	if (rule->n_outputs)
		err |= mcr_msg_put_output(msg, &rule->outputs[0]);
	return err ? -EMSGSIZE : 0;
}

static bool covers(const struct nlattr *attr, uintptr_t at)
{
	uintptr_t start = (uintptr_t)attr;

	return at >= start && at < start + (size_t)NLA_ALIGN(attr->nla_len);
}

/**
 * mcr_msg_locate - which attribute stands at this offset?
 * @nlh: a request
 * @offset: bytes from the start of @nlh, as NLMSGERR_ATTR_OFFS has it
 * @spot: where to put the answer
 *
 * Return: false if there is none.
 */
bool mcr_msg_locate(struct nlmsghdr *nlh, __u32 offset, struct mcr_spot *spot)
{
	uintptr_t at = (uintptr_t)nlh + offset;
	struct nlattr *attr, *inner;
	unsigned int nth[MCR_A_MAX + 1] = { 0 };
	int rem, inner_rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		unsigned int type = (unsigned int)nla_type(attr);

		if (type > MCR_A_MAX)
			continue;
		if (!covers(attr, at)) {
			nth[type]++;
			continue;
		}
		spot->top = type;
		spot->nth = nth[type];
		spot->inner = 0;
		if (!(attr->nla_type & NLA_F_NESTED))
			return true;
		nla_for_each_nested(inner, attr, inner_rem)
			if (covers(inner, at))
				spot->inner = (unsigned int)nla_type(inner);
		return true;
	}
	return false;
}

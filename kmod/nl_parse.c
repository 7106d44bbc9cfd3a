// SPDX-License-Identifier: GPL-2.0
/*
 * From attributes to the rule model.
 *
 * Types, lengths and simple limits were checked by the policy before any of
 * this runs.
 */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "change.h"
#include "mem.h"
#include "nl_parse.h"
#include "plane.h"
#include "staged.h"

/* What a statement of a rule may hold. */
#define MCR_RULE_STATED							\
	(MCR_RULE_BIT(NAME) | MCR_RULE_BIT(IIF) | MCR_RULE_BIT(GROUP) |	\
	 MCR_RULE_BIT(GROUP_LEN) | MCR_RULE_BIT(SRC) |			\
	 MCR_RULE_BIT(SRC_LEN) | MCR_RULE_BIT(PROTO) |			\
	 MCR_RULE_BIT(DPORT_MIN) | MCR_RULE_BIT(DPORT_MAX) |		\
	 MCR_RULE_BIT(VLAN) | MCR_RULE_BIT(MODE) | MCR_RULE_BIT(JOIN) |	\
	 MCR_RULE_BIT(PLANE) | MCR_RULE_BIT(LATENCY) |			\
	 MCR_RULE_BIT(DISABLED) | MCR_RULE_BIT(COMMENT) |		\
	 MCR_RULE_BIT(PLANE_SINCE))

#define MCR_RULE_REF	(MCR_RULE_BIT(ID) | MCR_RULE_BIT(NAME))

/* A statement may leave out what has a default; comments are no criterion. */
#define MCR_RULE_FILTERED						\
	(MCR_RULE_STATED &						\
	 ~(MCR_RULE_BIT(COMMENT) | MCR_RULE_BIT(PLANE_SINCE)))

/* Parse a nest that may hold @takes only. */
static int mcr_nl_parse_nest(struct nlattr **tb, int max,
			     const struct nlattr *nest, u32 takes,
			     struct netlink_ext_ack *extack)
{
	int i, err;

	err = nla_parse_nested(tb, max, nest, NULL, extack);
	if (err)
		return err;
	for (i = 1; i <= max; i++) {
		if (tb[i] && !(takes & BIT(i))) {
			NL_SET_ERR_MSG_ATTR(extack, tb[i],
					    "this attribute has no meaning here");
			return -EINVAL;
		}
	}
	return 0;
}

/* 0: not an address. */
static u8 mcr_nl_addr(const struct nlattr *nla, union mcr_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (nla_len(nla) != 4 && nla_len(nla) != 16)
		return 0;
	memcpy(addr, nla_data(nla), nla_len(nla));
	return nla_len(nla) == 4 ? AF_INET : AF_INET6;
}

static void mcr_nl_u8(const struct nlattr *nla, u8 *value)
{
	if (nla)
		*value = nla_get_u8(nla);
}

static void mcr_nl_u16(const struct nlattr *nla, u16 *value)
{
	if (nla)
		*value = nla_get_u16(nla);
}

/* The policy keeps strings within the sizes of the model. */
static void mcr_nl_dev(const struct nlattr *nla, char dev[MCR_DEV_MAX + 1])
{
	if (nla)
		nla_strscpy(dev, nla, MCR_DEV_MAX + 1);
}

static enum mcr_fault mcr_nl_match_addrs(struct nlattr **tb,
					 struct mcr_match *m)
{
	u8 family;

	if (tb[MCR_RULE_A_GROUP]) {
		m->family = mcr_nl_addr(tb[MCR_RULE_A_GROUP], &m->group);
		if (!m->family)
			return MCR_FAULT_GROUP_FAMILY;
		m->group_len = mcr_addr_bits(m->family);
	} else if (tb[MCR_RULE_A_GROUP_LEN]) {
		return MCR_FAULT_GROUP_MISSING;
	}
	mcr_nl_u8(tb[MCR_RULE_A_GROUP_LEN], &m->group_len);
	if (tb[MCR_RULE_A_SRC]) {
		family = mcr_nl_addr(tb[MCR_RULE_A_SRC], &m->src);
		if (!family || (m->family && family != m->family))
			return MCR_FAULT_SRC_FAMILY;
		m->family = family;
		m->src_len = mcr_addr_bits(family);
	} else if (tb[MCR_RULE_A_SRC_LEN]) {
		return MCR_FAULT_SRC_LEN;
	}
	mcr_nl_u8(tb[MCR_RULE_A_SRC_LEN], &m->src_len);
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_nl_match_l4(struct nlattr **tb, struct mcr_match *m)
{
	m->proto = MCR_PROTO_UDP;
	mcr_nl_u8(tb[MCR_RULE_A_PROTO], &m->proto);
	if (tb[MCR_RULE_A_DPORT_MAX] && !tb[MCR_RULE_A_DPORT_MIN])
		return MCR_FAULT_DPORT_ORDER;
	mcr_nl_u16(tb[MCR_RULE_A_DPORT_MIN], &m->dport_min);
	m->dport_max = m->dport_min;
	mcr_nl_u16(tb[MCR_RULE_A_DPORT_MAX], &m->dport_max);
	mcr_nl_u16(tb[MCR_RULE_A_VLAN], &m->vlan);
	return MCR_FAULT_NONE;
}

static void mcr_nl_options(struct nlattr **tb, struct mcr_rule_spec *spec)
{
	u8 disabled = 0;

	mcr_nl_dev(tb[MCR_RULE_A_IIF], spec->iif);
	mcr_nl_u8(tb[MCR_RULE_A_MODE], &spec->mode);
	mcr_nl_u8(tb[MCR_RULE_A_JOIN], &spec->join);
	mcr_nl_u8(tb[MCR_RULE_A_PLANE], &spec->plane);
	mcr_nl_u8(tb[MCR_RULE_A_LATENCY], &spec->latency);
	mcr_nl_u8(tb[MCR_RULE_A_DISABLED], &disabled);
	spec->disabled = disabled;
}

/* The attribute at fault, of the rule or of the output, and why. */
static const struct {
	int attr;
	const char *sentence;
} mcr_nl_said[] = {
#define MCR_FAULT_SAID(code, attribute, text)		\
	[MCR_FAULT_##code] = { attribute, text },
	MCR_RULE_FAULTS(MCR_FAULT_SAID)
	MCR_OUTPUT_FAULTS(MCR_FAULT_SAID)
#undef MCR_FAULT_SAID
};

static int mcr_nl_fault(enum mcr_fault fault, struct nlattr **tb,
			const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	if (!fault)
		return 0;
	NL_SET_BAD_ATTR(extack, tb[mcr_nl_said[fault].attr] ?: nest);
	extack->_msg = mcr_nl_said[fault].sentence;
	return -EINVAL;
}

/* What the rule model has and this server does not do yet. */
static int mcr_nl_unbuilt_rule(const struct mcr_rule_spec *spec,
			       struct nlattr **tb,
			       struct netlink_ext_ack *extack)
{
	const char *why;

	why = mcr_plane_consume(spec);
	if (!why)
		return 0;
	NL_SET_BAD_ATTR(extack, tb[MCR_RULE_A_MODE]);
	extack->_msg = why;
	return -EOPNOTSUPP;
}

static int mcr_nl_unbuilt_output(const struct mcr_output_spec *o,
				 struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	if (o->rate)
		NL_SET_ERR_MSG_ATTR(extack, tb[MCR_OUTPUT_A_RATE],
				    "rate is not supported yet: leave it out");
	else if (o->mtu != MCR_MTU_DROP)
		NL_SET_ERR_MSG_ATTR(extack, tb[MCR_OUTPUT_A_MTU],
				    "mtu fragment is not supported yet: only drop is");
	else
		return 0;
	return -EOPNOTSUPP;
}

static int mcr_nl_name(const struct nlattr *nla, const char **name,
		       struct netlink_ext_ack *extack)
{
	if (!nla)
		return 0;
	*name = nla_data(nla);
	if (mcr_name_ok(*name))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nla,
			    "a name is a letter, then letters, digits, '_', '.' and '-', at most 31 in all, but not 'id' or 'name'");
	return -EINVAL;
}

/* A comment must fit between quotes on one line of a rule file. */
static int mcr_nl_comment(const struct nlattr *nla, const char **comment,
			  struct netlink_ext_ack *extack)
{
	const unsigned char *c;

	if (!nla)
		return 0;
	*comment = nla_data(nla);
	for (c = nla_data(nla); *c; c++) {
		if (*c >= ' ' && *c != 0x7f && *c != '"')
			continue;
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "a comment must not hold control characters or double quotes");
		return -EINVAL;
	}
	return 0;
}

/* Whoever follows the other server says what that one decided. */
static int mcr_nl_since(const struct nlattr *nla, struct mcr_rule_spec *spec,
			struct netlink_ext_ack *extack)
{
	if (!nla)
		return 0;
	if (!mcr_plane_takes_since()) {
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "when a rule moves to another plane cannot be set: the server says when, ask for the plane alone");
		return -EINVAL;
	}
	spec->plane_since = nla_get_u64(nla);
	return 0;
}

static int mcr_nl_parse_rule(const struct nlattr *nest, struct mcr_request *req,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_RULE_A_MAX + 1];
	enum mcr_fault fault;
	int err;

	err = mcr_nl_parse_nest(tb, MCR_RULE_A_MAX, nest, MCR_RULE_STATED,
				extack);
	if (err)
		return err;
	err = mcr_nl_name(tb[MCR_RULE_A_NAME], &req->name, extack);
	if (err)
		return err;
	err = mcr_nl_comment(tb[MCR_RULE_A_COMMENT], &req->comment, extack);
	if (err)
		return err;
	err = mcr_nl_since(tb[MCR_RULE_A_PLANE_SINCE], &req->spec, extack);
	if (err)
		return err;
	mcr_nl_options(tb, &req->spec);
	fault = tb[MCR_RULE_A_GROUP] ? MCR_FAULT_NONE :
				       MCR_FAULT_GROUP_MISSING;
	if (!fault)
		fault = mcr_nl_match_addrs(tb, &req->spec.match);
	if (!fault)
		fault = mcr_nl_match_l4(tb, &req->spec.match);
	if (!fault)
		fault = mcr_rule_check(&req->spec);
	if (fault)
		return mcr_nl_fault(fault, tb, nest, extack);
	return mcr_nl_unbuilt_rule(&req->spec, tb, extack);
}

/* A value is given if and only if the mode is to set it. */
static bool mcr_nl_set_ok(const struct nlattr *value, u8 mode, u8 set)
{
	return value ? mode == set : mode != set;
}

static enum mcr_fault mcr_nl_rewrite(struct nlattr **tb, struct mcr_rewrite *w)
{
	if (tb[MCR_OUTPUT_A_GROUP]) {
		w->group_family = mcr_nl_addr(tb[MCR_OUTPUT_A_GROUP],
					      &w->group);
		w->set |= MCR_SET_GROUP;
	}
	if (tb[MCR_OUTPUT_A_SRC]) {
		w->src_family = mcr_nl_addr(tb[MCR_OUTPUT_A_SRC], &w->src);
		w->src_mode = MCR_SRC_SET;
	}
	mcr_nl_u8(tb[MCR_OUTPUT_A_SRC_MODE], &w->src_mode);
	if (!mcr_nl_set_ok(tb[MCR_OUTPUT_A_SRC], w->src_mode, MCR_SRC_SET))
		return MCR_FAULT_OUT_SRC_MODE;
	if (tb[MCR_OUTPUT_A_TTL])
		w->ttl_mode = MCR_TTL_SET;
	mcr_nl_u8(tb[MCR_OUTPUT_A_TTL], &w->ttl);
	mcr_nl_u8(tb[MCR_OUTPUT_A_TTL_MODE], &w->ttl_mode);
	if (!mcr_nl_set_ok(tb[MCR_OUTPUT_A_TTL], w->ttl_mode, MCR_TTL_SET))
		return MCR_FAULT_OUT_TTL_MODE;
	if (tb[MCR_OUTPUT_A_DPORT])
		w->set |= MCR_SET_DPORT;
	mcr_nl_u16(tb[MCR_OUTPUT_A_DPORT], &w->dport);
	if (tb[MCR_OUTPUT_A_SPORT])
		w->set |= MCR_SET_SPORT;
	mcr_nl_u16(tb[MCR_OUTPUT_A_SPORT], &w->sport);
	if (tb[MCR_OUTPUT_A_DSCP])
		w->set |= MCR_SET_DSCP;
	mcr_nl_u8(tb[MCR_OUTPUT_A_DSCP], &w->dscp);
	mcr_nl_u8(tb[MCR_OUTPUT_A_MAC], &w->mac);
	return MCR_FAULT_NONE;
}

static enum mcr_fault mcr_nl_limits(struct nlattr **tb,
				    struct mcr_output_spec *o)
{
	if (tb[MCR_OUTPUT_A_RATE])
		o->rate = nla_get_u64(tb[MCR_OUTPUT_A_RATE]);
	else if (tb[MCR_OUTPUT_A_RATE_UNIT])
		return MCR_FAULT_OUT_RATE;
	if (tb[MCR_OUTPUT_A_BURST])
		o->burst = nla_get_u32(tb[MCR_OUTPUT_A_BURST]);
	mcr_nl_u8(tb[MCR_OUTPUT_A_RATE_UNIT], &o->rate_unit);
	mcr_nl_u8(tb[MCR_OUTPUT_A_MTU], &o->mtu);
	return MCR_FAULT_NONE;
}

/**
 * mcr_nl_parse_output - read an output
 * @nest: the attribute
 * @m: the match of its rule, checked
 * @o: filled in and checked
 * @extack: gets the sentence
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP.
 */
int mcr_nl_parse_output(const struct nlattr *nest, const struct mcr_match *m,
			struct mcr_output_spec *o,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_OUTPUT_A_MAX + 1];
	enum mcr_fault fault;
	int err;

	memset(o, 0, sizeof(*o));
	err = mcr_nl_parse_nest(tb, MCR_OUTPUT_A_MAX, nest,
				(u32)~BIT(MCR_OUTPUT_A_ID), extack);
	if (err)
		return err;
	mcr_nl_dev(tb[MCR_OUTPUT_A_DEV], o->dev);
	fault = mcr_nl_rewrite(tb, &o->rewrite);
	if (!fault)
		fault = mcr_nl_limits(tb, o);
	if (!fault)
		fault = mcr_output_check(o, m);
	if (fault)
		return mcr_nl_fault(fault, tb, nest, extack);
	return mcr_nl_unbuilt_output(o, tb, extack);
}

/**
 * mcr_nl_parse_output_id - read the id of an output that exists
 * @nest: the attribute
 * @id: the id; 0: the output is spelled out instead
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_parse_output_id(const struct nlattr *nest, u32 *id,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_OUTPUT_A_MAX + 1];
	int err;

	*id = 0;
	err = nla_parse_nested(tb, MCR_OUTPUT_A_MAX, nest, NULL, extack);
	if (err || !tb[MCR_OUTPUT_A_ID])
		return err;
	*id = nla_get_u32(tb[MCR_OUTPUT_A_ID]);
	return mcr_nl_parse_nest(tb, MCR_OUTPUT_A_MAX, nest,
				 BIT(MCR_OUTPUT_A_ID), extack);
}

static u32 mcr_nl_count_outputs(const struct nlmsghdr *nlh)
{
	const struct nlattr *nla;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
		n += nla_type(nla) == MCR_A_OUTPUT;
	return n;
}

/**
 * mcr_nl_one_output - has a message exactly one output?
 * @nlh: the message
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_one_output(const struct nlmsghdr *nlh,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *nla;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != MCR_A_OUTPUT || !n++)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "this command takes one output only");
		return -EINVAL;
	}
	if (n)
		return 0;
	NL_SET_ERR_MSG(extack, "the output is missing: this command needs exactly one output");
	return -EINVAL;
}

/**
 * mcr_nl_parse_request - read a rule with its outputs
 * @nlh: the message
 * @attrs: its attributes
 * @req: filled in and checked; refers to the message; to be freed with
 *	mcr_nl_request_free(), on success
 * @extack: gets the sentence
 *
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOSPC or -ENOMEM.
 */
int mcr_nl_parse_request(const struct nlmsghdr *nlh, struct nlattr **attrs,
			 struct mcr_request *req,
			 struct netlink_ext_ack *extack)
{
	u32 n = mcr_nl_count_outputs(nlh), i = 0;
	struct mcr_output_spec *outputs;
	const struct nlattr *nla;
	int err, rem;

	memset(req, 0, sizeof(*req));
	if (!attrs[MCR_A_RULE]) {
		NL_SET_ERR_MSG(extack, "the rule is missing");
		return -EINVAL;
	}
	err = mcr_nl_parse_rule(attrs[MCR_A_RULE], req, extack);
	if (err)
		return err;
	if (!n) {
		NL_SET_ERR_MSG(extack, "a rule needs at least one output");
		return -EINVAL;
	}
	if (n > MCR_OUTPUTS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[MCR_A_OUTPUT],
				    "a rule has at most 256 outputs");
		return -ENOSPC;
	}
	outputs = kvcalloc(n, sizeof(*outputs), MCR_GFP);
	if (!outputs)
		return mcr_nl_no_memory(extack);
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != MCR_A_OUTPUT)
			continue;
		err = mcr_nl_parse_output(nla, &req->spec.match, &outputs[i++],
					  extack);
		if (err) {
			kvfree(outputs);
			return err;
		}
	}
	req->outputs = outputs;
	req->n_outputs = n;
	return 0;
}

/**
 * mcr_nl_request_free - free what belongs to a request
 * @req: from mcr_nl_parse_request()
 */
void mcr_nl_request_free(struct mcr_request *req)
{
	kvfree(req->outputs);
}

/**
 * mcr_nl_read_ref - read which rule a command is about
 * @nest: MCR_A_RULE or NULL
 * @also: bit by enum mcr_rule_attr: the nest may hold this, too
 * @ref: filled in; refers to the message
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_read_ref(const struct nlattr *nest, u32 also, struct mcr_ref *ref,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_RULE_A_MAX + 1];
	int err;

	memset(ref, 0, sizeof(*ref));
	if (!nest) {
		NL_SET_ERR_MSG(extack, "the rule is missing: give its id or its name");
		return -EINVAL;
	}
	err = mcr_nl_parse_nest(tb, MCR_RULE_A_MAX, nest,
				MCR_RULE_REF | also, extack);
	if (err)
		return err;
	ref->attr = tb[MCR_RULE_A_ID] ?: tb[MCR_RULE_A_NAME];
	if (!ref->attr || (tb[MCR_RULE_A_ID] && tb[MCR_RULE_A_NAME])) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a rule is named either by its id or by its name");
		return -EINVAL;
	}
	if (!tb[MCR_RULE_A_ID])
		return mcr_nl_name(ref->attr, &ref->name, extack);
	ref->id = nla_get_u32(ref->attr);
	return 0;
}

/**
 * mcr_nl_no_rule - say that there is no rule of that id or name
 * @ref: the id or the name
 * @extack: gets the sentence
 *
 * Return: -ENOENT.
 */
int mcr_nl_no_rule(const struct mcr_ref *ref, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, ref->attr, "there is no such rule");
	return -ENOENT;
}

/**
 * mcr_nl_parse_ref - find the rule that a command is about
 * @mn: the namespace
 * @nest: MCR_A_RULE or NULL
 * @also: bit by enum mcr_rule_attr: the nest may hold this, too
 * @rule: the rule
 * @extack: gets the sentence
 *
 * Context: Under mcr_net.lock.
 * Return: 0, -EINVAL or -ENOENT.
 */
int mcr_nl_parse_ref(struct mcr_net *mn, const struct nlattr *nest, u32 also,
		     struct mcr_rule **rule, struct netlink_ext_ack *extack)
{
	struct mcr_ref ref;
	int err;

	err = mcr_nl_read_ref(nest, also, &ref, extack);
	if (err)
		return err;
	*rule = ref.name ? mcr_table_by_name(mn, ref.name) :
			   mcr_table_by_id(mn, ref.id);
	return *rule ? 0 : mcr_nl_no_rule(&ref, extack);
}

/**
 * mcr_nl_parse_set - read what of a rule is to change
 * @nest: MCR_A_RULE
 * @set: filled in
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_parse_set(const struct nlattr *nest, struct mcr_rule_set *set,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_RULE_A_MAX + 1];
	u8 disabled = 0;
	int err;

	*set = (struct mcr_rule_set){ };
	err = nla_parse_nested(tb, MCR_RULE_A_MAX, nest, NULL, extack);
	if (err)
		return err;
	set->has_disabled = tb[MCR_RULE_A_DISABLED];
	set->has_plane = tb[MCR_RULE_A_PLANE];
	if (!set->has_disabled && !set->has_plane) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "nothing to change: disabled is missing, and plane");
		return -EINVAL;
	}
	mcr_nl_u8(tb[MCR_RULE_A_DISABLED], &disabled);
	set->disabled = disabled;
	mcr_nl_u8(tb[MCR_RULE_A_PLANE], &set->plane);
	return 0;
}

/**
 * mcr_nl_set_check - can this server do what a rule is to say then?
 * @mn: the namespace
 * @v: the rule
 * @set: what of it is to change
 * @nest: MCR_A_RULE
 * @extack: gets the sentence
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int mcr_nl_set_check(struct mcr_net *mn, const struct mcr_view *v,
		     const struct mcr_rule_set *set, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	struct mcr_rule_spec spec;
	const char *why;

	mcr_view_spec(v, mn, &spec);
	mcr_set_spec(set, &spec);
	why = set->has_plane ? mcr_plane_consume(&spec) : NULL;
	if (!why)
		return 0;
	NL_SET_BAD_ATTR(extack, nla_find_nested(nest, MCR_RULE_A_PLANE));
	extack->_msg = why;
	return -EOPNOTSUPP;
}

static int mcr_nl_filter_to(const struct nlattr *nest, struct mcr_filter *f,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_OUTPUT_A_MAX + 1];
	int err;

	if (!nest)
		return 0;
	err = mcr_nl_parse_nest(tb, MCR_OUTPUT_A_MAX, nest,
				BIT(MCR_OUTPUT_A_DEV), extack);
	if (err)
		return err;
	if (!tb[MCR_OUTPUT_A_DEV]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "the output of a filter is given by its device");
		return -EINVAL;
	}
	f->to = nla_data(tb[MCR_OUTPUT_A_DEV]);
	return mcr_nl_fault(mcr_dev_ok(f->to) ? MCR_FAULT_NONE :
						MCR_FAULT_OUT_DEV,
			    tb, nest, extack);
}

/* A filter that no rule can meet is a slip: say so. */
static enum mcr_fault mcr_nl_filter_check(const struct mcr_filter *f)
{
	struct mcr_match m = f->spec.match;

	if ((f->given & MCR_RULE_BIT(IIF)) && !mcr_dev_ok(f->spec.iif))
		return MCR_FAULT_IIF;
	/* Where no group is given, any will do. */
	if (!(f->given & MCR_RULE_BIT(GROUP))) {
		m.family = m.family ?: AF_INET;
		m.group.raw[0] = m.family == AF_INET ? 0xe0 : 0xff;
		m.group_len = m.family == AF_INET ? 4 : 8;
	}
	return mcr_match_check(&m);
}

/**
 * mcr_nl_parse_filter - read which rules are meant
 * @nlh: the message
 * @attrs: its attributes
 * @f: filled in; refers to the message
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_parse_filter(const struct nlmsghdr *nlh, struct nlattr **attrs,
			struct mcr_filter *f,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MCR_RULE_A_MAX + 1], *nest = attrs[MCR_A_FILTER];
	enum mcr_fault fault;
	int err, i;

	memset(f, 0, sizeof(*f));
	if (mcr_nl_count_outputs(nlh) > 1) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[MCR_A_OUTPUT],
				    "a filter has one output at most");
		return -EINVAL;
	}
	err = mcr_nl_filter_to(attrs[MCR_A_OUTPUT], f, extack);
	if (err || !nest)
		return err;
	err = mcr_nl_parse_nest(tb, MCR_RULE_A_MAX, nest, MCR_RULE_FILTERED,
				extack);
	if (err)
		return err;
	err = mcr_nl_name(tb[MCR_RULE_A_NAME], &f->name, extack);
	if (err)
		return err;
	for (i = 1; i <= MCR_RULE_A_MAX; i++)
		if (tb[i])
			f->given |= BIT(i);
	mcr_nl_options(tb, &f->spec);
	fault = mcr_nl_match_addrs(tb, &f->spec.match);
	if (!fault)
		fault = mcr_nl_match_l4(tb, &f->spec.match);
	if (!fault)
		fault = mcr_nl_filter_check(f);
	return mcr_nl_fault(fault, tb, nest, extack);
}

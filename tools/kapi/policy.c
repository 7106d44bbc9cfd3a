// SPDX-License-Identifier: GPL-2.0
/*
 * Policies as attributes: what the attributes of a command are to be like.
 */
#include <net/netlink.h>

#include "internal.h"

#define KAPI_POLICIES_MAX	32U

/**
 * struct kapi_policies - policies that are being told, each once
 * @n: how many
 * @policy: the one that is to be told next
 * @attr: its attribute that is to be told next
 * @of: the policies
 */
struct kapi_policies {
	unsigned int n;
	unsigned int policy;
	unsigned int attr;
	struct {
		const struct nla_policy *policy;
		unsigned int maxtype;
	} of[KAPI_POLICIES_MAX];
};

/**
 * kapi_policies_index - the number of a policy
 * @ps: the policies
 * @policy: the policy
 * @maxtype: highest type in it
 *
 * Return: the number; ps->n: it is not among them.
 */
unsigned int kapi_policies_index(const struct kapi_policies *ps,
				 const struct nla_policy *policy,
				 unsigned int maxtype)
{
	unsigned int i;

	for (i = 0; i < ps->n; i++)
		if (ps->of[i].policy == policy && ps->of[i].maxtype == maxtype)
			break;
	return i;
}

static int kapi_policies_add_one(struct kapi_policies *ps,
				 const struct nla_policy *policy,
				 unsigned int maxtype)
{
	if (!policy || !maxtype ||
	    kapi_policies_index(ps, policy, maxtype) < ps->n)
		return 0;
	if (ps->n == KAPI_POLICIES_MAX)
		return -ENOMEM;
	ps->of[ps->n].policy = policy;
	ps->of[ps->n++].maxtype = maxtype;
	return 0;
}

/**
 * kapi_policies_add - have a policy told, and those of its nests
 * @ps: NULL at first; for kapi_free()
 * @policy: the policy
 * @maxtype: highest type in it
 *
 * Return: 0 or -ENOMEM.
 */
int kapi_policies_add(struct kapi_policies **ps,
		      const struct nla_policy *policy, unsigned int maxtype)
{
	unsigned int i, type;
	int err;

	if (!*ps)
		*ps = kapi_zalloc(1, sizeof(**ps));
	if (!*ps)
		return -ENOMEM;
	err = kapi_policies_add_one(*ps, policy, maxtype);
	for (i = 0; i < (*ps)->n && !err; i++) {
		const struct nla_policy *p = (*ps)->of[i].policy;

		for (type = 0; type <= (*ps)->of[i].maxtype && !err; type++)
			if (p[type].type == NLA_NESTED)
				err = kapi_policies_add_one(*ps,
							    p[type].nested_policy,
							    p[type].len);
	}
	return err;
}

/**
 * kapi_policies_left - is there more to be told?
 * @ps: the policies
 *
 * Return: true if so.
 */
bool kapi_policies_left(const struct kapi_policies *ps)
{
	return ps->policy < ps->n;
}

static int kapi_policy_put_nest(struct sk_buff *skb,
				const struct kapi_policies *ps,
				const struct nla_policy *p)
{
	if (!ps || !p->nested_policy || !p->len)
		return 0;
	if (nla_put_u32(skb, NL_POLICY_TYPE_ATTR_POLICY_IDX,
			kapi_policies_index(ps, p->nested_policy, p->len)))
		return -EMSGSIZE;
	return nla_put_u32(skb, NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, p->len);
}

static int kapi_policy_put_number(struct sk_buff *skb,
				  const struct nla_policy *p)
{
	u64 low, high;

	kapi_policy_range(p, &low, &high);
	if (nla_put_u64_64bit(skb, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, low,
			      NL_POLICY_TYPE_ATTR_PAD))
		return -EMSGSIZE;
	return nla_put_u64_64bit(skb, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, high,
				 NL_POLICY_TYPE_ATTR_PAD);
}

static int kapi_policy_put_length(struct sk_buff *skb,
				  const struct nla_policy *p)
{
	u64 low = 0, high = p->len ? p->len : U16_MAX;

	if (p->validation_type == NLA_VALIDATE_RANGE)
		kapi_policy_range(p, &low, &high);
	if (low && nla_put_u32(skb, NL_POLICY_TYPE_ATTR_MIN_LENGTH, (u32)low))
		return -EMSGSIZE;
	return high < U16_MAX ?
	       nla_put_u32(skb, NL_POLICY_TYPE_ATTR_MAX_LENGTH, (u32)high) : 0;
}

/* As types are called towards others; negative: they are not told. */
static int kapi_policy_type(const struct nla_policy *p)
{
	switch (p->type) {
	case NLA_U8:
		return NL_ATTR_TYPE_U8;
	case NLA_U16:
		return NL_ATTR_TYPE_U16;
	case NLA_U32:
		return NL_ATTR_TYPE_U32;
	case NLA_U64:
		return NL_ATTR_TYPE_U64;
	case NLA_STRING:
		return NL_ATTR_TYPE_STRING;
	case NLA_NUL_STRING:
		return NL_ATTR_TYPE_NUL_STRING;
	case NLA_BINARY:
		return NL_ATTR_TYPE_BINARY;
	case NLA_FLAG:
		return NL_ATTR_TYPE_FLAG;
	case NLA_NESTED:
		return NL_ATTR_TYPE_NESTED;
	default:
		return -1;
	}
}

/**
 * kapi_policy_shown - is there anything to be told of an attribute?
 * @p: what it is to be like
 *
 * Return: true if so; false: none may be given.
 */
bool kapi_policy_shown(const struct nla_policy *p)
{
	return kapi_policy_type(p) >= 0;
}

static int kapi_policy_put_limits(struct sk_buff *skb,
				  const struct kapi_policies *ps,
				  const struct nla_policy *p)
{
	switch (p->type) {
	case NLA_NESTED:
		return kapi_policy_put_nest(skb, ps, p);
	case NLA_FLAG:
		return 0;
	case NLA_STRING:
	case NLA_NUL_STRING:
	case NLA_BINARY:
		return kapi_policy_put_length(skb, p);
	default:
		return kapi_policy_put_number(skb, p);
	}
}

/**
 * kapi_policy_put - put what an attribute is to be like
 * @skb: the message
 * @ps: the policies that nests refer to; NULL: none
 * @p: what it is to be like
 * @type: of the attribute that says so
 *
 * Return: 0; -ENODATA: there is nothing to be told; -EMSGSIZE.
 */
int kapi_policy_put(struct sk_buff *skb, const struct kapi_policies *ps,
		    const struct nla_policy *p, int type)
{
	struct nlattr *nest;

	if (!kapi_policy_shown(p))
		return -ENODATA;
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (kapi_policy_put_limits(skb, ps, p) ||
	    nla_put_u32(skb, NL_POLICY_TYPE_ATTR_TYPE,
			(u32)kapi_policy_type(p))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static void kapi_policies_next(struct kapi_policies *ps)
{
	if (++ps->attr <= ps->of[ps->policy].maxtype)
		return;
	ps->attr = 0;
	ps->policy++;
}

/**
 * kapi_policies_put - put the next attribute of which there is something to tell
 * @skb: the message
 * @ps: the policies; moved on
 *
 * Return: 0; -ENODATA: there was none any more; -EMSGSIZE.
 */
int kapi_policies_put(struct sk_buff *skb, struct kapi_policies *ps)
{
	for (; kapi_policies_left(ps); kapi_policies_next(ps)) {
		struct nlattr *nest = nla_nest_start(skb, (int)ps->policy);
		int err;

		if (!nest)
			return -EMSGSIZE;
		err = kapi_policy_put(skb, ps,
				      &ps->of[ps->policy].policy[ps->attr],
				      (int)ps->attr);
		if (!err) {
			nla_nest_end(skb, nest);
			kapi_policies_next(ps);
			return 0;
		}
		nla_nest_cancel(skb, nest);
		if (err != -ENODATA)
			return err;
	}
	return -ENODATA;
}

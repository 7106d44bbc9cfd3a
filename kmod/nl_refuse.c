// SPDX-License-Identifier: GPL-2.0
/*
 * From what the table says of a change to errno, sentence and attribute.
 */
#include <net/genetlink.h>

#include "nl_parse.h"
#include "nl_refuse.h"
#include "table.h"

/* The output that a refusal speaks of. */
static const struct nlattr *mcr_nl_output_at(const struct nlmsghdr *nlh,
					     u32 index)
{
	const struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != MCR_A_OUTPUT || index--)
			continue;
		return nla_find_nested(nla, MCR_OUTPUT_A_DEV) ?: nla;
	}
	return NULL;
}

static const struct nlattr *mcr_nl_rule_attr(struct genl_info *info, int type)
{
	const struct nlattr *nest = info->attrs[MCR_A_RULE];

	return nest ? nla_find_nested(nest, type) ?: nest : NULL;
}

/* The id of the rule that the sentence speaks of. */
static void mcr_nl_cookie(struct netlink_ext_ack *extack, u32 id)
{
	BUILD_BUG_ON(sizeof(id) > sizeof(extack->cookie));

	memcpy(extack->cookie, &id, sizeof(id));
	extack->cookie_len = sizeof(id);
}

static void mcr_nl_warn_feeds(struct netlink_ext_ack *extack,
			      const struct mcr_error *error)
{
	if (error->assumed)
		NL_SET_ERR_MSG(extack,
			       "too many rules may receive what an output sends to tell whether it comes back: its TTL is decremented unless 'ttl' is stated");
	else if (error->endless)
		NL_SET_ERR_MSG(extack,
			       "the rules feed themselves without end: a rule receives what an output sends, which comes back, and a TTL that is stated keeps it going: leave 'ttl' out or state 'ttl dec'");
	else
		NL_SET_ERR_MSG(extack,
			       "the rules feed themselves: a rule receives what an output sends, which comes back: the output's TTL is decremented; state 'ttl keep' or 'ttl N' to have it otherwise");
	mcr_nl_cookie(extack, error->feeds);
}

/* A rule was made: is there something that the user should know? */
static void mcr_nl_warn(struct netlink_ext_ack *extack,
			const struct mcr_error *error)
{
	if (error->feeds) {
		mcr_nl_warn_feeds(extack, error);
		return;
	}
	if (!error->shadows)
		return;
	NL_SET_ERR_MSG(extack,
		       "the rule takes packets from a wider rule, which it shadows");
	mcr_nl_cookie(extack, error->shadows);
}

/**
 * mcr_nl_refuse - say why the table refused a change, or what to look out for
 * @info: the message
 * @error: the reason
 *
 * Return: a negative errno; 0 if the change was not refused.
 */
int mcr_nl_refuse(struct genl_info *info, const struct mcr_error *error)
{
	const struct nlattr *out = mcr_nl_output_at(info->nlhdr, error->output);
	struct netlink_ext_ack *extack = info->extack;

	if (error->rule)
		mcr_nl_cookie(extack, error->rule);
	switch (error->why) {
	case MCR_REFUSED_NOT:
		mcr_nl_warn(extack, error);
		return 0;
	case MCR_REFUSED_TWIN:
		NL_SET_ERR_MSG_ATTR(extack, info->attrs[MCR_A_RULE],
				    "a rule with this ingress device and match exists already: replace it or delete it");
		return -EEXIST;
	case MCR_REFUSED_NAME:
		NL_SET_ERR_MSG_ATTR(extack,
				    mcr_nl_rule_attr(info, MCR_RULE_A_NAME),
				    "another rule has this name already");
		return -EEXIST;
	case MCR_REFUSED_NO_RULE:
		NL_SET_ERR_MSG_ATTR(extack, info->attrs[MCR_A_RULE],
				    "there is no rule with this ingress device and match");
		return -ENOENT;
	case MCR_REFUSED_NO_OUTPUT:
		NL_SET_ERR_MSG_ATTR(extack, info->attrs[MCR_A_OUTPUT],
				    "the rule has no such output");
		return -ENOENT;
	case MCR_REFUSED_DEV_TYPE:
		NL_SET_ERR_MSG_ATTR(extack, out,
				    "an output's device must be an Ethernet device: others are not supported yet");
		return -EOPNOTSUPP;
	case MCR_REFUSED_SAME_OUTPUT:
		NL_SET_ERR_MSG_ATTR(extack, out,
				    "the rule has an output to this device with the same rewrites already");
		return -EEXIST;
	case MCR_REFUSED_LAST_OUTPUT:
		NL_SET_ERR_MSG_ATTR(extack, info->attrs[MCR_A_OUTPUT],
				    "a rule keeps at least one output: delete or disable the rule instead");
		return -EBUSY;
	case MCR_REFUSED_OUTPUTS:
		NL_SET_ERR_MSG_ATTR(extack, out, "a rule has at most 256 outputs");
		return -ENOSPC;
	case MCR_REFUSED_RULES:
		NL_SET_ERR_MSG(extack,
			       "a network namespace has at most 1048576 rules");
		return -ENOSPC;
	case MCR_REFUSED_USERNS:
		NL_SET_ERR_MSG(extack,
			       "a user namespace other than the initial one has at most 4096 rules in all its network namespaces");
		return -ENOSPC;
	case MCR_REFUSED_MASKS:
		NL_SET_ERR_MSG_ATTR(extack, info->attrs[MCR_A_RULE],
				    "the rules of an ingress device have at most 64 distinct masks (family, prefix lengths, protocol, one port or several)");
		return -ENOSPC;
	case MCR_REFUSED_HOOK:
		NL_SET_ERR_MSG_ATTR(extack,
				    mcr_nl_rule_attr(info, MCR_RULE_A_IIF),
				    "the ingress hook of the device could not be set: the kernel has no memory for it, or the device has too many hooks");
		return -EBUSY;
	case MCR_REFUSED_MOVING:
		NL_SET_ERR_MSG_ATTR(extack,
				    mcr_nl_rule_attr(info, MCR_RULE_A_PLANE),
				    "the rule is moving between kernel and relay already: try again when it has settled, half a second after its plane-since");
		return -EBUSY;
	case MCR_REFUSED_MEMORY:
		break;
	}
	return mcr_nl_no_memory(extack);
}

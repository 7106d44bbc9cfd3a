// SPDX-License-Identifier: GPL-2.0
/*
 * What all messages must be like, beyond what the policy says.
 */
#include <net/genetlink.h>

#include "nl_parse.h"

static int mcr_nl_no_repeats(const struct nlattr *head, int len, int may_repeat,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *nla;
	u32 seen = 0;
	int rem;

	nla_for_each_attr(nla, head, len, rem) {
		int type = nla_type(nla);

		if (type == may_repeat || type >= 32)
			continue;
		if (seen & BIT(type)) {
			NL_SET_ERR_MSG_ATTR(extack, nla,
					    "an attribute is given twice");
			return -EINVAL;
		}
		seen |= BIT(type);
	}
	return 0;
}

/**
 * mcr_nl_no_memory - say that there is no memory
 * @extack: gets the sentence
 *
 * Return: -ENOMEM.
 */
int mcr_nl_no_memory(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "the kernel has no memory for this");
	return -ENOMEM;
}

/**
 * mcr_nl_check - has a message our version, and only attributes that go with
 *	its command?
 * @nlh: the message, which the policy accepts
 * @takes: bit by enum mcr_attr: the command takes it
 * @extack: gets the sentence
 *
 * Return: 0 or -EINVAL.
 */
int mcr_nl_check(const struct nlmsghdr *nlh, u32 takes,
		 struct netlink_ext_ack *extack)
{
	const struct nlattr *head = nlmsg_attrdata(nlh, GENL_HDRLEN);
	const struct genlmsghdr *hdr = nlmsg_data(nlh);
	int len = nlmsg_attrlen(nlh, GENL_HDRLEN);
	const struct nlattr *nla;
	int err, rem;

	BUILD_BUG_ON(MCR_A_MAX >= 32 || MCR_RULE_A_MAX >= 32 ||
		     MCR_OUTPUT_A_MAX >= 32);

	if (hdr->version != MCR_GENL_VERSION) {
		NL_SET_ERR_MSG(extack,
			       "this server speaks version 1 of the protocol");
		return -EINVAL;
	}
	err = mcr_nl_no_repeats(head, len, MCR_A_OUTPUT, extack);
	if (err)
		return err;
	nla_for_each_attr(nla, head, len, rem) {
		if (!(takes & BIT(nla_type(nla)))) {
			NL_SET_ERR_MSG_ATTR(extack, nla,
					    "this command does not take this attribute");
			return -EINVAL;
		}
		if (!(nla->nla_type & NLA_F_NESTED))
			continue;
		err = mcr_nl_no_repeats(nla_data(nla), nla_len(nla), -1,
					extack);
		if (err)
			return err;
	}
	return 0;
}

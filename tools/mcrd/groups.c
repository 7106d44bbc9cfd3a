// SPDX-License-Identifier: GPL-2.0
/*
 * Joining and leaving multicast groups; see groups.h.
 *
 * The message is what nlctrl sends when a family has got a group: its name in
 * CTRL_ATTR_FAMILY_NAME, and that of the group in CTRL_ATTR_MCAST_GROUPS.
 */
#include "groups.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <string.h>

#define REFUSED_NAMES	\
	"to hear of changes, CTRL_ATTR_FAMILY_NAME is needed, and in CTRL_ATTR_MCAST_GROUPS one group with CTRL_ATTR_MCAST_GRP_NAME"
#define REFUSED_GROUP	\
	"no such multicast group: family mcr has notify"

#define ATTR_HEAD	sizeof(struct nlattr)

/**
 * struct span - attributes in a message
 * @at: the first
 * @left: bytes of all of them
 */
struct span {
	const unsigned char *at;
	size_t left;
};

/* The payload of an attribute; false if there is none of that type. */
static bool find(struct span in, unsigned int type, struct span *found)
{
	struct nlattr a;
	size_t step;

	while (in.left >= sizeof(a)) {
		memcpy(&a, in.at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > in.left)
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			found->at = in.at + sizeof(a);
			found->left = a.nla_len - sizeof(a);
			return true;
		}
		step = NLA_ALIGN(a.nla_len);
		if (step > in.left)
			return false;
		in.at += step;
		in.left -= step;
	}
	return false;
}

static bool is_text(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.left >= len && s.left <= len + 1 &&
	       !memcmp(s.at, text, len) && (s.left == len || !s.at[len]);
}

static void check(const struct nlmsghdr *nlh, struct mcrd_group_request *req)
{
	struct span all = {
		.at = (const unsigned char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN,
		.left = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
	};
	struct span family, groups, group, name;

	if (!find(all, CTRL_ATTR_FAMILY_NAME, &family) ||
	    !find(all, CTRL_ATTR_MCAST_GROUPS, &groups) ||
	    !find(groups, 1, &group) ||
	    !find(group, CTRL_ATTR_MCAST_GRP_NAME, &name)) {
		req->error = -EINVAL;
		req->text = REFUSED_NAMES;
	} else if (!is_text(family, MCR_GENL_NAME) ||
		   !is_text(name, MCR_MCGRP_NOTIFY)) {
		req->error = -ENOENT;
		req->text = REFUSED_GROUP;
	}
}

/**
 * mcrd_group_request - is a message about a multicast group?
 * @nlh: the message, all of it
 * @req: filled in if so
 *
 * Return: true if so.
 */
bool mcrd_group_request(const struct nlmsghdr *nlh,
			struct mcrd_group_request *req)
{
	struct genlmsghdr genl;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ||
	    !(nlh->nlmsg_flags & NLM_F_REQUEST))
		return false;
	memcpy(&genl, NLMSG_DATA(nlh), sizeof(genl));
	if (genl.cmd != CTRL_CMD_NEWMCAST_GRP &&
	    genl.cmd != CTRL_CMD_DELMCAST_GRP)
		return false;
	*req = (struct mcrd_group_request){
		.join = genl.cmd == CTRL_CMD_NEWMCAST_GRP,
	};
	check(nlh, req);
	return true;
}

/**
 * mcrd_ack_build - an acknowledgment, or a refusal
 * @buf: filled in
 * @nlh: the head of the message that it answers
 * @error: 0 or -errno
 * @text: why; NULL: nothing is to be said
 *
 * Return: its bytes.
 */
size_t mcrd_ack_build(unsigned char buf[MCRD_ACK_BYTES],
		      const struct nlmsghdr *nlh, int error, const char *text)
{
	struct nlmsghdr head = {
		.nlmsg_type = NLMSG_ERROR,
		.nlmsg_flags = NLM_F_CAPPED,
		.nlmsg_seq = nlh->nlmsg_seq,
		.nlmsg_pid = nlh->nlmsg_pid,
	};
	struct nlmsgerr err = { .error = error, .msg = *nlh };
	struct nlattr attr = { .nla_type = NLMSGERR_ATTR_MSG };
	size_t len = sizeof(head) + sizeof(err), text_len;

	memset(buf, 0, MCRD_ACK_BYTES);
	if (text) {
		text_len = strlen(text) + 1;
		if (text_len > MCRD_ACK_BYTES - len - ATTR_HEAD)
			text_len = MCRD_ACK_BYTES - len - ATTR_HEAD;
		attr.nla_len = (__u16)(ATTR_HEAD + text_len);
		memcpy(buf + len, &attr, sizeof(attr));
		/* All behind it is 0 already. */
		memcpy(buf + len + ATTR_HEAD, text, text_len - 1);
		head.nlmsg_flags |= NLM_F_ACK_TLVS;
		len += (size_t)NLA_ALIGN(attr.nla_len);
	}
	head.nlmsg_len = (__u32)len;
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), &err, sizeof(err));
	return len;
}

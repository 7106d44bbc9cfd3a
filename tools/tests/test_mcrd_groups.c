// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that join and leave the family's group, and those that are no such
 * thing, or nothing at all.
 */
#include "common.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "../mcrd/groups.h"

static struct nl_msg *message(int cmd, const char *family, const char *group)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *groups, *one;

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 77, GENL_ID_CTRL, 0, NLM_F_REQUEST,
				    (uint8_t)cmd, 2));
	if (family)
		assert_int_equal(nla_put_string(msg, CTRL_ATTR_FAMILY_NAME,
						family), 0);
	if (!group)
		return msg;
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	one = nla_nest_start(msg, 1);
	assert_int_equal(nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, group),
			 0);
	nla_nest_end(msg, one);
	nla_nest_end(msg, groups);
	return msg;
}

struct group_case {
	const char *desc;
	int cmd;
	const char *family;
	const char *group;
	bool ours;
	bool join;
	int error;
};

static const struct group_case cases[] = {
	{ "join", CTRL_CMD_NEWMCAST_GRP, "mcr", "notify", true, true, 0 },
	{ "leave", CTRL_CMD_DELMCAST_GRP, "mcr", "notify", true, false, 0 },
	{ "another family", CTRL_CMD_NEWMCAST_GRP, "nlctrl", "notify", true,
	  true, -ENOENT },
	{ "another group", CTRL_CMD_NEWMCAST_GRP, "mcr", "notif", true, true,
	  -ENOENT },
	{ "a longer name", CTRL_CMD_NEWMCAST_GRP, "mcr", "notify2", true, true,
	  -ENOENT },
	{ "no family", CTRL_CMD_NEWMCAST_GRP, NULL, "notify", true, true,
	  -EINVAL },
	{ "no group", CTRL_CMD_NEWMCAST_GRP, "mcr", NULL, true, true,
	  -EINVAL },
	{ "another command", CTRL_CMD_GETFAMILY, "mcr", "notify", false, false,
	  0 },
};

static void request(void **state)
{
	const struct group_case *c = *state;
	struct nl_msg *msg = message(c->cmd, c->family, c->group);
	struct mcrd_group_request req;

	assert_int_equal(mcrd_group_request(nlmsg_hdr(msg), &req), c->ours);
	if (c->ours) {
		assert_int_equal(req.join, c->join);
		assert_int_equal(req.error, c->error);
		assert_int_equal(!req.text, !c->error);
	}
	nlmsg_free(msg);
}

static void not_nlctrl(void **state)
{
	struct nl_msg *msg = message(CTRL_CMD_NEWMCAST_GRP, "mcr", "notify");
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct mcrd_group_request req;

	(void)state;
	nlh->nlmsg_flags = 0;
	assert_false(mcrd_group_request(nlh, &req));
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_type = GENL_ID_CTRL + 1;
	assert_false(mcrd_group_request(nlh, &req));
	nlmsg_free(msg);
}

/* Cut short, or with any byte changed: it is answered, or it is not ours. */
static void damaged(void **state)
{
	struct nl_msg *msg = message(CTRL_CMD_NEWMCAST_GRP, "mcr", "notify");
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t len = nlh->nlmsg_len, i;
	struct mcrd_group_request req;
	unsigned int value;
	unsigned char *copy;

	(void)state;
	for (i = sizeof(*nlh); i <= len; i++) {
		/* Of its own, so that a sanitizer sees what is behind it. */
		copy = malloc(i);
		assert_non_null(copy);
		memcpy(copy, nlh, i);
		((struct nlmsghdr *)copy)->nlmsg_len = (uint32_t)i;
		if (mcrd_group_request((void *)copy, &req) && i < len)
			assert_int_not_equal(req.error, 0);
		free(copy);
	}
	copy = malloc(len);
	assert_non_null(copy);
	for (i = sizeof(*nlh); i < len; i++) {
		for (value = 0; value < 256; value++) {
			memcpy(copy, nlh, len);
			copy[i] = (unsigned char)value;
			mcrd_group_request((void *)copy, &req);
		}
	}
	free(copy);
	nlmsg_free(msg);
}

static void ack(void **state)
{
	const struct nlmsghdr asked = {
		.nlmsg_len = 100,
		.nlmsg_type = GENL_ID_CTRL,
		.nlmsg_seq = 42,
		.nlmsg_pid = 7,
	};
	unsigned char buf[MCRD_ACK_BYTES];
	struct nlmsghdr *nlh = (void *)buf;
	struct nlmsgerr *err = NLMSG_DATA(nlh);
	struct nlattr *attr;

	(void)state;
	assert_int_equal(mcrd_ack_build(buf, &asked, 0, NULL),
			 NLMSG_HDRLEN + sizeof(*err));
	assert_int_equal(nlh->nlmsg_len, NLMSG_HDRLEN + sizeof(*err));
	assert_int_equal(nlh->nlmsg_type, NLMSG_ERROR);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_CAPPED);
	assert_int_equal(nlh->nlmsg_seq, 42);
	assert_int_equal(err->error, 0);
	assert_memory_equal(&err->msg, &asked, sizeof(asked));

	mcrd_ack_build(buf, &asked, -EPERM, "no");
	assert_int_equal(nlh->nlmsg_flags, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	assert_int_equal(err->error, -EPERM);
	attr = (void *)(err + 1);
	assert_int_equal(nla_type(attr), NLMSGERR_ATTR_MSG);
	assert_int_equal(nla_len(attr), 3);
	assert_string_equal(nla_data(attr), "no");
	assert_int_equal(nlh->nlmsg_len,
			 NLMSG_HDRLEN + sizeof(*err) + sizeof(*attr) + 4);
}

static void ack_of_many_words(void **state)
{
	const struct nlmsghdr asked = { .nlmsg_len = sizeof(asked) };
	unsigned char buf[MCRD_ACK_BYTES];
	char text[2 * MCRD_ACK_BYTES];
	struct nlattr *attr;
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	len = mcrd_ack_build(buf, &asked, -EPERM, text);
	assert_true(len <= sizeof(buf));
	attr = (void *)(buf + NLMSG_HDRLEN + sizeof(struct nlmsgerr));
	assert_int_equal(((char *)nla_data(attr))[nla_len(attr) - 1], '\0');
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, cases, request);
	suite_add_case(&suite, not_nlctrl);
	suite_add_case(&suite, damaged);
	suite_add_case(&suite, ack);
	suite_add_case(&suite, ack_of_many_words);
	return suite_run(&suite, "mcrd_groups");
}

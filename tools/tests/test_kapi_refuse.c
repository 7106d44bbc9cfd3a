// SPDX-License-Identifier: GPL-2.0
/*
 * What the table refuses, as it is told: errno, sentence, attribute, the rule's id.
 */
#include "kapi_request.h"

#include <linux/if_arp.h>
#include <linux/user_namespace.h>
#include <stdio.h>

#include "quota.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define HEAD	(NLMSG_HDRLEN + GENL_HDRLEN)
#define MASKS	64		/* distinct ones of a device */
#define OUTPUTS	256		/* of a rule */

static struct req r;

static void send_ok(void)
{
	assert_int_equal(req_send(&r).error, 0);
}

/* @told is part of the sentence; an attribute is at fault, or none. */
static void send_refused(int error, const char *told, bool attribute)
{
	struct answer a = req_send(&r);

	assert_int_equal(a.error, error);
	assert_non_null(a.text);
	if (!strstr(a.text, told))
		fail_msg("'%s' is not in '%s'", told, a.text);
	if (attribute)
		assert_true(a.offset >= HEAD);
	else
		assert_int_equal(a.offset, 0);
}

static void make_output_add(const char *dev)
{
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, dev);
}

static void make_output_del(u32 id)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_OUTPUT_DEL, 0);
	req_ref(&r, 1);
	nest = nla_nest_start(&r.skb, MCR_A_OUTPUT);
	nla_put_u32(&r.skb, MCR_OUTPUT_A_ID, id);
	nla_nest_end(&r.skb, nest);
}

static void make_set(int attr, u8 value)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	if (attr)
		nla_put_u8(&r.skb, attr, value);
	nla_nest_end(&r.skb, nest);
}

static void put_txn(void)
{
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
}

static void begin(void)
{
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
	send_ok();
}

/* A rule of a name. */
static void make_named(const char *name, u32 group)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	group = htonl(group);
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_string(&r.skb, MCR_RULE_A_NAME, name);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
}

static void test_name(void **state)
{
	(void)state;
	make_named("news", GROUP);
	send_ok();
	make_named("news", GROUP + 1);
	send_refused(-EEXIST, "another rule has this name already", true);
	assert_int_equal(req_answer().cookie, 1);
}

static void test_no_rule(void **state)
{
	(void)state;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_REPLACE);
	req_rule(&r, "in0", GROUP, 0);
	req_output(&r, "out0");
	send_refused(-ENOENT, "no rule with this ingress device", true);
}

/* By id, and as they are stated; in force, and staged. */
static void test_no_output(void **state)
{
	(void)state;
	assert_int_equal(req_add("in0", GROUP, 0, "out0").error, 0);
	make_output_add("out1");
	send_ok();
	make_output_del(7);
	send_refused(-ENOENT, "no such output", true);
	begin();
	make_output_del(7);
	put_txn();
	send_refused(-ENOENT, "no such output", true);
	make_output_del(1);
	put_txn();
	send_ok();
	make_output_del(1);
	send_ok();
	make_output_del(2);
	send_refused(-EBUSY, "keeps at least one output", true);
}

static void test_same_output(void **state)
{
	(void)state;
	assert_int_equal(req_add("in0", GROUP, 0, "out0").error, 0);
	make_output_add("out0");
	send_refused(-EEXIST, "same rewrites already", true);
}

static void link_of_type(u16 type)
{
	const struct kapi_link link = {
		.ifindex = 900001,
		.name = "ppp0",
		.type = type,
		.flags = IFF_UP | IFF_LOWER_UP,
		.mtu = 1500,
	};

	kapi_link_set(&link);
}

static void test_device_type(void **state)
{
	(void)state;
	link_of_type(ARPHRD_PPP);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	req_output(&r, "out0");
	req_output(&r, "ppp0");
	send_refused(-EOPNOTSUPP, "must be an Ethernet device", true);
}

/* The device of an output that is there already is as good as none. */
static void test_device_changes(void **state)
{
	const struct nlattr *nla;
	const struct nlmsghdr *nlh;
	int rem;

	(void)state;
	assert_int_equal(req_add("in0", GROUP, 0, "ppp0").error, 0);
	link_of_type(ARPHRD_PPP);
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	send_ok();
	nlh = rig_message(0, 0);
	nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem)
		if (nla_type(nla) == MCR_A_OUTPUT)
			assert_null(nla_find_nested(nla,
						    MCR_OUTPUT_A_IFINDEX));
}

static void put_outputs(int n)
{
	char dev[16];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(dev, sizeof(dev), "out%d", i);
		req_output(&r, dev);
	}
}

static void test_outputs(void **state)
{
	(void)state;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	put_outputs(OUTPUTS + 1);
	send_refused(-ENOSPC, "at most 256 outputs", true);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	put_outputs(OUTPUTS);
	send_ok();
	make_output_add("one-more");
	send_refused(-ENOSPC, "at most 256 outputs", true);
}

static void test_rules(void **state)
{
	(void)state;
	rig_net()->n_staged = MCR_RULES_MAX;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	req_output(&r, "out0");
	send_refused(-ENOSPC, "at most 1048576 rules", false);
	rig_net()->n_staged = 0;
	send_ok();
}

/* As if the namespace were another user's. */
static void test_user(void **state)
{
	static struct user_namespace other;
	struct user_namespace *own = init_net.user_ns;
	u32 i;

	(void)state;
	mcr_quota_exit(rig_net());
	init_net.user_ns = &other;
	assert_int_equal(mcr_quota_init(rig_net()), 0);
	init_net.user_ns = own;
	for (i = 0; i < 4096; i++)
		assert_int_equal(req_add("in0", GROUP + i, 0, "out0").error, 0);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP + i, 0);
	req_output(&r, "out0");
	send_refused(-ENOSPC, "a user namespace other than the initial one",
		     false);
}

static int add_masked(int group_len, int src_len)
{
	u32 group = htonl(group_len < 32 ? 0xe0000000U : GROUP);
	u32 src = htonl(0x0a000000U);
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, (u8)group_len);
	nla_put(&r.skb, MCR_RULE_A_SRC, sizeof(src), &src);
	nla_put_u8(&r.skb, MCR_RULE_A_SRC_LEN, (u8)src_len);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
	return req_send(&r).error;
}

static void test_masks(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MASKS; i++)
		assert_int_equal(add_masked(4 + i / 8, 8 + i % 8), 0);
	assert_int_equal(add_masked(32, 32), -ENOSPC);
	send_refused(-ENOSPC, "at most 64 distinct masks", true);
}

static void test_hook(void **state)
{
	(void)state;
	rig_link(900002, "in0", IFF_UP | IFF_LOWER_UP);
	rig.no_hook = true;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	req_output(&r, "out0");
	send_refused(-EBUSY, "the ingress hook", true);
	rig.no_hook = false;
	send_ok();
}

static void test_moving(void **state)
{
	(void)state;
	assert_int_equal(req_add("in0", GROUP, 0, "out0").error, 0);
	make_set(MCR_RULE_A_PLANE, MCR_PLANE_KERNEL);
	send_ok();
	make_set(MCR_RULE_A_PLANE, MCR_PLANE_RELAY);
	send_refused(-EBUSY, "is moving between kernel and relay", true);
	assert_int_equal(req_answer().cookie, 1);
}

static void test_nothing_to_set(void **state)
{
	(void)state;
	assert_int_equal(req_add("in0", GROUP, 0, "out0").error, 0);
	make_set(0, 0);
	send_refused(-EINVAL, "nothing to change", true);
	/* What is so already is no change. */
	make_set(MCR_RULE_A_PLANE, MCR_PLANE_AUTO);
	send_ok();
	make_set(MCR_RULE_A_DISABLED, 0);
	send_ok();
}

/* What the server cannot do, asked for with the rule and later on. */
static void test_consume(void **state)
{
	struct nlattr *nest;
	u32 group = htonl(GROUP);

	(void)state;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_MODE, MCR_MODE_CONSUME);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
	rig.no_consume = "packets cannot be kept here";
	send_refused(-EOPNOTSUPP, rig.no_consume, true);
	rig.no_consume = NULL;
	send_ok();
	rig.no_consume = "packets cannot be kept there";
	make_set(MCR_RULE_A_PLANE, MCR_PLANE_KERNEL);
	send_refused(-EOPNOTSUPP, rig.no_consume, true);
	begin();
	make_set(MCR_RULE_A_PLANE, MCR_PLANE_KERNEL);
	put_txn();
	send_refused(-EOPNOTSUPP, rig.no_consume, true);
}

static void make_ref(bool id, const char *name)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_DEL, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	if (id)
		nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	if (name)
		nla_put_string(&r.skb, MCR_RULE_A_NAME, name);
	nla_nest_end(&r.skb, nest);
}

static void test_reference(void **state)
{
	(void)state;
	make_named("news", GROUP);
	send_ok();
	make_ref(false, NULL);
	send_refused(-EINVAL, "either by its id or by its name", true);
	make_ref(true, "news");
	send_refused(-EINVAL, "either by its id or by its name", true);
	make_ref(false, "1st");
	send_refused(-EINVAL, "a name is a letter", true);
	make_ref(false, "other");
	send_refused(-ENOENT, "no such rule", true);
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	send_refused(-EINVAL, "the rule is missing", false);
	make_ref(false, "news");
	send_ok();
}

/* An address of no family: the policy knows the shortest and the longest only. */
static void test_odd_source(void **state)
{
	u32 group = htonl(GROUP);
	struct nlattr *nest;

	(void)state;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put(&r.skb, MCR_RULE_A_SRC, 8, "8 bytes");
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
	send_refused(-EINVAL, "same family as group", true);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_name),
		CASE(test_no_rule),
		CASE(test_no_output),
		CASE(test_same_output),
		CASE(test_device_type),
		CASE(test_device_changes),
		CASE(test_outputs),
		CASE(test_rules),
		CASE(test_user),
		CASE(test_masks),
		CASE(test_hook),
		CASE(test_moving),
		CASE(test_nothing_to_set),
		CASE(test_consume),
		CASE(test_reference),
		CASE(test_odd_source),
	};

	return cmocka_run_group_tests_name("kapi refusals", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Each command, with each of its allocations failing: either all of it is done
 * or nothing, and what is said of it is true.
 */
#include "kapi_request.h"

#include <stdlib.h>

#define GROUP	0xef010101U
#define WIDE	0xe8000000U

/* No index that this host has: groups are not joined on it. */
#define NOWHERE	900001

static struct req r;

/**
 * struct copy - a dump
 * @len: bytes of @data
 * @data: the messages
 */
struct copy {
	size_t len;
	unsigned char *data;
};

/* Why a group is not joined: for want of a device, or of memory. */
static void copy_blank(const struct rig_said *said)
{
	size_t i = (size_t)(said - rig.said), k;
	const struct nlmsghdr *nlh;

	for (k = 0; (nlh = rig_message(i, k)); k++) {
		const struct nlattr *nla;
		struct nlattr *why;
		int rem;

		nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
			if (nla_type(nla) != MCR_A_RULE)
				continue;
			why = nla_find_nested(nla, MCR_RULE_A_MEMBERSHIP_ERROR);
			if (why)
				memset(nla_data(why), 0, sizeof(u32));
		}
	}
}

/* All of the rules. They had no packet yet: there are no times in it. */
static struct copy copy_rules(void)
{
	struct copy c = { };
	size_t i;

	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	req_dump(&r);
	for (i = 0; i < rig.n_said; i++) {
		copy_blank(&rig.said[i]);
		c.data = realloc(c.data, c.len + rig.said[i].len);
		assert_non_null(c.data);
		memcpy(c.data + c.len, rig.said[i].data, rig.said[i].len);
		c.len += rig.said[i].len;
	}
	rig_forget();
	return c;
}

static bool copy_same(const struct copy *a, const struct copy *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void put_rule_wide(const char *iif, const char *name)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_RULE);
	u32 group = htonl(WIDE);

	nla_put_string(&r.skb, MCR_RULE_A_IIF, iif);
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_GROUP_LEN, 8);
	nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MIN, 1000);
	nla_put_u16(&r.skb, MCR_RULE_A_DPORT_MAX, 2000);
	nla_put_string(&r.skb, MCR_RULE_A_NAME, name);
	nla_put_string(&r.skb, MCR_RULE_A_COMMENT, "some words");
	nla_nest_end(&r.skb, nest);
}

static void make_add(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE | NLM_F_ECHO);
	put_rule_wide("in0", "fresh");
	req_output(&r, "out0");
	req_output(&r, "out1");
}

static void make_add_exact(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in1", GROUP + 9, 0);
	req_output(&r, "out9");
}

static void make_replace(void)
{
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_REPLACE);
	req_rule(&r, "in0", GROUP, 5000);
	req_output(&r, "out0");
	req_output(&r, "out7");
}

static void make_del(void)
{
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 1);
}

static void make_flush(void)
{
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
}

static void make_set(void)
{
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	nla_put_u8(&r.skb, MCR_RULE_A_DISABLED, 1);
	nla_nest_end(&r.skb, nest);
}

static void make_output_add(void)
{
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, "out5");
}

static void make_output_del(void)
{
	req_command(&r, MCR_CMD_OUTPUT_DEL, 0);
	req_ref(&r, 1);
	req_output(&r, "out0");
}

static void make_reset(void)
{
	req_command(&r, MCR_CMD_STATS_RESET, 0);
}

/* Begins at 1, and there is one at most. */
static void put_txn(void)
{
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
}

static void make_begin(void)
{
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
}

static void send_ok(void)
{
	struct answer a = req_send(&r);

	assert_int_equal(a.error, 0);
}

static void prepare_txn(void)
{
	make_begin();
	send_ok();
}

static void prepare_staged(void)
{
	prepare_txn();
	make_add();
	put_txn();
	send_ok();
	make_replace();
	put_txn();
	send_ok();
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, 2);
	put_txn();
	send_ok();
}

static void make_stage_add(void)
{
	make_add();
	put_txn();
}

static void make_stage_del(void)
{
	make_del();
	put_txn();
}

static void make_stage_flush(void)
{
	make_flush();
	put_txn();
}

static void make_stage_output(void)
{
	make_output_add();
	put_txn();
}

static void make_commit(void)
{
	req_command(&r, MCR_CMD_TXN_COMMIT, 0);
	put_txn();
}

static void make_abort(void)
{
	req_command(&r, MCR_CMD_TXN_ABORT, 0);
	put_txn();
}

static void make_get(void)
{
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
}

static void make_status(void)
{
	req_command(&r, MCR_CMD_STATUS_GET, 0);
}

static void make_dump(void)
{
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
}

static void make_ingress(void)
{
	req_command(&r, MCR_CMD_INGRESS_GET, NLM_F_DUMP);
}

static void make_family(void)
{
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
}

static void make_policy(void)
{
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
}

/**
 * struct scene - a command
 * @desc: what it is
 * @prepare: what is there before; NULL: two rules alone
 * @make: the command
 */
static const struct scene {
	const char *desc;
	void (*prepare)(void);
	void (*make)(void);
} scenes[] = {
	{ "add", NULL, make_add },
	{ "add an exact match", NULL, make_add_exact },
	{ "replace", NULL, make_replace },
	{ "delete", NULL, make_del },
	{ "flush", NULL, make_flush },
	{ "disable", NULL, make_set },
	{ "add an output", NULL, make_output_add },
	{ "delete an output", NULL, make_output_del },
	{ "reset", NULL, make_reset },
	{ "get", NULL, make_get },
	{ "status", NULL, make_status },
	{ "dump rules", NULL, make_dump },
	{ "dump devices", NULL, make_ingress },
	{ "get family", NULL, make_family },
	{ "dump policies", NULL, make_policy },
	{ "begin", NULL, make_begin },
	{ "stage an addition", prepare_txn, make_stage_add },
	{ "stage a deletion", prepare_txn, make_stage_del },
	{ "stage a flush", prepare_txn, make_stage_flush },
	{ "stage an output", prepare_txn, make_stage_output },
	{ "commit", prepare_staged, make_commit },
	{ "abort", prepare_staged, make_abort },
};

static void scene_begin(const struct scene *s)
{
	assert_int_equal(rig_setup(NULL), 0);
	rig_link(NOWHERE, "in0", IFF_UP | IFF_LOWER_UP);
	rig_link(NOWHERE + 1, "in1", IFF_UP | IFF_LOWER_UP);
	rig_link(NOWHERE + 2, "out0", IFF_UP | IFF_LOWER_UP);
	assert_int_equal(req_add("in0", GROUP, 5000, "out0").error, 0);
	req_command(&r, MCR_CMD_OUTPUT_ADD, 0);
	req_ref(&r, 1);
	req_output(&r, "out2");
	send_ok();
	assert_int_equal(req_add("in0", GROUP + 1, 0, "out1").error, 0);
	if (s->prepare)
		s->prepare();
}

static void scene_send(const struct scene *s)
{
	s->make();
	rig_forget();
	req_send_as(&r, RIG_PEER);
	while (kapi_dump_pending(RIG_PEER))
		kapi_dump_step(RIG_PEER);
}

/* What the sender was told: INT_MAX: that something for it was lost. */
static int scene_error(void)
{
	int error = INT_MIN;
	size_t i, k;

	for (i = 0; i < rig.n_said; i++) {
		const struct nlmsghdr *nlh;

		for (k = 0; (nlh = rig_message(i, k)); k++) {
			if (rig.said[i].group)
				continue;
			if (nlh->nlmsg_type == NLMSG_OVERRUN)
				error = INT_MAX;
			else if (nlh->nlmsg_type == NLMSG_ERROR ||
				 nlh->nlmsg_type == NLMSG_DONE)
				memcpy(&error, nlmsg_data(nlh), sizeof(error));
		}
	}
	assert_int_not_equal(error, INT_MIN);
	return error;
}

static bool scene_heard(void)
{
	size_t i;

	for (i = 0; i < rig.n_said; i++)
		if (rig.said[i].group)
			return true;
	return false;
}

/* Returns false if there are not so many allocations. */
static bool scene_fail(const struct scene *s, unsigned int n,
		       const struct copy *before, const struct copy *after)
{
	bool failed, heard;
	struct copy now;
	int error;

	scene_begin(s);
	kapi_fail_nth(n);
	scene_send(s);
	failed = kapi_fail_nth(0);
	error = scene_error();
	heard = scene_heard();
	now = copy_rules();
	if (!failed)
		assert_int_equal(error, 0);
	if (error < 0) {
		assert_true(error == -ENOMEM || error == -ENOBUFS);
		assert_true(copy_same(&now, before));
		assert_false(heard);
	} else if (!error) {
		assert_true(copy_same(&now, after));
	} else {
		assert_true(copy_same(&now, before) || copy_same(&now, after));
	}
	free(now.data);
	rig_teardown(NULL);
	return failed;
}

static void test_scene(void **state)
{
	const struct scene *s = *state;
	struct copy before, after;
	unsigned int n = 0;

	scene_begin(s);
	before = copy_rules();
	scene_send(s);
	assert_int_equal(scene_error(), 0);
	after = copy_rules();
	rig_teardown(NULL);
	while (scene_fail(s, ++n, &before, &after))
		assert_true(n < 1000);
	/* At least the acknowledgment takes memory. */
	assert_true(n > 2);
	free(before.data);
	free(after.data);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenes)] = { };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenes); i++) {
		tests[i].name = scenes[i].desc;
		tests[i].test_func = test_scene;
		tests[i].initial_state = (void *)&scenes[i];
	}
	return cmocka_run_group_tests_name("kapi without memory", tests, NULL,
					   NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Two servers, in a process: who may change rules while the module is the
 * authority, whose rules of plane auto are, and rules that move.
 */
#include "kapi_request.h"

#include <unistd.h>

#include "carry.h"
#include "forward.h"
#include "table.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define REFUSAL	"change them there"
#define SECOND	1000000000ULL

static struct req r;

static const struct kapi_peer repeater = {
	.portid = RIG_PEER, .admin = true, .repeats = true,
};

static struct answer send_by(const struct kapi_peer *peer)
{
	req_end(&r);
	kapi_receive(peer, r.skb.data, r.skb.len);
	return req_answer();
}

/* A rule of that plane, which moves at @since, if that is said. */
static void make_rule(u8 plane, u64 since, int flags)
{
	const u32 group = htonl(GROUP);
	struct nlattr *nest;

	rig_forget();
	req_command(&r, MCR_CMD_RULE_NEW, flags);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "veth0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_PLANE, plane);
	if (since)
		nla_put(&r.skb, MCR_RULE_A_PLANE_SINCE, sizeof(since), &since);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "veth1");
}

static struct answer move_rule(u8 plane)
{
	struct nlattr *nest;

	rig_forget();
	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	nla_put_u8(&r.skb, MCR_RULE_A_PLANE, plane);
	nla_nest_end(&r.skb, nest);
	return req_send(&r);
}

/* Of rule 1; there is nobody who would free it. */
static struct mcr_fanout *fanout(void)
{
	struct mcr_net *mn = rig_net();
	struct mcr_fanout *f;

	mutex_lock(&mn->lock);
	f = mcr_rule_fanout(mn, mcr_table_by_id(mn, 1));
	mutex_unlock(&mn->lock);
	return f;
}

/* 0: it is not told that it moves. */
static u64 told_since(void)
{
	const struct nlattr *nest;
	const struct nlmsghdr *nlh;

	rig_forget();
	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	assert_int_equal(req_send(&r).error, 0);
	nlh = rig_message(0, 0);
	nest = kapi_nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN),
			     (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN),
			     MCR_A_RULE);
	assert_non_null(nest);
	nest = nla_find_nested(nest, MCR_RULE_A_PLANE_SINCE);
	return nest ? nla_get_u64(nest) : 0;
}

/* Who may change rules otherwise is told why not; who may not is not told. */
static void test_refused(void **state)
{
	const struct kapi_peer admin = {
		.portid = RIG_PEER, .admin = true, .refusal = REFUSAL,
	};
	const struct kapi_peer reader = {
		.portid = RIG_READER, .refusal = REFUSAL,
	};
	struct answer a;

	(void)state;
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	a = send_by(&admin);
	assert_int_equal(a.error, -EREMOTE);
	assert_string_equal(a.text, REFUSAL);
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	a = send_by(&reader);
	assert_int_equal(a.error, -EPERM);
	assert_null(a.text);
	assert_int_equal(rig_net()->n_rules, 0);

	rig_forget();
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
	assert_int_equal(send_by(&admin).error, -EREMOTE);
	rig_forget();
	req_command(&r, MCR_CMD_STATUS_GET, 0);
	assert_int_equal(send_by(&admin).error, 0);
}

/* When a rule moves is said by who repeats the module, and by nobody else. */
static void test_repeated(void **state)
{
	struct answer a;

	(void)state;
	make_rule(MCR_PLANE_KERNEL, 12345, NLM_F_CREATE);
	a = req_send(&r);
	assert_int_equal(a.error, -EINVAL);
	assert_non_null(strstr(a.text, "the server says when"));
	make_rule(MCR_PLANE_KERNEL, 12345, NLM_F_CREATE);
	assert_int_equal(send_by(&repeater).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_UNTIL);
	assert_int_equal(told_since(), 12345);
	make_rule(MCR_PLANE_RELAY, 23456, NLM_F_REPLACE);
	assert_int_equal(send_by(&repeater).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_FROM);
	assert_int_equal(told_since(), 23456);
	make_rule(MCR_PLANE_RELAY, 34567, NLM_F_REPLACE);
	assert_int_equal(req_send(&r).error, -EINVAL);
}

/* What is nobody's in particular is the authority's. */
static void test_follows(void **state)
{
	(void)state;
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_HERE);
	/* That it was handed over says nothing new. */
	kapi_follow(true);
	make_rule(MCR_PLANE_RELAY, 0, NLM_F_REPLACE);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_HERE);
	assert_int_equal(told_since(), 0);

	make_rule(MCR_PLANE_AUTO, 5 * SECOND, NLM_F_REPLACE);
	assert_int_equal(send_by(&repeater).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_UNTIL);
	kapi_follow(false);
}

static void test_moves(void **state)
{
	struct answer a;
	u64 since;

	(void)state;
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(move_rule(MCR_PLANE_KERNEL).error, 0);
	assert_int_equal(rig_count(MCR_CMD_RULE_NTF), 1);
	assert_int_equal(fanout()->carry, MCR_CARRY_UNTIL);
	since = told_since();
	assert_int_equal(since, fanout()->since);
	assert_int_not_equal(since, 0);

	a = move_rule(MCR_PLANE_RELAY);
	assert_int_equal(a.error, -EBUSY);
	assert_int_equal(a.cookie, 1);
	assert_int_equal(move_rule(MCR_PLANE_KERNEL).error, 0);
	assert_int_equal(told_since(), since);
}

/* Workers are told when it has settled: sockets may go that it needed. */
static void test_settles(void **state)
{
	unsigned int rules;

	(void)state;
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(move_rule(MCR_PLANE_KERNEL).error, 0);
	rules = rig.rules;
	/* It is not looked at before it can have settled. */
	assert_in_range(kapi_timeout_ms(), 800, 1000);
	usleep(150000);
	kapi_run();
	assert_int_equal(fanout()->carry, MCR_CARRY_UNTIL);
	assert_int_equal(rig.rules, rules);

	fanout()->since -= 2 * SECOND;
	usleep((useconds_t)(kapi_timeout_ms() + 5) * 1000);
	kapi_run();
	assert_int_equal(fanout()->carry, MCR_CARRY_AWAY);
	assert_int_equal(rig.rules, rules + 1);
	assert_int_equal(told_since(), 0);
	assert_int_equal(kapi_timeout_ms(), -1);
	assert_int_equal(move_rule(MCR_PLANE_RELAY).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_FROM);
}

/* In a transaction, too, and of a rule that is staged. */
static void test_moves_staged(void **state)
{
	struct nlattr *nest;

	(void)state;
	make_rule(MCR_PLANE_AUTO, 0, NLM_F_CREATE);
	assert_int_equal(req_send(&r).error, 0);
	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
	assert_int_equal(req_send(&r).error, 0);
	req_command(&r, MCR_CMD_RULE_SET, 0);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_u32(&r.skb, MCR_RULE_A_ID, 1);
	nla_put_u8(&r.skb, MCR_RULE_A_PLANE, MCR_PLANE_KERNEL);
	nla_nest_end(&r.skb, nest);
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_HERE);
	req_command(&r, MCR_CMD_TXN_COMMIT, 0);
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
	assert_int_equal(req_send(&r).error, 0);
	assert_int_equal(fanout()->carry, MCR_CARRY_UNTIL);
	assert_int_not_equal(told_since(), 0);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_refused),
		CASE(test_repeated),
		CASE(test_follows),
		CASE(test_moves),
		CASE(test_settles),
		CASE(test_moves_staged),
	};

	return cmocka_run_group_tests_name("kapi authority", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that consume, where packets cannot be kept from the host's own stack.
 */
#include "kapi_request.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */

static const char why[] = "mode consume is not possible here, mode is pass";

static struct answer add(uint8_t mode)
{
	static struct req r;
	const uint32_t group = htonl(GROUP);
	struct nlattr *nest;

	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "veth0");
	nla_put(&r.skb, MCR_RULE_A_GROUP, sizeof(group), &group);
	nla_put_u8(&r.skb, MCR_RULE_A_MODE, mode);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "veth1");
	return req_send(&r);
}

static void test_refused(void **state)
{
	struct answer a;

	(void)state;
	rig.no_consume = why;
	a = add(MCR_MODE_CONSUME);
	assert_int_equal(a.error, -EOPNOTSUPP);
	assert_string_equal(a.text, why);
	assert_int_not_equal(a.offset, 0);
	assert_int_equal(rig_count(MCR_CMD_RULE_NTF), 0);
	assert_int_equal(add(MCR_MODE_PASS).error, 0);
}

static void test_accepted(void **state)
{
	(void)state;
	assert_int_equal(add(MCR_MODE_CONSUME).error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(test_accepted, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests_name("kapi consume", tests, NULL, NULL);
}

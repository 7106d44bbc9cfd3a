// SPDX-License-Identifier: GPL-2.0
/*
 * The module's commands, in a process: from a datagram to the answer.
 */
#include "kapi_request.h"

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define UP	((uint32_t)(IFF_UP | IFF_LOWER_UP))

static struct req r;

static void test_add_and_get(void **state)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *rule;
	struct answer a;

	(void)state;
	a = req_add("veth0", GROUP, 5000, "veth1");
	assert_int_equal(a.error, 0);
	assert_null(a.text);
	assert_int_equal(rig_count(MCR_CMD_RULE_NTF), 1);
	assert_int_equal(rig.releases, 2);	/* the devices' chain, too */

	req_command(&r, MCR_CMD_RULE_GET, 0);
	req_ref(&r, 1);
	a = req_send(&r);
	assert_int_equal(a.error, 0);
	assert_int_equal(rig.n_said, 2);
	nlh = rig_message(0, 0);
	assert_int_equal(nlh->nlmsg_type, GENL_ID_CTRL + 1);
	assert_int_equal(nlh->nlmsg_seq, 1);
	rule = kapi_nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN),
			     (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN),
			     MCR_A_RULE);
	assert_non_null(rule);
	assert_string_equal(nla_data(nla_find_nested(rule, MCR_RULE_A_IIF)),
			    "veth0");
	assert_int_equal(nla_get_u16(nla_find_nested(rule,
						     MCR_RULE_A_DPORT_MAX)),
			 5000);
	assert_null(nla_find_nested(rule, MCR_RULE_A_IFINDEX));
}

static void test_twin(void **state)
{
	struct answer a;

	(void)state;
	req_add("veth0", GROUP, 5000, "veth1");
	a = req_add("veth0", GROUP, 5000, "veth2");
	assert_int_equal(a.error, -EEXIST);
	assert_int_equal(a.cookie, 1);
	assert_int_equal(a.offset, NLMSG_HDRLEN + GENL_HDRLEN);
	assert_string_equal(a.text,
			    "a rule with this ingress device and match exists already: replace it or delete it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_add_and_get, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(test_twin, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests_name("kapi commands", tests, NULL, NULL);
}

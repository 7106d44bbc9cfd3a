// SPDX-License-Identifier: GPL-2.0
/*
 * Which multicast routes meet which rules, and how a route is spelled.
 */
#include "common.h"

#include <arpa/inet.h>
#include <string.h>

#include "../lib/mroute.h"

#define IIF	7

/**
 * struct meeting - a rule, a route, and whether both forward the same
 * @desc: name of the case
 * @rule: the rule, of device 7
 * @src: the route's source
 * @group: the route's group
 * @iif: its ingress device
 * @meet: the answer
 */
struct meeting {
	const char *desc;
	const char *rule;
	const char *src;
	const char *group;
	__u32 iif;
	bool meet;
};

static const struct meeting meetings[] = {
	{ "the same group", "iif a group 239.1.1.1 to b",
	  "10.0.0.1", "239.1.1.1", IIF, true },
	{ "the same group, IPv6", "iif a group ff1e::1 to b",
	  "2001:db8::1", "ff1e::1", IIF, true },
	{ "another group", "iif a group 239.1.1.1 to b",
	  "10.0.0.1", "239.1.1.2", IIF, false },
	{ "another group, IPv6", "iif a group ff1e::1 to b",
	  "2001:db8::1", "ff1e::1:1", IIF, false },
	{ "the other family", "iif a group ff1e::1 to b",
	  "0.0.0.0", "0.0.0.0", IIF, false },
	{ "another device", "iif a group 239.1.1.1 to b",
	  "10.0.0.1", "239.1.1.1", IIF + 1, false },
	{ "the same source", "iif a group 239.1.1.1 src 10.0.0.1 to b",
	  "10.0.0.1", "239.1.1.1", IIF, true },
	{ "another source", "iif a group 239.1.1.1 src 10.0.0.2 to b",
	  "10.0.0.1", "239.1.1.1", IIF, false },
	{ "any source", "iif a group 239.1.1.1 src 10.0.0.2 to b",
	  "0.0.0.0", "239.1.1.1", IIF, true },
	{ "any group", "iif a group ff1e::1 to b", "::", "::", IIF, true },
	{ "a prefix with it", "iif a group 239.1.0.0/16 to b",
	  "10.0.0.1", "239.1.1.1", IIF, true },
	{ "a prefix without it", "iif a group 239.1.0.0/24 to b",
	  "10.0.0.1", "239.1.1.1", IIF, false },
	{ "a source prefix with it",
	  "iif a group 239.1.1.1 src 10.0.0.0/8 to b",
	  "10.0.0.1", "239.1.1.1", IIF, true },
	{ "consumed", "iif a group 239.1.1.1 consume to b",
	  "10.0.0.1", "239.1.1.1", IIF, false },
	{ "disabled", "iif a group 239.1.1.1 disabled to b",
	  "10.0.0.1", "239.1.1.1", IIF, false },
	{ "tagged", "iif a group 239.1.1.1 vlan 5 to b",
	  "10.0.0.1", "239.1.1.1", IIF, false },
};

static void make_route(struct mcr_mroute *route, const char *src,
		       const char *group)
{
	memset(route, 0, sizeof(*route));
	route->family = strchr(src, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(route->family, src, &route->src), 1);
	assert_int_equal(inet_pton(route->family, group, &route->group), 1);
}

static void test_meeting(void **state)
{
	const struct meeting *v = *state;
	struct mcr_statement st;
	struct mcr_mroute route;
	struct mcr_error err;

	make_route(&route, v->src, v->group);
	route.iif = v->iif;
	assert_int_equal(parse_text(mcr_parse_rule, v->rule, &st, &err), 0);
	assert_int_equal(mcr_mroute_takes(&route, &st.rule.spec, IIF), v->meet);
	/* A rule that waits for its device takes nothing. */
	assert_false(mcr_mroute_takes(&route, &st.rule.spec, 0));
	mcr_statement_free(&st);
}

static void test_print(void **state)
{
	static const char spelled[] =
		"(10.0.0.1, 239.1.1.1) from device 77777777 to device 77777778, device 77777779";
	struct mcr_str str = { 0 };
	struct mcr_mroute route;
	unsigned int i;

	(void)state;
	make_route(&route, "10.0.0.1", "239.1.1.1");
	route.iif = 77777777;
	route.oifs = 2;
	for (i = 0; i < MCR_MROUTE_OIFS; i++)
		route.oif[i] = 77777778 + i;
	mcr_mroute_print(&str, &route);
	assert_string_equal(str.s, spelled);
	mcr_str_free(&str);

	make_route(&route, "::", "ff1e::1");
	route.iif = 77777777;
	route.oifs = MCR_MROUTE_OIFS + 3;
	for (i = 0; i < MCR_MROUTE_OIFS; i++)
		route.oif[i] = 77777778;
	mcr_mroute_print(&str, &route);
	assert_non_null(strstr(str.s, "(*, ff1e::1) from"));
	assert_non_null(strstr(str.s, " and 3 more"));
	mcr_str_free(&str);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, meetings, test_meeting);
	suite_add_case(&suite, test_print);
	return suite_run(&suite, "mroute");
}

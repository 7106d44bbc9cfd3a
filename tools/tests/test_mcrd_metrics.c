// SPDX-License-Identifier: GPL-2.0
/*
 * Where metrics are served.
 */
#include "common.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../mcrd/metrics.h"

struct where_case {
	const char *desc;
	const char *text;
	const char *where;	/* NULL: it is refused */
};

static const struct where_case cases[] = {
	{ "port alone", "9464", "127.0.0.1 9464" },
	{ "highest port", "65535", "127.0.0.1 65535" },
	{ "IPv4 address", "192.0.2.1:80", "192.0.2.1 80" },
	{ "any IPv4 address", "0.0.0.0:1", "0.0.0.0 1" },
	{ "IPv6 address", "[2001:db8::1]:9464", "2001:db8::1 9464" },
	{ "any IPv6 address", "[::]:9464", ":: 9464" },
	{ "port 0", "0", NULL },
	{ "port too high", "65536", NULL },
	{ "much too high", "99999999999999999999", NULL },
	{ "no port", "127.0.0.1:", NULL },
	{ "no port, no colon", "127.0.0.1", NULL },
	{ "no address", ":9464", NULL },
	{ "negative port", "-1", NULL },
	{ "port with a sign", "127.0.0.1:+9", NULL },
	{ "port with a blank", " 9464", NULL },
	{ "more behind the port", "9464x", NULL },
	{ "a name", "localhost:9464", NULL },
	{ "IPv6 without brackets", "::1:9464", NULL },
	{ "one bracket", "[::1:9464", NULL },
	{ "brackets alone", "[]:9464", NULL },
	{ "one bracket alone", "[:9464", NULL },
	{ "IPv4 in brackets", "[127.0.0.1]:9464", NULL },
	{ "a long address",
	  "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]:9", NULL },
	{ "nothing", "", NULL },
};

static void test_parse(void **state)
{
	const struct where_case *c = *state;
	struct sockaddr_storage addr;
	char host[64], where[80];
	bool ok = mcrd_metrics_parse(c->text, &addr);

	assert_int_equal(ok, !!c->where);
	if (!ok)
		return;
	if (addr.ss_family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&addr;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(where, sizeof(where), "%s %u", host,
			 ntohs(in->sin_port));
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&addr;

		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(where, sizeof(where), "%s %u", host,
			 ntohs(in6->sin6_port));
	}
	assert_string_equal(where, c->where);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, cases, test_parse);
	return suite_run(&suite, "mcrd_metrics");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: what a request holds, byte by byte; where in it a word went; and
 * what is not accepted from a server.
 */
#include "common.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/msg.h"
#include "../lib/str.h"
#include "server.h"

/* A request as text: types in order, nests in brackets, payload in hex. */
static void dump_attrs(struct mcr_str *str, struct nlattr *head, int len)
{
	struct nlattr *attr;
	int rem, i;

	nla_for_each_attr(attr, head, len, rem) {
		mcr_str_addf(str, "%s%d", str->len ? " " : "", nla_type(attr));
		if (attr->nla_type & NLA_F_NESTED) {
			mcr_str_add(str, "[");
			dump_attrs(str, nla_data(attr), nla_len(attr));
			mcr_str_add(str, " ]");
			continue;
		}
		mcr_str_add(str, "=");
		for (i = 0; i < nla_len(attr); i++)
			mcr_str_addf(str, "%02x",
				     ((unsigned char *)nla_data(attr))[i]);
	}
	assert_int_equal(rem, 0);
}

static void assert_attrs(struct nl_msg *msg, const char *expected)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct mcr_str str = { 0 };

	dump_attrs(&str, nlmsg_attrdata(nlh, GENL_HDRLEN),
		   nlmsg_attrlen(nlh, GENL_HDRLEN));
	assert_string_equal(str.s ? str.s : "", expected);
	mcr_str_free(&str);
}

struct request_case {
	const char *desc;
	const char *text;
	const char *attrs;
};

/* Numbers as a little-endian host has them. */
static const struct request_case rule_requests[] = {
	{ "least rule", "iif a group 239.1.1.1 to b",
	  "1[ 4=6100 5=ef010101 ] 2[ 3=6200 ]" },
	{ "all of a rule",
	  "name x iif a group ff3e::/16 src 2001:db8::/32 dport 1-2 vlan 5 consume join none plane relay latency low disabled comment y to b",
	  "1[ 3=7800 4=6100 5=ff3e0000000000000000000000000000 6=10 7=20010db8000000000000000000000000 8=20 10=0100 11=0200 12=0500 13=01 14=01 15=02 16=01 17=01 18=7900 ] 2[ 3=6200 ]"
	},
	{ "proto any, one source", "iif a group 239.1.1.1 src 1.2.3.4 proto any to b",
	  "1[ 4=6100 5=ef010101 7=01020304 9=00 ] 2[ 3=6200 ]" },
	{ "one port", "iif a group 239.1.1.1 dport 5000 to b",
	  "1[ 4=6100 5=ef010101 10=8813 ] 2[ 3=6200 ]" },
	{ "all of an output",
	  "iif a group 239.1.1.1 to b group 239.2.2.2 dport 1 src 1.2.3.4 sport 2 ttl 3 dscp 4 rate 5 kbit burst 6 mtu fragment",
	  "1[ 4=6100 5=ef010101 ] 2[ 3=6200 4=ef020202 5=0100 7=01020304 8=0200 10=03 11=04 13=8813000000000000 14=01 15=70170000 16=01 ]"
	},
	{ "the other modes",
	  "iif a group 239.1.1.1 to b src auto ttl dec mac keep to c ttl keep dscp 0 rate 1 pps",
	  "1[ 4=6100 5=ef010101 ] 2[ 3=6200 6=02 9=02 12=01 ] 2[ 3=6300 9=01 11=00 13=0100000000000000 ]"
	},
};

static void test_rule_request(void **state)
{
	const struct request_case *c = *state;
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct nl_msg *msg;

	assert_int_equal(parse_text(mcr_parse_rule, c->text, &st, &err), 0);
	msg = mcr_msg_new(MCR_CMD_RULE_NEW, NLM_F_CREATE | NLM_F_EXCL);
	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_rule(msg, &st.rule), 0);
	assert_attrs(msg, c->attrs);
	assert_int_equal(mcr_msg_cmd(nlmsg_hdr(msg)), MCR_CMD_RULE_NEW);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_flags,
			 NLM_F_CREATE | NLM_F_EXCL);
	assert_int_equal(genlmsg_hdr(nlmsg_hdr(msg))->version,
			 MCR_GENL_VERSION);
	nlmsg_free(msg);
	mcr_statement_free(&st);
}

static const struct request_case filter_requests[] = {
	{ "no filter", "", "" },
	{ "filter by device", "iif a", "3[ 4=6100 ]" },
	{ "filter by egress", "to b", "2[ 3=6200 ]" },
	{ "filter by host", "group 239.1.1.1 src 1.2.3.4",
	  "3[ 5=ef010101 6=20 7=01020304 8=20 ]" },
	{ "filter by source alone", "src 2001:db8::/32",
	  "3[ 7=20010db8000000000000000000000000 8=20 ]" },
	{ "filter by defaults", "enabled pass join auto plane auto latency auto proto udp",
	  "3[ 9=11 13=00 14=00 15=00 16=00 17=00 ]" },
	{ "filter by all",
	  "name x iif a group ff00::/8 proto udp dport 7 vlan 5 consume join none plane kernel latency low disabled to b",
	  "3[ 3=7800 4=6100 5=ff000000000000000000000000000000 6=08 9=11 10=0700 11=0700 12=0500 13=01 14=01 15=01 16=01 17=01 ] 2[ 3=6200 ]"
	},
};

static void test_filter_request(void **state)
{
	const struct request_case *c = *state;
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct nl_msg *msg;

	assert_int_equal(parse_text(mcr_parse_filter, c->text, &st, &err), 0);
	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_filter(msg, &st.rule, st.given), 0);
	assert_attrs(msg, c->attrs);
	nlmsg_free(msg);
	mcr_statement_free(&st);
}

static void test_refs(void **state)
{
	struct mcr_rule rule = { .id = 7, .name = "x" };
	struct mcr_output output = { .id = 3 };
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_OUTPUT_DEL, 0);

	(void)state;
	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_ref(msg, &rule), 0);
	assert_int_equal(mcr_msg_put_output(msg, &output), 0);
	assert_attrs(msg, "1[ 2=07000000 ] 2[ 2=03000000 ]");
	nlmsg_free(msg);

	rule.id = 0;
	msg = mcr_msg_new(MCR_CMD_RULE_SET, 0);
	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_disabled(msg, &rule), 0);
	assert_attrs(msg, "1[ 3=7800 17=00 ]");
	nlmsg_free(msg);

	rule.spec.disabled = true;
	msg = mcr_msg_new(MCR_CMD_RULE_SET, 0);
	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_disabled(msg, &rule), 0);
	assert_attrs(msg, "1[ 3=7800 17=01 ]");
	nlmsg_free(msg);
}

/* The largest rule there is fits, and one that is larger does not break. */
static void test_largest(void **state)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_NEW, NLM_F_CREATE);
	struct mcr_error err = { 0 };
	struct mcr_str str = { 0 };
	struct mcr_statement st;
	unsigned int i;

	(void)state;
	mcr_str_add(&str,
		    "name a234567890123456789012345678901 iif abcdefghijklmno group ff3e::1:2:3:4 src 2001:db8::1 dport 1000-2000 vlan 100 consume join none plane relay latency low disabled comment ");
	for (i = 0; i < MCR_COMMENT_MAX; i++)
		mcr_str_add(&str, "x");
	for (i = 0; i < MCR_OUTPUTS_MAX; i++)
		mcr_str_addf(&str,
			     " to abcdefghijkl%03u group ff3e::%x src 2001:db8::%x sport 1 dport 2 ttl 3 dscp 4 rate 5 mbit burst 6 mtu fragment",
			     i, i + 1, i + 1);
	assert_int_equal(parse_text(mcr_parse_rule, str.s, &st, &err), 0);
	assert_int_equal(mcr_msg_put_rule(msg, &st.rule), 0);
	assert_true(nlmsg_hdr(msg)->nlmsg_len > 30000);
	for (i = 0; i < 20; i++)
		if (mcr_msg_put_rule(msg, &st.rule))
			break;
	assert_in_range(i, 1, 19);
	nlmsg_free(msg);
	mcr_statement_free(&st);
	mcr_str_free(&str);
}

/* Each byte of a request belongs to the attribute that stands there. */
static void test_locate(void **state)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_NEW, 0);
	struct mcr_error err = { 0 };
	unsigned int outer[3] = { 0 };
	struct nlattr *attr, *inner;
	struct mcr_statement st;
	struct mcr_spot spot;
	struct nlmsghdr *nlh;
	unsigned int seen = 0;
	__u32 offset;
	int rem, inner_rem;

	(void)state;
	assert_int_equal(parse_text(mcr_parse_rule,
				    "iif a group 239.1.1.1 dport 5 to b to c ttl 3 mac keep",
				    &st, &err), 0);
	assert_int_equal(mcr_msg_put_rule(msg, &st.rule), 0);
	nlh = nlmsg_hdr(msg);
	for (offset = 0; offset < NLMSG_HDRLEN + GENL_HDRLEN; offset++)
		assert_false(mcr_msg_locate(nlh, offset, &spot));
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		offset = (__u32)((char *)attr - (char *)nlh);
		assert_true(mcr_msg_locate(nlh, offset, &spot));
		assert_int_equal(spot.top, nla_type(attr));
		assert_int_equal(spot.nth, outer[nla_type(attr)]);
		assert_int_equal(spot.inner, 0);
		nla_for_each_nested(inner, attr, inner_rem) {
			offset = (__u32)((char *)inner - (char *)nlh);
			assert_true(mcr_msg_locate(nlh, offset, &spot));
			assert_int_equal(spot.top, nla_type(attr));
			assert_int_equal(spot.nth, outer[nla_type(attr)]);
			assert_int_equal(spot.inner, nla_type(inner));
			seen++;
		}
		outer[nla_type(attr)]++;
	}
	assert_int_equal(seen, 7);
	assert_false(mcr_msg_locate(nlh, nlh->nlmsg_len, &spot));
	assert_false(mcr_msg_locate(nlh, 0xffffffff, &spot));
	nlmsg_free(msg);
	mcr_statement_free(&st);
}

/* A rule of a server with one attribute replaced by what cannot be. */
struct bad_reply {
	const char *desc;
	unsigned int top;	/* which nest */
	int type;		/* in it; -1: the nest itself goes */
	const char *bytes;	/* NULL: the attribute goes */
	int len;
	const char *sentence;
};

#define BAD(what)	"the server's reply cannot be read: " what
#define DEV_SENTENCE	"an output's device must be a name of 1 to 15 bytes " \
			"without '/', ':' or white space"

static const struct bad_reply bad_replies[] = {
	{ "no rule", MCR_A_RULE, -1, NULL, 0, BAD("a rule is missing") },
	{ "no id", MCR_A_RULE, MCR_RULE_A_ID, NULL, 0,
	  BAD("a rule has no id") },
	{ "id 0", MCR_A_RULE, MCR_RULE_A_ID, "\0\0\0\0", 4,
	  BAD("a rule has no id") },
	{ "short id", MCR_A_RULE, MCR_RULE_A_ID, "\1\0", 2,
	  BAD("a rule's attributes are malformed") },
	{ "no group", MCR_A_RULE, MCR_RULE_A_GROUP, NULL, 0,
	  BAD("a rule's group is no address") },
	{ "group of 5 bytes", MCR_A_RULE, MCR_RULE_A_GROUP, "\xef\1\1\1\1", 5,
	  BAD("a rule's group is no address") },
	{ "group of 17 bytes", MCR_A_RULE, MCR_RULE_A_GROUP,
	  "12345678901234567", 17, BAD("a rule's attributes are malformed") },
	{ "unicast group", MCR_A_RULE, MCR_RULE_A_GROUP, "\1\2\3\4", 4,
	  BAD("group must be a multicast address: 224.0.0.0/4 or ff00::/8") },
	{ "group's length", MCR_A_RULE, MCR_RULE_A_GROUP_LEN, "\x21", 1,
	  BAD("the group's prefix length must be 4 to 32 for IPv4, 8 to 128 for IPv6") },
	{ "src of another family", MCR_A_RULE, MCR_RULE_A_SRC,
	  "1234567890123456", 16,
	  BAD("a rule's src is no address of its group's family") },
	{ "proto", MCR_A_RULE, MCR_RULE_A_PROTO, "\6", 1,
	  BAD("proto must be udp (17) or any (0)") },
	{ "long iif", MCR_A_RULE, MCR_RULE_A_IIF, "1234567890123456", 17,
	  BAD("a rule's attributes are malformed") },
	{ "iif without an end", MCR_A_RULE, MCR_RULE_A_IIF, "abc", 3,
	  BAD("a rule's attributes are malformed") },
	{ "long name", MCR_A_RULE, MCR_RULE_A_NAME,
	  "12345678901234567890123456789012", 33,
	  BAD("a rule's attributes are malformed") },
	{ "short counter", MCR_A_RULE, MCR_RULE_A_PACKETS, "1234567", 7,
	  BAD("a rule's attributes are malformed") },
	{ "empty mode", MCR_A_RULE, MCR_RULE_A_MODE, "", 0,
	  BAD("a rule's attributes are malformed") },
	{ "output without a device", MCR_A_OUTPUT, MCR_OUTPUT_A_DEV, NULL, 0,
	  BAD(DEV_SENTENCE) },
	{ "output's device", MCR_A_OUTPUT, MCR_OUTPUT_A_DEV, "a/b", 4,
	  BAD(DEV_SENTENCE) },
	{ "output's group", MCR_A_OUTPUT, MCR_OUTPUT_A_GROUP, "12345678", 8,
	  BAD("an output's group is no address") },
	{ "output's group of another family", MCR_A_OUTPUT, MCR_OUTPUT_A_GROUP,
	  "\377234567890123456", 16,
	  BAD("an output's group must be an address of the same family as the rule's group") },
	{ "output's src", MCR_A_OUTPUT, MCR_OUTPUT_A_SRC, "12345678", 8,
	  BAD("an output's src is no address") },
	{ "output's source mode", MCR_A_OUTPUT, MCR_OUTPUT_A_SRC_MODE, "\3", 1,
	  BAD("an output's source mode must be keep (0), set (1, with an address) or auto (2)") },
	{ "output's DSCP", MCR_A_OUTPUT, MCR_OUTPUT_A_DSCP, "\x40", 1,
	  BAD("an output's dscp must be 0 to 63") },
	{ "output's dport 0", MCR_A_OUTPUT, MCR_OUTPUT_A_DPORT, "\0\0", 2,
	  BAD("an output's dport must be 1 to 65535") },
	{ "output's short counter", MCR_A_OUTPUT, MCR_OUTPUT_A_SENT, "1234", 4,
	  BAD("an output's attributes are malformed") },
	{ "output's drops", MCR_A_OUTPUT, MCR_OUTPUT_A_DROPS,
	  "\10\0\2\0001234", 8, BAD("an output's drops are malformed") },
};

static void copy_nest(struct nl_msg *msg, struct nlattr *from,
		      const struct bad_reply *c)
{
	bool here = (unsigned int)nla_type(from) == c->top;
	struct nlattr *nest, *attr;
	int rem;

	if (here && c->type < 0)
		return;
	nest = nla_nest_start(msg, nla_type(from));
	nla_for_each_nested(attr, from, rem) {
		if (here && nla_type(attr) == c->type)
			continue;
		nla_put(msg, nla_type(attr), nla_len(attr), nla_data(attr));
	}
	if (here && c->bytes)
		nla_put(msg, c->type, c->len, c->bytes);
	nla_nest_end(msg, nest);
}

static void test_bad_reply(void **state)
{
	struct nl_msg *good, *bad = nlmsg_alloc();
	const struct bad_reply *c = *state;
	struct mcr_error err = { 0 };
	struct mcr_statement st;
	struct mcr_rule rule;
	struct nlattr *attr;
	bool more;
	int rem;

	assert_int_equal(parse_text(mcr_parse_rule,
				    "name x iif a group 239.1.1.1 to b", &st,
				    &err), 0);
	st.rule.id = 7;
	good = server_rule(&st.rule, 0, 1, false);
	assert_non_null(genlmsg_put(bad, 1, SERVER_SEQ, 30, 0, 0,
				    MCR_CMD_RULE_GET, 1));
	nlmsg_for_each_attr(attr, nlmsg_hdr(good), GENL_HDRLEN, rem)
		if (nla_type(attr) <= MCR_A_OUTPUT)
			copy_nest(bad, attr, c);

	mcr_rule_init(&rule);
	assert_int_equal(mcr_msg_parse_rule(nlmsg_hdr(good), &rule, &more,
					    &err), 0);
	mcr_rule_release(&rule);
	assert_int_equal(mcr_msg_parse_rule(nlmsg_hdr(bad), &rule, &more,
					    &err), -1);
	assert_string_equal(err.text, c->sentence);
	assert_int_equal(err.kind, MCR_ERROR_SYSTEM);
	mcr_rule_release(&rule);
	nlmsg_free(good);
	nlmsg_free(bad);
	mcr_statement_free(&st);
}

static void test_too_many_outputs(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_rule rule, copy;
	struct mcr_output *output;
	struct nl_msg *msg;
	bool more;

	(void)state;
	mcr_rule_init(&rule);
	mcr_rule_init(&copy);
	rule.id = 1;
	rule.spec.match.family = AF_INET;
	rule.spec.match.group.raw[0] = 239;
	rule.spec.match.group_len = 32;
	while (rule.n_outputs <= MCR_OUTPUTS_MAX) {
		output = mcr_rule_add_output(&rule);
		assert_non_null(output);
		strcpy(output->spec.dev, "b");
	}
	msg = server_rule(&rule, 0, rule.n_outputs, false);
	assert_int_equal(mcr_msg_parse_rule(nlmsg_hdr(msg), &copy, &more,
					    &err), -1);
	assert_string_equal(err.text, BAD("a rule has more outputs than there can be"));
	mcr_rule_release(&copy);
	mcr_rule_release(&rule);
	nlmsg_free(msg);
}

static struct nl_msg *status_msg(int type, const void *bytes, int len)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	assert_non_null(genlmsg_put(msg, 1, SERVER_SEQ, 30, 0, 0,
				    MCR_CMD_STATUS_GET, 1));
	nest = nla_nest_start(msg, MCR_A_STATUS);
	nla_put_u8(msg, MCR_STATUS_A_PLANE, MCR_PLANE_KERNEL);
	nla_put_string(msg, MCR_STATUS_A_VERSION, "1.2.3");
	nla_put_u32(msg, MCR_STATUS_A_RULES, 4);
	if (type)
		nla_put(msg, type, len, bytes);
	nla_nest_end(msg, nest);
	nla_put_u32(msg, MCR_A_GENERATION, 9);
	return msg;
}

static void test_status(void **state)
{
	struct nl_msg *msg = status_msg(0, NULL, 0);
	struct mcr_status status;
	struct mcr_error err = { 0 };

	(void)state;
	assert_int_equal(mcr_msg_parse_status(nlmsg_hdr(msg), &status, &err),
			 0);
	assert_int_equal(status.plane, MCR_PLANE_KERNEL);
	assert_string_equal(status.version, "1.2.3");
	assert_int_equal(status.rules, 4);
	assert_int_equal(status.outputs, 0);
	assert_int_equal(status.generation, 9);
	nlmsg_free(msg);

	msg = status_msg(MCR_STATUS_A_VERSION, "x", 1);
	assert_int_equal(mcr_msg_parse_status(nlmsg_hdr(msg), &status, &err),
			 -1);
	assert_string_equal(err.text, BAD("the status is missing or malformed"));
	nlmsg_free(msg);
}

static void test_ingress(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct mcr_ingress ingress;
	struct mcr_error err = { 0 };
	struct nlattr *nest;

	(void)state;
	assert_non_null(genlmsg_put(msg, 1, SERVER_SEQ, 30, 0, 0,
				    MCR_CMD_INGRESS_GET, 1));
	nest = nla_nest_start(msg, MCR_A_INGRESS);
	nla_put_string(msg, MCR_INGRESS_A_DEV, "eth1");
	nla_put_u32(msg, MCR_INGRESS_A_IFINDEX, 3);
	nla_put_flag(msg, MCR_INGRESS_A_HOOKED);
	nla_put_u64(msg, MCR_INGRESS_A_SEEN, 1ULL << 40);
	nla_nest_end(msg, nest);
	assert_int_equal(mcr_msg_parse_ingress(nlmsg_hdr(msg), &ingress, &err),
			 0);
	assert_string_equal(ingress.dev, "eth1");
	assert_int_equal(ingress.ifindex, 3);
	assert_true(ingress.hooked);
	assert_int_equal(ingress.seen, 1ULL << 40);
	assert_int_equal(ingress.missed, 0);
	/* It is no status and no rule. */
	assert_int_equal(mcr_msg_parse_status(nlmsg_hdr(msg),
					      &(struct mcr_status){ 0 }, &err),
			 -1);
	nlmsg_free(msg);
}

/* The flag says what it says, whatever else there is. */
static void test_filtered(void **state)
{
	struct mcr_ingress ingress;
	struct mcr_error err = { 0 };
	struct nl_msg *msg;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		msg = server_event(MCR_CMD_INGRESS_GET, NULL,
				   &(struct mcr_ingress){
					.dev = "eth1",
					.hooked = i & 1,
					.filtered = i & 2,
				   });
		assert_int_equal(mcr_msg_parse_ingress(nlmsg_hdr(msg), &ingress,
						       &err), 0);
		assert_int_equal(ingress.hooked, i & 1);
		assert_int_equal(ingress.filtered, i >> 1);
		nlmsg_free(msg);
	}
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_table(&suite, rule_requests, test_rule_request);
	suite_add_table(&suite, filter_requests, test_filter_request);
	suite_add_case(&suite, test_refs);
	suite_add_case(&suite, test_largest);
	suite_add_case(&suite, test_locate);
	suite_add_table(&suite, bad_replies, test_bad_reply);
	suite_add_case(&suite, test_too_many_outputs);
	suite_add_case(&suite, test_status);
	suite_add_case(&suite, test_ingress);
	suite_add_case(&suite, test_filtered);
	return suite_run(&suite, "msg");
}

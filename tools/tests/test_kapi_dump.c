// SPDX-License-Identifier: GPL-2.0
/*
 * Which rules a filter means, in a dump and in a flush that is staged, and rules that
 * change while a dump is in the middle of them.
 */
#include "kapi_request.h"

#include <stdio.h>

#define GROUP	0xef010101U	/* 239.1.1.1 */
#define WIDE	0xe8000000U	/* 232.0.0.0 */
#define SOURCE	0x0a010200U	/* 10.1.2.0 */

static struct req r;

/* An address of the other family, with this first byte. */
static void put_addr6(int type, u8 first)
{
	u8 addr[16] = { first };

	addr[15] = 1;
	nla_put(&r.skb, type, sizeof(addr), addr);
}

static void send_ok(void)
{
	assert_int_equal(req_send(&r).error, 0);
}

/* One rule with all that is not the default, and one with nothing but that. */
static int two_rules(void **state)
{
	struct nlattr *nest;

	if (rig_setup(state))
		return -1;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule_full(&r, WIDE, SOURCE);
	req_output(&r, "out1");
	send_ok();
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	nest = nla_nest_start(&r.skb, MCR_A_RULE);
	nla_put_string(&r.skb, MCR_RULE_A_IIF, "in0");
	req_addr(&r, MCR_RULE_A_GROUP, GROUP);
	nla_put_u8(&r.skb, MCR_RULE_A_PROTO, MCR_PROTO_ANY);
	nla_nest_end(&r.skb, nest);
	req_output(&r, "out0");
	send_ok();
	return 0;
}

/* What a filter may be put together from. */
enum how { END, U8, U16, ADDR, ADDR6, STRING, TO };

/**
 * struct part - an attribute of a filter
 * @how: how it is put
 * @type: MCR_RULE_A_; 0: the device of an output
 * @value: a number
 * @text: a string
 */
struct part {
	enum how how;
	int type;
	u32 value;
	const char *text;
};

#define NUMBER(kind, attr, n)	\
	{ .how = (kind), .type = MCR_RULE_A_##attr, .value = (n) }
#define TEXT(attr, s)	\
	{ .how = STRING, .type = MCR_RULE_A_##attr, .text = (s) }
#define SENDS_TO(s)	{ .how = TO, .text = (s) }

/**
 * struct filter - a filter
 * @desc: what it says
 * @part: its attributes
 * @hits: rules that it means; negative: the errno with which it is refused
 */
static const struct filter {
	const char *desc;
	struct part part[3];
	int hits;
} filters[] = {
	{ "nothing", { }, 2 },
	{ "group", { NUMBER(ADDR, GROUP, GROUP) }, 1 },
	{ "another group", { NUMBER(ADDR, GROUP, GROUP + 1) }, 0 },
	{ "prefix of groups",
	  { NUMBER(ADDR, GROUP, WIDE), NUMBER(U8, GROUP_LEN, 8) }, 1 },
	{ "longer prefix of groups",
	  { NUMBER(ADDR, GROUP, WIDE), NUMBER(U8, GROUP_LEN, 9) }, 0 },
	{ "group of the other family", { NUMBER(ADDR6, GROUP, 0xff) }, 0 },
	{ "sources", { NUMBER(ADDR, SRC, SOURCE), NUMBER(U8, SRC_LEN, 24) }, 1 },
	{ "other sources",
	  { NUMBER(ADDR, SRC, SOURCE + 256), NUMBER(U8, SRC_LEN, 24) }, 0 },
	{ "fewer sources",
	  { NUMBER(ADDR, SRC, SOURCE), NUMBER(U8, SRC_LEN, 25) }, 0 },
	{ "source of the other family", { NUMBER(ADDR6, SRC, 0x20) }, 0 },
	{ "udp", { NUMBER(U8, PROTO, MCR_PROTO_UDP) }, 1 },
	{ "any protocol", { NUMBER(U8, PROTO, MCR_PROTO_ANY) }, 1 },
	{ "ports",
	  { NUMBER(U16, DPORT_MIN, 1000), NUMBER(U16, DPORT_MAX, 2000) }, 1 },
	{ "ports to another one",
	  { NUMBER(U16, DPORT_MIN, 1000), NUMBER(U16, DPORT_MAX, 2001) }, 0 },
	{ "ports from another one",
	  { NUMBER(U16, DPORT_MIN, 1001), NUMBER(U16, DPORT_MAX, 2000) }, 0 },
	{ "vlan", { NUMBER(U16, VLAN, 5) }, 1 },
	{ "another vlan", { NUMBER(U16, VLAN, 6) }, 0 },
	{ "iif", { TEXT(IIF, "in1") }, 1 },
	{ "another iif", { TEXT(IIF, "in7") }, 0 },
	{ "name", { TEXT(NAME, "full") }, 1 },
	{ "another name", { TEXT(NAME, "other") }, 0 },
	{ "consume", { NUMBER(U8, MODE, MCR_MODE_CONSUME) }, 1 },
	{ "pass", { NUMBER(U8, MODE, MCR_MODE_PASS) }, 1 },
	{ "join none", { NUMBER(U8, JOIN, MCR_JOIN_NONE) }, 1 },
	{ "join auto", { NUMBER(U8, JOIN, MCR_JOIN_AUTO) }, 1 },
	{ "plane relay", { NUMBER(U8, PLANE, MCR_PLANE_RELAY) }, 1 },
	{ "plane kernel", { NUMBER(U8, PLANE, MCR_PLANE_KERNEL) }, 0 },
	{ "latency low", { NUMBER(U8, LATENCY, MCR_LATENCY_LOW) }, 1 },
	{ "latency auto", { NUMBER(U8, LATENCY, MCR_LATENCY_AUTO) }, 1 },
	{ "disabled", { NUMBER(U8, DISABLED, 1) }, 1 },
	{ "not disabled", { NUMBER(U8, DISABLED, 0) }, 1 },
	{ "an output's device", { SENDS_TO("out1") }, 1 },
	{ "another output's device", { SENDS_TO("out7") }, 0 },
	{ "name, and another's output",
	  { TEXT(NAME, "full"), SENDS_TO("out0") }, 0 },
	{ "no device's name", { TEXT(IIF, "a/b") }, -EINVAL },
	{ "no output's device's name", { SENDS_TO("a/b") }, -EINVAL },
	{ "two outputs", { SENDS_TO("out0"), SENDS_TO("out1") }, -EINVAL },
	{ "output without a device", { { .how = TO } }, -EINVAL },
	{ "no rule's name", { TEXT(NAME, "1st") }, -EINVAL },
	{ "comment", { TEXT(COMMENT, "words") }, -EINVAL },
	{ "no group", { NUMBER(ADDR, GROUP, SOURCE) }, -EINVAL },
	{ "families that differ",
	  { NUMBER(ADDR, GROUP, GROUP), NUMBER(ADDR6, SRC, 0x20) }, -EINVAL },
	{ "ports without the first", { NUMBER(U16, DPORT_MAX, 9) }, -EINVAL },
};

static void put_to(const char *dev)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_OUTPUT);

	if (dev)
		nla_put_string(&r.skb, MCR_OUTPUT_A_DEV, dev);
	else
		nla_put_u16(&r.skb, MCR_OUTPUT_A_DPORT, 1);
	nla_nest_end(&r.skb, nest);
}

static void put_part(const struct part *p)
{
	switch (p->how) {
	case U8:
		nla_put_u8(&r.skb, p->type, (u8)p->value);
		break;
	case U16:
		nla_put_u16(&r.skb, p->type, (u16)p->value);
		break;
	case ADDR:
		req_addr(&r, p->type, p->value);
		break;
	case ADDR6:
		put_addr6(p->type, (u8)p->value);
		break;
	case STRING:
		nla_put_string(&r.skb, p->type, p->text);
		break;
	case END:
	case TO:
		break;
	}
}

static void put_filter(const struct filter *f)
{
	struct nlattr *nest = nla_nest_start(&r.skb, MCR_A_FILTER);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(f->part); i++)
		put_part(&f->part[i]);
	nla_nest_end(&r.skb, nest);
	for (i = 0; i < ARRAY_SIZE(f->part); i++)
		if (f->part[i].how == TO)
			put_to(f->part[i].text);
}

static void test_filter_dump(const struct filter *f)
{
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	put_filter(f);
	req_dump(&r);
	assert_int_equal(req_answer().error, min(f->hits, 0));
	assert_int_equal(rig_count(MCR_CMD_RULE_GET), max(f->hits, 0));
}

/* As a transaction sees them. */
static void test_filter_flush(const struct filter *f)
{
	const struct nlattr *count;

	req_command(&r, MCR_CMD_TXN_BEGIN, 0);
	send_ok();
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
	put_filter(f);
	nla_put_u32(&r.skb, MCR_A_TXN, 1);
	assert_int_equal(req_send(&r).error, min(f->hits, 0));
	if (f->hits < 0)
		return;
	count = kapi_nla_find(nlmsg_attrdata(rig_message(0, 0), GENL_HDRLEN),
			      (unsigned int)nlmsg_attrlen(rig_message(0, 0),
							  GENL_HDRLEN),
			      MCR_A_COUNT);
	assert_non_null(count);
	assert_int_equal(nla_get_u32(count), f->hits);
	assert_int_equal(rig_net()->n_rules, 2);
}

static void test_filter(void **state)
{
	const struct filter *f = *state;

	assert_int_equal(two_rules(NULL), 0);
	test_filter_dump(f);
	test_filter_flush(f);
	rig_teardown(NULL);
}

/* Rules in front of a long one. */
#define SMALL	100

/* As many outputs as a rule can have: it ends in another datagram than it begins in. */
static void add_long(void)
{
	char dev[16];
	u32 i;

	for (i = 0; i < SMALL; i++)
		assert_int_equal(req_add("in1", GROUP + i, 0, "out1").error, 0);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", WIDE + 1, 0);
	for (i = 0; i < 256; i++) {
		snprintf(dev, sizeof(dev), "device-%u", i);
		req_output_full(&r, dev);
	}
	send_ok();
}

/* How often rules were begun, and how many outputs were told, without SMALL. */
static void read_long(size_t *begun, size_t *outputs)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *nla;
	size_t i, k;
	int rem;

	*begun = 0;
	*outputs = 0;
	for (i = 0; i < rig.n_said; i++) {
		for (k = 0; (nlh = rig_message(i, k)); k++) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				continue;
			nlmsg_for_each_attr(nla, nlh, GENL_HDRLEN, rem) {
				*outputs += nla_type(nla) == MCR_A_OUTPUT;
				*begun += nla_type(nla) == MCR_A_RULE &&
					  nla_find_nested(nla,
							  MCR_RULE_A_IIF);
			}
		}
	}
	assert_true(*begun > SMALL && *outputs > SMALL);
	*begun -= SMALL;
	*outputs -= SMALL;
}

/* Begin to dump it; it does not end in the first datagram. */
static void dump_long(void)
{
	assert_int_equal(rig_setup(NULL), 0);
	add_long();
	req_command(&r, MCR_CMD_RULE_GET, NLM_F_DUMP);
	rig_forget();
	req_send_as(&r, RIG_READER);
	assert_true(kapi_dump_pending(RIG_READER));
	assert_int_equal(rig.n_said, 1);
	rig.deaf = true;
}

static void dump_rest(void)
{
	while (kapi_dump_pending(RIG_READER))
		kapi_dump_step(RIG_READER);
}

static void test_long(void **state)
{
	size_t begun, outputs;

	(void)state;
	dump_long();
	dump_rest();
	read_long(&begun, &outputs);
	assert_int_equal(begun, 1);
	assert_int_equal(outputs, 256);
	rig_teardown(NULL);
}

/* Its next output is not there any more: all of it is told anew. */
static void test_long_is_short(void **state)
{
	size_t begun, outputs, told;

	(void)state;
	dump_long();
	read_long(&begun, &told);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_REPLACE);
	req_rule(&r, "in0", WIDE + 1, 0);
	req_output(&r, "out0");
	req_send_as(&r, RIG_PEER);
	dump_rest();
	read_long(&begun, &outputs);
	assert_int_equal(begun, 2);
	assert_int_equal(outputs, told + 1);
	rig_teardown(NULL);
}

/* It is gone: the next rule is told from its beginning. */
static void test_long_is_gone(void **state)
{
	size_t begun, outputs, told;

	(void)state;
	dump_long();
	read_long(&begun, &told);
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	req_ref(&r, SMALL + 1);
	req_send_as(&r, RIG_PEER);
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", GROUP, 0);
	req_output(&r, "out0");
	req_output(&r, "out1");
	req_send_as(&r, RIG_PEER);
	dump_rest();
	read_long(&begun, &outputs);
	assert_int_equal(begun, 2);
	assert_int_equal(outputs, told + 2);
	rig_teardown(NULL);
}

int main(void)
{
	static const struct CMUnitTest cases[] = {
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_is_short),
		cmocka_unit_test(test_long_is_gone),
	};
	struct CMUnitTest tests[ARRAY_SIZE(filters) + ARRAY_SIZE(cases)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		tests[i] = (struct CMUnitTest){
			.name = filters[i].desc,
			.test_func = test_filter,
			.initial_state = (void *)&filters[i],
		};
	memcpy(&tests[i], cases, sizeof(cases));
	return cmocka_run_group_tests_name("kapi dumps", tests, NULL, NULL);
}

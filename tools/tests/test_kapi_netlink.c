// SPDX-License-Identifier: GPL-2.0
/*
 * What the core of netlink answers by itself, as the kernel does.
 */
#include "kapi_request.h"

#define HEAD	(NLMSG_HDRLEN + GENL_HDRLEN)
#define FAMILY	(GENL_ID_CTRL + 1)

static struct req r;

static struct nlattr *nest_begin(int type)
{
	struct nlattr *nest = nla_nest_start(&r.skb, type);

	assert_non_null(nest);
	return nest;
}

static void put_reject(void)
{
	nla_put_u32(&r.skb, MCR_A_COUNT, 1);
}

static void put_unknown(void)
{
	nla_put_u32(&r.skb, 200, 1);
}

static void put_type_0(void)
{
	nla_put_u32(&r.skb, 0, 1);
}

static void put_short(void)
{
	nla_put_u16(&r.skb, MCR_A_TXN, 1);
}

static void put_zero(void)
{
	nla_put_u32(&r.skb, MCR_A_TXN, 0);
}

static void put_not_nested(void)
{
	nla_put(&r.skb, MCR_A_RULE, 0, NULL);
}

static void put_nested_number(void)
{
	nla_put_u32(&r.skb, MCR_A_TXN | NLA_F_NESTED, 1);
}

static void put_in_rule(int type, int len, const void *data)
{
	struct nlattr *nest = nest_begin(MCR_A_RULE);

	nla_put(&r.skb, type, len, data);
	nla_nest_end(&r.skb, nest);
}

static void put_nested_unknown(void)
{
	put_in_rule(99, 4, "abc");
}

static void put_nested_reject(void)
{
	put_in_rule(MCR_RULE_A_PACKETS, 8, "1234567");
}

static void put_nested_range(void)
{
	put_in_rule(MCR_RULE_A_VLAN, 2, "\xff\x7f");
}

static void put_no_nul(void)
{
	put_in_rule(MCR_RULE_A_NAME, 4, "abcd");
}

static void put_long_string(void)
{
	put_in_rule(MCR_RULE_A_IIF, 17, "0123456789abcdef");
}

static void put_empty_string(void)
{
	put_in_rule(MCR_RULE_A_IIF, 0, NULL);
}

static void put_late_nul(void)
{
	put_in_rule(MCR_RULE_A_IIF, 20, "abc\0efghijklmnopqrs");
}

static void put_binary(void)
{
	put_in_rule(MCR_RULE_A_GROUP, 3, "abc");
}

static void put_rubbish(void)
{
	memset(skb_put(&r.skb, 3), 0, 3);
}

static void put_nested_rubbish(void)
{
	struct nlattr *nest = nest_begin(MCR_A_RULE);

	memset(skb_put(&r.skb, 8), 0, 8);
	nla_nest_end(&r.skb, nest);
}

static void put_tiny_nest(void)
{
	struct nlattr *nest = nest_begin(MCR_A_RULE);

	memset(skb_put(&r.skb, 2), 0, 2);
	nla_nest_end(&r.skb, nest);
}

/**
 * struct bad - a message that the policy refuses
 * @desc: what is wrong with it
 * @put: puts its attributes
 * @error: the errno
 * @text: the sentence
 * @offset: of the attribute at fault; 0: none is
 * @policy: NL_ATTR_TYPE_ of what it is to be like; 0: that is not told
 */
static const struct bad {
	const char *desc;
	void (*put)(void);
	int error;
	const char *text;
	uint32_t offset;
	u32 policy;
} bad[] = {
	{ "only the server sends it", put_reject, -EINVAL,
	  "the server counts the rules concerned, the count cannot be set",
	  HEAD, 0 },
	{ "type too high", put_unknown, -EINVAL, "Unknown attribute type",
	  HEAD, 0 },
	{ "type 0", put_type_0, -EINVAL, "Unknown attribute type", HEAD, 0 },
	{ "number too short", put_short, -EINVAL, "invalid attribute length",
	  HEAD, NL_ATTR_TYPE_U32 },
	{ "number too low", put_zero, -ERANGE, "integer out of range", HEAD,
	  NL_ATTR_TYPE_U32 },
	{ "nest without the flag", put_not_nested, -EINVAL,
	  "NLA_F_NESTED is missing", HEAD, NL_ATTR_TYPE_NESTED },
	{ "number with the flag", put_nested_number, -EINVAL,
	  "NLA_F_NESTED not expected", HEAD, NL_ATTR_TYPE_U32 },
	{ "type too high in a nest", put_nested_unknown, -EINVAL,
	  "Unknown attribute type", HEAD + NLA_HDRLEN, 0 },
	{ "only the server sends it, in a nest", put_nested_reject, -EINVAL,
	  "a rule's packet counter cannot be set, only reset",
	  HEAD + NLA_HDRLEN, 0 },
	{ "number too high in a nest", put_nested_range, -ERANGE,
	  "integer out of range", HEAD + NLA_HDRLEN, NL_ATTR_TYPE_U16 },
	{ "string without NUL", put_no_nul, -EINVAL,
	  "Attribute failed policy validation", HEAD + NLA_HDRLEN,
	  NL_ATTR_TYPE_NUL_STRING },
	{ "string too long", put_long_string, -EINVAL,
	  "Attribute failed policy validation", HEAD + NLA_HDRLEN,
	  NL_ATTR_TYPE_NUL_STRING },
	{ "empty string", put_empty_string, -EINVAL,
	  "Attribute failed policy validation", HEAD + NLA_HDRLEN,
	  NL_ATTR_TYPE_NUL_STRING },
	{ "string with more behind it", put_late_nul, -ERANGE,
	  "Attribute failed policy validation", HEAD + NLA_HDRLEN,
	  NL_ATTR_TYPE_NUL_STRING },
	{ "address too short", put_binary, -ERANGE,
	  "binary attribute size out of range", HEAD + NLA_HDRLEN,
	  NL_ATTR_TYPE_BINARY },
	{ "bytes behind attributes", put_rubbish, -EINVAL,
	  "bytes leftover after parsing attributes", 0, 0 },
	{ "bytes behind attributes in a nest", put_nested_rubbish, -EINVAL,
	  "bytes leftover after parsing attributes", 0, 0 },
	{ "nest smaller than an attribute", put_tiny_nest, -ERANGE,
	  "Attribute failed policy validation", HEAD, NL_ATTR_TYPE_NESTED },
};

static void test_bad(void **state)
{
	const struct bad *b = *state;
	struct answer a;

	req_command(&r, MCR_CMD_RULE_DEL, 0);
	b->put();
	a = req_send(&r);
	assert_int_equal(a.error, b->error);
	assert_non_null(a.text);
	assert_string_equal(a.text, b->text);
	assert_int_equal(a.offset, b->offset);
	if (!b->policy) {
		assert_null(a.policy);
		return;
	}
	assert_non_null(a.policy);
	assert_true(a.policy->nla_type & NLA_F_NESTED);
	assert_int_equal(nla_get_u32(nla_find_nested(a.policy,
						     NL_POLICY_TYPE_ATTR_TYPE)),
			 b->policy);
}

/* The limits are told, too. */
static void test_policy_limits(void **state)
{
	const struct nlattr *nla;
	struct answer a;

	(void)state;
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	put_nested_range();
	a = req_send(&r);
	nla = nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_U);
	assert_int_equal(nla_get_u64(nla), 1);
	nla = nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_U);
	assert_int_equal(nla_get_u64(nla), 4094);

	req_command(&r, MCR_CMD_RULE_DEL, 0);
	put_no_nul();
	a = req_send(&r);
	nla = nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MAX_LENGTH);
	assert_int_equal(nla_get_u32(nla), MCR_NAME_MAX);
	assert_null(nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MIN_LENGTH));

	req_command(&r, MCR_CMD_RULE_DEL, 0);
	put_binary();
	a = req_send(&r);
	nla = nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MIN_LENGTH);
	assert_int_equal(nla_get_u32(nla), 4);
	nla = nla_find_nested(a.policy, NL_POLICY_TYPE_ATTR_MAX_LENGTH);
	assert_int_equal(nla_get_u32(nla), 16);
}

/* Without a sentence. */
static void assert_refused(int error)
{
	struct answer a = req_send(&r);

	assert_int_equal(a.error, error);
	assert_null(a.text);
	assert_null(a.policy);
	assert_int_equal(rig.n_said, 1);
}

static void test_who(void **state)
{
	(void)state;
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
	rig_forget();
	req_send_as(&r, RIG_READER);
	assert_int_equal(req_answer().error, -EPERM);
	req_command(&r, MCR_CMD_STATUS_GET, 0);
	rig_forget();
	req_send_as(&r, RIG_READER);
	assert_int_equal(req_answer().error, 0);
	assert_int_equal(rig.n_said, 2);
	assert_int_equal(rig.said[0].to, RIG_READER);
}

static void test_no_such(void **state)
{
	(void)state;
	req_begin(&r);
	req_message(&r, FAMILY + 1, MCR_CMD_STATUS_GET, 0);
	assert_refused(-ENOENT);
	req_command(&r, MCR_CMD_UNSPEC, 0);
	assert_refused(-EOPNOTSUPP);
	req_command(&r, MCR_CMD_RULE_NTF, 0);
	assert_refused(-EOPNOTSUPP);
	/* One that only dumps, and one that does not. */
	req_command(&r, MCR_CMD_INGRESS_GET, 0);
	assert_refused(-EOPNOTSUPP);
	req_command(&r, MCR_CMD_STATUS_GET, NLM_F_DUMP);
	assert_refused(-EOPNOTSUPP);
	/* Who may not is told that before. */
	req_command(&r, MCR_CMD_RULE_DEL, NLM_F_DUMP);
	rig_forget();
	req_send_as(&r, RIG_READER);
	assert_int_equal(req_answer().error, -EPERM);
}

static void test_headers(void **state)
{
	struct genlmsghdr *hdr;
	struct answer a;

	(void)state;
	req_command(&r, MCR_CMD_STATUS_GET, 0);
	hdr = nlmsg_data(r.nlh);
	hdr->reserved = 1;
	a = req_send(&r);
	assert_int_equal(a.error, -EINVAL);
	assert_string_equal(a.text, "genlmsghdr.reserved field is not 0");

	req_command(&r, MCR_CMD_STATUS_GET, NLM_F_MULTI);
	a = req_send(&r);
	assert_int_equal(a.error, -EINVAL);
	assert_string_equal(a.text,
			    "ambiguous or reserved bits set in nlmsg_flags");

	/* NLM_F_REPLACE alone is half of NLM_F_DUMP. */
	req_command(&r, MCR_CMD_STATUS_GET, NLM_F_REPLACE);
	assert_int_equal(req_send(&r).error, -EINVAL);
	req_command(&r, MCR_CMD_STATUS_GET, NLM_F_ECHO);
	assert_int_equal(req_send(&r).error, 0);

	req_command(&r, MCR_CMD_STATUS_GET, 0);
	skb_trim(&r.skb, NLMSG_HDRLEN + 3);
	assert_refused(-EINVAL);
}

/* Acknowledgments are capped, and hold the header that they answer. */
static void test_ack(void **state)
{
	const struct nlmsghdr *nlh;
	struct nlmsgerr err;

	(void)state;
	req_command(&r, MCR_CMD_RULE_DEL, 0);
	nla_put_u32(&r.skb, MCR_A_TXN, 0);
	req_send(&r);
	nlh = rig_message(0, 0);
	assert_null(rig_message(0, 1));
	memcpy(&err, nlmsg_data(nlh), sizeof(err));
	assert_memory_equal(&err.msg, r.nlh, sizeof(err.msg));
	assert_int_equal(nlh->nlmsg_flags, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	assert_int_equal(nlh->nlmsg_pid, RIG_PEER);
	assert_int_equal(nlh->nlmsg_seq, 1);

	/* Only errors are acknowledged where that was not asked for. */
	req_begin(&r);
	req_message(&r, FAMILY, MCR_CMD_RULE_FLUSH, 0);
	rig_forget();
	req_send_as(&r, RIG_PEER);
	assert_int_equal(rig.n_said, 1);
	assert_int_equal(rig_message(0, 0)->nlmsg_type, FAMILY);
}

static void test_core_messages(void **state)
{
	(void)state;
	req_begin(&r);
	req_message(&r, NLMSG_NOOP, 0, NLM_F_ACK);
	assert_refused(0);
	req_begin(&r);
	req_message(&r, NLMSG_DONE, 0, 0);
	rig_forget();
	req_send_as(&r, RIG_PEER);
	assert_int_equal(rig.n_said, 0);
	/* No request. */
	req_command(&r, MCR_CMD_RULE_FLUSH, 0);
	r.nlh->nlmsg_flags = NLM_F_ACK;
	assert_refused(0);
}

static void test_many_messages(void **state)
{
	struct nlmsghdr *first;

	(void)state;
	req_begin(&r);
	req_message(&r, FAMILY, MCR_CMD_STATUS_GET, NLM_F_ACK);
	req_end(&r);
	first = r.nlh;
	req_message(&r, FAMILY, MCR_CMD_UNSPEC, 0);
	req_end(&r);
	req_message(&r, FAMILY, MCR_CMD_STATUS_GET, 0);
	rig_forget();
	req_send_as(&r, RIG_PEER);
	assert_int_equal(rig.n_said, 4);
	assert_int_equal(rig_message(0, 0)->nlmsg_seq, 1);
	assert_int_equal(rig_message(1, 0)->nlmsg_type, NLMSG_ERROR);
	assert_int_equal(rig_message(2, 0)->nlmsg_seq, 2);
	assert_int_equal(rig_message(3, 0)->nlmsg_seq, 3);

	/* Behind a length that cannot be nothing is looked at. */
	first->nlmsg_len = NLMSG_HDRLEN - 1;
	rig_forget();
	req_send_as(&r, RIG_PEER);
	assert_int_equal(rig.n_said, 0);
	first->nlmsg_len = r.skb.len + 1;
	req_send_as(&r, RIG_PEER);
	assert_int_equal(rig.n_said, 0);
}

/* All prefixes of a message: none is read behind its end. */
static void test_cut(void **state)
{
	static unsigned char *copy;
	struct kapi_peer peer = { .portid = RIG_PEER, .admin = true };
	unsigned int len;

	(void)state;
	req_command(&r, MCR_CMD_RULE_NEW, NLM_F_CREATE);
	req_rule(&r, "in0", 0xef010101, 5000);
	req_output(&r, "out0");
	req_end(&r);
	for (len = 0; len < r.skb.len; len++) {
		struct nlmsghdr *nlh;

		/* To its very end, for the sanitizer to see. */
		copy = kapi_alloc(len);
		assert_non_null(copy);
		memcpy(copy, r.skb.data, len);
		nlh = (struct nlmsghdr *)copy;
		if (len >= NLMSG_HDRLEN)
			nlh->nlmsg_len = len;
		rig_forget();
		kapi_receive(&peer, copy, len);
		if (len < NLMSG_HDRLEN)
			assert_int_equal(rig.n_said, 0);
		else
			assert_true(req_answer().error < 0);
		kapi_free(copy);
	}
}

/* A nest that may be in itself. */
static const struct nla_policy deep_policy[2] = {
	[1] = NLA_POLICY_NESTED(deep_policy),
};

static int parse_deep(int nests)
{
	struct nlattr *tb[2], *nest[20];
	struct netlink_ext_ack ack = { };
	int i;

	req_begin(&r);
	for (i = 0; i < nests; i++)
		nest[i] = nest_begin(1);
	while (i--)
		nla_nest_end(&r.skb, nest[i]);
	return kapi_nla_parse(tb, 1, nest[0], r.skb.len, deep_policy,
			      NL_VALIDATE_STRICT, &ack);
}

static void test_deep(void **state)
{
	(void)state;
	assert_int_equal(parse_deep(10), 0);
	assert_int_equal(parse_deep(11), -EINVAL);
}

/* Who does not ask for a sentence gets the errno. */
static void test_nobody_asks(void **state)
{
	static const struct nla_policy policy[3] = {
		[1] = { .type = NLA_REJECT, .reject_message = "not here" },
		[2] = { .type = NLA_U32 },
	};
	struct nlattr *tb[3];
	struct nlattr *head;

	(void)state;
	req_begin(&r);
	head = (struct nlattr *)skb_tail_pointer(&r.skb);
	nla_put_u32(&r.skb, 1, 0);
	assert_int_equal(kapi_nla_parse(tb, 2, head, r.skb.len, policy,
					NL_VALIDATE_STRICT, NULL), -EINVAL);
	req_begin(&r);
	nla_put_u16(&r.skb, 2, 0);
	assert_int_equal(kapi_nla_parse(tb, 2, head, r.skb.len, policy,
					NL_VALIDATE_STRICT, NULL), -EINVAL);
}

static void test_get_family(void **state)
{
	const struct nlattr *nla, *nest;
	const struct nlmsghdr *nlh;
	unsigned int len;

	(void)state;
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, MCR_GENL_NAME);
	assert_int_equal(req_send(&r).error, 0);
	nlh = rig_message(0, 0);
	nla = nlmsg_attrdata(nlh, GENL_HDRLEN);
	len = (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN);
	assert_int_equal(nla_get_u16(kapi_nla_find(nla, len,
						   CTRL_ATTR_FAMILY_ID)),
			 FAMILY);
	nest = kapi_nla_find(nla, len, CTRL_ATTR_MCAST_GROUPS);
	assert_non_null(nest);
	nest = nla_find_nested(nest, 1);
	assert_int_equal(nla_get_u32(nla_find_nested(nest,
						     CTRL_ATTR_MCAST_GRP_ID)),
			 RIG_GROUP);
	nest = kapi_nla_find(nla, len, CTRL_ATTR_OPS);
	nest = nla_find_nested(nest, 1);
	assert_int_equal(nla_get_u32(nla_find_nested(nest, CTRL_ATTR_OP_ID)),
			 MCR_CMD_RULE_NEW);
	assert_int_equal(nla_get_u32(nla_find_nested(nest,
						     CTRL_ATTR_OP_FLAGS)),
			 GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO |
			 GENL_CMD_CAP_HASPOL);

	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nla_put_string(&r.skb, CTRL_ATTR_FAMILY_NAME, "other");
	assert_refused(-ENOENT);
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	assert_refused(-EINVAL);
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	req_dump(&r);
	assert_int_equal(req_answer().error, 0);
	assert_non_null(rig_message(0, 1));
	assert_null(rig_message(0, 2));
}

/* Messages of a dump of policies that have an attribute. */
static size_t policy_messages(int attr)
{
	const struct nlmsghdr *nlh;
	size_t i, k, n = 0;

	for (i = 0; i < rig.n_said; i++)
		for (k = 0; (nlh = rig_message(i, k)); k++)
			n += nlh->nlmsg_type == GENL_ID_CTRL &&
			     kapi_nla_find(nlmsg_attrdata(nlh, GENL_HDRLEN),
					   (unsigned int)
					   nlmsg_attrlen(nlh, GENL_HDRLEN),
					   attr);
	return n;
}

static void test_get_policy(void **state)
{
	(void)state;
	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nla_put_u16(&r.skb, CTRL_ATTR_FAMILY_ID, FAMILY);
	req_dump(&r);
	assert_int_equal(req_answer().error, 0);
	assert_int_equal(policy_messages(CTRL_ATTR_OP_POLICY), 14);
	/* Of the family, of rules, outputs and packets; not what is rejected. */
	assert_int_equal(policy_messages(CTRL_ATTR_POLICY), 5 + 18 + 15 + 6);

	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nla_put_u16(&r.skb, CTRL_ATTR_FAMILY_ID, FAMILY);
	nla_put_u32(&r.skb, CTRL_ATTR_OP, MCR_CMD_RULE_GET);
	req_dump(&r);
	assert_int_equal(policy_messages(CTRL_ATTR_OP_POLICY), 1);

	req_begin(&r);
	req_message(&r, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	nla_put_u16(&r.skb, CTRL_ATTR_FAMILY_ID, FAMILY);
	nla_put_u32(&r.skb, CTRL_ATTR_OP, 77);
	req_dump(&r);
	assert_int_equal(req_answer().error, -ENOENT);
	assert_int_equal(req_answer().offset, HEAD + 8);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	static const struct CMUnitTest cases[] = {
		CASE(test_policy_limits),
		CASE(test_who),
		CASE(test_no_such),
		CASE(test_headers),
		CASE(test_ack),
		CASE(test_core_messages),
		CASE(test_many_messages),
		CASE(test_cut),
		CASE(test_deep),
		CASE(test_nobody_asks),
		CASE(test_get_family),
		CASE(test_get_policy),
	};
	struct CMUnitTest tests[ARRAY_SIZE(bad) + ARRAY_SIZE(cases)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		tests[i] = (struct CMUnitTest){
			.name = bad[i].desc,
			.test_func = test_bad,
			.setup_func = rig_setup,
			.teardown_func = rig_teardown,
			.initial_state = (void *)&bad[i],
		};
	memcpy(&tests[i], cases, sizeof(cases));
	return cmocka_run_group_tests_name("kapi netlink", tests, NULL, NULL);
}

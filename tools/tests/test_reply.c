// SPDX-License-Identifier: GPL-2.0
/*
 * Answers: how they end, how they are put together, and that nothing in them
 * makes us read what is not there.
 */
#include "common.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/reply.h"
#include "server.h"

/* One read from the socket that holds these messages; all are freed. */
static int feed(struct mcr_reply *reply, struct mcr_error *err,
		struct nl_msg **msgs, size_t n)
{
	size_t len;
	void *bytes = server_bytes(msgs, n, &len);

	return mcr_reply_feed(reply, bytes, len, err);
}

#define FEED(reply, err, ...)						\
	feed(reply, err, (struct nl_msg *[]){ __VA_ARGS__ },		\
	     COUNT(((struct nl_msg *[]){ __VA_ARGS__ })))

static void start(struct mcr_reply *reply, bool dump)
{
	mcr_reply_init(reply, dump);
	reply->seq = SERVER_SEQ;
}

static void test_ack(void **state)
{
	struct mcr_reply_walk walk;
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, false);
	assert_int_equal(FEED(&reply, &err, server_ack(0, NULL)), 0);
	assert_true(reply.done);
	assert_int_equal(reply.error, 0);
	assert_string_equal(reply.text, "");
	assert_false(reply.has_offset);
	mcr_reply_walk_init(&walk, &reply);
	assert_null(mcr_reply_next(&walk));
	mcr_reply_exit(&reply);
}

static void test_refusal(void **state)
{
	const uint32_t offset = 44, cookie = 7;
	const struct server_tlvs tlvs = { "no", &offset, &cookie };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, false);
	assert_int_equal(FEED(&reply, &err, server_ack(-EEXIST, &tlvs)), 0);
	assert_true(reply.done);
	assert_int_equal(reply.error, EEXIST);
	assert_string_equal(reply.text, "no");
	assert_true(reply.has_offset);
	assert_int_equal(reply.offset, 44);
	assert_int_equal(reply.cookie, 7);
	mcr_reply_exit(&reply);
}

/* Without CAP_ACK the request comes back before the sentence. */
static void test_refusal_with_request(void **state)
{
	struct nlmsgerr ack = {
		.error = -EINVAL,
		.msg = { .nlmsg_len = NLMSG_HDRLEN + 5 },
	};
	struct nl_msg *msg = nlmsg_alloc();
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, false);
	nlmsg_put(msg, 1, SERVER_SEQ, NLMSG_ERROR, 0, NLM_F_ACK_TLVS);
	nlmsg_append(msg, &ack, sizeof(ack), NLMSG_ALIGNTO);
	nlmsg_append(msg, "12345678", 8, NLMSG_ALIGNTO);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "because");
	assert_int_equal(FEED(&reply, &err, msg), 0);
	assert_int_equal(reply.error, EINVAL);
	assert_string_equal(reply.text, "because");
	mcr_reply_exit(&reply);
}

/* A sentence in an acknowledgment that is no refusal. */
static void test_warning(void **state)
{
	const struct server_tlvs tlvs = { "shadows rule x", NULL, NULL };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, false);
	assert_int_equal(FEED(&reply, &err, server_ack(0, &tlvs)), 0);
	assert_int_equal(reply.error, 0);
	assert_string_equal(reply.text, "shadows rule x");
	assert_int_equal(reply.cookie, 0);
	mcr_reply_exit(&reply);
}

static void test_long_sentence(void **state)
{
	struct server_tlvs tlvs = { 0 };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	tlvs.text = text;
	start(&reply, false);
	assert_int_equal(FEED(&reply, &err, server_ack(-EINVAL, &tlvs)), 0);
	assert_int_equal(strlen(reply.text), sizeof(reply.text) - 1);
	mcr_reply_exit(&reply);
}

static void test_done(void **state)
{
	const struct server_tlvs tlvs = { "no", NULL, NULL };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, true);
	assert_int_equal(FEED(&reply, &err, server_done(0, NULL)), 0);
	assert_true(reply.done);
	assert_int_equal(reply.error, 0);
	mcr_reply_exit(&reply);

	start(&reply, true);
	assert_int_equal(FEED(&reply, &err, server_done(-EBUSY, &tlvs)), 0);
	assert_true(reply.done);
	assert_int_equal(reply.error, EBUSY);
	assert_string_equal(reply.text, "no");
	mcr_reply_exit(&reply);

	/* What is not a dump ends with an acknowledgment only. */
	start(&reply, false);
	assert_int_equal(FEED(&reply, &err, server_done(0, NULL)), 0);
	assert_false(reply.done);
	mcr_reply_exit(&reply);
}

/* Late answers to another request. */
static void test_other_seq(void **state)
{
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	start(&reply, false);
	reply.seq++;
	assert_int_equal(FEED(&reply, &err, server_ack(-EINVAL, NULL)), 0);
	assert_false(reply.done);
	assert_int_equal(reply.error, 0);
	mcr_reply_exit(&reply);
}

static void test_interrupted(void **state)
{
	struct nl_msg *msg = server_done(0, NULL);
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	(void)state;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
	start(&reply, true);
	assert_int_equal(FEED(&reply, &err, msg), 0);
	assert_true(reply.done);
	assert_true(reply.interrupted);
	mcr_reply_exit(&reply);
}

struct taken {
	struct mcr_rule *rules;
	unsigned int count;
	unsigned int stop_at;
};

static int take_rule(const struct mcr_rule *rule, void *arg)
{
	struct taken *taken = arg;

	assert_same_rule(&taken->rules[taken->count], rule);
	return ++taken->count == taken->stop_at ? 42 : 0;
}

static void free_rules(struct mcr_rule *rules, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		mcr_rule_release(&rules[i]);
}

/* Rules over several messages and reads, one of them in three parts. */
static void test_rules(void **state)
{
	struct mcr_rule rules[3];
	struct taken taken = { .rules = rules };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	uint64_t seed = 5;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		do {
			random_rule(&seed, &rules[i], 30);
			random_counters(&seed, &rules[i]);
			if (rules[i].n_outputs > 10)
				break;
			mcr_rule_release(&rules[i]);
		} while (true);
	}
	start(&reply, true);
	assert_int_equal(FEED(&reply, &err,
			      server_rule(&rules[0], 0, rules[0].n_outputs,
					  false),
			      server_rule(&rules[1], 0, 3, true)), 0);
	assert_int_equal(FEED(&reply, &err, server_rule(&rules[1], 3, 7, true)),
			 0);
	assert_false(reply.done);
	assert_int_equal(FEED(&reply, &err,
			      server_rule(&rules[1], 10,
					  rules[1].n_outputs - 10, false),
			      server_rule(&rules[2], 0, rules[2].n_outputs,
					  false), server_done(0, NULL)), 0);
	assert_true(reply.done);
	assert_int_equal(mcr_reply_rules(&reply, take_rule, &taken, &err), 0);
	assert_int_equal(taken.count, 3);

	taken.count = 0;
	taken.stop_at = 2;
	assert_int_equal(mcr_reply_rules(&reply, take_rule, &taken, &err), 42);
	assert_int_equal(taken.count, 2);
	mcr_reply_exit(&reply);
	free_rules(rules, 3);
}

static void test_broken_rules(void **state)
{
	struct mcr_rule rules[2];
	struct taken taken = { .rules = rules };
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	uint64_t seed = 6;

	(void)state;
	random_rule(&seed, &rules[0], 5);
	random_counters(&seed, &rules[0]);
	random_rule(&seed, &rules[1], 5);
	random_counters(&seed, &rules[1]);
	start(&reply, true);
	assert_int_equal(FEED(&reply, &err, server_rule(&rules[0], 0, 1, true),
			      server_done(0, NULL)), 0);
	assert_int_equal(mcr_reply_rules(&reply, take_rule, &taken, &err), -1);
	assert_string_equal(err.text,
			    "the server's reply cannot be read: a rule's outputs do not go on");
	mcr_reply_exit(&reply);

	start(&reply, true);
	assert_int_equal(FEED(&reply, &err, server_rule(&rules[0], 0, 1, true),
			      server_rule(&rules[1], 0, 1, false),
			      server_done(0, NULL)), 0);
	assert_int_equal(mcr_reply_rules(&reply, take_rule, &taken, &err), -1);
	assert_string_equal(err.text,
			    "the server's reply cannot be read: another rule came where outputs were to go on");
	assert_int_equal(taken.count, 0);
	mcr_reply_exit(&reply);
	free_rules(rules, 2);
}

struct bad_end {
	const char *desc;
	uint16_t type;
	uint16_t flags;
	const char *bytes;
	size_t len;
	const char *sentence;
};

#define BAD(what)	"the server's reply cannot be read: " what

static const struct bad_end bad_ends[] = {
	{ "empty acknowledgment", NLMSG_ERROR, 0, "", 0,
	  BAD("an acknowledgment is too short") },
	{ "acknowledgment without a request", NLMSG_ERROR, 0, "\0\0\0\0", 4,
	  BAD("an acknowledgment is too short") },
	{ "positive errno", NLMSG_ERROR, 0,
	  "\1\0\0\000123456789abcdef", 20,
	  BAD("an acknowledgment holds no errno") },
	{ "errno out of range", NLMSG_ERROR, 0,
	  "\0\0\0\2000123456789abcdef", 20,
	  BAD("an acknowledgment holds no errno") },
	{ "lost messages", NLMSG_OVERRUN, 0, "", 0, BAD("messages were lost") },
};

static void test_bad_end(void **state)
{
	const struct bad_end *c = *state;
	struct nl_msg *msg = nlmsg_alloc();
	struct mcr_error err = { 0 };
	struct mcr_reply reply;

	start(&reply, false);
	nlmsg_put(msg, 1, SERVER_SEQ, c->type, 0, c->flags);
	nlmsg_append(msg, (void *)(uintptr_t)c->bytes, c->len, NLMSG_ALIGNTO);
	assert_int_equal(FEED(&reply, &err, msg), -1);
	assert_string_equal(err.text, c->sentence);
	mcr_reply_exit(&reply);
}

/* A request of any length said to come back, and only so many bytes do. */
static void test_lying_length(void **state)
{
	static const uint32_t lengths[] = {
		0, 1, 15, 16, 17, 100, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	struct nl_msg *msg;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++) {
		struct nlmsgerr ack = {
			.error = -EINVAL,
			.msg = { .nlmsg_len = lengths[i] },
		};

		msg = nlmsg_alloc();
		start(&reply, false);
		nlmsg_put(msg, 1, SERVER_SEQ, NLMSG_ERROR, 0, NLM_F_ACK_TLVS);
		nlmsg_append(msg, &ack, sizeof(ack), NLMSG_ALIGNTO);
		nla_put_string(msg, NLMSGERR_ATTR_MSG, "because");
		assert_int_equal(FEED(&reply, &err, msg), 0);
		assert_int_equal(reply.error, EINVAL);
		/* No more of the request than its header: the words follow. */
		assert_string_equal(reply.text, lengths[i] <= NLMSG_HDRLEN ?
						"because" : "");
		mcr_reply_exit(&reply);
	}
}

/* What a server sends, cut off at each byte, and with each byte changed. */
static void read_all(struct mcr_reply *reply)
{
	struct mcr_reply_walk walk;
	struct mcr_error err = { 0 };
	struct mcr_ingress ingress;
	struct mcr_status status;
	struct nlmsghdr *nlh;
	struct mcr_rule rule;
	__u32 count;
	bool more;

	mcr_reply_walk_init(&walk, reply);
	while ((nlh = mcr_reply_next(&walk))) {
		mcr_rule_init(&rule);
		mcr_msg_cmd(nlh);
		mcr_msg_parse_rule(nlh, &rule, &more, &err);
		mcr_rule_release(&rule);
		if (!mcr_msg_parse_status(nlh, &status, &err))
			mcr_status_free(&status);
		mcr_msg_parse_ingress(nlh, &ingress, &err);
		mcr_msg_parse_count(nlh, &count, &err);
	}
}

static bool feed_bytes(const char *bytes, size_t len)
{
	struct mcr_error err = { 0 };
	struct mcr_reply reply;
	char *copy;
	int ret;

	/* Of just that size: what reads behind it, is seen. */
	copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	start(&reply, true);
	ret = mcr_reply_feed(&reply, copy, len, &err);
	if (!ret)
		read_all(&reply);
	else
		assert_int_not_equal(err.kind, MCR_ERROR_NONE);
	mcr_reply_exit(&reply);
	return !ret;
}

static void test_mangled(void **state)
{
	const uint32_t offset = 44;
	const struct server_tlvs tlvs = { "no", &offset, &offset };
	struct mcr_rule rule;
	uint64_t seed = 8;
	size_t len, i;
	char *bytes;
	int bit;

	(void)state;
	random_rule(&seed, &rule, 1);
	random_counters(&seed, &rule);
	bytes = server_bytes((struct nl_msg *[]){
		server_rule(&rule, 0, rule.n_outputs, false),
		server_done(-EINVAL, &tlvs),
	}, 2, &len);
	assert_true(feed_bytes(bytes, len));
	for (i = 1; i < len; i++)
		feed_bytes(bytes, i);
	assert_false(feed_bytes(bytes, 100));
	for (i = 0; i < len; i++)
		for (bit = 0; bit < 8; bit++) {
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			feed_bytes(bytes, len);
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
		}
	for (i = 0; i < 20000; i++) {
		size_t at = random_below(&seed, (uint32_t)len);
		char old = bytes[at];

		bytes[at] = (char)random_below(&seed, 256);
		feed_bytes(bytes, len);
		if (i % 8)
			bytes[at] = old;
	}
	free(bytes);
	mcr_rule_release(&rule);
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_ack);
	suite_add_case(&suite, test_refusal);
	suite_add_case(&suite, test_refusal_with_request);
	suite_add_case(&suite, test_warning);
	suite_add_case(&suite, test_long_sentence);
	suite_add_case(&suite, test_done);
	suite_add_case(&suite, test_other_seq);
	suite_add_case(&suite, test_interrupted);
	suite_add_case(&suite, test_rules);
	suite_add_case(&suite, test_broken_rules);
	suite_add_table(&suite, bad_ends, test_bad_end);
	suite_add_case(&suite, test_lying_length);
	suite_add_case(&suite, test_mangled);
	return suite_run(&suite, "reply");
}

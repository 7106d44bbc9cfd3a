// SPDX-License-Identifier: GPL-2.0
/*
 * What is printed is read as the same rule, and so is what is sent: over many
 * generated rules, each reproducible by its number.
 */
#include "common.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "../lib/msg.h"
#include "../lib/print.h"
#include "server.h"

#define ROUNDS	20000

/* As parse_text(), behind the word "rule", as files have it. */
static int parse_statement(struct mcr_words *w, struct mcr_statement *st)
{
	assert_true(mcr_words_skip(w, "rule"));
	return mcr_parse_rule(w, st);
}

static void check_print(const struct mcr_rule *rule, const char *between)
{
	struct mcr_str first = { 0 }, second = { 0 };
	struct mcr_statement st;
	struct mcr_error err = { 0 };

	mcr_print_rule(&first, rule, between);
	mcr_str_add(&first, "  # id 7\n");
	if (parse_text(parse_statement, first.s, &st, &err))
		fail_msg("%s\n%s", first.s, err.text);
	assert_same_rule(rule, &st.rule);

	mcr_print_rule(&second, &st.rule, between);
	mcr_str_add(&second, "  # id 7\n");
	assert_string_equal(first.s, second.s);
	mcr_statement_free(&st);
	mcr_str_free(&first);
	mcr_str_free(&second);
}

static void test_print(void **state)
{
	struct mcr_rule rule;
	uint64_t seed = 1;
	unsigned int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_rule(&seed, &rule, 5);
		check_print(&rule, i % 2 ? " " : " \\\n\t");
		mcr_rule_release(&rule);
	}
}

static void test_print_big(void **state)
{
	struct mcr_rule rule;
	uint64_t seed = 2;

	(void)state;
	do {
		random_rule(&seed, &rule, MCR_OUTPUTS_MAX);
		check_print(&rule, " ");
		mcr_rule_release(&rule);
	} while (random_below(&seed, 100));
}

/* The same message with an id in the rule, as a server would show it. */
static struct nl_msg *with_id(struct nl_msg *request, __u32 id)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	struct nlattr *attr, *nest;
	int rem;

	assert_non_null(msg);
	nlmsg_for_each_attr(attr, nlmsg_hdr(request), GENL_HDRLEN, rem) {
		assert_true(attr->nla_type & NLA_F_NESTED);
		nest = nla_nest_start(msg, nla_type(attr));
		if (nla_type(attr) == MCR_A_RULE)
			nla_put_u32(msg, MCR_RULE_A_ID, id);
		assert_int_equal(nlmsg_append(msg, nla_data(attr),
					      (size_t)nla_len(attr), 0), 0);
		nla_nest_end(msg, nest);
	}
	return msg;
}

/* A request holds what is read as the same rule. */
static void check_request(struct mcr_rule *rule)
{
	struct nl_msg *msg = mcr_msg_new(MCR_CMD_RULE_NEW, NLM_F_CREATE);
	struct mcr_error err = { 0 };
	struct mcr_rule copy;
	struct nl_msg *shown;
	bool more = true;

	assert_non_null(msg);
	assert_int_equal(mcr_msg_put_rule(msg, rule), 0);
	rule->id = 7;
	shown = with_id(msg, rule->id);
	mcr_rule_init(&copy);
	if (mcr_msg_parse_rule(nlmsg_hdr(shown), &copy, &more, &err))
		fail_msg("%s", err.text);
	assert_false(more);
	assert_same_rule(rule, &copy);
	mcr_rule_release(&copy);
	nlmsg_free(shown);
	nlmsg_free(msg);
}

static void test_request(void **state)
{
	struct mcr_rule rule;
	uint64_t seed = 3;
	unsigned int i;

	(void)state;
	for (i = 0; i < ROUNDS / 10; i++) {
		random_rule(&seed, &rule, i ? 5 : MCR_OUTPUTS_MAX);
		check_request(&rule);
		mcr_rule_release(&rule);
	}
}

static void check_reply(const struct mcr_rule *rule)
{
	struct nl_msg *msg = server_rule(rule, 0, rule->n_outputs, false);
	struct mcr_error err = { 0 };
	struct mcr_rule copy;
	bool more = true;

	mcr_rule_init(&copy);
	if (mcr_msg_parse_rule(nlmsg_hdr(msg), &copy, &more, &err))
		fail_msg("%s", err.text);
	assert_false(more);
	assert_same_rule(rule, &copy);
	mcr_rule_release(&copy);
	nlmsg_free(msg);
}

static void test_reply(void **state)
{
	struct mcr_rule rule;
	uint64_t seed = 4;
	unsigned int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_rule(&seed, &rule, 5);
		random_counters(&seed, &rule);
		check_reply(&rule);
		mcr_rule_release(&rule);
	}
}

int main(void)
{
	struct suite suite = { 0 };

	suite_add_case(&suite, test_print);
	suite_add_case(&suite, test_print_big);
	suite_add_case(&suite, test_request);
	suite_add_case(&suite, test_reply);
	return suite_run(&suite, "roundtrip");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * rule add, rule replace: create or change a rule.
 */
#include <linux/netlink.h>

#include "../lib/json.h"
#include "../lib/print.h"
#include "mcrtool.h"

static int print_text(struct mcrtool *t, const struct mcr_rule *rule)
{
	struct mcr_str str = { 0 };

	mcr_print_rule(&str, rule, " ");
	mcr_str_add(&str, "  # ");
	mcr_print_state(&str, rule);
	mcr_str_add(&str, "\n");
	return mcrtool_print(t, &str);
}

static int print_rule(const struct mcr_rule *rule, void *arg)
{
	struct mcrtool *t = arg;

	return t->json ? mcrtool_print_json(t, mcr_json_rule(rule)) :
			 print_text(t, rule);
}

static int create(struct mcrtool *t, const struct mcr_statement *st)
{
	bool echo = t->json || t->echo;
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_do(t, mcrtool_request(t->verb, st, echo ? NLM_F_ECHO : 0),
			 st, &reply);
	if (!ret && echo) {
		ret = mcr_reply_rules(&reply, print_rule, t, &t->err);
		if (ret < 0)
			ret = mcrtool_fail(t);
	}
	mcr_reply_exit(&reply);
	if (!ret)
		mcrtool_warn_mroutes(t, &st->rule);
	return ret;
}

/**
 * mcrtool_rule_add - rule add RULE, rule replace RULE
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_add(struct mcrtool *t)
{
	return mcrtool_state(t, create);
}

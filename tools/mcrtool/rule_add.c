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

static int create(struct mcrtool *t, const struct mcr_statement *st, int flags)
{
	struct mcr_reply reply;
	struct nl_msg *msg;
	int ret;

	if (t->json || t->echo)
		flags |= NLM_F_ECHO;
	msg = mcr_msg_new(MCR_CMD_RULE_NEW, flags);
	if (msg && mcr_msg_put_rule(msg, &st->rule)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = mcrtool_do(t, msg, st, &reply);
	if (!ret && flags & NLM_F_ECHO) {
		ret = mcr_reply_rules(&reply, print_rule, t, &t->err);
		if (ret < 0)
			ret = mcrtool_fail(t);
	}
	mcr_reply_exit(&reply);
	if (!ret)
		mcrtool_warn_mroutes(t, &st->rule);
	return ret;
}

static int add(struct mcrtool *t, int flags)
{
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if (mcr_parse_rule(&t->words, &st))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = create(t, &st, flags);
	mcr_statement_free(&st);
	return ret;
}

/**
 * mcrtool_rule_add - rule add RULE
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_add(struct mcrtool *t)
{
	return add(t, NLM_F_CREATE | NLM_F_EXCL);
}

/**
 * mcrtool_rule_replace - rule replace RULE
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_replace(struct mcrtool *t)
{
	return add(t, NLM_F_CREATE | NLM_F_REPLACE);
}

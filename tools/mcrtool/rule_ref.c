// SPDX-License-Identifier: GPL-2.0
/*
 * rule del, rule enable, rule disable, stats reset: what is done to a rule as a
 * whole.
 */
#include "mcrtool.h"

static struct nl_msg *request(enum mcr_cmd cmd, const struct mcr_statement *st)
{
	struct nl_msg *msg = mcr_msg_new(cmd, 0);
	int err = 0;

	if (!msg)
		return NULL;
	if (cmd == MCR_CMD_RULE_SET)
		err = mcr_msg_put_disabled(msg, &st->rule);
	else if (st->given)
		err = mcr_msg_put_ref(msg, &st->rule);
	if (err) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int change(struct mcrtool *t, enum mcr_cmd cmd, bool disabled)
{
	bool optional = cmd == MCR_CMD_STATS_RESET;
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	st.rule.spec.disabled = disabled;
	if ((!(optional && mcr_words_end(&t->words)) &&
	     mcr_parse_ref(&t->words, &st)) || mcr_parse_end(&t->words))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = mcrtool_change(t, request(cmd, &st), &st);
	mcr_statement_free(&st);
	return ret;
}

/**
 * mcrtool_rule_del - rule del REF
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_del(struct mcrtool *t)
{
	return change(t, MCR_CMD_RULE_DEL, false);
}

/**
 * mcrtool_rule_enable - rule enable REF
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_enable(struct mcrtool *t)
{
	return change(t, MCR_CMD_RULE_SET, false);
}

/**
 * mcrtool_rule_disable - rule disable REF
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_disable(struct mcrtool *t)
{
	return change(t, MCR_CMD_RULE_SET, true);
}

/**
 * mcrtool_stats_reset - stats reset [REF]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_stats_reset(struct mcrtool *t)
{
	return change(t, MCR_CMD_STATS_RESET, false);
}

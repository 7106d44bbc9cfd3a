// SPDX-License-Identifier: GPL-2.0
/*
 * output add, output del: one output of a rule.
 */
#include "mcrtool.h"

static int change(struct mcrtool *t, enum mcr_cmd cmd,
		  const struct mcr_statement *st)
{
	struct nl_msg *msg = mcr_msg_new(cmd, 0);

	if (msg && (mcr_msg_put_ref(msg, &st->rule) ||
		    mcr_msg_put_output(msg, &st->rule.outputs[0]))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return mcrtool_change(t, msg, st);
}

static int parse_rule_ref(struct mcr_words *w, struct mcr_statement *st)
{
	if (!mcr_words_skip(w, "rule"))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "of which rule? Say so first: rule NAME, or rule id N");
	return mcr_parse_ref(w, st);
}

static int run(struct mcrtool *t, enum mcr_cmd cmd,
	       int (*parse)(struct mcr_words *w, struct mcr_statement *st))
{
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if (parse_rule_ref(&t->words, &st) || parse(&t->words, &st))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = change(t, cmd, &st);
	mcr_statement_free(&st);
	return ret;
}

/**
 * mcrtool_output_add - output add rule REF OUTPUT
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_output_add(struct mcrtool *t)
{
	return run(t, MCR_CMD_OUTPUT_ADD, mcr_parse_output);
}

/**
 * mcrtool_output_del - output del rule REF {OUTPUT | output ID}
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_output_del(struct mcrtool *t)
{
	return run(t, MCR_CMD_OUTPUT_DEL, mcr_parse_output_ref);
}

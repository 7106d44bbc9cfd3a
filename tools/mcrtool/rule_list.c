// SPDX-License-Identifier: GPL-2.0
/*
 * rule list, and what reads rules in general.
 */
#include "../lib/json.h"
#include "../lib/print.h"
#include "show.h"

/* What is done with the rules of an answer. */
struct sink {
	struct mcrtool *t;
	mcrtool_show_fn show;
	unsigned int count;
};

static int take(const struct mcr_rule *told, void *arg)
{
	struct mcr_str str = { 0 };
	struct mcr_rule rule = *told;
	struct sink *sink = arg;

	/* No server knows of the other one's absence for sure; we looked. */
	if (rule.spec.plane == mcr_client_missing(sink->t->client))
		rule.missing = rule.spec.plane;
	if (!sink->t->json) {
		sink->show(&str, &rule);
		return mcrtool_print(sink->t, &str);
	}
	return mcrtool_print_element(sink->t, mcr_json_rule(&rule),
				     sink->count++);
}

static int take_all(struct mcrtool *t, const struct mcr_reply *reply,
		    mcrtool_show_fn show)
{
	struct sink sink = { .t = t, .show = show };
	int ret;

	ret = mcr_reply_rules(reply, take, &sink, &t->err);
	if (ret < 0)
		ret = mcrtool_fail(t);
	else if (!ret && t->json)
		mcrtool_print_end(sink.count);
	return ret;
}

/**
 * mcrtool_get_one - fetch one rule
 * @t: the invocation, connected
 * @st: which rule
 * @fn: called with the rule
 * @arg: for @fn
 *
 * Return: an exit status: that of @fn, if it was called.
 */
int mcrtool_get_one(struct mcrtool *t, const struct mcr_statement *st,
		    mcr_rule_fn fn, void *arg)
{
	struct mcr_reply reply;
	struct nl_msg *msg;
	int ret;

	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	if (msg && mcr_msg_put_ref(msg, &st->rule)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = mcrtool_do(t, msg, st, &reply);
	if (!ret) {
		ret = mcr_reply_rules(&reply, fn, arg, &t->err);
		if (ret < 0)
			ret = mcrtool_fail(t);
	}
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcrtool_show_one - fetch and print one rule
 * @t: the invocation, connected
 * @st: which rule
 * @show: prints it as text
 *
 * As JSON it is an array of one.
 *
 * Return: an exit status.
 */
int mcrtool_show_one(struct mcrtool *t, const struct mcr_statement *st,
		     mcrtool_show_fn show)
{
	struct sink sink = { .t = t, .show = show };
	int ret;

	ret = mcrtool_get_one(t, st, take, &sink);
	if (!ret && t->json)
		mcrtool_print_end(sink.count);
	return ret;
}

/**
 * mcrtool_show_all - fetch and print rules
 * @t: the invocation, connected
 * @st: a filter
 * @show: prints a rule as text
 *
 * Return: an exit status.
 */
int mcrtool_show_all(struct mcrtool *t, const struct mcr_statement *st,
		     mcrtool_show_fn show)
{
	struct mcr_reply reply;
	struct nl_msg *msg;
	int ret;

	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	if (msg && mcr_msg_put_filter(msg, &st->rule, st->given)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = mcrtool_dump(t, msg, st, &reply);
	if (!ret)
		ret = take_all(t, &reply, show);
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcrtool_rule_line - append a rule and how it is doing, without a line's end
 * @str: the text to append to
 * @rule: the rule
 */
void mcrtool_rule_line(struct mcr_str *str, const struct mcr_rule *rule)
{
	mcr_print_rule(str, rule, " ");
	mcr_str_add(str, "  # ");
	mcr_print_state(str, rule);
	if (rule->membership == MCR_MEMBERSHIP_JOINED ||
	    rule->membership == MCR_MEMBERSHIP_ALLMULTI)
		mcr_str_addf(str, ", %s",
			     mcr_enum_name(mcr_membership_names,
					   rule->membership));
	mcr_str_add(str, ", ");
	mcr_print_age(str, rule);
}

static void show_line(struct mcr_str *str, const struct mcr_rule *rule)
{
	mcrtool_rule_line(str, rule);
	mcr_str_add(str, "\n");
}

/**
 * mcrtool_rule_list - rule list [FILTER]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_list(struct mcrtool *t)
{
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if (mcr_parse_filter(&t->words, &st))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = mcrtool_show_all(t, &st, show_line);
	mcr_statement_free(&st);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * rule show: one rule, what it has done, and what keeps it from doing more.
 */
#include "../lib/json.h"
#include "../lib/print.h"
#include "../lib/why.h"
#include "show.h"

#include <string.h>

/* The rule's ingress device; a device that is not told of is left zeroed. */
static int get_ingress(struct mcrtool *t, const char *dev,
		       struct mcr_ingress *ingress)
{
	struct mcr_reply_walk walk;
	struct mcr_reply reply;
	struct nlmsghdr *nlh;
	int ret;

	ret = mcrtool_dump(t, mcr_msg_new(MCR_CMD_INGRESS_GET, 0), NULL,
			   &reply);
	mcr_reply_walk_init(&walk, &reply);
	while (!ret && (nlh = mcr_reply_next(&walk))) {
		if (mcr_msg_parse_ingress(nlh, ingress, &t->err))
			ret = mcrtool_fail(t);
		else if (!strcmp(ingress->dev, dev))
			break;
		memset(ingress, 0, sizeof(*ingress));
	}
	mcr_reply_exit(&reply);
	return ret;
}

static int consider(const struct mcr_rule *other, void *arg)
{
	mcr_why_consider(arg, other);
	return 0;
}

/* Do others of the device's rules take the packets? */
static int get_rival(struct mcrtool *t, struct mcr_why *why)
{
	struct mcr_reply reply;
	struct nl_msg *msg;
	int ret;

	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	if (msg && mcr_msg_put_filter(msg, why->rule,
				      MCR_GIVEN(MCR_RULE_A_IIF))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = mcrtool_dump(t, msg, NULL, &reply);
	if (!ret && mcr_reply_rules(&reply, consider, why, &t->err))
		ret = mcrtool_fail(t);
	mcr_reply_exit(&reply);
	return ret;
}

static int show_text(struct mcrtool *t, const struct mcr_why *why)
{
	struct mcr_str str = { 0 }, text = { 0 };

	mcr_print_rule(&str, why->rule, " \\\n\t");
	mcr_str_add(&str, "  # ");
	mcr_print_state(&str, why->rule);
	mcr_str_add(&str, "\n");
	mcrtool_show_counters(&str, why->rule, "# ");
	if (mcr_why(&text, why))
		mcr_str_addf(&str, "# %s\n", text.s ? text.s : "");
	str.failed |= text.failed;
	mcr_str_free(&text);
	return mcrtool_print(t, &str);
}

static int show_json(struct mcrtool *t, const struct mcr_why *why)
{
	struct json_object *obj = mcr_json_rule(why->rule);
	struct json_object *missing = NULL;
	struct mcr_str text = { 0 };

	if (obj && mcr_why(&text, why)) {
		if (!text.failed)
			missing = json_object_new_string(text.s);
		if (!missing || json_object_object_add(obj, "missing",
						       missing)) {
			json_object_put(missing);
			json_object_put(obj);
			obj = NULL;
		}
	}
	mcr_str_free(&text);
	return mcrtool_print_json(t, obj);
}

static int show(const struct mcr_rule *rule, void *arg)
{
	struct mcr_ingress ingress = { 0 };
	struct mcr_why why = { .rule = rule, .ingress = &ingress };
	struct mcrtool *t = arg;
	int ret;

	ret = get_ingress(t, rule->spec.iif, &ingress);
	if (!ret && mcr_why_wants_others(&why))
		ret = get_rival(t, &why);
	if (ret)
		return ret;
	return t->json ? show_json(t, &why) : show_text(t, &why);
}

/**
 * mcrtool_rule_show - rule show REF
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_show(struct mcrtool *t)
{
	struct mcr_statement st;
	int ret;

	mcr_statement_init(&st);
	if (mcr_parse_ref(&t->words, &st) || mcr_parse_end(&t->words))
		ret = mcrtool_fail(t);
	else
		ret = mcrtool_connect(t);
	if (!ret)
		ret = mcrtool_get_one(t, &st, show, t);
	mcr_statement_free(&st);
	return ret;
}

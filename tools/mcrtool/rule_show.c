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

static int show_text(struct mcrtool *t, const struct mcr_rule *rule,
		     const struct mcr_ingress *ingress)
{
	struct mcr_str str = { 0 }, why = { 0 };

	mcr_print_rule(&str, rule, " \\\n\t");
	mcr_str_add(&str, "  # ");
	mcr_print_state(&str, rule);
	mcr_str_add(&str, "\n");
	mcrtool_show_counters(&str, rule, "# ");
	if (mcr_why(&why, rule, ingress))
		mcr_str_addf(&str, "# %s\n", why.s ? why.s : "");
	str.failed |= why.failed;
	mcr_str_free(&why);
	return mcrtool_print(t, &str);
}

static int show_json(struct mcrtool *t, const struct mcr_rule *rule,
		     const struct mcr_ingress *ingress)
{
	struct json_object *obj = mcr_json_rule(rule);
	struct json_object *text = NULL;
	struct mcr_str why = { 0 };

	if (obj && mcr_why(&why, rule, ingress)) {
		if (!why.failed)
			text = json_object_new_string(why.s);
		if (!text || json_object_object_add(obj, "missing", text)) {
			json_object_put(text);
			json_object_put(obj);
			obj = NULL;
		}
	}
	mcr_str_free(&why);
	return mcrtool_print_json(t, obj);
}

static int show(const struct mcr_rule *rule, void *arg)
{
	struct mcr_ingress ingress = { 0 };
	struct mcrtool *t = arg;
	int ret;

	ret = get_ingress(t, rule->spec.iif, &ingress);
	if (ret)
		return ret;
	return t->json ? show_json(t, rule, &ingress) :
			 show_text(t, rule, &ingress);
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

// SPDX-License-Identifier: GPL-2.0
/*
 * rule flush [FILTER]: delete many rules.
 */
#include "mcrtool.h"

static int print_count(struct mcrtool *t, const struct mcr_reply *reply)
{
	struct mcr_reply_walk walk;
	struct json_object *obj;
	struct nlmsghdr *nlh;
	__u32 count;

	mcr_reply_walk_init(&walk, reply);
	nlh = mcr_reply_next(&walk);
	if (!t->json || !nlh)
		return 0;
	if (mcr_msg_parse_count(nlh, &count, &t->err))
		return mcrtool_fail(t);
	obj = json_object_new_object();
	if (obj)
		json_object_object_add(obj, "deleted",
				       json_object_new_uint64(count));
	return mcrtool_print_json(t, obj);
}

static int flush(struct mcrtool *t, const struct mcr_statement *st)
{
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_do(t, mcrtool_request(t->verb, st, 0), st, &reply);
	if (!ret)
		ret = print_count(t, &reply);
	mcr_reply_exit(&reply);
	return ret;
}

/**
 * mcrtool_rule_flush - rule flush [FILTER]
 * @t: the invocation
 *
 * Return: an exit status.
 */
int mcrtool_rule_flush(struct mcrtool *t)
{
	return mcrtool_state(t, flush);
}

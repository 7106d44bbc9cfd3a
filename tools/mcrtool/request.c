// SPDX-License-Identifier: GPL-2.0
/*
 * Asking the server, and telling the user why it refused.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "../lib/print.h"
#include "../lib/refusal.h"
#include "mcrtool.h"

#define INTERRUPTED	"warning: the rules kept changing while they were " \
			"read: what is printed may not fit together"

/**
 * mcrtool_connect - connect to the server
 * @t: the invocation
 *
 * Return: 0 or an exit status; what is wrong was said.
 */
int mcrtool_connect(struct mcrtool *t)
{
	if (!t->client)
		t->client = mcr_client_open(&t->server, &t->err);
	return t->client ? 0 : mcrtool_fail(t);
}

static int name_twin(const struct mcr_rule *rule, void *arg)
{
	const char *has = arg;
	struct mcr_str str = { 0 };

	if (rule->name[0])
		mcr_str_addf(&str, "rule '%s' (id %u)%s", rule->name, rule->id,
			     has);
	else
		mcr_str_addf(&str, "rule id %u%s", rule->id, has);
	if (!str.failed)
		mcrtool_complain(str.s);
	mcr_str_free(&str);

	mcr_str_add(&str, "it is: ");
	mcr_print_rule(&str, rule, " ");
	if (!str.failed)
		mcrtool_complain(str.s);
	mcr_str_free(&str);
	return 1;
}

/**
 * mcrtool_tell_of_other - tell which rule the server spoke of
 * @t: the invocation, connected
 * @id: its id; 0: the server spoke of none
 * @has: what is said of it
 */
void mcrtool_tell_of_other(struct mcrtool *t, __u32 id, const char *has)
{
	struct mcr_rule other = { .id = id };
	struct mcr_reply reply;
	struct mcr_error err;
	struct nl_msg *msg;
	char says[64];

	if (!id)
		return;
	strncpy(says, has, sizeof(says) - 1);
	says[sizeof(says) - 1] = '\0';
	msg = mcr_msg_new(MCR_CMD_RULE_GET, 0);
	mcr_reply_init(&reply, false);
	if (msg && !mcr_msg_put_ref(msg, &other) &&
	    !mcr_client_do(t->client, msg, &reply, &err) && !reply.error)
		mcr_reply_rules(&reply, name_twin, says, &err);
	mcr_reply_exit(&reply);
	nlmsg_free(msg);
}

static int refused(struct mcrtool *t, struct nl_msg *msg,
		   const struct mcr_statement *st,
		   const struct mcr_reply *reply)
{
	struct mcr_spot spot;
	const char *has = "";
	int ret;

	mcr_refusal_set(&t->words, st, nlmsg_hdr(msg), reply, &spot);
	ret = mcrtool_fail(t);
	if (reply->error == EEXIST)
		has = spot.top == MCR_A_RULE && spot.inner == MCR_RULE_A_NAME ?
		      " has this name" : " has this match";
	mcrtool_tell_of_other(t, reply->cookie, has);
	return ret;
}

static int conclude(struct mcrtool *t, struct nl_msg *msg,
		    const struct mcr_statement *st, struct mcr_reply *reply,
		    int ret)
{
	if (ret)
		ret = mcrtool_fail(t);
	else if (reply->error)
		ret = refused(t, msg, st, reply);
	else if (reply->text[0])
		mcrtool_warn(t, reply->text, reply->cookie);
	nlmsg_free(msg);
	return ret;
}

/**
 * mcrtool_do - ask the server for something
 * @t: the invocation, connected
 * @msg: the request; freed. NULL, if there was no memory for it
 * @st: the words it was made from; may be NULL
 * @reply: where to put the answer, for mcr_reply_exit()
 *
 * Return: 0 or an exit status; what is wrong was said, warnings, too.
 */
int mcrtool_do(struct mcrtool *t, struct nl_msg *msg,
	       const struct mcr_statement *st, struct mcr_reply *reply)
{
	mcr_reply_init(reply, false);
	if (!msg)
		return mcrtool_no_memory(t);
	return conclude(t, msg, st, reply,
			mcr_client_do(t->client, msg, reply, &t->err));
}

/**
 * mcrtool_dump - ask the server for all there is
 * @t: the invocation, connected
 * @msg: the request; freed. NULL, if there was no memory for it
 * @st: the words it was made from; may be NULL
 * @reply: where to put the answer, for mcr_reply_exit()
 *
 * Return: 0 or an exit status; what is wrong was said, and that the rules
 * changed meanwhile, too.
 */
int mcrtool_dump(struct mcrtool *t, struct nl_msg *msg,
		 const struct mcr_statement *st, struct mcr_reply *reply)
{
	int ret;

	mcr_reply_init(reply, true);
	if (!msg)
		return mcrtool_no_memory(t);
	ret = conclude(t, msg, st, reply,
		       mcr_client_dump(t->client, msg, reply, &t->err));
	if (!ret && reply->interrupted)
		mcrtool_complain(INTERRUPTED);
	return ret;
}

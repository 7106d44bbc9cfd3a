// SPDX-License-Identifier: GPL-2.0
/*
 * Asking the server, and telling the user why it refused.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "../lib/print.h"
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
		t->client = mcr_client_open(&t->err);
	return t->client ? 0 : mcrtool_fail(t);
}

/* Which word of the command line is the attribute at fault from? */
static size_t word_at_fault(struct nl_msg *msg, const struct mcr_statement *st,
			    const struct mcr_reply *reply,
			    struct mcr_spot *spot)
{
	memset(spot, 0, sizeof(*spot));
	if (!st || !reply->has_offset ||
	    !mcr_msg_locate(nlmsg_hdr(msg), reply->offset, spot))
		return 0;
	if (spot->top == MCR_A_OUTPUT && spot->nth < st->rule.n_outputs) {
		const size_t *where = st->where.output[spot->nth];

		if (spot->inner <= MCR_OUTPUT_A_MAX && where[spot->inner])
			return where[spot->inner];
		return where[MCR_OUTPUT_A_DEV] ? where[MCR_OUTPUT_A_DEV] :
						 where[MCR_OUTPUT_A_ID];
	}
	if ((spot->top == MCR_A_RULE || spot->top == MCR_A_FILTER) &&
	    spot->inner <= MCR_RULE_A_MAX)
		return st->where.rule[spot->inner];
	return 0;
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

/* The server spoke of another rule: fetch it, to call it by its name. */
static void tell_of_other(struct mcrtool *t, __u32 id, const char *has)
{
	struct mcr_rule other = { .id = id };
	struct mcr_reply reply;
	struct mcr_error err;
	struct nl_msg *msg;
	char says[64];

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

/* Where the server says nothing, the kernel refused before it was asked. */
static bool not_permitted(const struct mcr_reply *reply)
{
	return reply->error == EPERM && !reply->text[0];
}

static const char *sentence(const struct mcr_reply *reply)
{
	if (reply->text[0])
		return reply->text;
	if (not_permitted(reply))
		return "this needs CAP_NET_ADMIN in the network namespace: try as root";
	if (reply->error == EOPNOTSUPP)
		return "the server does not know this command: is it of another version?";
	return strerror(reply->error);
}

static int refused(struct mcrtool *t, struct nl_msg *msg,
		   const struct mcr_statement *st,
		   const struct mcr_reply *reply)
{
	struct mcr_spot spot;
	size_t word = word_at_fault(msg, st, reply, &spot);
	const char *has = "";
	int ret;

	mcr_words_fail(&t->words, word,
		       not_permitted(reply) ? MCR_ERROR_NO_SERVER :
					      MCR_ERROR_REFUSED,
		       "%s", sentence(reply));
	ret = mcrtool_fail(t);
	if (reply->cookie) {
		if (reply->error == EEXIST)
			has = spot.top == MCR_A_RULE &&
			      spot.inner == MCR_RULE_A_NAME ?
			      " has this name" : " has this match";
		tell_of_other(t, reply->cookie, has);
	}
	return ret;
}

static void warn(struct mcrtool *t, const struct mcr_reply *reply)
{
	struct mcr_str str = { 0 };

	mcr_str_addf(&str, "warning: %s", reply->text);
	if (!str.failed)
		mcrtool_complain(str.s);
	mcr_str_free(&str);
	if (reply->cookie)
		tell_of_other(t, reply->cookie, "");
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
		warn(t, reply);
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
 * Return: 0 or an exit status; what is wrong was said.
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

/**
 * mcrtool_change - ask the server to change something, for no other answer
 *	than that
 * @t: the invocation, connected
 * @msg: the request; freed. NULL, if there was no memory for it
 * @st: the words it was made from
 *
 * Return: 0 or an exit status; what is wrong was said, warnings, too.
 */
int mcrtool_change(struct mcrtool *t, struct nl_msg *msg,
		   const struct mcr_statement *st)
{
	struct mcr_reply reply;
	int ret;

	ret = mcrtool_do(t, msg, st, &reply);
	mcr_reply_exit(&reply);
	return ret;
}

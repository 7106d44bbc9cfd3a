// SPDX-License-Identifier: GPL-2.0
/*
 * Messages for transactions: opening and ending them, and the commands that
 * change rules where they are to be staged. Those are checked already, as far as
 * that needs no rules.
 */
#include <net/genetlink.h>

#include "commit.h"
#include "member.h"
#include "netns.h"
#include "nl.h"
#include "nl_parse.h"
#include "nl_refuse.h"
#include "nl_txn.h"
#include "txn.h"

static int mcr_nl_txn_refuse(struct genl_info *info, enum mcr_txn_refusal why)
{
	const struct nlattr *nla = info->attrs[MCR_A_TXN];
	struct netlink_ext_ack *extack = info->extack;

	switch (why) {
	case MCR_TXN_OK:
		return 0;
	case MCR_TXN_NONE:
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "there is no such transaction: it was committed, aborted, or left alone for too long");
		return -ENOENT;
	case MCR_TXN_FOREIGN:
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "the transaction belongs to another socket: only the one that began it stages and commits");
		return -EPERM;
	case MCR_TXN_STALE:
		NL_SET_ERR_MSG_ATTR(extack, nla,
				    "the rules in force have changed since the transaction began: abort it and begin again");
		return -EAGAIN;
	case MCR_TXN_MANY:
		NL_SET_ERR_MSG(extack,
			       "a network namespace has at most 4 open transactions: commit or abort one first");
		return -ENOSPC;
	case MCR_TXN_MEMORY:
		break;
	}
	return mcr_nl_no_memory(extack);
}

/* The transaction that a message is for, which the sender may use. */
static int mcr_nl_txn_use(struct genl_info *info, struct mcr_net *mn,
			  struct mcr_txn **txn)
{
	u32 id = nla_get_u32(info->attrs[MCR_A_TXN]);

	return mcr_nl_txn_refuse(info, mcr_txn_use(mn, id, info->snd_portid,
						   txn));
}

static int mcr_nl_txn_check(struct genl_info *info)
{
	int err = mcr_nl_check(info->nlhdr, BIT(MCR_A_TXN), info->extack);

	if (err)
		return err;
	if (info->attrs[MCR_A_TXN])
		return 0;
	NL_SET_ERR_MSG(info->extack, "the transaction is missing: give its id");
	return -EINVAL;
}

/* Tell its owner of a transaction; @reply is consumed. */
static int mcr_nl_txn_tell(struct genl_info *info, struct sk_buff *reply,
			   void *hdr, const struct mcr_txn *txn)
{
	/* There is room for two numbers in any message. */
	if (nla_put_u32(reply, MCR_A_TXN, txn->id) ||
	    nla_put_u32(reply, MCR_A_GENERATION, txn->base)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);
	if (!genlmsg_reply(reply, info))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "the reply could not be sent: read what is waiting in the socket first");
	return -ENOBUFS;
}

/**
 * mcr_nl_txn_begin - MCR_CMD_TXN_BEGIN
 * @skb: the message
 * @info: the same, parsed
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_txn_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct sk_buff *reply;
	struct mcr_txn *txn;
	void *hdr;
	int err;

	err = mcr_nl_check(info->nlhdr, 0, info->extack);
	if (err)
		return err;
	reply = mcr_nl_reply_new(info, MCR_CMD_TXN_BEGIN, 0, &hdr);
	if (!reply)
		return mcr_nl_no_memory(info->extack);
	mcr_table_read_lock(mn);
	err = mcr_nl_txn_refuse(info, mcr_txn_begin(mn, info->snd_portid,
						    &txn));
	if (err) {
		mcr_table_read_unlock(mn);
		nlmsg_free(reply);
		return err;
	}
	err = mcr_nl_txn_tell(info, reply, hdr, txn);
	/* Nobody knows of it: only time would end it. */
	if (err)
		mcr_txn_take(mn, txn);
	mcr_table_read_unlock(mn);
	if (err)
		mcr_txn_free(txn);
	return err;
}

/**
 * mcr_nl_txn_commit - MCR_CMD_TXN_COMMIT
 * @skb: the message
 * @info: the same, parsed
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_txn_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_error error = { };
	struct mcr_txn *txn;
	int err;

	err = mcr_nl_txn_check(info);
	if (err)
		return err;
	mcr_table_lock(mn);
	err = mcr_nl_txn_use(info, mn, &txn);
	if (!err) {
		mcr_commit(&txn->stage, &error);
		err = mcr_nl_refuse(info, &error);
	}
	if (!err)
		mcr_txn_take(mn, txn);
	mcr_table_unlock(mn);
	if (err)
		return err;
	mcr_member_settle(mn);
	mcr_txn_free(txn);
	return 0;
}

/**
 * mcr_nl_txn_abort - MCR_CMD_TXN_ABORT
 * @skb: the message
 * @info: the same, parsed
 *
 * Anyone who may change rules may do that.
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_txn_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_txn *txn;
	int err;

	err = mcr_nl_txn_check(info);
	if (err)
		return err;
	mcr_table_read_lock(mn);
	err = mcr_nl_txn_refuse(info,
				mcr_txn_find(mn,
					     nla_get_u32(info->attrs[MCR_A_TXN]),
					     &txn));
	if (!err)
		mcr_txn_take(mn, txn);
	mcr_table_read_unlock(mn);
	if (!err)
		mcr_txn_free(txn);
	return err;
}

/* With NLM_F_ECHO the sender learns the id. */
static void mcr_nl_stage_reply(struct genl_info *info, u32 base, u32 id)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	void *hdr;

	skb = mcr_nl_reply_new(info, MCR_CMD_RULE_NEW, 0, &hdr);
	if (!skb)
		goto err;
	nest = nla_nest_start(skb, MCR_A_RULE);
	if (!nest || nla_put_u32(skb, MCR_RULE_A_ID, id))
		goto err_skb;
	nla_nest_end(skb, nest);
	if (nla_put_u32(skb, MCR_A_GENERATION, base))
		goto err_skb;
	genlmsg_end(skb, hdr);
	genlmsg_reply(skb, info);
	return;

err_skb:
	nlmsg_free(skb);
err:
	NL_SET_ERR_MSG(info->extack,
		       "the rule is staged, but there was no memory to tell its id");
}

/**
 * mcr_nl_stage_new - MCR_CMD_RULE_NEW in a transaction
 * @info: the message; its flags are checked
 * @req: the rule, checked
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_stage_new(struct genl_info *info, const struct mcr_request *req)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	u16 flags = info->nlhdr->nlmsg_flags;
	struct mcr_error error = { };
	struct mcr_txn *txn;
	struct mcr_view v;
	bool there;
	u32 id;
	int err;

	mcr_table_read_lock(mn);
	err = mcr_nl_txn_use(info, mn, &txn);
	if (err)
		goto out;
	there = mcr_stage_by_match(&txn->stage, &req->spec, &v);
	id = v.id;
	if (there && (flags & NLM_F_REPLACE))
		mcr_stage_replace(&txn->stage, &v, req, &error);
	else if (there || (flags & NLM_F_CREATE))
		mcr_stage_add(&txn->stage, req, &id, &error);
	else
		error.why = MCR_REFUSED_NO_RULE;
	err = mcr_nl_refuse(info, &error);
	if (!err && (flags & NLM_F_ECHO))
		mcr_nl_stage_reply(info, txn->base, id);
out:
	mcr_table_read_unlock(mn);
	return err;
}

/*
 * Find the transaction, and in it the rule that a command is about. Takes
 * mcr_net.lock, which is held afterwards in any case.
 */
static int mcr_nl_stage_find(struct genl_info *info, u32 also,
			     struct mcr_stage **st, struct mcr_view *v)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_txn *txn;
	struct mcr_ref ref;
	bool there;
	int err;

	mcr_table_read_lock(mn);
	err = mcr_nl_read_ref(info->attrs[MCR_A_RULE], also, &ref,
			      info->extack);
	if (!err)
		err = mcr_nl_txn_use(info, mn, &txn);
	if (err)
		return err;
	*st = &txn->stage;
	there = ref.name ? mcr_stage_by_name(*st, ref.name, v) :
			   mcr_stage_by_id(*st, ref.id, v);
	return there ? 0 : mcr_nl_no_rule(&ref, info->extack);
}

static int mcr_nl_stage_end(struct genl_info *info, int err,
			    const struct mcr_error *error)
{
	mcr_table_read_unlock(mcr_net_of(genl_info_net(info)));
	return err ?: mcr_nl_refuse(info, error);
}

/**
 * mcr_nl_stage_set - MCR_CMD_RULE_SET in a transaction
 * @info: the message
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_stage_set(struct genl_info *info)
{
	struct mcr_error error = { };
	struct mcr_stage *st;
	struct mcr_view v;
	struct mcr_rule_set set;
	int err;

	err = mcr_nl_stage_find(info, MCR_RULE_SET, &st, &v);
	if (!err)
		err = mcr_nl_parse_set(info->attrs[MCR_A_RULE], &set,
				       info->extack);
	if (!err)
		err = mcr_nl_set_check(st->mn, &v, &set,
				       info->attrs[MCR_A_RULE], info->extack);
	if (!err)
		mcr_stage_set(st, &v, &set, &error);
	return mcr_nl_stage_end(info, err, &error);
}

/**
 * mcr_nl_stage_del - MCR_CMD_RULE_DEL in a transaction
 * @info: the message
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_stage_del(struct genl_info *info)
{
	struct mcr_error error = { };
	struct mcr_stage *st;
	struct mcr_view v;
	int err;

	err = mcr_nl_stage_find(info, 0, &st, &v);
	if (!err)
		mcr_stage_del(st, &v, &error);
	return mcr_nl_stage_end(info, err, &error);
}

/**
 * mcr_nl_stage_flush - MCR_CMD_RULE_FLUSH in a transaction
 * @info: the message
 * @filter: which rules are meant
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_stage_flush(struct genl_info *info, const struct mcr_filter *filter)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_error error = { };
	struct mcr_txn *txn;
	u32 count = 0;
	int err;

	mcr_table_read_lock(mn);
	err = mcr_nl_txn_use(info, mn, &txn);
	if (!err)
		mcr_stage_flush(&txn->stage, mcr_filter_hits_view, filter,
				&count, &error);
	err = mcr_nl_stage_end(info, err, &error);
	if (!err)
		mcr_nl_reply_count(info, MCR_CMD_RULE_FLUSH, count);
	return err;
}

/* MCR_CMD_OUTPUT_DEL, once the rule is found. */
static int mcr_nl_stage_output_del(struct genl_info *info,
				   struct mcr_stage *st,
				   const struct mcr_view *v,
				   const struct mcr_match *match,
				   struct mcr_error *error)
{
	struct nlattr *nest = info->attrs[MCR_A_OUTPUT];
	struct mcr_output_spec spec;
	u32 id;
	int err;

	err = mcr_nl_parse_output_id(nest, &id, info->extack);
	if (err)
		return err;
	if (!id) {
		err = mcr_nl_parse_output(nest, match, &spec, info->extack);
		if (err)
			return err;
		id = mcr_view_output(v, st->mn, &spec);
	}
	mcr_stage_del_output(st, v, id, error);
	return 0;
}

/**
 * mcr_nl_stage_output - MCR_CMD_OUTPUT_ADD and _DEL in a transaction
 * @info: the message, which has one output
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_stage_output(struct genl_info *info)
{
	struct mcr_output_spec output;
	struct mcr_error error = { };
	struct mcr_rule_spec spec;
	struct mcr_stage *st;
	struct mcr_view v;
	int err;

	err = mcr_nl_stage_find(info, 0, &st, &v);
	if (err)
		goto out;
	mcr_view_spec(&v, st->mn, &spec);
	if (info->genlhdr->cmd == MCR_CMD_OUTPUT_DEL) {
		err = mcr_nl_stage_output_del(info, st, &v, &spec.match,
					      &error);
		goto out;
	}
	err = mcr_nl_parse_output(info->attrs[MCR_A_OUTPUT], &spec.match,
				  &output, info->extack);
	if (!err)
		mcr_stage_add_output(st, &v, &output, &error);
out:
	return mcr_nl_stage_end(info, err, &error);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol's server: what each command does.
 *
 * The family runs its commands in parallel; the table's lock orders them.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "change.h"
#include "fanout.h"
#include "hook.h"
#include "member.h"
#include "netdev.h"
#include "netns.h"
#include "nl.h"
#include "nl_notify.h"
#include "nl_parse.h"
#include "nl_policy.h"
#include "nl_put.h"
#include "nl_refuse.h"
#include "nl_txn.h"
#include "plane.h"
#include "staged.h"
#include "table.h"

/* Rules that a dump passes before it lets others have the lock. */
#define MCR_NL_DUMP_BREATH	1024

static struct genl_family mcr_nl_family;

/**
 * struct mcr_nl_ctx - how far a dump has come
 * @next: id of the next rule, or number of ports done
 * @output: its output to begin with
 */
struct mcr_nl_ctx {
	unsigned long next;
	u32 output;
};

/**
 * mcr_nl_reply_new - begin a reply
 * @info: the message to reply to
 * @cmd: of enum mcr_cmd
 * @flags: NLM_F_ flags
 * @hdr: for genlmsg_end()
 *
 * Return: the message, owned by the caller; NULL without memory.
 */
struct sk_buff *mcr_nl_reply_new(struct genl_info *info, u8 cmd, int flags,
				 void **hdr)
{
	size_t room = GENLMSG_DEFAULT_SIZE;
	struct sk_buff *skb;

	if (cmd == MCR_CMD_STATUS_GET)
		room += MCR_PLANE_STATUS_ROOM;
	skb = genlmsg_new(room, GFP_KERNEL);
	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &mcr_nl_family, flags, cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/*
 * Tell the sender of a request all of a rule, in as many messages as it takes.
 * They are of the command that was sent, as all replies are.
 */
static int mcr_nl_reply_rule(struct genl_info *info, struct mcr_net *mn,
			     const struct mcr_rule *rule)
{
	u32 output = 0;
	int err;

	do {
		struct sk_buff *skb;
		void *hdr;

		skb = mcr_nl_reply_new(info, info->genlhdr->cmd, 0, &hdr);
		if (!skb)
			return -ENOMEM;
		err = mcr_nl_put_rule(skb, mn, rule, true, &output);
		if (err) {
			nlmsg_free(skb);
			return err;
		}
		genlmsg_end(skb, hdr);
		err = genlmsg_reply(skb, info);
	} while (!err && output);
	return err;
}

/**
 * mcr_nl_reply_count - tell how many rules a command was carried out on
 * @info: the message
 * @cmd: of enum mcr_cmd
 * @count: so many
 *
 * Return: 0 or a negative errno.
 */
int mcr_nl_reply_count(struct genl_info *info, u8 cmd, u32 count)
{
	struct sk_buff *skb;
	void *hdr;

	skb = mcr_nl_reply_new(info, cmd, 0, &hdr);
	if (!skb)
		return -ENOMEM;
	if (nla_put_u32(skb, MCR_A_COUNT, count)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* What all commands that change rules begin with. */
static int mcr_nl_begin(struct genl_info *info, u32 takes)
{
	return mcr_nl_check(info->nlhdr, takes | BIT(MCR_A_TXN), info->extack);
}

/* The core leaves flags of MCR_CMD_RULE_NEW, and what else it knows, to us. */
static int mcr_nl_new_flags(struct genl_info *info)
{
	u16 flags = info->nlhdr->nlmsg_flags;
	u16 known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO | NLM_F_CREATE |
		    NLM_F_REPLACE | NLM_F_EXCL;

	if (!(flags & (NLM_F_CREATE | NLM_F_REPLACE))) {
		NL_SET_ERR_MSG(info->extack,
			       "a new rule needs the flag CREATE or REPLACE");
		return -EINVAL;
	}
	if ((flags & ~known) || info->genlhdr->reserved) {
		NL_SET_ERR_MSG(info->extack,
			       "flags are CREATE, EXCL, REPLACE and ECHO; reserved header bytes are 0");
		return -EINVAL;
	}
	return 0;
}

static int mcr_nl_add_or_replace(struct genl_info *info, struct mcr_net *mn,
				 const struct mcr_request *req,
				 struct mcr_rule **rule)
{
	u16 flags = info->nlhdr->nlmsg_flags;
	struct mcr_error error = { };

	*rule = mcr_table_by_match(mn, &req->spec);
	if (*rule && (flags & NLM_F_REPLACE))
		mcr_change_replace(mn, *rule, req, &error);
	else if (*rule || (flags & NLM_F_CREATE))
		*rule = mcr_change_add(mn, req, &error);
	else
		error.why = MCR_REFUSED_NO_RULE;
	return mcr_nl_refuse(info, &error);
}

/*
 * With NLM_F_ECHO: the rule as it is now that its group is joined. What others
 * have changed since shows, too; they may even have deleted it.
 */
static void mcr_nl_echo(struct genl_info *info, struct mcr_net *mn, u32 id)
{
	const struct mcr_rule *rule;

	mcr_table_read_lock(mn);
	rule = mcr_table_by_id(mn, id);
	if (!rule)
		NL_SET_ERR_MSG(info->extack,
			       "the rule was put in force, but has been deleted by others since");
	else if (mcr_nl_reply_rule(info, mn, rule))
		NL_SET_ERR_MSG(info->extack,
			       "the rule is in force, but there was no memory to show all of it");
	mcr_table_read_unlock(mn);
}

static int mcr_nl_rule_new(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_request req;
	struct mcr_rule *rule;
	u32 id = 0;
	int err;

	err = mcr_nl_new_flags(info);
	if (err)
		return err;
	err = mcr_nl_begin(info, BIT(MCR_A_RULE) | BIT(MCR_A_OUTPUT));
	if (err)
		return err;
	err = mcr_nl_parse_request(info->nlhdr, info->attrs, &req,
				   info->extack);
	if (err)
		return err;
	if (info->attrs[MCR_A_TXN]) {
		err = mcr_nl_stage_new(info, &req);
		mcr_nl_request_free(&req);
		return err;
	}
	mcr_table_lock(mn);
	err = mcr_nl_add_or_replace(info, mn, &req, &rule);
	if (!err)
		id = rule->id;
	mcr_table_unlock(mn);
	mcr_member_settle(mn);
	if (id && (info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		mcr_nl_echo(info, mn, id);
	mcr_nl_request_free(&req);
	return err;
}

/* Whether it takes packets is all that can be changed without stating it anew. */
static int mcr_nl_rule_change(struct genl_info *info, struct mcr_net *mn,
			      struct mcr_rule *rule, const struct mcr_rule_set *set)
{
	const struct mcr_view v = { .id = rule->id, .rule = rule };
	struct mcr_output_spec *outputs;
	struct mcr_error error = { };
	struct mcr_request req;
	int err;

	/* Stating what is so already is no change. */
	if (!set->has_plane || set->plane == rule->plane) {
		if (set->has_disabled)
			mcr_change_disabled(mn, rule, set->disabled, &error);
		return mcr_nl_refuse(info, &error);
	}
	err = mcr_nl_set_check(mn, &v, set, info->attrs[MCR_A_RULE],
			       info->extack);
	if (err)
		return err;
	outputs = mcr_view_request(&v, mn, &req, 0);
	if (!outputs)
		return mcr_nl_no_memory(info->extack);
	mcr_set_spec(set, &req.spec);
	mcr_change_replace(mn, rule, &req, &error);
	kvfree(outputs);
	return mcr_nl_refuse(info, &error);
}

static int mcr_nl_rule_set(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_rule *rule;
	struct mcr_rule_set set;
	int err;

	err = mcr_nl_begin(info, BIT(MCR_A_RULE));
	if (err)
		return err;
	if (info->attrs[MCR_A_TXN])
		return mcr_nl_stage_set(info);
	mcr_table_lock(mn);
	err = mcr_nl_parse_ref(mn, info->attrs[MCR_A_RULE],
			       MCR_RULE_SET, &rule, info->extack);
	if (!err)
		err = mcr_nl_parse_set(info->attrs[MCR_A_RULE], &set,
				       info->extack);
	if (!err)
		err = mcr_nl_rule_change(info, mn, rule, &set);
	mcr_table_unlock(mn);
	mcr_member_settle(mn);
	return err;
}

static int mcr_nl_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_rule *rule;
	int err;

	err = mcr_nl_begin(info, BIT(MCR_A_RULE));
	if (err)
		return err;
	if (info->attrs[MCR_A_TXN])
		return mcr_nl_stage_del(info);
	mcr_table_lock(mn);
	err = mcr_nl_parse_ref(mn, info->attrs[MCR_A_RULE], 0, &rule,
			       info->extack);
	if (!err)
		mcr_change_del(mn, rule);
	mcr_table_unlock(mn);
	mcr_member_settle(mn);
	return err;
}

static bool mcr_nl_meant(struct mcr_net *mn, const struct mcr_rule *rule,
			 const void *arg)
{
	return mcr_filter_hits(mn, arg, rule);
}

static int mcr_nl_rule_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_filter filter;
	u32 count;
	int err;

	err = mcr_nl_begin(info, BIT(MCR_A_FILTER) | BIT(MCR_A_OUTPUT));
	if (err)
		return err;
	err = mcr_nl_parse_filter(info->nlhdr, info->attrs, &filter,
				  info->extack);
	if (err)
		return err;
	if (info->attrs[MCR_A_TXN])
		return mcr_nl_stage_flush(info, &filter);
	mcr_table_lock(mn);
	count = mcr_change_flush(mn, mcr_nl_meant, &filter);
	mcr_table_unlock(mn);
	mcr_member_settle(mn);
	/* The rules are gone: that the count could not be told is no error. */
	mcr_nl_reply_count(info, MCR_CMD_RULE_FLUSH, count);
	return 0;
}

static int mcr_nl_rule_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_rule *rule;
	int err;

	err = mcr_nl_check(info->nlhdr, BIT(MCR_A_RULE), info->extack);
	if (err)
		return err;
	mcr_table_read_lock(mn);
	err = mcr_nl_parse_ref(mn, info->attrs[MCR_A_RULE], 0, &rule,
			       info->extack);
	if (!err)
		err = mcr_nl_reply_rule(info, mn, rule);
	mcr_table_read_unlock(mn);
	return err;
}

static int mcr_nl_dump_rule(struct sk_buff *skb, struct netlink_callback *cb,
			    struct mcr_net *mn, const struct mcr_rule *rule)
{
	struct mcr_nl_ctx *ctx = (struct mcr_nl_ctx *)cb->ctx;
	void *hdr;
	int err;

	do {
		u32 output = ctx->output;

		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &mcr_nl_family,
				  NLM_F_MULTI, MCR_CMD_RULE_GET);
		if (!hdr)
			return -EMSGSIZE;
		genl_dump_check_consistent(cb, hdr);
		err = mcr_nl_put_rule(skb, mn, rule, true, &output);
		if (err) {
			genlmsg_cancel(skb, hdr);
			return err;
		}
		genlmsg_end(skb, hdr);
		ctx->output = output;
	} while (ctx->output);
	return 0;
}

static int mcr_nl_rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mcr_nl_ctx *ctx = (struct mcr_nl_ctx *)cb->ctx;
	struct mcr_net *mn = mcr_net_of(sock_net(skb->sk));
	struct nlattr **attrs = mcr_genl_dump_attrs(cb);
	struct mcr_filter filter;
	unsigned int walked = 0;
	struct mcr_rule *rule;
	unsigned long id;
	int err;

	BUILD_BUG_ON(sizeof(*ctx) > sizeof(cb->ctx));

	err = mcr_nl_check(cb->nlh, BIT(MCR_A_FILTER) | BIT(MCR_A_OUTPUT),
			   cb->extack);
	if (err)
		return err;
	err = mcr_nl_parse_filter(cb->nlh, attrs, &filter, cb->extack);
	if (err)
		return err;
	mcr_table_read_lock(mn);
	cb->seq = mn->generation;
	/* A change counts from here on, whether a message has gone or not. */
	if (!cb->prev_seq)
		cb->prev_seq = cb->seq;
	xa_for_each_start(&mn->rules, id, rule, ctx->next) {
		/* The rule that was to go on is gone: begin the next one anew. */
		if (id != ctx->next)
			ctx->output = 0;
		ctx->next = id;
		if (ctx->output >= mcr_rule_fanout(mn, rule)->n)
			ctx->output = 0;
		if (mcr_filter_hits(mn, &filter, rule)) {
			err = mcr_nl_dump_rule(skb, cb, mn, rule);
			if (err)
				break;
		}
		ctx->next = id + 1;
		/* Device notifiers wait for it with RTNL held. */
		if (!(++walked % MCR_NL_DUMP_BREATH)) {
			mcr_table_read_unlock(mn);
			if (mcr_plane_pause())
				return skb->len ?: 1;
			mcr_table_read_lock(mn);
			cb->seq = mn->generation;
		}
	}
	mcr_table_read_unlock(mn);
	return err && !skb->len ? err : skb->len;
}

/* MCR_CMD_OUTPUT_ADD, once the rule is found. */
static int mcr_nl_add_output(struct genl_info *info, struct mcr_net *mn,
			     struct mcr_rule *rule)
{
	struct mcr_output_spec spec;
	struct mcr_error error = { };
	int err;

	err = mcr_nl_parse_output(info->attrs[MCR_A_OUTPUT],
				  &rule->entry.match, &spec, info->extack);
	if (err)
		return err;
	mcr_change_add_output(mn, rule, &spec, &error);
	return mcr_nl_refuse(info, &error);
}

/* MCR_CMD_OUTPUT_DEL, once the rule is found. */
static int mcr_nl_del_output(struct genl_info *info, struct mcr_net *mn,
			     struct mcr_rule *rule)
{
	struct mcr_error error = { };
	struct mcr_output_spec spec;
	struct mcr_output *out;
	u32 id;
	int err;

	err = mcr_nl_parse_output_id(info->attrs[MCR_A_OUTPUT], &id,
				     info->extack);
	if (err)
		return err;
	if (!id) {
		err = mcr_nl_parse_output(info->attrs[MCR_A_OUTPUT],
					  &rule->entry.match, &spec,
					  info->extack);
		if (err)
			return err;
		out = mcr_fanout_find(mcr_rule_fanout(mn, rule), &spec);
		id = out ? out->id : 0;
	}
	mcr_change_del_output(mn, rule, id, &error);
	return mcr_nl_refuse(info, &error);
}

static int mcr_nl_output_change(struct genl_info *info,
				int (*change)(struct genl_info *info,
					      struct mcr_net *mn,
					      struct mcr_rule *rule))
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_rule *rule;
	int err;

	err = mcr_nl_begin(info, BIT(MCR_A_RULE) | BIT(MCR_A_OUTPUT));
	if (err)
		return err;
	err = mcr_nl_one_output(info->nlhdr, info->extack);
	if (err)
		return err;
	if (info->attrs[MCR_A_TXN])
		return mcr_nl_stage_output(info);
	mcr_table_lock(mn);
	err = mcr_nl_parse_ref(mn, info->attrs[MCR_A_RULE], 0, &rule,
			       info->extack);
	if (!err)
		err = change(info, mn, rule);
	mcr_table_unlock(mn);
	return err;
}

static int mcr_nl_output_add(struct sk_buff *skb, struct genl_info *info)
{
	return mcr_nl_output_change(info, mcr_nl_add_output);
}

static int mcr_nl_output_del(struct sk_buff *skb, struct genl_info *info)
{
	return mcr_nl_output_change(info, mcr_nl_del_output);
}

static int mcr_nl_stats_reset(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct mcr_rule *rule = NULL;
	struct mcr_error error = { };
	int err;

	err = mcr_nl_check(info->nlhdr, BIT(MCR_A_RULE), info->extack);
	if (err)
		return err;
	mcr_table_lock(mn);
	if (info->attrs[MCR_A_RULE])
		err = mcr_nl_parse_ref(mn, info->attrs[MCR_A_RULE], 0, &rule,
				       info->extack);
	if (!err) {
		mcr_change_reset(mn, rule, &error);
		err = mcr_nl_refuse(info, &error);
	}
	mcr_table_unlock(mn);
	return err;
}

static int mcr_nl_status_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mcr_net *mn = mcr_net_of(genl_info_net(info));
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = mcr_nl_check(info->nlhdr, 0, info->extack);
	if (err)
		return err;
	reply = mcr_nl_reply_new(info, MCR_CMD_STATUS_GET, 0, &hdr);
	if (!reply)
		return -ENOMEM;
	mcr_table_read_lock(mn);
	err = mcr_nl_put_status(reply, mn);
	mcr_table_read_unlock(mn);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int mcr_nl_dump_port(struct sk_buff *skb, struct netlink_callback *cb,
			    struct mcr_net *mn, const struct mcr_port *port)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &mcr_nl_family, NLM_F_MULTI, MCR_CMD_INGRESS_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	err = mcr_nl_put_ingress(skb, mn, port, true);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

static int mcr_nl_ingress_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mcr_nl_ctx *ctx = (struct mcr_nl_ctx *)cb->ctx;
	struct mcr_net *mn = mcr_net_of(sock_net(skb->sk));
	const struct mcr_port *port;
	unsigned long n = 0;
	int err, i;

	err = mcr_nl_check(cb->nlh, 0, cb->extack);
	if (err)
		return err;
	mcr_table_read_lock(mn);
	cb->seq = mn->generation;
	for (i = 0; i < ARRAY_SIZE(mn->ports) && !err; i++) {
		hlist_for_each_entry(port, &mn->ports[i], node) {
			if (!port->ingress || n++ < ctx->next)
				continue;
			err = mcr_nl_dump_port(skb, cb, mn, port);
			if (err)
				break;
			ctx->next++;
		}
	}
	mcr_table_read_unlock(mn);
	return err && !skb->len ? err : skb->len;
}

static int mcr_nl_unbuilt(struct sk_buff *skb, struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack, "explain is not supported yet");
	return -EOPNOTSUPP;
}

#define MCR_NL_CHANGE(name, handler)					\
	{								\
		.cmd = MCR_CMD_##name,					\
		.doit = (handler),					\
		.flags = GENL_UNS_ADMIN_PERM,				\
	}

static const struct genl_small_ops mcr_nl_ops[] = {
	MCR_NL_CHANGE(RULE_NEW, mcr_nl_rule_new),
	MCR_NL_CHANGE(RULE_SET, mcr_nl_rule_set),
	MCR_NL_CHANGE(RULE_DEL, mcr_nl_rule_del),
	{
		.cmd = MCR_CMD_RULE_GET,
		.doit = mcr_nl_rule_get,
		.dumpit = mcr_nl_rule_dump,
	},
	MCR_NL_CHANGE(RULE_FLUSH, mcr_nl_rule_flush),
	MCR_NL_CHANGE(OUTPUT_ADD, mcr_nl_output_add),
	MCR_NL_CHANGE(OUTPUT_DEL, mcr_nl_output_del),
	MCR_NL_CHANGE(TXN_BEGIN, mcr_nl_txn_begin),
	MCR_NL_CHANGE(TXN_COMMIT, mcr_nl_txn_commit),
	MCR_NL_CHANGE(TXN_ABORT, mcr_nl_txn_abort),
	MCR_NL_CHANGE(STATS_RESET, mcr_nl_stats_reset),
	{
		.cmd = MCR_CMD_EXPLAIN,
		.doit = mcr_nl_unbuilt,
	},
	{
		.cmd = MCR_CMD_STATUS_GET,
		.doit = mcr_nl_status_get,
	},
	{
		.cmd = MCR_CMD_INGRESS_GET,
		.dumpit = mcr_nl_ingress_dump,
	},
};

static const struct genl_multicast_group mcr_nl_groups[] = {
	{ .name = MCR_MCGRP_NOTIFY },
};

static struct genl_family mcr_nl_family __ro_after_init = {
	.name = MCR_GENL_NAME,
	.version = MCR_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	/* Only MCR_CMD_RULE_NEW, the first, has flags of its own. */
	.resv_start_op = MCR_CMD_RULE_SET,
	.parallel_ops = true,
	.maxattr = MCR_A_MAX,
	.policy = mcr_nl_policy,
	.small_ops = mcr_nl_ops,
	.n_small_ops = ARRAY_SIZE(mcr_nl_ops),
	.mcgrps = mcr_nl_groups,
	.n_mcgrps = ARRAY_SIZE(mcr_nl_groups),
};

/**
 * mcr_nl_init - begin to serve
 *
 * Return: 0 or what genl_register_family() says.
 */
int __init mcr_nl_init(void)
{
	int err = genl_register_family(&mcr_nl_family);

	if (!err)
		mcr_nl_notify_init(&mcr_nl_family);
	return err;
}

/**
 * mcr_nl_exit - serve no more; waits for commands under way
 */
void mcr_nl_exit(void)
{
	mcr_nl_notify_exit();
	genl_unregister_family(&mcr_nl_family);
}

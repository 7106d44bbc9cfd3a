// SPDX-License-Identifier: GPL-2.0
/*
 * The family "nlctrl", which knows the others.
 */
#include <net/genetlink.h>

#include "internal.h"

static struct genl_family kapi_ctrl;

static const struct nla_policy kapi_ctrl_family_policy[] = {
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_FAMILY_NAME] = {
		.type = NLA_NUL_STRING,
		.len = GENL_NAMSIZ - 1,
	},
};

static const struct nla_policy kapi_ctrl_policy_policy[] = {
	[CTRL_ATTR_FAMILY_ID] = { .type = NLA_U16 },
	[CTRL_ATTR_FAMILY_NAME] = {
		.type = NLA_NUL_STRING,
		.len = GENL_NAMSIZ - 1,
	},
	[CTRL_ATTR_OP] = { .type = NLA_U32 },
};

static int kapi_ctrl_put_op(struct sk_buff *skb, const struct genl_ops *op,
			    int i)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, i);
	u32 flags = op->flags;

	if (op->dumpit)
		flags |= GENL_CMD_CAP_DUMP;
	if (op->doit)
		flags |= GENL_CMD_CAP_DO;
	if (op->policy)
		flags |= GENL_CMD_CAP_HASPOL;
	if (!nest || nla_put_u32(skb, CTRL_ATTR_OP_ID, op->cmd) ||
	    nla_put_u32(skb, CTRL_ATTR_OP_FLAGS, flags))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int kapi_ctrl_put_ops(struct sk_buff *skb,
			     const struct genl_family *family)
{
	unsigned int n = kapi_genl_n_ops(family), i;
	struct nlattr *nest;
	struct genl_ops op = { };

	nest = nla_nest_start_noflag(skb, CTRL_ATTR_OPS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < n; i++) {
		kapi_genl_op_at(family, i, &op);
		if (kapi_ctrl_put_op(skb, &op, (int)i + 1))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int kapi_ctrl_put_groups(struct sk_buff *skb,
				const struct genl_family *family)
{
	struct nlattr *all, *nest;
	unsigned int i;

	if (!family->n_mcgrps)
		return 0;
	all = nla_nest_start_noflag(skb, CTRL_ATTR_MCAST_GROUPS);
	if (!all)
		return -EMSGSIZE;
	for (i = 0; i < family->n_mcgrps; i++) {
		nest = nla_nest_start_noflag(skb, (int)i + 1);
		if (!nest || nla_put_u32(skb, CTRL_ATTR_MCAST_GRP_ID,
					 family->mcgrp_offset + i) ||
		    nla_put_string(skb, CTRL_ATTR_MCAST_GRP_NAME,
				   family->mcgrps[i].name))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	nla_nest_end(skb, all);
	return 0;
}

static int kapi_ctrl_put_family(struct sk_buff *skb, u32 portid, u32 seq,
				int flags, const struct genl_family *family)
{
	void *hdr = genlmsg_put(skb, portid, seq, &kapi_ctrl, flags,
				CTRL_CMD_NEWFAMILY);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, CTRL_ATTR_FAMILY_NAME, family->name) ||
	    nla_put_u16(skb, CTRL_ATTR_FAMILY_ID, family->id) ||
	    nla_put_u32(skb, CTRL_ATTR_VERSION, family->version) ||
	    nla_put_u32(skb, CTRL_ATTR_HDRSIZE, 0) ||
	    nla_put_u32(skb, CTRL_ATTR_MAXATTR, family->maxattr) ||
	    kapi_ctrl_put_ops(skb, family) ||
	    kapi_ctrl_put_groups(skb, family)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int kapi_ctrl_getfamily(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[CTRL_ATTR_FAMILY_ID];
	struct nlattr *name = info->attrs[CTRL_ATTR_FAMILY_NAME];
	const struct genl_family *family = NULL;
	struct sk_buff *reply;
	int err;

	if (!id && !name)
		return -EINVAL;
	if (id)
		family = kapi_genl_by_id(nla_get_u16(id));
	if (name)
		family = kapi_genl_by_name(nla_data(name));
	if (!family)
		return -ENOENT;
	reply = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOBUFS;
	err = kapi_ctrl_put_family(reply, NETLINK_CB(skb).portid,
				   info->snd_seq, 0, family);
	if (!err)
		return genlmsg_reply(reply, info);
	nlmsg_free(reply);
	return err;
}

static int kapi_ctrl_dumpfamily(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct genl_family *family;

	for (;; cb->args[0]++) {
		family = kapi_genl_by_id(GENL_ID_CTRL + (u32)cb->args[0]);
		if (!family ||
		    kapi_ctrl_put_family(skb, NETLINK_CB(cb->skb).portid,
					 cb->nlh->nlmsg_seq, NLM_F_MULTI,
					 family))
			return (int)skb->len;
	}
}

/**
 * struct kapi_ctrl_dump - how far a dump of policies has come
 * @policies: those that are told behind the commands
 * @family: whose
 * @op: the command that is to be told next
 * @end: the one behind the last
 */
struct kapi_ctrl_dump {
	struct kapi_policies *policies;
	const struct genl_family *family;
	unsigned int op;
	unsigned int end;
};

static const struct genl_family *kapi_ctrl_family_of(struct nlattr **attrs)
{
	if (attrs[CTRL_ATTR_FAMILY_ID])
		return kapi_genl_by_id(nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]));
	return kapi_genl_by_name(nla_data(attrs[CTRL_ATTR_FAMILY_NAME]));
}

/* One command only. */
static int kapi_ctrl_dump_one(struct netlink_callback *cb,
			      struct kapi_ctrl_dump *d,
			      const struct nlattr *attr)
{
	struct genl_ops op = { };

	for (; d->op < d->end; d->op++) {
		kapi_genl_op_at(d->family, d->op, &op);
		if (op.cmd == nla_get_u32(attr))
			break;
	}
	if (d->op == d->end) {
		NL_SET_BAD_ATTR(cb->extack, attr);
		return -ENOENT;
	}
	d->end = d->op + 1;
	return op.policy ? 0 : -ENODATA;
}

static int kapi_ctrl_dumppolicy_start(struct netlink_callback *cb)
{
	struct kapi_ctrl_dump *d = (struct kapi_ctrl_dump *)cb->ctx;
	struct nlattr **attrs = genl_dumpit_info(cb)->attrs;
	struct genl_ops op = { };
	unsigned int i;
	int err = 0;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));

	if (!attrs[CTRL_ATTR_FAMILY_ID] && !attrs[CTRL_ATTR_FAMILY_NAME])
		return -EINVAL;
	d->family = kapi_ctrl_family_of(attrs);
	if (!d->family)
		return -ENOENT;
	d->end = kapi_genl_n_ops(d->family);
	if (attrs[CTRL_ATTR_OP])
		err = kapi_ctrl_dump_one(cb, d, attrs[CTRL_ATTR_OP]);
	for (i = d->op; i < d->end && !err; i++) {
		kapi_genl_op_at(d->family, i, &op);
		if (op.policy)
			err = kapi_policies_add(&d->policies, op.policy,
						op.maxattr);
	}
	if (!err && !d->policies)
		err = -ENODATA;
	if (err)
		kapi_free(d->policies);
	return err;
}

static void *kapi_ctrl_policy_begin(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct kapi_ctrl_dump *d = (struct kapi_ctrl_dump *)cb->ctx;
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &kapi_ctrl, NLM_F_MULTI,
				CTRL_CMD_GETPOLICY);

	if (hdr && !nla_put_u16(skb, CTRL_ATTR_FAMILY_ID, d->family->id))
		return hdr;
	genlmsg_cancel(skb, hdr);
	return NULL;
}

/* Which policy has a command? Both of its forms have the same. */
static int kapi_ctrl_put_op_policy(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   const struct genl_ops *op)
{
	struct kapi_ctrl_dump *d = (struct kapi_ctrl_dump *)cb->ctx;
	bool dump = op->dumpit && !(op->validate & GENL_DONT_VALIDATE_DUMP);
	struct nlattr *all, *nest = NULL;
	unsigned int index;
	void *hdr;

	if (!op->policy || (!op->doit && !dump))
		return 0;
	hdr = kapi_ctrl_policy_begin(skb, cb);
	if (!hdr)
		return -EMSGSIZE;
	index = kapi_policies_index(d->policies, op->policy, op->maxattr);
	all = nla_nest_start(skb, CTRL_ATTR_OP_POLICY);
	if (all)
		nest = nla_nest_start(skb, op->cmd);
	if (!nest ||
	    (op->doit && nla_put_u32(skb, CTRL_ATTR_POLICY_DO, index)) ||
	    (dump && nla_put_u32(skb, CTRL_ATTR_POLICY_DUMP, index))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	nla_nest_end(skb, all);
	genlmsg_end(skb, hdr);
	return 0;
}

static int kapi_ctrl_dumppolicy(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct kapi_ctrl_dump *d = (struct kapi_ctrl_dump *)cb->ctx;
	struct genl_ops op = { };

	for (; d->op < d->end; d->op++) {
		kapi_genl_op_at(d->family, d->op, &op);
		if (kapi_ctrl_put_op_policy(skb, cb, &op))
			return (int)skb->len;
	}
	while (kapi_policies_left(d->policies)) {
		void *hdr = kapi_ctrl_policy_begin(skb, cb);
		struct nlattr *nest = NULL;

		if (hdr)
			nest = nla_nest_start(skb, CTRL_ATTR_POLICY);
		if (!nest || kapi_policies_put(skb, d->policies)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		nla_nest_end(skb, nest);
		genlmsg_end(skb, hdr);
	}
	return (int)skb->len;
}

static int kapi_ctrl_dumppolicy_done(struct netlink_callback *cb)
{
	kapi_free(((struct kapi_ctrl_dump *)cb->ctx)->policies);
	return 0;
}

static const struct genl_ops kapi_ctrl_ops[] = {
	{
		.cmd = CTRL_CMD_GETFAMILY,
		.validate = GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP,
		.policy = kapi_ctrl_family_policy,
		.maxattr = ARRAY_SIZE(kapi_ctrl_family_policy) - 1,
		.doit = kapi_ctrl_getfamily,
		.dumpit = kapi_ctrl_dumpfamily,
	},
	{
		.cmd = CTRL_CMD_GETPOLICY,
		.policy = kapi_ctrl_policy_policy,
		.maxattr = ARRAY_SIZE(kapi_ctrl_policy_policy) - 1,
		.start = kapi_ctrl_dumppolicy_start,
		.dumpit = kapi_ctrl_dumppolicy,
		.done = kapi_ctrl_dumppolicy_done,
	},
};

static const struct genl_multicast_group kapi_ctrl_groups[] = {
	{ .name = "notify" },
};

static struct genl_family kapi_ctrl = {
	.name = "nlctrl",
	.version = 2,
	.ops = kapi_ctrl_ops,
	.n_ops = ARRAY_SIZE(kapi_ctrl_ops),
	.mcgrps = kapi_ctrl_groups,
	.n_mcgrps = ARRAY_SIZE(kapi_ctrl_groups),
	.resv_start_op = CTRL_CMD_GETPOLICY + 1,
	.netnsok = true,
};

/**
 * kapi_genl_ctrl_init - serve the family that knows the others
 *
 * Return: 0 or -ENOSPC.
 */
int kapi_genl_ctrl_init(void)
{
	return kapi_genl_register(&kapi_ctrl);
}

/**
 * kapi_genl_ctrl_exit - serve it no more
 */
void kapi_genl_ctrl_exit(void)
{
	kapi_genl_unregister(&kapi_ctrl);
}

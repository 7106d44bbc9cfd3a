// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: which family, which command, may this peer do that, and what
 * does the policy say?
 */
#include <net/genetlink.h>

#include "internal.h"

#define KAPI_GENL_FAMILIES	4U

/* The group of the family that knows the others; theirs come next. */
#define KAPI_GENL_GROUP_FIRST	0x10U

/* Flags of which the core knows the meaning; NLM_F_DUMP is two bits. */
#define KAPI_GENL_FLAGS		(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)

static struct genl_family *kapi_genl_family[KAPI_GENL_FAMILIES];

/**
 * kapi_genl_register - serve a family
 * @family: the family; gets its numbers
 *
 * Return: 0 or -ENOSPC.
 */
int kapi_genl_register(struct genl_family *family)
{
	u32 group = KAPI_GENL_GROUP_FIRST;
	unsigned int i;

	for (i = 0; i < KAPI_GENL_FAMILIES && kapi_genl_family[i]; i++)
		group += kapi_genl_family[i]->n_mcgrps;
	if (i == KAPI_GENL_FAMILIES)
		return -ENOSPC;
	family->id = (u16)(GENL_ID_CTRL + i);
	family->mcgrp_offset = group;
	kapi_genl_family[i] = family;
	return 0;
}

/**
 * kapi_genl_unregister - serve a family no more
 * @family: the one that was registered last
 */
void kapi_genl_unregister(struct genl_family *family)
{
	unsigned int i = family->id - GENL_ID_CTRL;

	KAPI_ASSERT(kapi_genl_family[i] == family);
	kapi_genl_family[i] = NULL;
}

/**
 * kapi_genl_by_id - find a family by its message type
 * @id: the type
 *
 * Return: it; NULL: there is none.
 */
const struct genl_family *kapi_genl_by_id(unsigned int id)
{
	unsigned int i = id - GENL_ID_CTRL;

	return i < KAPI_GENL_FAMILIES ? kapi_genl_family[i] : NULL;
}

/**
 * kapi_genl_by_name - find a family by its name
 * @name: the name
 *
 * Return: it; NULL: there is none.
 */
const struct genl_family *kapi_genl_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < KAPI_GENL_FAMILIES && kapi_genl_family[i]; i++)
		if (!strcmp(kapi_genl_family[i]->name, name))
			return kapi_genl_family[i];
	return NULL;
}

/**
 * kapi_genl_n_ops - how many commands has a family?
 * @family: the family
 *
 * Return: so many.
 */
unsigned int kapi_genl_n_ops(const struct genl_family *family)
{
	return family->n_ops + family->n_small_ops;
}

/**
 * kapi_genl_op_at - a command of a family
 * @family: the family
 * @i: below kapi_genl_n_ops()
 * @op: the command
 */
void kapi_genl_op_at(const struct genl_family *family, unsigned int i,
		     struct genl_ops *op)
{
	const struct genl_small_ops *small;

	if (i < family->n_ops) {
		*op = family->ops[i];
		return;
	}
	small = &family->small_ops[i - family->n_ops];
	*op = (struct genl_ops){
		.policy = family->policy,
		.maxattr = family->maxattr,
		.doit = small->doit,
		.dumpit = small->dumpit,
		.cmd = small->cmd,
		.flags = small->flags,
	};
}

/**
 * kapi_genl_op - find a command by its number
 * @family: the family
 * @cmd: the number
 * @op: the command
 *
 * Return: 0 or -ENOENT.
 */
int kapi_genl_op(const struct genl_family *family, unsigned int cmd,
		 struct genl_ops *op)
{
	unsigned int i;

	for (i = 0; i < kapi_genl_n_ops(family); i++) {
		kapi_genl_op_at(family, i, op);
		if (op->cmd == cmd)
			return 0;
	}
	return -ENOENT;
}

/* By type, for kapi_free(); NULL: the command has none; an error pointer. */
static struct nlattr **kapi_genl_attrs(const struct nlmsghdr *nlh,
				       const struct genl_ops *op,
				       struct netlink_ext_ack *extack)
{
	bool liberal = op->validate & GENL_DONT_VALIDATE_STRICT;
	struct nlattr **attrs;
	int err;

	if (!op->maxattr)
		return NULL;
	attrs = kapi_zalloc(op->maxattr + 1, sizeof(struct nlattr *));
	if (!attrs)
		return ERR_PTR(-ENOMEM);
	err = kapi_nla_parse(attrs, (int)op->maxattr,
			     nlmsg_attrdata(nlh, GENL_HDRLEN),
			     (unsigned int)nlmsg_attrlen(nlh, GENL_HDRLEN),
			     op->policy, liberal ? NL_VALIDATE_LIBERAL :
						   NL_VALIDATE_STRICT, extack);
	if (!err)
		return attrs;
	kapi_free(attrs);
	return ERR_PTR(err);
}

static int kapi_genl_do(struct sk_buff *skb, struct nlmsghdr *nlh,
			const struct genl_ops *op,
			struct netlink_ext_ack *extack)
{
	struct genl_info info = {
		.snd_seq = nlh->nlmsg_seq,
		.snd_portid = NETLINK_CB(skb).portid,
		.nlhdr = nlh,
		.genlhdr = nlmsg_data(nlh),
		.extack = extack,
	};
	int err;

	if (!op->doit)
		return -EOPNOTSUPP;
	info.attrs = kapi_genl_attrs(nlh, op, extack);
	if (IS_ERR(info.attrs))
		return PTR_ERR_OR_ZERO(info.attrs);
	err = op->doit(skb, &info);
	kapi_free(info.attrs);
	return err;
}

/**
 * struct kapi_genl_start - a dump that is to begin
 * @family: whose
 * @op: the command
 * @extack: for the answer
 */
struct kapi_genl_start {
	const struct genl_family *family;
	const struct genl_ops *op;
	struct netlink_ext_ack *extack;
};

static int kapi_genl_done(struct netlink_callback *cb)
{
	struct genl_dumpit_info *info = cb->data;

	if (info->op.done)
		info->op.done(cb);
	kapi_free(info->attrs);
	kapi_free(info);
	return 0;
}

static int kapi_genl_start(struct netlink_callback *cb)
{
	const struct kapi_genl_start *start = cb->data;
	struct genl_dumpit_info *info;
	struct nlattr **attrs = NULL;
	int err = 0;

	if (!(start->op->validate & GENL_DONT_VALIDATE_DUMP))
		attrs = kapi_genl_attrs(cb->nlh, start->op, start->extack);
	if (IS_ERR(attrs))
		return PTR_ERR_OR_ZERO(attrs);
	info = kapi_zalloc(1, sizeof(*info));
	if (!info) {
		kapi_free(attrs);
		return -ENOMEM;
	}
	info->family = start->family;
	info->op = *start->op;
	info->attrs = attrs;
	cb->data = info;
	cb->extack = start->extack;
	if (info->op.start)
		err = info->op.start(cb);
	cb->extack = NULL;
	if (err) {
		kapi_free(attrs);
		kapi_free(info);
	}
	return err;
}

static int kapi_genl_dump(const struct genl_family *family,
			  struct sk_buff *skb, struct nlmsghdr *nlh,
			  const struct genl_ops *op,
			  struct netlink_ext_ack *extack)
{
	struct kapi_genl_start start = {
		.family = family,
		.op = op,
		.extack = extack,
	};
	const struct kapi_dump_control control = {
		.start = kapi_genl_start,
		.dump = op->dumpit,
		.done = kapi_genl_done,
		.data = &start,
	};

	return op->dumpit ? kapi_dump_start(skb, nlh, &control) : -EOPNOTSUPP;
}

/* What headers of new commands must be like. */
static int kapi_genl_check(const struct genl_family *family,
			   const struct nlmsghdr *nlh,
			   struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *hdr = nlmsg_data(nlh);
	u16 flags = nlh->nlmsg_flags;

	if (hdr->cmd < family->resv_start_op)
		return 0;
	if (hdr->reserved) {
		NL_SET_ERR_MSG(extack, "genlmsghdr.reserved field is not 0");
		return -EINVAL;
	}
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= (u16)~NLM_F_DUMP;
	if (flags & ~KAPI_GENL_FLAGS) {
		NL_SET_ERR_MSG(extack,
			       "ambiguous or reserved bits set in nlmsg_flags");
		return -EINVAL;
	}
	return 0;
}

/**
 * kapi_genl_rcv - carry out a request
 * @skb: the datagram it is in
 * @nlh: the request
 * @extack: for the answer
 *
 * Return: 0 or a negative errno; -EINTR: it is answered already.
 */
int kapi_genl_rcv(struct sk_buff *skb, struct nlmsghdr *nlh,
		  struct netlink_ext_ack *extack)
{
	const struct genl_family *family = kapi_genl_by_id(nlh->nlmsg_type);
	const struct genlmsghdr *hdr = nlmsg_data(nlh);
	struct genl_ops op;
	int err;

	if (!family)
		return -ENOENT;
	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return -EINVAL;
	err = kapi_genl_check(family, nlh, extack);
	if (err)
		return err;
	if (kapi_genl_op(family, hdr->cmd, &op))
		return -EOPNOTSUPP;
	if (op.flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM)) {
		if (!NETLINK_CB(skb).admin)
			return -EPERM;
		extack->_msg = NETLINK_CB(skb).refusal;
		if (extack->_msg)
			return -EREMOTE;
	}
	if ((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		return kapi_genl_dump(family, skb, nlh, &op, extack);
	return kapi_genl_do(skb, nlh, &op, extack);
}

/**
 * kapi_genlmsg_put - begin a message of a family
 * @skb: the buffer
 * @portid: whom it is for
 * @seq: number of the request that it answers
 * @family: the family
 * @flags: NLM_F_
 * @cmd: the command
 *
 * Return: where its attributes begin; NULL: there is no room.
 */
void *kapi_genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
		       const struct genl_family *family, int flags, u8 cmd)
{
	struct genlmsghdr *hdr;
	struct nlmsghdr *nlh;

	nlh = kapi_nlmsg_put(skb, portid, seq, family->id, GENL_HDRLEN, flags);
	if (!nlh)
		return NULL;
	hdr = nlmsg_data(nlh);
	hdr->cmd = cmd;
	hdr->version = (u8)family->version;
	return (char *)hdr + GENL_HDRLEN;
}

/**
 * kapi_genl_unicast - send to a peer
 * @skb: what; consumed
 * @portid: whom
 *
 * Return: 0: the daemon sends it, or notes that it could not; -EAGAIN in tests
 * that have no room for it.
 */
int kapi_genl_unicast(struct sk_buff *skb, u32 portid)
{
	if (kapi_full()) {
		kapi_skb_put(skb);
		return -EAGAIN;
	}
	kapi_hooks.unicast(portid, skb->data, skb->len, kapi_hooks.arg);
	kapi_skb_put(skb);
	return 0;
}

/**
 * kapi_genl_multicast - send to all who listen
 * @family: whose
 * @skb: what; consumed
 * @group: of the family
 *
 * Return: 0.
 */
int kapi_genl_multicast(const struct genl_family *family, struct sk_buff *skb,
			unsigned int group)
{
	kapi_hooks.multicast(family->mcgrp_offset + group, skb->data, skb->len,
			     kapi_hooks.arg);
	kapi_skb_put(skb);
	return 0;
}

/**
 * kapi_genl_listening - does anybody listen?
 * @family: whose
 * @group: of the family
 *
 * Return: true if so.
 */
bool kapi_genl_listening(const struct genl_family *family, unsigned int group)
{
	return kapi_hooks.listening &&
	       kapi_hooks.listening(family->mcgrp_offset + group,
				    kapi_hooks.arg);
}

/**
 * kapi_genl_overrun - tell all who listen that something was lost
 * @family: whose
 * @group: of the family
 */
void kapi_genl_overrun(const struct genl_family *family, unsigned int group)
{
	const struct nlmsghdr lost = {
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = NLMSG_OVERRUN,
	};

	kapi_hooks.multicast(family->mcgrp_offset + group, &lost, sizeof(lost),
			     kapi_hooks.arg);
}

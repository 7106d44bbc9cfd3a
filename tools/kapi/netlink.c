// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: from datagrams to requests, and to acknowledgments.
 */
#include <net/netlink.h>

#include "internal.h"

static struct notifier_block *kapi_netlink_chain;

/**
 * kapi_netlink_chain_add - be told of sockets that are closed
 * @nb: who is to be told
 *
 * Return: 0.
 */
int kapi_netlink_chain_add(struct notifier_block *nb)
{
	kapi_chain_add(&kapi_netlink_chain, nb);
	return 0;
}

/**
 * kapi_netlink_chain_del - be told no more
 * @nb: who is told
 */
void kapi_netlink_chain_del(struct notifier_block *nb)
{
	kapi_chain_del(&kapi_netlink_chain, nb);
}

/**
 * kapi_nlmsg_put - begin a message at the end of a buffer
 * @skb: the buffer
 * @portid: whom it is for
 * @seq: number of the request that it answers
 * @type: of the message
 * @payload: bytes of its first header
 * @flags: NLM_F_
 *
 * Return: it; NULL: there is no room.
 */
struct nlmsghdr *kapi_nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				int type, unsigned int payload, int flags)
{
	unsigned int room = (unsigned int)NLMSG_SPACE(payload);
	struct nlmsghdr *nlh;

	if (skb_tailroom(skb) < room)
		return NULL;
	nlh = skb_put(skb, room);
	memset(nlh, 0, room);
	nlh->nlmsg_type = (u16)type;
	nlh->nlmsg_len = (u32)NLMSG_LENGTH(payload);
	nlh->nlmsg_flags = (u16)flags;
	nlh->nlmsg_pid = portid;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static const struct nlmsghdr kapi_overrun_msg = {
	.nlmsg_len = NLMSG_HDRLEN,
	.nlmsg_type = NLMSG_OVERRUN,
};

/**
 * kapi_overrun - tell a peer that something for it was lost
 * @portid: whom
 */
void kapi_overrun(u32 portid)
{
	kapi_hooks.unicast(portid, &kapi_overrun_msg, sizeof(kapi_overrun_msg),
			   kapi_hooks.arg);
}

/**
 * kapi_extack_say - what NL_SET_ERR_MSG() does
 * @extack: gets the sentence; NULL: nobody wants it
 * @msg: the sentence; lives longer than the message
 */
void kapi_extack_say(struct netlink_ext_ack *extack, const char *msg)
{
	if (extack)
		extack->_msg = msg;
}

/**
 * kapi_extack_blame - what NL_SET_BAD_ATTR_POLICY() does
 * @extack: is told; NULL: nobody wants it
 * @attr: the attribute at fault
 * @policy: what it is to be like; may be NULL
 */
void kapi_extack_blame(struct netlink_ext_ack *extack,
		       const struct nlattr *attr,
		       const struct nla_policy *policy)
{
	if (!extack)
		return;
	extack->bad_attr = attr;
	extack->policy = policy;
}

/* Room that the attributes of an acknowledgment need at most. */
static unsigned int kapi_ack_room(const struct netlink_ext_ack *extack)
{
	/* A cookie, an offset, and a policy of six attributes of 12 bytes. */
	unsigned int room = 6 * 12 + 8 + NLA_ALIGN(NLA_HDRLEN +
						   NETLINK_COOKIE_LEN);

	if (extack->_msg)
		room += NLA_ALIGN(NLA_HDRLEN + (unsigned int)
				  strlen(extack->_msg) + 1);
	return room;
}

static bool kapi_extack_says(const struct netlink_ext_ack *extack, int err)
{
	if (extack->_msg || extack->cookie_len)
		return true;
	return err && (extack->bad_attr ||
		       (extack->policy && kapi_policy_shown(extack->policy)));
}

/* There is room for all of it. */
static void kapi_extack_put(struct sk_buff *skb,
			    const struct netlink_ext_ack *extack,
			    const struct nlmsghdr *nlh, int err)
{
	if (extack->_msg)
		nla_put_string(skb, NLMSGERR_ATTR_MSG, extack->_msg);
	if (extack->cookie_len)
		nla_put(skb, NLMSGERR_ATTR_COOKIE, extack->cookie_len,
			extack->cookie);
	if (!err)
		return;
	if (extack->bad_attr)
		nla_put_u32(skb, NLMSGERR_ATTR_OFFS,
			    (u32)((const char *)extack->bad_attr -
				  (const char *)nlh));
	if (extack->policy)
		kapi_policy_put(skb, NULL, extack->policy,
				NLMSGERR_ATTR_POLICY);
}

static void kapi_ack(struct sk_buff *request, const struct nlmsghdr *nlh,
		     int err, const struct netlink_ext_ack *extack)
{
	u32 portid = NETLINK_CB(request).portid;
	int flags = NLM_F_CAPPED;
	struct nlmsgerr *body;
	struct nlmsghdr *ack;
	struct sk_buff *skb;

	skb = nlmsg_new(sizeof(*body) + kapi_ack_room(extack), GFP_KERNEL);
	if (!skb) {
		kapi_overrun(portid);
		return;
	}
	if (kapi_extack_says(extack, err))
		flags |= NLM_F_ACK_TLVS;
	ack = kapi_nlmsg_put(skb, portid, nlh->nlmsg_seq, NLMSG_ERROR,
			     sizeof(*body), flags);
	if (!ack) {
		kapi_skb_put(skb);
		kapi_overrun(portid);
		return;
	}
	body = nlmsg_data(ack);
	body->error = err;
	body->msg = *nlh;
	kapi_extack_put(skb, extack, nlh, err);
	nlmsg_end(skb, ack);
	if (kapi_genl_unicast(skb, portid))
		kapi_overrun(portid);
}

static void kapi_receive_one(struct sk_buff *skb, struct nlmsghdr *nlh)
{
	struct netlink_ext_ack extack = { };
	int err = 0;

	/* What is no request, or the core's own, is acknowledged if asked to. */
	if ((nlh->nlmsg_flags & NLM_F_REQUEST) &&
	    nlh->nlmsg_type >= NLMSG_MIN_TYPE)
		err = kapi_genl_rcv(skb, nlh, &extack);
	/* A dump answers by itself. */
	if (err != -EINTR && (err || (nlh->nlmsg_flags & NLM_F_ACK)))
		kapi_ack(skb, nlh, err, &extack);
}

/**
 * kapi_receive - carry out what a peer has sent
 * @peer: who
 * @data: a datagram
 * @len: bytes of it
 *
 * What is no message is dropped, with all that is behind it.
 */
void kapi_receive(const struct kapi_peer *peer, const void *data, size_t len)
{
	struct sk_buff *skb;

	if (len > INT_MAX)
		return;
	skb = kapi_skb_new((unsigned int)len);
	if (!skb) {
		kapi_overrun(peer->portid);
		return;
	}
	memcpy(skb_put(skb, (unsigned int)len), data, len);
	NETLINK_CB(skb).portid = peer->portid;
	NETLINK_CB(skb).admin = peer->admin;
	NETLINK_CB(skb).refusal = peer->refusal;
	kapi_peer_repeats(peer->repeats);
	while (skb->len >= NLMSG_HDRLEN) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)skb->data;

		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > skb->len)
			break;
		kapi_receive_one(skb, nlh);
		skb_pull(skb, min(NLMSG_ALIGN(nlh->nlmsg_len), skb->len));
	}
	kapi_skb_put(skb);
}

/**
 * kapi_dump_put_done - end a dump
 * @skb: the last datagram
 * @cb: the dump
 * @err: how it ended: 0 or a negative errno
 * @extack: what is to be said of it
 *
 * Return: true, or false if there is no room left.
 */
bool kapi_dump_put_done(struct sk_buff *skb, struct netlink_callback *cb,
			int err, const struct netlink_ext_ack *extack)
{
	struct nlmsghdr *nlh;

	if (skb_tailroom(skb) < NLMSG_SPACE(sizeof(err)) +
				kapi_ack_room(extack))
		return false;
	nlh = kapi_nlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, NLMSG_DONE, sizeof(err),
			     NLM_F_MULTI);
	if (!nlh)
		return false;
	nl_dump_check_consistent(cb, nlh);
	memcpy(nlmsg_data(nlh), &err, sizeof(err));
	if (kapi_extack_says(extack, err)) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		kapi_extack_put(skb, extack, cb->nlh, err);
		nlmsg_end(skb, nlh);
	}
	return true;
}

/**
 * kapi_peer_gone - a peer sends no more, and nothing can be sent to it
 * @portid: its number
 */
void kapi_peer_gone(uint32_t portid)
{
	struct netlink_notify n = {
		.net = &init_net,
		.portid = portid,
		.protocol = NETLINK_GENERIC,
	};

	kapi_dump_forget(portid);
	kapi_chain_call(kapi_netlink_chain, NETLINK_URELEASE, &n);
}

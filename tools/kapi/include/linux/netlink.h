/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink messages, their errors, dumps, and who closes a socket.
 *
 * Not to be included where libnl's headers are: both have functions of the same
 * names.
 */
#ifndef KAPI_LINUX_NETLINK_H
#define KAPI_LINUX_NETLINK_H

#include_next <linux/netlink.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

/* The same, without a sign that matters. */
#undef NLA_ALIGN
#undef NLA_HDRLEN
#define NLA_ALIGN(len)		(((len) + 3) / 4 * 4)
#define NLA_HDRLEN		((int)sizeof(struct nlattr))

#define NETLINK_URELEASE	1
#define NETLINK_COOKIE_LEN	20

struct nla_policy;

/**
 * struct netlink_ext_ack - what an acknowledgment says beyond an errno
 * @_msg: a sentence; lives longer than the message
 * @bad_attr: the attribute at fault
 * @policy: what it is to be like
 * @cookie: of the family
 * @cookie_len: bytes of it
 */
struct netlink_ext_ack {
	const char *_msg;
	const struct nlattr *bad_attr;
	const struct nla_policy *policy;
	u8 cookie[NETLINK_COOKIE_LEN];
	u8 cookie_len;
};

void kapi_extack_say(struct netlink_ext_ack *extack, const char *msg);
void kapi_extack_blame(struct netlink_ext_ack *extack,
		       const struct nlattr *attr,
		       const struct nla_policy *policy);

#define NL_SET_ERR_MSG(extack, msg)	kapi_extack_say(extack, msg)

#define NL_SET_BAD_ATTR_POLICY(extack, attr, pol)	\
	kapi_extack_blame(extack, attr, pol)

#define NL_SET_BAD_ATTR(extack, attr)	\
	NL_SET_BAD_ATTR_POLICY(extack, attr, NULL)

#define NL_SET_ERR_MSG_ATTR_POL(extack, attr, pol, msg)			\
do {									\
	NL_SET_ERR_MSG(extack, msg);					\
	NL_SET_BAD_ATTR_POLICY(extack, attr, pol);			\
} while (0)

#define NL_SET_ERR_MSG_ATTR(extack, attr, msg)	\
	NL_SET_ERR_MSG_ATTR_POL(extack, attr, NULL, msg)

#define NETLINK_CB(skb)		((skb)->cb)

/**
 * struct netlink_notify - a socket is closed
 * @net: where
 * @portid: whose
 * @protocol: of the socket
 */
struct netlink_notify {
	struct net *net;
	u32 portid;
	int protocol;
};

int kapi_netlink_chain_add(struct notifier_block *nb);
void kapi_netlink_chain_del(struct notifier_block *nb);

#define netlink_register_notifier(nb)	kapi_netlink_chain_add(nb)
#define netlink_unregister_notifier(nb)	kapi_netlink_chain_del(nb)

/**
 * struct netlink_callback - a dump
 * @skb: the request
 * @nlh: the same
 * @dump: goes on with it
 * @done: frees what it has
 * @data: of generic netlink
 * @extack: while @dump runs
 * @seq: of what is dumped; another one than before: it changed
 * @prev_seq: the same, as it was in the last message
 * @ctx: how far it has come; the family's
 * @args: the same, as numbers
 */
struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	void *data;
	struct netlink_ext_ack *extack;
	unsigned int seq;
	unsigned int prev_seq;
	union {
		u8 ctx[48];
		long args[6];
	};
};

#endif /* KAPI_LINUX_NETLINK_H */

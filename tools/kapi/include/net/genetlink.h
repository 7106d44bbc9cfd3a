/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink: families, their commands and groups.
 */
#ifndef KAPI_NET_GENETLINK_H
#define KAPI_NET_GENETLINK_H

#include <linux/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#define GENLMSG_DEFAULT_SIZE	(NLMSG_DEFAULT_SIZE - GENL_HDRLEN)

/* Of genl_ops.validate. */
#define GENL_DONT_VALIDATE_STRICT	BIT(0)
#define GENL_DONT_VALIDATE_DUMP		BIT(1)

struct module;

/**
 * struct genl_info - a request
 * @snd_seq: its number
 * @snd_portid: who sent it
 * @nlhdr: the message
 * @genlhdr: the same
 * @attrs: by type; NULL where the command has no policy
 * @extack: for the answer
 */
struct genl_info {
	u32 snd_seq;
	u32 snd_portid;
	const struct nlmsghdr *nlhdr;
	struct genlmsghdr *genlhdr;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};

/**
 * struct genl_small_ops - a command, by the policy of its family
 * @doit: carries it out
 * @dumpit: dumps
 * @cmd: its number
 * @flags: GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM
 */
struct genl_small_ops {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	u8 cmd;
	u8 flags;
};

/**
 * struct genl_ops - a command
 * @policy: of its attributes; NULL: it takes none
 * @maxattr: their highest type
 * @doit: carries it out
 * @start: before the first @dumpit
 * @dumpit: dumps
 * @done: after the last
 * @cmd: its number
 * @flags: as above
 * @validate: GENL_DONT_VALIDATE_
 */
struct genl_ops {
	const struct nla_policy *policy;
	unsigned int maxattr;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	u8 cmd;
	u8 flags;
	u8 validate;
};

struct genl_multicast_group {
	char name[GENL_NAMSIZ];
};

/**
 * struct genl_family - a family
 * @name: its name
 * @version: of its protocol
 * @maxattr: highest type of its attributes
 * @policy: of them
 * @ops: commands
 * @n_ops: how many
 * @small_ops: commands, likewise
 * @n_small_ops: how many
 * @mcgrps: groups
 * @n_mcgrps: how many
 * @resv_start_op: from this command on header and flags are looked at closely
 * @netnsok: it is in all network namespaces
 * @parallel_ops: its commands may run at the same time
 * @module: whose it is
 * @id: message type; kapi's
 * @mcgrp_offset: number of the first group; kapi's
 */
struct genl_family {
	char name[GENL_NAMSIZ];
	unsigned int version;
	unsigned int maxattr;
	const struct nla_policy *policy;
	const struct genl_ops *ops;
	unsigned int n_ops;
	const struct genl_small_ops *small_ops;
	unsigned int n_small_ops;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
	unsigned int resv_start_op;
	bool netnsok;
	bool parallel_ops;
	struct module *module;
	u16 id;
	u32 mcgrp_offset;
};

/**
 * struct genl_dumpit_info - generic netlink's part of a dump
 * @family: whose
 * @op: the command
 * @attrs: of the request, by type
 */
struct genl_dumpit_info {
	const struct genl_family *family;
	struct genl_ops op;
	struct nlattr **attrs;
};

static inline const struct genl_dumpit_info *
genl_dumpit_info(struct netlink_callback *cb)
{
	return cb->data;
}

/* In the module this is in kmod/compat/. */
static inline struct nlattr **mcr_genl_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}

int kapi_genl_register(struct genl_family *family);
void kapi_genl_unregister(struct genl_family *family);
void *kapi_genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
		       const struct genl_family *family, int flags, u8 cmd);
int kapi_genl_unicast(struct sk_buff *skb, u32 portid);
int kapi_genl_multicast(const struct genl_family *family, struct sk_buff *skb,
			unsigned int group);
bool kapi_genl_listening(const struct genl_family *family, unsigned int group);
void kapi_genl_overrun(const struct genl_family *family, unsigned int group);

#define genl_register_family(family)	kapi_genl_register(family)
#define genl_unregister_family(family)	kapi_genl_unregister(family)
#define genl_info_net(info)		((void)(info), &init_net)
#define genlmsg_new(payload, gfp)	nlmsg_new(GENL_HDRLEN + (payload), gfp)
#define genlmsg_put(skb, portid, seq, family, flags, cmd)	\
	kapi_genlmsg_put(skb, portid, seq, family, flags, cmd)
#define genlmsg_put_reply(skb, info, family, flags, cmd)		\
	kapi_genlmsg_put(skb, (info)->snd_portid, (info)->snd_seq, family, \
			 flags, cmd)
#define genlmsg_reply(skb, info)	\
	kapi_genl_unicast(skb, (info)->snd_portid)
#define genlmsg_unicast(net, skb, portid)	\
	((void)(net), kapi_genl_unicast(skb, portid))
#define genlmsg_multicast_netns(family, net, skb, portid, group, gfp)	\
	((void)(net), (void)(portid), (void)(gfp),			\
	 kapi_genl_multicast(family, skb, group))
#define genl_has_listeners(family, net, group)	\
	((void)(net), kapi_genl_listening(family, group))
/* The only error that is there to be told: something was lost. */
#define genl_set_err(family, net, portid, group, code)			\
	((void)(net), (void)(portid), (void)(code),			\
	 kapi_genl_overrun(family, group))

static inline struct nlmsghdr *kapi_genl_nlh(void *hdr)
{
	return (struct nlmsghdr *)((char *)hdr - GENL_HDRLEN - NLMSG_HDRLEN);
}

static inline void genlmsg_end(struct sk_buff *skb, void *hdr)
{
	nlmsg_end(skb, kapi_genl_nlh(hdr));
}

static inline void genlmsg_cancel(struct sk_buff *skb, void *hdr)
{
	if (hdr)
		nlmsg_trim(skb, kapi_genl_nlh(hdr));
}

static inline void genl_dump_check_consistent(struct netlink_callback *cb,
					      void *hdr)
{
	nl_dump_check_consistent(cb, kapi_genl_nlh(hdr));
}

#endif /* KAPI_NET_GENETLINK_H */

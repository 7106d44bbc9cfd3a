/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the kernel environment know of each other.
 */
#ifndef KAPI_INTERNAL_H
#define KAPI_INTERNAL_H

#include <net/genetlink.h>

#include "kapi.h"

extern struct kapi_hooks kapi_hooks;

bool kapi_alloc_fails(void);

void kapi_rcu_run(void);
bool kapi_rcu_pending(void);
void kapi_work_drain(void);

void kapi_peer_repeats(bool repeats);

void kapi_netdev_exit(void);
void kapi_mcsock_resend(u32 ifindex);
void kapi_percpu_exit(void);

int kapi_genl_ctrl_init(void);
void kapi_genl_ctrl_exit(void);
int kapi_genl_rcv(struct sk_buff *skb, struct nlmsghdr *nlh,
		  struct netlink_ext_ack *extack);
const struct genl_family *kapi_genl_by_id(unsigned int id);
const struct genl_family *kapi_genl_by_name(const char *name);
unsigned int kapi_genl_n_ops(const struct genl_family *family);
void kapi_genl_op_at(const struct genl_family *family, unsigned int i,
		     struct genl_ops *op);
int kapi_genl_op(const struct genl_family *family, unsigned int cmd,
		 struct genl_ops *op);

/**
 * struct kapi_dump_control - a dump to begin
 * @start: before the first @dump
 * @dump: puts messages; 0 or less: that was all
 * @done: after the last
 * @data: of the family
 */
struct kapi_dump_control {
	int (*start)(struct netlink_callback *cb);
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	void *data;
};

int kapi_dump_start(struct sk_buff *skb, const struct nlmsghdr *nlh,
		    const struct kapi_dump_control *control);
void kapi_dump_forget(u32 portid);
void kapi_dumps_exit(void);
bool kapi_dump_put_done(struct sk_buff *skb, struct netlink_callback *cb,
			int err, const struct netlink_ext_ack *extack);
void kapi_overrun(u32 portid);

struct kapi_policies;

int kapi_policies_add(struct kapi_policies **ps,
		      const struct nla_policy *policy, unsigned int maxtype);
unsigned int kapi_policies_index(const struct kapi_policies *ps,
				 const struct nla_policy *policy,
				 unsigned int maxtype);
bool kapi_policies_left(const struct kapi_policies *ps);
int kapi_policies_put(struct sk_buff *skb, struct kapi_policies *ps);
int kapi_policy_put(struct sk_buff *skb, const struct kapi_policies *ps,
		    const struct nla_policy *p, int type);
bool kapi_policy_shown(const struct nla_policy *p);

#endif /* KAPI_INTERNAL_H */

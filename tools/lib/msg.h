/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules and what is asked about them, as messages of the protocol.
 */
#ifndef MCR_MSG_H
#define MCR_MSG_H

#include <netlink/msg.h>

#include "error.h"
#include "model.h"

/**
 * struct mcr_spot - a place in a message
 * @top: of enum mcr_attr: the outermost attribute there
 * @nth: how many of that type stand before it
 * @inner: type of the attribute in it; 0: the outermost one itself
 */
struct mcr_spot {
	unsigned int top;
	unsigned int nth;
	unsigned int inner;
};

struct nl_msg *mcr_msg_new(enum mcr_cmd cmd, int flags);
int mcr_msg_reset(struct nl_msg *msg, enum mcr_cmd cmd, int flags);
int mcr_msg_put_txn(struct nl_msg *msg, __u32 txn);
int mcr_msg_put_rule(struct nl_msg *msg, const struct mcr_rule *rule);
int mcr_msg_put_ref(struct nl_msg *msg, const struct mcr_rule *rule);
int mcr_msg_put_plane(struct nl_msg *msg, const struct mcr_rule *rule);
int mcr_msg_put_disabled(struct nl_msg *msg, const struct mcr_rule *rule);
int mcr_msg_put_output(struct nl_msg *msg, const struct mcr_output *output);
int mcr_msg_put_filter(struct nl_msg *msg, const struct mcr_rule *rule,
		       __u32 given);
bool mcr_msg_locate(struct nlmsghdr *nlh, __u32 offset, struct mcr_spot *spot);

int mcr_msg_cmd(struct nlmsghdr *nlh);
int mcr_msg_parse_rule(struct nlmsghdr *nlh, struct mcr_rule *rule, bool *more,
		       struct mcr_error *err);
int mcr_msg_parse_part(struct nlmsghdr *nlh, struct mcr_rule *rule,
		       struct mcr_error *err);
int mcr_msg_parse_generation(struct nlmsghdr *nlh, __u32 *generation,
			     struct mcr_error *err);
int mcr_msg_parse_status(struct nlmsghdr *nlh, struct mcr_status *status,
			 struct mcr_error *err);
int mcr_msg_parse_ingress(struct nlmsghdr *nlh, struct mcr_ingress *ingress,
			  struct mcr_error *err);
int mcr_msg_parse_count(struct nlmsghdr *nlh, __u32 *count,
			struct mcr_error *err);
int mcr_msg_parse_txn(struct nlmsghdr *nlh, __u32 *txn, __u32 *generation,
		      struct mcr_error *err);
bool mcr_msg_generation(struct nlmsghdr *nlh, __u32 *generation);

#endif /* MCR_MSG_H */

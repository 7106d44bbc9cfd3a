/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages for transactions.
 */
#ifndef MCR_NL_TXN_H
#define MCR_NL_TXN_H

struct genl_info;
struct mcr_filter;
struct mcr_request;
struct sk_buff;

int mcr_nl_txn_begin(struct sk_buff *skb, struct genl_info *info);
int mcr_nl_txn_commit(struct sk_buff *skb, struct genl_info *info);
int mcr_nl_txn_abort(struct sk_buff *skb, struct genl_info *info);

int mcr_nl_stage_new(struct genl_info *info, const struct mcr_request *req);
int mcr_nl_stage_set(struct genl_info *info);
int mcr_nl_stage_del(struct genl_info *info);
int mcr_nl_stage_flush(struct genl_info *info, const struct mcr_filter *filter);
int mcr_nl_stage_output(struct genl_info *info);

#endif /* MCR_NL_TXN_H */

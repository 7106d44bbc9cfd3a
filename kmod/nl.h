/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol's server.
 */
#ifndef MCR_NL_H
#define MCR_NL_H

#include <linux/types.h>

struct genl_info;
struct sk_buff;

int mcr_nl_init(void);
void mcr_nl_exit(void);

/* For the files of commands. */
struct sk_buff *mcr_nl_reply_new(struct genl_info *info, u8 cmd, int flags,
				 void **hdr);
int mcr_nl_reply_count(struct genl_info *info, u8 cmd, u32 count);

#endif /* MCR_NL_H */

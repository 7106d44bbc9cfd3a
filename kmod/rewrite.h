/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an output changes in the headers of its copy.
 */
#ifndef MCR_REWRITE_H
#define MCR_REWRITE_H

#include "match.h"

bool mcr_rewrite_is_shared(const struct mcr_rewrite *w);
bool mcr_rewrite_is_noop(const struct mcr_rewrite *w);
bool mcr_rewrite_is_move(const struct mcr_rewrite *w);
void mcr_rewrite_apply(struct sk_buff *skb, const struct mcr_packet *p,
		       const struct mcr_rewrite *w, const union mcr_addr *src);

#endif /* MCR_REWRITE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server's refusal means for the words that the request was made from.
 */
#ifndef MCR_REFUSAL_H
#define MCR_REFUSAL_H

#include "parse.h"
#include "reply.h"

int mcr_refusal_set(struct mcr_words *w, const struct mcr_statement *st,
		    struct nlmsghdr *nlh, const struct mcr_reply *reply,
		    struct mcr_spot *spot);

#endif /* MCR_REFUSAL_H */

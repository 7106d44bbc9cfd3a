/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From rules to attributes.
 */
#ifndef MCR_NL_PUT_H
#define MCR_NL_PUT_H

#include <net/netlink.h>

#include "table.h"

int mcr_nl_put_rule(struct sk_buff *skb, struct mcr_net *mn,
		    const struct mcr_rule *rule, u32 *first);
int mcr_nl_put_ingress(struct sk_buff *skb, struct mcr_net *mn,
		       const struct mcr_port *port);
int mcr_nl_put_status(struct sk_buff *skb, struct mcr_net *mn);

#endif /* MCR_NL_PUT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From rules to attributes.
 */
#ifndef MCR_NL_PUT_H
#define MCR_NL_PUT_H

#include <net/netlink.h>

#include "table.h"

int mcr_nl_put_rule(struct sk_buff *skb, struct mcr_net *mn,
		    const struct mcr_rule *rule, bool counters, u32 *first);
int mcr_nl_put_rule_ref(struct sk_buff *skb, struct mcr_net *mn,
			const struct mcr_rule *rule, bool membership);
int mcr_nl_put_rule_output(struct sk_buff *skb, struct mcr_net *mn,
			   const struct mcr_rule *rule,
			   const struct mcr_output *out, u32 reasons);
int mcr_nl_put_ingress(struct sk_buff *skb, struct mcr_net *mn,
		       const struct mcr_port *port, bool counters);
int mcr_nl_put_status(struct sk_buff *skb, struct mcr_net *mn);

#endif /* MCR_NL_PUT_H */

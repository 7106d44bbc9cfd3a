/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Letting packets in: classifier, hook and membership of rules.
 */
#ifndef MCR_BIND_H
#define MCR_BIND_H

#include <linux/types.h>

struct mcr_error;
struct mcr_net;
struct mcr_port;
struct mcr_rule;

bool mcr_bind_start(struct mcr_net *mn, struct mcr_rule *rule,
		    struct mcr_error *error);
void mcr_bind_stop(struct mcr_net *mn, struct mcr_rule *rule);

bool mcr_bind_plan(struct mcr_net *mn, struct mcr_rule *rule,
		   struct mcr_error *error);
void mcr_bind_unplan(struct mcr_net *mn, struct mcr_rule *rule);
bool mcr_bind_fits(struct mcr_rule *rule, struct mcr_error *error);
bool mcr_bind_prepare(struct mcr_net *mn, struct mcr_rule *rule,
		      struct mcr_error *error);
void mcr_bind_leaving(struct mcr_rule *rule, bool leaving);
void mcr_bind_go(struct mcr_rule *rule);
void mcr_bind_call(struct mcr_net *mn, struct mcr_rule *rule);

void mcr_bind_port_bound(struct mcr_net *mn, struct mcr_port *port);
void mcr_bind_port_unbind(struct mcr_net *mn, struct mcr_port *port);
void mcr_bind_port_changed(struct mcr_net *mn, struct mcr_port *port);

#endif /* MCR_BIND_H */

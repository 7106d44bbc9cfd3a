/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that feed themselves: what one sends comes back to it.
 */
#ifndef MCR_LOOP_H
#define MCR_LOOP_H

struct mcr_error;
struct mcr_fanout;
struct mcr_net;
struct mcr_port;
struct mcr_rule;

void mcr_loop_rule_check(struct mcr_net *mn, struct mcr_rule *rule,
			 struct mcr_error *error);
void mcr_loop_rule_stopped(struct mcr_net *mn, struct mcr_rule *rule);
void mcr_loop_outputs_gone(struct mcr_net *mn, const struct mcr_rule *rule,
			   const struct mcr_fanout *old);
void mcr_loop_port_came(struct mcr_net *mn, struct mcr_port *port);
void mcr_loop_port_left(struct mcr_net *mn, struct mcr_port *port);

#endif /* MCR_LOOP_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that move from one server to the other.
 */
#ifndef MCR_MOVE_H
#define MCR_MOVE_H

#include "forward.h"

struct mcr_error;
struct mcr_net;
struct mcr_rule;
struct mcr_rule_spec;

void mcr_move_new(const struct mcr_rule_spec *spec, struct mcr_fanout *f);
bool mcr_move_plan(const struct mcr_rule *rule, const struct mcr_fanout *old,
		   const struct mcr_rule_spec *spec, struct mcr_fanout *f,
		   struct mcr_error *error);
void mcr_move_begin(struct mcr_net *mn, struct mcr_fanout *f);
u64 mcr_move_since(const struct mcr_fanout *f);
void mcr_move_net_init(struct mcr_net *mn);
void mcr_move_net_exit(struct mcr_net *mn);

#endif /* MCR_MOVE_H */

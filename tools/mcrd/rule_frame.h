/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What workers are told of a rule.
 */
#ifndef MCRD_RULE_FRAME_H
#define MCRD_RULE_FRAME_H

#include <stddef.h>

struct mcr_fanout;
struct mcr_rule;
struct mcrd_plane_conf;
struct mcrd_rule;

size_t mcrd_rule_frame(struct mcrd_rule *r, const struct mcr_rule *rule,
		       const struct mcr_fanout *f,
		       const struct mcrd_plane_conf *conf);

#endif /* MCRD_RULE_FRAME_H */

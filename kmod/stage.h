/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a transaction is going to change: rules as they are to be, laid over
 * those in force.
 */
#ifndef MCR_STAGE_H
#define MCR_STAGE_H

#include <linux/rhashtable.h>
#include <linux/xarray.h>

#include "staged.h"

/**
 * struct mcr_stage - all that a transaction is going to change
 * @mn: the namespace
 * @rules: struct mcr_staged by id, or MCR_STAGE_GONE. Rules that are not here
 *	stay as they are
 * @by_match: those that are new
 * @by_name: those that have a name
 * @n_new: how many are new
 * @n_gone: how many are MCR_STAGE_GONE
 * @charged: its part of mcr_net.n_staged
 *
 * Used under mcr_net.lock. As long as the generation does not move what it was
 * laid over is still there.
 */
struct mcr_stage {
	struct mcr_net *mn;
	struct xarray rules;
	struct rhashtable by_match;
	struct rhashtable by_name;
	u32 n_new;
	u32 n_gone;
	u32 charged;
};

/* In the place of a rule that is deleted. */
#define MCR_STAGE_GONE		xa_mk_value(0)

int mcr_stage_init(struct mcr_stage *st, struct mcr_net *mn);
void mcr_stage_exit(struct mcr_stage *st);
void mcr_stage_uncharge(struct mcr_stage *st);
void mcr_stage_settle(struct mcr_stage *st);

bool mcr_stage_by_id(struct mcr_stage *st, u32 id, struct mcr_view *v);
bool mcr_stage_by_name(struct mcr_stage *st, const char *name,
		       struct mcr_view *v);
bool mcr_stage_by_match(struct mcr_stage *st, const struct mcr_rule_spec *spec,
			struct mcr_view *v);

bool mcr_stage_add(struct mcr_stage *st, const struct mcr_request *req,
		   u32 *id, struct mcr_error *error);
bool mcr_stage_replace(struct mcr_stage *st, const struct mcr_view *v,
		       const struct mcr_request *req, struct mcr_error *error);
bool mcr_stage_del(struct mcr_stage *st, const struct mcr_view *v,
		   struct mcr_error *error);
bool mcr_stage_set(struct mcr_stage *st, const struct mcr_view *v,
		   const struct mcr_rule_set *set, struct mcr_error *error);
bool mcr_stage_add_output(struct mcr_stage *st, const struct mcr_view *v,
			  const struct mcr_output_spec *spec,
			  struct mcr_error *error);
bool mcr_stage_del_output(struct mcr_stage *st, const struct mcr_view *v,
			  u32 id, struct mcr_error *error);
bool mcr_stage_flush(struct mcr_stage *st,
		     bool (*meant)(struct mcr_net *mn, const struct mcr_view *v,
				   const void *arg),
		     const void *arg, u32 *count, struct mcr_error *error);

#endif /* MCR_STAGE_H */

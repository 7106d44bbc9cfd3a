/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rule as a transaction is going to leave it.
 */
#ifndef MCR_STAGED_H
#define MCR_STAGED_H

#include "table.h"

/**
 * struct mcr_staged - a rule as it is to be
 * @match_node: in mcr_stage.by_match, if @is_new
 * @name_node: in mcr_stage.by_name, if it has a name
 * @id: of the rule
 * @is_new: there is no such rule in force; @id is reserved for it
 * @spec: what it says
 * @name: NUL-padded; empty: none
 * @comment: owned; NULL: none
 * @outputs: @n_outputs outputs, owned
 * @output_ids: and their ids, in the same piece of memory
 * @n_outputs: 1 to MCR_OUTPUTS_MAX
 * @next_output: id of the next output
 * @rcu: for kfree_rcu(): a resize of the hash tables may still walk over it
 *
 * Does not change: another one takes its place.
 */
struct mcr_staged {
	struct rhash_head match_node;
	struct rhash_head name_node;
	u32 id;
	bool is_new;
	struct mcr_rule_spec spec;
	char name[MCR_NAME_MAX + 1];
	char *comment;
	struct mcr_output_spec *outputs;
	u32 *output_ids;
	u32 n_outputs;
	u32 next_output;
	struct rcu_head rcu;
};

/**
 * struct mcr_view - a rule as a transaction sees it
 * @id: of the rule; 0: there is none
 * @staged: how it is to be; NULL: as it is
 * @rule: the rule in force, if @staged is NULL
 */
struct mcr_view {
	u32 id;
	const struct mcr_staged *staged;
	const struct mcr_rule *rule;
};

struct mcr_staged *mcr_staged_new(const struct mcr_request *req);
void mcr_staged_free(struct mcr_staged *s);
u32 mcr_staged_shadows(const struct mcr_staged *s, struct mcr_net *mn,
		       struct xarray *staged);
bool mcr_staged_ids(struct mcr_staged *s, struct mcr_net *mn,
		    const struct mcr_view *v, struct mcr_error *error);
void mcr_staged_request(const struct mcr_staged *s, struct mcr_request *req);

void mcr_view_spec(const struct mcr_view *v, struct mcr_net *mn,
		   struct mcr_rule_spec *spec);
const char *mcr_view_name(const struct mcr_view *v);
u32 mcr_view_output(const struct mcr_view *v, struct mcr_net *mn,
		    const struct mcr_output_spec *spec);
bool mcr_view_sends_to(const struct mcr_view *v, struct mcr_net *mn,
		       const char *dev);
struct mcr_output_spec *mcr_view_request(const struct mcr_view *v,
					 struct mcr_net *mn,
					 struct mcr_request *req, u32 more);

#endif /* MCR_STAGED_H */

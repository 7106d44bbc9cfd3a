/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing rules.
 */
#ifndef MCR_CHANGE_H
#define MCR_CHANGE_H

#include "table.h"

/**
 * typedef mcr_meant_fn - is this rule meant?
 * @mn: the namespace
 * @rule: the rule
 * @arg: the caller's
 *
 * Return: true if so.
 */
typedef bool (*mcr_meant_fn)(struct mcr_net *mn, const struct mcr_rule *rule,
			     const void *arg);

/**
 * struct mcr_replacement - what a rule is to have: all that can fail to be had
 * @fanout: its outputs
 * @name: if @renamed; NULL: none
 * @comment: NULL: none
 * @next_output: id of the next output
 * @renamed: it gets another name
 */
struct mcr_replacement {
	struct mcr_fanout *fanout;
	struct mcr_name *name;
	char *comment;
	u32 next_output;
	bool renamed;
};

struct mcr_rule *mcr_change_add(struct mcr_net *mn,
				const struct mcr_request *req,
				struct mcr_error *error);
bool mcr_change_replace(struct mcr_net *mn, struct mcr_rule *rule,
			const struct mcr_request *req, struct mcr_error *error);
void mcr_change_del(struct mcr_net *mn, struct mcr_rule *rule);
u32 mcr_change_flush(struct mcr_net *mn, mcr_meant_fn meant, const void *arg);
void mcr_set_spec(const struct mcr_rule_set *set, struct mcr_rule_spec *spec);
bool mcr_change_disabled(struct mcr_net *mn, struct mcr_rule *rule,
			 bool disabled, struct mcr_error *error);
bool mcr_change_add_output(struct mcr_net *mn, struct mcr_rule *rule,
			   const struct mcr_output_spec *spec,
			   struct mcr_error *error);
bool mcr_change_del_output(struct mcr_net *mn, struct mcr_rule *rule, u32 id,
			   struct mcr_error *error);
bool mcr_change_reset(struct mcr_net *mn, struct mcr_rule *only,
		      struct mcr_error *error);

/* For commit.c */
struct mcr_rule *mcr_rule_new(struct mcr_net *mn, const struct mcr_request *req,
			      u32 id, struct mcr_error *error);
void mcr_rule_free(struct mcr_net *mn, struct mcr_rule *rule);
bool mcr_replacement_prepare(struct mcr_net *mn, struct mcr_rule *rule,
			     const struct mcr_request *req,
			     struct mcr_replacement *c, struct mcr_error *error);
void mcr_replacement_forget(struct mcr_net *mn, struct mcr_rule *rule,
			    struct mcr_replacement *c);
void mcr_replacement_apply(struct mcr_net *mn, struct mcr_rule *rule,
			   const struct mcr_request *req,
			   struct mcr_replacement *c);

#endif /* MCR_CHANGE_H */

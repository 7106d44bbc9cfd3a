/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting a set of rules in force, by the least change and all at once.
 */
#ifndef MCR_APPLY_H
#define MCR_APPLY_H

#include "ruleset.h"
#include "transaction.h"

/**
 * enum mcr_step - what is done to a rule
 * @MCR_STEP_RESTART: it begins, or begins again: all steps told are void
 * @MCR_STEP_DELETE: a rule in force is not stated
 * @MCR_STEP_CHANGE: a rule in force is stated otherwise
 * @MCR_STEP_ADD: a rule that is stated is not in force
 */
enum mcr_step {
	MCR_STEP_RESTART,
	MCR_STEP_DELETE,
	MCR_STEP_CHANGE,
	MCR_STEP_ADD,
};

/**
 * typedef mcr_step_fn - called for each step
 * @step: what is done
 * @rule: to this rule, as it was or as it is to be; NULL for a restart
 * @arg: the caller's
 *
 * Return: 0, or -1 if there is no memory.
 */
typedef int (*mcr_step_fn)(enum mcr_step step, const struct mcr_rule *rule,
			   void *arg);

/**
 * struct mcr_apply - a set of rules that is put in force
 * @txn: the transaction, as of mcr_transaction_init() with mcr_parse_stated(); holds
 *	the warnings afterwards
 * @set: the rules
 * @dry_run: see if it could be done, but do not
 * @tell: called for each step; NULL: nobody wants to know
 * @arg: for @tell
 * @deleted: ids of rules in force that are not stated; freed by mcr_apply()
 * @room: how many there is room for
 * @n_added: tells how many rules were created
 * @n_changed: tells how many were changed
 * @n_deleted: tells how many were deleted
 * @n_unchanged: tells how many stay as they are
 */
struct mcr_apply {
	struct mcr_transaction *txn;
	struct mcr_ruleset *set;
	bool dry_run;
	mcr_step_fn tell;
	void *arg;
	__u32 *deleted;
	size_t room;
	size_t n_added;
	size_t n_changed;
	size_t n_deleted;
	size_t n_unchanged;
};

int mcr_apply(struct mcr_apply *apply, struct mcr_error *err);

#endif /* MCR_APPLY_H */

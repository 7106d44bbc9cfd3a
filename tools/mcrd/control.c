// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: its beginning and end.
 */
#include "../kapi/kapi.h"
#include "carry.h"
#include "control.h"
#include "core.h"
#include "forward.h"
#include "netns.h"
#include "plane.h"
#include "status.h"
#include "table.h"

/**
 * mcrd_control_init - have no rules, and take messages
 * @hooks: what it asks of the daemon
 *
 * Return: 0 or -errno.
 */
int mcrd_control_init(const struct kapi_hooks *hooks)
{
	int err;

	err = kapi_init(hooks);
	if (err)
		return err;
	err = mcrd_status_init();
	if (err)
		goto err_kapi;
	err = mcr_core_init();
	if (err)
		goto err_status;
	return 0;

err_status:
	mcrd_status_exit();
err_kapi:
	kapi_exit();
	return err;
}

/**
 * mcrd_control_stop - take no messages any more, and delete all rules
 */
void mcrd_control_stop(void)
{
	mcr_core_exit();
}

/**
 * mcrd_control_exit - let go of all there was
 */
void mcrd_control_exit(void)
{
	mcrd_status_exit();
	kapi_exit();
}

/**
 * mcrd_control_generation - has the rule set changed?
 *
 * Return: a number that is another one after each change.
 */
uint32_t mcrd_control_generation(void)
{
	return mcr_net_of(&init_net)->generation;
}

/**
 * mcrd_control_rules - are there any rules?
 *
 * Return: how many.
 */
uint32_t mcrd_control_rules(void)
{
	return mcr_net_of(&init_net)->n_rules;
}

/* Nobody else carries rules out: there is nothing to be agreed upon. */
static void take_over(struct mcr_net *mn, struct mcr_rule *rule)
{
	struct mcr_fanout *f = mcr_rule_fanout(mn, rule);
	u8 carry = mcr_plane_is_self(rule->plane) ? MCR_CARRY_HERE :
						    MCR_CARRY_AWAY;

	if (f->carry == carry)
		return;
	f->carry = carry;
	mcr_plane_rule(mn, rule);
}

/**
 * mcrd_control_take_over - carry out all rules that this daemon can, at once
 *
 * Return: how many it cannot.
 */
unsigned int mcrd_control_take_over(void)
{
	struct mcr_net *mn = mcr_net_of(&init_net);
	unsigned int waiting = 0;
	struct mcr_rule *rule;
	unsigned long id;

	mcr_table_lock(mn);
	xa_for_each(&mn->rules, id, rule) {
		take_over(mn, rule);
		waiting += !rule->disabled && !mcr_plane_is_self(rule->plane);
	}
	mcr_table_unlock(mn);
	return waiting;
}

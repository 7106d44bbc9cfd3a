// SPDX-License-Identifier: GPL-2.0
/*
 * What a network namespace has of ours: its beginning and end, wherever it is kept.
 */
#include <linux/sched.h>

#include "change.h"
#include "event.h"
#include "member.h"
#include "move.h"
#include "netns.h"
#include "quota.h"
#include "txn.h"

/**
 * mcr_net_begin - have an empty table
 * @mn: zeroes; filled in
 * @net: the namespace it is of
 *
 * Context: Process; may sleep.
 * Return: 0 or a negative errno.
 */
int mcr_net_begin(struct mcr_net *mn, struct net *net)
{
	int err;

	err = mcr_table_init(mn, net);
	if (err)
		return err;
	mcr_event_init(mn);
	mcr_txn_net_init(mn);
	mcr_move_net_init(mn);
	err = mcr_member_init(mn);
	if (err)
		goto err_table;
	err = mcr_quota_init(mn);
	if (err)
		goto err_member;
	return 0;

err_member:
	mcr_member_exit(mn);
err_table:
	mcr_table_exit(mn);
	return err;
}

/**
 * mcr_net_end - delete all rules
 * @mn: after mcr_net_begin()
 *
 * Nobody can change rules any more, and no device is bound.
 *
 * Context: Process; may sleep.
 */
void mcr_net_end(struct mcr_net *mn)
{
	struct mcr_rule *rule;
	unsigned long id;

	mcr_event_exit(mn);
	mcr_txn_net_exit(mn);
	mcr_move_net_exit(mn);
	if (mn->n_rules) {
		mcr_table_lock(mn);
		xa_for_each(&mn->rules, id, rule) {
			mcr_change_del(mn, rule);
			cond_resched();
		}
		mcr_table_unlock(mn);
	}
	mcr_quota_exit(mn);
	mcr_member_exit(mn);
	mcr_table_exit(mn);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The one network namespace of a relay; in the place of kmod/netns.c.
 */
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "change.h"
#include "event.h"
#include "member.h"
#include "netns.h"
#include "quota.h"
#include "txn.h"

static struct mcr_net kapi_mcr_net;

/**
 * mcr_net_of - what the network namespace has of ours
 * @net: the namespace
 *
 * Return: it.
 */
struct mcr_net *mcr_net_of(const struct net *net)
{
	(void)net;
	return &kapi_mcr_net;
}

/**
 * mcr_netns_init - have an empty table
 *
 * Return: 0 or -ENOMEM.
 */
int mcr_netns_init(void)
{
	struct mcr_net *mn = &kapi_mcr_net;
	int err;

	memset(mn, 0, sizeof(*mn));
	err = mcr_table_init(mn, &init_net);
	if (err)
		return err;
	mcr_event_init(mn);
	mcr_txn_net_init(mn);
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
 * mcr_netns_exit - delete all rules
 *
 * Nobody can change rules any more, and no device is bound.
 */
void mcr_netns_exit(void)
{
	struct mcr_net *mn = &kapi_mcr_net;
	struct mcr_rule *rule;
	unsigned long id;

	mcr_event_exit(mn);
	mcr_txn_net_exit(mn);
	mcr_table_lock(mn);
	xa_for_each(&mn->rules, id, rule)
		mcr_change_del(mn, rule);
	mcr_table_unlock(mn);
	mcr_quota_exit(mn);
	mcr_member_exit(mn);
	mcr_table_exit(mn);
}

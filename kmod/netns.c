// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: each has a table of its own, and nothing is shared.
 */
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "change.h"
#include "event.h"
#include "member.h"
#include "netns.h"
#include "quota.h"

static unsigned int mcr_net_id __read_mostly;

/**
 * mcr_net_of - what a network namespace has of ours
 * @net: the namespace
 *
 * Return: it; lives as long as the namespace and this module.
 */
struct mcr_net *mcr_net_of(const struct net *net)
{
	return net_generic(net, mcr_net_id);
}

static int __net_init mcr_net_init(struct net *net)
{
	struct mcr_net *mn = mcr_net_of(net);
	int err;

	err = mcr_table_init(mn, net);
	if (err)
		return err;
	mcr_event_init(mn);
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

/* Nobody can change rules any more, and no device is bound. */
static void __net_exit mcr_net_exit(struct net *net)
{
	struct mcr_net *mn = mcr_net_of(net);
	struct mcr_rule *rule;
	unsigned long id;

	mcr_event_exit(mn);
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

static struct pernet_operations mcr_net_ops = {
	.init = mcr_net_init,
	.exit = mcr_net_exit,
	.id = &mcr_net_id,
	.size = sizeof(struct mcr_net),
};

/**
 * mcr_netns_init - have an empty table in each network namespace
 *
 * Return: 0 or what register_pernet_subsys() says.
 */
int __init mcr_netns_init(void)
{
	return register_pernet_subsys(&mcr_net_ops);
}

/**
 * mcr_netns_exit - delete all rules of all namespaces
 *
 * Nobody can change rules any more, and no device is bound.
 */
void mcr_netns_exit(void)
{
	unregister_pernet_subsys(&mcr_net_ops);
}

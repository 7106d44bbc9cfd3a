// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: each has a table of its own, and nothing is shared.
 */
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netns.h"
#include "table.h"

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
	return mcr_net_begin(mcr_net_of(net), net);
}

static void __net_exit mcr_net_exit(struct net *net)
{
	mcr_net_end(mcr_net_of(net));
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

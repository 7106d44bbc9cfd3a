// SPDX-License-Identifier: GPL-2.0
/*
 * The one network namespace of a relay; in the place of kmod/netns.c.
 */
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "netns.h"
#include "table.h"

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
	memset(&kapi_mcr_net, 0, sizeof(kapi_mcr_net));
	return mcr_net_begin(&kapi_mcr_net, &init_net);
}

/**
 * mcr_netns_exit - delete all rules
 *
 * Nobody can change rules any more, and no device is bound.
 */
void mcr_netns_exit(void)
{
	mcr_net_end(&kapi_mcr_net);
}

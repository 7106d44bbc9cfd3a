// SPDX-License-Identifier: GPL-2.0
/*
 * A server's parts: the order in which they begin, and end. So it is in the module,
 * and in the relay daemon.
 */
#include <linux/module.h>

#include "core.h"
#include "hook.h"
#include "netdev.h"
#include "netns.h"
#include "nl.h"
#include "txn.h"

/**
 * mcr_core_init - have no rules, and take messages
 *
 * Return: 0 or a negative errno.
 */
int __init mcr_core_init(void)
{
	int err;

	err = mcr_hook_init();
	if (err)
		return err;
	err = mcr_netns_init();
	if (err)
		goto err_hook;
	err = mcr_netdev_init();
	if (err)
		goto err_netns;
	err = mcr_txn_init();
	if (err)
		goto err_netdev;
	err = mcr_nl_init();
	if (err)
		goto err_txn;
	return 0;

err_txn:
	mcr_txn_exit();
err_netdev:
	mcr_netdev_exit();
err_netns:
	mcr_netns_exit();
err_hook:
	mcr_hook_exit();
	return err;
}

/**
 * mcr_core_exit - take no messages any more, and delete all rules
 */
void mcr_core_exit(void)
{
	mcr_nl_exit();
	mcr_txn_exit();
	mcr_netdev_exit();
	mcr_netns_exit();
	/* Also waits for what call_rcu() is to free. */
	mcr_hook_exit();
}

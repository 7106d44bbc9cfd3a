// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast replication: module entry and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/genetlink.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "hook.h"
#include "netdev.h"
#include "netns.h"
#include "nl.h"
#include "txn.h"
#include "version.h"

static int __init mcr_init(void)
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
module_init(mcr_init);

static void __exit mcr_exit(void)
{
	mcr_nl_exit();
	mcr_txn_exit();
	mcr_netdev_exit();
	mcr_netns_exit();
	/* Also waits for what call_rcu() is to free. */
	mcr_hook_exit();
}
module_exit(mcr_exit);

MODULE_DESCRIPTION("Multicast replication");
MODULE_LICENSE("GPL");
MODULE_VERSION(MCR_VERSION);
MODULE_ALIAS_GENL_FAMILY(MCR_GENL_NAME);

// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast replication: module entry and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/genetlink.h>
#include <linux/mcr.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "core.h"
#include "version.h"

static int __init mcr_init(void)
{
	return mcr_core_init();
}
module_init(mcr_init);

static void __exit mcr_exit(void)
{
	mcr_core_exit();
}
module_exit(mcr_exit);

MODULE_DESCRIPTION("Multicast replication");
MODULE_LICENSE("GPL");
MODULE_VERSION(MCR_VERSION);
MODULE_ALIAS_GENL_FAMILY(MCR_GENL_NAME);

// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast replication: module entry and exit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

static int __init mcr_init(void)
{
	return 0;
}
module_init(mcr_init);

static void __exit mcr_exit(void)
{
}
module_exit(mcr_exit);

MODULE_DESCRIPTION("Multicast replication");
MODULE_LICENSE("GPL");

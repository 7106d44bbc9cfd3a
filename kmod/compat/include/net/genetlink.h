/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dump's attributes moved into struct genl_info in 6.7.
 */
#ifndef MCR_COMPAT_NET_GENETLINK_H
#define MCR_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

/**
 * mcr_genl_dump_attrs - the attributes of a dump request
 * @cb: the dump
 *
 * Return: by attribute number; lives as long as the dump.
 */
static inline struct nlattr **mcr_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* MCR_COMPAT_NET_GENETLINK_H */

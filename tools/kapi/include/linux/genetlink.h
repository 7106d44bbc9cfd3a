/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_GENETLINK_H
#define KAPI_LINUX_GENETLINK_H

#include <linux/netlink.h>
#include_next <linux/genetlink.h>

#endif /* KAPI_LINUX_GENETLINK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User namespaces, of which a process knows whether it is in the first one.
 */
#ifndef KAPI_LINUX_USER_NAMESPACE_H
#define KAPI_LINUX_USER_NAMESPACE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct user_namespace {
	u32 inode;
};

extern struct user_namespace kapi_init_user_ns;
#define init_user_ns			kapi_init_user_ns

#endif /* KAPI_LINUX_USER_NAMESPACE_H */

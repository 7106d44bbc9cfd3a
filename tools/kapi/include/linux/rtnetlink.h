/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RTNL: the lock of all that changes devices and rules. When it is let go of,
 * what changed under it is carried out.
 */
#ifndef KAPI_LINUX_RTNETLINK_H
#define KAPI_LINUX_RTNETLINK_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>

void kapi_rtnl_lock(void);
void kapi_rtnl_unlock(void);
bool kapi_rtnl_is_held(void);

#define rtnl_lock()			kapi_rtnl_lock()
#define rtnl_unlock()			kapi_rtnl_unlock()
#define lockdep_rtnl_is_held()		kapi_rtnl_is_held()
#define ASSERT_RTNL()			KAPI_ASSERT(kapi_rtnl_is_held())
#define rtnl_dereference(p)		\
	rcu_dereference_protected(p, lockdep_rtnl_is_held())

extern struct rw_semaphore kapi_net_rwsem;
#define net_rwsem			kapi_net_rwsem

#endif /* KAPI_LINUX_RTNETLINK_H */

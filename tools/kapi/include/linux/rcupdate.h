/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU. Those who look at what the process publishes are others, which are told
 * when RTNL is let go of; a grace period has passed when they have answered.
 */
#ifndef KAPI_LINUX_RCUPDATE_H
#define KAPI_LINUX_RCUPDATE_H

#include <linux/kernel.h>

void kapi_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void kapi_free_rcu(struct rcu_head *head, void *mem);
void kapi_rcu_barrier(void);

#define call_rcu(head, func)		kapi_call_rcu(head, func)
#define kfree_rcu(p, member)						\
do {									\
	__typeof__(p) __gone = (p);					\
									\
	kapi_free_rcu(&__gone->member, __gone);				\
} while (0)
#define kvfree_rcu(p, member)		kfree_rcu(p, member)
#define rcu_barrier()			kapi_rcu_barrier()

/* Nothing is seen before RTNL is let go of, and then all of it at once. */
static inline void synchronize_rcu(void)
{
}

static inline void synchronize_net(void)
{
}

#define rcu_read_lock()			do { } while (0)
#define rcu_read_unlock()		do { } while (0)
#define rcu_dereference(p)		__atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_bh(p)		rcu_dereference(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference_protected(p, held)				\
({									\
	KAPI_ASSERT(held);						\
	(p);								\
})
#define rcu_assign_pointer(p, v)	\
	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)

#endif /* KAPI_LINUX_RCUPDATE_H */

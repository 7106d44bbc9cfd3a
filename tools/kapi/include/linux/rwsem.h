/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks that many read under and one writes under.
 */
#ifndef KAPI_LINUX_RWSEM_H
#define KAPI_LINUX_RWSEM_H

#include <linux/lockdep.h>

struct rw_semaphore {
	struct kapi_lock lock;
};

#define DECLARE_RWSEM(name)	struct rw_semaphore name = { }

static inline void down_read(struct rw_semaphore *sem)
{
	kapi_lock_reading(&sem->lock);
}

static inline void up_read(struct rw_semaphore *sem)
{
	kapi_unlock(&sem->lock);
}

static inline void down_write(struct rw_semaphore *sem)
{
	kapi_lock_sleeping(&sem->lock);
}

static inline void up_write(struct rw_semaphore *sem)
{
	kapi_unlock(&sem->lock);
}

#endif /* KAPI_LINUX_RWSEM_H */

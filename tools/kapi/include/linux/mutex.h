/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mutexes. There is nobody to wait for: they assert that who needs one has it.
 */
#ifndef KAPI_LINUX_MUTEX_H
#define KAPI_LINUX_MUTEX_H

#include <linux/list.h>
#include <linux/lockdep.h>

struct mutex {
	struct kapi_lock lock;
};

#define DEFINE_MUTEX(name)	struct mutex name = { }

static inline void mutex_init(struct mutex *m)
{
	m->lock = (struct kapi_lock){ };
}

static inline void mutex_lock(struct mutex *m)
{
	kapi_lock_sleeping(&m->lock);
}

static inline void mutex_unlock(struct mutex *m)
{
	kapi_unlock(&m->lock);
}

static inline bool mutex_is_locked(const struct mutex *m)
{
	return m->lock.held;
}

#endif /* KAPI_LINUX_MUTEX_H */

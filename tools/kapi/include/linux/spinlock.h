/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spinlocks.
 */
#ifndef KAPI_LINUX_SPINLOCK_H
#define KAPI_LINUX_SPINLOCK_H

#include <linux/lockdep.h>

typedef struct {
	struct kapi_lock lock;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *l)
{
	l->lock = (struct kapi_lock){ };
}

static inline void spin_lock(spinlock_t *l)
{
	kapi_lock_spinning(&l->lock);
}

static inline void spin_unlock(spinlock_t *l)
{
	kapi_unlock_spinning(&l->lock);
}

static inline void spin_lock_bh(spinlock_t *l)
{
	spin_lock(l);
}

static inline void spin_unlock_bh(spinlock_t *l)
{
	spin_unlock(l);
}

#endif /* KAPI_LINUX_SPINLOCK_H */

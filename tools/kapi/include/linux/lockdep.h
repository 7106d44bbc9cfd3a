/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks of a process of one thread: whether they are held, and that they are
 * taken as the kernel demands: each once, and none that sleeps inside of one
 * that spins.
 */
#ifndef KAPI_LINUX_LOCKDEP_H
#define KAPI_LINUX_LOCKDEP_H

#include <linux/kernel.h>

/**
 * struct kapi_lock - a lock
 * @held: how often; more than once only by readers
 * @write: by a writer, or by the one who may have it
 */
struct kapi_lock {
	unsigned int held;
	bool write;
};

void kapi_lock_sleeping(struct kapi_lock *lock);
void kapi_lock_spinning(struct kapi_lock *lock);
void kapi_lock_reading(struct kapi_lock *lock);
void kapi_unlock(struct kapi_lock *lock);
void kapi_unlock_spinning(struct kapi_lock *lock);

#define lockdep_is_held(l)		(!!(l)->lock.held)
#define lockdep_assert_held(l)		KAPI_ASSERT(lockdep_is_held(l))

#endif /* KAPI_LINUX_LOCKDEP_H */

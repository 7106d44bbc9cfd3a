// SPDX-License-Identifier: GPL-2.0
/*
 * Locks that are counted, RTNL, and what waits for a grace period.
 */
#include <linux/lockdep.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "internal.h"

struct rw_semaphore kapi_net_rwsem;

static unsigned int kapi_sleeping;	/* held, but for RTNL */
static unsigned int kapi_spinning;	/* held */
static bool kapi_rtnl;

/* In the order in which they were called. */
static struct rcu_head *kapi_rcu_first;
static struct rcu_head **kapi_rcu_last = &kapi_rcu_first;

/**
 * kapi_lock_sleeping - take a lock that one may sleep with
 * @lock: the lock, which nobody has
 */
void kapi_lock_sleeping(struct kapi_lock *lock)
{
	KAPI_ASSERT(!lock->held);
	KAPI_ASSERT(!kapi_spinning);
	lock->held = 1;
	lock->write = true;
	kapi_sleeping++;
}

/**
 * kapi_lock_reading - take a lock to read
 * @lock: the lock, which no writer has
 */
void kapi_lock_reading(struct kapi_lock *lock)
{
	KAPI_ASSERT(!lock->held || !lock->write);
	KAPI_ASSERT(!kapi_spinning);
	lock->held++;
	lock->write = false;
	kapi_sleeping++;
}

/**
 * kapi_unlock - let go of either
 * @lock: the lock
 */
void kapi_unlock(struct kapi_lock *lock)
{
	KAPI_ASSERT(lock->held);
	lock->held--;
	kapi_sleeping--;
}

/**
 * kapi_lock_spinning - take a lock that one may not sleep with
 * @lock: the lock, which nobody has
 */
void kapi_lock_spinning(struct kapi_lock *lock)
{
	KAPI_ASSERT(!lock->held);
	lock->held = 1;
	kapi_spinning++;
}

/**
 * kapi_unlock_spinning - let go of it
 * @lock: the lock
 */
void kapi_unlock_spinning(struct kapi_lock *lock)
{
	KAPI_ASSERT(lock->held);
	lock->held = 0;
	kapi_spinning--;
}

/**
 * kapi_rtnl_lock - take RTNL, which is outside of all other locks
 */
void kapi_rtnl_lock(void)
{
	KAPI_ASSERT(!kapi_rtnl);
	KAPI_ASSERT(!kapi_sleeping);
	KAPI_ASSERT(!kapi_spinning);
	kapi_rtnl = true;
}

/**
 * kapi_rtnl_unlock - let go of RTNL
 *
 * What changed under it is carried out first; then there has been a grace
 * period.
 */
void kapi_rtnl_unlock(void)
{
	KAPI_ASSERT(kapi_rtnl);
	KAPI_ASSERT(!kapi_sleeping);
	if (kapi_hooks.rtnl_release)
		kapi_hooks.rtnl_release(kapi_hooks.arg);
	kapi_rtnl = false;
	kapi_rcu_run();
}

/**
 * kapi_rtnl_is_held - is RTNL held?
 *
 * Return: true if so.
 */
bool kapi_rtnl_is_held(void)
{
	return kapi_rtnl;
}

/**
 * kapi_call_rcu - have something done after a grace period
 * @head: in what it is to be done with
 * @func: does it
 */
void kapi_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->next = NULL;
	head->func = func;
	*kapi_rcu_last = head;
	kapi_rcu_last = &head->next;
}

/**
 * kapi_free_rcu - free memory after a grace period
 * @head: in it
 * @mem: the memory
 */
void kapi_free_rcu(struct rcu_head *head, void *mem)
{
	head->mem = mem;
	kapi_call_rcu(head, NULL);
}

/**
 * kapi_rcu_run - a grace period has passed
 *
 * What is called may call for another one.
 */
void kapi_rcu_run(void)
{
	struct rcu_head *head = kapi_rcu_first, *next;

	kapi_rcu_first = NULL;
	kapi_rcu_last = &kapi_rcu_first;
	for (; head; head = next) {
		next = head->next;
		if (head->func)
			head->func(head);
		else
			kapi_free(head->mem);
	}
}

/**
 * kapi_rcu_pending - does anything wait for a grace period?
 *
 * Return: true if so.
 */
bool kapi_rcu_pending(void)
{
	return kapi_rcu_first;
}

/**
 * kapi_rcu_barrier - wait for all grace periods that are waited for
 */
void kapi_rcu_barrier(void)
{
	while (kapi_rcu_first)
		kapi_rcu_run();
}

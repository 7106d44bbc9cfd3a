// SPDX-License-Identifier: GPL-2.0
/*
 * Work that is done later.
 */
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <time.h>

#include "internal.h"

static LIST_HEAD(kapi_works);
static LIST_HEAD(kapi_timers);	/* in no order: there are two or three */

/**
 * kapi_jiffies - the time
 *
 * Return: milliseconds since the host was started, never 0.
 */
u64 kapi_jiffies(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return 1 + (u64)ts.tv_sec * HZ + (u64)ts.tv_nsec / 1000000;
}

/**
 * kapi_work_queue - have work done soon
 * @work: the work
 *
 * Return: false if it is in the queue already.
 */
bool kapi_work_queue(struct work_struct *work)
{
	if (!list_empty(&work->queued))
		return false;
	list_add_tail(&work->queued, &kapi_works);
	return true;
}

/**
 * kapi_work_cancel - have work not done
 * @work: the work
 *
 * Return: true if it was in the queue.
 */
bool kapi_work_cancel(struct work_struct *work)
{
	if (list_empty(&work->queued))
		return false;
	list_del_init(&work->queued);
	return true;
}

/**
 * kapi_work_flush - have work done now, if it is to be done at all
 * @work: the work
 *
 * Return: true if it was.
 */
bool kapi_work_flush(struct work_struct *work)
{
	if (!kapi_work_cancel(work))
		return false;
	work->func(work);
	return true;
}

/**
 * kapi_delayed_queue - have work done after a while
 * @dw: the work
 * @delay: in jiffies
 *
 * Return: false if it is to be done at some time already; that stays.
 */
bool kapi_delayed_queue(struct delayed_work *dw, unsigned long delay)
{
	if (!list_empty(&dw->timed) || !list_empty(&dw->work.queued))
		return false;
	if (!delay)
		return kapi_work_queue(&dw->work);
	dw->when = kapi_jiffies() + delay;
	list_add_tail(&dw->timed, &kapi_timers);
	return true;
}

/**
 * kapi_delayed_mod - the same, whatever was to be before
 * @dw: the work
 * @delay: in jiffies
 *
 * Return: true if it was to be done at some time already.
 */
bool kapi_delayed_mod(struct delayed_work *dw, unsigned long delay)
{
	bool was = kapi_delayed_cancel(dw);

	kapi_delayed_queue(dw, delay);
	return was;
}

/**
 * kapi_delayed_cancel - have it not done
 * @dw: the work
 *
 * Return: true if it was to be done.
 */
bool kapi_delayed_cancel(struct delayed_work *dw)
{
	bool was = kapi_work_cancel(&dw->work);

	if (list_empty(&dw->timed))
		return was;
	list_del_init(&dw->timed);
	return true;
}

/**
 * kapi_delayed_flush - have it done now, if it is to be done at all
 * @dw: the work
 *
 * Return: true if it was.
 */
bool kapi_delayed_flush(struct delayed_work *dw)
{
	if (!kapi_delayed_cancel(dw))
		return false;
	dw->work.func(&dw->work);
	return true;
}

static void kapi_rcu_work(struct rcu_head *head)
{
	kapi_work_queue(&container_of(head, struct rcu_work, rcu)->work);
}

/**
 * kapi_rcu_work_queue - have work done soon after a grace period
 * @rw: the work
 */
void kapi_rcu_work_queue(struct rcu_work *rw)
{
	kapi_call_rcu(&rw->rcu, kapi_rcu_work);
}

static void kapi_timers_expire(void)
{
	u64 now = kapi_jiffies();
	struct delayed_work *dw, *tmp;

	list_for_each_entry_safe(dw, tmp, &kapi_timers, timed) {
		if (dw->when > now)
			continue;
		list_del_init(&dw->timed);
		kapi_work_queue(&dw->work);
	}
}

/* What is queued meanwhile is for the next time. */
static void kapi_works_run(void)
{
	LIST_HEAD(now);

	list_splice_tail_init(&kapi_works, &now);
	while (!list_empty(&now))
		kapi_work_flush(list_first_entry(&now, struct work_struct,
						 queued));
}

/**
 * kapi_run - do the work that there is
 *
 * Context: Without RTNL and other locks.
 */
void kapi_run(void)
{
	KAPI_ASSERT(!kapi_rtnl_is_held());
	kapi_timers_expire();
	kapi_works_run();
	kapi_rcu_run();
}

/**
 * kapi_timeout_ms - when is there work again?
 *
 * Return: in so many milliseconds; 0: now; -1: not before something happens.
 */
int kapi_timeout_ms(void)
{
	u64 now = kapi_jiffies(), first = U64_MAX;
	struct delayed_work *dw;

	if (!list_empty(&kapi_works) || kapi_rcu_pending())
		return 0;
	list_for_each_entry(dw, &kapi_timers, timed)
		first = min(first, dw->when);
	if (first == U64_MAX)
		return -1;
	return first <= now ? 0 : (int)min(first - now, (u64)INT_MAX);
}

/**
 * kapi_work_drain - do all that is to be done now, and what follows from it
 */
void kapi_work_drain(void)
{
	while (!list_empty(&kapi_works) || kapi_rcu_pending())
		kapi_run();
}

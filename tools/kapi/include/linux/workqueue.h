/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that is done later: by kapi_run(), or by who waits for it.
 */
#ifndef KAPI_LINUX_WORKQUEUE_H
#define KAPI_LINUX_WORKQUEUE_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

struct work_struct;

typedef void (*work_func_t)(struct work_struct *work);

/**
 * struct work_struct - something to be done
 * @queued: in the queue; or empty, as when it is being done
 * @func: does it
 */
struct work_struct {
	struct list_head queued;
	work_func_t func;
};

/**
 * struct delayed_work - the same, after a while
 * @work: what
 * @timed: among those whose time has not come; or empty
 * @when: in jiffies
 */
struct delayed_work {
	struct work_struct work;
	struct list_head timed;
	u64 when;
};

/**
 * struct rcu_work - the same, after a grace period
 * @work: what
 * @rcu: the grace period
 */
struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
};

/* All are one queue: it has one thread. */
struct workqueue_struct;

#define system_wq			((struct workqueue_struct *)NULL)
#define system_unbound_wq		system_wq

bool kapi_work_queue(struct work_struct *work);
bool kapi_work_flush(struct work_struct *work);
bool kapi_work_cancel(struct work_struct *work);
bool kapi_delayed_queue(struct delayed_work *dw, unsigned long delay);
bool kapi_delayed_mod(struct delayed_work *dw, unsigned long delay);
bool kapi_delayed_cancel(struct delayed_work *dw);
bool kapi_delayed_flush(struct delayed_work *dw);
void kapi_rcu_work_queue(struct rcu_work *rw);

#define INIT_WORK(w, f)							\
do {									\
	struct work_struct *__work = (w);				\
									\
	INIT_LIST_HEAD(&__work->queued);				\
	__work->func = (f);						\
} while (0)

#define INIT_DELAYED_WORK(dw, f)					\
do {									\
	struct delayed_work *__dw = (dw);				\
									\
	INIT_WORK(&__dw->work, f);					\
	INIT_LIST_HEAD(&__dw->timed);					\
} while (0)

#define INIT_RCU_WORK(rw, f)		INIT_WORK(&(rw)->work, f)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

#define schedule_work(work)		kapi_work_queue(work)
#define queue_work(wq, work)		((void)(wq), kapi_work_queue(work))
#define flush_work(work)		kapi_work_flush(work)
#define cancel_work_sync(work)		kapi_work_cancel(work)
#define queue_delayed_work(wq, dw, delay)	\
	((void)(wq), kapi_delayed_queue(dw, delay))
#define mod_delayed_work(wq, dw, delay)		\
	((void)(wq), kapi_delayed_mod(dw, delay))
#define cancel_delayed_work_sync(dw)	kapi_delayed_cancel(dw)
#define flush_delayed_work(dw)		kapi_delayed_flush(dw)
#define queue_rcu_work(wq, rw)		((void)(wq), kapi_rcu_work_queue(rw))

#endif /* KAPI_LINUX_WORKQUEUE_H */

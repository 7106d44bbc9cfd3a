// SPDX-License-Identifier: GPL-2.0
/*
 * Drops of a kind that an output had not had before; see drop_queue.h.
 */
#include "drop_queue.h"

/**
 * mcr_drop_queue_init - an empty queue
 * @q: the queue
 * @work: called in process context when something was added
 */
void mcr_drop_queue_init(struct mcr_drop_queue *q, work_func_t work)
{
	spin_lock_init(&q->lock);
	INIT_WORK(&q->work, work);
}

/**
 * mcr_drop_queue_exit - let nothing be taken any more
 * @q: the queue, which no packet reaches any more
 *
 * Context: Process, without what the work locks.
 */
void mcr_drop_queue_exit(struct mcr_drop_queue *q)
{
	cancel_work_sync(&q->work);
}

/**
 * mcr_drop_queue_add - an output dropped for a reason for the first time
 * @q: the queue
 * @rule: id of its rule
 * @output: its id
 * @reason: why
 *
 * Context: Softirq or BH disabled.
 */
void mcr_drop_queue_add(struct mcr_drop_queue *q, u32 rule, u32 output,
			enum mcr_drop reason)
{
	struct mcr_first_drop *last;

	spin_lock(&q->lock);
	last = q->n ? &q->drop[q->n - 1] : NULL;
	if (last && last->rule == rule && last->output == output)
		last->reasons |= BIT(reason);
	else if (q->n < ARRAY_SIZE(q->drop))
		q->drop[q->n++] = (struct mcr_first_drop){
			.rule = rule,
			.output = output,
			.reasons = BIT(reason),
		};
	else
		q->overflow = true;
	spin_unlock(&q->lock);
	schedule_work(&q->work);
}

/**
 * mcr_drop_queue_take - take one first drop out of the queue
 * @q: the queue
 * @drop: where to put it
 *
 * Context: Process.
 * Return: true, or false if there is none.
 */
bool mcr_drop_queue_take(struct mcr_drop_queue *q, struct mcr_first_drop *drop)
{
	bool any;

	spin_lock_bh(&q->lock);
	any = q->n;
	if (any) {
		*drop = q->drop[0];
		q->n--;
		memmove(q->drop, q->drop + 1, q->n * sizeof(*q->drop));
	}
	spin_unlock_bh(&q->lock);
	return any;
}

/**
 * mcr_drop_queue_overflowed - was there more than the queue holds?
 * @q: the queue
 *
 * Context: Process.
 * Return: true if so since this was asked last.
 */
bool mcr_drop_queue_overflowed(struct mcr_drop_queue *q)
{
	bool overflow;

	spin_lock_bh(&q->lock);
	overflow = q->overflow;
	q->overflow = false;
	spin_unlock_bh(&q->lock);
	return overflow;
}

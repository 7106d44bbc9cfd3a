/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Drops of a kind that an output had not had before, on their way from the
 * packet path to those who are told of them.
 */
#ifndef MCR_DROP_QUEUE_H
#define MCR_DROP_QUEUE_H

#include <linux/mcr.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/**
 * struct mcr_first_drop - what an output dropped for the first time
 * @rule: id of its rule
 * @output: its id; both may be gone when this is read
 * @reasons: bit by enum mcr_drop
 */
struct mcr_first_drop {
	u32 rule;
	u32 output;
	u32 reasons;
};

/**
 * struct mcr_drop_queue - first drops of a namespace that nobody was told of yet
 * @lock: guards @n, @overflow and @drop; taken in softirq
 * @work: takes them
 * @n: number of @drop
 * @overflow: there were more
 * @drop: the first drops
 *
 * It holds ids, not pointers: outputs need not know of it when they go. It
 * outlives all packets that may reach it.
 */
struct mcr_drop_queue {
	/* Taken once for each kind of drop of an output. */
	spinlock_t lock;
	struct work_struct work;
	u32 n;
	bool overflow;
	struct mcr_first_drop drop[MCR_NTF_SINGLE_MAX];
};

void mcr_drop_queue_init(struct mcr_drop_queue *q, work_func_t work);
void mcr_drop_queue_exit(struct mcr_drop_queue *q);
void mcr_drop_queue_add(struct mcr_drop_queue *q, u32 rule, u32 output,
			enum mcr_drop reason);
bool mcr_drop_queue_take(struct mcr_drop_queue *q, struct mcr_first_drop *drop);
bool mcr_drop_queue_overflowed(struct mcr_drop_queue *q);

#endif /* MCR_DROP_QUEUE_H */

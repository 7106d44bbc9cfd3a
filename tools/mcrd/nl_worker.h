/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what workers counted to attributes.
 */
#ifndef MCRD_NL_WORKER_H
#define MCRD_NL_WORKER_H

#include <linux/types.h>

#include "worker_stats.h"

struct sk_buff;

/**
 * struct mcrd_worker_report - what the supervisor knows of a worker
 * @id: its number, from 0 on
 * @pid: its process; 0: there is none right now
 * @loop: of enum mcrd_loop, as it said in MCRD_HELLO; MCRD_LOOP_AUTO: it has not
 *	said yet
 * @why: why that is not io_uring; NULL or "": it is
 * @restarts: how often it was started anew
 * @buffers: receive buffers in its pool
 * @buffer_bytes: bytes of a frame that each takes
 * @stats: what it counts, in its section of the arena; borrowed
 */
struct mcrd_worker_report {
	__u32 id;
	__u32 pid;
	__u32 loop;
	const char *why;
	__u32 restarts;
	__u32 buffers;
	__u32 buffer_bytes;
	const struct mcrd_worker_stats *stats;
};

int mcrd_nl_put_worker(struct sk_buff *skb,
		       const struct mcrd_worker_report *report);

#endif /* MCRD_NL_WORKER_H */

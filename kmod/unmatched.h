/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows that no rule took, the last few of them: what a user who wonders
 * why nothing is forwarded wants to see.
 */
#ifndef MCR_UNMATCHED_H
#define MCR_UNMATCHED_H

#include <linux/percpu.h>
#include <linux/seqlock.h>

#include "rule.h"

/* Flows remembered on each CPU, and shown of all CPUs. */
#define MCR_UNMATCHED_KEPT	8
#define MCR_UNMATCHED_SHOWN	16

/**
 * struct mcr_unmatched - the last flows that no rule took, on one CPU
 * @seq: odd while @flow changes
 * @n: how many of @flow are in use
 * @next: the one to be overwritten next
 * @flow: the flows, each once
 *
 * Written on its CPU only.
 */
struct mcr_unmatched {
	seqcount_t seq;
	u32 n;
	u32 next;
	struct mcr_flow flow[MCR_UNMATCHED_KEPT];
};

struct mcr_unmatched __percpu *mcr_unmatched_alloc(void);
void mcr_unmatched_note(struct mcr_unmatched __percpu *unmatched,
			const struct mcr_flow *flow);
u32 mcr_unmatched_read(struct mcr_unmatched __percpu *unmatched,
		       struct mcr_flow flow[MCR_UNMATCHED_SHOWN]);

#endif /* MCR_UNMATCHED_H */

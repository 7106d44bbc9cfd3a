/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker counts of itself, on its way to where the supervisor reads it:
 * what happens often is counted here, and told once in a batch.
 */
#ifndef MCRD_WORKER_TALLY_H
#define MCRD_WORKER_TALLY_H

#include <stdint.h>

#include "../worker_stats.h"
#include "errors.h"

struct mcrd_frame;
struct mcrd_worker;

/**
 * struct mcrd_tally - what a worker counts of itself
 * @stats: where it is told; NULL: nowhere
 * @packets: packets received since the last batch
 * @receives: receive calls that brought frames, likewise
 * @wakeups: waits that ended, likewise
 * @syscalls: likewise
 * @hits: hits of the pool that are told
 * @exhausted: likewise
 * @errors: faults that are told
 * @batches: with frames; behind every MCRD_STATS_SAMPLE-th, and at first, a time
 *	is to be taken
 * @sampling: that of the next run is
 * @sampled: that of a run of this batch is
 */
struct mcrd_tally {
	struct mcrd_worker_stats *stats;
	uint64_t packets;
	uint64_t receives;
	uint64_t wakeups;
	uint64_t syscalls;
	uint64_t hits;
	uint64_t exhausted;
	struct mcrd_errors errors;
	uint32_t batches;
	bool sampling;
	bool sampled;
};

uint64_t mcrd_tally_stamp(struct mcrd_tally *t, const struct mcrd_frame *f);
void mcrd_tally_sent(struct mcrd_tally *t, uint64_t stamp);
void mcrd_tally_batch(struct mcrd_worker *w, uint32_t frames);

#endif /* MCRD_WORKER_TALLY_H */

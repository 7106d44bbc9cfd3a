/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long it pays to wait for more packets before the next batch is handled:
 * not at all while they are rare, so that none is late, and as long as is allowed
 * when many can be handled in one go then.
 */
#ifndef MCRD_WORKER_PACE_H
#define MCRD_WORKER_PACE_H

#include <stdint.h>

/**
 * struct mcrd_pace - how frames come
 * @last: when a batch was looked at, ns of CLOCK_MONOTONIC; 0: never
 * @gap: time from one frame to the next, in ns, as it was lately; 0: not known
 */
struct mcrd_pace {
	uint64_t last;
	uint64_t gap;
};

/* Waiting pays for so many frames at least. */
#define MCRD_PACE_FRAMES	4U

void mcrd_pace_batch(struct mcrd_pace *pace, uint64_t now, uint32_t frames);
uint32_t mcrd_pace_wait(const struct mcrd_pace *pace, uint32_t max_us);

#endif /* MCRD_WORKER_PACE_H */

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
 * struct mcrd_pace - how packets come
 * @last: when a batch was looked at, ns of CLOCK_MONOTONIC; 0: never
 * @gap: time from one packet to the next, in ns, as it was lately; 0: not known
 *
 * A super-packet is as many as are in it: what it costs to be woken up is shared
 * by them, whether they come in one frame or in many.
 */
struct mcrd_pace {
	uint64_t last;
	uint64_t gap;
};

/* Waiting pays for so many packets at least, and no more for so many. */
#define MCRD_PACE_LEAST		4U
#define MCRD_PACE_ENOUGH	64U

void mcrd_pace_batch(struct mcrd_pace *pace, uint64_t now, uint64_t packets);
uint32_t mcrd_pace_wait(const struct mcrd_pace *pace, uint32_t max_us);

#endif /* MCRD_WORKER_PACE_H */

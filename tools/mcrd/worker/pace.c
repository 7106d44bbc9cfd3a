// SPDX-License-Identifier: GPL-2.0
/*
 * How long it pays to wait; see pace.h.
 */
#include "pace.h"

/* Frames further apart than this are rare, however many. */
#define GAP_MAX_NS	10000000ULL

/**
 * mcrd_pace_batch - a batch of frames was received
 * @pace: what is known
 * @now: ns of CLOCK_MONOTONIC
 * @frames: how many there were, perhaps 0
 */
void mcrd_pace_batch(struct mcrd_pace *pace, uint64_t now, uint32_t frames)
{
	uint64_t gap = now - pace->last;

	if (frames)
		gap /= frames;
	if (!pace->last || gap > GAP_MAX_NS)
		gap = GAP_MAX_NS;
	pace->last = now;
	/* Traffic that stops is seen at once, one batch makes no traffic. */
	if (!frames || !pace->gap || gap > 4 * pace->gap)
		pace->gap = gap;
	else
		pace->gap = (3 * pace->gap + gap) / 4;
}

/**
 * mcrd_pace_wait - how long to wait
 * @pace: what is known
 * @max_us: the longest time, in microseconds
 *
 * Return: microseconds; 0: the next frame is to be handled as it comes.
 */
uint32_t mcrd_pace_wait(const struct mcrd_pace *pace, uint32_t max_us)
{
	if (!pace->gap || pace->gap * MCRD_PACE_FRAMES > max_us * 1000ULL)
		return 0;
	return max_us;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * How long it pays to wait; see pace.h.
 */
#include "pace.h"

/* Packets further apart than this are rare, however many. */
#define GAP_MAX_NS	10000000ULL

/**
 * mcrd_pace_batch - a batch of packets was received
 * @pace: what is known
 * @now: ns of CLOCK_MONOTONIC
 * @packets: how many there were, perhaps 0
 */
void mcrd_pace_batch(struct mcrd_pace *pace, uint64_t now, uint64_t packets)
{
	uint64_t gap = now - pace->last;

	if (packets)
		gap /= packets;
	if (!pace->last || gap > GAP_MAX_NS)
		gap = GAP_MAX_NS;
	pace->last = now;
	/* Traffic that stops is seen at once, one batch makes no traffic. */
	if (!packets || !pace->gap || gap > 4 * pace->gap)
		pace->gap = gap;
	else
		pace->gap = (3 * pace->gap + gap) / 4;
}

/**
 * mcrd_pace_wait - how long to wait
 * @pace: what is known
 * @max_us: the longest time, in microseconds
 *
 * More than are enough are not waited for: a device's ring has to hold what comes
 * while they are handled.
 *
 * Return: microseconds; 0: the next packet is to be handled as it comes.
 */
uint32_t mcrd_pace_wait(const struct mcrd_pace *pace, uint32_t max_us)
{
	uint64_t enough = pace->gap * MCRD_PACE_ENOUGH / 1000;

	if (!pace->gap || pace->gap * MCRD_PACE_LEAST > max_us * 1000ULL)
		return 0;
	if (enough >= max_us)
		return max_us;
	return enough ? (uint32_t)enough : 1;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker counts of itself: MCR_WORKER_A_ of the protocol (uapi/linux/mcr.h
 * says what each means).
 *
 * It is in the worker's section of the arena. The worker alone writes, the
 * supervisor reads whenever it is asked; there is no lock, and no order between
 * counters: each is whole, and that is all. Workers come and go, the counters
 * stay: a worker that is started anew goes on with them.
 */
#ifndef MCRD_WORKER_STATS_H
#define MCRD_WORKER_STATS_H

#include <linux/types.h>

#include "../lib/latency.h"

/*
 * Of so many batches one has the time of its first run taken, the one that waited
 * longest: its sends are submitted at once, and a clock is read when they are
 * done. It is to cost nothing.
 */
#define MCRD_STATS_SAMPLE	64U

/**
 * struct mcrd_worker_stats - what a worker counts of itself
 * @pool_hits: frames that a buffer of the pool was there for
 * @pool_exhausted: how often there was none
 * @receives: receive calls that brought frames
 * @wakeups: how often it waited and went on
 * @syscalls: system calls of its loop
 * @packets: packets received, segments of super-packets
 * @truncated: frames larger than a buffer
 * @lost_superpackets: super-packets that the kernel could not hand over
 * @receive_errors: receive calls that failed otherwise
 * @send_errors: sends that failed, by enum mcr_send_error
 * @latency: sampled times, by mcr_latency_bucket()
 * @latency_sum: these times together, in ns
 * @buffers_used: buffers that hold a packet now
 * @buffers_peak: the most that ever did
 */
struct mcrd_worker_stats {
	__u64 pool_hits;
	__u64 pool_exhausted;
	__u64 receives;
	__u64 wakeups;
	__u64 syscalls;
	__u64 packets;
	__u64 truncated;
	__u64 lost_superpackets;
	__u64 receive_errors;
	__u64 send_errors[MCR_SEND_ERROR_MAX + 1];
	__u64 latency[MCR_LATENCY_BUCKETS];
	__u64 latency_sum;
	__u32 buffers_used;
	__u32 buffers_peak;
};

/**
 * mcrd_stats_add - count
 * @counter: of the worker's own struct mcrd_worker_stats
 * @n: so many more
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): the builtin writes. */
static inline void mcrd_stats_add(__u64 *counter, __u64 n)
{
	/* Only one writes, so it need not be one step; readers see it whole. */
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/**
 * mcrd_stats_read - read a counter that somebody else counts in
 * @counter: of a worker's struct mcrd_worker_stats
 *
 * Return: its value.
 */
static inline __u64 mcrd_stats_read(const __u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/**
 * mcrd_stats_buffers - tell how full the pool is
 * @stats: the worker's own
 * @used: buffers that hold a packet now
 * @peak: the most that ever did, as far as this worker knows
 */
static inline void mcrd_stats_buffers(struct mcrd_worker_stats *stats,
				      __u32 used, __u32 peak)
{
	__atomic_store_n(&stats->buffers_used, used, __ATOMIC_RELAXED);
	if (peak > stats->buffers_peak)
		__atomic_store_n(&stats->buffers_peak, peak, __ATOMIC_RELAXED);
}

/**
 * mcrd_stats_latency - count how long a run of packets took
 * @stats: the worker's own
 * @received: the kernel's receive timestamp, CLOCK_REALTIME in ns
 * @now: of the same clock, when the last copy was sent
 *
 * The clock is one that can be set: a time that is none is not counted.
 */
static inline void mcrd_stats_latency(struct mcrd_worker_stats *stats,
				      __u64 received, __u64 now)
{
	__u64 ns = now - received;

	if (!received || now < received)
		return;
	mcrd_stats_add(&stats->latency[mcr_latency_bucket(ns)], 1);
	mcrd_stats_add(&stats->latency_sum, ns);
}

#endif /* MCRD_WORKER_STATS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The latency histogram of a worker: the buckets of MCR_WORKER_A_LATENCY, for
 * those who count and those who read.
 *
 * From 4096 ns to 2^28 ns (268 ms) there are four buckets to each power of two,
 * so that a bound is at most a quarter above the one before it; bucket 0 is
 * below, the last one above.
 */
#ifndef MCR_LATENCY_H
#define MCR_LATENCY_H

#include <linux/types.h>

#include <linux/mcr.h>

/* The first bound is 4 << MCR_LATENCY_SHIFT ns. */
#define MCR_LATENCY_SHIFT	10

/**
 * mcr_latency_bound - where a bucket ends and the next one begins
 * @bucket: from 0 on; the last one, MCR_LATENCY_BUCKETS - 1, has no end
 *
 * Return: ns, the first that are not in the bucket.
 */
static inline __u64 mcr_latency_bound(unsigned int bucket)
{
	return (4ULL + bucket % 4) << (MCR_LATENCY_SHIFT + bucket / 4);
}

/**
 * mcr_latency_bucket - which bucket a time belongs to
 * @ns: the time
 *
 * Return: the bucket.
 */
static inline unsigned int mcr_latency_bucket(__u64 ns)
{
	unsigned int top, bucket;

	if (ns < mcr_latency_bound(0))
		return 0;
	/* The highest bit says which power of two, the two below which quarter. */
	top = 63U - (unsigned int)__builtin_clzll(ns);
	bucket = 1 + (top - MCR_LATENCY_SHIFT - 2) * 4 +
		 (unsigned int)(ns >> (top - 2) & 3);
	return bucket < MCR_LATENCY_BUCKETS ? bucket : MCR_LATENCY_BUCKETS - 1;
}

__u64 mcr_latency_count(const __u64 *buckets);
__u64 mcr_latency_percentile(const __u64 *buckets, unsigned int permille);

#endif /* MCR_LATENCY_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * What a latency histogram says; see latency.h.
 */
#include "latency.h"

/**
 * mcr_latency_count - how many times there are
 * @buckets: MCR_LATENCY_BUCKETS numbers
 *
 * Return: their sum.
 */
__u64 mcr_latency_count(const __u64 *buckets)
{
	unsigned int i;
	__u64 n = 0;

	for (i = 0; i < MCR_LATENCY_BUCKETS; i++)
		n += buckets[i];
	return n;
}

/* Within a bucket times are taken to be spread evenly. */
static __u64 inside(unsigned int bucket, __u64 rank, __u64 n)
{
	__u64 low = bucket ? mcr_latency_bound(bucket - 1) : 0;
	__u64 width;

	/* There is no telling how far beyond. */
	if (bucket == MCR_LATENCY_BUCKETS - 1)
		return low;
	width = mcr_latency_bound(bucket) - low;
	return low + (__u64)((double)width * (double)rank / (double)n);
}

/**
 * mcr_latency_percentile - the time that so many of a thousand do not exceed
 * @buckets: MCR_LATENCY_BUCKETS numbers
 * @permille: 1 to 1000: 999 is p99.9
 *
 * The rank is the nearest one, rounded up, so that of few times p99.9 is the
 * longest.
 *
 * Return: ns, not farther from the truth than the bucket is wide; where that has
 * no end, its beginning; 0 if there are no times at all.
 */
__u64 mcr_latency_percentile(const __u64 *buckets, unsigned int permille)
{
	__u64 n = mcr_latency_count(buckets), rank;
	unsigned int i;

	if (!n)
		return 0;
	/* n * permille / 1000, rounded up, without overflow. */
	rank = n / 1000 * permille + (n % 1000 * permille + 999) / 1000;
	for (i = 0; rank > buckets[i]; i++)
		rank -= buckets[i];
	return inside(i, rank, buckets[i]);
}

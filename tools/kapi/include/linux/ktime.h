/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_KTIME_H
#define KAPI_LINUX_KTIME_H

#include <linux/types.h>
#include <time.h>

#define NSEC_PER_SEC	1000000000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_USEC	1000L

static inline u64 kapi_clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

static inline u64 ktime_get_ns(void)
{
	return kapi_clock_ns(CLOCK_MONOTONIC);
}

static inline u64 ktime_get_real_ns(void)
{
	return kapi_clock_ns(CLOCK_REALTIME);
}

#endif /* KAPI_LINUX_KTIME_H */

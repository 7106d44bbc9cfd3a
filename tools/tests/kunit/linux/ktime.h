/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MCR_KUNIT_KTIME_H
#define MCR_KUNIT_KTIME_H

#include <linux/types.h>
#include <time.h>

#define NSEC_PER_SEC	1000000000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_USEC	1000L

static inline u64 ktime_get_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

#endif /* MCR_KUNIT_KTIME_H */

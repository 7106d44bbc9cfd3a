/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time in milliseconds, the same in all processes of the host.
 */
#ifndef KAPI_LINUX_JIFFIES_H
#define KAPI_LINUX_JIFFIES_H

#include <linux/kernel.h>

u64 kapi_jiffies(void);

#define HZ			1000UL
#define MAX_JIFFY_OFFSET	((LONG_MAX >> 1) - 1UL)
#define jiffies			((unsigned long)kapi_jiffies())
#define get_jiffies_64()	kapi_jiffies()
#define jiffies64_to_msecs(j)	((u64)(j))
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define jiffies_to_msecs(j)	((unsigned int)(j))
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
#define time_before(a, b)	time_after(b, a)

#endif /* KAPI_LINUX_JIFFIES_H */

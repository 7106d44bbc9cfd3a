/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs are sections of memory; to work on one is to mean its section.
 */
#ifndef MCR_KUNIT_CPU_H
#define MCR_KUNIT_CPU_H

#include <linux/bitops.h>
#include <linux/percpu.h>

#include "../../../kapi/kapi.h"

#define GENMASK(high, low)	\
	((~0UL >> (BITS_PER_LONG - 1 - (high))) & (~0UL << (low)))
#define cpus_read_lock()		do { } while (0)
#define cpus_read_unlock()		do { } while (0)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)
#define smp_processor_id()		((int)kapi_percpu.this)

static inline long work_on_cpu(int cpu, long (*fn)(void *arg), void *arg)
{
	long ret;

	kapi_this_cpu_set(cpu);
	ret = fn(arg);
	kapi_this_cpu_set(0);
	return ret;
}

#endif /* MCR_KUNIT_CPU_H */

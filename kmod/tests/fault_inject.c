// SPDX-License-Identifier: GPL-2.0
/*
 * Letting an allocation of the test's own task fail.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "fault_inject.h"

#ifdef CONFIG_FAILSLAB

/**
 * mcr_fault_arm - let an allocation fail
 * @nth: which of those to come, from 1
 */
void mcr_fault_arm(unsigned int nth)
{
	current->fail_nth = nth;
}

/**
 * mcr_fault_disarm - let allocations succeed again
 *
 * Return: true if one failed.
 */
bool mcr_fault_disarm(void)
{
	bool hit = !current->fail_nth;

	current->fail_nth = 0;
	return hit;
}

#else

void mcr_fault_arm(unsigned int nth)
{
}

bool mcr_fault_disarm(void)
{
	return false;
}

#endif

/**
 * mcr_fault_works - can allocations be made to fail?
 *
 * Return: true if so. By default failslab spares those that may sleep.
 */
bool mcr_fault_works(void)
{
	void *p;
	bool hit;

	mcr_fault_arm(1);
	p = kmalloc(64, GFP_KERNEL);
	hit = mcr_fault_disarm() && !p;
	kfree(p);
	return hit;
}

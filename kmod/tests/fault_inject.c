// SPDX-License-Identifier: GPL-2.0
/*
 * Letting an allocation of the test's own task fail.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "fault_inject.h"

/* One after the other, of what can be done without. */
#define MCR_FAULT_AGAIN	4

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

/**
 * mcr_fault_again - is the same one of the allocations to fail once more?
 * @again: how often it was, one after the other; 0 at first
 * @useless: it failed, and nothing came of it
 *
 * Some can be done without: by hash tables, and by debug objects when they fill their
 * pool. That is not asked for each time, and hides what comes in its place.
 *
 * Return: true if so.
 */
bool mcr_fault_again(unsigned int *again, bool useless)
{
	*again = useless && *again < MCR_FAULT_AGAIN ? *again + 1 : 0;
	return *again;
}

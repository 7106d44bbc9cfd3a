// SPDX-License-Identifier: GPL-2.0
/*
 * Which allocation a test lets fail next. Also runs in a process, where what arms
 * them is another.
 */
#include "fault_inject.h"

/* One after the other, of what can be done without. */
#define MCR_FAULT_AGAIN	4

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

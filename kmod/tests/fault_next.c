// SPDX-License-Identifier: GPL-2.0
/*
 * Which allocation a test lets fail next. Also runs in a process, where what arms
 * them is another.
 */
#include "fault_inject.h"
#include "tests.h"

/* One after the other, of what can be done without. */
#define MCR_FAULT_AGAIN	4

/**
 * mcr_fault_next - which of the allocations is to fail next
 * @nth: which of them just did
 * @again: how often it did, one after the other; 0 at first
 * @useless: nothing came of it
 *
 * Some can be done without: by hash tables, and by debug objects when they fill their
 * pool. That is not asked for each time, and hides what comes in its place.
 *
 * Return: the same one, or a later one: see mcr_test_stride().
 */
unsigned int mcr_fault_next(unsigned int nth, unsigned int *again, bool useless)
{
	*again = useless && *again < MCR_FAULT_AGAIN ? *again + 1 : 0;
	return *again ? nth : nth + mcr_test_stride();
}

/**
 * mcr_fault_least - how many of the allocations have to fail
 * @all: how many do where each is let fail
 *
 * Return: of those that mcr_fault_next() chooses; of a few, perhaps none.
 */
unsigned int mcr_fault_least(unsigned int all)
{
	return all / mcr_test_stride();
}

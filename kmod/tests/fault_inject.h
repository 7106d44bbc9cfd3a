/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Letting an allocation of the test's own task fail.
 */
#ifndef MCR_TESTS_FAULT_INJECT_H
#define MCR_TESTS_FAULT_INJECT_H

#include <linux/types.h>

void mcr_fault_arm(unsigned int nth);
bool mcr_fault_disarm(void);
bool mcr_fault_works(void);

unsigned int mcr_fault_next(unsigned int nth, unsigned int *again, bool useless);
unsigned int mcr_fault_least(unsigned int all);

/* Why a test is skipped where they cannot. */
#define MCR_FAULT_NEEDS "needs CONFIG_FAILSLAB, and N in failslab/ignore-gfp-wait"

#endif /* MCR_TESTS_FAULT_INJECT_H */

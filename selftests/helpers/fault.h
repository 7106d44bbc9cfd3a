/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations of this thread that the kernel is to let fail.
 */
#ifndef HELPERS_FAULT_H
#define HELPERS_FAULT_H

#include <stdbool.h>

void fault_arm(unsigned int n);
bool fault_disarm(void);

#endif /* HELPERS_FAULT_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MCR_MEM_H
#define MCR_MEM_H

#include <linux/gfp.h>

/*
 * All that rules need counts against the cgroup of who made them. That there is
 * no memory is for the user to hear, not for the kernel's log; and nobody is to
 * be killed for a rule.
 */
#define MCR_GFP		(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/* Of a variable on the packet path that is filled in before it is read. */
#if __has_attribute(uninitialized)
#define MCR_UNINITIALIZED	__attribute__((uninitialized))
#else
#define MCR_UNINITIALIZED
#endif

#endif /* MCR_MEM_H */

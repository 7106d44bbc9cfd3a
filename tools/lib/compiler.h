/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel has names for, and libc has not.
 */
#ifndef MCR_COMPILER_H
#define MCR_COMPILER_H

#ifndef __printf
#define __printf(a, b)	__attribute__((__format__(printf, a, b)))
#endif

#endif /* MCR_COMPILER_H */

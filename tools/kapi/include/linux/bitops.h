/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single bits, atomically.
 */
#ifndef KAPI_LINUX_BITOPS_H
#define KAPI_LINUX_BITOPS_H

#include <linux/kernel.h>

static inline bool test_bit(unsigned int n, const unsigned long *word)
{
	return __atomic_load_n(word + n / (8 * sizeof(long)),
			       __ATOMIC_RELAXED) >>
	       (n % (8 * sizeof(long))) & 1;
}

static inline bool test_and_set_bit(unsigned int n, unsigned long *word)
{
	unsigned long bit = 1UL << (n % (8 * sizeof(long)));

	return __atomic_fetch_or(word + n / (8 * sizeof(long)), bit,
				 __ATOMIC_SEQ_CST) & bit;
}

static inline void set_bit(unsigned int n, unsigned long *word)
{
	test_and_set_bit(n, word);
}

static inline void clear_bit(unsigned int n, unsigned long *word)
{
	__atomic_fetch_and(word + n / (8 * sizeof(long)),
			   ~(1UL << (n % (8 * sizeof(long)))),
			   __ATOMIC_RELAXED);
}

#endif /* KAPI_LINUX_BITOPS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KAPI_LINUX_SORT_H
#define KAPI_LINUX_SORT_H

#include <linux/kernel.h>
#include <stdlib.h>

/* Elements are swapped as bytes: @swap is NULL. */
static inline void sort(void *base, size_t n, size_t size,
			int (*cmp)(const void *a, const void *b), void *swap)
{
	(void)swap;
	if (n)
		qsort(base, n, size, cmp);
}

#endif /* KAPI_LINUX_SORT_H */

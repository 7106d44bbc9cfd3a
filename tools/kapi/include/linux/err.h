/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors in the place of pointers.
 */
#ifndef KAPI_LINUX_ERR_H
#define KAPI_LINUX_ERR_H

#include <linux/kernel.h>

#define MAX_ERRNO	4095

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif /* KAPI_LINUX_ERR_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashes of names.
 */
#ifndef KAPI_LINUX_STRINGHASH_H
#define KAPI_LINUX_STRINGHASH_H

#include <linux/jhash.h>

static inline u32 full_name_hash(const void *salt, const char *name,
				 size_t len)
{
	return jhash(name, len, (u32)((uintptr_t)salt >> 4));
}

#endif /* KAPI_LINUX_STRINGHASH_H */

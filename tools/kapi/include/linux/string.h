/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings that always end.
 */
#ifndef KAPI_LINUX_STRING_H
#define KAPI_LINUX_STRING_H

#include <linux/kernel.h>
#include <sys/types.h>

ssize_t kapi_strscpy(char *dest, const char *src, size_t size);

#define strscpy(dest, src, size)	kapi_strscpy(dest, src, size)

#endif /* KAPI_LINUX_STRING_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings that always end.
 */
#ifndef KAPI_LINUX_STRING_H
#define KAPI_LINUX_STRING_H

#include <linux/kernel.h>
#include <sys/types.h>

/**
 * kapi_strscpy - copy a string, or as much of it as there is room for
 * @dest: gets it, NUL-terminated
 * @src: the string
 * @size: of @dest
 *
 * Return: its length, or -E2BIG if it was cut.
 */
static inline ssize_t kapi_strscpy(char *dest, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(dest, src, size - 1);
		dest[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, len + 1);
	return (ssize_t)len;
}

#define strscpy(dest, src, size)	kapi_strscpy(dest, src, size)

#endif /* KAPI_LINUX_STRING_H */

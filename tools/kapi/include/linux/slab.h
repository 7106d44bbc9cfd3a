/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory.
 */
#ifndef KAPI_LINUX_SLAB_H
#define KAPI_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/types.h>

void *kapi_alloc(size_t size);
void *kapi_zalloc(size_t n, size_t size);
char *kapi_strdup(const char *text);
void kapi_free(const void *p);

#define kmalloc(size, gfp)		((void)(gfp), kapi_alloc(size))
#define kzalloc(size, gfp)		((void)(gfp), kapi_zalloc(1, size))
#define kcalloc(n, size, gfp)		((void)(gfp), kapi_zalloc(n, size))
#define kvmalloc(size, gfp)		kmalloc(size, gfp)
#define kvzalloc(size, gfp)		kzalloc(size, gfp)
#define kvcalloc(n, size, gfp)		kcalloc(n, size, gfp)
#define kstrdup(text, gfp)		((void)(gfp), kapi_strdup(text))
#define kfree(p)			kapi_free(p)
#define kvfree(p)			kapi_free(p)

#endif /* KAPI_LINUX_SLAB_H */
